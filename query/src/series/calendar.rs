//! Intervals of local time: which one an instant is in, and from when until when it lasts.
//!
//! An interval is half-open: it has its first instant, and not the first of the next.

use jiff::{Timestamp, civil::Date, tz::Offset};

use super::{
    every::{Every, Length},
    zone::{Period, Periods, Zone},
};

/// Intervals of one length in one zone.
#[derive(Debug)]
pub struct Calendar {
    every: Every,
    periods: Periods,
    /// The one that was asked for last.
    last: Option<Interval>,
}

/// From an instant until before another, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Interval {
    /// The first instant.
    pub start: i64,
    /// The first instant after it.
    pub end: i64,
}

impl Interval {
    /// True of instants that are in it.
    #[must_use]
    pub fn has(&self, instant: i64) -> bool {
        (self.start..self.end).contains(&instant)
    }
}

impl Calendar {
    /// Intervals as long as `every`, by the clocks of `zone`.
    #[must_use]
    pub fn new(every: Every, zone: Zone) -> Self {
        Self {
            every,
            periods: Periods::of(zone),
            last: None,
        }
    }

    /// The interval that `instant` is in; none before the year -9998 and after 9999.
    ///
    /// Intervals of an hour and less begin anew where clocks are put back or forward, so that each of the two hours
    /// between one and two has its own. Longer ones begin when local clocks first show their begin, or what comes
    /// after it where that is left out: a local day has 23, 24 or 25 hours.
    pub fn interval(&mut self, instant: i64) -> Option<Interval> {
        if let Some(interval) = self.last.filter(|interval| interval.has(instant)) {
            return Some(interval);
        }
        let period = self.periods.at(instant)?;
        let interval = match self.every.0 {
            Length::Minutes(minutes) if minutes <= HOUR_MINUTES => {
                within_a_period(instant, period, i64::from(minutes) * MINUTE)
            }
            length => {
                let (start, end) = local(length, self.shown(instant, period)?)?;
                Interval {
                    start: self.first(start, period)?,
                    end: self.first(end, period)?,
                }
            }
        };
        self.last = Some(interval);
        Some(interval)
    }

    /// The latest that local clocks have shown until `instant`: when they have been put back it is ahead of them.
    fn shown(&mut self, instant: i64, period: Period) -> Option<i64> {
        let shows = instant + period.offset;
        if instant - MARGIN >= period.start || period.start == i64::MIN {
            return Some(shows);
        }
        let before = self.periods.at(period.start - 1)?;
        Some(shows.max(period.start - 1 + before.offset))
    }

    /// The first instant at which local clocks show `local` or later; `near` is a period near it.
    fn first(&mut self, local: i64, near: Period) -> Option<i64> {
        let instant = local - near.offset;
        let is_inside = instant.saturating_sub(MARGIN) >= near.start && instant < near.end;
        if is_inside {
            return Some(instant);
        }
        let mut period = self.periods.at(local - MARGIN)?;
        while period.end != i64::MAX && period.end + period.offset <= local {
            period = self.periods.at(period.end)?;
        }
        Some(period.start.max(local - period.offset))
    }
}

fn within_a_period(instant: i64, period: Period, length: i64) -> Interval {
    let shows = instant + period.offset;
    let start = instant - shows.rem_euclid(length);
    Interval {
        start: start.max(period.start),
        end: (start + length).min(period.end),
    }
}

/// From when until when the interval lasts that `shown` is in, by clocks that are never put back or forward.
fn local(length: Length, shown: i64) -> Option<(i64, i64)> {
    let by = |length: i64, first: i64| {
        let start = shown - (shown - first).rem_euclid(length);
        (start, start + length)
    };
    Some(match length {
        Length::Minutes(minutes) => by(i64::from(minutes) * MINUTE, 0),
        Length::Day => by(DAY, 0),
        Length::Week => by(7 * DAY, MONDAY),
        Length::Months(months) => {
            // The calendar comes again after 400 years, which have each number of months that divides a year.
            let cycles = shown - shown.rem_euclid(CYCLE);
            let date = Offset::UTC.to_datetime(Timestamp::from_millisecond(shown - cycles).ok()?);
            let count = i64::from(months);
            let month = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
            let first = month - month.rem_euclid(count);
            let [start, end] = [first, first + count].map(month_start);
            (start? + cycles, end? + cycles)
        }
    })
}

/// The begin of a month, counted from January of the year 0.
fn month_start(month: i64) -> Option<i64> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
    let midnight = Date::new(year, month, 1).ok()?.at(0, 0, 0, 0);
    let midnight = Offset::UTC.to_timestamp(midnight).ok()?;
    Some(midnight.as_millisecond())
}

const MINUTE: i64 = 60_000;
const HOUR_MINUTES: u16 = 60;
const DAY: i64 = 86_400_000;
/// 400 years, after which the Gregorian calendar has the same days again.
const CYCLE: i64 = 146_097 * DAY;
/// A Monday: 5 January 1970.
const MONDAY: i64 = 4 * DAY;
/// Longer than clocks are ever put back or forward at once, and than they are ahead of UTC or behind.
const MARGIN: i64 = 2 * DAY;

#[cfg(test)]
mod tests {
    use jiff::{ZonedDateTime, tz::TimeZone};
    use proptest::prelude::*;

    use super::*;
    use crate::literal::instant::millisecond;

    /// Length, zone, an instant, and begin and end of its interval, in UTC.
    const INTERVALS: &str = "\
# a day of 23 hours, of 25 and of 24
P1D Europe/London 2026-03-29T12:00 2026-03-29T00:00 2026-03-29T23:00
P1D Europe/London 2026-10-25T12:00 2026-10-24T23:00 2026-10-26T00:00
P1D Europe/London 2026-07-01T22:59 2026-06-30T23:00 2026-07-01T23:00
P1D UTC 2026-03-29T12:00 2026-03-29T00:00 2026-03-30T00:00
# the hour between one and two, twice
PT1H Europe/London 2026-10-25T00:30 2026-10-25T00:00 2026-10-25T01:00
PT1H Europe/London 2026-10-25T01:30 2026-10-25T01:00 2026-10-25T02:00
# hours of a zone that is half an hour off, and of one whose clocks are put back by half an hour
PT1H Asia/Kolkata 2026-01-01T00:10 2025-12-31T23:30 2026-01-01T00:30
PT1H Australia/Lord_Howe 2026-04-04T15:10 2026-04-04T15:00 2026-04-04T15:30
# a quarter of a day: the first has the hour that comes twice, or is left out
PT6H Europe/London 2026-10-25T03:00 2026-10-24T23:00 2026-10-25T06:00
PT6H Europe/London 2026-03-29T03:00 2026-03-29T00:00 2026-03-29T05:00
# what the clocks have shown until two again counts: at two they showed three before
PT80M Europe/Berlin 2026-10-25T01:10 2026-10-25T00:40 2026-10-25T03:00
PT80M Europe/Berlin 1949-10-02T01:10 1949-10-02T00:40 1949-10-02T03:00
PT3H Europe/Berlin 2026-10-25T01:30 2026-10-24T22:00 2026-10-25T02:00
PT3H Europe/Berlin 2026-10-25T00:30 2026-10-24T22:00 2026-10-25T02:00
# an hour of a zone that is a quarter of an hour off
PT1H Asia/Kathmandu 2026-01-01T00:10 2025-12-31T23:15 2026-01-01T00:15
# weeks begin on Monday, before 1970 too
P1W Europe/London 2026-03-29T12:00 2026-03-23T00:00 2026-03-29T23:00
P1W UTC 1969-12-31T00:00 1969-12-29T00:00 1970-01-05T00:00
# months, quarters and years
P1M Europe/London 2026-03-31T23:30 2026-03-31T23:00 2026-04-30T23:00
P1M UTC 2028-02-29T23:30 2028-02-01T00:00 2028-03-01T00:00
P3M Europe/London 2026-05-01T00:00 2026-03-31T23:00 2026-06-30T23:00
P1Y Pacific/Auckland 2026-05-01T00:00 2025-12-31T11:00 2026-12-31T11:00
# a day that begins at one, because midnight is left out, and one whose last hour comes twice
P1D America/Sao_Paulo 2018-11-04T12:00 2018-11-04T03:00 2018-11-05T02:00
P1D America/Sao_Paulo 2018-02-18T02:30 2018-02-17T02:00 2018-02-18T03:00
# Samoa had no 30 December 2011
P1D Pacific/Apia 2011-12-30T09:59 2011-12-29T10:00 2011-12-30T10:00
P1D Pacific/Apia 2011-12-30T10:00 2011-12-30T10:00 2011-12-31T10:00
# the last days that have a form, and a month of the first year
P1D UTC 9999-12-30T12:00 9999-12-30T00:00 9999-12-31T00:00
P1D America/New_York 9999-12-31T04:59 9999-12-30T05:00 9999-12-31T05:00
P1D Pacific/Auckland 9999-12-31T10:59 9999-12-30T11:00 9999-12-31T11:00
P1M UTC 9999-11-30T12:00 9999-11-01T00:00 9999-12-01T00:00
P1Y Europe/London 9998-12-31T23:59 9998-01-01T00:00 9999-01-01T00:00
P1M UTC 0000-02-29T12:00 0000-02-01T00:00 0000-03-01T00:00
";

    fn instant(text: &str) -> i64 {
        millisecond(text).unwrap()
    }

    fn calendar(every: &str, zone: &str) -> Calendar {
        Calendar::new(every.parse().unwrap(), Zone::named(zone).unwrap())
    }

    #[test]
    fn intervals_are_those_of_local_clocks() {
        for line in INTERVALS.lines().filter(|line| !line.starts_with('#')) {
            let words: Vec<_> = line.split(' ').collect();
            let [every, zone, at, start, end] = words.try_into().unwrap();
            let minute = |text: &str| instant(&format!("{text}:00Z"));
            let found = calendar(every, zone).interval(minute(at)).unwrap();
            let expected = Interval {
                start: minute(start),
                end: minute(end),
            };
            assert_eq!(found, expected, "{line}");
        }
    }

    /// Half past ten in the evening of 31 December 9999, in UTC: many say "for ever" by this day.
    #[test]
    fn the_last_day_of_9999_is_in_an_interval_that_ends_when_the_year_does() {
        let year = 253_402_300_800_000;
        let at = year - 90 * MINUTE;
        for (every, zone, start, end) in [
            ("PT30M", "UTC", -90 * MINUTE, -60 * MINUTE),
            ("PT6H", "Europe/London", -360 * MINUTE, 0),
            ("P1D", "UTC", -DAY, 0),
            ("P1M", "UTC", -31 * DAY, 0),
            ("P3M", "Europe/London", -92 * DAY - 60 * MINUTE, 0),
            ("P1Y", "UTC", -365 * DAY, 0),
            (
                "P1Y",
                "America/New_York",
                -365 * DAY + 300 * MINUTE,
                300 * MINUTE,
            ),
            // There it is the year 10000.
            ("P1D", "Pacific/Auckland", -780 * MINUTE, DAY - 780 * MINUTE),
            (
                "P1M",
                "Pacific/Auckland",
                -780 * MINUTE,
                31 * DAY - 780 * MINUTE,
            ),
        ] {
            let interval = calendar(every, zone).interval(at).unwrap();
            let found = (interval.start - year, interval.end - year);
            assert_eq!(found, (start, end), "{every} {zone}");
        }
    }

    #[test]
    fn years_that_calendars_do_not_have_are_in_no_interval() {
        for at in [i64::MIN, i64::MAX, 253_402_300_800_000] {
            assert_eq!(calendar("P1Y", "Europe/London").interval(at), None);
        }
        assert_eq!(calendar("PT1H", "UTC").interval(i64::MAX), None);
    }

    fn zones() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "UTC",
            "Europe/London",
            "America/Sao_Paulo",
            "Pacific/Apia",
            "Australia/Lord_Howe",
            "Africa/Casablanca",
            "America/St_Johns",
            "Asia/Gaza",
            "Africa/Monrovia",
            "Antarctica/Troll",
        ])
    }

    fn lengths() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "PT1M", "PT15M", "PT30M", "PT1H", "PT2H", "PT12H", "P1D", "P1W", "P1M", "P3M", "P1Y",
        ])
    }

    proptest! {
        /// Intervals leave out no instant, and none is in two.
        #[test]
        fn each_interval_begins_where_the_one_before_ends(
            zone in zones(),
            every in lengths(),
            from in prop_oneof![
                -3_000_000_000_000..4_000_000_000_000_i64,
                249_000_000_000_000..251_000_000_000_000_i64,
            ],
        ) {
            let mut calendar = calendar(every, zone);
            let mut interval = calendar.interval(from).unwrap();
            prop_assert!(interval.has(from));
            for _ in 0..60 {
                let next = calendar.interval(interval.end).unwrap();
                prop_assert_eq!(next.start, interval.end);
                prop_assert!(next.start < next.end);
                prop_assert_eq!(calendar.interval(interval.end - 1).unwrap(), interval);
                interval = next;
            }
        }

        /// Days are those of the zone's rules in another library's words.
        #[test]
        fn days_begin_where_the_zone_says(zone in zones(), at in 0..4_000_000_000_000_i64) {
            let day = calendar("P1D", zone).interval(at).unwrap();
            let here = Timestamp::from_millisecond(day.start).unwrap();
            let here = ZonedDateTime::new(here, TimeZone::get(zone).unwrap());
            prop_assert_eq!(here.start_of_day().unwrap(), here.clone());
        }
    }
}
