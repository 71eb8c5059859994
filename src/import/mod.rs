//! From peril CSV files, a `ClimateScore` database or gridded sources to a store.
//!
//! Each source is read once, from its header to its end ([`Layout`], then a line at a time), and its
//! rows are kept in nameless files of the state directory. When all are sound, the grid is found from their
//! coordinates, the rows are put together cell by cell, and the store is written aside, synced, checked
//! and renamed. A source with one fault stops the whole: what is served stays as it was.

mod about;
mod along_time;
mod axis_fit;
mod before;
mod database;
mod described;
mod fault;
mod field;
pub mod format;
mod gridded;
mod header;
mod join;
mod joined_rows;
mod key;
mod kind;
mod line;
mod lines;
mod locator;
mod merge;
mod notice;
mod number;
mod open_files;
mod parse;
mod parsed;
mod place;
mod publish;
mod read_source;
mod report;
mod request;
mod rollback;
mod row_buffer;
mod rows;
mod shape;
mod source;
mod statistics;
mod stored;
mod table;
mod tabular;
mod unattended;
mod work;

use std::{io, path::PathBuf};

pub use database::{DatabaseError, DatabaseFiles};
pub use described::{DescribedCollection, DescribedTable, Names, NotDescribed};
pub use fault::{Difference, Faults, LineFault, Shown};
pub use gridded::{
    fault::GriddedFault,
    known::{KnownCoverage, NoId},
};
pub use header::{HeaderFault, Layout};
pub use kind::Kind;
pub use line::Record;
pub use notice::Notice;
pub use number::{NumberFault, millionths};
pub use parsed::ParseError;
pub use place::Place;
pub use report::Imported;
pub use request::{AxisStep, GridStep, NoStep, Progress, Request, Source};
pub use rollback::{RolledBack, rollback};
pub use source::has_csv;
pub(crate) use source::{PACKAGE_NAME, SYNTHETIC};
pub use table::{Table, Tables};
pub use tabular::{
    ImportedTable, Origin, RefusedSource, TABLES, TableChange, TableFault, TableLimits,
    TableRequest, import_table, rollback_table,
};
pub use unattended::{Bounds, Outlook, Refusal, Unattended, origin_in_folder, outlook};
pub use work::import;

use crate::dataset::grid::{StoreError, WriteError};

/// Reason why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Another import is at work on the same state directory.
    #[error("another import is running in {}", .0.display())]
    Busy(PathBuf),
    /// A file was replaced or written to while it was read.
    #[error("{} was changed while it was read: import again when it is at rest", .0.display())]
    Changed(PathBuf),
    /// A database cannot be read.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A description tells of no table that could be imported.
    #[error(transparent)]
    Described(#[from] NotDescribed),
    /// The name of a source is that of no coverage.
    #[error(transparent)]
    NoId(#[from] NoId),
    /// Sources have faults.
    #[error("{}", report::faults(.0))]
    Faulty(Vec<Faulty>),
    /// The places lie on no regular grid.
    #[error(
        "the coordinates lie on no regular grid: give its step with --step (0.25, 1/12, or 0.5,0.625 for latitudes \
         and longitudes), and --round when they have the tails of 32-bit numbers"
    )]
    NoGrid,
    /// Nothing to import; files of other kinds that lie there.
    #[error(
        "no peril CSV file and no database to import: name files, folders with .csv files in them, or postgres://...{}",
        report::other_files(.0)
    )]
    NoSource(Vec<(PathBuf, Kind)>),
    /// No import to take back, or the store that it made is not there any more.
    #[error("there is no import to take back in {}: one is kept, until the next or until it is taken back", .0.display())]
    NothingBefore(PathBuf),
    /// One peril in a file and in a database.
    #[error("{peril} comes from both {first} and {second}: name one")]
    SamePeril {
        /// The peril that both hold.
        peril: Box<str>,
        /// The source that came first.
        first: String,
        /// The source that came next.
        second: String,
    },
    /// The state directory cannot be used.
    #[error("cannot use the state directory {}: {source}; see paths.state, or name another with --state", .path.display())]
    State {
        /// The directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A table of records, features or series.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The store is in its place, and may not be after a power cut.
    #[error(
        "the new store is in place as {}, but the disk does not say that it keeps the name: {source}; import again",
        .path.display()
    )]
    Unsettled {
        /// The store.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The store that was written cannot be read back.
    #[error("the store that was written is not sound: {0}")]
    Unsound(#[from] StoreError),
    /// A source cannot be opened.
    #[error("cannot read {}: {source}; name files, folders, or postgres://... that you may read", .path.display())]
    Unreadable {
        /// The source.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The store cannot be written.
    #[error("cannot write the store to {}: {source}", .path.display())]
    Write {
        /// The directory.
        path: PathBuf,
        /// The reason.
        source: WriteError,
    },
}

/// A source that cannot be imported.
#[derive(Debug)]
pub struct Faulty {
    /// The file, or the database and table.
    pub name: String,
    /// The fault.
    pub problem: Problem,
}

/// A fault of a source.
#[derive(Debug)]
pub enum Problem {
    /// Some of its lines.
    Lines(Faults),
    /// Some of its places, which stand in no lines.
    Places(Faults),
    /// It could not be read to its end.
    Parse(ParseError),
}
