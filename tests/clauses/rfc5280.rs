//! Path validation of consumers' certificates by the daemon itself, RFC 5280.

use std::{fs, path::Path, process::Command};

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
};
use rustls_pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{
    authority::{Ca, dated},
    expect::challenged,
    site::{CERTIFICATE, NAME, Site, escaped, fresh_token, now},
};
use crate::support::{
    http::{Answer, Request},
    pki::Identity,
    process::{output, tool},
};

/// The file, asked for with the certificate `pem`, for which the directory vouches.
fn ask(site: &Site, pem: &str) -> Answer {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    site.says_with("cnf", json!({"x5t#S256": thumbprint(&der)}));
    let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
    site.ask(&request.field(CERTIFICATE, &escaped(pem.as_bytes())))
}

fn thumbprint(der: &[u8]) -> String {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der))
}

fn pem(identity: &Identity) -> String {
    fs::read_to_string(&identity.certificate).unwrap()
}

#[track_caller]
fn assert_accepted(site: &Site, pem: &str) {
    let answer = ask(site, pem);
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// Refused before the directory is asked, which vouches for it.
#[track_caller]
fn assert_refused(site: &Site, pem: &str) {
    let calls = site.introspections();
    challenged(site, &ask(site, pem), 401, Some("invalid_token"));
    assert_eq!(site.introspections(), calls);
}

/// A daemon whose consumers' bundle has these authorities beside its usual ones.
fn site(bundle: &[&Ca]) -> Site {
    Site::with(|_, pki| {
        let path = pki.path("certs/consumers-ca.pem");
        let added: String = bundle.iter().map(|ca| ca.pem.as_str()).collect();
        fs::write(&path, fs::read_to_string(&path).unwrap() + &added).unwrap();
    })
}

/// Rows: PKIX-1, OE-VAL-2
#[test]
fn rfc5280_6_1_the_path_leads_to_a_configured_anchor() {
    let root = Ca::root("root");
    let site = site(&[&root]);
    assert_accepted(&site, &root.leaf(|_| {}));
    assert_accepted(&site, &pem(&site.bank));
    assert_refused(&site, &pem(&site.pki.stranger("bank-a")));
    // The same names with another key.
    assert_refused(&site, &Ca::root("root").leaf(|_| {}));
    let key = KeyPair::generate().unwrap();
    assert_refused(
        &site,
        &dated("bank.example").self_signed(&key).unwrap().pem(),
    );
    // An issuer that is not in the bundle, though the anchor above it is.
    let missing = Ca::below(&root, "missing", |_| {});
    assert_refused(&site, &missing.leaf(|_| {}));
}

/// The reason in the log is of the CA that the certificate names, whoever else is in the bundle.
///
/// Rows: PKIX-1, PKIX-6
#[test]
fn one_ca_that_cannot_be_used_lends_its_reason_to_no_stranger() {
    let root = Ca::root("root");
    let critical = Ca::below(&root, "critical", |params| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3], vec![5, 0]);
        extension.set_criticality(true);
        params.custom_extensions.push(extension);
    });
    let site = site(&[&root, &critical]);
    assert_accepted(&site, &root.leaf(|_| {}));
    assert_refused(&site, &Ca::root("stranger").leaf(|_| {}));
    let said = |words: &str| site.perild.wait_for_line(|line| line.contains(words));
    said("the issuer CN=stranger does not lead to a root of consumers.trust_anchors");
    assert_refused(&site, &critical.leaf(|_| {}));
    said("the issuer CN=critical cannot be used: its critical extension 1.2.3");
}

/// Rows: PKIX-2, CERT-12
#[test]
fn rfc5280_4_1_2_5_the_dates_are_judged_on_each_request_of_a_connection() {
    let site = Site::start();
    let end = now() + 2;
    let short = site.pki.consumer_with("bank-a", |params| {
        params.not_after =
            OffsetDateTime::from_unix_timestamp(i64::try_from(end).unwrap()).unwrap();
    });
    site.says_with("cnf", json!({"x5t#S256": super::site::thumbprint(&short)}));
    let request = Request::get(&format!("/{NAME}"))
        .bearer(&fresh_token())
        .field(CERTIFICATE, &short.escaped());
    let mut connection = site.connect();
    assert_eq!(connection.send(&request).status, 200);
    loop {
        let before = now();
        let answer = connection.send(&request);
        if before > end {
            challenged(&site, &answer, 401, Some("invalid_token"));
            break;
        }
        assert!(answer.status == 200 || now() > end, "{answer:?}");
    }
    assert_eq!(site.introspections(), 1);
}

/// Rows: PKIX-2, OE-VAL-2
#[test]
fn rfc5280_4_1_2_5_an_expired_or_future_certificate_is_refused() {
    let site = Site::start();
    assert_refused(&site, &pem(&site.pki.expired_consumer("bank-a")));
    let future = site.pki.consumer_with("bank-a", |params| {
        params.not_before = OffsetDateTime::now_utc() + Duration::hours(1);
    });
    assert_refused(&site, &pem(&future));
    assert_accepted(&site, &pem(&site.bank));
}

/// Rows: PKIX-3, CON-11
#[test]
fn rfc5280_4_2_1_12_an_extended_key_usage_must_admit_clients() {
    use ExtendedKeyUsagePurpose::{Any, ClientAuth, CodeSigning, ServerAuth};
    let root = Ca::root("root");
    let site = site(&[&root]);
    for usages in [
        vec![],
        vec![ClientAuth],
        vec![ServerAuth, ClientAuth],
        vec![Any],
    ] {
        assert_accepted(
            &site,
            &root.leaf(|params| params.extended_key_usages = usages),
        );
    }
    for usages in [vec![ServerAuth], vec![CodeSigning]] {
        assert_refused(
            &site,
            &root.leaf(|params| params.extended_key_usages = usages),
        );
    }
}

/// Rows: PKIX-4
#[test]
fn rfc5280_4_2_1_9_a_leaf_is_no_ca_and_a_ca_is_one() {
    let root = Ca::root("root");
    let constrained = Ca::below(&root, "no more below", |params| {
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    });
    let too_deep = Ca::below(&constrained, "too deep", |_| {});
    let not_ca = Ca::below(&root, "not a CA", |params| {
        params.is_ca = IsCa::ExplicitNoCa;
    });
    let site = site(&[&root, &constrained, &too_deep, &not_ca]);
    assert_accepted(&site, &constrained.leaf(|_| {}));
    assert_refused(&site, &too_deep.leaf(|_| {}));
    assert_refused(&site, &not_ca.leaf(|_| {}));
    let as_client = |params: &mut CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    };
    assert_refused(&site, &root.leaf(as_client));
    assert_refused(&site, &constrained.pem);
}

/// Rows: PKIX-5
#[test]
fn rfc5280_4_2_1_3_key_usage_lets_a_leaf_sign_and_a_ca_certify() {
    use KeyUsagePurpose::{CrlSign, DigitalSignature, KeyAgreement, KeyEncipherment};
    let root = Ca::root("root");
    let silent = Ca::below(&root, "silent", |params| params.key_usages = vec![CrlSign]);
    let site = site(&[&root, &silent]);
    for usages in [
        vec![DigitalSignature],
        vec![DigitalSignature, KeyEncipherment],
        vec![],
    ] {
        assert_accepted(&site, &root.leaf(|params| params.key_usages = usages));
    }
    for usages in [vec![KeyEncipherment], vec![KeyAgreement]] {
        assert_refused(&site, &root.leaf(|params| params.key_usages = usages));
    }
    assert_refused(&site, &silent.leaf(|_| {}));
}

/// Rows: PKIX-6
#[test]
fn rfc5280_4_2_an_unknown_extension_matters_only_when_critical() {
    let root = Ca::root("root");
    let site = site(&[&root]);
    let with = |critical: bool| {
        root.leaf(|params| {
            let mut extension =
                CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99_999, 1], vec![5, 0]);
            extension.set_criticality(critical);
            params.custom_extensions = vec![extension];
        })
    };
    assert_accepted(&site, &with(false));
    assert_refused(&site, &with(true));
}

/// Rows: PKIX-7
#[test]
fn rfc5280_4_2_1_10_name_constraints_bind_the_leaf() {
    let root = Ca::root("root");
    let constrained = Ca::below(&root, "constrained", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("good.example".into())],
            excluded_subtrees: vec![GeneralSubtree::DnsName("bad.good.example".into())],
        });
    });
    let site = site(&[&root, &constrained]);
    let named = |name: &str| {
        constrained.leaf(|params| {
            params.subject_alt_names = vec![rcgen::SanType::DnsName(name.try_into().unwrap())];
        })
    };
    assert_accepted(&site, &named("a.good.example"));
    assert_refused(&site, &named("a.bad.good.example"));
    assert_refused(&site, &named("a.evil.example"));
}

/// Rows: PKIX-8
#[test]
fn rfc5280_6_3_a_revoked_serial_is_refused() {
    let mut revoked = None;
    let site = Site::with(|settings, pki| {
        let identity = pki.consumer("bank-a");
        settings.revocation_lists = vec![pki.revocation_lists("consumers.crl.pem", &[&identity])];
        revoked = Some(identity);
    });
    assert_accepted(&site, &pem(&site.bank));
    assert_refused(&site, &pem(&revoked.unwrap()));
}

/// Rows: PKIX-9
#[test]
fn rfc5280_5_1_2_5_a_list_past_its_renewal_denies_unless_grace_is_given() {
    let stale = |grace: &'static str| {
        Site::with(move |settings, pki| {
            let past = OffsetDateTime::now_utc() - Duration::hours(1);
            settings.revocation_lists =
                vec![pki.revocation_lists_until("consumers.crl.pem", &[], past)];
            settings.edit(
                "certificate_format",
                &format!("crl_grace_seconds = {grace}\ncertificate_format"),
            );
        })
    };
    let strict = stale("0");
    assert_refused(&strict, &pem(&strict.bank));
    strict.perild.wait_for_line(|line| {
        line.contains("consumers.crl.pem") && line.contains("due for renewal")
    });
    let short = stale("60");
    assert_refused(&short, &pem(&short.bank));
    let graceful = stale("7200");
    assert_accepted(&graceful, &pem(&graceful.bank));
}

/// Rows: PKIX-10
#[test]
fn pkix_10_keys_and_signatures_are_strong_enough() {
    let root = Ca::root("root");
    let site = site(&[&root]);
    for algorithm in [
        &PKCS_ECDSA_P256_SHA256,
        &PKCS_ECDSA_P384_SHA384,
        &PKCS_RSA_SHA256,
    ] {
        assert_accepted(&site, &root.leaf_of(algorithm, |_| {}));
    }
    assert_refused(&site, &root.leaf_of(&PKCS_ED25519, |_| {}));
}

/// Rows: PKIX-10, PKIX-4
#[test]
fn pkix_10_openssl_rsa_1024_sha_1_and_version_1_are_refused() {
    let site = Site::with(|_, pki| {
        let dir = pki.path("openssl");
        fs::create_dir(&dir).unwrap();
        let subject = ["-subj", "/CN=OpenSSL root", "-days", "2", "-nodes", "-x509"];
        openssl(
            &dir,
            &[
                "req", "-newkey", "rsa:2048", "-keyout", "ca.key", "-out", "ca.pem",
            ],
            &subject,
        );
        let path = pki.path("certs/consumers-ca.pem");
        let added = fs::read_to_string(dir.join("ca.pem")).unwrap();
        fs::write(&path, fs::read_to_string(&path).unwrap() + &added).unwrap();
    });
    let dir = site.pki.path("openssl");
    fs::write(
        dir.join("ext"),
        "keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n",
    )
    .unwrap();
    let mut number = 0;
    let mut issue = |bits: &str, options: &[&str]| {
        number += 1;
        let (key, request, leaf) = (
            format!("{number}.key"),
            format!("{number}.csr"),
            format!("{number}.pem"),
        );
        let new = [
            "req", "-new", "-newkey", bits, "-nodes", "-keyout", &key, "-out", &request,
        ];
        openssl(&dir, &new, &["-subj", "/CN=bank"]);
        let sign = [
            "x509", "-req", "-in", &request, "-CA", "ca.pem", "-CAkey", "ca.key", "-out", &leaf,
        ];
        openssl(&dir, &sign, options);
        fs::read_to_string(dir.join(&leaf)).unwrap()
    };
    assert_accepted(&site, &issue("rsa:2048", &["-extfile", "ext"]));
    assert_refused(&site, &issue("rsa:1024", &["-extfile", "ext"]));
    assert_refused(&site, &issue("rsa:2048", &["-extfile", "ext", "-sha1"]));
    assert_refused(&site, &issue("rsa:2048", &["-extfile", "ext", "-md5"]));
    // Without extensions openssl writes version 1.
    assert_refused(&site, &issue("rsa:2048", &[]));
}

fn openssl(dir: &Path, arguments: &[&str], more: &[&str]) {
    let mut command = Command::new(tool("openssl", "openssl"));
    output(command.current_dir(dir).args(arguments).args(more));
}

/// Rows: PKIX-11
#[test]
fn x520_a_common_name_of_90_characters_is_read() {
    let root = Ca::root("root");
    let site = site(&[&root]);
    let name = format!("https://directory.example/{}", "a".repeat(64));
    assert_eq!(name.len(), 90);
    let leaf = root.leaf(|params| {
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, &*name);
    });
    assert_accepted(&site, &leaf);
}

/// Rows: PKIX-12, SYSD-5
#[test]
fn pkix_12_a_new_bundle_is_taken_by_a_reload_and_a_bad_one_leaves_the_old() {
    let site = Site::start();
    let root = Ca::root("root");
    let newcomer = root.leaf(|_| {});
    let path = site.pki.path("certs/consumers-ca.pem");
    let old = fs::read_to_string(&path).unwrap();
    assert_refused(&site, &newcomer);

    for bad in [
        "garbage",
        "",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        fs::write(&path, bad).unwrap();
        let (_, ready) = site.perild.reload();
        assert!(ready.contains("old configuration"), "{ready}");
        assert_accepted(&site, &pem(&site.bank));
    }
    site.perild
        .wait_for_line(|line| line.contains("ERROR") && line.contains("reload failed"));

    fs::write(&path, format!("{old}{}", root.pem)).unwrap();
    site.perild.reload();
    assert_accepted(&site, &newcomer);
    assert_accepted(&site, &pem(&site.bank));
    fs::write(&path, &root.pem).unwrap();
    site.perild.reload();
    assert_accepted(&site, &newcomer);
    // What was remembered of a path goes with the bundle that it led to.
    assert_refused(&site, &pem(&site.bank));
}
