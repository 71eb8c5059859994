//! Tokens at the public edge: none, malformed, unknown, somebody else's.

use crate::support::{
    http::{Answer, Request},
    world::{CONTENT, NAME, World},
};

fn challenge(answer: &Answer) -> &str {
    answer
        .field("www-authenticate")
        .unwrap_or_else(|| panic!("no challenge: {answer:?}"))
}

/// Rows: BRR-7, BRR-8, OE-VAL-3, DEC-1, DEC-5
#[test]
fn rfc6750_3_without_a_token_the_challenge_has_no_error() {
    let world = World::start();
    for request in [
        Request::get(&format!("/{NAME}")),
        Request::get(&format!("/{NAME}")).field("Authorization", "Basic YTpi"),
    ] {
        let answer = world.bank().send(&request);
        assert_eq!(answer.status, 401);
        assert!(challenge(&answer).starts_with("Bearer realm="));
        assert!(!challenge(&answer).contains("error"));
        answer.problem();
    }
    assert_eq!(world.directory.introspections(), 0);
}

/// Rows: FAPI1-B-3, BRR-2, BRR-4, BRR-6, BRR-11, BRR-12, CONF-2, DEC-1, DEC-2, LIM-3
#[test]
fn rfc6750_3_1_a_malformed_token_is_refused_before_the_directory_is_asked() {
    let world = World::start();
    let token = world.token();
    let target = format!("/{NAME}");
    let long = "a".repeat(5000);
    let cases = [
        (400, Request::get(&format!("{target}?access_token={token}"))),
        (
            400,
            Request::get(&format!("{target}?access%5Ftoken={token}")).bearer(&token),
        ),
        (400, Request::get(&target).field("Authorization", "Bearer")),
        (401, Request::get(&target).bearer("a!b")),
        (401, Request::get(&target).bearer(&long)),
    ];
    for (status, request) in cases {
        let answer = world.bank().send(&request);
        assert_eq!(answer.status, status, "{request:?}: {answer:?}");
        let code = if status == 400 {
            "invalid_request"
        } else {
            "invalid_token"
        };
        assert!(challenge(&answer).contains(&format!("error=\"{code}\"")));
        assert_eq!(answer.problem()["error"], code);
        assert!(!answer.text().contains(&token));
    }
    // Two field lines never pass nginx, which has a 400 of its own for them.
    let twice = Request::get(&target).bearer(&token).bearer(&token);
    assert_eq!(world.bank().send(&twice).status, 400);
    assert_eq!(world.directory.introspections(), 0);
    assert_eq!(world.get(&target, &token).status, 200);
}

/// Rows: MTLS-1, INT-13, INT-19, OE-VAL-10, CONF-6
#[test]
fn rfc8705_3_another_certificate_with_the_same_token_is_refused() {
    let world = World::start();
    let token = world.token();
    assert_eq!(world.get(&format!("/{NAME}"), &token).text(), CONTENT);

    let other = world.pki.consumer("bank-b");
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    let answer = world.client(Some(&other)).connect().send(&request);
    assert_eq!(answer.status, 401);
    assert!(challenge(&answer).contains(r#"error="invalid_token""#));
    assert!(!answer.text().contains("kWh"));

    // INT-19: the same answer as for a token that nobody knows.
    let unknown = world.get(&format!("/{NAME}"), "unknown");
    assert_eq!(
        (unknown.status, challenge(&unknown)),
        (401, challenge(&answer))
    );
}

/// Rows: MTLS-7
#[test]
fn rfc8705_6_3_a_renewed_certificate_needs_a_new_token() {
    let world = World::start();
    let token = world.token();
    let renewed = world.pki.consumer("bank-a");
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    assert_eq!(
        world.client(Some(&renewed)).connect().send(&request).status,
        401
    );

    let fresh = world.directory.token("bank-a", &renewed);
    let request = Request::get(&format!("/{NAME}")).bearer(&fresh);
    assert_eq!(
        world.client(Some(&renewed)).connect().send(&request).status,
        200
    );
}

/// Rows: DEC-4
#[test]
fn unknown_paths_are_told_only_to_those_who_are_known() {
    let world = World::start();
    let token = world.token();
    for target in ["/v1/no-such", "/no-such", "/v1/files/no-such.csv"] {
        assert_eq!(
            world.bank().send(&Request::get(target)).status,
            401,
            "{target}"
        );
        assert_eq!(world.get(target, &token).status, 404, "{target}");
    }
}

/// Rows: FAPI1-B-13, FAPI1-B-15, CONF-8
#[test]
fn fapi1_b_6_2_1_13_headers_of_fapi_are_no_reason_to_refuse() {
    let world = World::start();
    let token = world.token();
    for (name, value) in [
        ("x-fapi-customer-ip-address", "198.51.100.119"),
        ("x-fapi-customer-ip-address", "2001:DB8::1893:25c8:1946"),
        ("x-fapi-customer-ip-address", "not an address"),
        ("x-fapi-auth-date", "Tue, 11 Sep 2012 19:43:31 GMT"),
        ("Accept", "*/*"),
    ] {
        let request = Request::get(&format!("/{NAME}"))
            .bearer(&token)
            .field(name, value);
        assert_eq!(world.bank().send(&request).status, 200, "{name}: {value}");
    }
}

/// Rows: FAPI1-B-10, FAPI1-B-11, LIM-5, CONF-3, CONF-4
#[test]
fn fapi1_b_6_2_1_11_the_interaction_id_comes_back_or_is_made() {
    let world = World::start();
    let token = world.token();
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    let sent = "c770aef3-6784-41f7-8e0e-ff5f97bddb3a";
    let echoed = world
        .bank()
        .send(&request.clone().field("x-fapi-interaction-id", sent));
    assert_eq!((echoed.status, echoed.interaction_id()), (200, sent));
    let twice = request
        .clone()
        .field("x-fapi-interaction-id", "one")
        .field("x-fapi-interaction-id", "two");
    for request in [request, twice] {
        let answer = world.bank().send(&request);
        assert!(
            crate::edge_errors::is_uuid_v4(answer.interaction_id()),
            "{answer:?}"
        );
        assert!(httpdate::parse_http_date(answer.field("date").unwrap()).is_ok());
    }
}

/// Rows: LIM-1, LIM-2, FAPI2-IA-3, HTTP-26, NGX-15
#[test]
fn long_requests_are_refused_with_the_status_that_names_what_is_too_long() {
    let world = World::start();
    let token = world.token();
    let fields = |request: Request, count: usize, length: usize| {
        (0..count).fold(request, |request, i| {
            request.field(&format!("X-Filler-{i}"), &"a".repeat(length))
        })
    };
    let request = || Request::get(&format!("/{NAME}")).bearer(&token);
    let refused = [
        (
            414,
            Request::get(&format!("/{}", "a".repeat(9_000))).bearer(&token),
        ),
        (
            401,
            Request::get(&format!("/{NAME}")).bearer(&"a".repeat(7_168)),
        ),
        (431, fields(request(), 10, 8_000)),
    ];
    for (status, request) in refused {
        let answer = world.bank().send(&request);
        assert_eq!(answer.status, status, "{answer:?}");
        answer.problem();
        assert!(!answer.interaction_id().is_empty());
    }
    assert_eq!(world.bank().send(&fields(request(), 5, 8_000)).status, 200);
}
