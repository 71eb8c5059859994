//! Days and times as people and programs write them.

use std::fmt;

use jiff::{civil, tz::TimeZone};

/// The form in which a column has its days or times: a column has one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct MomentForm {
    pub(super) order: Order,
    pub(super) separator: u8,
    pub(super) clock: Clock,
}

/// The order of day, month and year.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Order {
    /// 2026-01-31.
    YearFirst,
    /// 31/01/2026.
    DayFirst,
    /// 01/31/2026.
    MonthFirst,
    /// 01/02/2026, which could be either.
    Either,
    /// 20260131.
    Compact,
}

/// The time of the day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Clock {
    /// None: a day.
    None,
    /// Without its distance from UTC.
    Local,
    /// With its distance from UTC.
    Offset,
}

/// A day and a time, taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Parts {
    year: i32,
    month: u8,
    day: u8,
    /// Of the day, in milliseconds.
    time: i64,
    /// East of UTC, in milliseconds.
    offset: Option<i64>,
    /// There was more than milliseconds.
    is_finer: bool,
}

/// Reasons for which a text is no instant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoInstant {
    /// Not of the form.
    Form,
    /// A time that the clock shows twice.
    Fold,
    /// A time that the clock does not show.
    Gap,
}

/// An instant: milliseconds since 1970, and whether something finer was cut off.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Instant {
    pub(super) ms: i64,
    pub(super) is_cut: bool,
}

impl MomentForm {
    /// The form that `text` has, if it is a day or a time.
    pub(super) fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        // The least that a day has; most texts end here.
        if bytes.len() < 8 || !bytes.first()?.is_ascii_digit() {
            return None;
        }
        let separator = *bytes.iter().find(|octet| !octet.is_ascii_digit())?;
        let year_first = bytes.get(4) == Some(&separator);
        let clock = |form: Self| {
            let clocks = [Clock::None, Clock::Local, Clock::Offset];
            let mut forms = clocks.into_iter().map(|clock| Self { clock, ..form });
            forms.find(|form| form.parts(text).is_some())
        };
        let with = |order| {
            clock(Self {
                order,
                separator,
                clock: Clock::None,
            })
        };
        match separator {
            b'-' | b'/' if year_first => with(Order::YearFirst),
            b'.' => with(Order::DayFirst),
            b'-' | b'/' => match (with(Order::DayFirst), with(Order::MonthFirst)) {
                (Some(form), Some(_)) => Some(Self {
                    order: Order::Either,
                    ..form
                }),
                (one, other) => one.or(other),
            },
            _ => None,
        }
    }

    /// The text has this form and no other: the year comes first.
    pub(super) fn is_sure_of(self, text: &str) -> bool {
        self.order == Order::YearFirst && self.parts(text).is_some()
    }

    /// The form that takes what both take, if there is one.
    pub(super) fn with(self, other: Self) -> Option<Self> {
        let order = match (self.order, other.order) {
            (one, other) if one == other => one,
            (Order::Either, order @ (Order::DayFirst | Order::MonthFirst))
            | (order @ (Order::DayFirst | Order::MonthFirst), Order::Either) => order,
            _ => return None,
        };
        let is_same = (self.separator, self.clock) == (other.separator, other.clock);
        is_same.then_some(Self { order, ..self })
    }

    /// The day of `text`, counted from 1970.
    pub(super) fn day(self, text: &str) -> Option<i32> {
        let parts = self.parts(text)?;
        (self.clock == Clock::None).then(|| days(parts.year, parts.month, parts.day))?
    }

    /// The instant of `text`; in `zone` where it says no distance from UTC.
    pub(super) fn instant(self, text: &str, zone: Option<&TimeZone>) -> Result<Instant, NoInstant> {
        let parts = self.parts(text).ok_or(NoInstant::Form)?;
        let day = days(parts.year, parts.month, parts.day).ok_or(NoInstant::Form)?;
        let local = i64::from(day) * DAY + parts.time;
        let ms = match (parts.offset, zone) {
            (Some(offset), _) => local - offset,
            (None, None) => return Err(NoInstant::Form),
            (None, Some(zone)) => in_zone(local, zone)?,
        };
        Ok(Instant {
            ms,
            is_cut: parts.is_finer,
        })
    }

    fn parts(self, text: &str) -> Option<Parts> {
        let bytes = text.as_bytes();
        let (year, month, day, rest) = match self.order {
            Order::Compact => {
                let year = digits(bytes.get(..4)?)?;
                let month = digits(bytes.get(4..6)?)?;
                (year, month, digits(bytes.get(6..8)?)?, bytes.get(8..)?)
            }
            Order::YearFirst => {
                let (year, rest) = number(bytes, 4, 4)?;
                let (month, rest) = number(behind(rest, self.separator)?, 1, 2)?;
                let (day, rest) = number(behind(rest, self.separator)?, 1, 2)?;
                (year, month, day, rest)
            }
            Order::DayFirst | Order::MonthFirst | Order::Either => {
                let (first, rest) = number(bytes, 1, 2)?;
                let (second, rest) = number(behind(rest, self.separator)?, 1, 2)?;
                let (year, rest) = number(behind(rest, self.separator)?, 4, 4)?;
                match self.order {
                    Order::MonthFirst => (year, first, second, rest),
                    _ => (year, second, first, rest),
                }
            }
        };
        let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
        let year = i32::try_from(year).ok()?;
        days(year, month, day)?;
        let (time, offset, is_finer) = match self.clock {
            Clock::None => rest.is_empty().then_some((0, None, false))?,
            Clock::Local => {
                let (time, is_finer, rest) = clock(rest)?;
                rest.is_empty().then_some((time, None, is_finer))?
            }
            Clock::Offset => {
                let (time, is_finer, rest) = clock(rest)?;
                (time, Some(offset(rest)?), is_finer)
            }
        };
        Some(Parts {
            year,
            month,
            day,
            time,
            offset,
            is_finer,
        })
    }
}

impl fmt::Display for MomentForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = char::from(self.separator);
        match self.order {
            Order::YearFirst => write!(f, "YYYY{separator}MM{separator}DD")?,
            Order::DayFirst | Order::Either => write!(f, "DD{separator}MM{separator}YYYY")?,
            Order::MonthFirst => write!(f, "MM{separator}DD{separator}YYYY")?,
            Order::Compact => f.write_str("YYYYMMDD")?,
        }
        f.write_str(match self.clock {
            Clock::None => "",
            Clock::Local => " hh:mm",
            Clock::Offset => "Thh:mmZ",
        })
    }
}

/// The instant of a local time, both in milliseconds since 1970.
pub(super) fn in_zone(local: i64, zone: &TimeZone) -> Result<i64, NoInstant> {
    let (day, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
    let epoch = civil::date(1970, 1, 1).at(0, 0, 0, 0);
    let span = jiff::Span::new().try_days(day);
    let span = span.and_then(|span| span.try_milliseconds(time));
    let moment = span.and_then(|span| epoch.checked_add(span));
    let moment = moment.ok().ok_or(NoInstant::Form)?;
    let found = zone.to_ambiguous_timestamp(moment);
    match found.offset() {
        jiff::tz::AmbiguousOffset::Unambiguous { .. } => {
            let found = found.unambiguous().ok().ok_or(NoInstant::Form)?;
            Ok(found.as_millisecond())
        }
        jiff::tz::AmbiguousOffset::Gap { .. } => Err(NoInstant::Gap),
        jiff::tz::AmbiguousOffset::Fold { .. } => Err(NoInstant::Fold),
    }
}

/// The days from 1970 to a day of the Gregorian calendar; none when there is no such day.
fn days(year: i32, month: u8, day: u8) -> Option<i32> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(is_leap),
        _ => return None,
    };
    if day == 0 || day > last {
        return None;
    }
    // Years that begin in March have their leap day at the end.
    let year = if month < 3 { year - 1 } else { year };
    let month = i32::from(if month < 3 { month + 9 } else { month - 3 });
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + i32::from(day) - 1;
    let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    Some(era * 146_097 + of_era - 719_468)
}

/// A time of the day, in milliseconds; whether it is finer, and what comes behind it.
fn clock(bytes: &[u8]) -> Option<(i64, bool, &[u8])> {
    let (b'T' | b't' | b' ', rest) = bytes.split_first()? else {
        return None;
    };
    let (hour, rest) = number(rest, 1, 2)?;
    let (minute, mut rest) = number(behind(rest, b':')?, 2, 2)?;
    let mut second = 0;
    if let Some(seconds) = behind(rest, b':') {
        (second, rest) = number(seconds, 2, 2)?;
    }
    let (mut ms, mut is_finer) = (0, false);
    if let [b'.' | b',', fraction @ ..] = rest {
        let length = fraction.iter().take_while(|octet| octet.is_ascii_digit());
        let length = length.count();
        if length == 0 {
            return None;
        }
        let (kept, finer) = fraction.get(..length)?.split_at(length.min(3));
        is_finer = finer.iter().any(|digit| *digit != b'0');
        ms = digits(kept)? * [1, 100, 10, 1].get(kept.len()).copied()?;
        rest = fraction.get(length..)?;
    }
    // 24:00 is the end of a day, as meters have it.
    let is_end = hour == 24 && minute == 0 && second == 0 && ms == 0;
    if hour > 23 && !is_end || minute > 59 || second > 59 {
        return None;
    }
    Some((
        ((hour * 60 + minute) * 60 + second) * 1000 + ms,
        is_finer,
        rest,
    ))
}

/// A distance from UTC in milliseconds.
fn offset(bytes: &[u8]) -> Option<i64> {
    let sign = match bytes {
        [b'Z' | b'z'] | [b' ', b'U', b'T', b'C'] => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let (hours, rest) = number(bytes.get(1..)?, 2, 2)?;
    let minutes = match rest {
        [] => 0,
        [b':', minutes @ ..] | minutes => digits(minutes).filter(|_| minutes.len() == 2)?,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn behind(bytes: &[u8], separator: u8) -> Option<&[u8]> {
    let (first, rest) = bytes.split_first()?;
    (*first == separator).then_some(rest)
}

/// A number of `least` to `most` digits, and what comes behind it.
fn number(bytes: &[u8], least: usize, most: usize) -> Option<(i64, &[u8])> {
    let length = bytes
        .iter()
        .take(most)
        .take_while(|octet| octet.is_ascii_digit());
    let length = length.count();
    if length < least {
        return None;
    }
    let (number, rest) = bytes.split_at_checked(length)?;
    Some((digits(number)?, rest))
}

/// The number of a few digits.
fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |number: i64, octet| {
        let digit = octet.is_ascii_digit().then(|| i64::from(*octet - b'0'))?;
        Some(number * 10 + digit)
    })
}

const DAY: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_and_times_are_known_by_their_form() {
        let form = |text| MomentForm::of(text).map(|form| form.to_string());
        for (text, expected) in [
            ("2026-01-31", Some("YYYY-MM-DD")),
            ("2026/01/31", Some("YYYY/MM/DD")),
            ("31/01/2026", Some("DD/MM/YYYY")),
            ("01/31/2026", Some("MM/DD/YYYY")),
            ("31.01.2026", Some("DD.MM.YYYY")),
            ("1-2-2026 10:00", Some("DD-MM-YYYY hh:mm")),
            ("2026-01-31T10:00:00Z", Some("YYYY-MM-DDThh:mmZ")),
            (
                "2026-01-31 10:00:00.123456+01:00",
                Some("YYYY-MM-DDThh:mmZ"),
            ),
            ("2026-01-31 10:00", Some("YYYY-MM-DD hh:mm")),
            ("2026-02-30", None),
            ("32/01/2026", None),
            ("13/13/2026", None),
            ("2026-01-31T25:00Z", None),
            ("2026-01-31T24:01Z", None),
            ("31/01/26", None),
            ("20260131", None),
            ("1.5", None),
            ("07700 900123", None),
            ("2026-01-31x", None),
        ] {
            assert_eq!(form(text).as_deref(), expected, "{text}");
        }
        assert_eq!(MomentForm::of("01/02/2026").unwrap().order, Order::Either);
    }

    #[test]
    fn a_column_has_one_form() {
        let with = |one, other| {
            let (one, other) = (MomentForm::of(one).unwrap(), MomentForm::of(other).unwrap());
            one.with(other).map(|form| form.order)
        };
        assert_eq!(with("01/02/2026", "13/02/2026"), Some(Order::DayFirst));
        assert_eq!(with("01/13/2026", "01/02/2026"), Some(Order::MonthFirst));
        for (one, other) in [
            ("01/13/2026", "13/01/2026"),
            ("2026-01-01", "2026/01/01"),
            ("2026-01-01", "2026-01-01T00:00Z"),
            ("2026-01-01T00:00", "2026-01-01T00:00Z"),
            ("01-02-2026", "01/02/2026"),
        ] {
            assert_eq!(with(one, other), None, "{one} {other}");
        }
    }

    #[test]
    fn times_are_instants_by_their_offset_or_by_the_zone_of_their_column() {
        let instant = |text: &str, zone: Option<&str>| {
            let zone = zone.map(|name| TimeZone::get(name).unwrap());
            MomentForm::of(text)
                .unwrap()
                .instant(text, zone.as_ref())
                .map(|found| found.ms)
        };
        for (text, zone, expected) in [
            ("1970-01-01T00:00:00.5Z", None, Ok(500)),
            ("1970-01-01T01:00:00+01:00", None, Ok(0)),
            ("1970-01-01 00:00 UTC", None, Ok(0)),
            ("1970-01-01T00:00-0130", None, Ok(5_400_000)),
            ("1970-01-01T24:00Z", None, Ok(DAY)),
            ("2026-07-01T12:00", None, Err(NoInstant::Form)),
            (
                "2026-07-01T12:00",
                Some("Europe/London"),
                Ok(1_782_903_600_000),
            ),
            ("2026-07-01T12:00", Some("UTC"), Ok(1_782_907_200_000)),
            (
                "2026-03-29T01:30",
                Some("Europe/London"),
                Err(NoInstant::Gap),
            ),
            (
                "2026-10-25T01:30",
                Some("Europe/London"),
                Err(NoInstant::Fold),
            ),
        ] {
            assert_eq!(instant(text, zone), expected, "{text}");
        }
        let cut = MomentForm::of("1970-01-01T00:00:00.0019Z").unwrap();
        let cut = cut.instant("1970-01-01T00:00:00.0019Z", None).unwrap();
        assert_eq!((cut.ms, cut.is_cut), (1, true));
    }

    proptest! {
        #[test]
        fn days_are_counted_as_the_calendar_has_them(year in 1_i16..9999, month in 0_u8..14, day in 0_u8..33) {
            let signed = |number: u8| i8::try_from(number).unwrap();
            let expected = civil::Date::new(year, signed(month), signed(day)).ok().map(|date| {
                let span = date.since((jiff::Unit::Day, civil::date(1970, 1, 1))).unwrap();
                span.get_days()
            });
            prop_assert_eq!(days(i32::from(year), month, day), expected);
        }

        #[test]
        fn any_text_has_a_form_or_none(text in "[0-9:/. TZ+-]{0,30}") {
            if let Some(form) = MomentForm::of(&text) {
                prop_assert!(form.parts(&text).is_some());
            }
        }
    }
}
