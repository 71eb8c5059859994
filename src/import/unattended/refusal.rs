//! Reasons for which a source is not imported unasked.

use std::{io, path::PathBuf};

use perild_query::layout::WriteError;

use crate::{dataset::SourceFilesError, import::TableFault};

/// Reasons for which a source is not imported unasked.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The copy that is read cannot be written.
    #[error("cannot copy its files to {}: {source}; see paths.state", .path.display())]
    Copy {
        /// The folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Something that should not happen.
    #[error("a fault of perild's own; its place is in the log, please report it")]
    Fault,
    /// Its files cannot be listed or read.
    #[error(transparent)]
    Files(#[from] SourceFilesError),
    /// The system refuses.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It was asked to end.
    #[error("stopped")]
    Stopped,
    /// The rows have faults, or cannot be written.
    #[error(transparent)]
    Table(TableFault),
    /// The files are too large.
    #[error(
        "its files have {found} octets, and import.unattended_bytes is {most}; `perild import` takes any size"
    )]
    TooLarge {
        /// Their octets.
        found: u64,
        /// The octets that they may have.
        most: u64,
    },
    /// The files are small because they are packed.
    #[error("its files unpack to more than {most} octets; `perild import` takes any size")]
    Unpacked {
        /// The octets that they may have.
        most: u64,
    },
    /// The same as was refused before.
    #[error("{0}")]
    Unchanged(Box<str>),
}

impl Refusal {
    /// `true` where the source is at fault, so that it is refused until it is another one; a full disk is no such fault.
    pub(super) fn is_of_the_source(&self) -> bool {
        match self {
            Self::Table(fault) => match fault {
                TableFault::Geometries { .. }
                | TableFault::Rows { .. }
                | TableFault::TooMuch { .. } => true,
                TableFault::Write(error) => matches!(
                    error,
                    WriteError::Columns(_)
                        | WriteError::Duplicates(_)
                        | WriteError::Row(_)
                        | WriteError::Schema(_)
                ),
                TableFault::Database(_)
                | TableFault::NoFiles(_)
                | TableFault::Rollback { .. }
                | TableFault::State { .. }
                | TableFault::Stopped => false,
            },
            Self::Unpacked { .. } => true,
            Self::Copy { .. }
            | Self::Fault
            | Self::Files(_)
            | Self::Io(_)
            | Self::Stopped
            | Self::TooLarge { .. }
            | Self::Unchanged(_) => false,
        }
    }
}
