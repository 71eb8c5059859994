//! A key of the authorization server's key set, RFC 7517 §4: read strictly, and for one algorithm alone.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use thiserror::Error;

use crate::token::{algorithm::Algorithm, json::Object};

/// A public key, and the one algorithm that it is for: that follows from its type, never from a token.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) kid: Option<String>,
    decoding: DecodingKey,
}

/// Reason why a key of a set is left out. Nothing of the key is quoted.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum KeyFault {
    #[error("its alg is not one that a key of its type is used with here")]
    Algorithm,
    #[error("a member of it is missing or malformed")]
    Malformed,
    #[error("it is for something other than verifying signatures")]
    OtherUse,
    #[error("its private part is published, so anyone may have signed with it")]
    Private,
    #[error("it is of a type, or on a curve, that is not used here")]
    Type,
    #[error("it is RSA of {bits} bits, and 2048 to 8192 are wanted")]
    Weak { bits: usize },
}

impl Key {
    /// Reads one JWK.
    pub(super) fn read(jwk: &Object) -> Result<Self, KeyFault> {
        let (algorithm, decoding) = match text(jwk, "kty")?.as_str() {
            "EC" => (Algorithm::Es256, elliptic(jwk)?),
            "OKP" => (Algorithm::EdDsa, edwards(jwk)?),
            "RSA" => (Algorithm::Ps256, rsa(jwk)?),
            _ => return Err(KeyFault::Type),
        };
        is_for_signatures(jwk)?;
        if jwk.names("d") {
            return Err(KeyFault::Private);
        }
        let named = jwk.string("alg").or(Err(KeyFault::Malformed))?;
        if named.is_some_and(|named| named.parse() != Ok(algorithm)) {
            return Err(KeyFault::Algorithm);
        }
        Ok(Self {
            algorithm,
            kid: jwk.string("kid").or(Err(KeyFault::Malformed))?,
            decoding,
        })
    }

    /// `true` when `signature`, in base64url, is this key's over `message`.
    pub(super) fn verifies(&self, signature: &str, message: &str) -> bool {
        jsonwebtoken::crypto::verify(
            signature,
            message.as_bytes(),
            &self.decoding,
            self.algorithm.of_library(),
        )
        .unwrap_or(false)
    }
}

/// RFC 7517 §4.2, §4.3: where a use or operations are named, verifying is among them.
fn is_for_signatures(jwk: &Object) -> Result<(), KeyFault> {
    let named = jwk.string("use").or(Err(KeyFault::Malformed))?;
    if named.is_some_and(|named| named != "sig") {
        return Err(KeyFault::OtherUse);
    }
    match jwk.value("key_ops").or(Err(KeyFault::Malformed))? {
        Some(operations) => match operations.as_array() {
            Some(operations) if operations.iter().any(|one| one == "verify") => Ok(()),
            Some(_) => Err(KeyFault::OtherUse),
            None => Err(KeyFault::Malformed),
        },
        None => Ok(()),
    }
}

/// RFC 7518 §6.2.1: a point of P-256, each coordinate in its full length.
fn elliptic(jwk: &Object) -> Result<DecodingKey, KeyFault> {
    if text(jwk, "crv")? != "P-256" {
        return Err(KeyFault::Type);
    }
    let (x, y) = (octets(jwk, "x")?, octets(jwk, "y")?);
    if x.len() != 32 || y.len() != 32 {
        return Err(KeyFault::Malformed);
    }
    let point = [&[UNCOMPRESSED], x.as_slice(), &y].concat();
    match ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point) {
        Ok(_) => Ok(DecodingKey::from_ec_der(&point)),
        Err(_not_on_the_curve) => Err(KeyFault::Malformed),
    }
}

/// RFC 8037 §2: Ed25519.
fn edwards(jwk: &Object) -> Result<DecodingKey, KeyFault> {
    if text(jwk, "crv")? != "Ed25519" {
        return Err(KeyFault::Type);
    }
    let x = octets(jwk, "x")?;
    match ParsedPublicKey::new(&ED25519, &x) {
        Ok(_) => Ok(DecodingKey::from_ed_der(&x)),
        Err(_length) => Err(KeyFault::Malformed),
    }
}

/// RFC 7518 §6.3.1, in the lengths of FAPI 2.0 §5.4.1 and of the cryptographic library.
fn rsa(jwk: &Object) -> Result<DecodingKey, KeyFault> {
    let (n, e) = (octets(jwk, "n")?, octets(jwk, "e")?);
    let n = without_leading_zeros(&n);
    let bits = n.first().map_or(0, |first| {
        n.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or(0)
    });
    if !(2048..=8192).contains(&bits) {
        return Err(KeyFault::Weak { bits });
    }
    let e = without_leading_zeros(&e);
    let is_exponent = e.len() <= 5 && e != [1] && e.last().is_some_and(|last| last % 2 == 1);
    if !is_exponent {
        return Err(KeyFault::Malformed);
    }
    Ok(DecodingKey::from_rsa_raw_components(n, e))
}

fn without_leading_zeros(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.get(zeros..).unwrap_or_default()
}

fn text(jwk: &Object, member: &str) -> Result<String, KeyFault> {
    let text = jwk.string(member).or(Err(KeyFault::Malformed))?;
    text.ok_or(KeyFault::Malformed)
}

fn octets(jwk: &Object, member: &str) -> Result<Vec<u8>, KeyFault> {
    let text = text(jwk, member)?;
    URL_SAFE_NO_PAD.decode(text).or(Err(KeyFault::Malformed))
}

/// First octet of a point that is not compressed, SEC 1 §2.3.3.
const UNCOMPRESSED: u8 = 4;
