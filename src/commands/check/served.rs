//! What nginx shows at its port: a renewed certificate is on the disk, and may not be in nginx's memory.
//!
//! certbot succeeds when its deploy hook fails, and the file is then good for months while the certificate
//! that consumers see ends.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::ClientConnection;
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};

use super::nginx::warning;
use crate::{
    commands::cacerts::with_any_server,
    config::{Config, Fault},
};

/// A finding when what is shown is in none of `files`. Whoever does not answer here, or not to that name,
/// is no concern of this.
pub(super) fn finding(config: &Config, files: &BTreeSet<&str>) -> Option<Fault> {
    let host = config.base_url.as_ref()?.host_str()?;
    let shown = shown(host, SocketAddr::from((Ipv4Addr::LOCALHOST, 443)))?;
    let is_held = files
        .iter()
        .filter_map(|path| CertificateDer::from_pem_file(path).ok())
        .any(|held| held == shown);
    (!is_held).then(|| {
        warning(
            format!("{host} shows a certificate that is no longer in its file: it was renewed, and nginx has not read it"),
            "systemctl reload nginx, and see that certbot's deploy hook does so: /etc/letsencrypt/renewal-hooks/deploy/perild-nginx",
        )
    })
}

/// The certificate that the server at `address` shows for `host`.
fn shown(host: &str, address: SocketAddr) -> Option<CertificateDer<'static>> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let tls = Arc::new(with_any_server().ok()?);
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let mut connection = ClientConnection::new(tls, name).ok()?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).ok()?;
    }
    let leaf = connection.peer_certificates()?.first()?;
    Some(leaf.clone().into_owned())
}

/// It is this machine that is asked.
const PATIENCE: Duration = Duration::from_secs(3);
