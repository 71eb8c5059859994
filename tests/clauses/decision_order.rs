//! The order of checks, standards §1.

use serde_json::json;

use super::{
    expect::{challenged, has_common_fields, unchallenged},
    site::{CERTIFICATE, NAME, Site, fresh_token, with_fields},
};
use crate::support::http::Request;

/// Target, fields, status and error code.
type Case<'c> = (&'c str, &'c [(&'c str, &'c str)], u16, Option<&'c str>);

/// Rows: DEC-1, OE-VAL-4
#[test]
fn dec_1_what_fails_before_the_directory_is_asked_costs_no_call() {
    let site = Site::start();
    let target = format!("/{NAME}");
    let certificate = site.bank.escaped();
    let expired = site.pki.expired_consumer("bank-a").escaped();
    let token = format!("Bearer {}", fresh_token());
    let with_query = format!("/{NAME}?access_token=t");
    let cases: [Case<'_>; 8] = [
        (&target, &[], 401, None),
        (&target, &[(CERTIFICATE, &certificate)], 401, None),
        (
            &target,
            &[("Authorization", &token)],
            401,
            Some("invalid_token"),
        ),
        (
            &target,
            &[("Authorization", &token), (CERTIFICATE, &expired)],
            401,
            Some("invalid_token"),
        ),
        (
            &target,
            &[("Authorization", &token), (CERTIFICATE, "no certificate")],
            400,
            Some("invalid_request"),
        ),
        (
            &target,
            &[("Authorization", "Bearer a!b"), (CERTIFICATE, &certificate)],
            401,
            Some("invalid_token"),
        ),
        (
            &target,
            &[("Authorization", "Bearer"), (CERTIFICATE, &certificate)],
            400,
            Some("invalid_request"),
        ),
        (
            &with_query,
            &[("Authorization", &token), (CERTIFICATE, &certificate)],
            400,
            Some("invalid_request"),
        ),
    ];
    for (target, fields, status, code) in cases {
        let answer = site.ask(&with_fields(Request::get(target), fields));
        challenged(&site, &answer, status, code);
    }
    assert_eq!(site.introspections(), 0);
    assert_eq!(site.fetch().status, 200);
    assert_eq!(site.introspections(), 1);
}

/// Rows: DEC-2
#[test]
fn dec_2_syntax_is_judged_before_absence_and_absence_before_validity() {
    let site = Site::start();
    let expired = site.pki.expired_consumer("bank-a").escaped();
    let token = fresh_token();
    let get = || Request::get(&format!("/{NAME}"));
    // Malformed, and no certificate either.
    let twice = get().bearer(&token).bearer(&token);
    challenged(&site, &site.ask(&twice), 400, Some("invalid_request"));
    // Malformed certificate, and no token.
    let malformed = get().field(CERTIFICATE, "%zz");
    challenged(&site, &site.ask(&malformed), 400, Some("invalid_request"));
    // Malformed query, and nothing else.
    let query = Request::get(&format!("/{NAME}?access_token=t"));
    challenged(&site, &site.ask(&query), 400, Some("invalid_request"));
    // No token, and an expired certificate.
    let absent = get().field(CERTIFICATE, &expired);
    challenged(&site, &site.ask(&absent), 401, None);
    assert_eq!(site.introspections(), 0);
}

/// Rows: DEC-3
#[test]
fn rfc9110_13_2_1_conditions_and_ranges_wait_for_the_answer_to_be_good() {
    let site = Site::start();
    let conditions = [
        ("If-None-Match", "*"),
        ("If-Match", "\"no\""),
        ("Range", "bytes=0-0"),
        ("Range", "bytes=999999-"),
        ("Accept", "text/csv;q=0"),
    ];
    for (condition, status) in conditions.iter().zip([304, 412, 206, 416, 406]) {
        assert_eq!(
            site.fetch_with(&[*condition]).status,
            status,
            "{condition:?}"
        );
    }
    site.says_with("exp", json!(super::site::now() - 1));
    for condition in conditions {
        let answer = site.fetch_with(&[condition]);
        challenged(&site, &answer, 401, Some("invalid_token"));
        assert_eq!(answer.field("content-range"), None, "{condition:?}");
    }
}

/// Rows: DEC-4
#[test]
fn dec_4_an_unknown_path_is_404_only_for_those_who_may_ask() {
    let site = Site::start();
    for target in [
        "/v1/no-such",
        "/v1/files/no-such.csv",
        "/no-such",
        "/v2/files/tidy.csv",
        "/healthz/",
    ] {
        challenged(&site, &site.ask(&Request::get(target)), 401, None);
        unchallenged(&site, &site.get(target), 404);
    }
    site.says(json!({"active": false}));
    challenged(&site, &site.get("/v1/no-such"), 401, Some("invalid_token"));
}

/// Rows: DEC-5, HTTP-1, OE-VAL-11
#[test]
fn dec_5_every_answer_has_an_interaction_id_and_a_date() {
    let site = Site::with(|settings, _| {
        settings.files = vec!["scoped.csv"];
        settings.more = "[[datasets]]\nname = \"scoped\"\nscope = \"more\"\n".to_owned();
    });
    let target = format!("/{NAME}");
    let answers = [
        (200, site.fetch()),
        (200, site.ask(&Request::get("/healthz"))),
        (200, site.ask(&Request::get("/readyz"))),
        (204, site.ask(&Request::new("OPTIONS", &target))),
        (206, site.fetch_with(&[("Range", "bytes=0-0")])),
        (304, site.fetch_with(&[("If-None-Match", "*")])),
        (400, site.fetch_with(&[("Authorization", "Bearer")])),
        (401, site.ask(&Request::get(&target))),
        (403, site.get("/scoped")),
        (404, site.get("/no-such")),
        (405, site.ask(&Request::new("DELETE", &target))),
        (406, site.fetch_with(&[("Accept", "text/csv;q=0")])),
        (412, site.fetch_with(&[("If-Match", "\"x\"")])),
        (416, site.fetch_with(&[("Range", "bytes=999999-")])),
        (501, site.ask(&Request::new("FOO", &target))),
    ];
    for (status, answer) in &answers {
        assert_eq!(answer.status, *status, "{answer:?}");
        has_common_fields(answer);
    }
    site.replies(crate::support::fake_directory::Answer::Status(500));
    let answer = site.fetch();
    assert_eq!(answer.status, 503);
    has_common_fields(&answer);
    // Echoed on refusals as on answers.
    for id in ["c770aef3-6784-41f7-8e0e-ff5f97bddb3a", "mine"] {
        let answer = site.ask(&Request::get(&target).field("x-fapi-interaction-id", id));
        assert_eq!((answer.status, answer.interaction_id()), (401, id));
    }
}
