//! The client-certificate header in the formats that must be configured, standards §9.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;

use super::{
    expect::challenged,
    site::{NAME, Site, der, fresh_token, with_fields},
};
use crate::support::http::{Answer, Request};

/// A site that reads `header` in `format`.
fn site(header: &str, format: &str) -> Site {
    Site::with(|settings, _| {
        settings.edit("\"X-OE-CLIENT-CERT\"", &format!("{header:?}"));
        settings.edit("pem-urlencoded", format);
    })
}

fn with(site: &Site, fields: &[(&str, &str)]) -> Answer {
    let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
    site.ask(&with_fields(request, fields))
}

fn assert_cases(site: &Site, header: &str, good: &[String], malformed: &[String]) {
    for value in good {
        assert_eq!(with(site, &[(header, value)]).status, 200, "{value}");
    }
    for value in malformed {
        let answer = with(site, &[(header, value)]);
        assert_eq!(answer.status, 400, "{value}");
        challenged(site, &answer, 400, Some("invalid_request"));
    }
    challenged(
        site,
        &with(site, &[(header, "")]),
        401,
        Some("invalid_token"),
    );
}

fn base64(site: &Site) -> String {
    BASE64_STANDARD.encode(der(&site.bank))
}

/// Rows: CERT-7, CERT-8, HTTP-30
#[test]
fn rfc9440_2_1_client_cert_is_one_byte_sequence() {
    let site = site("Client-Cert", "rfc9440");
    let text = base64(&site);
    let good = [
        format!(":{text}:"),
        format!(":{text}:;a=1"),
        format!(":{text}:;x;y=\"z\""),
    ];
    let malformed = [
        text.clone(),
        format!(":{text}"),
        format!("{text}:"),
        format!(":{text}:, :{text}:"),
        format!(":{text}:x"),
        format!(":{text}:;"),
        format!(":{text}:;A=1"),
        format!("(:{text}:)"),
        format!("\"{text}\""),
        format!(":{}:", &text[..text.len() - 5]),
        format!(":{}!:", &text[1..]),
        "::".to_owned(),
        ":".to_owned(),
    ];
    assert_cases(&site, "Client-Cert", &good, &malformed);
    let twice = [("Client-Cert", &*good[0]), ("Client-Cert", &*good[0])];
    challenged(&site, &with(&site, &twice), 400, Some("invalid_request"));
    let answer = with(&site, &[("Client-Cert", &good[0])]);
    assert_eq!(answer.field("client-cert"), None);
    // The default header means nothing here.
    let other = with(&site, &[("X-OE-CLIENT-CERT", &site.bank.escaped())]);
    challenged(&site, &other, 401, Some("invalid_token"));
}

/// Rows: CERT-9
#[test]
fn rfc9440_2_3_a_chain_beside_it_changes_nothing() {
    let site = site("Client-Cert", "rfc9440");
    let leaf = format!(":{}:", base64(&site));
    let stranger = site.pki.stranger("bank-a");
    let other = format!(":{}:", BASE64_STANDARD.encode(der(&stranger)));
    for chain in [&leaf, &other, "garbage"] {
        let fields = [("Client-Cert", &*leaf), ("Client-Cert-Chain", chain)];
        assert_eq!(with(&site, &fields).status, 200);
    }
    site.says_with(
        "cnf",
        json!({"x5t#S256": super::site::thumbprint(&stranger)}),
    );
    let fields = [("Client-Cert", &*other), ("Client-Cert-Chain", &*leaf)];
    challenged(&site, &with(&site, &fields), 401, Some("invalid_token"));
}

/// Rows: CERT-5
#[test]
fn cert_5_der_base64_is_strict() {
    let site = site("X-OE-CLIENT-CERT", "der-base64");
    let octets = der(&site.bank).to_vec();
    let text = |octets: &[u8]| BASE64_STANDARD.encode(octets);
    let indefinite = [&[0x30, 0x80], &octets[4..], &[0, 0]].concat();
    let malformed = [
        text(&[&octets[..], b"\0"].concat()),
        text(&[&octets[..], &octets[..]].concat()),
        text(&octets[..octets.len() - 1]),
        text(&indefinite),
        text(b"not a certificate"),
        text(&octets).replace('=', "") + "!",
        text(&octets).replacen('M', "M ", 1),
        site.bank.escaped(),
        format!(":{}:", text(&octets)),
    ];
    assert_cases(&site, "X-OE-CLIENT-CERT", &[text(&octets)], &malformed);
}

/// Rows: CERT-5
#[test]
fn cert_5_one_strict_der_object_in_pem_as_well() {
    let site = Site::start();
    let octets = der(&site.bank).to_vec();
    let value = |octets: &[u8]| {
        let body = BASE64_STANDARD.encode(octets);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        super::site::escaped(pem.as_bytes())
    };
    let indefinite = [&[0x30, 0x80], &octets[4..], &[0, 0]].concat();
    let malformed = [
        value(&[&octets[..], b"\0"].concat()),
        value(&indefinite),
        value(&octets[..octets.len() - 1]),
        value(&[]),
    ];
    assert_cases(&site, "X-OE-CLIENT-CERT", &[value(&octets)], &malformed);
}

/// Rows: HTTP-21, CON-4, CON-5
#[test]
fn rfc9112_5_2_pem_whose_folds_became_spaces_is_taken_where_configured() {
    let site = site("X-OE-CLIENT-CERT", "pem-folded");
    let pem = std::fs::read_to_string(&site.bank.certificate).unwrap();
    let one_line = |space: &str| pem.trim_end().replace('\n', space);
    let good = [
        one_line(" "),
        one_line("\t"),
        one_line("  "),
        one_line(" \t"),
    ];
    let malformed = [
        site.bank.escaped(),
        one_line(""),
        one_line(" ") + " " + &one_line(" "),
        "x ".to_owned() + &one_line(" "),
    ];
    assert_cases(&site, "X-OE-CLIENT-CERT", &good, &malformed);
    // Not guessed elsewhere.
    let strict = Site::start();
    let pem = std::fs::read_to_string(&strict.bank.certificate).unwrap();
    let value = pem.trim_end().replace('\n', " ");
    let answer = with(&strict, &[("X-OE-CLIENT-CERT", &value)]);
    challenged(&strict, &answer, 400, Some("invalid_request"));
}

/// Rows: CERT-1, CON-5
#[test]
fn con_5_no_format_is_guessed() {
    let site = Site::start();
    let text = base64(&site);
    for value in [text.clone(), format!(":{text}:")] {
        let answer = with(&site, &[("X-OE-CLIENT-CERT", &value)]);
        challenged(&site, &answer, 400, Some("invalid_request"));
    }
}
