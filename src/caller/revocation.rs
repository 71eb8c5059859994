//! Certificate revocation lists, RFC 5280 §5 and §6.3.

use std::{fmt, time::Duration};

use rustls_pki_types::{CertificateRevocationListDer, SubjectPublicKeyInfoDer, pem::PemObject};
use webpki::{CertRevocationList, OwnedCertRevocationList, RawPublicKeyEntity};
use x509_parser::{
    extensions::{ParsedExtension, X509Extension},
    num_bigint::BigUint,
    prelude::FromDer,
    revocation_list::CertificateRevocationList,
};

use super::{
    CertificateRefused, anchors::TrustAnchors, leaf, name, signature::SIGNATURE_ALGORITHMS,
    window::Window,
};
use crate::clock::Timestamp;

/// The configured revocation lists as they were read; their signatures are not checked yet.
#[derive(Debug, Default)]
pub struct RevocationLists(Vec<RevocationList>);

impl RevocationLists {
    /// Reads files of one list in DER, or of any number in PEM; `name` is what errors call a file.
    ///
    /// # Errors
    ///
    /// A file without a list, or with one that cannot be read or uses what is not supported: delta
    /// and indirect lists, lists for some reasons only, and lists without `nextUpdate`.
    pub fn from_pem_or_der(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, RevocationListError> {
        let mut lists = Vec::new();
        for (name, octets) in files {
            let found = ders(&name, octets)?;
            if found.is_empty() {
                return Err(RevocationListError::Empty { name });
            }
            for der in found {
                lists.push(RevocationList::read(&name, der)?);
            }
        }
        Ok(Self(lists))
    }

    /// Every list that was read.
    pub fn iter(&self) -> impl Iterator<Item = &RevocationList> {
        self.0.iter()
    }

    /// Finds who signed each list, and leaves out those that a newer list of the same scope replaces.
    pub(crate) fn signed_by(self, anchors: &TrustAnchors) -> Vec<RevocationList> {
        let mut lists = self.0;
        for list in &mut lists {
            list.find_signers(anchors);
        }
        // Newest first: what follows a list of the same scope and signers is older.
        lists.sort_by_key(|list| std::cmp::Reverse(list.this_update));
        let mut kept: Vec<RevocationList> = Vec::with_capacity(lists.len());
        for list in lists {
            if !kept.iter().any(|newer| newer.replaces(&list)) {
                kept.push(list);
            }
        }
        kept
    }
}

/// One revocation list.
pub struct RevocationList {
    /// Kept until the signature was checked.
    der: Vec<u8>,
    issuer: String,
    name: String,
    next_update: Timestamp,
    /// RFC 5280 §5.2.3: it grows with each list of an issuer and scope.
    number: Option<BigUint>,
    parsed: CertRevocationList<'static>,
    scope: Option<Scope>,
    /// Content of the `SubjectPublicKeyInfo` of each CA of the bundle that signed it.
    signers: Vec<Vec<u8>>,
    this_update: Timestamp,
}

/// What an issuing distribution point narrows a list to, RFC 5280 §5.2.5.
#[derive(Eq, PartialEq)]
struct Scope {
    only_ca: bool,
    only_users: bool,
    points: Vec<String>,
}

impl RevocationList {
    /// What the list is called in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its issuer as RFC 4514 writes names.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one is due.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// Whether a certificate of the bundle signed it; judged when callers are made from it.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        !self.signers.is_empty()
    }

    fn read(name: &str, der: Vec<u8>) -> Result<Self, RevocationListError> {
        let unreadable = |reason| RevocationListError::Unreadable {
            name: name.to_owned(),
            reason,
        };
        let bad_der = || unreadable(webpki::Error::BadDer);
        // The first reader is the strict one, the second tells what the first keeps to itself.
        let parsed = OwnedCertRevocationList::from_der(&der)
            .map_err(unreadable)?
            .into();
        let (_, list) = CertificateRevocationList::from_der(&der)
            .ok()
            .ok_or_else(bad_der)?;
        Ok(Self {
            issuer: name::printed(list.issuer()),
            name: name.to_owned(),
            next_update: leaf::moment(list.next_update().ok_or_else(bad_der)?),
            number: list.crl_number().cloned(),
            parsed,
            scope: scope(&list).map_err(unreadable)?,
            signers: Vec::new(),
            this_update: leaf::moment(list.last_update()),
            der,
        })
    }

    /// RFC 5280 §6.3.3 (f) and (g): the signer is a CA of that name which may sign lists.
    fn find_signers(&mut self, anchors: &TrustAnchors) {
        let der = std::mem::take(&mut self.der);
        let Ok((_, list)) = CertificateRevocationList::from_der(&der) else {
            return;
        };
        let issuer = self.parsed.issuer();
        self.signers = anchors
            .iter()
            .filter(|ca| ca.may_sign_lists && ca.trusted.subject.as_ref() == issuer)
            .map(|ca| ca.trusted.subject_public_key_info.as_ref().to_vec())
            .filter(|key| is_signed_by(&list, key))
            .collect();
    }

    /// Whether it has the issuer, the signer and the scope of `older`, and so stands in its place when newer.
    pub(crate) fn replaces(&self, older: &Self) -> bool {
        let shares_signer = self.signers.iter().any(|key| older.signers.contains(key));
        shares_signer && self.parsed.issuer() == older.parsed.issuer() && self.scope == older.scope
    }

    /// Whether its issuer made it before `other`, by their numbers.
    pub(crate) fn precedes(&self, other: &Self) -> bool {
        match (&self.number, &other.number) {
            (Some(own), Some(others)) => own < others,
            _ => false,
        }
    }

    /// Whether it has been issued and its renewal is not due yet.
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.in_force(Duration::ZERO, now).is_ok()
    }

    /// Where its issuer publishes it, RFC 5280 §5.2.5; empty when it does not say.
    pub(crate) fn points(&self) -> &[String] {
        self.scope
            .as_ref()
            .map_or(&[], |scope| scope.points.as_slice())
    }

    /// Whether the list's scope holds the certificate, RFC 5280 §6.3.3 (b) (2).
    fn covers(&self, subject: &RevocationSubject<'_>) -> bool {
        let Some(scope) = &self.scope else {
            return true;
        };
        if scope.only_ca && !subject.is_ca || scope.only_users && subject.is_ca {
            return false;
        }
        match subject.distribution_points {
            Some(points) => points.iter().any(|point| scope.points.contains(point)),
            None => true,
        }
    }

    /// RFC 5280 §5.1.2.4 and §5.1.2.5: in force, and not past its renewal and the grace.
    fn in_force(&self, grace: Duration, now: Timestamp) -> Result<Window, CertificateRefused> {
        let (this_update, next_update) = (self.this_update, self.next_update);
        let list = || self.name.clone();
        if now < this_update {
            return Err(CertificateRefused::RevocationListFuture {
                list: list(),
                this_update,
                now,
            });
        }
        let end = next_update.after(grace);
        if now >= end {
            return Err(CertificateRefused::RevocationListStale {
                list: list(),
                next_update,
                now,
            });
        }
        Ok(Window::new(
            this_update,
            Timestamp::from_seconds(end.seconds().saturating_sub(1)),
        ))
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RevocationList({} of {}, until {})",
            self.name, self.issuer, self.next_update
        )
    }
}

/// A certificate on a path, its issuer's key beside it, whose revocation is asked about.
pub(super) struct RevocationSubject<'a> {
    pub(super) distribution_points: Option<&'a [String]>,
    pub(super) is_ca: bool,
    pub(super) issuer: &'a [u8],
    pub(super) issuer_key: &'a [u8],
    pub(super) serial: &'a [u8],
}

/// What the lists say of a certificate that none of them revokes.
pub(super) enum Revocation {
    /// Lists cover it, and say so within this time.
    NotRevoked(Window),
    /// No list bears its issuer's name.
    Unlisted,
    /// Lists bear its issuer's name, none that this issuer signed covers it.
    Unknown,
}

/// Asks all `lists` of the certificate's issuer.
///
/// # Errors
///
/// It is revoked, or a list that covers it is not in force.
pub(super) fn revocation(
    lists: &[RevocationList],
    subject: &RevocationSubject<'_>,
    grace: Duration,
    now: Timestamp,
) -> Result<Revocation, CertificateRefused> {
    let mut answer = Revocation::Unlisted;
    for list in lists
        .iter()
        .filter(|list| list.parsed.issuer() == subject.issuer)
    {
        if let Revocation::Unlisted = answer {
            answer = Revocation::Unknown;
        }
        if !list.signers.iter().any(|key| key == subject.issuer_key) {
            continue;
        }
        if !matches!(list.parsed.find_serial(subject.serial), Ok(None)) {
            let serial = name::hex(subject.serial);
            return Err(CertificateRefused::Revoked {
                serial,
                list: list.name.clone(),
            });
        }
        if list.covers(subject) {
            let window = list.in_force(grace, now)?;
            answer = match answer {
                Revocation::NotRevoked(other) => Revocation::NotRevoked(other.and(window)),
                _ => Revocation::NotRevoked(window),
            };
        }
    }
    Ok(answer)
}

/// What is wrong with a file of revocation lists.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RevocationListError {
    /// Neither DER nor a PEM block labelled `X509 CRL`.
    #[error("{name}: no revocation list in it")]
    Empty {
        /// The file.
        name: String,
    },
    /// A PEM block that is cut short or not base64.
    #[error("{name}: PEM block {position} cannot be read")]
    Pem {
        /// The file.
        name: String,
        /// Which block, counted from one.
        position: usize,
    },
    /// Not a list, or one that uses what is not supported.
    #[error("{name}: not a revocation list that can be used: {reason}")]
    Unreadable {
        /// The file.
        name: String,
        /// What the reader met.
        reason: webpki::Error,
    },
}

fn ders(name: &str, octets: Vec<u8>) -> Result<Vec<Vec<u8>>, RevocationListError> {
    // PEM begins with text, DER with the tag of a SEQUENCE, which is a digit no PEM file begins with.
    if octets.first() == Some(&0x30) {
        return Ok(vec![octets]);
    }
    let mut ders = Vec::new();
    for (before, der) in CertificateRevocationListDer::pem_slice_iter(&octets).enumerate() {
        let position = before + 1;
        let unreadable = || RevocationListError::Pem {
            name: name.to_owned(),
            position,
        };
        ders.push(der.ok().ok_or_else(unreadable)?.to_vec());
    }
    Ok(ders)
}

/// What the list is narrowed to, if it is.
fn scope(list: &CertificateRevocationList<'_>) -> Result<Option<Scope>, webpki::Error> {
    let is_point = |oid: &str| oid == ISSUING_DISTRIBUTION_POINT;
    let extension = list
        .extensions()
        .iter()
        .find(|found| is_point(&found.oid.to_id_string()));
    match extension.map(X509Extension::parsed_extension) {
        None => Ok(None),
        Some(ParsedExtension::IssuingDistributionPoint(point)) => Ok(Some(Scope {
            only_ca: point.only_contains_ca_certs,
            only_users: point.only_contains_user_certs,
            points: leaf::uris(point.distribution_point.as_ref()),
        })),
        Some(_) => Err(webpki::Error::MalformedExtensions),
    }
}

fn is_signed_by(list: &CertificateRevocationList<'_>, key: &[u8]) -> bool {
    let key = SubjectPublicKeyInfoDer::from(sequence(key));
    let Ok(key) = RawPublicKeyEntity::try_from(&key) else {
        return false;
    };
    let message = list.tbs_cert_list.as_ref();
    let signature = &list.signature_value.data;
    SIGNATURE_ALGORITHMS
        .iter()
        .any(|algorithm| key.verify_signature(*algorithm, message, signature).is_ok())
}

/// Puts the tag and length back before the content of a `SEQUENCE`, X.690 §8.1.3.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let first = length
        .iter()
        .position(|octet| *octet != 0)
        .unwrap_or(length.len());
    let length = length.get(first..).unwrap_or_default();
    let head = match (length, u8::try_from(length.len())) {
        ([], _) => vec![0x30, 0],
        ([short @ 0..=0x7f], _) => vec![0x30, *short],
        (long, Ok(octets)) => [&[0x30, 0x80 | octets], long].concat(),
        (_, Err(_)) => Vec::new(),
    };
    [head.as_slice(), content].concat()
}

const ISSUING_DISTRIBUTION_POINT: &str = "2.5.29.28";
