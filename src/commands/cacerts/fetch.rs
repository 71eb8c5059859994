//! Fetches a bundle over https from a server that need not prove who it is: see [`super::run`].

use std::{sync::Arc, time::Duration};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{
        CryptoProvider, aws_lc_rs::default_provider, verify_tls12_signature, verify_tls13_signature,
    },
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use url::Url;

use super::{CacertsError, within_limit};

/// The bytes at `url`, whoever sent them; to be believed only with the right fingerprint.
pub(super) fn bundle(url: &Url) -> Result<Vec<u8>, CacertsError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CacertsError::Start(error.to_string()))?
        .block_on(download(url))
}

async fn download(url: &Url) -> Result<Vec<u8>, CacertsError> {
    let failed = |source: reqwest::Error| CacertsError::Fetch {
        url: url.clone(),
        source: source.without_url(),
    };
    let mut response = client()?
        .get(url.clone())
        .send()
        .await
        .and_then(reqwest::Response::error_for_status)
        .map_err(failed)?;
    let mut bundle = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        bundle.extend_from_slice(&chunk);
        bundle = within_limit(bundle)?;
    }
    Ok(bundle)
}

/// For a connection on which nothing is believed, and nothing said: every server's certificate is taken.
pub(in crate::commands) fn with_any_server() -> Result<ClientConfig, Error> {
    let provider = Arc::new(default_provider());
    let tls = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyServer(provider)))
        .with_no_client_auth();
    Ok(tls)
}

fn client() -> Result<reqwest::Client, CacertsError> {
    let tls = with_any_server().map_err(|error| CacertsError::Start(error.to_string()))?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .timeout(Duration::from_secs(30))
        .build()
        .map_err(|error| CacertsError::Start(error.to_string()))
}

/// Takes every certificate, for a connection whose content is verified instead.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
