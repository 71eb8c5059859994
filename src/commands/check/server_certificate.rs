//! The server's certificate as profile `ib1` has it: one DNS name, which the scheme lists, and an ECDSA key.

use std::collections::BTreeSet;

use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use url::{Host, Url};
use webpki::EndEntityCert;
use x509_parser::{certificate::X509Certificate, extensions::GeneralName, public_key::PublicKey};

use super::of_nginx;
use crate::config::{Config, Finding, Profile, ProfileName, SettingPlace, Severity};

/// Findings on those of nginx's certificate `files` that are for the name of `base_url`.
pub(super) fn findings(config: &Config, files: &BTreeSet<&str>) -> Vec<Finding> {
    let host = match config.base_url.as_ref().and_then(Url::host) {
        Some(Host::Domain(host)) if config.profile.name == ProfileName::Ib1 => host,
        _ => return Vec::new(),
    };
    let certificates = files.iter().filter_map(|path| {
        let certificate = CertificateDer::from_pem_file(path).ok()?;
        is_for(&certificate, host).then_some((path, certificate))
    });
    certificates
        .flat_map(|(path, certificate)| judge(path, &certificate, &config.profile))
        .collect()
}

fn is_for(certificate: &CertificateDer<'_>, host: &str) -> bool {
    let name = ServerName::try_from(host);
    let certificate = EndEntityCert::try_from(certificate);
    name.is_ok_and(|name| {
        certificate.is_ok_and(|leaf| leaf.verify_is_valid_for_subject_name(&name).is_ok())
    })
}

fn judge(path: &str, certificate: &CertificateDer<'_>, profile: &Profile) -> Vec<Finding> {
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else {
        return Vec::new();
    };
    let faults = faults(&certificate, &profile.server_names);
    if faults.is_empty() {
        let place = SettingPlace::Outside("nginx".to_owned());
        let compared = if profile.server_names.is_empty() {
            "; profile.server_names has no list to compare it with"
        } else {
            ", which the scheme lists"
        };
        let finding = format!("the server's certificate {path} has one name{compared}");
        return vec![Finding::new(Severity::Fine, place, finding, "")];
    }
    let said = |fault: String| {
        let finding = format!("the server's certificate {path} {fault}");
        of_nginx(finding, REMEDY)
    };
    faults.into_iter().map(said).collect()
}

/// Faults of `certificate`, where the scheme lets servers have the names of `listed`, if it has a list.
fn faults(certificate: &X509Certificate<'_>, listed: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.map(|names| names.value.general_names.iter());
    let names: Vec<&str> = names
        .into_iter()
        .flatten()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(*name),
            _ => None,
        })
        .collect();
    if names.len() != 1 {
        faults.push(format!(
            "has {} DNS names, where profile ib1 has exactly one",
            names.len()
        ));
    }
    for name in names {
        if name.contains('*') {
            faults.push(format!("has the wildcard {name}"));
        } else if !listed.is_empty() && !is_listed(name, listed) {
            faults.push(format!(
                "has the name {name}, which profile.server_names has not"
            ));
        }
    }
    if !is_ecdsa(certificate) {
        faults.push("has a key that is not ECDSA on P-256 or P-384".to_owned());
    }
    faults
}

/// `true` when `listed` has `name`, or one that begins with a dot and that it ends in.
fn is_listed(name: &str, listed: &[String]) -> bool {
    let name = name.to_ascii_lowercase();
    listed.iter().any(|entry| {
        let entry = entry.to_ascii_lowercase();
        name == entry || entry.starts_with('.') && name.ends_with(&entry)
    })
}

fn is_ecdsa(certificate: &X509Certificate<'_>) -> bool {
    match certificate.public_key().parsed() {
        Ok(PublicKey::EC(point)) => matches!(point.key_size(), 256 | 384),
        _ => false,
    }
}

const REMEDY: &str = "have a certificate of that one name with an ECDSA key: certbot certonly --cert-name NAME -d NAME --key-type ecdsa";

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, RsaKeySize};

    use super::*;

    fn minted(names: &[&str], key: &KeyPair) -> rcgen::Certificate {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let params = CertificateParams::new(names).unwrap();
        params.self_signed(key).unwrap()
    }

    fn certificate(names: &[&str], key: &KeyPair) -> CertificateDer<'static> {
        minted(names, key).der().clone()
    }

    fn found(certificate: &CertificateDer<'_>, listed: &[&str]) -> Vec<String> {
        let (_, certificate) = x509_parser::parse_x509_certificate(certificate).unwrap();
        let listed: Vec<_> = listed.iter().map(|&name| name.to_owned()).collect();
        faults(&certificate, &listed)
    }

    /// Rows: IB1-SRV-1
    #[test]
    fn ib1_srv_1_a_servers_certificate_has_exactly_one_name_of_the_list_and_no_wildcard() {
        let key = KeyPair::generate().unwrap();
        let list = ["data.example.org", ".provider.example"];
        for (names, number) in [
            (&["data.example.org"][..], 0),
            (&["DATA.example.org"], 0),
            (&["a.provider.example"], 0),
            (&["provider.example"], 1),
            (&["aprovider.example"], 1),
            (&["other.example.org"], 1),
            (&["*.provider.example"], 1),
            (&["data.example.org", "a.provider.example"], 1),
            (&["data.example.org", "*.example.org"], 2),
            (&["192.0.2.1"], 1),
            (&[], 1),
        ] {
            let found = found(&certificate(names, &key), &list);
            assert_eq!(found.len(), number, "{names:?}: {found:?}");
        }
        let anything = certificate(&["other.example.org"], &key);
        assert!(found(&anything, &[]).is_empty());
        assert_eq!(found(&certificate(&["*.example.org"], &key), &[]).len(), 1);
    }

    /// Rows: IB1-TLS-1
    #[test]
    fn ib1_tls_1_a_servers_certificate_has_an_ecdsa_key() {
        let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        let rsa = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
        let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        for (key, number) in [(&p384, 0), (&rsa, 1), (&ed25519, 1)] {
            let found = found(&certificate(&["a.example.org"], key), &[]);
            assert_eq!(found.len(), number, "{found:?}");
        }
    }

    /// Rows: IB1-SRV-1
    #[test]
    fn ib1_srv_1_only_the_profile_and_only_certificates_for_our_name_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let path = |name: &str, names: &[&str]| {
            let path = folder.path().join(name);
            std::fs::write(&path, minted(names, &key).pem()).unwrap();
            path.display().to_string()
        };
        let ours = path("ours.pem", &["data.example.org", "www.example.org"]);
        let other = path("other.pem", &["*.other.example"]);
        let files: BTreeSet<&str> = [ours.as_str(), other.as_str(), "/nowhere.pem"].into();
        let severities = |profile: &str| {
            let text = format!(
                "base_url = \"https://data.example.org\"\n[profile]\nname = \"{profile}\"\n\
                [directory]\nissuer = \"https://as.example/\"\nclient_id = \"p\"\n"
            );
            let place = std::path::Path::new("perild.toml");
            let (config, _) = Config::parse(place, &text, Vec::new()).unwrap();
            let found = findings(&config, &files);
            found
                .into_iter()
                .map(|one| one.severity)
                .collect::<Vec<_>>()
        };
        assert_eq!(severities("ib1"), [Severity::Warning]);
        assert_eq!(severities("oe"), []);
        path("ours.pem", &["data.example.org"]);
        assert_eq!(severities("ib1"), [Severity::Fine]);
    }
}
