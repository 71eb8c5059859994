//! Keys that sign JWTs, and JWTs good and bad.

#![allow(dead_code, reason = "each test binary uses its own part")]

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use x509_parser::{prelude::FromDer as _, public_key::RSAPublicKey};

/// A key that signs.
pub(crate) enum SigningKey {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl SigningKey {
    pub(crate) fn p256() -> Self {
        Self::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
    }

    pub(crate) fn p384() -> Self {
        Self::P384(EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).expect("a key"))
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().expect("a key"))
    }

    pub(crate) fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
    }

    /// The algorithm that it is for.
    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::Ed25519(_) => "EdDSA",
            Self::P256(_) => "ES256",
            Self::P384(_) => "ES384",
            Self::Rsa(_) => "PS256",
        }
    }

    /// Its public part, RFC 7517.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let encoded = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
        let point = |crv: &str, key: &EcdsaKeyPair| {
            let point = key.public_key().as_ref();
            let (x, y) = point.split_at(1).1.split_at(point.len() / 2);
            json!({"kty": "EC", "crv": crv, "kid": kid, "x": encoded(x), "y": encoded(y)})
        };
        match self {
            Self::Ed25519(key) => {
                let x = encoded(key.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x})
            }
            Self::P256(key) => point("P-256", key),
            Self::P384(key) => point("P-384", key),
            Self::Rsa(key) => {
                let (_, key) = RSAPublicKey::from_der(key.public_key().as_ref()).expect("a key");
                let without_sign =
                    |octets: &[u8]| encoded(octets.strip_prefix(&[0]).unwrap_or(octets));
                let [n, e] = [key.modulus, key.exponent].map(without_sign);
                json!({"kty": "RSA", "kid": kid, "n": n, "e": e})
            }
        }
    }

    /// `claims` signed under `header`, to which its algorithm is added where there is none.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let mut header = header.clone();
        if let Some(members) = header.as_object_mut() {
            let algorithm = || json!(self.algorithm());
            members.entry("alg").or_insert_with(algorithm);
        }
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// Texts as they are, signed.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = message(header, claims);
        let random = SystemRandom::new();
        let octets = message.as_bytes();
        let signature = match self {
            Self::Ed25519(key) => key.sign(octets).as_ref().to_vec(),
            Self::P256(key) | Self::P384(key) => key
                .sign(&random, octets)
                .expect("a signature")
                .as_ref()
                .to_vec(),
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                let is_pkcs1 = header.contains("RS256");
                let scheme: &dyn aws_lc_rs::signature::RsaEncoding = if is_pkcs1 {
                    &RSA_PKCS1_SHA256
                } else {
                    &RSA_PSS_SHA256
                };
                key.sign(scheme, &random, octets, &mut signature)
                    .expect("a signature");
                signature
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Header and claims as they are signed.
pub(crate) fn message(header: &str, claims: &str) -> String {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{claims}")
}

/// A token whose HMAC has `secret` as its key.
pub(crate) fn hmac_token(secret: &[u8], header: &Value, claims: &Value) -> String {
    let message = message(&header.to_string(), &claims.to_string());
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(tag))
}
