//! The store's layout in Arrow; `docs/store.md` describes it for other readers.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};

use super::Column;

/// Rows of each record batch but the last.
pub(super) const BATCH_ROWS: usize = 65_536;
/// The layout described here.
pub(super) const FORMAT: &str = "1";

/// Schema metadata: [`FORMAT`].
pub(super) const FORMAT_KEY: &str = "perild.format";
/// Schema metadata: [`About`](super::About) as JSON.
pub(super) const ABOUT_KEY: &str = "perild";
/// Schema metadata: [`ALL_CELLS`], or a bitmap of the cells on the grid in base64.
pub(super) const CELLS_KEY: &str = "perild.cells";
/// Schema metadata: the names of the 96 values of a row, as a JSON array.
pub(super) const COLUMNS_KEY: &str = "perild.columns";
/// Schema metadata, for readers without this code: how to read a value.
pub(super) const VALUES_KEY: &str = "perild.values";
/// Footer metadata: SHA-256 in hexadecimal of all octets before [`CHECKED_BYTES_KEY`].
pub(super) const CHECKSUM_KEY: &str = "perild.sha256";
/// Footer metadata: how many octets from the start the checksum covers.
pub(super) const CHECKED_BYTES_KEY: &str = "perild.sha256_bytes";

/// Value of [`CELLS_KEY`] when every cell of the axes is on the grid.
pub(super) const ALL_CELLS: &str = "all";

/// How wide the stored numbers are.
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

    /// What [`VALUES_KEY`] says.
    pub(super) fn reading(self) -> String {
        let (not_applicable, not_covered) = match self {
            Self::Narrow => (
                i64::from(super::NARROW_NOT_APPLICABLE),
                i64::from(super::NARROW_NOT_COVERED),
            ),
            Self::Wide => (super::WIDE_NOT_APPLICABLE, super::WIDE_NOT_COVERED),
        };
        format!(
            "{{\"scale\":1000000,\"not_applicable\":{not_applicable},\"not_covered\":{not_covered}}}"
        )
    }
}

/// The columns of a store of that width.
pub(super) fn schema(width: Width) -> Schema {
    Schema::new(vec![
        Field::new("cell", DataType::UInt32, false),
        Field::new("latitude", DataType::Float64, false),
        Field::new("longitude", DataType::Float64, false),
        Field::new("values", values_type(width), false),
    ])
}

/// The type of a row's values: null where a value is not covered.
pub(super) fn values_type(width: Width) -> DataType {
    DataType::FixedSizeList(values_item(width), ROW_LENGTH)
}

/// One value of a row.
pub(super) fn values_item(width: Width) -> Arc<Field> {
    Arc::new(Field::new("item", width.data_type(), true))
}

/// [`Column::COUNT`] as Arrow counts.
pub(super) const ROW_LENGTH: i32 = 96;
const _: () = assert!(Column::COUNT == 96);
