//! A question to a table, and where its answer goes on.

mod cursor;
mod interval;

pub use cursor::{Cursor, CursorFault};
pub use interval::Interval;

use crate::{geometry::Bbox, literal::Literal, predicate::Predicate};

/// A question to a table: rows of which all of this is true. Columns are positions in the table's schema.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Rows with one of these keys. Of series these are keys of series, or keys with a time behind them.
    pub ids: Option<Vec<Box<[Literal]>>>,
    /// Rows of which the predicate is true.
    pub predicate: Option<Predicate>,
    /// Features that meet the box.
    pub bbox: Option<Bbox>,
    /// Rows that hold within the interval.
    pub datetime: Option<Interval>,
    /// Columns of the answer, in its order; all without it.
    pub properties: Option<Vec<usize>>,
    /// Columns to sort by, the first before the others; the table's own order without it.
    pub sort: Vec<SortKey>,
    /// Rows of the answer, at most.
    pub limit: Option<usize>,
    /// Only rows behind this place of the same question's answer.
    pub after: Option<Cursor>,
    /// Rows whose key begins with this text: the first column of it, where there are several.
    pub key_prefix: Option<Box<str>>,
}

/// A column to sort by; rows without a value come last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SortKey {
    /// The column.
    pub column: usize,
    /// The greatest comes first.
    pub is_descending: bool,
}
