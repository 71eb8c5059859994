//! Sums that cannot be had from the rows that are there.

use std::error::Error;

use arrow_schema::ArrowError;

use super::question::Refused;

/// A fault of rows, or a limit that an answer would pass.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A batch that Arrow cannot make.
    #[error("a batch of sums cannot be made")]
    Arrow(#[source] ArrowError),
    /// A column of the answer that another has the name of.
    #[error(transparent)]
    Ambiguous(Refused),
    /// More values of an answer than are held at once.
    #[error(
        "the answer has more than {limit} values at once: ask for fewer series, or for less time"
    )]
    Cells {
        /// The most.
        limit: usize,
    },
    /// More intervals without rows than an answer is filled up with.
    #[error(
        "the answer has more than {limit} intervals without rows: ask for less time, or do not fill it up"
    )]
    Filled {
        /// The most.
        limit: u64,
    },
    /// Rows that are not in the order of series and time, or two of one time: the layout has none.
    #[error("rows are not in the order of their series and times")]
    Order,
    /// A sum that has no room in its type.
    #[error("a sum of {column} is too great")]
    Overflow {
        /// The column.
        column: Box<str>,
    },
    /// Columns that are not those of the table.
    #[error("rows have no column {column} of the type that the table has")]
    Rows {
        /// The column.
        column: Box<str>,
    },
    /// Rows that cannot be read.
    #[error("rows cannot be read")]
    Source(#[source] Box<dyn Error + Send + Sync>),
    /// A time that no calendar has.
    #[error("a row is of a year that calendars do not have")]
    Time,
    /// More values in one interval than quantiles are computed of.
    #[error("an interval has more than {limit} values, and a quantile needs all at once")]
    Values {
        /// The most.
        limit: usize,
    },
}

impl From<ArrowError> for Fault {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}
