//! What every answer must have, and what none may hold.

use std::time::UNIX_EPOCH;

use super::{
    challenge::parameters,
    site::{Site, now},
};
use crate::support::http::Answer;

/// Header fields of every answer: DEC-5, FAPI1-B-10, FAPI1-B-11.
#[track_caller]
pub(crate) fn has_common_fields(answer: &Answer) {
    assert!(!answer.interaction_id().is_empty());
    let date = answer
        .field("date")
        .unwrap_or_else(|| panic!("no Date: {answer:?}"));
    let date = httpdate::parse_http_date(date).unwrap();
    let said = date.duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(said.abs_diff(now()) <= 2, "{answer:?}");
}

/// A refusal with `status`: problem details, not stored, and none of the site's secrets.
///
/// `code` is the error of the challenge (RFC 6750 §3.1); `None` is a challenge without one.
#[track_caller]
pub(crate) fn challenged(site: &Site, answer: &Answer, status: u16, code: Option<&str>) {
    refused(site, answer, status);
    let challenge = answer
        .field("www-authenticate")
        .unwrap_or_else(|| panic!("no challenge: {answer:?}"));
    let parameters = parameters(challenge);
    assert_eq!(
        parameters.get("error").map(String::as_str),
        code,
        "{challenge}"
    );
    assert_eq!(
        parameters.contains_key("error_description"),
        code.is_some(),
        "{challenge}"
    );
    let problem = answer.problem();
    let member = |name: &str| problem.get(name).and_then(|member| member.as_str());
    assert_eq!(member("error"), code);
    assert_eq!(
        member("error_description"),
        parameters.get("error_description").map(String::as_str)
    );
}

/// As [`challenged`], without any challenge: what credentials would not change.
#[track_caller]
pub(crate) fn unchallenged(site: &Site, answer: &Answer, status: u16) {
    refused(site, answer, status);
    assert_eq!(answer.field("www-authenticate"), None, "{answer:?}");
    assert_eq!(answer.problem().get("error"), None);
}

/// The token cannot be checked: RFC 6750 has no code for that.
#[track_caller]
pub(crate) fn unavailable(site: &Site, answer: &Answer) {
    unchallenged(site, answer, 503);
    let wait: u64 = answer.field("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{answer:?}");
    let kind = answer.problem()["type"].as_str().unwrap().to_owned();
    assert!(kind.ends_with(":introspection-unavailable"), "{kind}");
}

#[track_caller]
fn refused(site: &Site, answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
    has_common_fields(answer);
    answer.problem();
    assert_eq!(
        answer.field("cache-control"),
        Some("no-store"),
        "{answer:?}"
    );
    assert_eq!(answer.field("etag"), None, "{answer:?}");
    holds_no_secret(site, answer);
}

#[track_caller]
pub(crate) fn holds_no_secret(site: &Site, answer: &Answer) {
    let said = format!("{:?} {}", answer.fields, answer.text());
    for secret in site.secrets() {
        assert!(!said.contains(&secret), "{secret:?} in {said}");
    }
}
