//! Bearer token use, RFC 6750.

use serde_json::{Value, json};

use super::{
    challenge::parameters,
    expect::{challenged, holds_no_secret, unchallenged},
    site::{CERTIFICATE, NAME, Site, fresh_token, now},
};
use crate::support::http::{Answer, Request};

/// The file, asked for by the bank with exactly this `Authorization`.
fn authorized(site: &Site, value: &str) -> Answer {
    let request = Request::get(&format!("/{NAME}"))
        .field(CERTIFICATE, &site.bank.escaped())
        .field("Authorization", value);
    site.ask(&request)
}

/// Rows: BRR-1, FAPI1-B-2
#[test]
fn rfc6750_2_1_the_scheme_is_case_insensitive() {
    let site = Site::start();
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let answer = authorized(&site, &format!("{scheme} {}", fresh_token()));
        assert_eq!(answer.status, 200, "{scheme}");
    }
}

/// Rows: BRR-2, BRR-12
#[test]
fn rfc6750_2_1_a_token_has_the_b64token_alphabet_or_is_401_without_a_call() {
    let site = Site::start();
    let good = format!("{}-._~+/AZaz09==", fresh_token());
    assert_eq!(authorized(&site, &format!("Bearer {good}")).status, 200);
    assert_eq!(site.introspections(), 1);
    for token in [
        "a!b",
        "a=b",
        "=",
        "===",
        "a:b",
        "a\"b\"",
        "caf\u{e9}",
        "a;b",
        "{}",
        "%61",
    ] {
        let answer = authorized(&site, &format!("Bearer {token}"));
        challenged(&site, &answer, 401, Some("invalid_token"));
    }
    assert_eq!(site.introspections(), 1);
}

/// Rows: BRR-3
#[test]
fn rfc6750_2_1_several_spaces_may_follow_the_scheme_and_nothing_else() {
    let site = Site::start();
    for space in [" ", "   "] {
        let answer = authorized(&site, &format!("Bearer{space}{}", fresh_token()));
        assert_eq!(answer.status, 200);
    }
    for space in ["\t", ""] {
        let answer = authorized(&site, &format!("Bearer{space}{}", fresh_token()));
        challenged(&site, &answer, 401, None);
    }
    let answer = authorized(&site, &format!("Bearer \t{}", fresh_token()));
    challenged(&site, &answer, 400, Some("invalid_request"));
}

/// Rows: BRR-4, BRR-11, BRR-14
#[test]
fn rfc6750_3_1_a_malformed_authorization_is_400_invalid_request() {
    let site = Site::start();
    for value in [
        "Bearer",
        "Bearer ",
        "bearer    ",
        "Bearer a b",
        "Bearer a,b",
        "Bearer a\tb",
        "Bearer ,",
    ] {
        let answer = authorized(&site, value);
        challenged(&site, &answer, 400, Some("invalid_request"));
    }
    let twice = site
        .request(&format!("/{NAME}"), &fresh_token())
        .bearer("tok-2");
    challenged(&site, &site.ask(&twice), 400, Some("invalid_request"));
    let mixed = site
        .request(&format!("/{NAME}"), &fresh_token())
        .field("authorization", "Basic YTpi");
    challenged(&site, &site.ask(&mixed), 400, Some("invalid_request"));
    assert_eq!(site.introspections(), 0);
}

/// Rows: BRR-5
#[test]
fn rfc6750_2_2_a_token_in_a_form_is_not_taken() {
    let site = Site::start();
    let form = format!("access_token={}", fresh_token());
    let request = Request::new("POST", &format!("/{NAME}"))
        .field(CERTIFICATE, &site.bank.escaped())
        .field("Content-Type", "application/x-www-form-urlencoded")
        .content(form.as_bytes());
    let answer = site.ask(&request);
    unchallenged(&site, &answer, 405);
    assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(site.introspections(), 0);
}

/// Rows: BRR-6, FAPI1-B-3, FAPI2-RS-2, CONF-2
#[test]
fn rfc6750_2_3_a_token_in_the_query_is_400_with_or_without_a_header() {
    let site = Site::start();
    for query in [
        "access_token=tok-1",
        "access%5Ftoken=tok-1",
        "%61ccess_token=tok-1",
        "access_token",
        "a=b&access_token=tok-1",
        "a=b&access%5ftoken=",
    ] {
        for target in [
            format!("/{NAME}?{query}"),
            format!("/v1/files/{NAME}.csv?{query}"),
        ] {
            let alone = Request::get(&target).field(CERTIFICATE, &site.bank.escaped());
            challenged(&site, &site.ask(&alone), 400, Some("invalid_request"));
            challenged(&site, &site.get(&target), 400, Some("invalid_request"));
        }
    }
    for query in [
        "Access_Token=t",
        "xaccess_token=t",
        "q=access_token",
        "access%255Ftoken=t",
    ] {
        assert_eq!(site.get(&format!("/{NAME}?{query}")).status, 200, "{query}");
    }
}

/// Rows: BRR-7, BRR-8, OE-VAL-3
#[test]
fn rfc6750_3_without_credentials_the_challenge_has_no_error() {
    let site = Site::start();
    let none = Request::get(&format!("/{NAME}")).field(CERTIFICATE, &site.bank.escaped());
    challenged(&site, &site.ask(&none), 401, None);
    for value in ["", "Basic YTpi", "DPoP tok-1", "BearerX tok-1", "Negotiate"] {
        challenged(&site, &authorized(&site, value), 401, None);
    }
    assert_eq!(site.introspections(), 0);
}

/// Rows: BRR-9, BRR-10
#[test]
fn rfc6750_3_hostile_input_never_reaches_a_challenge() {
    let site = Site::start();
    let hostile = [
        "Bearer x\", error=\"forged",
        "Bearer x\\",
        "Bearer zuk\u{e9}",
        "Bearer <script>",
        "Bearer x;realm=\"forged\"",
    ];
    for value in hostile {
        let answer = authorized(&site, value);
        assert!(matches!(answer.status, 400 | 401), "{answer:?}");
        let challenge = answer.field("www-authenticate").unwrap();
        let parameters = parameters(challenge);
        assert_eq!(parameters["realm"], "perild");
        let said = format!("{challenge}{}", answer.text());
        for part in ["forged", "<script", "zuk", "x\\"] {
            assert!(!said.contains(part), "{part} in {said}");
        }
    }
}

/// Rows: BRR-12, FAPI1-B-4, CONF-7, FAPI2-RS-3
#[test]
fn rfc6750_3_1_expired_token_is_401_invalid_token() {
    let site = Site::start();
    assert_eq!(site.fetch().status, 200);
    site.says_with("exp", json!(now() - 1));
    challenged(&site, &site.fetch(), 401, Some("invalid_token"));
}

/// Rows: BRR-12, FAPI1-B-4, CONF-7, FAPI2-RS-3
#[test]
fn rfc6750_3_1_revoked_token_is_401_invalid_token() {
    let site = Site::start();
    assert_eq!(site.fetch().status, 200);
    site.says(json!({"active": false}));
    challenged(&site, &site.fetch(), 401, Some("invalid_token"));
}

/// Rows: BRR-13, FAPI1-B-5, BRR-14, BRR-17, FAPI2-RS-4
#[test]
fn rfc6750_3_1_too_little_scope_is_403_and_names_the_scope() {
    let site = Site::with(|settings, _| {
        settings.more =
            format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"energy:read flood:read\"\n");
    });
    for scope in ["energy:read flood:read", "x flood:read y energy:read"] {
        site.says_with("scope", json!(scope));
        assert_eq!(site.fetch().status, 200, "{scope}");
    }
    for scope in [
        "",
        "energy:read",
        "ENERGY:READ FLOOD:READ",
        "energy:readflood:read",
    ] {
        site.says_with("scope", json!(scope));
        let answer = site.fetch();
        challenged(&site, &answer, 403, Some("insufficient_scope"));
        let parameters = parameters(answer.field("www-authenticate").unwrap());
        assert_eq!(parameters["scope"], "energy:read flood:read");
    }
    site.says_with("scope", Value::Null);
    assert!(matches!(site.fetch().status, 401 | 403));
}

/// Rows: BRR-13
#[test]
fn rfc6750_3_1_no_challenge_names_a_scope_that_is_not_configured() {
    let site = Site::start();
    let answer = site.ask(&Request::get(&format!("/{NAME}")));
    assert!(!parameters(answer.field("www-authenticate").unwrap()).contains_key("scope"));
}

/// Rows: BRR-15, CERT-11, HTTP-20
#[test]
fn rfc6750_5_3_protected_data_is_for_no_shared_cache_and_refusals_for_none() {
    let site = Site::start();
    let answer = site.fetch();
    let caching = answer.field("cache-control").unwrap();
    assert!(caching.contains("private"), "{caching}");
    for word in ["public", "s-maxage"] {
        assert!(!caching.contains(word), "{caching}");
    }
    site.says(json!({"active": false}));
    assert_eq!(site.fetch().field("cache-control"), Some("no-store"));
}

/// Rows: BRR-16
#[test]
fn rfc6750_5_3_no_answer_repeats_the_token() {
    let site = Site::start();
    let mut answers = vec![site.fetch(), site.get(&format!("/{NAME}?tok-in-query"))];
    site.says(json!({"active": false}));
    answers.push(site.fetch());
    answers.push(site.get("/no-such"));
    for answer in answers {
        holds_no_secret(&site, &answer);
    }
}

/// Rows: BRR-17
#[test]
fn rfc6749_3_3_scope_tokens_are_compared_octet_for_octet() {
    let site = Site::with(|settings, _| {
        settings.more = format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"a:b\"\n");
    });
    for (scope, status) in [
        ("x a:b y", 200),
        ("a:b", 200),
        ("A:B", 403),
        ("a:bc", 403),
        ("xa:b", 403),
    ] {
        site.says_with("scope", json!(scope));
        assert_eq!(site.fetch().status, status, "{scope}");
    }
}
