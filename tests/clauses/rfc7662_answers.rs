//! RFC 7662 in the forms that real directories give it: nulls, marks, codings, and refusals with a code.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{
    expect::{challenged, unavailable},
    site::Site,
};
use crate::support::{fake_directory::Answer as Reply, process::eventually};

fn raw(text: &str) -> Reply {
    Reply::Raw(text.as_bytes().to_vec())
}

fn whole(status: u16, fields: &[(&'static str, &str)], octets: &[u8]) -> Reply {
    let fields = fields
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    Reply::Whole(status, fields.collect(), octets.to_vec())
}

fn packed(octets: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

/// Rows: INT-7, INT-16, INT-17, INT-18
#[test]
fn a_member_that_is_null_is_a_member_that_is_absent() {
    let site = Site::start();
    for member in [
        "aud",
        "client_id",
        "iat",
        "iss",
        "nbf",
        "organisation_id",
        "scope",
        "sub",
        "token_type",
        "username",
    ] {
        site.says_with(member, json!(null));
        assert_eq!(site.fetch().status, 200, "{member}");
    }
    let mut answer = site.good();
    answer["cnf"]["jkt"] = json!(null);
    site.says(answer);
    assert_eq!(site.fetch().status, 200, "cnf.jkt");
    for member in ["active", "exp", "cnf"] {
        site.says_with(member, json!(null));
        challenged(&site, &site.fetch(), 401, Some("invalid_token"));
    }
    site.says_with("cnf", json!({"x5t#S256": null}));
    challenged(&site, &site.fetch(), 401, Some("invalid_token"));
}

/// Rows: INT-7
#[test]
fn what_nobody_reads_is_not_judged_and_a_byte_order_mark_is_skipped() {
    let site = Site::start();
    let good = site.good().to_string();
    let with = |members: &str| good.replacen('{', &format!("{{{members},"), 1);
    let deep = format!("\"x\":{}{}", "[".repeat(60_000), "]".repeat(60_000));
    for text in [
        format!("\u{feff}{good}"),
        format!("\r\n\t {good}\n"),
        with(r#""name":"\ud83d""#),
        with(r#""name":["\udc00\ud800"],"\ud800":1"#),
        with(r#""x":1e400,"y":-1e99999"#),
        with(r#""x":{"y":{"z":[1e999,"\uDFFF"]}}"#),
        with(&deep),
    ] {
        site.replies(raw(&text));
        assert_eq!(site.fetch().status, 200, "{text:.80}");
    }
    for twice in [
        r#""x":null,"x":1"#,
        r#""x":1,"\u0078":1"#,
        r#""x":[{"y":1,"y":null}]"#,
    ] {
        site.replies(raw(&with(twice)));
        unavailable(&site, &site.fetch());
    }
}

/// Rows: INT-9, LIM-6
#[test]
fn rfc9110_8_4_gzip_is_undone_and_bounded_and_other_codings_are_named() {
    let site = Site::start();
    let good = site.good().to_string();
    for coding in ["gzip", "x-gzip", "GZip"] {
        site.replies(whole(
            200,
            &[("Content-Encoding", coding)],
            &packed(good.as_bytes()),
        ));
        assert_eq!(site.fetch().status, 200, "{coding}");
    }
    let calls = site.directory.introspections();
    assert_eq!(calls[0].header("accept-encoding"), Some("gzip"));
    let bomb = good.replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(1 << 22)), 1);
    for (reply, said) in [
        (
            whole(
                200,
                &[("Content-Encoding", "gzip")],
                &packed(bomb.as_bytes()),
            ),
            "longer than 262144 octets",
        ),
        (
            whole(200, &[("Content-Encoding", "br")], b"x"),
            "Content-Encoding: br",
        ),
        (
            whole(200, &[("Content-Encoding", "zstd")], b"x"),
            "Content-Encoding: zstd",
        ),
        (
            whole(200, &[("Content-Encoding", "gzip")], good.as_bytes()),
            "not the gzip",
        ),
        (
            whole(
                200,
                &[("Content-Type", "application/json")],
                &packed(good.as_bytes()),
            ),
            "gzip without Content-Encoding",
        ),
    ] {
        site.replies(reply);
        unavailable(&site, &site.fetch());
        site.perild.wait_for_line(|line| line.contains(said));
        site.vouch();
        assert_eq!(site.fetch().status, 200);
    }
}

/// Rows: INT-9
#[test]
fn int_9_what_cannot_be_read_says_in_the_log_what_it_is() {
    let site = Site::start();
    let page = b"<!doctype html><title>Maintenance</title>";
    let jwt = b"eyJ0eXAiOiJKV1QifQ.e30.c2ln";
    for (reply, said) in [
        (
            whole(200, &[("Content-Type", "text/html; charset=utf-8")], page),
            "an HTML page (text/html; charset=utf-8, 41 octets)",
        ),
        (
            whole(
                200,
                &[("Content-Type", "application/token-introspection+jwt")],
                jwt,
            ),
            "a JWT (application/token-introspection+jwt, 27 octets)",
        ),
        (raw(""), "an empty body (application/json, 0 octets)"),
        (
            whole(200, &[], b"OK"),
            "plain text (no Content-Type, 2 octets)",
        ),
    ] {
        site.replies(reply);
        unavailable(&site, &site.fetch());
        site.perild.wait_for_line(|line| line.contains(said));
        site.vouch();
        assert_eq!(site.fetch().status, 200);
    }
}

/// Rows: INT-8
#[test]
fn rfc7662_2_3_a_refused_token_is_the_consumers_and_a_refused_client_ours() {
    let site = Site::start();
    let coded =
        |status, code: &str| whole(status, &[], format!(r#"{{"error":"{code}"}}"#).as_bytes());
    for (status, code) in [
        (400, "unsupported_token_type"),
        (400, "invalid_request"),
        (400, "invalid_grant"),
        (401, "invalid_token"),
        (403, "invalid_scope"),
    ] {
        site.replies(coded(status, code));
        challenged(&site, &site.fetch(), 401, Some("invalid_token"));
    }
    // Without a code, the answer to our own question tells.
    site.directory
        .answer_about("perild-check", Reply::Json(json!({"active": false})));
    for status in [400, 401, 403] {
        site.replies(Reply::Status(status));
        challenged(&site, &site.fetch(), 401, Some("invalid_token"));
    }
    let log = site.perild.log();
    assert!(!log.contains("ERROR"), "{log}");
    for (status, code) in [(401, "invalid_client"), (400, "unauthorized_client")] {
        site.replies(coded(status, code));
        unavailable(&site, &site.fetch());
        site.perild
            .wait_for_line(|line| line.contains("ERROR") && line.contains(code));
    }
}

/// Rows: INT-9
#[test]
fn rfc9110_10_2_3_the_directorys_retry_after_is_passed_on_within_bounds() {
    let site = Site::start();
    for (said, told) in [("17", "17"), ("0", "1"), ("3600", "60"), ("nonsense", "2")] {
        site.replies(whole(503, &[("Retry-After", said)], b""));
        let answer = site.fetch();
        unavailable(&site, &answer);
        assert_eq!(answer.field("retry-after"), Some(told), "{said}");
        site.vouch();
        assert_eq!(site.fetch().status, 200);
    }
}

/// Rows: INT-11, OE-VAL-8
#[test]
fn rfc7662_4_exp_that_passes_while_the_directory_answers_is_past() {
    let site = Site::with(|settings, _| settings.edit("timeout_ms = 3000", "timeout_ms = 10000"));
    let exp = super::site::now() + 2;
    let mut answer = site.good();
    answer["exp"] = json!(exp);
    site.replies(Reply::AfterRelease(Box::new(Reply::Json(answer))));
    let mut connection = site.connect();
    let request = site.request(
        &format!("/{}", super::site::NAME),
        &super::site::fresh_token(),
    );
    connection.write(&request.bytes());
    eventually("exp has passed", std::time::Duration::from_secs(10), || {
        (super::site::now() > exp && site.introspections() > 0).then_some(())
    });
    site.directory.release();
    challenged(
        &site,
        &connection.read(true).unwrap(),
        401,
        Some("invalid_token"),
    );
}
