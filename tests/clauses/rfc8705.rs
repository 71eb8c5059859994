//! Certificate-bound access tokens, RFC 8705.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    expect::challenged,
    site::{CERTIFICATE, NAME, Site, fresh_token, thumbprint},
};
use crate::support::{
    http::{Answer, Request},
    pki::Identity,
};

fn with_certificate(site: &Site, identity: &Identity, token: &str) -> Answer {
    let request = Request::get(&format!("/{NAME}")).bearer(token);
    site.ask(&request.field(CERTIFICATE, &identity.escaped()))
}

/// Rows: MTLS-1, MTLS-2, OE-VAL-10, FAPI1-A-2, FAPI2-RS-5, CON-2
#[test]
fn rfc8705_3_the_token_must_be_bound_to_the_certificate_of_this_connection() {
    let site = Site::start();
    let other = site.pki.consumer("bank-b");
    for (shown, status) in [(&site.bank, 200), (&other, 401)] {
        let answer = with_certificate(&site, shown, &fresh_token());
        assert_eq!(answer.status, status);
        if status == 401 {
            challenged(&site, &answer, 401, Some("invalid_token"));
        }
    }
    site.says_with("cnf", json!({"x5t#S256": thumbprint(&other)}));
    assert_eq!(with_certificate(&site, &other, &fresh_token()).status, 200);
    challenged(&site, &site.fetch(), 401, Some("invalid_token"));
}

/// Rows: MTLS-3, MTLS-4, MTLS-5, FAPI1-A-3, FAPI2-RS-5
#[test]
fn rfc8705_3_1_only_one_exact_thumbprint_binds() {
    let site = Site::start();
    let good = thumbprint(&site.bank);
    let octets = BASE64_URL_SAFE_NO_PAD.decode(&good).unwrap();
    let hex = octets
        .iter()
        .fold(String::new(), |hex, octet| format!("{hex}{octet:02x}"));
    let short = BASE64_URL_SAFE_NO_PAD.encode(&octets[..31]);
    let long = BASE64_URL_SAFE_NO_PAD.encode([&octets[..], b"x"].concat());
    for cnf in [
        json!({"x5t#S256": good}),
        json!({"x5t#S256": good, "more": "unknown"}),
    ] {
        site.says_with("cnf", cnf);
        assert_eq!(site.fetch().status, 200);
    }
    for cnf in [
        Value::Null,
        json!({}),
        json!([]),
        json!(good),
        json!({"x5t#S256": null}),
        json!({"x5t#S256": 7}),
        json!({"x5t#S256": [good]}),
        json!({"x5t#S256": ""}),
        json!({"x5t#S256": format!("{good}=")}),
        json!({"x5t#S256": format!("{good} ")}),
        json!({"x5t#S256": good.to_lowercase()}),
        json!({"x5t#S256": short}),
        json!({"x5t#S256": long}),
        json!({"x5t#S256": hex}),
        json!({"x5t#s256": good}),
        json!({"x5t": good}),
        json!({"jkt": good}),
        json!({"jkt": good, "x5t#S256": good}),
    ] {
        site.says_with("cnf", cnf.clone());
        let answer = site.fetch();
        assert_eq!(answer.status, 401, "{cnf}");
        challenged(&site, &answer, 401, Some("invalid_token"));
    }
}

/// Rows: FAPI1-A-3, MTLS-4
#[test]
fn fapi1_a_8_2_a_plain_bearer_token_is_refused() {
    let site = Site::start();
    let mut unbound = site.good();
    unbound.as_object_mut().unwrap().remove("cnf");
    site.says(unbound);
    challenged(&site, &site.fetch(), 401, Some("invalid_token"));
}

/// Rows: MTLS-6
#[test]
fn rfc8705_6_2_open_data_needs_no_certificate() {
    let site = Site::with(|settings, _| {
        settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nclass = \"OE-O\"\n");
    });
    assert_eq!(site.ask(&Request::get(&format!("/{NAME}"))).status, 200);
    assert_eq!(site.introspections(), 0);
    challenged(&site, &site.ask(&Request::get("/other")), 401, None);
}

/// Rows: MTLS-7
#[test]
fn rfc8705_6_3_a_renewed_certificate_needs_a_new_token() {
    let site = Site::start();
    let token = fresh_token();
    assert_eq!(with_certificate(&site, &site.bank, &token).status, 200);
    let renewed = site.pki.consumer("bank-a");
    let answer = with_certificate(&site, &renewed, &token);
    challenged(&site, &answer, 401, Some("invalid_token"));
    site.says_with("cnf", json!({"x5t#S256": thumbprint(&renewed)}));
    assert_eq!(
        with_certificate(&site, &renewed, &fresh_token()).status,
        200
    );
}

/// Rows: MTLS-8
#[test]
fn rfc8705_6_5_the_socket_is_the_web_servers_alone() {
    // The tests' own user is not in proxy_uids here.
    let site = Site::unready("localhost", |settings, _| {
        settings.proxy = "games".to_owned();
    });
    for request in [
        site.request(&format!("/{NAME}"), &fresh_token()),
        Request::get("/healthz"),
    ] {
        let answer = site.ask(&request);
        assert_eq!(answer.status, 403);
        super::expect::unchallenged(&site, &answer, 403);
    }
    assert_eq!(site.introspections(), 0);
}

/// Rows: MTLS-9
#[test]
fn rfc8705_7_4_a_certificate_of_another_authority_is_refused() {
    let site = Site::start();
    let stranger = site.pki.stranger("bank-a");
    // Even when the directory itself would vouch for it.
    site.says_with("cnf", json!({"x5t#S256": thumbprint(&stranger)}));
    let answer = with_certificate(&site, &stranger, &fresh_token());
    challenged(&site, &answer, 401, Some("invalid_token"));
    assert_eq!(site.introspections(), 0);
}

/// Rows: MTLS-10
#[test]
fn rfc8705_7_5_a_certificate_damaged_anywhere_is_refused_and_the_daemon_lives() {
    let site = Site::start();
    let der = super::site::der(&site.bank);
    let mut connection = site.connect();
    let mut ask = |der: &[u8]| {
        use base64::prelude::BASE64_STANDARD;
        let body = BASE64_STANDARD.encode(der);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        let escaped = super::site::escaped(pem.as_bytes());
        let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
        connection.send(&request.field(CERTIFICATE, &escaped))
    };
    assert_eq!(ask(&der).status, 200);
    for at in 0..der.len() {
        let mut damaged = der.to_vec();
        damaged[at] ^= 0x41;
        let answer = ask(&damaged);
        assert!(matches!(answer.status, 400 | 401), "octet {at}: {answer:?}");
    }
    for length in (0..der.len()).step_by(7) {
        assert_eq!(ask(&der[..length]).status, 400, "{length} octets");
    }
    assert_eq!(ask(&der).status, 200);
    assert_eq!(site.introspections(), 2);
}
