//! What a store says about itself.

use serde::{Deserialize, Serialize};

use super::{Column, GridShape, Peril};

/// Everything that stands in a store's metadata under `perild`, as JSON.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct About {
    /// Which import made it.
    pub version: StoreVersion,
    /// Where the values come from, in the publisher's words; empty when nobody said.
    pub source: String,
    /// Under which terms they may be used; empty when nobody said.
    pub licence: String,
    /// Whether any of the values are made up.
    pub synthetic: bool,
    /// Where the cells lie.
    pub grid: GridShape,
    /// Cells for which some source has a line.
    pub cells_on_grid: u64,
    /// Cells with a value other than [`Value::NotCovered`](super::Value::NotCovered): rows of the store.
    pub rows: u32,
    /// What each imported peril was read from, in record order.
    pub perils: Vec<Provenance>,
    /// One for each of the 96 columns, in their order.
    pub statistics: Vec<ColumnStatistics>,
}

/// Which import made a store.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StoreVersion {
    /// Higher for each import; at least the import's time in seconds.
    pub id: u64,
    /// When, in seconds since 1970.
    pub imported_at: i64,
}

/// What one peril was read from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Provenance {
    /// [`Peril::name`].
    pub peril: String,
    /// The file's name, or the database and table.
    pub source: String,
    /// Whether its values are made up.
    pub synthetic: bool,
    /// Lines with a cell.
    pub rows: u64,
    /// Those with at least one value.
    pub cells_with_data: u64,
}

/// What one column holds; values in millionths of its unit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ColumnStatistics {
    /// [`Column::name`].
    pub column: String,
    /// Cells with a number.
    pub known: u64,
    /// Cells marked as not applicable.
    pub not_applicable: u64,
    /// Lines of the source that leave it empty.
    pub not_covered: u64,
    /// The lowest number; none when there is no number.
    pub min: Option<i64>,
    /// The mean of the numbers, rounded to the nearest millionth.
    pub mean: Option<i64>,
    /// The highest number.
    pub max: Option<i64>,
}

impl About {
    /// What `peril` was read from; none when it was not imported.
    #[must_use]
    pub fn provenance(&self, peril: Peril) -> Option<&Provenance> {
        self.perils
            .iter()
            .find(|provenance| provenance.peril == peril.name())
    }

    /// What `column` holds.
    #[must_use]
    pub fn statistics(&self, column: Column) -> Option<&ColumnStatistics> {
        self.statistics.get(column.index())
    }
}
