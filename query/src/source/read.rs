//! Readers of rows, one for each format.

use std::sync::Arc;

use super::{columns::Columns, fault::What, row::Row};
use crate::schema::ColumnType;

/// A file, read row by row.
pub(super) trait RowReader {
    /// Reads the next row; false at the end. After a fault that is not the last the next row can be read.
    fn read(&mut self, row: &mut Row, columns: &mut Columns) -> Result<bool, Broken>;

    /// The types of its columns, as far as the file says them: no value can have another then.
    fn types(&self) -> Vec<(usize, ColumnType)> {
        Vec::new()
    }

    /// The file says the types of all its columns: no row needs to be looked at for them.
    fn is_typed(&self) -> bool {
        false
    }

    /// Semicolons stand between the fields of its rows.
    fn has_semicolons(&self) -> bool {
        false
    }

    /// A sentence for the publisher, once all is read.
    fn note(&self) -> Option<String> {
        None
    }

    /// The places are rows and not lines.
    fn has_lines(&self) -> bool {
        true
    }
}

/// A row that cannot be read.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) what: What,
    pub(super) column: Option<Arc<str>>,
    /// Nothing behind it can be read.
    pub(super) is_last: bool,
}

impl From<What> for Broken {
    fn from(what: What) -> Self {
        Self {
            what,
            column: None,
            is_last: false,
        }
    }
}
