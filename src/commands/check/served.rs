//! Certificate that nginx shows at its port: a renewed certificate is on the disk, and may not be in nginx's memory.
//!
//! certbot succeeds when its deploy hook fails, and the file is then good for months while the certificate
//! that consumers see ends.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr, TcpStream},
};

use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use url::{Host, Url};
use webpki::EndEntityCert;

use super::{
    names, of_nginx,
    shown::{PATIENCE, Shown, shown},
};
use crate::{
    config::{Config, Finding},
    edge::Listen,
};

/// Findings on what is shown for our name: that nothing answers where `dump` has a site of ours listen on every
/// address, that the name is refused, that another site answers, that what is shown is in none of `files`, or that it
/// is none that consumers trust. With `is_online` also where else the name leads to.
pub(super) fn findings(
    config: &Config,
    dump: &str,
    files: &BTreeSet<&str>,
    is_online: bool,
) -> Vec<Finding> {
    let Some(Host::Domain(host)) = config.base_url.as_ref().and_then(Url::host) else {
        return Vec::new();
    };
    let is_ours = leads_to_us(config, dump);
    let mut findings = Vec::new();
    if is_ours {
        findings.extend(names::in_nginx(host, dump));
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 443));
    let certificate = match TcpStream::connect_timeout(&address, PATIENCE) {
        Ok(stream) => shown(host, stream),
        Err(_) if is_ours && is_expected_here(dump) => {
            findings.push(of_nginx(
                "nothing answers at port 443 of this machine: no consumer reaches perild",
                "systemctl start nginx; systemctl status nginx says why it does not run",
            ));
            return findings;
        }
        Err(_) => return findings,
    };
    match certificate {
        Shown::Certificate(certificate) => {
            let directory = CertificateDer::from_pem_file(&config.directory.certificate).ok();
            findings.extend(judge(host, &certificate, files, directory.as_ref()));
            if is_ours && is_online {
                findings.extend(names::in_the_world(host, &certificate));
            }
        }
        Shown::Nothing(reason) if is_ours => findings.push(refused(host, &reason)),
        Shown::Nothing(_) => {}
    }
    findings
}

fn refused(host: &str, reason: &str) -> Finding {
    of_nginx(
        format!("whoever asks this machine for {host} is shown no certificate: {reason}"),
        "see that nginx has the site enabled, and that its server_name is the name of base_url",
    )
}

fn leads_to_us(config: &Config, dump: &str) -> bool {
    match &config.listen {
        Listen::Unix(socket) => dump.contains(&socket.display().to_string()),
        Listen::Tcp(_) => false,
    }
}

/// `true` when a site is to answer at every address of this machine, so at that of loopback.
fn is_expected_here(dump: &str) -> bool {
    let mut lines = dump.lines();
    lines.any(|line| line.trim().starts_with("listen 443 "))
}

/// Findings on the certificate `shown` for `host`; `directory` is what is for the directory alone.
fn judge(
    host: &str,
    shown: &CertificateDer<'_>,
    files: &BTreeSet<&str>,
    directory: Option<&CertificateDer<'_>>,
) -> Option<Finding> {
    if directory == Some(shown) {
        return Some(of_nginx(
            format!(
                "{host} shows the certificate of directory.certificate, which is for the directory alone: no consumer trusts it"
            ),
            TRUSTED,
        ));
    }
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
    if is_its_own_issuer(shown) {
        return Some(of_nginx(
            format!(
                "{host} shows a certificate that nobody but itself has signed: no consumer trusts it"
            ),
            TRUSTED,
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

fn is_its_own_issuer(der: &CertificateDer<'_>) -> bool {
    let read = x509_parser::parse_x509_certificate(der);
    read.is_ok_and(|(_, certificate)| {
        certificate.subject().as_raw() == certificate.issuer().as_raw()
    })
}

const TRUSTED: &str =
    "let ssl_certificate name one of a public authority; perild-provision gets it";

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    use super::*;

    /// A certificate for `name` by an authority that is not there any more.
    fn certificate(name: &str) -> CertificateDer<'static> {
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority
            .distinguished_name
            .push(DnType::CommonName, "authority");
        let authority = Issuer::new(authority, KeyPair::generate().unwrap());
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        params.signed_by(&key, &authority).unwrap().der().clone()
    }

    fn pem(certificate: &CertificateDer<'_>) -> String {
        let base64 = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, certificate);
        format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
    }

    #[test]
    fn another_site_in_our_place_is_told_of_even_where_its_certificate_is_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fullchain.pem");
        let file_name = file.to_str().unwrap();
        let keep = |certificate: &CertificateDer<'_>| {
            std::fs::write(&file, pem(certificate)).unwrap();
        };
        let judged = |shown| judge("data.example", &shown, &BTreeSet::from([file_name]), None);

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

    #[test]
    fn a_certificate_that_no_consumer_trusts_is_told_of_though_it_is_in_a_file_and_of_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fullchain.pem");
        let params = CertificateParams::new(vec!["data.example".to_owned()]).unwrap();
        let own = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let issued = certificate("data.example");
        let judged = |shown: &CertificateDer<'_>, directory| {
            std::fs::write(&file, pem(shown)).unwrap();
            let files = BTreeSet::from([file.to_str().unwrap()]);
            judge("data.example", shown, &files, directory).map(|told| told.to_string())
        };
        assert_eq!(judged(&issued, Some(own.der())), None);
        let told = judged(own.der(), None).unwrap();
        assert!(told.contains("nobody but itself has signed"), "{told}");
        let told = judged(&issued, Some(&issued)).unwrap();
        assert!(told.contains("for the directory alone"), "{told}");
    }
}
