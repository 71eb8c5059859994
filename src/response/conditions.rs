//! Preconditions, RFC 9110 §13: judged only once the answer would be 200.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use actix_web::http::header::{
    HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE,
    IF_UNMODIFIED_SINCE,
};

use crate::dataset::Identity;

/// What the preconditions of a request come to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// 412.
    Failed,
    /// 304.
    NotModified,
    /// Answer as if there were none.
    Proceed,
}

/// What preconditions are judged against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validators<'i> {
    /// Strong entity tag without quotes and commas.
    pub(super) entity_tag: &'i str,
    /// Last change.
    pub(super) last_modified: SystemTime,
}

impl<'i> From<&'i Identity> for Validators<'i> {
    fn from(identity: &'i Identity) -> Self {
        Self {
            entity_tag: &identity.entity_tag,
            last_modified: identity.last_modified,
        }
    }
}

/// Judges the preconditions in the order of RFC 9110 §13.2.2.
pub(super) fn judge<'i>(headers: &HeaderMap, validators: impl Into<Validators<'i>>) -> Verdict {
    let validators = validators.into();
    let tag = validators.entity_tag;
    let modified = whole_seconds(validators.last_modified);
    if let Some(tags) = joined(headers, &IF_MATCH) {
        if !names(&tags, tag, Comparison::Strong) {
            return Verdict::Failed;
        }
    } else if date(headers, &IF_UNMODIFIED_SINCE).is_some_and(|limit| modified > limit) {
        return Verdict::Failed;
    }
    if let Some(tags) = joined(headers, &IF_NONE_MATCH) {
        return if names(&tags, tag, Comparison::Weak) {
            Verdict::NotModified
        } else {
            Verdict::Proceed
        };
    }
    let is_known = date(headers, &IF_MODIFIED_SINCE).is_some_and(|since| modified <= since);
    if is_known {
        Verdict::NotModified
    } else {
        Verdict::Proceed
    }
}

/// Whether `Range` may be honoured: no `If-Range`, the strong tag, or the exact date (RFC 9110 §13.1.5).
pub(super) fn range_holds(headers: &HeaderMap, identity: &Identity) -> bool {
    let Some(field) = joined(headers, &IF_RANGE) else {
        return true;
    };
    match opaque(field.trim()) {
        Some((Comparison::Strong, tag)) => tag == &*identity.entity_tag,
        Some((Comparison::Weak, _)) => false,
        None => httpdate::parse_http_date(&field)
            .is_ok_and(|date| date == whole_seconds(identity.last_modified)),
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Comparison {
    Strong,
    Weak,
}

/// Whether the list `tags` is `*` or has `tag`; strong comparison passes over weak tags (RFC 9110 §8.8.3.2).
fn names(tags: &str, tag: &str, comparison: Comparison) -> bool {
    let matches = |candidate: &str| {
        opaque(candidate.trim()).is_some_and(|(strength, opaque)| {
            opaque == tag && (comparison == Comparison::Weak || strength == Comparison::Strong)
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

/// All lines of a field as one list (RFC 9110 §5.3).
pub(super) fn joined<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<Cow<'h, str>> {
    let mut lines = headers
        .get_all(name)
        .map(|line| line.to_str().unwrap_or_default());
    let first = Cow::Borrowed(lines.next()?);
    Some(lines.fold(first, |list, line| list + "," + line))
}

/// The one valid date of a field; an invalid date is as good as none (RFC 9110 §13.1.3).
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    joined(headers, name).and_then(|text| httpdate::parse_http_date(&text).ok())
}

/// `time` as an HTTP date, which ends with the year 9999: a file may claim a later one (RFC 9110 §5.6.7).
pub(super) fn http_date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time.clamp(UNIX_EPOCH, UNIX_EPOCH + LAST_DATE))
}

/// The precision of an HTTP date.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

/// The end of the year 9999.
const LAST_DATE: Duration = Duration::from_secs(253_402_300_799);

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const TIME: &str = "Thu, 15 Jan 2026 12:00:00 GMT";
    const BEFORE: &str = "Thu, 15 Jan 2026 11:59:59 GMT";

    fn identity() -> Identity {
        let modified = httpdate::parse_http_date(TIME).unwrap() + Duration::from_millis(250);
        Identity::for_test("v1", modified, 10)
    }

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let request = fields
            .iter()
            .fold(TestRequest::get(), |r, field| r.append_header(*field));
        request.to_http_request().headers().clone()
    }

    fn verdict(fields: &[(&'static str, &'static str)]) -> Verdict {
        judge(&headers(fields), &identity())
    }

    #[test]
    fn a_time_beyond_all_dates_is_the_last_date() {
        let at = |seconds| http_date(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        for seconds in [253_402_300_799, 253_402_300_800, u64::MAX / 2] {
            assert_eq!(at(seconds), "Fri, 31 Dec 9999 23:59:59 GMT");
        }
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
        let holds = |value| range_holds(&headers(&[("if-range", value)]), &identity());
        assert!(range_holds(&headers(&[]), &identity()));
        for value in ["\"v1\"", TIME] {
            assert!(holds(value), "{value}");
        }
        for value in ["W/\"v1\"", "\"v2\"", BEFORE, "", "v1"] {
            assert!(!holds(value), "{value}");
        }
    }
}
