//! What must not stand in the log, at any level.

use std::fs;

use serde_json::json;

use super::site::{CERTIFICATE, NAME, Site, fresh_token, now, thumbprint};
use crate::support::{
    fake_directory::Answer as Reply,
    http::{Answer, Request},
    pki::Identity,
};

/// Everything that can be asked rightly and wrongly, so that every kind of record is written.
fn make_it_talk(site: &Site) {
    let target = format!("/{NAME}");
    let other = site.pki.consumer("bank-b");
    let expired = site.pki.expired_consumer("bank-a");
    let stranger = site.pki.stranger("bank-a");
    let token = fresh_token();
    for identity in [&site.bank, &other, &expired, &stranger] {
        let request = Request::get(&target).bearer(&token);
        site.ask(&request.field(CERTIFICATE, &identity.escaped()));
    }
    let pem = fs::read_to_string(&site.bank.certificate).unwrap();
    let escaped = site.bank.escaped();
    for certificate in [
        &escaped[..escaped.len() / 2],
        &pem.replace('\n', " "),
        &(escaped.clone() + &escaped),
    ] {
        site.ask(
            &Request::get(&target)
                .bearer(&token)
                .field(CERTIFICATE, certificate),
        );
    }
    site.fetch_with(&[
        ("Client-Cert", &escaped),
        ("Cookie", &token),
        ("X-Else", &token),
    ]);
    site.get(&format!("{target}?access_token={token}"));
    site.get(&format!("/no-such?q={token}"));
    site.get(&format!("/v1/files/%zz{token}"));
    site.get(&format!("/v1/{token}/x"));
    site.get(&format!("/{token}"));
    site.get(&format!("//{token}"));
    site.get(&format!("/v1/files/{token}.csv"));
    site.get(&format!("/v1/files/{token}.CSV"));
    site.ask(&Request::get(&format!("/{token}")));
    for target in [format!("/caf\u{e9}{token}"), format!("/<{token}>")] {
        let bad = Request::get(&target)
            .bearer(&token)
            .field(CERTIFICATE, &site.bank.escaped());
        assert_eq!(site.connect().send(&bad).status, 400);
    }
    let unverified = Request::get(&target)
        .bearer(&token)
        .field("X-OE-CLIENT-VERIFY", "FAILED:certificate has expired")
        .field("X-OE-CLIENT-CERT-UNVERIFIED", &expired.escaped());
    site.ask(&unverified);
    site.ask(&site.request(&target, &format!("{token}!")));
    site.ask(&site.request(&target, &format!("{token} {token}")));
    site.ask(&site.request(&target, &format!("{token},{token}")));
    let long = format!("{token}{}", "t".repeat(5000));
    site.ask(&site.request(&target, &long));
    for answer in [
        json!({"active": false}),
        json!({}),
        json!({"active": true, "cnf": {"x5t#S256": token}}),
        json!({"active": true, "exp": now() - 1, "token": token}),
        json!({"active": true, "iss": token, "token_type": token}),
    ] {
        site.says(answer);
        site.fetch();
    }
    for reply in [
        Reply::Status(401),
        Reply::Status(500),
        Reply::Raw(token.clone().into_bytes()),
        Reply::CloseConnection,
        Reply::Oversize(400_000),
    ] {
        site.replies(reply);
        site.fetch();
    }
    site.vouch();
    site.perild.reload();
    fs::write(
        site.pki.path("certs/directory-ca.pem"),
        fs::read(site.pki.path("certs/a.key")).unwrap(),
    )
    .unwrap();
    site.perild.reload();
    assert_eq!(site.ask(&Request::get("/healthz")).status, 200);
}

/// No line of the PEM file's content, in any 32 octets of it.
fn assert_absent(log: &str, identity: &Identity, what: &str) {
    for path in [&identity.certificate, &identity.private_key] {
        let pem = fs::read_to_string(path).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        for start in (0..body.len() - 32).step_by(4) {
            let part = &body[start..start + 32];
            assert!(!log.contains(part), "{what}: {part} of {}", path.display());
        }
    }
}

fn assert_clean(site: &mut Site) {
    let ours = Identity {
        certificate: site.pki.path("certs/a.pem"),
        private_key: site.pki.path("certs/a.key"),
        serial_number: site.bank.serial_number.clone(),
    };
    site.perild.stop();
    let log = site.perild.log();
    assert!(log.lines().count() > 20, "{log}");
    assert!(!log.contains("-secret"), "a token: {log}");
    assert!(!log.contains("tok-"), "a token: {log}");
    for (identity, what) in [(&site.bank, "the consumer's"), (&ours, "our own")] {
        assert_absent(&log, identity, what);
        assert_absent(&log.replace("%2B", "+").replace("%2F", "/"), identity, what);
    }
    for mark in ["BEGIN CERTIFICATE", "BEGIN PRIVATE KEY", "BEGIN%20", "MII"] {
        assert!(!log.contains(mark), "{mark}: {log}");
    }
}

/// Rows: BRR-16, PROB-5
#[test]
fn rfc6750_5_3_no_token_key_or_certificate_is_logged_at_trace() {
    let mut site = Site::with(|settings, _| settings.arguments = vec!["--log-level", "trace"]);
    make_it_talk(&site);
    assert_clean(&mut site);
}

/// Rows: BRR-16, PROB-5
#[test]
fn rfc6750_5_3_nor_in_records_for_machines() {
    let mut site = Site::with(|settings, _| {
        settings.arguments = vec!["--log-level", "trace", "--log-format", "json"];
    });
    make_it_talk(&site);
    let log = site.perild.log();
    for line in log.lines() {
        let record: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(record["MESSAGE"].is_string(), "{line}");
    }
    assert_clean(&mut site);
}

/// Rows: JRN-4, FAPI1-B-12
#[test]
fn jrn_4_nothing_that_is_sent_can_begin_a_record_of_its_own() {
    let site = Site::start();
    site.ask(
        &Request::get("/forged%0aPERILD_STATUS=200")
            .field("x-fapi-interaction-id", "PERILD_STATUS=200"),
    );
    site.ask(&Request::new("FORGED", "/x"));
    site.get("/v1/files/a%0d%0aforged.csv");
    assert_eq!(site.fetch().status, 200);
    site.perild.wait_for_line(|line| {
        line.contains("PERILD_STATUS=200 ") || line.ends_with("PERILD_STATUS=200")
    });
    for line in site.perild.log().lines() {
        assert!(line.starts_with("20"), "{line}");
        assert!(!line.contains("forged"), "{line}");
    }
}

/// Rows: BRR-16
#[test]
fn a_name_that_could_be_a_token_is_not_in_the_log_when_there_is_no_such_file() {
    let site = Site::start();
    let token = fresh_token();
    for target in [format!("/{token}"), format!("/v1/files/{token}.csv")] {
        let answer = site.get(&target);
        assert_eq!(answer.status, 404);
        let id = answer.interaction_id();
        let record = site.perild.wait_for_line(|line| line.contains(id));
        assert!(record.contains(" PERILD_DATASET=- "), "{record}");
        assert!(!record.contains("-secret"), "{record}");
    }
    let answer = site.fetch();
    let id = answer.interaction_id();
    let record = site.perild.wait_for_line(|line| line.contains(id));
    assert!(
        record.contains(&format!(" PERILD_DATASET={NAME} ")),
        "{record}"
    );
}

/// Rows: JRN-4
#[test]
fn jrn_4_what_a_directory_and_a_certificate_say_is_escaped_in_every_field() {
    let site = Site::start();
    let hostile = "a\u{202e}b\u{2028}c\" PERILD_STATUS=200";
    let identity = site.pki.consumer_with("odd", |params| {
        params
            .distinguished_name
            .push(rcgen::DnType::OrganizationName, hostile);
    });
    let mut answer = site.good();
    answer["client_id"] = json!(hostile);
    answer["organisation_id"] = json!(hostile);
    site.says(answer);
    for certificate in [&site.bank, &identity] {
        let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
        let answer = site.ask(&request.field(CERTIFICATE, &certificate.escaped()));
        let id = answer.interaction_id().to_owned();
        let record = site.perild.wait_for_line(|line| line.contains(&id));
        assert!(!record.contains(['\u{202e}', '\u{2028}']), "{record:?}");
        assert!(
            record.contains("PERILD_CLIENT_ID=\"a\\\\u{202e}b\\\\u{2028}c\\\" PERILD_STATUS=200\""),
            "{record}"
        );
        let status = format!(" PERILD_STATUS={} ", answer.status);
        assert!(record.contains(&status), "{record}");
    }
}

/// Rows: OE-VAL-13
#[test]
fn a_refusal_names_whose_certificate_and_token_it_was_as_far_as_they_are_known() {
    let site = Site::start();
    let target = format!("/{NAME}");
    let other = site.pki.consumer("bank-b");
    let expired = site.pki.expired_consumer("bank-c");
    let stranger = site.pki.stranger("bank-d");
    let named = |answer: &Answer, facts: &[(&str, &str)]| {
        let id = answer.interaction_id().to_owned();
        let record = site.perild.wait_for_line(|line| line.contains(&id));
        for (field, value) in facts {
            let fact = format!(" PERILD_{field}={value}");
            assert!(record.contains(&fact), "{fact} in {record}");
        }
    };
    let shown = |identity: &Identity, token: Option<&str>| {
        let request = Request::get(&target).field(CERTIFICATE, &identity.escaped());
        site.ask(&match token {
            Some(token) => request.bearer(token),
            None => request,
        })
    };
    // Before the directory is asked: the certificate, whatever is wrong.
    for (identity, subject) in [
        (&other, "CN=bank-b"),
        (&expired, "CN=bank-c"),
        (&stranger, "CN=bank-d"),
    ] {
        let thumbprint = thumbprint(identity);
        let facts = [
            ("CERT_SUBJECT", subject),
            ("CERT_THUMBPRINT", &*thumbprint),
            ("CLIENT_ID", "- "),
        ];
        named(&shown(identity, None), &facts);
        if subject != "CN=bank-b" {
            let answer = shown(identity, Some(&fresh_token()));
            assert_eq!(answer.status, 401);
            named(&answer, &facts);
        }
    }
    named(
        &shown(&expired, None),
        &[("CERT_ISSUER", "\"CN=Consumers' issuer")],
    );
    named(&shown(&stranger, None), &[("CERT_SERIAL", "")]);
    // By the directory's answer: client and organisation, whatever is wrong with the token.
    let holder = [
        ("CLIENT_ID", "bank-a "),
        ("ORGANISATION_ID", "org-a "),
        ("CERT_SUBJECT", "CN=bank-a"),
    ];
    let cases = [
        ("exp", json!(now() - 1), 401),
        ("nbf", json!(now() + 600), 401),
        ("iat", json!(now() + 600), 401),
        ("cnf", json!({"x5t#S256": thumbprint(&other)}), 401),
        ("cnf", json!({}), 401),
        ("cnf", json!("no object"), 401),
        ("iss", json!("https://other.example/"), 401),
        ("token_type", json!("mac"), 401),
        ("exp", json!("soon"), 401),
        ("scope", json!(7), 401),
        ("active", json!(false), 401),
    ];
    for (member, value, status) in cases {
        site.says_with(member, value);
        let answer = site.fetch();
        assert_eq!(answer.status, status, "{member}");
        named(&answer, &holder);
    }
    // One that cannot be read is nobody's; the rest of what the directory says still is.
    site.says_with("client_id", json!("two\nlines"));
    named(
        &site.fetch(),
        &[("CLIENT_ID", "- "), ("ORGANISATION_ID", "org-a ")],
    );
    site.says(json!({"active": false}));
    named(
        &site.fetch(),
        &[("CLIENT_ID", "- "), ("CERT_SUBJECT", "CN=bank-a")],
    );
}
