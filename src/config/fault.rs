//! What is wrong with a configuration, and where.

use std::{fmt, path::PathBuf};

use super::Place;
use crate::clock::Timestamp;

/// How bad a finding is; worse sorts first.
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

/// One finding: where it stands, what is so, and what to do.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// File and line, or the environment variable.
    pub place: Place,
    /// What is so.
    pub finding: String,
    /// What to do about it; empty when there is nothing to do.
    pub remedy: String,
    /// When what it speaks of ends, if that has an end: a certificate or a revocation list.
    pub ends: Option<Timestamp>,
}

impl Fault {
    /// A finding without an end; an empty `remedy` when there is nothing to do.
    #[must_use]
    pub fn new(
        severity: Severity,
        place: Place,
        finding: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            place,
            finding: finding.into(),
            remedy: remedy.into(),
            ends: None,
        }
    }

    /// How long `what` is good: past its `end` with severity `ended`, and a warning from 30 days before.
    #[must_use]
    pub fn of_end(
        place: Place,
        what: &str,
        end: Timestamp,
        now: Timestamp,
        ended: Severity,
        remedy: &str,
    ) -> Self {
        let days = now.until(end).as_secs() / SECONDS_A_DAY;
        let (severity, finding) = if end <= now {
            (ended, format!("{what} ended at {end}"))
        } else if days <= 30 {
            let finding = format!("{what} ends in {days} days, at {end}");
            (Severity::Warning, finding)
        } else {
            let finding = format!("{what} is good for {days} days");
            (Severity::Fine, finding)
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<7} {}: {}", self.severity, self.place, self.finding)?;
        if self.remedy.is_empty() {
            Ok(())
        } else {
            write!(f, "; {}", self.remedy)
        }
    }
}

/// Why there is no configuration; every case is exit code 78.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// One finding or more of [`Severity::Error`].
    #[error("{}", lines(.0))]
    Faults(Vec<Fault>),
    /// The text is not TOML, a key is unknown or missing, or a value has another type.
    #[error("{0}")]
    Syntax(Box<Fault>),
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}; give another with --config FILE or PERILD_CONFIG", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

fn lines(faults: &[Fault]) -> String {
    faults
        .iter()
        .map(Fault::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

const SECONDS_A_DAY: u64 = 86_400;
