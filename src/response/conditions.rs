//! Preconditions, RFC 9110 §13: judged only once the answer would be 200.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::http::header::{
    DATE, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
    IF_UNMODIFIED_SINCE, LAST_MODIFIED,
};

use super::fields::{http_date, joined};
use crate::clock::Timestamp;

/// Verdict of the preconditions of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// 412.
    Failed,
    /// 304.
    NotModified,
    /// Answer as if there were none.
    Proceed,
}

/// Judges the preconditions in the order of RFC 9110 §13.2.2.
///
/// `tag` is the strong entity tag without its quotes, `last_modified` the last change; where there is none, no
/// condition on it is judged.
pub(crate) fn judge(
    headers: &HeaderMap,
    tag: Option<&str>,
    last_modified: Option<SystemTime>,
) -> Verdict {
    let modified = last_modified.map(whole_seconds);
    let is_later_than = |limit| modified.is_some_and(|modified| modified > limit);
    if let Some(tags) = joined(headers, &IF_MATCH) {
        if !names(&tags, tag, Comparison::Strong) {
            return Verdict::Failed;
        }
    } else if date_of(headers, &IF_UNMODIFIED_SINCE).is_some_and(is_later_than) {
        return Verdict::Failed;
    }
    if let Some(tags) = joined(headers, &IF_NONE_MATCH) {
        return if names(&tags, tag, Comparison::Weak) {
            Verdict::NotModified
        } else {
            Verdict::Proceed
        };
    }
    let is_known = date_of(headers, &IF_MODIFIED_SINCE)
        .is_some_and(|since| modified.is_some_and(|modified| modified <= since));
    if is_known {
        Verdict::NotModified
    } else {
        Verdict::Proceed
    }
}

/// `true` when `Range` may be honoured at `now`: no `If-Range`, the strong `tag`, or the exact date of the last change
/// where it is a strong validator (RFC 9110 §13.1.5).
pub(super) fn range_holds(
    headers: &HeaderMap,
    tag: Option<&str>,
    last_modified: Option<SystemTime>,
    now: Timestamp,
) -> bool {
    let Some(field) = joined(headers, &IF_RANGE) else {
        return true;
    };
    match opaque(field.trim()) {
        Some((Comparison::Strong, named)) => tag == Some(named),
        Some((Comparison::Weak, _)) => false,
        None => httpdate::parse_http_date(&field).is_ok_and(|date| {
            last_modified.map(whole_seconds) == Some(date) && is_strong(date, now)
        }),
    }
}

/// `true` when `modified` can be told from another change in the same second: at `now` that second is over
/// (RFC 9110 §8.8.2.2).
fn is_strong(modified: SystemTime, now: Timestamp) -> bool {
    modified + Duration::from_secs(1) <= moment(now)
}

/// Gives `answer` the `Date` of `now`, and a `Last-Modified` that is no later (RFC 9110 §8.8.2.1): a file may claim a
/// time that is still to come. Answers without `Last-Modified` are left alone.
///
/// Preconditions are judged by the time that the file claims. That it changed after every date which has passed
/// is the safe side: 200 and 412.
pub fn date(headers: &mut HeaderMap, now: Timestamp) {
    let Some(modified) = headers
        .get(LAST_MODIFIED)
        .and_then(|field| field.to_str().ok())
    else {
        return;
    };
    let is_ahead = httpdate::parse_http_date(modified).is_ok_and(|time| time > moment(now));
    let Ok(date) = HeaderValue::from_str(&http_date(moment(now))) else {
        return;
    };
    if is_ahead {
        headers.insert(LAST_MODIFIED, date.clone());
    }
    headers.insert(DATE, date);
}

fn moment(time: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(time.seconds()).unwrap_or(0))
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Comparison {
    Strong,
    Weak,
}

/// `true` when the list `tags` is `*` or has `tag`; strong comparison passes over weak tags (RFC 9110 §8.8.3.2).
fn names(tags: &str, tag: Option<&str>, comparison: Comparison) -> bool {
    let matches = |candidate: &str| {
        opaque(candidate.trim()).is_some_and(|(strength, opaque)| {
            Some(opaque) == tag
                && (comparison == Comparison::Weak || strength == Comparison::Strong)
        })
    };
    tags.trim() == "*" || tags.split(',').any(matches)
}

/// An entity tag's strength and opaque text. Our own tags have no comma, so a list splits at commas.
fn opaque(candidate: &str) -> Option<(Comparison, &str)> {
    let (strength, quoted) = candidate
        .strip_prefix("W/")
        .map_or((Comparison::Strong, candidate), |rest| {
            (Comparison::Weak, rest)
        });
    let opaque = quoted.strip_prefix('"')?.strip_suffix('"')?;
    Some((strength, opaque))
}

/// The one valid date of a field; an invalid date is as good as none (RFC 9110 §13.1.3).
fn date_of(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    joined(headers, name).and_then(|text| httpdate::parse_http_date(&text).ok())
}

/// The precision of an HTTP date.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
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
}
