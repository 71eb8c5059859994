//! `[import]`: imports that nobody asks for.

use std::path::PathBuf;

use serde::Deserialize;

use super::forms;

/// Imports by the daemon itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ImportSettings {
    /// Octets of the files of one table that is imported at a start or a reload; 0: none is.
    pub unattended_bytes: u64,
    /// PEM bundle: who issues the certificates of databases; none: whom the system trusts.
    #[serde(deserialize_with = "forms::optional_path")]
    pub database_trust_anchors: Option<PathBuf>,
    /// Passwords of databases, in the form of `~/.pgpass`; none: that file.
    #[serde(deserialize_with = "forms::optional_path")]
    pub database_passfile: Option<PathBuf>,
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self {
            unattended_bytes: 64 * 1024 * 1024,
            database_trust_anchors: None,
            database_passfile: None,
        }
    }
}
