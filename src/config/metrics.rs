//! `[metrics]`: where the numbers for Prometheus can be read.

use serde::{Deserialize, Deserializer, de};

use crate::edge::Loopback;

/// `[metrics]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Where `/metrics` answers when systemd hands no socket over for it; none: nowhere.
    #[serde(deserialize_with = "optional_loopback")]
    pub listen: Option<Loopback>,
}

fn optional_loopback<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Loopback>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(de::Error::custom)
}
