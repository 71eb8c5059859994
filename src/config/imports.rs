//! `[import]`: imports that nobody asks for.

use serde::Deserialize;

/// Imports by the daemon itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ImportSettings {
    /// Octets of the files of one table that is imported at a start or a reload; 0: none is.
    pub unattended_bytes: u64,
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self {
            unattended_bytes: 64 * 1024 * 1024,
        }
    }
}
