//! The configuration and everything that it names, read for a start or a reload.

use std::path::Path;

use crate::{
    app::{Parts, Previous, examine},
    clock::Timestamp,
    config::{Config, ConfigError, Finding, Severity},
};

/// Findings, and the parts when no error keeps all from being served.
pub(super) struct Examined {
    pub(super) parts: Option<Parts>,
    pub(super) errors: Vec<Finding>,
    warnings: Vec<Finding>,
}

impl Examined {
    /// The parts, with the warnings in the log.
    ///
    /// # Errors
    /// Every finding that keeps them from being used.
    pub(super) fn into_parts(self) -> Result<Parts, ConfigError> {
        for finding in &self.warnings {
            tracing::warn!("{}: {}; {}", finding.place, finding.finding, finding.remedy);
        }
        let parts = self.parts.ok_or(ConfigError::Faults(self.errors.clone()))?;
        // Of single collections: the others are served.
        for finding in &self.errors {
            tracing::error!("{}: {}; {}", finding.place, finding.finding, finding.remedy);
        }
        Ok(parts)
    }
}

/// Reads the configuration and everything that it names, but for what `previous` has read of descriptions.
///
/// # Errors
/// [`ConfigError`] of the configuration itself; what is wrong with what it names is handed back.
pub(super) fn examined(
    path: &Path,
    previous: Option<Previous<'_>>,
) -> Result<(Config, Examined), ConfigError> {
    let (config, places) = Config::read(path)?;
    let found = examine(&config, &places, previous, Timestamp::now());
    let (parts, findings) = (found.parts, found.findings);
    let of = |severity| {
        let found = findings
            .iter()
            .filter(move |found| found.severity == severity);
        found.cloned().collect()
    };
    let examined = Examined {
        parts,
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
    };
    Ok((config, examined))
}
