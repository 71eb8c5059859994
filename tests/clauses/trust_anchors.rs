//! The bundle of CAs whose certificates consumers have: what `check` says of it.

use std::fs;

use rcgen::{
    CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PKCS_ED25519,
};
use time::{Duration, OffsetDateTime};

use super::{authority::Ca, configuration::Installation};

/// The warnings of `check` about the bundle `pems`.
fn warnings(pems: &[&str]) -> Vec<String> {
    let installation = Installation::new();
    fs::write(installation.path("certs/consumers-ca.pem"), pems.concat()).unwrap();
    let said = installation.assert_passes_check();
    let lines = said.lines().filter(|line| line.starts_with("warning"));
    let about = lines.filter(|line| line.contains("consumers.trust_anchors"));
    // Everything ends soon in these tests.
    about
        .filter(|line| !line.contains(" ends in "))
        .map(str::to_owned)
        .collect()
}

fn critical(oid: &[u64]) -> impl FnOnce(&mut CertificateParams) {
    let mut extension = CustomExtension::from_oid_content(oid, vec![5, 0]);
    extension.set_criticality(true);
    move |params| params.custom_extensions.push(extension)
}

/// Rows: PKIX-1, MTLS-9
#[test]
fn check_says_which_cas_can_never_be_used_and_why() {
    let root = Ca::root("root");
    let good = Ca::below(&root, "good", |_| ());
    assert_eq!(warnings(&[&root.pem, &good.pem]), Vec::<String>::new());
    let absent = Ca::root("absent");
    let usages =
        |params: &mut CertificateParams| params.key_usages = vec![KeyUsagePurpose::CrlSign];
    let server = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    };
    let young = |params: &mut CertificateParams| {
        params.not_before = OffsetDateTime::now_utc() + Duration::hours(9);
    };
    for (ca, words) in [
        (Ca::below(&root, "x", usages), "lacks keyCertSign"),
        (
            Ca::below(&root, "x", server),
            "extended key usage is not for clients",
        ),
        (
            Ca::below(&root, "x", critical(&[1, 2, 3])),
            "critical extension 1.2.3",
        ),
        (
            Ca::below(&root, "x", critical(&[2, 5, 29, 36])),
            "policyConstraints (2.5.29.36)",
        ),
        (Ca::below(&root, "x", young), "is valid from"),
        (Ca::below(&absent, "x", |_| ()), "no root of the bundle"),
    ] {
        let found = warnings(&[&root.pem, &good.pem, &ca.pem]);
        assert_eq!(found.len(), 1, "{words}: {found:?}");
        assert!(
            found[0].contains(words) && found[0].contains("CN=x"),
            "{found:?}"
        );
        assert!(found[0].contains("its clients are refused"), "{found:?}");
    }
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let mut params = super::authority::dated("ed25519");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ed25519 = params.self_signed(&key).unwrap().pem();
    let found = warnings(&[&root.pem, &ed25519]);
    assert!(
        found[0].contains("its key is of the kind ed25519 (1.3.101.112)"),
        "{found:?}"
    );
}

/// Rows: PKIX-4, PKIX-10
#[test]
fn check_names_cas_of_version_1_and_those_signed_with_sha_1() {
    let installation = Installation::new();
    let run = |line: &str| {
        let output = std::process::Command::new("sh")
            .args(["-ec", line])
            .current_dir(installation.path("certs"))
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    run("openssl req -x509 -newkey rsa:2048 -nodes -keyout top.key -subj /CN=top -days 99 -out top.pem
         openssl req -new -newkey rsa:2048 -nodes -keyout low.key -subj /CN=low -out csr
         printf 'basicConstraints=critical,CA:TRUE\n' > v3
         openssl x509 -req -in csr -CA top.pem -CAkey top.key -set_serial 7 -days 99 -sha1 -extfile v3 -out sha1.pem
         openssl x509 -req -in csr -CA top.pem -CAkey top.key -set_serial 8 -days 99 -out v1.pem
         openssl x509 -req -in csr -CA top.pem -CAkey top.key -set_serial 9 -days 99 -extfile v3 -out good.pem");
    let read =
        |name: &str| fs::read_to_string(installation.path(&format!("certs/{name}"))).unwrap();
    let top = read("top.pem");
    assert_eq!(warnings(&[&top, &read("good.pem")]), Vec::<String>::new());
    let found = warnings(&[&top, &read("sha1.pem")]);
    assert!(
        found[0].contains("signed with sha1WithRSAEncryption") && found[0].contains("serial 07"),
        "{found:?}"
    );
    let found = warnings(&[&top, &read("v1.pem")]);
    assert!(found[0].contains("not of version 3"), "{found:?}");
}
