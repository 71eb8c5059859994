//! Rows that are added to a table, replaced and removed, without the others being written again.

mod ahead;
mod merging;
mod replaced;

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use arrow_array::RecordBatch;

use crate::schema::TableSchema;

use super::{
    Sizes,
    fault::WriteError,
    folder::{Folder, Lock},
    manifest::Manifest,
    options::Options,
    parts::Parts,
    prepare::prepare,
    sorter::Sorter,
    stored::Stored,
};

use ahead::Ahead;
use merging::Merging;

/// A change to a table of records or of series, on its way: all of it or nothing, at [`Self::finish`].
pub struct Change {
    stored: Arc<Stored>,
    /// The columns of rows that are pushed.
    of_rows: Stored,
    manifest: Manifest,
    mode: Mode,
    sorter: Sorter,
    rows: u64,
    options: Options,
    lock: Lock,
}

/// Kinds of change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    /// New rows, none of which may be there.
    Append,
    /// New rows, and rows in the place of those with their keys.
    Upsert,
    /// Rows that go away: those with the keys, of series all rows of them.
    Delete,
}

/// Rows that a change brought.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Changed {
    /// Rows that were not there.
    pub added: u64,
    /// Rows in whose place others are.
    pub replaced: u64,
    /// Rows that were there already as they were pushed.
    pub same: u64,
    /// Rows that went away.
    pub removed: u64,
    /// Keys of rows that were to go away, and that no row has.
    pub absent: u64,
    /// The number of the first row of these, from 0 as they were pushed.
    pub first_absent: Option<u64>,
    /// The version is the one of before.
    pub is_as_before: bool,
}

impl Change {
    /// Begins a change to the table in the folder `dir`, which has to be there. The words of the publisher and the time
    /// are those of `options`.
    ///
    /// # Errors
    /// [`WriteError`]; [`WriteError::Whole`] for features, whose rows lie in another order than their keys.
    pub fn begin(dir: &Path, mode: Mode, options: Options) -> Result<Self, WriteError> {
        let folder = Folder::new(dir);
        // Nothing is made where there is no table.
        folder.versions()?;
        let lock = folder.lock()?;
        let manifest = folder.manifest(&folder.versions()?.current)?;
        let stored = Arc::new(Stored::new(manifest.schema.clone()));
        if stored.geometry().is_some() {
            return Err(WriteError::Whole);
        }
        let of_rows = of_rows(&stored, mode);
        let sorter = Sorter::new(
            of_rows.sorting_order()?,
            of_rows.sorting(),
            lock.aside(),
            options.memory_bytes,
        );
        Ok(Self {
            stored,
            of_rows,
            manifest,
            mode,
            sorter,
            rows: 0,
            options,
            lock,
        })
    }

    /// The columns of rows that are pushed: those of the table, and of rows that go away those of the key.
    #[must_use]
    pub fn schema(&self) -> TableSchema {
        self.of_rows.table().clone()
    }

    /// Adds rows with the columns of [`Self::schema`].
    ///
    /// # Errors
    /// [`WriteError`]; the change is then to be given up.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.sorter
            .push(prepare(&self.of_rows, batch, self.rows)?)?;
        let rows = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        self.rows = self.rows.saturating_add(rows);
        Ok(())
    }

    /// Writes the parts that have other rows by the change, shares the others, and serves all from now on. Where nothing is
    /// other than it was the version stays.
    ///
    /// # Errors
    /// [`WriteError`]; what was served goes on being served.
    pub fn finish(self) -> Result<(Manifest, Changed), WriteError> {
        let sizes = self.options.sizes(&self.stored);
        // A part that grows over its size is not cut before it has twice of it, so that few are small.
        let room = Sizes {
            part: sizes.part.saturating_mul(2),
            ..sizes
        };
        let incoming = Ahead::new(self.sorter.finish()?, self.of_rows.sorting_order()?)?;
        let mut merging = Merging {
            parts: Parts::new(Arc::clone(&self.stored), room, self.lock.aside()),
            order: Arc::new(self.stored.sorting_order()?),
            key_order: self.stored.key_only().unique_order()?,
            incoming: Arc::new(Mutex::new(incoming)),
            stored: &self.stored,
            folder: self.lock.folder(),
            mode: self.mode,
            changed: Changed::default(),
            met: Box::default(),
        };
        let (before, count) = (self.manifest.version, self.manifest.parts.len());
        for (at, part) in self.manifest.parts.into_iter().enumerate() {
            let is_open = at + 1 == count && part.file.rows < narrowed(sizes.part);
            merging.part(part, is_open)?;
        }
        let (parts, mut changed) = merging.finish()?;
        let Options {
            about, modified_ms, ..
        } = self.options;
        let manifest = Manifest::new(self.manifest.schema, parts, None, about, modified_ms)?;
        changed.is_as_before = manifest.version == before;
        self.lock.publish(&manifest)?;
        Ok((manifest, changed))
    }
}

/// The columns of rows that are pushed.
fn of_rows(stored: &Stored, mode: Mode) -> Stored {
    match mode {
        Mode::Delete => stored.key_only(),
        Mode::Append | Mode::Upsert => stored.clone(),
    }
}

fn narrowed(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
