//! Times as numbers since a date, in the calendars of climate models: CF §4.4.

use netcdf_reader::cf::{CfCalendar, CfDateTime, CfTimeRef, decode_time_exact, parse_time_units};
use time::{Date, Month};

use super::{
    super::{array::Array, refused::shown},
    CfFault, FormatError, cf,
};

/// A calendar of CF.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Calendar {
    name: &'static str,
    kind: CfCalendar,
    /// `true` when its dates after 1582 are those of everybody's calendar.
    is_civil: bool,
}

/// The unit of the numbers of a time coordinate, and the instant since which they count.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    calendar: Calendar,
    since: CfTimeRef,
    /// Units of the source that make one of [`CfTimeRef`].
    parts: f64,
}

impl Calendar {
    /// The calendar of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut known = CALENDARS
            .iter()
            .filter(|known| known.0.eq_ignore_ascii_case(name));
        known.next().map(|(_, name, kind, is_civil)| Self {
            name,
            kind: *kind,
            is_civil: *is_civil,
        })
    }
}

impl Reference {
    /// None when `array` does not hold times.
    pub(super) fn of(array: &Array) -> Result<Option<Self>, FormatError> {
        let Some(units) = array.text("units") else {
            return Ok(None);
        };
        let Some((unit, since)) = split(units) else {
            return Ok(None);
        };
        let calendar = array.text("calendar").unwrap_or("standard");
        let calendar = Calendar::named(calendar)
            .ok_or_else(|| cf(array, CfFault::Calendar(shown(calendar))))?;
        let wrong = |reason: String| {
            cf(
                array,
                CfFault::Units {
                    units: shown(units),
                    reason,
                },
            )
        };
        // The decoder takes places of a lower-case text for those of the text itself.
        if !units.is_ascii() {
            return Err(wrong("letters that no unit has".to_owned()));
        }
        let since = utc(since).map_err(|reason| wrong(reason.to_owned()))?;
        let (unit, parts) = parts(&unit);
        let parsed = parse_time_units(&format!("{unit} since {since}"), calendar.kind);
        let since = parsed.map_err(|error| wrong(said(&error)))?;
        Ok(Some(Self {
            calendar,
            since,
            parts,
        }))
    }

    /// The name of the calendar when it is not everybody's.
    pub(super) fn own_calendar(&self) -> Option<&'static str> {
        (!self.calendar.is_civil).then_some(self.calendar.name)
    }

    /// The times of `numbers`, to the nearest millisecond.
    pub(super) fn times(&self, array: &Array, numbers: &[f64]) -> Result<Vec<String>, FormatError> {
        numbers
            .iter()
            .map(|number| self.time(array, *number))
            .collect()
    }

    fn time(&self, array: &Array, number: f64) -> Result<String, FormatError> {
        let found = decode_time_exact(number / self.parts, &self.since);
        // Doubles of days since 1850 end some hundred nanoseconds beside what was meant.
        let rounded = found.and_then(|found| {
            let beside = i64::from(found.nanosecond % MILLISECOND);
            let half = i64::from(MILLISECOND) / 2;
            let to_next = if beside >= half {
                i64::from(MILLISECOND) - beside
            } else {
                -beside
            };
            moved(found, to_next)
        });
        let units = || shown(array.text("units").unwrap_or_default());
        let found = rounded.map_err(|error| {
            cf(
                array,
                CfFault::Units {
                    units: units(),
                    reason: said(&error),
                },
            )
        })?;
        let date = format!("{:04}-{:02}-{:02}", found.year, found.month, found.day);
        if !is_date(&found) {
            let calendar = self.calendar.name;
            return Err(cf(array, CfFault::Date { date, calendar }));
        }
        let milliseconds = found.nanosecond / MILLISECOND;
        let fraction = match milliseconds {
            0 => String::new(),
            some => format!(".{some:03}"),
        };
        let (hour, minute, second) = (found.hour, found.minute, found.second);
        Ok(format!(
            "{date}T{hour:02}:{minute:02}:{second:02}{fraction}Z"
        ))
    }
}

/// The same time some nanoseconds later.
fn moved(time: CfDateTime, nanoseconds: i64) -> Result<CfDateTime, netcdf_reader::Error> {
    if nanoseconds == 0 {
        return Ok(time);
    }
    let since = CfTimeRef {
        unit: netcdf_reader::cf::CfTimeUnit::Seconds,
        epoch: time,
        calendar: time.calendar,
    };
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "half a million at most"
    )]
    let seconds = nanoseconds as f64 / 1e9;
    decode_time_exact(seconds, &since)
}

/// `true` when everybody's calendar has that date, as an answer can name it.
fn is_date(found: &CfDateTime) -> bool {
    let month = Month::try_from(found.month);
    let is_known =
        month.is_ok_and(|month| Date::from_calendar_date(found.year, month, found.day).is_ok());
    is_known && (0..=9999).contains(&found.year)
}

/// `days since 1850-01-01`: the unit and what follows.
fn split(units: &str) -> Option<(String, &str)> {
    let words: Vec<&str> = units.splitn(3, char::is_whitespace).collect();
    match words.as_slice() {
        [unit, since, rest] if since.eq_ignore_ascii_case("since") => {
            Some((unit.to_ascii_lowercase(), rest.trim()))
        }
        _ => None,
    }
}

/// The date without its zone, which can only be UTC.
fn utc(since: &str) -> Result<&str, &'static str> {
    let zones = [
        "Z", "UTC", "GMT", "+00:00", "+0:00", "+0000", "+00", "-00:00", "+0",
    ];
    let zoneless = zones.iter().find_map(|zone| since.strip_suffix(zone));
    let since = zoneless.unwrap_or(since).trim_end();
    let time = since.split_once(['T', ' ']).map_or("", |(_, time)| time);
    if time.contains(['+', '-']) {
        return Err("a zone other than UTC");
    }
    Ok(since)
}

/// Units below a second in seconds.
fn parts(unit: &str) -> (&str, f64) {
    match unit {
        "millisecond" | "milliseconds" | "msec" | "ms" => ("seconds", 1e3),
        "microsecond" | "microseconds" | "us" => ("seconds", 1e6),
        "nanosecond" | "nanoseconds" | "ns" => ("seconds", 1e9),
        "sec" | "secs" => ("seconds", 1.0),
        "mins" => ("minutes", 1.0),
        "hrs" => ("hours", 1.0),
        unit => (unit, 1.0),
    }
}

/// The decoder's word on a text that may be anybody's.
fn said(error: &netcdf_reader::Error) -> String {
    let text: String = error.to_string().chars().take(200).collect();
    text.escape_debug().to_string()
}

const MILLISECOND: u32 = 1_000_000;
/// Names, and whether dates after 1582 are those of everybody's calendar.
const CALENDARS: [(&str, &str, CfCalendar, bool); 9] = [
    ("standard", "standard", CfCalendar::Standard, true),
    ("gregorian", "standard", CfCalendar::Standard, true),
    (
        "proleptic_gregorian",
        "proleptic_gregorian",
        CfCalendar::ProlepticGregorian,
        true,
    ),
    ("noleap", "noleap", CfCalendar::NoLeap, false),
    ("365_day", "noleap", CfCalendar::NoLeap, false),
    ("all_leap", "all_leap", CfCalendar::AllLeap, false),
    ("366_day", "all_leap", CfCalendar::AllLeap, false),
    ("360_day", "360_day", CfCalendar::Day360, false),
    ("julian", "julian", CfCalendar::Julian, false),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::Duration;

    use super::{
        super::super::array::{Attribute, Element},
        *,
    };

    fn array(units: &str, calendar: &str) -> Array {
        let attributes = [("units", units), ("calendar", calendar)];
        let attributes =
            attributes.map(|(name, text)| (name.to_owned(), Attribute::Text(text.to_owned())));
        Array {
            name: "time".to_owned(),
            dimensions: Vec::new(),
            element: Element::Float(64),
            attributes: attributes.into_iter().collect(),
            unwritten: None,
        }
    }

    fn time(units: &str, calendar: &str, number: f64) -> Result<String, FormatError> {
        let array = array(units, calendar);
        let reference = Reference::of(&array)?.expect("units of time");
        reference
            .times(&array, &[number])
            .map(|times| times.concat())
    }

    #[test]
    fn each_calendar_counts_its_own_days() {
        for (calendar, days, expected) in [
            ("standard", 60.0, "2000-03-01T00:00:00Z"),
            ("noleap", 59.0, "2000-03-01T00:00:00Z"),
            ("365_day", 365.25, "2001-01-01T06:00:00Z"),
            ("all_leap", 366.0, "2001-01-01T00:00:00Z"),
            ("360_day", 360.0, "2001-01-01T00:00:00Z"),
            ("julian", -36_524.0, "1900-01-02T00:00:00Z"),
            ("proleptic_gregorian", -152_671.0, "1582-01-01T00:00:00Z"),
        ] {
            let found = time("days since 2000-01-01", calendar, days).unwrap();
            assert_eq!(found, expected, "{calendar}");
        }
        for calendar in ["all_leap", "360_day"] {
            let error = time("days since 2001-01-01", calendar, 59.0).err();
            let is_refused = error.is_some_and(|error| {
                error.to_string().contains("2001-02-29") || error.to_string().contains("2001-02-30")
            });
            assert!(is_refused, "{calendar}");
        }
    }

    #[test]
    fn digits_that_a_double_lacks_are_rounded_away() {
        for (units, number, expected) in [
            (
                "days since 1850-01-01",
                54_786.0 + 1.0 / 3.0,
                "2000-01-01T08:00:00Z",
            ),
            (
                "hours since 1900-1-1 0:0:0",
                876_576.1,
                "2000-01-01T00:06:00Z",
            ),
            (
                "seconds since 1970-01-01T00:00:00Z",
                1.5,
                "1970-01-01T00:00:01.500Z",
            ),
            (
                "nanoseconds since 1970-01-01 00:00:00 UTC",
                1e15,
                "1970-01-12T13:46:40Z",
            ),
        ] {
            assert_eq!(
                time(units, "standard", number).unwrap(),
                expected,
                "{units}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_day_of_the_civil_calendar_is_that_day(days in -700_000..2_900_000_i32) {
            let epoch = Date::from_calendar_date(2000, Month::January, 1).unwrap();
            let expected = epoch + Duration::days(i64::from(days));
            let found = time("days since 2000-01-01", "proleptic_gregorian", f64::from(days)).unwrap();
            prop_assert_eq!(found, format!("{expected}T00:00:00Z"));
        }

        #[test]
        fn no_units_and_no_number_are_too_much(
            unit in "(days|hours|months|years|seconds|ms|.{0,8})",
            since in "([0-9-]{0,12}[ T]?[0-9:.+-]{0,12}Z?|.{0,20})",
            number in any::<f64>(),
        ) {
            for calendar in ["standard", "360_day", "noleap", "julian"] {
                let array = array(&format!("{unit} since {since}"), calendar);
                if let Ok(Some(reference)) = Reference::of(&array) {
                    let _ = reference.times(&array, &[number]);
                }
            }
        }
    }
}
