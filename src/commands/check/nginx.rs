//! nginx's configuration, as far as a mistake in it would reach us.
//!
//! perild checks every certificate itself, so a mistake here costs availability or an early
//! refusal, not the guarantee; it is said all the same.

use std::{collections::BTreeSet, io, process::Command};

use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::{of_nginx, served, server_certificate, tls_versions};
use crate::{
    clock::Timestamp,
    config::{Config, Finding, SettingPlace, Severity},
    edge::Listen,
};

/// Output of `nginx -T`; none when this machine has no nginx.
pub(super) fn findings(config: &Config, is_online: bool) -> Vec<Finding> {
    let output = match Command::new("nginx").arg("-T").output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            return vec![of_nginx(format!("nginx -T cannot be run: {error}"), "")];
        }
    };
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        let first = complaint
            .lines()
            .find(|line| line.contains("[emerg]"))
            .unwrap_or("it does not say why");
        return vec![of_nginx(
            format!("nginx -T fails: {first}"),
            "run `perild check` as root, or mend nginx",
        )];
    }
    let dump = String::from_utf8_lossy(&output.stdout);
    let files = certificate_files(&dump);
    let mut findings = certificates(&files, Timestamp::now());
    findings.extend(served::findings(config, &dump, &files, is_online));
    findings.extend(server_certificate::findings(config, &files));
    findings.extend(tls_versions::finding(&dump, config.profile.name));
    if let Listen::Unix(socket) = &config.listen {
        findings.extend(judge(
            &dump,
            &socket.display().to_string(),
            &config.consumers.certificate_header,
        ));
    }
    findings
}

fn certificate_files(dump: &str) -> BTreeSet<&str> {
    let paths = dump.lines().filter_map(|line| {
        let (name, path) = line.trim().split_once(char::is_whitespace)?;
        (name == "ssl_certificate").then(|| path.trim().trim_end_matches(';'))
    });
    paths.collect()
}

/// Findings on the ends of the certificates that nginx is to show to consumers.
fn certificates(files: &BTreeSet<&str>, now: Timestamp) -> Vec<Finding> {
    let shown = files
        .iter()
        .filter_map(|path| Some((path, Shown::read(path)?)));
    shown
        .flat_map(|(path, shown)| shown.judge(path, now))
        .collect()
}

/// Facts of a server's certificate.
struct Shown {
    end: Timestamp,
    issuer: String,
}

impl Shown {
    /// A file's first certificate; a file that nginx takes and we cannot read is passed over.
    fn read(path: &str) -> Option<Self> {
        let leaf = CertificateDer::from_pem_file(path).ok()?;
        let (_, certificate) = x509_parser::parse_x509_certificate(&leaf).ok()?;
        let end = certificate.validity().not_after.timestamp();
        Some(Self {
            end: Timestamp::from_seconds(end),
            issuer: certificate.issuer().to_string(),
        })
    }

    fn judge(&self, path: &str, now: Timestamp) -> Vec<Finding> {
        let mut findings = vec![Finding::of_end(
            place(),
            &format!("the server's certificate {path}"),
            self.end,
            now,
            Severity::Warning,
            "see why it was not renewed: certbot renew --dry-run",
        )];
        // How Let's Encrypt marks what its test environment issues.
        if self.issuer.to_uppercase().contains("STAGING") {
            findings.push(of_nginx(
                format!("the server's certificate {path} is of a test environment ({}): no consumer trusts it", self.issuer),
                "perild-provision with --acme-server of the real one",
            ));
        }
        findings
    }
}

fn judge(dump: &str, socket: &str, certificate_header: &str) -> Vec<Finding> {
    let lines: Vec<&str> = dump
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .collect();
    let has = |text: &str| lines.iter().any(|line| line.contains(text));
    if !has(socket) {
        return vec![of_nginx(
            format!("no site of nginx leads to {socket}"),
            "install nginx/perild.conf and reload nginx",
        )];
    }
    let mut findings = Vec::new();
    let forwards = || lines.iter().filter(|line| sets(line, certificate_header));
    // NGX-5
    if forwards().next().is_none() {
        findings.push(of_nginx(
            format!("nginx does not set {certificate_header}, so a client could send its own"),
            "include perild.d/forward.inc in every location that proxies",
        ));
    }
    // NGX-1
    if forwards().any(|line| line.contains("$ssl_client_cert;")) {
        findings.push(of_nginx(
            "nginx sends the certificate as $ssl_client_cert: folded lines, which HTTP parsers refuse",
            "use $ssl_client_escaped_cert and certificate_format = \"pem-urlencoded\"",
        ));
    }
    // NGX-9
    if !has("ssl_verify_client") {
        findings.push(of_nginx(
            "nginx asks no client for a certificate (ssl_verify_client)",
            "set ssl_verify_client optional and ssl_client_certificate",
        ));
    }
    if findings.is_empty() {
        let finding = format!("a site leads to {socket} and sets {certificate_header}");
        findings.push(Finding::new(Severity::Fine, place(), finding, ""));
    }
    findings
}

fn sets(line: &str, header: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next() == Some("proxy_set_header")
        && words
            .next()
            .is_some_and(|name| name.eq_ignore_ascii_case(header))
}

fn place() -> SettingPlace {
    SettingPlace::Outside("nginx".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "upstream perild {\n server unix:/run/perild/perild.sock;\n}\nssl_verify_client optional;\n\
        proxy_set_header X-OE-CLIENT-CERT $perild_client_cert;\n";

    fn severities(dump: &str) -> Vec<Severity> {
        let findings = judge(dump, "/run/perild/perild.sock", "X-OE-CLIENT-CERT");
        findings
            .into_iter()
            .map(|finding| finding.severity)
            .collect()
    }

    #[test]
    fn a_certificate_of_a_test_environment_is_told_of() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let judged = |issuer: &str| {
            let shown = Shown {
                end: now.after(std::time::Duration::from_hours(24 * 60)),
                issuer: issuer.to_owned(),
            };
            let findings = shown.judge("fullchain.pem", now);
            findings
                .into_iter()
                .map(|finding| finding.severity)
                .collect::<Vec<_>>()
        };
        assert_eq!(judged("C=US, O=Let's Encrypt, CN=R11"), [Severity::Fine]);
        let staging = judged("C=US, O=(STAGING) Let's Encrypt, CN=(STAGING) Riddling Rhubarb R12");
        assert_eq!(staging, [Severity::Fine, Severity::Warning]);
    }

    #[test]
    fn a_site_that_sets_the_header_is_fine_and_each_gap_is_said() {
        assert_eq!(severities(GOOD), [Severity::Fine]);
        for broken in [
            GOOD.replace("/run/perild/perild.sock", "/run/other.sock"),
            GOOD.replace("proxy_set_header", "# proxy_set_header"),
            GOOD.replace("$perild_client_cert", "$ssl_client_cert"),
            GOOD.replace("ssl_verify_client", "ssl_verify"),
        ] {
            assert_eq!(severities(&broken), [Severity::Warning], "{broken}");
        }
    }
}
