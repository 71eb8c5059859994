//! The one outbound HTTP client: our certificate, their trust anchors, no way around either.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::redirect;
use rustls::{
    CipherSuite, ClientConfig, InconsistentKeys, RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
    sign::{CertifiedKey, SingleCertAndKey},
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use thiserror::Error;
use zeroize::Zeroize as _;

use super::{material::Material, pem::PemFault};

/// Builds a client that offers `identity` and believes `trust_anchors_pem` alone.
///
/// TLS 1.3, or TLS 1.2 with the four suites of FAPI 1.0 Advanced §8.5; `https` only; redirects are
/// handed back, never followed; the environment's proxies are not used. `timeout` bounds a whole
/// exchange, and connecting gets at most two seconds of it.
///
/// # Errors
///
/// When the anchors are not PEM certificates, or there are none.
pub fn outbound_client(
    trust_anchors_pem: &[u8],
    identity: Identity,
    timeout: Duration,
) -> Result<reqwest::Client, ClientError> {
    let tls = tls_config(trust_anchors(trust_anchors_pem)?, identity)?;
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        // A connection that hangs is then lost with its exchange, not shared with the next ones.
        .http1_only()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(timeout.min(LONGEST_CONNECT))
        .timeout(timeout)
        .pool_idle_timeout(LONGEST_IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build()?;
    Ok(client)
}

/// Our own certificate chain and its private key, known to belong together.
///
/// The key is held by the cryptographic library, which wipes it; it cannot be read back or printed.
#[derive(Clone)]
pub struct Identity(Arc<CertifiedKey>);

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

/// Whether the key belongs to another certificate of the file than the first.
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

/// Why a certificate and a key are no identity.
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
        /// Where the key's certificate stands, counted from one.
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
    fn certificate(octets: &[u8], fault: PemFault) -> Self {
        match Material::of(octets) {
            // A section of the right kind, or a damaged one.
            None | Some(Material::Certificate) => Self::CertificateUnreadable(fault),
            Some(Material::PrivateKey) if fault != PemFault::Missing => {
                Self::CertificateUnreadable(fault)
            }
            Some(material) => Self::CertificateMaterial(material),
        }
    }

    fn key(octets: &[u8], fault: PemFault) -> Self {
        match Material::of(octets) {
            None | Some(Material::PrivateKey) => Self::KeyUnreadable(fault),
            Some(material) => Self::KeyMaterial(material),
        }
    }

    /// Whether it is the key file that is at fault.
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

/// Why an outbound client could not be made.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The HTTP library refused the settings.
    #[error("the outbound client cannot be made: {0}")]
    Http(#[from] reqwest::Error),
    /// The TLS library refused the settings.
    #[error("the outbound client's TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// A certificate that TLS cannot be verified with.
    #[error(
        "certificate {position} of the trust anchors file cannot be used to verify the directory's server; leave it out or give another"
    )]
    TrustAnchorUnusable {
        /// Where it stands, counted from one.
        position: usize,
    },
    /// There is no certificate among the trust anchors.
    #[error("there is no certificate in the trust anchors file")]
    TrustAnchorsMissing,
    /// The trust anchors are not PEM.
    #[error("the trust anchors file cannot be read as PEM: {0}")]
    TrustAnchorsUnreadable(#[source] PemFault),
}

fn trust_anchors(pem: &[u8]) -> Result<RootCertStore, ClientError> {
    let mut roots = RootCertStore::empty();
    for (before, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
        let certificate =
            certificate.map_err(|error| ClientError::TrustAnchorsUnreadable(error.into()))?;
        let position = before + 1;
        // The library's error prints as its debug form.
        let added = roots.add(certificate);
        added.or(Err(ClientError::TrustAnchorUnusable { position }))?;
    }
    if roots.is_empty() {
        return Err(ClientError::TrustAnchorsMissing);
    }
    Ok(roots)
}

fn tls_config(roots: RootCertStore, identity: Identity) -> Result<ClientConfig, ClientError> {
    let key = Arc::unwrap_or_clone(identity.0);
    let mut tls = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(tls)
}

/// The suites of TLS 1.3 and, for TLS 1.2, those of FAPI 1.0 Advanced §8.5 without DHE
/// (RFC 9325 §4.2).
fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider
        .cipher_suites
        .retain(|suite| suite.version() == &TLS13 || TLS12_SUITES.contains(&suite.suite()));
    provider
}

const TLS12_SUITES: [CipherSuite; 4] = [
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];

const LONGEST_CONNECT: Duration = Duration::from_secs(2);
const LONGEST_IDLE: Duration = Duration::from_secs(30);
const IDLE_CONNECTIONS: usize = 16;

#[cfg(test)]
mod tests {
    use rustls::SupportedCipherSuite;

    use super::*;

    /// Rows: FAPI2-NET-3
    #[test]
    fn fapi2_5_2_2_only_tls_1_3_and_the_four_suites_are_offered() {
        let offered: Vec<_> = provider()
            .cipher_suites
            .iter()
            .map(SupportedCipherSuite::suite)
            .collect();
        let named = |suite: &CipherSuite| format!("{suite:?}");
        let (new, old): (Vec<_>, Vec<_>) = offered
            .iter()
            .map(named)
            .partition(|name| name.starts_with("TLS13_"));
        assert!(!new.is_empty());
        assert_eq!(old.len(), TLS12_SUITES.len());
        for name in old {
            assert!(
                name.starts_with("TLS_ECDHE_") && name.contains("_GCM_"),
                "{name}"
            );
        }
    }

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

    #[test]
    fn a_client_without_trust_anchors_is_not_made() {
        let (certificate, key) = key_and_certificate();
        let identity = Identity::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap();
        let limit = Duration::from_secs(1);
        let fault = outbound_client(b"", identity.clone(), limit).unwrap_err();
        assert!(
            matches!(fault, ClientError::TrustAnchorsMissing),
            "{fault:?}"
        );
        assert!(outbound_client(certificate.as_bytes(), identity, limit).is_ok());
    }
}
