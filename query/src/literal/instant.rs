//! Dates and times, as RFC 3339 writes them, in days and milliseconds since 1970.

use std::fmt;

use time::{
    Date, OffsetDateTime, UtcDateTime,
    format_description::{StaticFormatDescription, well_known::Rfc3339},
    macros::{format_description, utc_datetime},
};

/// Milliseconds of a day of UTC.
pub const DAY_MS: i64 = 86_400_000;

/// The day that `text` is: a `full-date` of RFC 3339.
#[must_use]
pub fn day(text: &str) -> Option<i32> {
    let is_full = text.len() == "1970-01-01".len() && text.is_ascii();
    let day = Date::parse(text, DATE).ok().filter(|_| is_full)?;
    Some(day.to_julian_day() - UtcDateTime::UNIX_EPOCH.to_julian_day())
}

/// The instant that `text` is: a `date-time` of RFC 3339, with any offset. One between two milliseconds is none:
/// it would have to be moved to be compared. A leap second, which the count since 1970 does not have, is the last
/// millisecond of its minute.
#[must_use]
pub fn millisecond(text: &str) -> Option<i64> {
    let nanoseconds = nanoseconds(text)?;
    let is_whole = nanoseconds % i128::from(NANOSECONDS) == 0 || is_leap_second(text);
    let milliseconds = nanoseconds.div_euclid(i128::from(NANOSECONDS));
    i64::try_from(milliseconds).ok().filter(|_| is_whole)
}

/// The nanoseconds since 1970 of an instant: a `date-time` of RFC 3339, with any offset.
#[must_use]
pub fn nanoseconds(text: &str) -> Option<i128> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(instant.unix_timestamp_nanos())
}

/// RFC 3339 §5.6: the second of an instant is 60.
fn is_leap_second(text: &str) -> bool {
    text.get("1970-01-01T00:00:".len()..)
        .is_some_and(|seconds| seconds.starts_with("60"))
}

/// The first millisecond of a day in UTC.
#[must_use]
pub fn first_of(day: i32) -> i64 {
    i64::from(day) * DAY_MS
}

/// The day of UTC that a millisecond is of; the first or the last that there is a number for, if it is none.
#[must_use]
pub fn day_of(millisecond: i64) -> i32 {
    let day = millisecond.div_euclid(DAY_MS);
    let end = if day < 0 { i32::MIN } else { i32::MAX };
    i32::try_from(day).unwrap_or(end)
}

/// A day, as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Day(pub i32);

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match written(first_of(self.0)) {
            Some(instant) => write!(formatter, "{}", instant.date()),
            None => write!(formatter, "{}", self.0),
        }
    }
}

/// An instant, as it is written: in UTC, with a fraction where it has one.
#[derive(Clone, Copy, Debug)]
pub struct Millisecond(pub i64);

impl fmt::Display for Millisecond {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = written(self.0).and_then(|instant| instant.format(&Rfc3339).ok());
        match text {
            Some(text) => formatter.write_str(&text),
            None => write!(formatter, "{}", self.0),
        }
    }
}

/// The instant, where RFC 3339 has a form for it: a year of four digits.
fn written(millisecond: i64) -> Option<UtcDateTime> {
    let nanoseconds = i128::from(millisecond) * i128::from(NANOSECONDS);
    let instant = UtcDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
    (YEAR_ZERO..YEAR_TEN_THOUSAND)
        .contains(&instant.unix_timestamp())
        .then_some(instant)
}

/// The milliseconds that an instant lies between, the first of them; the one that it is.
#[must_use]
pub fn millisecond_before(nanoseconds: i128) -> i64 {
    let end = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(nanoseconds.div_euclid(i128::from(NANOSECONDS))).unwrap_or(end)
}

/// Nanoseconds of a millisecond.
pub(crate) const NANOSECONDS: u32 = 1_000_000;

const DATE: StaticFormatDescription = format_description!("[year]-[month]-[day]");

const YEAR_ZERO: i64 = utc_datetime!(0000-01-01 0:00).unix_timestamp();

/// The first second after those that have a form.
const YEAR_TEN_THOUSAND: i64 = utc_datetime!(9999-12-31 23:59:59).unix_timestamp() + 1;

/// The first millisecond after those that have a form.
pub const YEAR_TEN_THOUSAND_MS: i64 = YEAR_TEN_THOUSAND * 1_000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_beyond_all_days_and_milliseconds_are_of_the_last_and_the_first() {
        for (end, day) in [(i64::MIN, i32::MIN), (i64::MAX, i32::MAX)] {
            assert_eq!(day_of(end), day);
        }
        for (end, millisecond) in [(i128::MIN, i64::MIN), (i128::MAX, i64::MAX)] {
            assert_eq!(millisecond_before(end), millisecond);
        }
        assert_eq!((day_of(-1), millisecond_before(-1)), (-1, -1));
    }

    /// Rows: OE-DT-1, CON-14
    #[test]
    fn days_are_full_dates_and_nothing_else() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("1969-12-31", Some(-1)),
            ("2000-02-29", Some(11_016)),
            ("1900-02-29", None),
            ("0000-01-01", Some(-719_528)),
            ("9999-12-31", Some(2_932_896)),
            ("1970-1-1", None),
            ("1970-01", None),
            ("+1970-01-01", None),
            ("-1970-01-01", None),
            ("19700101", None),
            ("1970-01-01 ", None),
            ("15/01/2026", None),
            ("1970-01-01Z", None),
            ("", None),
        ] {
            assert_eq!(day(text), expected, "{text}");
        }
    }

    /// Rows: OE-DT-1, OE-DT-2, CON-14
    #[test]
    fn instants_have_an_offset_and_milliseconds() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1970-01-01T00:00:00.001Z", Some(1)),
            ("1970-01-01T00:00:00.001000Z", Some(1)),
            ("1970-01-01T00:00:00.0005Z", None),
            ("1970-01-01T01:00:00+01:00", Some(0)),
            ("1969-12-31T23:59:59.999Z", Some(-1)),
            ("1970-01-01t00:00:00z", Some(0)),
            ("1970-01-01T00:00:00-00:30", Some(1_800_000)),
            ("2016-12-31T23:59:60Z", Some(1_483_228_799_999)),
            ("2017-01-01T00:59:60+01:00", Some(1_483_228_799_999)),
            ("2016-12-31T23:58:60Z", None),
            ("2016-12-31T23:59:61Z", None),
            ("15/01/2026", None),
            ("2026-01-15 00:00:00", None),
            ("1970-01-01T00:00:00", None),
            ("1970-01-01", None),
            ("1970-01-01T24:00:00Z", None),
            ("1970-01-01T00:00Z", None),
            ("now", None),
        ] {
            assert_eq!(millisecond(text), expected, "{text}");
        }
    }

    #[test]
    fn what_has_no_form_is_written_as_its_number() {
        assert_eq!(Day(i32::MAX).to_string(), i32::MAX.to_string());
        assert_eq!(Millisecond(i64::MIN).to_string(), i64::MIN.to_string());
        assert_eq!(Day(-719_529).to_string(), "-719529", "the year before 0");
    }

    proptest! {
        #[test]
        fn days_and_instants_are_read_as_they_are_written(
            a_day in -719_528_i32..2_932_897,
            instant in first_of(-719_528)..first_of(2_932_897),
        ) {
            prop_assert_eq!(day(&Day(a_day).to_string()), Some(a_day));
            prop_assert_eq!(millisecond(&Millisecond(instant).to_string()), Some(instant));
            prop_assert!(first_of(day_of(instant)) <= instant);
            prop_assert!(instant < first_of(day_of(instant)) + DAY_MS);
        }
    }
}
