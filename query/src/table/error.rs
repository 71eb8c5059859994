//! Faults of a table and of a question to it.

use std::io;

use arrow_schema::ArrowError;

use crate::{layout::FolderError, predicate::EvaluationFault, query::CursorFault};

/// Faults of a table that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A file of it is not what the manifest says.
    #[error("the part {part} is damaged: {reason}")]
    Damaged {
        /// The name of the part.
        part: Box<str>,
        /// The fault.
        reason: Box<str>,
    },
    /// The folder holds no table.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file cannot be read.
    #[error("the part {part} cannot be read: {error}")]
    Io {
        /// The name of the part.
        part: Box<str>,
        /// As the system says.
        error: io::Error,
    },
}

/// Faults of a question that has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Its place is none.
    #[error(transparent)]
    Cursor(#[from] CursorFault),
    /// The table's files are damaged.
    #[error("the table is damaged: {0}")]
    Damaged(Box<str>),
    /// The predicate is of another table.
    #[error(transparent)]
    Evaluation(#[from] EvaluationFault),
    /// Its answer went on in a version that is not there any more.
    #[error("the version that the answer went on in is gone")]
    Gone,
    /// A value of a key is of another type than the column.
    #[error("a key has {columns} columns, of the types {types}")]
    Key {
        /// Columns of the key.
        columns: usize,
        /// Their types.
        types: Box<str>,
    },
    /// Arrow does not take the rows.
    #[error("the rows cannot be computed: {0}")]
    Rows(#[from] ArrowError),
    /// More rows are to be sorted than are.
    #[error("{limit} rows are sorted at most: ask for fewer")]
    TooManyToSort {
        /// The most.
        limit: usize,
    },
    /// The table has nothing of the kind.
    #[error("the table has no {0}")]
    Without(&'static str),
}
