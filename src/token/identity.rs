//! Identity of this daemon as a TLS client: its certificate chain and private key.

use std::{fmt, sync::Arc};

use rustls::{InconsistentKeys, crypto::aws_lc_rs, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use thiserror::Error;
use zeroize::Zeroize as _;

use super::{material::Material, pem::PemFault};

/// Our own certificate chain and its private key, known to belong together.
///
/// The key is held by the cryptographic library, which wipes it; it cannot be read back or printed.
#[derive(Clone)]
pub struct Identity(pub(super) Arc<CertifiedKey>);

impl Identity {
    /// Reads a chain, end entity first, and its private key (PKCS#8, SEC 1 or PKCS#1), both PEM.
    ///
    /// # Errors
    ///
    /// When either cannot be read, or the key is not that of the first certificate.
    pub fn from_pem(certificate_pem: &[u8], key_pem: &[u8]) -> Result<Self, IdentityError> {
        let chain = CertificateDer::pem_slice_iter(certificate_pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| IdentityError::certificate(certificate_pem, error.into()))?;
        if chain.is_empty() {
            let missing = PemFault::Missing;
            return Err(IdentityError::certificate(certificate_pem, missing));
        }
        let mut key = PrivateKeyDer::from_pem_slice(key_pem)
            .map_err(|error| IdentityError::key(key_pem, error.into()))?;
        let signing_key = aws_lc_rs::sign::any_supported_type(&key);
        key.zeroize();
        // The library's error prints as its debug form.
        let signing_key = signing_key.or(Err(IdentityError::KeyUnusable))?;
        let certified = CertifiedKey::new(chain, signing_key);
        match certified.keys_match() {
            Ok(()) => Ok(Self(Arc::new(certified))),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(mismatch(certified))
            }
            Err(_) => Err(IdentityError::CertificateUnusable),
        }
    }

    /// The certificates as they are sent, end entity first.
    #[must_use]
    pub fn certificate_chain(&self) -> &[CertificateDer<'static>] {
        &self.0.cert
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Identity({} certificates, key redacted)",
            self.0.cert.len()
        )
    }
}

/// The reason: the key may belong to another certificate of the file than the first.
fn mismatch(mut certified: CertifiedKey) -> IdentityError {
    let mut position = 1;
    while !certified.cert.is_empty() {
        if certified.keys_match().is_ok() {
            return IdentityError::ChainOrder { position };
        }
        certified.cert.remove(0);
        position += 1;
    }
    IdentityError::KeyDoesNotMatch
}

/// Reason why a certificate and a key are no identity.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// The certificate file has something else than certificates in PEM.
    #[error("the certificate file holds {0}; certificates in PEM are needed, one's own first")]
    CertificateMaterial(Material),
    /// The certificate file is not PEM.
    #[error("the certificate file cannot be read as PEM: {0}")]
    CertificateUnreadable(#[source] PemFault),
    /// The first certificate is not X.509 as we know it.
    #[error("the first certificate of the certificate file is malformed, or not of version 3")]
    CertificateUnusable,
    /// The chain does not begin with the certificate of the key.
    #[error(
        "the chain in the certificate file is in the wrong order: the private key belongs to its certificate {position}, and one's own comes first"
    )]
    ChainOrder {
        /// Position of the key's certificate, counted from one.
        position: usize,
    },
    /// The key is another certificate's.
    #[error("the private key does not belong to the certificate")]
    KeyDoesNotMatch,
    /// The key file has something else than a private key in PEM.
    #[error("the key file holds {0}; a private key in PEM without a passphrase is needed")]
    KeyMaterial(Material),
    /// The key file is not PEM, or holds no private key.
    #[error("the key file holds no private key that can be read: {0}")]
    KeyUnreadable(#[source] PemFault),
    /// The key is of a kind that cannot sign here.
    #[error(
        "the private key is damaged or of a kind that cannot be used: RSA of 2048 bits or more, P-256 and P-384 can"
    )]
    KeyUnusable,
}

impl IdentityError {
    fn certificate(bytes: &[u8], fault: PemFault) -> Self {
        match Material::of(bytes) {
            // A section of the right kind, or a damaged one.
            None | Some(Material::Certificate) => Self::CertificateUnreadable(fault),
            Some(Material::PrivateKey) if fault != PemFault::Missing => {
                Self::CertificateUnreadable(fault)
            }
            Some(material) => Self::CertificateMaterial(material),
        }
    }

    fn key(bytes: &[u8], fault: PemFault) -> Self {
        match Material::of(bytes) {
            None | Some(Material::PrivateKey) => Self::KeyUnreadable(fault),
            Some(material) => Self::KeyMaterial(material),
        }
    }

    /// `true` when it is the key file that is at fault.
    #[must_use]
    pub fn is_of_key(&self) -> bool {
        match self {
            Self::KeyDoesNotMatch
            | Self::KeyMaterial(_)
            | Self::KeyUnreadable(_)
            | Self::KeyUnusable => true,
            Self::CertificateMaterial(_)
            | Self::CertificateUnreadable(_)
            | Self::CertificateUnusable
            | Self::ChainOrder { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_and_certificate() -> (String, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["provider.example".into()]).unwrap();
        (
            parameters.self_signed(&key).unwrap().pem(),
            key.serialize_pem(),
        )
    }

    #[test]
    fn a_key_that_belongs_to_another_certificate_is_no_identity() {
        let (certificate, key) = key_and_certificate();
        let (_, other_key) = key_and_certificate();
        assert!(Identity::from_pem(certificate.as_bytes(), key.as_bytes()).is_ok());
        let fault = Identity::from_pem(certificate.as_bytes(), other_key.as_bytes()).unwrap_err();
        assert!(matches!(fault, IdentityError::KeyDoesNotMatch), "{fault:?}");
    }

    #[test]
    fn files_that_hold_something_else_are_named() {
        let (certificate, key) = key_and_certificate();
        let fault = |certificate: &str, key: &str| {
            Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err()
        };
        assert!(matches!(
            fault("", &key),
            IdentityError::CertificateMaterial(Material::Empty)
        ));
        assert!(matches!(
            fault(&certificate, ""),
            IdentityError::KeyMaterial(Material::Empty)
        ));
        assert!(matches!(
            fault(&certificate, &certificate),
            IdentityError::KeyMaterial(Material::Certificate)
        ));
        assert!(matches!(
            fault(&key, &key),
            IdentityError::CertificateMaterial(Material::PrivateKey)
        ));
    }

    #[test]
    fn a_chain_whose_own_certificate_is_not_the_first_is_in_the_wrong_order() {
        let ((own, key), (other, _)) = (key_and_certificate(), key_and_certificate());
        let read = |chain: String| Identity::from_pem(chain.as_bytes(), key.as_bytes());
        assert!(read(format!("{own}{other}")).is_ok());
        for (chain, at) in [
            (format!("{other}{own}"), 2),
            (format!("{other}{other}{own}"), 3),
        ] {
            let fault = read(chain).unwrap_err();
            assert!(matches!(fault, IdentityError::ChainOrder { position } if position == at));
        }
        assert!(matches!(
            read(other).unwrap_err(),
            IdentityError::KeyDoesNotMatch
        ));
    }

    #[test]
    fn a_key_that_cannot_be_read_is_not_quoted() {
        let (certificate, key) = key_and_certificate();
        let without_line_ends = key.replace(['\r', '\n'], "");
        let cut_short = without_line_ends.get(..90).unwrap();
        let without_end = key.replace("-----END", "");
        let not_base64 = key.replacen('M', "*", 1);
        for (text, expected) in [
            (without_line_ends.as_str(), PemFault::NoEnd),
            (cut_short, PemFault::BeginningCutShort),
            (&without_end, PemFault::NoEnd),
            (&not_base64, PemFault::NotBase64),
        ] {
            let fault = Identity::from_pem(certificate.as_bytes(), text.as_bytes()).unwrap_err();
            assert!(
                matches!(fault, IdentityError::KeyUnreadable(found) if found == expected),
                "{fault:?}"
            );
            let fault = Identity::from_pem(text.as_bytes(), key.as_bytes()).unwrap_err();
            assert!(
                matches!(fault, IdentityError::CertificateUnreadable(found) if found == expected),
                "{fault:?}"
            );
        }
    }

    #[test]
    fn an_identity_prints_neither_key_nor_certificate() {
        let (certificate, key) = key_and_certificate();
        let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        assert_eq!(
            format!("{identity:?}"),
            "Identity(1 certificates, key redacted)"
        );
    }
}
