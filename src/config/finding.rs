//! Findings about a configuration, with their places.

use std::{fmt, path::PathBuf, time::Duration};

use super::SettingPlace;
use crate::clock::Timestamp;

/// Severity of a finding; worse sorts first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// perild does not start, or would serve what nobody published.
    Error,
    /// perild starts, and somebody should look.
    Warning,
    /// As it should be.
    Fine,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Fine => "ok",
        })
    }
}

/// Something that a start has to wait for, and that may come about without a person.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Awaited {
    /// A clock that is set right: by it, what is shown to the directory has ended.
    Clock,
    /// A file that is not there yet, or whose disk does not answer.
    File,
    /// The same of a folder, which a mount may bring.
    Folder,
    /// An account that a name service may bring.
    User,
}

impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clock => "past its end by this machine's clock",
            Self::File => "a file that cannot be had yet",
            Self::Folder => "a folder that cannot be had yet",
            Self::User => "users of whom none is known yet",
        })
    }
}

/// Finding about a setting: its place, what is so, and what to do.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Finding {
    /// Its severity.
    pub severity: Severity,
    /// File and line, or the environment variable.
    pub place: SettingPlace,
    /// The finding.
    pub finding: String,
    /// The remedy; empty when there is nothing to do.
    pub remedy: String,
    /// When what it speaks of ends, if that has an end: a certificate or a revocation list.
    pub ends: Option<Timestamp>,
    /// The event that would mend it without a person; none where only a person can.
    pub awaits: Option<Awaited>,
}

impl Finding {
    /// A finding without an end; an empty `remedy` when there is nothing to do.
    #[must_use]
    pub fn new(
        severity: Severity,
        place: SettingPlace,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            place,
            finding: finding.into(),
            remedy: remedy.into(),
            ends: None,
            awaits: None,
        }
    }

    /// The same finding, which `awaited` would mend.
    #[must_use]
    pub fn awaiting(self, awaited: Option<Awaited>) -> Self {
        Self {
            awaits: awaited,
            ..self
        }
    }

    /// Finding on the end of `what`: past its `end` with severity `ended`, and a warning from 30 days before.
    #[must_use]
    pub fn of_end(
        place: SettingPlace,
        what: &str,
        end: Timestamp,
        now: Timestamp,
        ended: Severity,
        remedy: &str,
    ) -> Self {
        let days = now.until(end).as_secs() / SECONDS_A_DAY;
        let is_near = days <= Self::notice(None).as_secs() / SECONDS_A_DAY;
        let severity = end_severity(is_near, end <= now, ended);
        Self::ending(
            place,
            what,
            (end, &format!("{days} days")),
            severity,
            remedy,
        )
    }

    /// Finding on the end of what is `renewed` in short periods: a warning when a fifth of its period is left.
    ///
    /// A list of a day that ends in twenty hours is new, and one of a year that ends in twenty days
    /// is not: no fixed time before the end suits both.
    #[must_use]
    pub fn of_period(
        place: SettingPlace,
        what: &str,
        period: (Timestamp, Timestamp),
        now: Timestamp,
        ended: Severity,
        remedy: &str,
    ) -> Self {
        let (_, end) = period;
        let notice = Self::notice(Some(period));
        let left = now.until(end);
        let severity = end_severity(left <= notice, end <= now, ended);
        let hours = left.as_secs() / 3600;
        let left = match hours {
            0 => format!("{} minutes", left.as_secs() / 60),
            1..48 => format!("{hours} hours"),
            _ => format!("{} days", hours / 24),
        };
        Self::ending(place, what, (end, &left), severity, remedy)
    }

    /// Time before its end from which on it is warned of: 30 days, or the last fifth of a shorter `period`.
    #[must_use]
    pub fn notice(period: Option<(Timestamp, Timestamp)>) -> Duration {
        period.map_or(LONGEST_NOTICE, |(from, end)| {
            (from.until(end) / 5).min(LONGEST_NOTICE)
        })
    }

    fn ending(
        place: SettingPlace,
        what: &str,
        (end, left): (Timestamp, &str),
        (severity, has_ended): (Severity, bool),
        remedy: &str,
    ) -> Self {
        let finding = match severity {
            _ if has_ended => format!("{what} ended at {end}"),
            Severity::Fine => format!("{what} is good for {left}"),
            _ => format!("{what} ends in {left}, at {end}"),
        };
        let remedy = if severity == Severity::Fine {
            ""
        } else {
            remedy
        };
        Self {
            ends: Some(end),
            ..Self::new(severity, place, finding, remedy)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<7} {}: {}", self.severity, self.place, self.finding)?;
        if self.remedy.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", self.remedy)
        }
    }
}

/// Reason why there is no configuration; every case is exit code 78.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// One finding or more of [`Severity::Error`].
    #[error("{}", lines(.0))]
    Faults(Vec<Finding>),
    /// The text is not TOML, a key is unknown or missing, or a value has another type.
    #[error("{0}")]
    Syntax(Box<Finding>),
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}; give another with --config FILE or PERILD_CONFIG", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
}

/// The severity of something that ends, and whether it has.
fn end_severity(is_near: bool, has_ended: bool, ended: Severity) -> (Severity, bool) {
    let severity = match (has_ended, is_near) {
        (true, _) => ended,
        (false, true) => Severity::Warning,
        (false, false) => Severity::Fine,
    };
    (severity, has_ended)
}

fn lines(faults: &[Finding]) -> String {
    faults
        .iter()
        .map(Finding::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

const SECONDS_A_DAY: u64 = 86_400;

const LONGEST_NOTICE: Duration = Duration::from_secs(30 * SECONDS_A_DAY);

#[cfg(test)]
mod tests {
    use super::*;

    /// Finding on something renewed each `period` hours which ends in `left` hours.
    fn of_period(period: i64, left: i64) -> String {
        let now = Timestamp::from_seconds(1_768_478_400);
        let end = Timestamp::from_seconds(now.seconds() + left * 3600);
        let from = Timestamp::from_seconds(end.seconds() - period * 3600);
        let place = SettingPlace::Outside("test".to_owned());
        let fault = Finding::of_period(place, "it", (from, end), now, Severity::Warning, "renew");
        fault.to_string()
    }

    #[test]
    fn an_end_is_near_in_proportion_to_the_period() {
        let day = 24;
        for (period, fine, near) in [
            (6, 2, 1),
            (day, 20, 4),
            (7 * day, 2 * day, day),
            (30 * day, 7 * day, 6 * day),
            (365 * day, 31 * day, 20 * day),
            (3_650 * day, 31 * day, 30 * day),
        ] {
            let said = of_period(period, fine);
            assert!(
                said.starts_with("ok ") && said.contains("is good for"),
                "{said}"
            );
            let said = of_period(period, near);
            assert!(
                said.starts_with("warning") && said.ends_with("; renew"),
                "{said}"
            );
        }
        let said = of_period(day, 0);
        assert!(
            said.contains("it ended at 2026-01-15T12:00:00Z; renew"),
            "{said}"
        );
    }

    #[test]
    fn what_is_left_is_said_in_the_unit_that_tells() {
        for (period, left, expected) in [
            (24, 4, "it ends in 4 hours, at 2026-01-15T16:00:00Z"),
            (24, 20, "it is good for 20 hours"),
            (720, 240, "it is good for 10 days"),
        ] {
            let said = of_period(period, left);
            assert!(said.contains(expected), "{said}");
        }
    }
}
