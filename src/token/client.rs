//! The one outbound HTTP client: our certificate, their trust anchors, no way around either.

use std::{sync::Arc, time::Duration};

use reqwest::redirect;
use rustls::{
    CipherSuite, ClientConfig, RootCertStore,
    crypto::{CryptoProvider, aws_lc_rs},
    sign::SingleCertAndKey,
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use thiserror::Error;

use super::{identity::Identity, pem::PemFault};

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
    Ok(Outbound::new(trust_anchors_pem, identity, timeout)?.client()?)
}

/// Settings of outbound clients, which share TLS sessions and no connections.
pub(super) struct Outbound {
    tls: ClientConfig,
    timeout: Duration,
}

impl Outbound {
    pub(super) fn new(
        trust_anchors_pem: &[u8],
        identity: Identity,
        timeout: Duration,
    ) -> Result<Self, ClientError> {
        let tls = tls_config(trust_anchors(trust_anchors_pem)?, identity)?;
        Ok(Self { tls, timeout })
    }

    pub(super) fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .https_only(true)
            // A connection that hangs is then lost with its exchange, not shared with the next ones.
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(self.timeout.min(LONGEST_CONNECT))
            .timeout(self.timeout)
            // A firewall between that forgets a connection tells neither side.
            .tcp_keepalive(FIRST_KEEPALIVE)
            .tcp_keepalive_interval(KEEPALIVE_INTERVAL)
            .tcp_keepalive_retries(KEEPALIVE_RETRIES)
            .pool_idle_timeout(LONGEST_IDLE)
            .pool_max_idle_per_host(1)
            .build()
    }
}

/// Reason why an outbound client could not be made.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The HTTP library refused the settings.
    #[error("the outbound client cannot be made: {0}")]
    Http(#[from] reqwest::Error),
    /// The TLS library refused the settings.
    #[error(
        "the outbound client's TLS cannot be set up: this build's cryptography lacks what it needs"
    )]
    Tls(#[from] rustls::Error),
    /// A certificate that TLS cannot be verified with.
    #[error(
        "certificate {position} of the trust anchors file cannot be used to verify the directory's server; leave it out or give another"
    )]
    TrustAnchorUnusable {
        /// Its position, counted from one.
        position: usize,
        /// The library's reason.
        source: rustls::Error,
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
        let added = roots.add(certificate);
        added.map_err(|source| ClientError::TrustAnchorUnusable { position, source })?;
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
const FIRST_KEEPALIVE: Duration = Duration::from_secs(5);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
const KEEPALIVE_RETRIES: u32 = 2;

/// Time that a connection is kept for the next question.
pub(super) const LONGEST_IDLE: Duration = Duration::from_secs(10);

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

    #[test]
    fn a_client_without_trust_anchors_is_not_made() {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["provider.example".into()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap().pem();
        let key = key.serialize_pem();
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
