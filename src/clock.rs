//! The one place that asks the system for the time; every check is handed a [`Timestamp`].

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustls_pki_types::UnixTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Whole seconds since 1970-01-01T00:00:00Z, as `NumericDate` counts them (RFC 7519 §2).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The system's time, read now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now() -> Self {
        Self::from(SystemTime::now())
    }

    /// The time `seconds` after the epoch; negative before it.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// This time moved later by `duration`, at most to the end of what can be counted.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(duration.as_secs()))
    }

    /// This time moved earlier by `duration`, at most to the beginning of what can be counted.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub_unsigned(duration.as_secs()))
    }

    /// Time from this one until `later`; zero when `later` has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_secs(u64::try_from(later.0.saturating_sub(self.0)).unwrap_or(0))
    }

    /// The same moment for path validation; a time before the epoch counts as the epoch.
    #[must_use]
    pub fn unix_time(self) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(self.0).unwrap_or(0)))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
        };
        Self(seconds)
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, or the bare count when the year does not fit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use time::format_description::well_known::Rfc3339;
        let text = time::OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            None => write!(f, "@{}", self.0),
        }
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z, where the order within a second matters.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Milliseconds(i64);

impl Milliseconds {
    /// The system's time, read now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now() -> Self {
        let count = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()),
            Err(before) => i64::try_from(before.duration().as_millis()).map(|count| -count),
        };
        Self(count.unwrap_or(i64::MAX))
    }

    /// The time `count` milliseconds after the epoch; negative before it.
    #[must_use]
    pub const fn from_count(count: i64) -> Self {
        Self(count)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn count(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339, with or without an offset of its own; what is finer than a millisecond is left out.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        use time::format_description::well_known::Rfc3339;
        let moment = time::OffsetDateTime::parse(text, &Rfc3339).ok()?;
        let count = moment.unix_timestamp_nanos().div_euclid(1_000_000);
        i64::try_from(count).ok().map(Self)
    }
}

impl fmt::Display for Milliseconds {
    /// RFC 3339 in UTC with three decimals, or the bare count when the year does not fit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanoseconds = i128::from(self.0) * 1_000_000;
        let Ok(moment) = time::OffsetDateTime::from_unix_timestamp_nanos(nanoseconds) else {
            return write!(f, "@{}", self.0);
        };
        let (year, month, day) = (moment.year(), u8::from(moment.month()), moment.day());
        let (hour, minute, second) = moment.to_hms();
        let thousandths = moment.millisecond();
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{thousandths:03}Z"
        )
    }
}

impl Serialize for Milliseconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Milliseconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("no time of RFC 3339"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_prints_as_rfc_3339() {
        assert_eq!(
            Timestamp::from_seconds(1_768_478_400).to_string(),
            "2026-01-15T12:00:00Z"
        );
    }

    #[test]
    fn milliseconds_print_as_rfc_3339_and_are_read_again() {
        for (count, text) in [
            (1_768_478_400_007, "2026-01-15T12:00:00.007Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            let time = Milliseconds::from_count(count);
            assert_eq!(time.to_string(), text);
            assert_eq!(Milliseconds::parse(text), Some(time));
        }
        let offset = Milliseconds::parse("2026-01-15T13:00:00.0079+01:00");
        assert_eq!(offset, Some(Milliseconds::from_count(1_768_478_400_007)));
        for other in ["", "2026-01-15", "yesterday", "2026-01-15T12:00:00"] {
            assert_eq!(Milliseconds::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_time_until_a_past_moment_is_zero() {
        let (early, late) = (Timestamp::from_seconds(10), Timestamp::from_seconds(15));
        assert_eq!(early.until(late), Duration::from_secs(5));
        assert_eq!(late.until(early), Duration::ZERO);
    }
}
