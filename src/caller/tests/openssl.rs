//! Certificates that only the `openssl` command still makes, and its word on thumbprints.

use std::{fs, path::Path, process::Command, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::date_time_ymd;
use rustls_pki_types::{CertificateDer, pem::PemObject};

use super::{Ca, mint::verify_at};
use crate::{
    caller::{Caller, Callers, CertificateRefused, RevocationLists, TrustAnchors},
    clock::Timestamp,
};

fn openssl(folder: &Path, arguments: &str) -> Vec<u8> {
    let output = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(folder)
        .output()
        .expect("these tests need the openssl command");
    assert!(
        output.status.success(),
        "{arguments}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// The thumbprint by another implementation, brought from its hexadecimal to base64url.
pub(super) fn thumbprint(der: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("der"), der).unwrap();
    let printed = openssl(
        folder.path(),
        "x509 -inform DER -in der -noout -fingerprint -sha256",
    );
    let printed = String::from_utf8(printed).unwrap();
    let (_, hex) = printed.trim().split_once('=').unwrap();
    let bytes = hex
        .split(':')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap());
    URL_SAFE_NO_PAD.encode(bytes.collect::<Vec<_>>())
}

/// Verifies what a root issues for a new key: `key` as in `-newkey`, `sign` as for `x509 -req`.
fn issued(key: &str, sign: &str) -> Result<Caller, CertificateRefused> {
    let root = Ca::root("root", |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2200, 1, 1);
    });
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("ca.pem", &root.pem());
    write("ca.key", &root.issuer.key().serialize_pem());
    write(
        "v3",
        "keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n",
    );
    let request = format!("req -new -newkey {key} -nodes -keyout key -subj /CN=client -out csr");
    openssl(folder.path(), &request);
    openssl(
        folder.path(),
        &format!("x509 -req -in csr -CA ca.pem -CAkey ca.key -set_serial 7 -out leaf {sign}"),
    );
    let leaf = CertificateDer::from_pem_file(folder.path().join("leaf")).unwrap();
    // The command dates certificates from the moment it runs.
    verify_at(&root.callers(), &leaf, Timestamp::now())
}

/// Rows: PKIX-10
#[test]
fn fapi1_8_6_rsa_keys_have_2048_bits_at_least() {
    let with_bits = |bits| issued(&format!("rsa:{bits}"), "-sha256 -days 9 -extfile v3");
    assert_eq!(
        with_bits(1024).unwrap_err(),
        CertificateRefused::KeyTooShort { bits: 1024 }
    );
    assert_eq!(
        with_bits(2047).unwrap_err(),
        CertificateRefused::KeyTooShort { bits: 2047 }
    );
    assert_eq!(with_bits(2048).unwrap().serial(), "07");
    // For PSS alone, RFC 4055 §1.2.
    let pss = |bits| {
        let key = format!("rsa-pss -pkeyopt rsa_keygen_bits:{bits}");
        issued(&key, "-sha256 -days 9 -extfile v3")
    };
    assert!(pss(2048).is_ok());
    let short = CertificateRefused::KeyTooShort { bits: 1024 };
    assert_eq!(pss(1024).unwrap_err(), short);
}

/// Rows: PKIX-10
#[test]
fn sha_1_and_md5_signatures_are_refused() {
    let signed = |hash| issued("rsa:2048", &format!("-{hash} -days 9 -extfile v3"));
    assert_eq!(
        signed("sha1").unwrap_err(),
        CertificateRefused::SignatureUnsupported {
            algorithm: "ecdsa-with-SHA1 (1.2.840.10045.4.1)".to_owned()
        }
    );
    assert!(signed("sha384").is_ok());
}

/// Rows: PKIX-4
#[test]
fn rfc5280_4_1_2_1_a_certificate_of_version_1_is_refused() {
    assert_eq!(
        issued("rsa:2048", "-sha256 -days 9").unwrap_err(),
        CertificateRefused::Version
    );
    assert!(issued("rsa:2048", "-sha256 -days 9 -extfile v3").is_ok());
}

/// Verifies what an RSA root, made and used with these options of `openssl`, issues.
fn issued_by_rsa(sign: &str) -> Result<Caller, CertificateRefused> {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| openssl(folder.path(), arguments);
    fs::write(
        folder.path().join("v3"),
        "keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n",
    )
    .unwrap();
    run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj /CN=rsa -days 9 -out ca.pem");
    run("req -new -newkey rsa:2048 -nodes -keyout key -subj /CN=client -out csr");
    run(&format!(
        "x509 -req -in csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 9 -out leaf -extfile v3 {sign}"
    ));
    let leaf = CertificateDer::from_pem_file(folder.path().join("leaf")).unwrap();
    let pem = fs::read(folder.path().join("ca.pem")).unwrap();
    let anchors = TrustAnchors::from_pem(&pem).unwrap();
    let callers = Callers::new(anchors, RevocationLists::default(), Duration::ZERO, 1);
    verify_at(&callers, &leaf, Timestamp::now())
}

/// Rows: PKIX-10
#[test]
fn rfc4055_3_1_pss_signatures_are_verified_as_openssl_writes_their_parameters() {
    let pss = "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen";
    for (hash, salt) in [("sha256", 32), ("sha384", 48), ("sha512", 64)] {
        assert!(
            issued_by_rsa(&format!("-{hash} {pss}:{salt}")).is_ok(),
            "{hash}"
        );
    }
    let algorithm = "rsassa-pss (1.2.840.113549.1.1.10)".to_owned();
    let refused = CertificateRefused::SignatureUnsupported { algorithm };
    for other in [format!("-sha1 {pss}:20"), format!("-sha256 {pss}:20")] {
        assert_eq!(issued_by_rsa(&other).unwrap_err(), refused, "{other}");
    }
}

/// Rows: PKIX-6
#[test]
fn rfc5280_4_2_1_4_policies_with_statements_and_notices_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| openssl(folder.path(), arguments);
    let sections = "keyUsage=digitalSignature\ncertificatePolicies=critical,1.2.3.4,@told\n\
        [told]\npolicyIdentifier=1.2.3.5\nCPS=https://a.example/cps\nuserNotice=@notice\n\
        [notice]\nexplicitText=UTF8:Für Öffentliches\norganization=A\nnoticeNumbers=1,2\n";
    fs::write(folder.path().join("v3"), sections).unwrap();
    run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj /CN=rsa -days 9 -out ca.pem");
    run("req -new -newkey rsa:2048 -nodes -keyout key -subj /CN=client -out csr");
    run("x509 -req -in csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 9 -out leaf -extfile v3");
    let leaf = CertificateDer::from_pem_file(folder.path().join("leaf")).unwrap();
    let anchors = TrustAnchors::from_pem(&fs::read(folder.path().join("ca.pem")).unwrap()).unwrap();
    let callers = Callers::new(anchors, RevocationLists::default(), Duration::ZERO, 1);
    assert!(verify_at(&callers, &leaf, Timestamp::now()).is_ok());
}
