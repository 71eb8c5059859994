//! What is wrong with a configuration, and where.

use std::{fmt, path::PathBuf};

use super::Place;

/// How bad a finding is; worse sorts first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// perild does not start.
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
    Syntax(Fault),
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
