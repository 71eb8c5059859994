//! Reasons for which a table is not imported.

use std::{fmt::Write, io, path::PathBuf};

use perild_query::{
    layout::{FolderError, WriteError},
    source::{Fault, Reader, What},
};

use crate::import::DatabaseError;

/// Reasons for which a table is not imported; what is served goes on being served.
#[derive(Debug, thiserror::Error)]
pub enum TableFault {
    /// The table of a database cannot be read.
    #[error("nothing was imported: {0}")]
    Database(#[from] DatabaseError),
    /// Rows have geometries, which would be lost to those who ask by place.
    #[error(
        "nothing was imported: {id} has geometries in its column {column}, and is of the kind {kind}, which nobody can ask by place: \
         write kind = \"features\" in its description"
    )]
    Geometries {
        /// Its id.
        id: Box<str>,
        /// The column.
        column: Box<str>,
        /// The kind that the description says, or that its keys speak of.
        kind: &'static str,
    },
    /// The description names no data.
    #[error(
        "there are no data of {0}: name them as `source` in its description, or put them beside it"
    )]
    NoFiles(Box<str>),
    /// A table has no version before that could be served again.
    #[error("cannot take back the last import of {id}: {source}")]
    Rollback {
        /// Its id.
        id: Box<str>,
        /// The folder's word.
        source: FolderError,
    },
    /// Rows, or the table as a whole, have faults.
    #[error("{}", listed(faults, *.count))]
    Rows {
        /// The first of them.
        faults: Vec<Fault>,
        /// Their number.
        count: u64,
    },
    /// The state directory cannot be used.
    #[error("cannot use {}: {source}; see paths.state, or name another with --state", .path.display())]
    State {
        /// The folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// It was asked to end.
    #[error("the import was stopped before its end")]
    Stopped,
    /// The rows take more room than an import that nobody watches may have.
    #[error(
        "its rows take more than {most} octets, which nobody should have to wait for unasked: import it by `perild import`"
    )]
    TooMuch {
        /// The octets that they may have.
        most: u64,
    },
    /// The table cannot be written.
    #[error("nothing was imported: {0}")]
    Write(#[from] WriteError),
}

impl TableFault {
    pub(super) fn of(faults: Vec<Fault>) -> Self {
        let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        Self::Rows { faults, count }
    }

    pub(super) fn of_one(fault: Fault) -> Self {
        Self::of(vec![fault])
    }

    /// The writer's fault, with the lines of the rows that it names by their numbers.
    pub(super) fn of_write(error: WriteError, reader: &Reader) -> Self {
        match error {
            WriteError::Duplicates(duplicates) => {
                let faults = duplicates.into_iter().map(|duplicate| {
                    let first = reader.place_of(duplicate.first);
                    let what = What::Duplicate {
                        key: duplicate.key,
                        first,
                    };
                    reader.fault_of(duplicate.second, None, what)
                });
                Self::of(faults.collect())
            }
            WriteError::AlreadyThere(rows) => {
                let faults = rows.into_iter().map(|there| {
                    let what = What::AlreadyThere { key: there.key };
                    reader.fault_of(there.row, None, what)
                });
                Self::of(faults.collect())
            }
            WriteError::Row(fault) => {
                let what = What::Refused(fault.what.to_string().into());
                Self::of_one(reader.fault_of(fault.row, Some(&fault.column), what))
            }
            error => Self::Write(error),
        }
    }
}

/// A line for each fault, and how many more there are.
fn listed(faults: &[Fault], count: u64) -> String {
    let mut text = String::from("nothing was imported");
    for fault in faults {
        let _ = write!(text, "\n{fault}");
    }
    let more = count.saturating_sub(u64::try_from(faults.len()).unwrap_or(u64::MAX));
    if more > 0 {
        let _ = write!(text, "\nand {more} more faults");
    }
    text
}
