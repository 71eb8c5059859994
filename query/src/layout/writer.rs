//! A version of a table, written from rows in any order.

use std::{path::Path, sync::Arc};

use arrow_array::RecordBatch;

use crate::schema::TableSchema;

use super::{
    fault::WriteError,
    folder::{Folder, Lock},
    manifest::Manifest,
    options::Options,
    prepare::prepare,
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

impl Writer {
    /// Begins a version of the table in the folder `dir`, which is made when it is not there.
    ///
    /// # Errors
    /// [`WriteError`], [`super::FolderError::Busy`] among them when another writer has begun.
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
