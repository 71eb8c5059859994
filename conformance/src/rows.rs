//! The rows: what perild is held to.

use serde::Deserialize;

/// `docs/conformance-rows.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    pub sections: Vec<Section>,
}

/// One subject.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub title: String,
    pub rows: Vec<Row>,
}

/// One requirement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub id: String,
    pub clause: String,
    pub says: String,
    /// Why the row has no test; with a test it is a fault.
    pub argued: Option<String>,
    /// What of the row its tests do not show, and why; without a test it is a fault.
    pub in_part: Option<String>,
}

impl Rows {
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
