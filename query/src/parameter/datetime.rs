//! `datetime`: an instant, or an interval of which either end may be open.

use std::ops::RangeInclusive;

use time::{Date, Month, UtcDateTime};

use crate::{
    literal::{
        Given,
        instant::{DAY_MS, NANOSECONDS, first_of, nanoseconds},
    },
    query::Interval,
};

/// Rows at the end of an interval, which belong to it or not; a day, a month and a year always do as a whole.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ends {
    /// They do not: rows of series begin at their time, and the one that begins at the end is not of the interval.
    Excluded,
    /// They do, as OGC API has it.
    Included,
}

/// A text that is no instant and no interval.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DatetimeFault {
    /// An interval that ends before it begins.
    #[error("the interval {} ends before it begins", Given(.0))]
    Backwards(Box<str>),
    /// A part of it that is no time.
    #[error("{} is no date or time of RFC 3339", Given(.0))]
    Instant(Box<str>),
}

/// The interval that `text` is: an instant, or `begin/end` with `..` or nothing for an open end. Instants are those of
/// RFC 3339; a date, also one without its day or its month, is all of it in UTC.
///
/// # Errors
/// [`DatetimeFault`]
pub fn datetime(text: &str, ends: Ends) -> Result<Interval, DatetimeFault> {
    let Some((begin, end)) = text.split_once('/') else {
        let (begin, end) = span(text)?.into_inner();
        return Ok(interval(Some(begin), Some(end)));
    };
    let begin = open(begin)?.map(|span| *span.start());
    let end = match open(end)? {
        Some(span) if span.start() == span.end() && ends == Ends::Excluded => {
            let end = *span.end();
            if begin.is_some_and(|begin| begin > end) {
                return Err(DatetimeFault::Backwards(text.into()));
            }
            return Ok(interval(begin, Some(end - 1)));
        }
        span => span.map(|span| *span.end()),
    };
    if begin.zip(end).is_some_and(|(begin, end)| begin > end) {
        return Err(DatetimeFault::Backwards(text.into()));
    }
    Ok(interval(begin, end))
}

/// The milliseconds within, of the first and the last nanosecond.
fn interval(begin: Option<i128>, end: Option<i128>) -> Interval {
    let nanoseconds = i128::from(NANOSECONDS);
    let millisecond = |value: i128| i64::try_from(value).ok();
    Interval {
        begin: begin
            .and_then(|begin| millisecond((begin + nanoseconds - 1).div_euclid(nanoseconds))),
        end: end.and_then(|end| millisecond(end.div_euclid(nanoseconds))),
    }
}

fn open(text: &str) -> Result<Option<RangeInclusive<i128>>, DatetimeFault> {
    match text {
        "" | ".." => Ok(None),
        text => span(text).map(Some),
    }
}

/// The first and the last nanosecond of what the text leaves open.
fn span(text: &str) -> Result<RangeInclusive<i128>, DatetimeFault> {
    let fault = || DatetimeFault::Instant(text.into());
    if text.contains(['T', 't']) {
        let instant = nanoseconds(text).ok_or_else(fault)?;
        return Ok(instant..=instant);
    }
    let (first, last) = days(text).ok_or_else(fault)?;
    let nanosecond = |millisecond: i64| i128::from(millisecond) * i128::from(NANOSECONDS);
    Ok(nanosecond(first_of(first))..=nanosecond(first_of(last) + DAY_MS) - 1)
}

/// The first and the last day of a date, a month or a year.
fn days(text: &str) -> Option<(i32, i32)> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = parts.next().map(|part| number(part, 2));
    let day = parts.next().map(|part| number(part, 2));
    if parts.next().is_some() || matches!(month, Some(None)) || matches!(day, Some(None)) {
        return None;
    }
    let in_year = |month: u16| Month::try_from(u8::try_from(month).ok()?).ok();
    let first = in_year(month.flatten().unwrap_or(1))?;
    let last = in_year(month.flatten().unwrap_or(12))?;
    let year = i32::from(year);
    let day = day.flatten().map(|day| u8::try_from(day).ok());
    let day = match day {
        Some(day) => Some(day?),
        None => None,
    };
    let since_1970 = |month: Month, day: u8| {
        let date = Date::from_calendar_date(year, month, day).ok()?;
        Some(date.to_julian_day() - UtcDateTime::UNIX_EPOCH.to_julian_day())
    };
    Some((
        since_1970(first, day.unwrap_or(1))?,
        since_1970(last, day.unwrap_or(last.length(year)))?,
    ))
}

/// A number of so many digits.
fn number(text: &str, digits: usize) -> Option<u16> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows: OAF-7
    #[test]
    fn an_interval_has_what_its_parts_leave_open_and_its_ends_are_said() {
        const YEAR: i64 = 31_536_000_000;
        for (text, expected) in [
            ("1970", Some((Some(0), Some(YEAR - 1)))),
            ("1970-02", Some((Some(2_678_400_000), Some(5_097_599_999)))),
            ("1970-01-02", Some((Some(86_400_000), Some(172_799_999)))),
            ("1970-01-01T00:00:05Z", Some((Some(5_000), Some(5_000)))),
            (
                "1970-01-01T01:00:05+01:00",
                Some((Some(5_000), Some(5_000))),
            ),
            ("1970-01-01T00:00:00.001Z", Some((Some(1), Some(1)))),
            ("1970-01-01T00:00:00.0015Z", Some((Some(2), Some(1)))),
            ("1970/1970-01-01", Some((Some(0), Some(86_399_999)))),
            ("../1970-01-01", Some((None, Some(86_399_999)))),
            ("/1970-01-01", Some((None, Some(86_399_999)))),
            ("1971/..", Some((Some(YEAR), None))),
            ("1971/", Some((Some(YEAR), None))),
            ("/", Some((None, None))),
            ("../..", Some((None, None))),
            (
                "9999-12-31",
                Some((Some(253_402_214_400_000), Some(253_402_300_799_999))),
            ),
            ("1971/1970", None),
            ("70", None),
            ("1970-13", None),
            ("1970-00", None),
            ("1970-02-30", None),
            ("1970-1", None),
            ("1970-01-1", None),
            ("1970-001-01", None),
            ("1970-1-1", None),
            ("1970-01-01-01", None),
            ("+970", None),
            ("..", None),
            ("", None),
            ("now", None),
            ("1970-01-01T25:00:00Z", None),
            ("1970-01-01T00:00:00", None),
            ("1970/1971/1972", None),
        ] {
            for ends in [Ends::Included, Ends::Excluded] {
                let found = datetime(text, ends).ok();
                let found = found.map(|interval| (interval.begin, interval.end));
                assert_eq!(found, expected, "{text}");
            }
        }
    }

    #[test]
    fn the_end_of_an_interval_of_instants_belongs_to_it_or_not() {
        let text = "1970-01-01T00:00:00Z/1970-01-01T00:00:01Z";
        for (ends, last) in [(Ends::Included, 1000), (Ends::Excluded, 999)] {
            let found = datetime(text, ends).unwrap();
            assert_eq!((found.begin, found.end), (Some(0), Some(last)));
        }
        let backwards = "1970-01-01T00:00:01Z/1970-01-01T00:00:00Z";
        for ends in [Ends::Included, Ends::Excluded] {
            assert_eq!(
                datetime(backwards, ends),
                Err(DatetimeFault::Backwards(backwards.into()))
            );
        }
        let empty = "1970-01-01T00:00:01Z/1970-01-01T00:00:01Z";
        let found = datetime(empty, Ends::Excluded).unwrap();
        assert!(!found.meets(Some(1000), Some(1000)), "nothing lies between");
        assert!(
            datetime(empty, Ends::Included)
                .unwrap()
                .meets(Some(1000), Some(1000))
        );
    }

    proptest! {
        #[test]
        fn any_text_is_an_interval_or_refused(text in "[0-9T:Z./+-]{0,40}", other in ".{0,40}") {
            let _ = datetime(&text, Ends::Included);
            let _ = datetime(&other, Ends::Excluded);
        }
    }
}
