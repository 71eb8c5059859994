//! The one place that asks the system for the time; every check is handed a [`Timestamp`].

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustls_pki_types::UnixTime;

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
    fn the_time_until_a_past_moment_is_zero() {
        let (early, late) = (Timestamp::from_seconds(10), Timestamp::from_seconds(15));
        assert_eq!(early.until(late), Duration::from_secs(5));
        assert_eq!(late.until(early), Duration::ZERO);
    }
}
