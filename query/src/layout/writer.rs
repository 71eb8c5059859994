//! A version of a table, written from rows in any order.

use std::{io, path::Path, sync::Arc};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use parquet::errors::ParquetError;
use serde_json::Value;

use crate::schema::{SchemaFault, TableSchema};

use super::{
    Sizes,
    duplicates::{Duplicate, There},
    folder::{Folder, FolderError, Lock},
    manifest::{Manifest, ManifestFault},
    prepare::{RowFault, prepare},
    sorted,
    sorter::Sorter,
    stored::Stored,
};

/// A version of a table on its way: all rows, and none before [`Self::finish`].
pub struct Writer {
    stored: Arc<Stored>,
    sorter: Sorter,
    rows: u64,
    options: Options,
    lock: Lock,
}

/// Options of a version that is written.
#[derive(Clone, Debug)]
pub struct Options {
    /// Octets of rows in memory while they are sorted; more are sorted on the disk.
    pub memory_bytes: usize,
    /// Rows of pages, groups and parts, where others are wanted than those of the kind.
    pub sizes: Option<Sizes>,
    /// The publisher's words on the table, as they stand in the manifest.
    pub about: Value,
    /// The time, in milliseconds since 1970.
    pub modified_ms: i64,
}

/// Faults that let a table not be written; the version that was served goes on being served.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Rows that are to be new, and are there already: the first of them.
    #[error("rows are there already: {}", keys(.0))]
    AlreadyThere(Vec<There>),
    /// Rows have other columns than the table.
    #[error("the rows have the columns {0}, which are not those of the table")]
    Columns(Box<str>),
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
    /// A part that is there cannot be read.
    #[error("a part of the table is damaged: {0}")]
    Damaged(Box<str>),
    /// A kind whose rows are not changed one by one.
    #[error("features are imported as a whole")]
    Whole,
}

impl Writer {
    /// Begins a version of the table in the folder `dir`, which is made when it is not there.
    ///
    /// # Errors
    /// [`WriteError`], [`FolderError::Busy`] among them when another writer has begun.
    pub fn begin(dir: &Path, schema: TableSchema, options: Options) -> Result<Self, WriteError> {
        schema.check()?;
        let stored = Arc::new(Stored::new(schema));
        let lock = Folder::new(dir).lock()?;
        let sorter = Sorter::new(
            stored.sorting_order()?,
            stored.sorting(),
            lock.aside(),
            options.memory_bytes,
        );
        Ok(Self {
            stored,
            sorter,
            rows: 0,
            options,
            lock,
        })
    }

    /// Adds rows, which have the columns of the schema in its order.
    ///
    /// # Errors
    /// [`WriteError`]; what was begun is then to be given up.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let prepared = prepare(&self.stored, batch, self.rows)?;
        self.sorter.push(prepared)?;
        let rows = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        self.rows = self.rows.saturating_add(rows);
        Ok(())
    }

    /// The rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes all, and serves it from now on.
    ///
    /// # Errors
    /// [`WriteError`]; what was served goes on being served.
    pub fn finish(self) -> Result<Manifest, WriteError> {
        let rows = self.sorter.finish()?;
        let (parts, keys) = if self.stored.geometry().is_some() {
            let written = sorted::parts_and_keys(rows, &self.stored, &self.lock, &self.options)?;
            (written.0, Some(written.1))
        } else {
            let parts = sorted::parts(rows, &self.stored, &self.lock, &self.options)?;
            (parts, None)
        };
        let Options {
            about, modified_ms, ..
        } = self.options;
        let schema = self.stored.table().clone();
        let manifest = Manifest::new(schema, parts, keys, about, modified_ms)?;
        self.lock.publish(&manifest)?;
        Ok(manifest)
    }
}

impl Options {
    pub(super) fn sizes(&self, stored: &Stored) -> Sizes {
        let sizes = self.sizes.unwrap_or_else(|| Sizes::of(stored.table()));
        sizes.checked()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory_bytes: 256 << 20,
            sizes: None,
            about: Value::Null,
            modified_ms: 0,
        }
    }
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
