//! The parameter `datetime` (OGC API Features §7.15.4): an instant or a day, or an interval of them with open ends.

use perild_query::{
    Kind,
    literal::instant::{day, millisecond, millisecond_before, nanoseconds},
    query::Interval,
    series::Zone,
};

use super::Refused;

/// The interval that `text` is for a table of `kind`.
///
/// An end that is a day has the whole of it in the interval. An end that is an instant is in the interval as well, but
/// of series it is not: each value holds from its time on, so that a month ends before the first value of the next.
///
/// # Errors
/// [`Refused::Malformed`].
pub(super) fn read(text: &str, kind: Kind) -> Result<Interval, Refused> {
    read_in(text, kind, &Zone::utc())
}

/// As [`read()`], with days that are days of `zone`.
///
/// # Errors
/// [`Refused::Malformed`].
pub(super) fn read_in(text: &str, kind: Kind, zone: &Zone) -> Result<Interval, Refused> {
    let found = interval(text, kind, zone);
    found.ok_or_else(|| Refused::malformed("datetime", expected(text, kind, zone)))
}

fn interval(text: &str, kind: Kind, zone: &Zone) -> Option<Interval> {
    let Some((begin, end)) = text.split_once('/') else {
        let (begin, end) = span(text, zone)?;
        return Some(Interval {
            begin: Some(begin),
            end: Some(end),
        });
    };
    let begin = open(begin).map_or_else(|| Some(Some(span(begin, zone)?)), |()| Some(None))?;
    let end = open(end).map_or_else(|| Some(Some(last(end, kind, zone)?)), |()| Some(None))?;
    let is_forward = |((first, last), end): ((i64, i64), i64)| first.min(last) <= end;
    let is_bounded = begin.is_some() || end.is_some();
    let is_one = is_bounded && begin.zip(end).is_none_or(is_forward);
    let begin = begin.map(|(first, _)| first);
    is_one.then_some(Interval { begin, end })
}

/// The form that `text` must have: an escape that was undone leaves a blank of the plus before an offset.
fn expected(text: &str, kind: Kind, zone: &Zone) -> &'static str {
    let is_unescaped =
        text.contains(' ') && interval(&text.replace(' ', "+"), kind, zone).is_some();
    if is_unescaped { ESCAPED } else { EXPECTED }
}

/// The last millisecond before or at an end.
fn last(end: &str, kind: Kind, zone: &Zone) -> Option<i64> {
    let (first, last) = span(end, zone)?;
    let is_instant = first >= last;
    let is_excluded = is_instant && kind == Kind::Series;
    if is_excluded {
        first.checked_sub(1)
    } else {
        Some(last)
    }
}

/// The first and the last millisecond of a day, or an instant as both. One between two milliseconds has none of its own: the
/// first is the one after it, and the last the one before.
fn span(text: &str, zone: &Zone) -> Option<(i64, i64)> {
    if let Some(day) = day(text) {
        let after = zone.first_of_day(day.checked_add(1)?)?;
        return Some((zone.first_of_day(day)?, after.checked_sub(1)?));
    }
    if let Some(instant) = millisecond(text) {
        return Some((instant, instant));
    }
    let before = millisecond_before(nanoseconds(text)?);
    Some((before.checked_add(1)?, before))
}

/// An end that is open.
fn open(text: &str) -> Option<()> {
    matches!(text, "" | "..").then_some(())
}

const ESCAPED: &str = "with %2B for the plus of an offset, as 2026-01-31T00:00:00%2B01:00";
const EXPECTED: &str = "a time of RFC 3339, a day, or an interval of two of them that goes forward, as 2026-01-01/2026-01-31, \
     ../2026-01-31 or 2026-01-01T00:00:00Z/..";

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    /// Rows: OAF-7
    #[test]
    fn a_time_is_an_instant_or_a_day_or_an_interval_that_may_be_open() {
        for (text, begin, end) in [
            ("1970-01-02", Some(DAY), Some(2 * DAY - 1)),
            ("1970-01-01T00:00:01Z", Some(1_000), Some(1_000)),
            ("1970-01-01T01:00:01+01:00", Some(1_000), Some(1_000)),
            ("1970-01-01/1970-01-02", Some(0), Some(2 * DAY - 1)),
            ("../1970-01-01", None, Some(DAY - 1)),
            ("/1970-01-01T00:00:00Z", None, Some(0)),
            ("1970-01-02/", Some(DAY), None),
            ("1970-01-02/..", Some(DAY), None),
            (
                "0001-01-01/0001-01-01",
                Some(-719_162 * DAY),
                Some(-719_161 * DAY - 1),
            ),
            (
                "1970-01-02/9999-12-31",
                Some(DAY),
                Some(2_932_897 * DAY - 1),
            ),
        ] {
            let found = read(text, Kind::Features);
            assert_eq!(found, Ok(Interval { begin, end }), "{text}");
        }
        for text in [
            "",
            "..",
            "../..",
            "/",
            "1970",
            "yesterday",
            "1970-02-30",
            "1970-01-02/1970-01-01",
            "1970-01-01/1970-01-02/1970-01-03",
            "1970-01-01T00:00:00",
        ] {
            assert!(read(text, Kind::Features).is_err(), "{text}");
        }
    }

    /// Python writes microseconds; rows have milliseconds, of which those within are the same.
    ///
    /// Rows: OAF-7
    #[test]
    fn a_time_between_two_milliseconds_has_those_that_are_within() {
        for (text, kind, begin, end) in [
            ("1970-01-01T00:00:00.0015Z", Kind::Features, 2, 1),
            (
                "1970-01-01T00:00:00.001500+00:00/1970-01-01T00:00:00.0045Z",
                Kind::Features,
                2,
                4,
            ),
            (
                "1970-01-01T00:00:00.0015Z/1970-01-01T00:00:00.0045Z",
                Kind::Series,
                2,
                4,
            ),
            (
                "1970-01-01T00:00:00.002000Z/1970-01-01T00:00:00.004000Z",
                Kind::Series,
                2,
                3,
            ),
            (
                "1970-01-01T00:00:00.0015Z/1970-01-01T00:00:00.0015Z",
                Kind::Features,
                2,
                1,
            ),
            (
                "1969-12-31T23:59:59.9985Z/1970-01-01T00:00:00Z",
                Kind::Features,
                -1,
                0,
            ),
        ] {
            let (begin, end) = (Some(begin), Some(end));
            assert_eq!(read(text, kind), Ok(Interval { begin, end }), "{text}");
        }
        let backwards = "1970-01-01T00:00:00.0045Z/1970-01-01T00:00:00.0015Z";
        assert!(read(backwards, Kind::Features).is_err());
    }

    #[test]
    fn a_plus_that_came_as_a_blank_is_told_and_other_blanks_are_not() {
        let told = |text| {
            let refused = read(text, Kind::Features).unwrap_err();
            refused.to_string().contains("%2B")
        };
        assert!(told("2026-01-31T00:00:00 01:00"));
        assert!(told("2026-01-31T00:00:00 01:00/.."));
        assert!(!told("2026-01-31 00:00:00"));
        assert!(!told("2026-01-32T00:00:00 01:00"));
        assert!(read("2026-01-31T00:00:00+01:00", Kind::Features).is_ok());
    }

    #[test]
    fn a_day_is_one_of_the_zone() {
        let zone = Zone::named("Asia/Tokyo").unwrap();
        let found = read_in("1970-01-02/1970-01-02", Kind::Series, &zone).unwrap();
        let midnight = DAY - 9 * 3_600_000;
        assert_eq!(found.begin, Some(midnight));
        assert_eq!(found.end, Some(midnight + DAY - 1));
    }

    #[test]
    fn an_interval_of_a_series_ends_before_the_instant_that_ends_it() {
        let end = |text| read(text, Kind::Series).unwrap().end;
        assert_eq!(end("../1970-01-02T00:00:00Z"), Some(DAY - 1));
        assert_eq!(end("../1970-01-01"), Some(DAY - 1));
        assert_eq!(end("1970-01-02T00:00:00Z"), Some(DAY));
        assert!(read("1970-01-02T00:00:00Z/1970-01-02T00:00:00Z", Kind::Series).is_err());
    }
}
