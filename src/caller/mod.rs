//! caller: turns the forwarded certificate into a [`Caller`].
//!
//! Knows X.509, the trust anchors, revocation lists and the RFC 8705 thumbprint.
//! Knows nothing of HTTP, tokens or rules.

mod anchors;
mod authority;
mod cache;
mod der;
mod distinguished_name;
mod extensions;
mod facts;
mod issuer_key;
mod key;
mod leaf;
mod leaf_rules;
mod membership;
mod name;
mod object;
mod path;
mod policies;
mod refused;
mod revocation;
mod signature;
mod signer;
#[cfg(test)]
mod tests;
mod thumbprint;
mod unusable;
mod validity;
mod view;

use std::{fmt, sync::Arc, time::Duration};

use rustls_pki_types::CertificateDer;

pub use anchors::{AnchorsError, TrustAnchors};
pub use authority::Authority;
pub use facts::CertificateFacts;
pub(crate) use issuer_key::IssuerKey;
pub use key::{KeyKind, KeyRefused};
pub use leaf_rules::LeafRules;
pub use membership::Membership;
pub(crate) use name::is_invisible;
pub use refused::{CertificateRefused, CertificateUnreadable, PathFault};
pub(crate) use revocation::{ListBlocks, MappedBytes, PointNames, published_at};
pub use revocation::{
    RevocationList, RevocationListError, RevocationListFault, RevocationListReader,
    RevocationLists, Unsigned,
};
pub use signer::{Curve, SignerCertificate, SignerRefused, decimal_serial, names_as_issuer};
pub use thumbprint::Thumbprint;
pub use unusable::Unusable;

use crate::{clock::Timestamp, edge::ForwardedCertificate};
use cache::{CacheKey, CachedCaller, CallerCache};
use leaf::Leaf;
use path::PathRules;

/// Whoever holds the key of a certificate that was verified for this request; cheap to clone.
#[derive(Clone)]
pub struct Caller(Arc<CertificateFacts>);

impl Caller {
    /// The facts of its certificate.
    #[must_use]
    pub fn facts(&self) -> &Arc<CertificateFacts> {
        &self.0
    }

    /// The last moment at which the certificate is valid, RFC 5280 §4.1.2.5.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// The certificate's serial number in lower-case hexadecimal.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.0.serial
    }

    /// The certificate's subject as RFC 4514 writes names, with control characters escaped.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The thumbprint that a token's `cnf` is compared with, RFC 8705 §3.1.
    #[must_use]
    pub fn thumbprint(&self) -> &Thumbprint {
        &self.0.thumbprint
    }

    /// A caller for the tests of later rooms, which have no certificate to verify.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn for_test(thumbprint: Thumbprint) -> Self {
        Self::for_test_with(thumbprint, Membership::default())
    }

    /// As [`for_test`](Self::for_test), whose certificate states `membership`.
    #[cfg(test)]
    #[must_use]
    pub(crate) fn for_test_with(thumbprint: Thumbprint, membership: Membership) -> Self {
        Self(Arc::new(CertificateFacts {
            issuer: "CN=test issuer".to_owned(),
            membership,
            not_after: Timestamp::from_seconds(i64::MAX),
            serial: "01".to_owned(),
            subject: "CN=test".to_owned(),
            thumbprint,
        }))
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({})", self.0.subject)
    }
}

/// The trust anchors and revocation lists by which callers are judged, and a cache of those who were verified.
///
/// A reload makes a new one, so that nothing cached outlives the anchors and lists it rests on.
pub struct Callers {
    rules: PathRules,
    cache: CallerCache,
}

impl Callers {
    /// Joins anchors and lists; remembers at most `capacity` verified certificates.
    ///
    /// Lists count by who signed them, which was found when they were read. One that no CA of the
    /// bundle signed covers nobody. A list is good until its `nextUpdate` plus `crl_grace`.
    #[must_use]
    pub fn new(
        anchors: TrustAnchors,
        lists: RevocationLists,
        crl_grace: Duration,
        capacity: u64,
    ) -> Self {
        let rules = PathRules::new(anchors, lists, crl_grace);
        Self {
            rules,
            cache: CallerCache::new(capacity),
        }
    }

    /// The same, with the demands of a scheme on clients' own certificates.
    #[must_use]
    pub fn with_leaf_rules(mut self, leaf_rules: LeafRules) -> Self {
        self.rules.leaf_rules = leaf_rules;
        self
    }

    /// The trust anchors and intermediates in use.
    #[must_use]
    pub fn anchors(&self) -> &TrustAnchors {
        self.rules.anchors()
    }

    /// The revocation lists in use.
    #[must_use]
    pub fn lists(&self) -> &RevocationLists {
        self.rules.lists()
    }

    /// Takes the certificate header's value as a certificate, known or new; nothing is trusted yet.
    ///
    /// One that was verified before is found by the SHA-256 of its text and not parsed again.
    ///
    /// # Errors
    ///
    /// The value does not hold one well-formed certificate.
    pub fn recognise<'a>(
        &'a self,
        certificate: &ForwardedCertificate<'a>,
    ) -> Result<Presented<'a>, CertificateUnreadable> {
        let key = CacheKey::of(certificate);
        let known = match self.cache.get(&key) {
            Some(cached) => Known::Before(cached),
            None => Known::new(certificate)?,
        };
        Ok(Presented {
            callers: self,
            certificate: *certificate,
            key,
            known,
        })
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Callers({} anchors)", self.anchors().len())
    }
}

/// A well-formed certificate that still has to be verified for this request.
#[must_use = "a certificate counts only once it is verified"]
pub struct Presented<'a> {
    callers: &'a Callers,
    certificate: ForwardedCertificate<'a>,
    key: CacheKey,
    known: Known,
}

enum Known {
    Before(CachedCaller),
    New {
        der: CertificateDer<'static>,
        facts: Arc<CertificateFacts>,
    },
}

impl Known {
    fn new(certificate: &ForwardedCertificate<'_>) -> Result<Self, CertificateUnreadable> {
        let der = certificate.der()?;
        let facts = Arc::new(CertificateFacts::read(&der)?);
        Ok(Self::New { der, facts })
    }
}

impl Presented<'_> {
    /// The facts of the certificate, whether or not it will be verified.
    #[must_use]
    pub fn facts(&self) -> Arc<CertificateFacts> {
        match &self.known {
            Known::Before(cached) => cached.facts(),
            Known::New { facts, .. } => facts.clone(),
        }
    }

    /// Validates the certificate's path at `now`, RFC 5280 §6.1, or finds it in the cache.
    ///
    /// A cached caller counts only while every date that it rests on still holds, so time and the
    /// freshness of revocation are judged on every request (PKIX-2). Refusals are not cached.
    ///
    /// # Errors
    ///
    /// The first check that the certificate fails.
    pub fn verify(self, now: Timestamp) -> Result<Caller, CertificateRefused> {
        let der = match self.known {
            Known::Before(cached) if cached.is_valid_at(now) => return Ok(cached.into_caller()),
            Known::Before(_) => self
                .certificate
                .der()
                .map_err(CertificateUnreadable::from)?,
            Known::New { der, .. } => der,
        };
        let leaf = Leaf::read(&der)?;
        let validity = self.callers.rules.judge(&leaf, now)?;
        let caller = Caller(Arc::new(leaf.facts()));
        self.callers
            .cache
            .insert(self.key, CachedCaller::new(caller.clone(), validity));
        Ok(caller)
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Presented({:?})", self.certificate)
    }
}
