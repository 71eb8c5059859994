//! Size limits, standards §1.

use serde_json::json;

use super::{
    expect::{challenged, has_common_fields, unavailable, unchallenged},
    site::{CERTIFICATE, NAME, Site, escaped, fresh_token, with_fields},
};
use crate::support::{fake_directory::Answer as Reply, http::Request};

/// Rows: LIM-1
#[test]
fn lim_1_a_target_over_8_kib_is_414() {
    let site = Site::start();
    let target = |octets: usize| format!("/{NAME}?{}", "q".repeat(octets - NAME.len() - 2));
    assert_eq!(site.get(&target(8192)).status, 200);
    for octets in [8193, 20_000, 60_000] {
        unchallenged(&site, &site.get(&target(octets)), 414);
    }
}

/// Rows: LIM-2, HTTP-26
#[test]
fn lim_2_a_header_block_over_64_kib_is_431() {
    let site = Site::start();
    let with = |octets: usize| site.fetch_with(&[("X-Filling", &"f".repeat(octets))]);
    assert_eq!(with(50_000).status, 200);
    for octets in [66_000, 100_000] {
        unchallenged(&site, &with(octets), 431);
    }
    let many: Vec<String> = (0..90).map(|n| format!("X-Filling-{n}")).collect();
    let value = "f".repeat(1000);
    let fields: Vec<(&str, &str)> = many.iter().map(|name| (&**name, &*value)).collect();
    unchallenged(&site, &site.fetch_with(&fields), 431);
}

/// Rows: LIM-2
#[test]
fn lim_2_a_header_block_without_an_end_costs_a_bounded_buffer_and_ends() {
    let site = Site::start();
    let mut connection = site.connect();
    connection.write(b"GET / HTTP/1.1\r\nHost: h\r\n");
    let line = format!("X: {}\r\n", "f".repeat(8000));
    for _ in 0..100 {
        connection.write(line.as_bytes());
    }
    if let Some(answer) = connection.read(true) {
        assert!(matches!(answer.status, 400 | 431), "{answer:?}");
    }
    assert_eq!(site.fetch().status, 200);
}

/// Rows: LIM-3
#[test]
fn lim_3_a_token_over_4096_octets_is_401_without_a_call() {
    let site = Site::start();
    let target = format!("/{NAME}");
    let with = |octets: usize| site.ask(&site.request(&target, &"t".repeat(octets)));
    assert_eq!(with(4096).status, 200);
    assert_eq!(site.introspections(), 1);
    for octets in [4097, 30_000] {
        challenged(&site, &with(octets), 401, Some("invalid_token"));
    }
    assert_eq!(site.introspections(), 1);
}

/// Rows: LIM-4
#[test]
fn lim_4_a_certificate_over_16_kib_is_400() {
    let site = Site::start();
    let pem = std::fs::read_to_string(&site.bank.certificate).unwrap();
    let padded =
        |octets: usize| escaped(format!("{pem}{}", "\n".repeat(octets - pem.len())).as_bytes());
    let with = |certificate: &str| {
        let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
        site.ask(&request.field(CERTIFICATE, certificate))
    };
    assert_eq!(with(&padded(16_384)).status, 200);
    challenged(&site, &with(&padded(16_385)), 400, Some("invalid_request"));
}

/// Rows: LIM-5, FAPI1-B-11, OE-VAL-11, CON-13
#[test]
fn lim_5_one_visible_value_of_at_most_128_octets_is_echoed_and_nothing_else() {
    let site = Site::start();
    let longest = "~".repeat(128);
    for id in [
        "c770aef3-6784-41f7-8e0e-ff5f97bddb3a",
        "!",
        "a\"b\\c<>",
        &longest,
    ] {
        let answer = site.fetch_with(&[("x-fapi-interaction-id", id)]);
        assert_eq!((answer.status, answer.interaction_id()), (200, id));
    }
    let too_long = "a".repeat(129);
    let id = "x-fapi-interaction-id";
    for fields in [
        &[][..],
        &[(id, "")],
        &[(id, "a b")],
        &[(id, "caf\u{e9}")],
        &[(id, &too_long)],
        &[(id, "one"), (id, "two")],
    ] {
        let answer = site.fetch_with(fields);
        assert_eq!(answer.status, 200, "{fields:?}");
        has_common_fields(&answer);
        assert!(is_fresh(answer.interaction_id()), "{fields:?}: {answer:?}");
    }
}

/// A version-4 UUID in lower case.
fn is_fresh(id: &str) -> bool {
    uuid::Uuid::try_parse(id)
        .is_ok_and(|uuid| uuid.get_version_num() == 4 && uuid.hyphenated().to_string() == id)
}

/// Rows: LIM-6, INT-9
#[test]
fn lim_6_an_introspection_answer_over_256_kib_is_none() {
    let site = Site::start();
    let mut answer = site.good();
    answer["x"] = json!("");
    let frame = answer.to_string().len();
    answer["x"] = json!("x".repeat(256 * 1024 - frame));
    assert_eq!(answer.to_string().len(), 256 * 1024);
    site.says(answer.clone());
    assert_eq!(site.fetch().status, 200);
    answer["x"] = json!("x".repeat(256 * 1024 - frame + 1));
    site.says(answer);
    unavailable(&site, &site.fetch());
    site.replies(Reply::Oversize(3_000_000));
    unavailable(&site, &site.fetch());
}

/// Rows: HTTP-26
#[test]
fn more_fields_than_a_request_may_have_are_refused_and_the_daemon_lives() {
    let site = Site::start();
    let fields = vec![("X-Many", "v"); 300];
    let request = with_fields(Request::get(&format!("/{NAME}")), &fields);
    if let Some(answer) = site.connect().try_send(&request) {
        assert!(matches!(answer.status, 400 | 431), "{answer:?}");
    }
    assert_eq!(site.fetch().status, 200);
}
