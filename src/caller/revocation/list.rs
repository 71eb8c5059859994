//! One revocation list: whose it is, which certificates it covers, how long it holds.

use std::{fmt, time::Duration};

use x509_parser::{num_bigint::BigUint, prelude::FromDer, x509::X509Name};

use super::{
    certificate_list::CertificateList,
    extensions::Scope,
    fault::RevocationListFault,
    points::PointNames,
    serial::{SerialNumbers, shortest},
    signer::{self, SignerKeys, Unsigned},
    subject::RevocationSubject,
};
use crate::{
    caller::{CertificateRefused, IssuerKey, anchors::TrustAnchors, name, validity::Validity},
    clock::Timestamp,
};

/// One revocation list; what is kept of it takes less memory than its bytes.
pub struct RevocationList {
    issuer: String,
    /// The issuer's name as it is compared.
    issuer_key: IssuerKey,
    is_delta: bool,
    pub(super) name: String,
    number: Option<BigUint>,
    bytes: usize,
    renewal: Renewal,
    scope: Scope,
    pub(super) serials: SerialNumbers,
    signers: Result<SignerKeys, Unsigned>,
    this_update: Timestamp,
}

/// Until when a list is good.
#[derive(Clone, Copy)]
enum Renewal {
    /// Its `nextUpdate`, RFC 5280 §5.1.2.5, after which a grace may be granted.
    Due(Timestamp),
    /// It has none, and reaches the highest age that is granted then.
    TooOld(Timestamp),
}

impl RevocationList {
    /// Reads one list in DER and finds who signed it.
    ///
    /// `name` is what errors call it. One without `nextUpdate` is good for `max_age` from its
    /// `thisUpdate`; `None` refuses it.
    ///
    /// # Errors
    ///
    /// It cannot be read, or uses what is not supported.
    pub fn read(
        name: &str,
        der: &[u8],
        anchors: &TrustAnchors,
        max_age: Option<Duration>,
    ) -> Result<Self, RevocationListFault> {
        let list = CertificateList::read(der)?;
        let (_, issuer) = X509Name::from_der(list.issuer)
            .ok()
            .ok_or(RevocationListFault::Malformed { part: "its issuer" })?;
        let renewal = match (list.next_update, max_age) {
            (Some(next_update), _) => Renewal::Due(next_update),
            (None, Some(max_age)) => Renewal::TooOld(list.this_update.after(max_age)),
            (None, None) => return Err(RevocationListFault::NoNextUpdate),
        };
        Ok(Self {
            issuer: name::printed(&issuer),
            issuer_key: IssuerKey::of(list.issuer),
            is_delta: list.extensions.is_delta,
            name: name.to_owned(),
            bytes: der.len(),
            renewal,
            signers: signer::signers(&list, anchors),
            number: list.extensions.number,
            scope: list.extensions.scope,
            serials: list.serials,
            this_update: list.this_update,
        })
    }

    /// The list's name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its issuer as RFC 4514 writes names.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The number of certificates that it revokes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.serials.len()
    }

    /// `true` when it revokes none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `true` when it revokes the certificate with this serial number, the content of an INTEGER.
    #[must_use]
    pub fn revokes(&self, serial: &[u8]) -> bool {
        shortest(serial).is_some_and(|serial| self.serials.contains(serial))
    }

    /// Its length in DER, in bytes.
    #[must_use]
    pub fn der_bytes(&self) -> usize {
        self.bytes
    }

    /// Its issuer's name as it is compared.
    pub(crate) const fn issuer_key(&self) -> &IssuerKey {
        &self.issuer_key
    }

    /// When it was issued.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// When the next one is due; for a list that does not say, when it is too old.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        match self.renewal {
            Renewal::Due(end) | Renewal::TooOld(end) => end,
        }
    }

    /// `true` when a certificate of the bundle signed it.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.signers.is_ok()
    }

    /// The reason why no certificate of the bundle counts as its signer.
    #[must_use]
    pub fn unsigned(&self) -> Option<&Unsigned> {
        self.signers.as_ref().err()
    }

    /// `true` when it only adds to a complete list, RFC 5280 §5.2.4; such lists are not used.
    #[must_use]
    pub fn is_delta(&self) -> bool {
        self.is_delta
    }

    /// `true` when it is for the same certificates of the same issuer as `other`.
    pub(crate) fn has_scope_of(&self, other: &Self) -> bool {
        self.issuer_key == other.issuer_key && self.scope == other.scope
    }

    /// `true` when it has the issuer, the signer and the scope of `older`, and so stands in its place when newer.
    pub(crate) fn replaces(&self, older: &Self) -> bool {
        let (Ok(own), Ok(others)) = (&self.signers, &older.signers) else {
            return false;
        };
        own.iter().any(|key| others.contains(key)) && self.has_scope_of(older)
    }

    /// `true` when its issuer made it before `other`, by their numbers.
    pub(crate) fn precedes(&self, other: &Self) -> bool {
        match (&self.number, &other.number) {
            (Some(own), Some(others)) => own < others,
            _ => false,
        }
    }

    /// `true` when it has been issued and its renewal is not due yet.
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.in_force(Duration::ZERO, now).is_ok()
    }

    /// The URLs at which its issuer publishes it, RFC 5280 §5.2.5; none when it does not say.
    pub(crate) fn published_at(&self) -> impl Iterator<Item = &str> {
        self.scope.points.iter().flat_map(PointNames::uris)
    }

    /// `true` when the holder of this key signed it; `key` is the content of a `SubjectPublicKeyInfo`.
    pub(super) fn is_signed_with(&self, key: &[u8]) -> bool {
        let signers = self.signers.as_deref().unwrap_or_default();
        signers.iter().any(|signer| signer == key)
    }

    /// `true` when the list's scope holds the certificate, RFC 5280 §6.3.3 (b) (2).
    pub(super) fn covers(&self, subject: &RevocationSubject<'_>) -> bool {
        let scope = &self.scope;
        if scope.only_ca && !subject.is_ca || scope.only_users && subject.is_ca {
            return false;
        }
        subject
            .distribution_points
            .is_none_or(|points| self.is_for(points))
    }

    /// `true` when it is a list of one of these points, or of all.
    pub(crate) fn is_for(&self, points: &PointNames) -> bool {
        let own = self.scope.points.as_ref();
        own.is_none_or(|own| own.meet(points))
    }

    /// RFC 5280 §5.1.2.4 and §5.1.2.5: in force, and not past its renewal and the grace.
    pub(super) fn in_force(
        &self,
        grace: Duration,
        now: Timestamp,
    ) -> Result<Validity, CertificateRefused> {
        let (this_update, next_update) = (self.this_update, self.ends());
        let list = || self.name.clone();
        if now < this_update {
            return Err(CertificateRefused::RevocationListFuture {
                list: list(),
                this_update,
                now,
            });
        }
        let end = match self.renewal {
            Renewal::Due(next_update) => next_update.after(grace),
            Renewal::TooOld(end) => end,
        };
        if now >= end {
            return Err(CertificateRefused::RevocationListStale {
                list: list(),
                next_update,
                now,
            });
        }
        Ok(Validity::new(
            this_update,
            Timestamp::from_seconds(end.seconds().saturating_sub(1)),
        ))
    }
}

impl fmt::Display for RevocationList {
    /// The number that its issuer gave it, if any, and the issuer.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.number {
            Some(number) => write!(f, "list {number} of {}", self.issuer),
            None => write!(f, "the list of {} of {}", self.this_update, self.issuer),
        }
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, issuer) = (&self.name, &self.issuer);
        write!(
            f,
            "RevocationList({name} of {issuer}, until {})",
            self.ends()
        )
    }
}
