//! The member's signing key.

use std::fmt;

use aws_lc_rs::{
    encoding::AsDer,
    hkdf::{HKDF_SHA256, Salt},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use zeroize::Zeroize;

use super::{
    fault::{SignerError, SigningFault},
    sealed::{SEAL_KEY, SealKey},
};

/// A key that signs: that of a file here; a module of hardware or a service would be another.
pub trait SigningKey: fmt::Debug + Send + Sync {
    /// The point on P-256 that belongs to it, uncompressed.
    fn public_key(&self) -> &[u8];

    /// ECDSA over SHA-256 of `text`, in DER. It may take as long as asking somebody else takes.
    ///
    /// # Errors
    /// [`SigningFault`].
    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, SigningFault>;

    /// `true` where signing is some microseconds of this processor's, and never the wait for somebody else.
    fn is_at_hand(&self) -> bool {
        false
    }
}

/// The key of a file.
pub struct KeyFile(EcdsaKeyPair);

impl KeyFile {
    /// Reads a private key on P-256 (PKCS#8 or SEC 1) in PEM; with it comes the key that seals what only this signer
    /// reads again.
    ///
    /// # Errors
    /// [`SignerError::KeyUnusable`].
    pub fn from_pem(pem: &[u8]) -> Result<(Self, SealKey), SignerError> {
        let unusable = || SignerError::KeyUnusable;
        let der = PrivateKeyDer::from_pem_slice(pem);
        let mut der = der.map_err(|_it_quotes_lines| unusable())?;
        let pair =
            EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_ASN1_SIGNING, der.secret_der());
        der.zeroize();
        let pair = pair.map_err(|_rejected| unusable())?;
        let seal = sealing(&pair).ok_or_else(unusable)?;
        Ok((Self(pair), seal))
    }
}

/// The sealing key that belongs to a signing key: the same on each machine that has it.
fn sealing(pair: &EcdsaKeyPair) -> Option<SealKey> {
    let private = pair.private_key().as_der().ok()?;
    let secret = Salt::new(HKDF_SHA256, SEAL_KEY).extract(private.as_ref());
    let expanded = secret.expand(&[SEAL_KEY], HKDF_SHA256).ok()?;
    let mut octets = [0; 32];
    expanded.fill(&mut octets).ok()?;
    let key = SealKey::new(&octets);
    octets.zeroize();
    key
}

impl SigningKey for KeyFile {
    fn public_key(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    fn sign(&self, text: &[u8]) -> Result<Vec<u8>, SigningFault> {
        let signature = self.0.sign(&SystemRandom::new(), text);
        let signature = signature.map_err(|_no_reason| SigningFault::Key)?;
        Ok(signature.as_ref().to_vec())
    }

    fn is_at_hand(&self) -> bool {
        true
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyFile(redacted)")
    }
}
