//! Issuers of consumers' certificates: a PEM bundle of roots and intermediates.

use std::fmt;

use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::{IssuerKey, authority::Authority, view::View};

/// The roots that are trusted and the intermediates that may lead to them.
///
/// A certificate whose subject is its issuer is a trust anchor. Every other one only helps to build
/// a path, since the proxy forwards the client's certificate alone: it is not trusted for standing in
/// the bundle, so adding or removing a root never changes what an intermediate means. A bundle
/// without a root is therefore an error, as it would be for nginx.
#[derive(Default)]
pub struct TrustAnchors {
    roots: Vec<Authority>,
    intermediates: Vec<Authority>,
}

impl TrustAnchors {
    /// Reads a bundle; text around the PEM blocks is allowed, blocks of other labels are not used.
    ///
    /// # Errors
    ///
    /// A block that cannot be read, no certificate at all, or none that is self-issued.
    pub fn from_pem(pem: &[u8]) -> Result<Self, AnchorsError> {
        let mut anchors = Self::default();
        for (before, der) in CertificateDer::pem_slice_iter(pem).enumerate() {
            let position = before + 1;
            // The PEM reader's error quotes the line it met, so it is not kept.
            let der = der.ok().ok_or(AnchorsError::Pem { position })?;
            let authority = Authority::read(&der).ok_or(AnchorsError::Unreadable { position })?;
            anchors.add(authority);
        }
        match (anchors.roots.len(), anchors.intermediates.len()) {
            (0, 0) => Err(AnchorsError::Empty),
            (0, intermediates) => Err(AnchorsError::NoRoot { intermediates }),
            _ => Ok(anchors),
        }
    }

    /// These anchors with `certificates` that strangers sent along, which help to build a path and are not trusted: those
    /// that would be anchors are left out, and what is no certificate as well.
    #[must_use]
    pub fn with_intermediates<'c>(
        mut self,
        certificates: impl Iterator<Item = &'c CertificateDer<'static>>,
    ) -> Self {
        let authorities = certificates.filter_map(Authority::read);
        for authority in authorities.filter(|authority| !authority.is_anchor()) {
            self.add(authority);
        }
        self
    }

    /// The number of trust anchors.
    #[must_use]
    pub fn len(&self) -> usize {
        self.roots.len()
    }

    /// `true` when there is none; never so once read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// Every certificate of the bundle, anchors first.
    pub fn iter(&self) -> impl Iterator<Item = &Authority> {
        self.roots.iter().chain(&self.intermediates)
    }

    /// The names of the CAs that issue to clients: those which no other CA of the bundle stands below.
    pub(crate) fn issuing_cas(&self) -> impl Iterator<Item = IssuerKey> {
        let issuers: Vec<_> = self
            .intermediates
            .iter()
            .map(Authority::issuer_key)
            .collect();
        let subjects = self.iter().filter(|ca| ca.may_issue());
        let mut subjects: Vec<_> = subjects.map(Authority::subject_key).collect();
        subjects.retain(|subject| !issuers.contains(subject));
        subjects.into_iter()
    }

    /// `true` when a certificate of the bundle has this subject.
    pub(crate) fn has_subject(&self, key: &IssuerKey) -> bool {
        self.iter().any(|ca| ca.subject_key() == *key)
    }

    /// The intermediates from which no path leads to a root: it is not here, cannot be used, or did not
    /// sign what is below it.
    pub fn without_root(&self) -> impl Iterator<Item = &Authority> {
        let mut rooted: Vec<&Authority> = self.roots.iter().filter(|ca| ca.may_issue()).collect();
        let mut others: Vec<&Authority> = self.intermediates.iter().collect();
        loop {
            let is_rooted = |ca: &&Authority| rooted.iter().any(|above| ca.is_issued_by(above));
            let (found, rest): (Vec<_>, Vec<_>) = others.into_iter().partition(is_rooted);
            others = rest;
            if found.is_empty() {
                return others.into_iter();
            }
            rooted.extend(found.into_iter().filter(|ca| ca.may_issue()));
        }
    }

    /// `true` when this looks like a bundle of public web CAs, which never belong here (MTLS-9).
    #[must_use]
    pub fn looks_public(&self) -> bool {
        let is_public = |organisation: &String| {
            let organisation = organisation.to_lowercase();
            PUBLIC_ORGANISATIONS
                .iter()
                .any(|public| organisation.starts_with(public))
        };
        let named = |root: &Authority| root.organisations().iter().any(is_public);
        self.roots.len() > MOST_ROOTS || self.roots.iter().any(named)
    }

    /// Every certificate of the bundle that may stand above `leaf`, nearest first, each with the one
    /// below it: those that bear its issuer's name, then those that bear theirs.
    pub(super) fn above<'a>(&'a self, leaf: &'a View) -> Vec<(&'a Authority, &'a View)> {
        let mut found: Vec<(&Authority, &View)> = Vec::new();
        let mut below = vec![leaf];
        while let Some(child) = below.pop() {
            for authority in self.iter().filter(|ca| ca.view.subject == child.issuer) {
                if found
                    .iter()
                    .any(|(known, _)| std::ptr::eq(*known, authority))
                {
                    continue;
                }
                found.push((authority, child));
                if !authority.is_anchor() {
                    below.push(&authority.view);
                }
            }
        }
        found
    }

    /// Takes a certificate in, once however often the bundle has it.
    fn add(&mut self, authority: Authority) {
        if self.iter().any(|known| known.der == authority.der) {
            return;
        }
        if authority.is_anchor() {
            self.roots.push(authority);
        } else {
            self.intermediates.push(authority);
        }
    }
}

impl fmt::Debug for TrustAnchors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Fault of a bundle of trust anchors.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum AnchorsError {
    /// No PEM block labelled `CERTIFICATE`.
    #[error("no PEM certificate in it")]
    Empty,
    /// Only intermediates: nothing says which of them to trust.
    #[error(
        "no self-issued root among its {intermediates} certificates: add the root that they lead to"
    )]
    NoRoot {
        /// The number of certificates.
        intermediates: usize,
    },
    /// A PEM block that is cut short or not base64.
    #[error("PEM block {position} cannot be read")]
    Pem {
        /// Position of the block, counted from one.
        position: usize,
    },
    /// A PEM block that holds no certificate.
    #[error("PEM block {position} is not an X.509 certificate")]
    Unreadable {
        /// Position of the block, counted from one.
        position: usize,
    },
}

/// A directory has a handful of roots, the web more than a hundred.
const MOST_ROOTS: usize = 20;

/// Beginnings of the organisation names of roots in the public web's bundles, in lower case.
const PUBLIC_ORGANISATIONS: [&str; 28] = [
    "actalis",
    "amazon",
    "baltimore",
    "buypass",
    "certum",
    "comodo",
    "cybertrust",
    "d-trust",
    "digicert",
    "entrust",
    "geotrust",
    "globalsign",
    "godaddy",
    "google trust",
    "hongkong post",
    "identrust",
    "internet security research group",
    "let's encrypt",
    "quovadis",
    "secom trust",
    "sectigo",
    "ssl corp",
    "starfield",
    "swisssign",
    "the usertrust",
    "thawte",
    "unizeto",
    "verisign",
];
