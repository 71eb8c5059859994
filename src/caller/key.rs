//! Public keys of certificates: which are accepted.

use x509_parser::{
    oid_registry::{
        OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_PKCS1_RSAENCRYPTION,
        OID_PKCS1_RSASSAPSS,
    },
    x509::SubjectPublicKeyInfo,
};

use serde::Deserialize;

use super::{der, object, signature, view::View};

/// Kind of a key in a certificate.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, strum::Display, strum::VariantArray)]
pub enum KeyKind {
    /// RSA of at least 2048 bits.
    #[serde(rename = "RSA")]
    #[strum(serialize = "RSA")]
    Rsa,
    /// ECDSA on P-256.
    #[serde(rename = "P-256")]
    #[strum(serialize = "P-256")]
    P256,
    /// ECDSA on P-384.
    #[serde(rename = "P-384")]
    #[strum(serialize = "P-384")]
    P384,
}

impl KeyKind {
    /// All of them, which FAPI has.
    pub const ALL: &[Self] = <Self as strum::VariantArray>::VARIANTS;
}

/// Fault of a key.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum KeyRefused {
    /// An RSA key without the `NULL` of RFC 3279 §2.3.1, or parameters of another kind.
    #[error("the parameters of its key are not those of RFC 3279")]
    Parameters,
    /// An RSA key that is longer than signatures are verified with.
    #[error("its RSA key has {bits} bits, more than {MOST_BITS}")]
    TooLong {
        /// The length of its modulus.
        bits: usize,
    },
    /// An RSA key of fewer than 2048 bits.
    #[error("its RSA key has {bits} bits, fewer than 2048")]
    TooShort {
        /// The length of its modulus.
        bits: usize,
    },
    /// Neither an RSA key nor one on P-256 or P-384.
    #[error("its key is of the kind {algorithm}; RSA, P-256 and P-384 are supported")]
    Unsupported {
        /// The name of the algorithm or curve.
        algorithm: String,
    },
}

/// FAPI 1.0 Part 2 §8.6: RSA of at least 2048 bits, or P-256 or P-384.
pub(super) fn judge(key: &SubjectPublicKeyInfo<'_>) -> Result<KeyKind, KeyRefused> {
    let algorithm = &key.algorithm.algorithm;
    let curve = key
        .algorithm
        .parameters
        .as_ref()
        .and_then(|curve| curve.as_oid().ok());
    let unsupported = |bytes: &[u8]| KeyRefused::Unsupported {
        algorithm: object::name(bytes),
    };
    if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
        return match curve {
            Some(curve) if curve == OID_EC_P256 => Ok(KeyKind::P256),
            Some(curve) if curve == OID_NIST_EC_P384 => Ok(KeyKind::P384),
            Some(curve) => Err(unsupported(curve.as_bytes())),
            None => Err(unsupported(algorithm.as_bytes())),
        };
    }
    // A key for PSS alone has the same form as any of RSA, RFC 4055 §1.2.
    let is_rsa = *algorithm == OID_PKCS1_RSAENCRYPTION || *algorithm == OID_PKCS1_RSASSAPSS;
    match modulus(key) {
        Some(modulus) if is_rsa => match bit_length(modulus) {
            2048.. => Ok(KeyKind::Rsa),
            bits => Err(KeyRefused::TooShort { bits }),
        },
        _ => Err(unsupported(algorithm.as_bytes())),
    }
}

/// The modulus of an `RSAPublicKey`, RFC 8017 A.1.1.
fn modulus<'k>(key: &'k SubjectPublicKeyInfo<'_>) -> Option<&'k [u8]> {
    let parts = der::elements(der::content(&key.subject_public_key.data, der::SEQUENCE)?)?;
    match parts.as_slice() {
        [modulus, exponent] if [modulus.tag, exponent.tag] == [der::INTEGER; 2] => {
            Some(modulus.content)
        }
        _ => None,
    }
}

/// The check of [`judge`], and that signatures by the key can be verified.
pub(super) fn judge_issuer(key: &SubjectPublicKeyInfo<'_>, view: &View) -> Result<(), KeyRefused> {
    judge(key)?;
    if key.algorithm.algorithm == OID_PKCS1_RSASSAPSS {
        let algorithm = object::name(OID_PKCS1_RSASSAPSS.as_bytes());
        return Err(KeyRefused::Unsupported { algorithm });
    }
    if key.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
        let bits = modulus(key).map_or(0, bit_length);
        if bits > MOST_BITS {
            return Err(KeyRefused::TooLong { bits });
        }
    }
    let algorithm = der::elements(&view.key).unwrap_or_default();
    match algorithm.first() {
        Some(kind) if signature::is_key_supported(kind.content) => Ok(()),
        _ => Err(KeyRefused::Parameters),
    }
}

fn bit_length(number: &[u8]) -> usize {
    let first = number
        .iter()
        .position(|byte| *byte != 0)
        .unwrap_or(number.len());
    match number.get(first..) {
        Some([high, rest @ ..]) => {
            let high = 8 - high.leading_zeros();
            8 * rest.len() + usize::try_from(high).unwrap_or(0)
        }
        _ => 0,
    }
}

const MOST_BITS: usize = 8192;
