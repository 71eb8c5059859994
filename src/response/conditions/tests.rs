use actix_web::test::TestRequest;

use super::*;
use crate::dataset::{EntityTag, FileIdentity};

const TIME: &str = "Thu, 15 Jan 2026 12:00:00 GMT";
const BEFORE: &str = "Thu, 15 Jan 2026 11:59:59 GMT";

fn identity() -> FileIdentity {
    let modified = httpdate::parse_http_date(TIME).unwrap() + Duration::from_millis(250);
    FileIdentity::for_test("v1", modified, 10)
}

/// `seconds` after the file was changed.
fn at(seconds: i64) -> Timestamp {
    let changed = httpdate::parse_http_date(TIME).unwrap();
    let changed = changed.duration_since(UNIX_EPOCH).unwrap().as_secs();
    Timestamp::from_seconds(i64::try_from(changed).unwrap() + seconds)
}

fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
    let request = fields
        .iter()
        .fold(TestRequest::get(), |r, field| r.append_header(*field));
    request.to_http_request().headers().clone()
}

fn verdict(fields: &[(&'static str, &'static str)]) -> Verdict {
    let identity = identity();
    let tag = identity.entity_tag.as_ref().map(EntityTag::as_str);
    judge(&headers(fields), tag, Some(identity.last_modified))
}

/// `true` when a range may be honoured so many seconds after the file was changed.
fn holds_at(fields: &[(&'static str, &'static str)], seconds: i64) -> bool {
    let identity = identity();
    let tag = identity.entity_tag.as_ref().map(EntityTag::as_str);
    range_holds(
        &headers(fields),
        tag,
        Some(identity.last_modified),
        at(seconds),
    )
}

/// Rows: HTTP-8
#[test]
fn rfc9110_13_1_2_if_none_match_compares_weakly() {
    for tags in ["\"v1\"", "W/\"v1\"", "\"x\", \"v1\"", "*"] {
        assert_eq!(
            verdict(&[("if-none-match", tags)]),
            Verdict::NotModified,
            "{tags}"
        );
    }
    for tags in ["\"v2\"", "v1", "\"v1", "W/v1", ""] {
        assert_eq!(
            verdict(&[("if-none-match", tags)]),
            Verdict::Proceed,
            "{tags}"
        );
    }
    let two_lines = [("if-none-match", "\"x\""), ("if-none-match", "\"v1\"")];
    assert_eq!(verdict(&two_lines), Verdict::NotModified);
}

/// Rows: HTTP-10
#[test]
fn rfc9110_13_1_1_if_match_compares_strongly() {
    for tags in ["\"v1\"", "*", "\"x\", \"v1\""] {
        assert_eq!(verdict(&[("if-match", tags)]), Verdict::Proceed, "{tags}");
    }
    for tags in ["\"v2\"", "W/\"v1\"", ""] {
        assert_eq!(verdict(&[("if-match", tags)]), Verdict::Failed, "{tags}");
    }
    assert_eq!(verdict(&[("if-unmodified-since", TIME)]), Verdict::Proceed);
    assert_eq!(verdict(&[("if-unmodified-since", BEFORE)]), Verdict::Failed);
    assert_eq!(
        verdict(&[("if-unmodified-since", "yesterday")]),
        Verdict::Proceed
    );
}

/// Rows: HTTP-11
#[test]
fn rfc9110_13_2_2_an_entity_tag_stands_before_a_date() {
    assert_eq!(
        verdict(&[("if-modified-since", TIME)]),
        Verdict::NotModified
    );
    assert_eq!(verdict(&[("if-modified-since", BEFORE)]), Verdict::Proceed);
    assert_eq!(
        verdict(&[("if-modified-since", "15 January")]),
        Verdict::Proceed
    );
    let other_tag = [("if-none-match", "\"v2\""), ("if-modified-since", TIME)];
    assert_eq!(verdict(&other_tag), Verdict::Proceed);
    let good_tag = [("if-match", "\"v1\""), ("if-unmodified-since", BEFORE)];
    assert_eq!(verdict(&good_tag), Verdict::Proceed);
}

/// Rows: HTTP-16
#[test]
fn rfc9110_13_1_5_if_range_wants_the_strong_tag_or_the_exact_date() {
    let holds = |value| holds_at(&[("if-range", value)], 1);
    assert!(holds_at(&[], 1));
    for value in ["\"v1\"", TIME] {
        assert!(holds(value), "{value}");
    }
    for value in ["W/\"v1\"", "\"v2\"", BEFORE, "", "v1"] {
        assert!(!holds(value), "{value}");
    }
}

/// Rows: HTTP-16
#[test]
fn rfc9110_8_8_2_2_a_date_is_a_strong_validator_once_its_second_is_over() {
    for (seconds, holds) in [
        (-86_400, false),
        (-1, false),
        (0, false),
        (1, true),
        (60, true),
    ] {
        let by = |value| holds_at(&[("if-range", value)], seconds);
        assert_eq!(by(TIME), holds, "{seconds}");
        assert!(by("\"v1\""), "{seconds}");
    }
}

/// Rows: HTTP-7
#[test]
fn rfc9110_8_8_2_1_last_modified_is_never_later_than_date() {
    const AFTER: &str = "Thu, 15 Jan 2026 12:00:01 GMT";
    const LAST: &str = "Fri, 31 Dec 9999 23:59:59 GMT";
    for (claimed, said) in [(BEFORE, BEFORE), (TIME, TIME), (AFTER, TIME), (LAST, TIME)] {
        let mut fields = headers(&[("last-modified", claimed), ("date", BEFORE)]);
        date(&mut fields, at(0));
        assert_eq!(fields.get(LAST_MODIFIED).unwrap(), said, "{claimed}");
        assert_eq!(fields.get(DATE).unwrap(), TIME);
    }
    let mut none = headers(&[]);
    date(&mut none, at(0));
    assert!(none.get(DATE).is_none());
}

/// Rows: HTTP-10, HTTP-11
#[test]
fn a_file_of_a_time_to_come_has_changed_since_every_date_that_has_passed() {
    assert_eq!(verdict(&[("if-modified-since", BEFORE)]), Verdict::Proceed);
    assert_eq!(verdict(&[("if-unmodified-since", BEFORE)]), Verdict::Failed);
}
