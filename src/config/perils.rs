//! Limits of requests for peril values: `[perils]`.

use serde::Deserialize;

use super::forms;

/// `[perils]`
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct PerilLimits {
    /// Places in one request of `/v1/location`.
    #[serde(deserialize_with = "forms::positive")]
    pub max_places: u64,
    /// Places in one request of the old `/location`.
    #[serde(deserialize_with = "forms::positive")]
    pub max_contract_places: u64,
    /// Bytes of one request's body.
    #[serde(deserialize_with = "forms::positive")]
    pub max_body_bytes: u64,
    /// Bytes of a body that are kept in memory; the rest waits in a file below `paths.state`.
    #[serde(deserialize_with = "forms::positive")]
    pub body_memory_bytes: u64,
    /// Bodies beyond 64 KiB that may be held at once.
    #[serde(deserialize_with = "forms::positive")]
    pub max_bodies: u64,
    /// Columns of a CSV body.
    #[serde(deserialize_with = "forms::positive")]
    pub max_columns: u64,
    /// Bytes of the names of these columns together.
    #[serde(deserialize_with = "forms::positive")]
    pub max_header_bytes: u64,
    /// Places times the columns and values that each of them has.
    #[serde(deserialize_with = "forms::positive")]
    pub max_cells: u64,
    /// Bytes of an answer, as they are estimated before it begins.
    #[serde(deserialize_with = "forms::positive")]
    pub max_answer_bytes: u64,
    /// Farthest that a valid cell may be looked for, in kilometres.
    pub max_radius_km: u32,
    /// Cells of the grid that one request may have looked through for that.
    #[serde(deserialize_with = "forms::positive")]
    pub max_search_cells: u64,
    /// Long answers that may be under way at once.
    #[serde(deserialize_with = "forms::positive")]
    pub max_streams: u64,
}

impl Default for PerilLimits {
    fn default() -> Self {
        Self {
            max_places: 1_000_000,
            max_contract_places: 10_000,
            max_body_bytes: 256 * 1024 * 1024,
            body_memory_bytes: 1024 * 1024,
            max_bodies: 64,
            max_columns: 1_000,
            max_header_bytes: 32 * 1024,
            max_cells: 200_000_000,
            max_answer_bytes: 64 * 1024 * 1024 * 1024,
            max_radius_km: 200,
            max_search_cells: 100_000_000,
            max_streams: 32,
        }
    }
}
