//! The authorization server's `Retry-After`, RFC 9110 §10.2.3, passed on within bounds.

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::clock::Timestamp;

/// Time that the authorization server asks to be left alone; `None` when it says nothing that can be read.
///
/// At most [`LONGEST`]: a consumer that is told more would stay away long after the authorization server is back,
/// and the authorization server is asked again by others anyway. At least a second, as the field counts them.
pub(super) fn read(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than can be counted are long all the same.
        Duration::from_secs(text.parse().unwrap_or(u64::MAX))
    } else {
        let until = httpdate::parse_http_date(text).ok()?;
        // By the authorization server's own clock, which need not be ours.
        let now = date(headers, &DATE).unwrap_or(now);
        now.until(Timestamp::from(until))
    };
    Some(wait.clamp(SHORTEST, LONGEST))
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    let text = headers.get(name)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok().map(Timestamp::from)
}

const SHORTEST: Duration = Duration::from_secs(1);

/// Longest time that is passed on.
pub(super) const LONGEST: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn of(retry_after: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        // 2026-01-15T12:00:00Z, a Thursday.
        let now = Timestamp::from_seconds(1_768_478_400);
        read(&headers, now).map(|wait| wait.as_secs())
    }

    /// Rows: INT-9
    #[test]
    fn rfc9110_10_2_3_seconds_and_dates_are_passed_on_within_bounds() {
        for (text, seconds) in [
            ("7", 7),
            (" 12 ", 12),
            ("0", 1),
            ("60", 60),
            ("61", 60),
            ("86400", 60),
            ("99999999999999999999999999", 60),
            ("Thu, 15 Jan 2026 12:00:09 GMT", 9),
            ("Thu, 15 Jan 2026 11:59:00 GMT", 1),
            ("Thursday, 15-Jan-26 12:00:20 GMT", 20),
            ("Fri, 16 Jan 2026 12:00:00 GMT", 60),
        ] {
            assert_eq!(of(text, None), Some(seconds), "{text}");
        }
        let ahead = Some("Thu, 15 Jan 2026 13:00:00 GMT");
        assert_eq!(of("Thu, 15 Jan 2026 13:00:08 GMT", ahead), Some(8));
        for text in ["", "soon", "-1", "1.5", "7 s", "+7"] {
            assert_eq!(of(text, None), None, "{text}");
        }
    }
}
