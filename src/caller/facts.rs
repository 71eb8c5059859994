//! Facts of a certificate, as it states them, for the log.

use std::fmt;

use super::{Membership, Thumbprint};
use crate::clock::Timestamp;

/// The names, number, end and thumbprint of a certificate; that it was verified only a [`Caller`] says.
///
/// A refusal carries these whenever the certificate could be read, so that the log tells who was refused.
///
/// [`Caller`]: super::Caller
#[derive(Clone, Eq, PartialEq)]
pub struct CertificateFacts {
    pub(super) issuer: String,
    pub(super) membership: Membership,
    pub(super) not_after: Timestamp,
    pub(super) serial: String,
    pub(super) subject: String,
    pub(super) thumbprint: Thumbprint,
}

impl CertificateFacts {
    /// The issuer as RFC 4514 writes names, with control characters escaped.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The roles, member and application that it states.
    #[must_use]
    pub fn membership(&self) -> &Membership {
        &self.membership
    }

    /// The last moment at which the certificate is valid, RFC 5280 §4.1.2.5.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The serial number in lower-case hexadecimal.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The subject as RFC 4514 writes names, with control characters escaped.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// SHA-256 over the certificate, RFC 8705 §3.1.
    #[must_use]
    pub fn thumbprint(&self) -> &Thumbprint {
        &self.thumbprint
    }
}

impl fmt::Debug for CertificateFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            issuer,
            serial,
            subject,
            ..
        } = self;
        write!(f, "CertificateFacts({subject}, {serial} of {issuer})")
    }
}
