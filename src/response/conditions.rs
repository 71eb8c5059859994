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
mod tests;
