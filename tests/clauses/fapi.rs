//! FAPI 1.0, the clauses for protected resources.

use std::process::Command;

use serde_json::json;

use super::{
    challenge::parameters,
    expect::{challenged, has_common_fields},
    site::{CONTENT, NAME, Site, thumbprint},
};
use crate::support::http::Request;

/// Rows: FAPI1-B-1, FAPI1-B-2, FAPI1-A-1, FAPI2-RS-1
#[test]
fn fapi1_b_6_2_1_1_a_get_with_good_credentials_is_200() {
    let site = Site::start();
    for target in [format!("/{NAME}"), format!("/v1/files/{NAME}.csv")] {
        let answer = site.get(&target);
        assert_eq!((answer.status, answer.text()), (200, CONTENT));
        has_common_fields(&answer);
    }
}

/// Rows: FAPI1-B-6, FAPI1-B-12, OE-VAL-13, FAPI2-IA-1
#[test]
fn fapi1_b_6_2_1_6_the_log_names_client_organisation_and_interaction() {
    let site = Site::start();
    let id = "93bac548-d2de-4546-b106-880a5018460d";
    assert_eq!(
        site.fetch_with(&[("x-fapi-interaction-id", id)]).status,
        200
    );
    let line = site.perild.wait_for_line(|line| line.contains(id));
    for fact in [
        "PERILD_CLIENT_ID=bank-a",
        "PERILD_ORGANISATION_ID=org-a",
        "PERILD_STATUS=200",
        "PERILD_ROUTE=",
        &format!("PERILD_DATASET={NAME}"),
        &format!("PERILD_CERT_THUMBPRINT={}", thumbprint(&site.bank)),
        &format!("PERILD_BYTES={}", CONTENT.len()),
        "PERILD_DURATION_US=",
        "granted",
    ] {
        assert!(line.contains(fact), "{fact} is not in {line}");
    }
    // A refusal is recorded with its reason, and a fresh id as well.
    let answer = site.ask(&Request::get(&format!("/{NAME}")));
    let id = answer.interaction_id().to_owned();
    let line = site.perild.wait_for_line(|line| line.contains(&id));
    assert!(
        line.contains("PERILD_STATUS=401") && line.contains("refused"),
        "{line}"
    );
}

/// Rows: FAPI1-B-7
#[test]
fn fapi1_b_6_2_1_7_what_the_rule_does_not_grant_is_403_with_a_code() {
    let site = Site::with(|settings, _| {
        settings.files = vec!["other.csv"];
        settings.more = format!(
            "[[datasets]]\nname = \"{NAME}\"\nscope = \"energy:read\"\n[[datasets]]\nname = \"other\"\nscope = \"other:read\"\n"
        );
    });
    std::fs::write(site.shared("other.csv"), "other").unwrap();
    assert_eq!(site.fetch().status, 200);
    let answer = site.get("/other");
    challenged(&site, &answer, 403, Some("insufficient_scope"));
    assert_eq!(
        parameters(answer.field("www-authenticate").unwrap())["scope"],
        "other:read"
    );
    site.says_with("scope", json!("other:read"));
    assert_eq!(site.get("/other").status, 200);
    challenged(&site, &site.fetch(), 403, Some("insufficient_scope"));
}

/// Rows: FAPI1-B-10, FAPI1-B-11, CONF-3, CONF-4
#[test]
fn fapi1_b_6_2_1_10_date_is_imf_fixdate_and_the_id_is_echoed_or_new() {
    let site = Site::start();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let answer = site.fetch();
        has_common_fields(&answer);
        let date = answer.field("date").unwrap();
        assert!(date.len() == 29 && date.ends_with(" GMT"), "{date}");
        ids.push(answer.interaction_id().to_owned());
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
    for id in &ids {
        assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 4);
        assert_eq!(*id, id.to_lowercase());
    }
}

/// Rows: FAPI1-B-13, FAPI1-B-15, FAPI2-IA-2, IB1-HDR-3
#[test]
fn fapi1_b_6_2_1_13_the_other_fapi_headers_never_cause_a_refusal() {
    let site = Site::start();
    for (name, value) in [
        ("x-fapi-customer-ip-address", "198.51.100.119"),
        ("x-fapi-customer-ip-address", "2001:DB8::1893:25c8:1946"),
        ("x-fapi-customer-ip-address", "999.1.1.1"),
        ("x-fapi-customer-ip-address", ""),
        ("x-fapi-auth-date", "Tue, 11 Sep 2012 19:43:31 GMT"),
        ("x-fapi-auth-date", "never"),
        ("x-fapi-end-user-present", "true"),
        ("x-fapi-end-user-present", "junk"),
    ] {
        let answer = site.fetch_with(&[(name, value)]);
        assert_eq!(
            (answer.status, answer.text()),
            (200, CONTENT),
            "{name}: {value}"
        );
    }
}

/// Rows: FAPI2-NET-3, FAPI1-B-16
#[test]
fn fapi2_5_2_2_the_daemon_offers_tls_1_3_and_the_recommended_suites_alone() {
    let hello = client_hello();
    let suites = suites(&hello);
    let expected: [u16; 7] = [0x1301, 0x1302, 0x1303, 0xC02B, 0xC02C, 0xC02F, 0xC030];
    for suite in &suites {
        // 0x00FF is the signal for renegotiation, no suite (RFC 5746).
        assert!(
            expected.contains(suite) || *suite == 0x00FF,
            "{suite:04x} in {suites:04x?}"
        );
    }
    for suite in expected.into_iter().filter(|suite| *suite != 0x1303) {
        assert!(
            suites.contains(&suite),
            "{suite:04x} is not in {suites:04x?}"
        );
    }
}

/// The first octets that a daemon sends to its directory.
fn client_hello() -> Vec<u8> {
    use std::{io::Read, net::TcpListener};
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dir = crate::support::world::place();
    crate::support::pki::Pki::new(dir.path());
    let port = listener.local_addr().unwrap().port();
    let settings = super::site::settings(&format!("https://localhost:{port}/"));
    let _perild = crate::support::perild::Perild::start(dir.path(), &settings);
    let (mut stream, _) = listener.accept().unwrap();
    stream
        .set_read_timeout(Some(crate::support::process::PATIENCE))
        .unwrap();
    let mut header = [0; 5];
    stream.read_exact(&mut header).unwrap();
    let mut hello = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut hello).unwrap();
    hello
}

/// The cipher suites of a `ClientHello`, RFC 8446 §4.1.2.
fn suites(hello: &[u8]) -> Vec<u16> {
    let session = 4 + 2 + 32;
    let rest = &hello[session + 1 + usize::from(hello[session])..];
    let octets = usize::from(u16::from_be_bytes([rest[0], rest[1]]));
    rest[2..2 + octets]
        .chunks(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect()
}

/// Rows: FAPI2-NET-1, DISC-5
#[test]
fn fapi2_5_2_1_a_directory_without_tls_is_a_configuration_error() {
    for variable in [
        "PERILD_DIRECTORY__ISSUER",
        "PERILD_DIRECTORY__DISCOVERY_URL",
        "PERILD_DIRECTORY__INTROSPECTION_ENDPOINT",
    ] {
        let dir = crate::support::world::place();
        crate::support::pki::Pki::new(dir.path());
        let settings = super::site::settings("https://localhost:9/");
        crate::support::perild::write_config(dir.path(), &settings);
        let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
        command
            .arg("serve")
            .arg("--config")
            .arg(dir.path().join("perild.toml"));
        let done = command
            .env(variable, "http://localhost:9/")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(78), "{said}");
        assert!(
            said.contains(variable) && said.contains("https://"),
            "{said}"
        );
    }
}
