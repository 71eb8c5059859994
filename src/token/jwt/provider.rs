//! Cryptography for the JWT library: AWS-LC, verification alone, and three algorithms alone.
//!
//! The library's own provider knows HMAC and RSASSA-PKCS1-v1_5 as well. One that does not cannot be talked into them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{self, Verifier},
};

/// Installs the provider, which the library panics without; a second time it is there already.
pub(super) fn install() {
    let _ = PROVIDER.install_default();
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the library hands a reference over"
)]
fn signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the library hands a reference over"
)]
fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let is_fitting = algorithm.family() == key.family();
    let scheme = match algorithm {
        Algorithm::ES256 if is_fitting => Scheme::Other(&ECDSA_P256_SHA256_FIXED),
        Algorithm::PS256 if is_fitting => Scheme::Rsa,
        Algorithm::EdDSA if is_fitting => Scheme::Other(&ED25519),
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    Ok(Box::new(Signature {
        algorithm: *algorithm,
        key: key.clone(),
        scheme,
    }))
}

struct Signature {
    algorithm: Algorithm,
    key: DecodingKey,
    scheme: Scheme,
}

enum Scheme {
    Rsa,
    Other(&'static dyn VerificationAlgorithm),
}

impl Verifier<Vec<u8>> for Signature {
    fn verify(
        &self,
        message: &[u8],
        signature: &Vec<u8>,
    ) -> std::result::Result<(), signature::Error> {
        let verified = match (self.key.kind(), &self.scheme) {
            (DecodingKeyKind::RsaModulusExponent { n, e }, Scheme::Rsa) => {
                let key = RsaPublicKeyComponents { n, e };
                key.verify(&RSA_PSS_2048_8192_SHA256, message, signature)
            }
            (DecodingKeyKind::SecretOrDer(key), Scheme::Other(scheme)) => {
                UnparsedPublicKey::new(*scheme, key).verify(message, signature)
            }
            _ => return Err(signature::Error::new()),
        };
        verified.or(Err(signature::Error::new()))
    }
}

impl JwtVerifier for Signature {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: JAT-4, FAPI2-CRY-1
    #[test]
    fn rfc8725_3_1_no_other_algorithm_can_be_had_of_the_provider() {
        install();
        let secret = DecodingKey::from_secret(b"the public key, as a secret").unwrap();
        let point = DecodingKey::from_ec_der(&[4; 65]);
        let rsa = DecodingKey::from_rsa_raw_components(&[0x81; 256], &[1, 0, 1]);
        let octets = DecodingKey::from_ed_der(&[1; 32]);
        for (algorithm, key) in [
            (Algorithm::ES256, &point),
            (Algorithm::PS256, &rsa),
            (Algorithm::EdDSA, &octets),
        ] {
            let verified = jsonwebtoken::crypto::verify("AAAA", b"x", key, algorithm);
            assert_eq!(verified, Ok(false));
        }
        for (algorithm, key) in [
            (Algorithm::HS256, &secret),
            (Algorithm::HS256, &point),
            (Algorithm::HS512, &secret),
            (Algorithm::RS256, &rsa),
            (Algorithm::PS384, &rsa),
            (Algorithm::ES384, &point),
            (Algorithm::ES256, &secret),
            (Algorithm::ES256, &octets),
            (Algorithm::PS256, &point),
            (Algorithm::EdDSA, &point),
        ] {
            assert!(jsonwebtoken::crypto::verify("AAAA", b"x", key, algorithm).is_err());
        }
    }
}
