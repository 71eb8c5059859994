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
use webpki::EndEntityCert;

use super::of_nginx;
use crate::{
    commands::cacerts::with_any_server,
    config::{Config, Fault},
    edge::Listen,
};

/// What is wrong with what is shown for our name: that nothing answers where `dump` has a site of ours listen on every
/// address, that another site answers, or that what is shown is in none of `files`.
pub(super) fn finding(config: &Config, dump: &str, files: &BTreeSet<&str>) -> Option<Fault> {
    let host = config.base_url.as_ref()?.host_str()?;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 443));
    let stream = match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(stream) => stream,
        Err(_) if is_expected_here(config, dump) => {
            return Some(of_nginx(
                "nothing answers at port 443 of this machine: no consumer reaches perild",
                "systemctl start nginx; systemctl status nginx says why it does not run",
            ));
        }
        Err(_) => return None,
    };
    judge(host, &shown(host, stream)?, files)
}

/// Whether a site that leads to us is to answer at every address of this machine, so at that of loopback.
fn is_expected_here(config: &Config, dump: &str) -> bool {
    let Listen::Unix(socket) = &config.listen else {
        return false;
    };
    dump.contains(&socket.display().to_string())
        && dump
            .lines()
            .any(|line| line.trim().starts_with("listen 443 "))
}

fn judge(host: &str, shown: &CertificateDer<'_>, files: &BTreeSet<&str>) -> Option<Fault> {
    let name = ServerName::try_from(host).ok()?;
    let is_for_us = EndEntityCert::try_from(shown)
        .is_ok_and(|leaf| leaf.verify_is_valid_for_subject_name(&name).is_ok());
    if !is_for_us {
        return Some(of_nginx(
            format!(
                "whoever asks this machine for {host} is shown a certificate of another name: another site answers in its place"
            ),
            "see that nginx has the site enabled and listens where the other site does; perild-provision sets that up",
        ));
    }
    let is_held = files
        .iter()
        .filter_map(|path| CertificateDer::from_pem_file(path).ok())
        .any(|held| held == *shown);
    (!is_held).then(|| {
        of_nginx(
            format!("{host} shows a certificate that is no longer in its file: it was renewed, and nginx has not read it"),
            "systemctl reload nginx, and see that certbot's deploy hook does so: /etc/letsencrypt/renewal-hooks/deploy/perild-nginx",
        )
    })
}

/// The certificate that the server at the other end of `stream` shows for `host`; none when it refuses the name.
fn shown(host: &str, mut stream: TcpStream) -> Option<CertificateDer<'static>> {
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

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn certificate(name: &str) -> CertificateDer<'static> {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().clone()
    }

    #[test]
    fn another_site_in_our_place_is_told_of_even_where_its_certificate_is_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fullchain.pem");
        let file_name = file.to_str().unwrap();
        let keep = |certificate: &CertificateDer<'_>| {
            let base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, certificate);
            let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
            std::fs::write(&file, pem).unwrap();
        };
        let judged = |shown| judge("data.example", &shown, &BTreeSet::from([file_name]));

        let others = certificate("shop.example");
        keep(&others);
        let told = judged(others).unwrap().to_string();
        assert!(told.contains("another site answers in its place"), "{told}");

        let ours = certificate("data.example");
        keep(&ours);
        assert!(judged(ours).is_none());
        let renewed = judged(certificate("data.example")).unwrap().to_string();
        assert!(renewed.contains("nginx has not read it"), "{renewed}");
    }
}
