//! Files of the publisher's that lie in the folder and that nobody can have.

use std::sync::Arc;

use crate::{
    config::{Config, Finding, SettingPlaces, Severity},
    dataset::{Files, READABLE, Withheld},
};

/// One finding for each such file, up to ten of them, or one for a folder that cannot be used.
pub(super) fn findings(config: &Config, places: &SettingPlaces) -> Vec<Finding> {
    let root = &config.paths.shared_data;
    if !root.is_dir() {
        // That is said by what is examined before a start.
        return Vec::new();
    }
    let warning = |finding: String, remedy: &str| {
        Finding::new(
            Severity::Warning,
            places.of("paths.shared_data"),
            finding,
            remedy,
        )
    };
    let withheld = match Files::new(root.clone(), Arc::default(), 0, false).withheld() {
        Ok(withheld) => withheld,
        Err(error) => {
            let finding = format!("{CANNOT_READ} the folder {}: {error}", root.display());
            return vec![warning(finding, READABLE)];
        }
    };
    let count = withheld.len();
    let mut findings: Vec<_> = withheld
        .into_iter()
        .take(MOST_NAMED)
        .map(|(name, reason)| {
            let path = root.join(name);
            let path = path.display();
            match reason {
                Withheld::LeadsAway => warning(
                    format!("{path} is {reason}: it is not published"),
                    "put the file itself there, or mount its folder there",
                ),
                Withheld::Unreadable(error) => warning(
                    format!("{CANNOT_READ} {path}: {error}; whoever asks for it gets 503"),
                    READABLE,
                ),
            }
        })
        .collect();
    if count > MOST_NAMED {
        let more = count - MOST_NAMED;
        let finding = format!("{CANNOT_READ} {more} more files of {}", root.display());
        findings.push(warning(finding, READABLE));
    }
    findings
}

/// Beginnings of findings that the daemon's user may have and root does not.
pub(super) const CANNOT_READ: &str = "perild cannot read";

const MOST_NAMED: usize = 10;
