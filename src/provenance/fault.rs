//! Faults of signing.

use crate::{caller::SignerRefused, clock::Timestamp};

/// The reason why nobody can sign with a key and a certificate.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The certificate is not one of a signer.
    #[error(transparent)]
    Certificate(#[from] SignerRefused),
    /// The certificate's key is on another curve.
    #[error("the certificate's key is not on P-256, and ES256 is what records are signed with")]
    Curve,
    /// The key is that of another certificate.
    #[error("the private key does not belong to the certificate")]
    KeyDoesNotMatch,
    /// The file of the key has none that can be used.
    #[error("the key file has no private key on P-256 in PEM without a passphrase")]
    KeyUnusable,
    /// There is only the certificate itself.
    #[error("the certificate file has no certificate of the issuer, which records bring along")]
    NoIssuer,
    /// The file of certificates has none, or something else.
    #[error("the certificate file has something else than certificates in PEM")]
    NotCertificates,
}

/// The reason why a record could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SigningFault {
    /// The certificate has ended, so that nobody would believe the signature.
    #[error("the signing certificate ended at {not_after}")]
    Ended {
        /// Its last valid moment.
        not_after: Timestamp,
    },
    /// The steps are no JSON.
    #[error("a step cannot be written as JSON: {0}")]
    Json(serde_json::Error),
    /// The key does not sign.
    #[error("the signing key does not sign")]
    Key,
    /// The system has no random octets.
    #[error("the system gives no random octets")]
    NoRandom,
}
