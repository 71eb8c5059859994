//! The certificate that a server shows to whoever asks for a name.

use std::{io, net::TcpStream, sync::Arc, time::Duration};

use rustls::ClientConnection;
use rustls_pki_types::{CertificateDer, ServerName};

use crate::commands::cacerts::with_any_server;

/// Certificate that a server shows for a name.
pub(super) enum Shown {
    /// Its certificate.
    Certificate(CertificateDer<'static>),
    /// None, for this reason.
    Nothing(String),
}

/// Certificate that the server at the other end of `stream` shows for `host`.
pub(super) fn shown(host: &str, stream: TcpStream) -> Shown {
    let asked = ask(host, stream);
    asked.map_or_else(
        |error| Shown::Nothing(error.to_string()),
        Shown::Certificate,
    )
}

fn ask(host: &str, mut stream: TcpStream) -> io::Result<CertificateDer<'static>> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let tls = Arc::new(with_any_server().map_err(io::Error::other)?);
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut connection = ClientConnection::new(tls, name).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    let chain = connection.peer_certificates().unwrap_or_default();
    let leaf = chain.first().ok_or(io::ErrorKind::InvalidData)?;
    Ok(leaf.clone().into_owned())
}

/// It is this machine that is asked, or one that consumers ask.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
