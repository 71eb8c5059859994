//! The configuration as it is shipped, which has every key, and what does not keep to its form.

use toml::{Table, Value};

use super::{ConfigError, Finding, REFERENCE, SettingPlace, Severity, words};

/// Every key that exists, with a value of its type.
pub(super) fn keys() -> Table {
    let mut reference: Table = toml::from_str(REFERENCE).unwrap_or_default();
    reference.insert("datasets".into(), Value::Array(Vec::new()));
    reference
}

/// Objection of the reader at `place`.
pub(super) fn syntax(place: SettingPlace, complaint: &str) -> ConfigError {
    let (finding, remedy) = words::of(complaint);
    ConfigError::Syntax(Box::new(Finding::new(
        Severity::Error,
        place,
        finding,
        remedy,
    )))
}
