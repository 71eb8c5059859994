//! Revocation lists as `perild check` and `perild serve` see them, and as `openssl` makes them.

use std::{fs, path::Path, process::Command};

use rcgen::{CertificateRevocationListParams, KeyIdMethod, RevokedCertParams, SerialNumber};
use time::{Duration, OffsetDateTime};

use super::{authority::Ca, configuration::Installation};
use crate::support::process::{output, tool};

const KEY: &str = "revocation_lists";

/// A list that was issued and ends so many hours from now.
fn params(issued: i64, ends: i64) -> CertificateRevocationListParams {
    let now = OffsetDateTime::now_utc();
    CertificateRevocationListParams {
        this_update: now + Duration::hours(issued),
        next_update: now + Duration::hours(ends) + Duration::minutes(1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    }
}

/// An installation with one more authority and the file `a.crl`, which holds `content`.
fn installation(ca: &Ca, content: &[u8]) -> Installation {
    let mut installation = Installation::new();
    let bundle = installation.path("certs/consumers-ca.pem");
    fs::write(&bundle, fs::read_to_string(&bundle).unwrap() + &ca.pem).unwrap();
    let path = installation.path("a.crl");
    fs::write(&path, content).unwrap();
    installation.settings.revocation_lists = vec![path];
    installation
}

/// What `perild check` says of the lists, a line each.
fn said_of_lists(installation: &Installation) -> Vec<String> {
    let said = installation.assert_passes_check();
    let lines = said
        .lines()
        .filter(|line| line.contains("a.crl") || line.contains("the lists have"));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_list_ends_soon_in_proportion_to_its_period() {
    let ca = Ca::root("lists");
    let day = 24;
    for (issued, ends, is_near, left) in [
        (-4, 20, false, "is good for 20 hours"),
        (-22, 2, true, "ends in 2 hours, at "),
        (-4 * day, 3 * day, false, "is good for 3 days"),
        (-6 * day, day, true, "ends in 24 hours, at "),
        (-345 * day, 20 * day, true, "ends in 20 days, at "),
        (-300 * day, 65 * day, false, "is good for 65 days"),
        (-2 * day, -day, true, "ended at "),
    ] {
        let list = ca.list(&params(issued, ends));
        let said = said_of_lists(&installation(&ca, list.der()));
        let [said] = said.as_slice() else {
            panic!("{said:?}");
        };
        assert!(said.contains(left), "{left}: {said}");
        assert_eq!(said.starts_with("warning"), is_near, "{said}");
    }
}

#[test]
fn a_reminder_of_a_list_is_due_when_its_end_is_near() {
    let ca = Ca::root("lists");
    let reminded = |issued, ends| {
        let list = ca.list(&params(issued, ends));
        let (_, said) = installation(&ca, list.der()).run(&["check", "--offline", "--remind"]);
        said.contains("a.crl")
    };
    assert!(!reminded(-4, 20));
    assert!(reminded(-22, 2));
    assert!(!reminded(-24, 14 * 24));
}

/// Rows: PKIX-12
#[test]
fn a_file_that_cannot_be_used_is_refused_with_what_is_wrong_and_what_helps() {
    let ca = Ca::root("lists");
    let list = ca.list(&params(-1, 20)).der().to_vec();
    for (content, words) in [
        (&b""[..], &["the file is empty", "perild crl"][..]),
        (b"<html><body>404", &["HTML or XML"]),
        (ca.pem.as_bytes(), &["it holds certificates"]),
        (&list[..list.len() / 2], &["cut short", "fetch it again"]),
        (&[list.as_slice(), b"\0"].concat(), &["1 octets follow"]),
    ] {
        let installation = installation(&ca, content);
        installation.assert_refused(KEY, words);
        let said = installation.run(&["check", "--offline"]).1;
        let is_damaged = words.contains(&"cut short") || words.contains(&"1 octets follow");
        assert_eq!(said.contains("fetch it again"), is_damaged, "{said}");
        assert!(!said.contains("not signed by"), "{said}");
        for form in ["BadDer", "Error(", "Some(", "{ "] {
            assert!(!said.contains(form), "{form}: {said}");
        }
    }
    for good in [list.clone(), [list.as_slice(), b"\r\n"].concat()] {
        assert_eq!(said_of_lists(&installation(&ca, &good)).len(), 1);
    }
}

#[test]
fn every_file_that_cannot_be_used_is_named_at_once() {
    let ca = Ca::root("lists");
    let mut installation = installation(&ca, b"garbage");
    let second = installation.path("b.crl");
    fs::write(&second, b"<html>").unwrap();
    installation.settings.revocation_lists.push(second);
    let (code, said) = installation.run(&["check", "--offline"]);
    assert_eq!(code, Some(78), "{said}");
    assert!(said.contains("a.crl: no revocation list"), "{said}");
    assert!(said.contains("b.crl: no revocation list"), "{said}");
}

/// Rows: PKIX-9
#[test]
fn a_list_without_next_update_needs_the_highest_age() {
    let ca = Ca::root("lists");
    let list = ca.without_next_update(&ca.list(&params(-5, 20)));
    let mut installation = installation(&ca, &list);
    installation.assert_refused(
        KEY,
        &["a.crl", "nextUpdate", "set consumers.crl_max_age_seconds"],
    );
    installation.settings.edit(
        "certificate_format",
        "crl_max_age_seconds = 86400\ncertificate_format",
    );
    let said = said_of_lists(&installation);
    assert!(
        said[0].contains("is good for 18 hours") || said[0].contains("is good for 19 hours"),
        "{said:?}"
    );
}

#[test]
fn a_list_that_nobody_of_the_bundle_signed_is_warned_of_with_the_reason() {
    let ca = Ca::root("lists");
    let (namesake, stranger) = (Ca::root("lists"), Ca::root("stranger"));
    for (signer, words) in [
        (
            &namesake,
            "is not signed by a CA of consumers.trust_anchors: the one of its issuer's name has another key",
        ),
        (
            &stranger,
            "is not signed by a CA of consumers.trust_anchors: none has its issuer's name",
        ),
    ] {
        let list = signer.list(&params(-1, 20));
        let said = said_of_lists(&installation(&ca, list.der())).concat();
        assert!(said.contains(words), "{said}");
    }
    let mut damaged = ca.list(&params(-1, 20)).der().to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    let said = said_of_lists(&installation(&ca, &damaged)).concat();
    assert!(
        said.contains("damaged or forged") && said.contains("fetch it again"),
        "{said}"
    );
    assert!(!said.contains("not signed by a CA"), "{said}");
}

#[test]
fn a_large_list_is_told_of_with_its_cost_and_a_small_one_is_not() {
    let ca = Ca::root("lists");
    let revoked = |at: u64| RevokedCertParams {
        serial_number: SerialNumber::from_slice(
            &[[0x4a; 12].as_slice(), &at.to_be_bytes()].concat(),
        ),
        revocation_time: OffsetDateTime::now_utc(),
        reason_code: None,
        invalidity_date: None,
    };
    let with = |entries: u64| {
        let mut params = params(-1, 20);
        params.revoked_certs = (0..entries).map(revoked).collect();
        said_of_lists(&installation(&ca, ca.list(&params).der()))
    };
    assert_eq!(with(1_000).len(), 1);
    let said = with(120_000).concat();
    assert!(
        said.contains("the lists have 5 MB and 120000 entries"),
        "{said}"
    );
    assert!(said.contains("they take 3 MB of memory"), "{said}");
}

/// Rows: PKIX-8, PKIX-9
#[test]
fn lists_that_openssl_makes_and_verifies_are_taken() {
    let ca = Ca::root("lists");
    let place = Installation::new();
    let dir = place.path("openssl");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("ca.pem"), &ca.pem).unwrap();
    fs::write(dir.join("ca.key"), ca.key_pem()).unwrap();
    let database = "R\t20300101000000Z\t260101000000Z,keyCompromise\t2A\tunknown\t/CN=a\n\
        R\t20300101000000Z\t260101000000Z,CACompromise\t00FF\tunknown\t/CN=b\n\
        R\t20300101000000Z\t260101000000Z,holdInstruction,holdInstructionReject\t05\tunknown\t/CN=c\n\
        R\t20300101000000Z\t260101000000Z\t06\tunknown\t/CN=d\n";
    fs::write(dir.join("index"), database).unwrap();
    for (extensions, digest) in [
        ("", "sha256"),
        ("crl_extensions=ext\n", "sha256"),
        ("crl_extensions=ext\n", "sha384"),
        ("crl_extensions=point\n", "sha512"),
    ] {
        fs::write(dir.join("number"), "0F\n").unwrap();
        fs::write(
            dir.join("config"),
            format!(
                "[ca]\ndefault_ca=it\n[it]\ndatabase=index\ncrlnumber=number\ndefault_md={digest}\n{extensions}\
                 [ext]\nauthorityKeyIdentifier=keyid:always\n[point]\nissuingDistributionPoint=critical,@idp\n\
                 [idp]\nonlyuser=TRUE\n"
            ),
        )
        .unwrap();
        let made = "ca -config config -gencrl -crlhours 20 -cert ca.pem -keyfile ca.key -out list";
        openssl(&dir, made);
        openssl(&dir, "crl -in list -CAfile ca.pem -noout -verify");
        openssl(&dir, "crl -in list -outform DER -out list.der");
        let text = openssl(&dir, "crl -in list -text");
        let files = [
            fs::read(dir.join("list")).unwrap(),
            fs::read(dir.join("list.der")).unwrap(),
            text.into_bytes(),
        ];
        for content in files {
            let said = said_of_lists(&installation(&ca, &content));
            assert!(
                said.concat().starts_with("ok ") && said.len() == 1,
                "{said:?}"
            );
        }
    }
}

fn openssl(dir: &Path, arguments: &str) -> String {
    let mut command = Command::new(tool("openssl", "openssl"));
    output(command.current_dir(dir).args(arguments.split(' ')))
}
