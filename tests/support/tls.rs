//! A consumer's TLS: trusts what a consumer trusts, shows the certificate it is given.

use std::{net::TcpStream, path::Path, sync::Arc};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::aws_lc_rs,
    pki_types::ServerName,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use super::{http::Connection, pki::Identity, process::PATIENCE};

/// A stream whose other end is nginx.
pub type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Someone who connects; sessions are remembered between connections, so later ones may resume.
#[derive(Clone)]
pub struct Client {
    config: Arc<ClientConfig>,
    port: u16,
}

impl Client {
    /// Trusts the PEM file `anchors`; shows `identity`, or no certificate.
    pub fn new(anchors: &Path, identity: Option<&Identity>, port: u16) -> Self {
        let mut roots = RootCertStore::empty();
        for anchor in CertificateDer::pem_file_iter(anchors).unwrap() {
            roots.add(anchor.unwrap()).unwrap();
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(chain(identity), key(identity))
                .unwrap(),
        };
        Self {
            config: Arc::new(config),
            port,
        }
    }

    pub fn connect(&self) -> Connection<Stream> {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        self.over(socket, "localhost")
    }

    /// TLS with the server `name` over a connection that is there.
    pub fn over(&self, socket: TcpStream, name: &str) -> Connection<Stream> {
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let session = ClientConnection::new(Arc::clone(&self.config), name).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.set_nodelay(true).unwrap();
        Connection::new(StreamOwned::new(session, socket))
    }
}

fn chain(identity: &Identity) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(&identity.certificate)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn key(identity: &Identity) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_file(&identity.private_key).unwrap()
}
