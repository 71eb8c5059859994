//! Zones of the IANA time zone database: by how much local clocks are ahead of UTC, and from when until when.
//!
//! The database is part of the program, so that the same question has the same answer on each machine.

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use time::{UtcDateTime, UtcOffset, format_description::well_known::Rfc3339};

use crate::literal::instant::{DAY_MS, NANOSECONDS, YEAR_TEN_THOUSAND_MS, first_of};

/// A time zone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Zone {
    zone: TimeZone,
}

/// A name that no zone has.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no time zone is called so; names are those of the IANA database, as Europe/London or UTC")]
pub struct UnknownZone;

/// A time in which the offset of a zone stays the same, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Period {
    /// Its first instant.
    pub(super) start: i64,
    /// The first instant after it.
    pub(super) end: i64,
    /// Milliseconds that local clocks are ahead of UTC.
    pub(super) offset: i64,
}

/// The periods of a zone that were asked for, in the order of time.
#[derive(Debug)]
pub(super) struct Periods {
    zone: Zone,
    known: Vec<Period>,
    /// The one that was asked for last: the next instant is in it nearly always.
    last: Option<Period>,
}

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            zone: TimeZone::UTC,
        }
    }

    /// The zone called `name` in the IANA database, as `Europe/London`; upper and lower case are the same.
    ///
    /// # Errors
    /// [`UnknownZone`].
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        if name.len() > LONGEST_NAME {
            return Err(UnknownZone);
        }
        let zone = TimeZone::get(name).or(Err(UnknownZone))?;
        if zone.is_unknown() || zone.iana_name().is_none() {
            return Err(UnknownZone);
        }
        Ok(Self { zone })
    }

    /// The name, as the database writes it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.zone.iana_name().unwrap_or(UTC)
    }

    /// An instant as RFC 3339 has it, with the zone's offset at that time, `Z` in UTC; with that of UTC where RFC 3339 has
    /// no form for local time: the offset has seconds, or the year five digits. None before the year 0 and after 9999.
    #[must_use]
    pub fn rfc3339(&self, milliseconds: i64) -> Option<String> {
        let nanoseconds = i128::from(milliseconds) * i128::from(NANOSECONDS);
        let instant = UtcDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
        let local = self.local(milliseconds, instant);
        let mut text = local.or_else(|| instant.format(&Rfc3339).ok())?;
        if self.zone != TimeZone::UTC && text.ends_with('Z') {
            text.pop();
            text.push_str("+00:00");
        }
        Some(text)
    }

    fn local(&self, milliseconds: i64, instant: UtcDateTime) -> Option<String> {
        let seconds = self.zone.to_offset(known(milliseconds)?).seconds();
        let offset = UtcOffset::from_whole_seconds(seconds).ok()?;
        instant.checked_to_offset(offset)?.format(&Rfc3339).ok()
    }

    /// The first instant of a local day, which is counted since 1 January 1970; none of years that calendars do not have.
    #[must_use]
    pub fn first_of_day(&self, day: i32) -> Option<i64> {
        let midnight = first_of(day);
        if (LAST_KNOWN - DAY_MS..=YEAR_TEN_THOUSAND_MS).contains(&midnight) {
            let offset = self.zone.to_offset(known(LAST_KNOWN)?);
            return Some(midnight - i64::from(offset.seconds()) * 1000);
        }
        let day = Offset::UTC.to_datetime(Timestamp::from_millisecond(midnight).ok()?);
        let midnight = self
            .zone
            .to_ambiguous_zoned_datetime(day.date().at(0, 0, 0, 0));
        let first = midnight.compatible().ok()?.start_of_day().ok()?;
        Some(first.timestamp().as_millisecond())
    }

    fn period(&self, milliseconds: i64) -> Option<Period> {
        let instant = known(milliseconds)?;
        let offset = self.zone.to_offset(instant);
        // The database has transitions at which only the name of the time changes.
        let mut before = self.zone.preceding(after(instant)?);
        let start = before.find(|transition| self.before(transition.timestamp()) != Some(offset));
        let mut following = self.zone.following(instant);
        let end = following.find(|transition| transition.offset() != offset);
        Some(Period {
            start: start.map_or(i64::MIN, |first| first.timestamp().as_millisecond()),
            end: end.map_or(i64::MAX, |first| first.timestamp().as_millisecond()),
            offset: i64::from(offset.seconds()) * 1000,
        })
    }

    /// The offset just before `transition`.
    fn before(&self, transition: Timestamp) -> Option<Offset> {
        let instant = Timestamp::from_nanosecond(transition.as_nanosecond() - 1).ok()?;
        Some(self.zone.to_offset(instant))
    }
}

impl Period {
    fn has(&self, instant: i64) -> bool {
        (self.start..self.end).contains(&instant)
    }
}

impl Periods {
    pub(super) fn of(zone: Zone) -> Self {
        Self {
            zone,
            known: Vec::new(),
            last: None,
        }
    }

    /// The period that `instant` is in; none before the year -9999 and after 9999.
    pub(super) fn at(&mut self, instant: i64) -> Option<Period> {
        if let Some(period) = self.last.filter(|period| period.has(instant)) {
            return Some(period);
        }
        let after = self.known.partition_point(|period| period.start <= instant);
        let known = after.checked_sub(1).and_then(|at| self.known.get(at));
        let known = known.filter(|period| period.has(instant)).copied();
        let period = if let Some(period) = known {
            period
        } else {
            let period = self.zone.period(instant)?;
            self.known.insert(after, period);
            period
        };
        self.last = Some(period);
        Some(period)
    }
}

/// The instant, as the database is asked for it. It is not asked for the last day of the year 9999 (jiff's timestamps end
/// before it, so that each has a date in every zone), in which no zone changes its clocks.
fn known(milliseconds: i64) -> Option<Timestamp> {
    let is_written = milliseconds < YEAR_TEN_THOUSAND_MS;
    let instant = Timestamp::from_millisecond(milliseconds.min(LAST_KNOWN)).ok();
    instant.filter(|_| is_written)
}

fn after(instant: Timestamp) -> Option<Timestamp> {
    Timestamp::from_nanosecond(instant.as_nanosecond() + 1).ok()
}

/// The last that the database is asked for: 26 hours before the year 10000.
const LAST_KNOWN: i64 = YEAR_TEN_THOUSAND_MS - 26 * 3_600_000;
const UTC: &str = "UTC";
/// Bytes of a name; the longest of the database has 32.
const LONGEST_NAME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literal::instant::millisecond;

    fn instant(text: &str) -> i64 {
        millisecond(text).unwrap()
    }

    #[test]
    fn names_of_the_database_are_zones_and_others_are_not() {
        for (name, expected) in [
            ("Europe/London", Some("Europe/London")),
            ("europe/london", Some("Europe/London")),
            ("UTC", Some("UTC")),
            ("Asia/Kolkata", Some("Asia/Kolkata")),
            ("", None),
            ("Europe/Atlantis", None),
            ("Etc/Unknown", None),
            ("../../etc/passwd", None),
            ("+01:00", None),
        ] {
            let found = Zone::named(name).ok();
            assert_eq!(found.as_ref().map(Zone::name), expected, "{name}");
        }
        for name in [&"A".repeat(65), "Etc/Unknown"] {
            assert_eq!(Zone::named(name), Err(UnknownZone), "{name}");
        }
    }

    #[test]
    fn instants_are_written_with_the_offset_that_holds_then() {
        for (name, utc, expected) in [
            ("UTC", "2026-03-29T00:30:00Z", "2026-03-29T00:30:00Z"),
            (
                "Europe/London",
                "2026-03-29T00:30:00Z",
                "2026-03-29T00:30:00+00:00",
            ),
            (
                "Europe/London",
                "2026-03-29T01:30:00Z",
                "2026-03-29T02:30:00+01:00",
            ),
            (
                "Asia/Kathmandu",
                "2026-01-01T00:00:00Z",
                "2026-01-01T05:45:00+05:45",
            ),
            (
                "Europe/London",
                "1800-01-01T00:00:00Z",
                "1800-01-01T00:00:00+00:00",
            ),
        ] {
            let zone = Zone::named(name).unwrap();
            assert_eq!(zone.rfc3339(instant(utc)).as_deref(), Some(expected));
        }
        let last = YEAR_TEN_THOUSAND_MS - 1;
        for (name, expected) in [
            ("UTC", "9999-12-31T23:59:59.999Z"),
            ("Europe/London", "9999-12-31T23:59:59.999+00:00"),
            ("America/New_York", "9999-12-31T18:59:59.999-05:00"),
            // Their year has five digits.
            ("Europe/Paris", "9999-12-31T23:59:59.999+00:00"),
            ("Pacific/Auckland", "9999-12-31T23:59:59.999+00:00"),
        ] {
            let zone = Zone::named(name).unwrap();
            assert_eq!(zone.rfc3339(last).as_deref(), Some(expected));
            assert_eq!(zone.rfc3339(last + 1), None, "{name}");
        }
        assert_eq!(Zone::utc().rfc3339(i64::MAX), None);
        assert_eq!(Zone::utc().rfc3339(-62_167_219_200_001), None);
    }

    #[test]
    fn a_local_day_begins_at_its_midnight_or_at_one_where_that_is_left_out() {
        for (name, day, expected) in [
            ("UTC", 20_541, "2026-03-29T00:00:00Z"),
            ("Europe/London", 20_541, "2026-03-29T00:00:00Z"),
            ("Europe/London", 20_542, "2026-03-29T23:00:00Z"),
            ("America/Sao_Paulo", 17_839, "2018-11-04T03:00:00Z"),
            ("UTC", 2_932_896, "9999-12-31T00:00:00Z"),
            ("America/New_York", 2_932_894, "9999-12-29T05:00:00Z"),
            ("America/New_York", 2_932_895, "9999-12-30T05:00:00Z"),
            ("America/New_York", 2_932_896, "9999-12-31T05:00:00Z"),
            ("Pacific/Auckland", 2_932_896, "9999-12-30T11:00:00Z"),
            ("Pacific/Auckland", 2_932_897, "9999-12-31T11:00:00Z"),
        ] {
            let zone = Zone::named(name).unwrap();
            assert_eq!(zone.first_of_day(day), Some(instant(expected)), "{name}");
        }
        assert_eq!(Zone::utc().first_of_day(2_932_898), None);
        assert_eq!(Zone::utc().first_of_day(i32::MAX), None);
    }

    #[test]
    fn a_period_lasts_from_one_change_of_the_clocks_to_the_next() {
        let mut periods = Periods::of(Zone::named("Europe/London").unwrap());
        let summer = periods.at(instant("2026-07-01T00:00:00Z")).unwrap();
        assert_eq!(
            summer,
            Period {
                start: instant("2026-03-29T01:00:00Z"),
                end: instant("2026-10-25T01:00:00Z"),
                offset: 3_600_000,
            }
        );
        assert_eq!(periods.at(summer.start), Some(summer));
        assert_eq!(periods.at(summer.end - 1), Some(summer));
        let winter = periods.at(summer.end).unwrap();
        assert_eq!((winter.start, winter.offset), (summer.end, 0));
        assert_eq!(periods.at(summer.start - 1).unwrap().end, summer.start);
        assert_eq!(periods.known.len(), 3);
        assert_eq!(periods.at(i64::MAX), None);
    }

    #[test]
    fn a_change_of_the_name_alone_is_no_change_of_the_clocks() {
        // British Standard Time: an hour ahead from 1968 until 1971, under two names.
        let mut periods = Periods::of(Zone::named("Europe/London").unwrap());
        let period = periods.at(instant("1970-01-01T00:00:00Z")).unwrap();
        assert_eq!(period.start, instant("1968-02-18T02:00:00Z"));
        assert_eq!(period.end, instant("1971-10-31T02:00:00Z"));
    }

    #[test]
    fn utc_is_one_period() {
        let mut periods = Periods::of(Zone::utc());
        let period = periods.at(0).unwrap();
        assert_eq!(
            (period.start, period.end, period.offset),
            (i64::MIN, i64::MAX, 0)
        );
    }
}
