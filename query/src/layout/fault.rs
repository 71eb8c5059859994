//! Faults that let a table not be written.

use std::io;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use parquet::errors::ParquetError;

use crate::schema::SchemaFault;

use super::{folder::FolderError, manifest::ManifestFault};

/// Faults that let a table not be written; the version that was served goes on being served.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Rows that are to be new, and are there already: the first of them.
    #[error("rows are there already: {}", keys(.0))]
    AlreadyThere(Vec<There>),
    /// Rows have other columns than the table.
    #[error("the rows have the columns {0}, which are not those of the table")]
    Columns(Box<str>),
    /// A part that is there cannot be read.
    #[error("a part of the table is damaged: {0}")]
    Damaged(Box<str>),
    /// Rows that nothing tells apart: the first of them.
    #[error("{}", listed(.0))]
    Duplicates(Vec<Duplicate>),
    /// Arrow does not take the rows.
    #[error("the rows cannot be sorted: {0}")]
    Encoding(#[from] ArrowError),
    /// The folder is not to be had.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The disk does not take it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The manifest cannot be made.
    #[error(transparent)]
    Manifest(#[from] ManifestFault),
    /// Parquet does not take the rows.
    #[error("the rows cannot be written: {0}")]
    Parquet(#[from] ParquetError),
    /// A row has a fault.
    #[error(transparent)]
    Row(#[from] RowFault),
    /// The columns make no table.
    #[error(transparent)]
    Schema(#[from] SchemaFault),
    /// A kind whose rows are not changed one by one.
    #[error("features are imported as a whole")]
    Whole,
}

/// Two rows of one key; of series of one key and time.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("rows {first} and {second} are both {key}")]
pub struct Duplicate {
    /// The key, and of series the time.
    pub key: Box<str>,
    /// The number of the row that was pushed first, from 0.
    pub first: u64,
    /// The number of the row that was pushed later.
    pub second: u64,
}

/// A row that is to be new, whose key is there already.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct There {
    /// The key, and of series the time.
    pub key: Box<str>,
    /// The number of the row that was pushed, from 0.
    pub row: u64,
}

/// A row that a table cannot hold.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("row {row}: the column {column} {what}")]
pub struct RowFault {
    /// The number of the row as it was pushed, from 0.
    pub row: u64,
    /// The column.
    pub column: Box<str>,
    /// The fault.
    pub what: RowFaultKind,
}

/// Faults of a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RowFaultKind {
    /// It is not there, and has to be.
    #[error("has no value")]
    Absent,
    /// A text of no characters in a key, which no address could name.
    #[error("is empty, and is part of the key")]
    Empty,
    /// A text in a key that is too long.
    #[error("has {0} octets, and is part of the key: {MOST_KEY_BYTES} is the most")]
    Long(usize),
    /// A number that is none, or has no end.
    #[error("is not a finite number")]
    NotFinite,
}

impl WriteError {
    pub(super) fn columns(batch: &RecordBatch) -> Self {
        let schema = batch.schema_ref();
        let columns = schema
            .fields()
            .iter()
            .map(|field| format!("{} ({})", field.name(), field.data_type()));
        Self::Columns(columns.collect::<Vec<_>>().join(", ").into())
    }
}

fn keys(there: &[There]) -> String {
    let keys: Vec<_> = there.iter().map(|there| &*there.key).collect();
    keys.join("; ")
}

fn listed(duplicates: &[Duplicate]) -> String {
    let lines = duplicates.iter().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("; ")
}

/// Octets of a text in a key: whole keys stand in the order of rows.
pub(super) const MOST_KEY_BYTES: usize = 512;
