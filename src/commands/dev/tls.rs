//! TLS as the deployment has it: 1.2 and 1.3, the suites of FAPI 1.0 Part 2 §8.5, client certificates optional.

use std::{any::Any, sync::Arc};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{dev::Extensions, rt::net::TcpStream};
use rustls::{
    CipherSuite, ClientConfig, RootCertStore, ServerConfig, crypto::CryptoProvider,
    crypto::aws_lc_rs::default_provider, server::WebPkiClientVerifier,
};
use rustls_pki_types::CertificateDer;

use super::pki::Holder;

/// The certificate that the client showed in this connection's handshake.
pub(super) struct PeerCertificate(pub(super) CertificateDer<'static>);

/// A server that asks for a certificate of `clients` and takes none as well.
pub(super) fn server(
    holder: &Holder,
    clients: &CertificateDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = provider();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots(&[clients])?), provider.clone())
            .allow_unauthenticated()
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![holder.der().clone()], holder.key())
}

/// A client that believes `servers` only, and shows `holder`'s certificate when there is one.
pub(super) fn client(
    servers: &[&CertificateDer<'static>],
    holder: Option<&Holder>,
) -> Result<ClientConfig, rustls::Error> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots(servers)?);
    match holder {
        Some(holder) => builder.with_client_auth_cert(vec![holder.der().clone()], holder.key()),
        None => Ok(builder.with_no_client_auth()),
    }
}

/// Keeps the client's certificate beside its connection, for `HttpServer::on_connect`.
pub(super) fn remember_peer(connection: &dyn Any, data: &mut Extensions) {
    let tls = connection.downcast_ref::<TlsStream<TcpStream>>();
    let chain = tls.and_then(|tls| tls.get_ref().1.peer_certificates());
    if let Some(leaf) = chain.and_then(<[_]>::first) {
        data.insert(PeerCertificate(leaf.clone().into_owned()));
    }
}

fn roots(certificates: &[&CertificateDer<'static>]) -> Result<RootCertStore, rustls::Error> {
    let mut roots = RootCertStore::empty();
    for &certificate in certificates {
        roots.add(certificate.clone())?;
    }
    Ok(roots)
}

fn provider() -> Arc<CryptoProvider> {
    let mut provider = default_provider();
    provider
        .cipher_suites
        .retain(|suite| suite.tls13().is_some() || FAPI_SUITES.contains(&suite.suite()));
    Arc::new(provider)
}

const FAPI_SUITES: [CipherSuite; 4] = [
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
];
