//! Faults of a table, and of its rows.

use std::fmt;

use super::super::QuantityFault;
use crate::import::Shown;

/// Reason why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// A column that is named is not there.
    #[error("has no column {0}")]
    NoColumn(Shown),
    /// Nobody says which column is meant.
    #[error("has no column of {0}: name it in the description file")]
    Unnamed(&'static str),
    /// A column of a type that has no place here.
    #[error("the column {column} has the type {kind}, which is not read as {role}")]
    ColumnType {
        /// The column.
        column: Shown,
        /// As the file says.
        kind: String,
        /// The role that it is to have.
        role: &'static str,
    },
    /// A line that is longer than any.
    #[error("cannot be read as CSV: {0}")]
    Csv(String),
    /// A page of Parquet that is unpacked to more than it may.
    #[error("has a page that claims, or is unpacked to, more than {0} octets")]
    LargePage(u64),
    /// Not one row.
    #[error("has no row")]
    NoRow,
    /// A column that is neither described nor passed over.
    #[error(
        "has the column {0}, which the description does not have: name it in `ignore`, or describe it"
    )]
    OtherColumn(Shown),
    /// Parquet that cannot be read.
    #[error("cannot be read as Parquet: {0}")]
    Parquet(String),
    /// A codec of Parquet that is not read here.
    #[error("is packed with {0}: snappy, zstd, gzip and no packing are read")]
    Codec(String),
    /// More different values than a dimension can have.
    #[error("has more than {most} different values in the column {column}")]
    TooMany {
        /// The column.
        column: Shown,
        /// The bound.
        most: usize,
    },
    /// A column twice.
    #[error("has the column {0} twice")]
    Twice(Shown),
}

/// A fault of a row.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RowFault {
    /// The same cell and column as another row, and another value.
    #[error("has another value than row {row} for the same place and column")]
    Conflict {
        /// The other row.
        row: u64,
    },
    /// More decimals than are kept.
    #[error(
        "{0} has more than {1} decimals: import with --round, or give the variable more in the description file"
    )]
    Decimals(Shown, u8),
    /// Another number of fields than the header.
    #[error("has {found} fields, and the header {expected}")]
    Fields {
        /// As the header has.
        expected: usize,
        /// As the row has.
        found: usize,
    },
    /// A dimension without a value.
    #[error("has no {0}")]
    Missing(Shown),
    /// No number where one belongs.
    #[error("{0} is no number")]
    NotANumber(Shown),
    /// Text in another encoding.
    #[error("{0} is not UTF-8")]
    NotUtf8(Shown),
    /// A variable that is not meant.
    #[error("the variable {0} is not named in the description file")]
    OtherVariable(Shown),
    /// Degrees that no place has.
    #[error("{axis} {degrees} is beyond what is possible")]
    OutOfRange {
        /// `latitude` or `longitude`.
        axis: &'static str,
        /// The number.
        degrees: f64,
    },
    /// A number that cannot be stored.
    #[error("a value {0}")]
    Quantity(#[from] QuantityFault),
    /// The file ends within the row.
    #[error("has no end: the file was cut")]
    Unfinished,
}

/// Faults of rows: the first of them, and how many there are.
#[derive(Debug, Default)]
pub struct RowFaults {
    kept: Vec<(u64, RowFault)>,
    count: u64,
}

impl RowFaults {
    pub(super) fn note(&mut self, row: u64, fault: RowFault) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push((row, fault));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Display for RowFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (row, fault)) in self.kept.iter().enumerate() {
            let between = if nth == 0 { "" } else { "\n" };
            write!(f, "{between}row {row}: {fault}")?;
        }
        let more = self.count - u64::try_from(self.kept.len()).unwrap_or(0);
        if more > 0 {
            write!(f, "\nand {more} more rows")?;
        }
        Ok(())
    }
}

/// Faults that are told.
const KEPT: usize = 20;
