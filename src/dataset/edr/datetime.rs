//! The `datetime` of a data query: a time, or a span of times, either end of which may be open.

use std::ops::RangeInclusive;

use time::{Date, Month, OffsetDateTime, UtcDateTime, format_description::well_known::Rfc3339};

/// The seconds since 1970 that `text` spans: an instant, or an interval as `2020/2024-06`, `../2020` (RFC 3339, or a
/// date without its last parts, which is all of the year, the month or the day).
pub(super) fn span(text: &str) -> Option<RangeInclusive<i64>> {
    let Some((from, until)) = text.split_once('/') else {
        return moment(text);
    };
    let start = match from {
        "" | ".." => i64::MIN,
        from => *moment(from)?.start(),
    };
    let end = match until {
        "" | ".." => i64::MAX,
        until => *moment(until)?.end(),
    };
    (start <= end).then_some(start..=end)
}

fn moment(text: &str) -> Option<RangeInclusive<i64>> {
    if text.contains(['T', 't']) {
        let second = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp();
        return Some(second..=second);
    }
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts
        .next()
        .map(|part| number(part, 2))
        .map_or(Some(None), |part| part.map(Some))?;
    let day = parts
        .next()
        .map(|part| number(part, 2))
        .map_or(Some(None), |part| part.map(Some))?;
    if parts.next().is_some() {
        return None;
    }
    let year = i32::from(year);
    let in_year = |month: u16| Month::try_from(u8::try_from(month).ok()?).ok();
    let first = in_year(month.unwrap_or(1))?;
    let last = in_year(month.unwrap_or(12))?;
    let day = day
        .map(|day| u8::try_from(day).ok())
        .map_or(Some(None), |day| day.map(Some))?;
    let start = Date::from_calendar_date(year, first, day.unwrap_or(1)).ok()?;
    let end = Date::from_calendar_date(year, last, day.unwrap_or(last.length(year))).ok()?;
    let second = |day: Date| UtcDateTime::new(day, time::Time::MIDNIGHT).unix_timestamp();
    Some(second(start)..=second(end) + SECONDS_OF_A_DAY - 1)
}

/// A number of so many digits.
fn number(text: &str, digits: usize) -> Option<u16> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

const SECONDS_OF_A_DAY: i64 = 86_400;

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: EDR-8
    #[test]
    fn a_time_is_all_that_its_parts_leave_open() {
        for (text, expected) in [
            ("1970", Some(0..=31_535_999)),
            ("1970-02", Some(2_678_400..=5_097_599)),
            ("1970-01-02", Some(86_400..=172_799)),
            ("1970-01-01T00:00:05Z", Some(5..=5)),
            ("1970-01-01T01:00:05+01:00", Some(5..=5)),
            ("1970/1970-01-01", Some(0..=86_399)),
            ("../1970-01-01", Some(i64::MIN..=86_399)),
            ("1970/..", Some(0..=i64::MAX)),
            ("/", Some(i64::MIN..=i64::MAX)),
            ("1971/1970", None),
            ("70", None),
            ("1970-13", None),
            ("1970-00", None),
            ("1970-02-30", None),
            ("1970-1-1", None),
            ("1970-01-01-01", None),
            ("+970", None),
            ("yesterday", None),
            ("1970-01-01T25:00:00Z", None),
            ("1970/1971/1972", None),
            ("", None),
        ] {
            assert_eq!(span(text), expected, "{text}");
        }
    }
}
