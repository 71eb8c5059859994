//! `[provenance]`: signed records of what left, and for whom.

use std::path::PathBuf;

use serde::Deserialize;

use super::forms;

/// Signed records of what left, and for whom.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProvenanceSettings {
    /// PEM: the signing certificate, then those of its issuers; none: nothing is signed.
    #[serde(deserialize_with = "forms::optional_path")]
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    #[serde(deserialize_with = "forms::optional_path")]
    pub private_key: Option<PathBuf>,
    /// The URL of the trust framework; none: that of the catalogue.
    #[serde(deserialize_with = "forms::optional_text")]
    pub framework: Option<String>,
    /// The recipient that a transfer names.
    pub to: Recipient,
    /// The collections of which records are made; empty: all.
    pub collections: Vec<String>,
    /// Parameters of a query that records tell.
    pub parameters: Vec<String>,
}

/// The recipient that a transfer names (CON-20).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Recipient {
    /// The application.
    #[default]
    Application,
    /// Its member.
    Member,
}

impl Default for ProvenanceSettings {
    fn default() -> Self {
        Self {
            certificate: None,
            private_key: None,
            framework: None,
            to: Recipient::default(),
            collections: Vec::new(),
            parameters: TOLD.map(str::to_owned).to_vec(),
        }
    }
}

/// Parameters that say nothing of a person or a place.
const TOLD: [&str; 16] = [
    "by",
    "crs",
    "datetime",
    "every",
    "f",
    "functions",
    "limit",
    "metrics",
    "parameter-name",
    "perils",
    "properties",
    "resultType",
    "scenarios",
    "statistics",
    "years",
    "zone",
];
