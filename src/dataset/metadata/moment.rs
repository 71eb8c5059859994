//! Dates and times of metadata: RFC 3339, a date alone where no time of day is meant.

use std::fmt;

use time::{
    Date, OffsetDateTime, UtcDateTime, format_description::well_known::Rfc3339,
    macros::format_description,
};

use crate::clock::Timestamp;

/// A day, or a moment in UTC.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Moment {
    time: Timestamp,
    is_day: bool,
}

impl Moment {
    /// Reads `2026-01-31`, or `2026-01-31T12:00:00Z` with any offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(day) = Date::parse(text, format_description!("[year]-[month]-[day]")) {
            let time = UtcDateTime::new(day, time::Time::MIDNIGHT).unix_timestamp();
            return Some(Self {
                time: Timestamp::from_seconds(time),
                is_day: true,
            });
        }
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(Self::at(Timestamp::from_seconds(time.unix_timestamp())))
    }

    /// The moment `time`.
    #[must_use]
    pub const fn at(time: Timestamp) -> Self {
        Self {
            time,
            is_day: false,
        }
    }

    /// The moment, or the day's first one.
    #[must_use]
    pub const fn time(self) -> Timestamp {
        self.time
    }

    /// `true` when no time of day is meant.
    #[must_use]
    pub const fn is_day(self) -> bool {
        self.is_day
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.time.to_string();
        let day = text.split_once('T').map(|(day, _)| day);
        f.write_str(day.filter(|_| self.is_day).unwrap_or(&text))
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stays_a_day_and_a_moment_is_told_in_utc() {
        for (text, told) in [
            ("2026-01-31", "2026-01-31"),
            ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z"),
            ("1969-12-31", "1969-12-31"),
        ] {
            assert_eq!(Moment::parse(text).unwrap().to_string(), told);
        }
        for text in [
            "",
            "2026",
            "2026-02-30",
            "31.01.2026",
            "2026-01-31 12:00",
            "2026-01-31T12:00:00",
            "99999-01-01",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
