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
    /// Rows that no test names are left out.
    #[serde(default)]
    pub optional: bool,
    pub rows: Vec<Row>,
}

/// One requirement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub id: String,
    pub clause: String,
    pub says: String,
    /// Why the row, or a part of it, has no test.
    pub argued: Option<String>,
}

impl Rows {
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
