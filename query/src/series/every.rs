//! The length of the intervals that a series is summed up by, as a duration of ISO 8601.

use std::{
    fmt::{self, Display},
    str::FromStr,
};

/// The length of an interval: minutes or hours that divide a day, a day, a week, months that divide a year, a year.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Every(pub(super) Length);

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Length {
    /// Fewer than a day has.
    Minutes(u16),
    Day,
    /// From Monday to Sunday.
    Week,
    /// As many as divide a year.
    Months(u8),
}

/// A text that is no such duration.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "a resolution is a duration of ISO 8601: minutes or hours that divide a day (PT15M, PT30M, PT1H), P1D, P1W, \
     months that divide a year (P1M, P3M) or P1Y"
)]
pub struct NoResolution;

impl Every {
    /// The shortest that such an interval is on the calendar, without changes of the clocks, in milliseconds.
    #[must_use]
    pub fn shortest_ms(self) -> u64 {
        match self.0 {
            Length::Minutes(minutes) => u64::from(minutes) * MINUTE,
            Length::Day => DAY,
            Length::Week => 7 * DAY,
            Length::Months(12) => 365 * DAY,
            // From February on: of each number of months the shortest.
            Length::Months(months) => (u64::from(months) * 61 / 2 - 2) * DAY,
        }
    }
}

impl FromStr for Every {
    type Err = NoResolution;

    fn from_str(text: &str) -> Result<Self, NoResolution> {
        let date = text.strip_prefix('P').ok_or(NoResolution)?;
        let length = match date.strip_prefix('T') {
            Some(time) => minutes(time)?,
            None => match number(date)? {
                (1, 'D') => Length::Day,
                (1, 'W') => Length::Week,
                (1, 'Y') => Length::Months(12),
                (months, 'M') if 12_u16.is_multiple_of(months) => {
                    Length::Months(u8::try_from(months).or(Err(NoResolution))?)
                }
                _ => return Err(NoResolution),
            },
        };
        Ok(Self(length))
    }
}

impl Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Length::Minutes(minutes) if minutes.is_multiple_of(60) => {
                write!(f, "PT{}H", minutes / 60)
            }
            Length::Minutes(minutes) => write!(f, "PT{minutes}M"),
            Length::Day => f.write_str("P1D"),
            Length::Week => f.write_str("P1W"),
            Length::Months(12) => f.write_str("P1Y"),
            Length::Months(months) => write!(f, "P{months}M"),
        }
    }
}

fn minutes(text: &str) -> Result<Length, NoResolution> {
    let minutes = match number(text)? {
        (minutes, 'M') => minutes,
        (hours, 'H') => hours.checked_mul(60).ok_or(NoResolution)?,
        _ => return Err(NoResolution),
    };
    if minutes == 0 || minutes >= DAY_MINUTES || !DAY_MINUTES.is_multiple_of(minutes) {
        return Err(NoResolution);
    }
    Ok(Length::Minutes(minutes))
}

/// A number of digits alone, and the letter after it.
fn number(text: &str) -> Result<(u16, char), NoResolution> {
    let mut rest = text.chars();
    let unit = rest.next_back().ok_or(NoResolution)?;
    let digits = rest.as_str();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NoResolution);
    }
    Ok((digits.parse().or(Err(NoResolution))?, unit))
}

const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;
const DAY_MINUTES: u16 = 1_440;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_that_divide_a_day_or_a_year_are_read_and_others_are_not() {
        for (text, expected) in [
            ("PT1M", Some("PT1M")),
            ("PT15M", Some("PT15M")),
            ("PT30M", Some("PT30M")),
            ("PT60M", Some("PT1H")),
            ("PT1H", Some("PT1H")),
            ("PT6H", Some("PT6H")),
            ("P1D", Some("P1D")),
            ("P1W", Some("P1W")),
            ("P1M", Some("P1M")),
            ("P3M", Some("P3M")),
            ("P12M", Some("P1Y")),
            ("P1Y", Some("P1Y")),
            ("", None),
            ("P", None),
            ("PT", None),
            ("1D", None),
            ("p1d", None),
            ("P1", None),
            ("PD", None),
            ("P0M", None),
            ("P2D", None),
            ("P5M", None),
            ("P2Y", None),
            ("P1DT1H", None),
            ("PT0M", None),
            ("PT7M", None),
            ("PT5H", None),
            ("PT24H", None),
            ("PT1S", None),
            ("PT+5M", None),
            ("PT-5M", None),
            ("PT5.5M", None),
            ("PT99999H", None),
            ("PT2000H", None),
            ("P1\u{1d7cf}D", None),
        ] {
            let found = text.parse::<Every>().ok().map(|every| every.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_shortest_of_months_has_a_february() {
        for (text, days) in [
            ("P1D", 1),
            ("P1W", 7),
            ("P1M", 28),
            ("P2M", 59),
            ("P3M", 89),
            ("P4M", 120),
            ("P6M", 181),
            ("P1Y", 365),
        ] {
            let every: Every = text.parse().unwrap();
            assert_eq!(every.shortest_ms(), days * DAY, "{text}");
        }
        assert_eq!("PT30M".parse::<Every>().unwrap().shortest_ms(), 1_800_000);
    }
}
