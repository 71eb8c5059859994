//! Signature algorithms, RFC 7518 §3.1.

use serde::Deserialize;

/// Signature algorithm that may be believed: those of FAPI 2.0 §5.4.1, and no other exists here.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    Eq,
    PartialEq,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    #[strum(serialize = "ES256")]
    Es256,
    /// RSASSA-PSS with SHA-256, and a key of 2048 bits or more.
    #[serde(rename = "PS256")]
    #[strum(serialize = "PS256")]
    Ps256,
    /// Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    #[strum(serialize = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// The same algorithm as the JWT library names it.
    pub(super) fn of_library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        }
    }
}
