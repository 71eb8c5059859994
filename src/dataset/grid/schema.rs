//! The store's layout in Arrow; `docs/store.md` describes it for other readers.

use std::{collections::BTreeMap, sync::Arc};

use arrow_schema::{DataType, Field, Schema};
use serde_json::json;

use super::{StoreMetadata, value::power};

/// The layout described here.
pub(super) const FORMAT: &str = "2";

/// Schema metadata: [`FORMAT`].
pub(super) const FORMAT_KEY: &str = "perild.format";
/// Schema metadata: [`StoreMetadata`](super::StoreMetadata) as JSON.
pub(super) const ABOUT_KEY: &str = "perild";
/// Schema metadata: [`ALL_CELLS`], or a bitmap of the cells on the grid in base64.
pub(super) const CELLS_KEY: &str = "perild.cells";
/// Schema metadata: the names of the values of a row in their sources, as a JSON array.
pub(super) const COLUMNS_KEY: &str = "perild.columns";
/// Schema metadata, for readers without this code: how to read a value.
pub(super) const VALUES_KEY: &str = "perild.values";
/// Footer metadata: SHA-256 in hexadecimal of all bytes before [`CHECKED_BYTES_KEY`].
pub(super) const CHECKSUM_KEY: &str = "perild.sha256";
/// Footer metadata: how many bytes from the start the checksum covers.
pub(super) const CHECKED_BYTES_KEY: &str = "perild.sha256_bytes";

/// Value of [`CELLS_KEY`] when every cell of the axes is on the grid.
pub(super) const ALL_CELLS: &str = "all";

/// The width of stored numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Width {
    Narrow,
    Wide,
}

impl Width {
    /// The type of one number.
    pub(super) fn data_type(self) -> DataType {
        match self {
            Self::Narrow => DataType::Int32,
            Self::Wide => DataType::Int64,
        }
    }

    /// The text of [`VALUES_KEY`]: the scale of most columns, those of others by name, and the marks.
    pub(super) fn reading(self, metadata: &StoreMetadata) -> String {
        let (not_applicable, not_covered) = match self {
            Self::Narrow => (
                i64::from(super::NARROW_NOT_APPLICABLE),
                i64::from(super::NARROW_NOT_COVERED),
            ),
            Self::Wide => (super::WIDE_NOT_APPLICABLE, super::WIDE_NOT_COVERED),
        };
        let mut scales = BTreeMap::new();
        for coverage in &metadata.coverages {
            for (column, statistics) in coverage.columns.all().zip(&coverage.statistics) {
                let variable = coverage.columns.variable(column);
                let decimals = variable.map_or(MICRO_DECIMALS, |variable| variable.decimals);
                if decimals != MICRO_DECIMALS {
                    scales.insert(&statistics.column, power(decimals));
                }
            }
        }
        let mut reading = json!({
            "scale": power(MICRO_DECIMALS),
            "not_applicable": not_applicable,
            "not_covered": not_covered,
        });
        if let (Some(reading), false) = (reading.as_object_mut(), scales.is_empty()) {
            reading.insert("scales".to_owned(), json!(scales));
        }
        reading.to_string()
    }
}

/// The columns of a store whose rows have so many values.
pub(super) fn schema(width: Width, values: u32) -> Schema {
    Schema::new(vec![
        Field::new("cell", DataType::UInt32, false),
        Field::new("latitude", DataType::Float64, false),
        Field::new("longitude", DataType::Float64, false),
        Field::new("values", values_type(width, values), false),
    ])
}

/// The type of a row's values: null where a value is not covered.
pub(super) fn values_type(width: Width, values: u32) -> DataType {
    DataType::FixedSizeList(values_item(width), length(values))
}

/// One value of a row.
pub(super) fn values_item(width: Width) -> Arc<Field> {
    Arc::new(Field::new("item", width.data_type(), true))
}

/// Values of a row as Arrow counts; there are at most [`MOST_VALUES`].
pub(super) fn length(values: u32) -> i32 {
    i32::try_from(values).unwrap_or(i32::MAX)
}

/// Rows of each record batch but the last: a power of two, so that a row is found without a division, and no batch
/// has more than 25 or 50 megabytes of numbers.
pub(super) fn batch_rows(values: u32) -> u32 {
    let most = (VALUES_OF_A_BATCH / values.max(1)).clamp(1, MOST_ROWS_OF_A_BATCH);
    1 << most.ilog2()
}

/// Values that a row may have.
pub(super) const MOST_VALUES: u32 = 1 << 17;
const VALUES_OF_A_BATCH: u32 = 65_536 * 96;
const MOST_ROWS_OF_A_BATCH: u32 = 65_536;
const MICRO_DECIMALS: u8 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_rows_come_in_batches_of_fewer() {
        for (values, rows) in [
            (0, 65_536),
            (1, 65_536),
            (12, 65_536),
            (96, 65_536),
            (97, 32_768),
            (1000, 4_096),
            (MOST_VALUES, 32),
            (u32::MAX, 1),
        ] {
            assert_eq!(batch_rows(values), rows, "{values}");
        }
    }
}
