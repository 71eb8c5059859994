//! Parts of a table, written again where a change has rows of them.

use std::{
    fs,
    sync::{Arc, Mutex, PoisonError},
};

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, UInt64Array};
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::filter::filter_record_batch;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};

use crate::layout::{
    batches::BATCH_ROWS,
    fault::WriteError,
    folder::Folder,
    guard::guarded,
    manifest::{Form, Part},
    merge::Merge,
    mmap,
    order::Order,
    parts::Parts,
    runs::Batches,
    scalar::{Scalar, array_of},
    stored::Stored,
};

use super::{
    Ahead, Changed, Mode,
    replaced::{Replaced, THERE},
};

/// The parts of a version, and the rows of a change to it.
pub(super) struct Merging<'a> {
    pub(super) parts: Parts,
    /// By what tells rows apart.
    pub(super) order: Arc<Order>,
    /// By the key alone, of batches of its columns.
    pub(super) key_order: Order,
    pub(super) incoming: Arc<Mutex<Ahead>>,
    pub(super) stored: &'a Stored,
    pub(super) folder: &'a Folder,
    pub(super) mode: Mode,
    pub(super) changed: Changed,
    /// The last key of rows that went away.
    pub(super) met: Box<[u8]>,
}

impl Merging<'_> {
    /// Shares a part, or writes it again; behind one that is `open` all rows find room that come after it.
    pub(super) fn part(&mut self, part: Part, is_open: bool) -> Result<(), WriteError> {
        let last = self.octets(&part.last)?;
        let is_touched = {
            let mut incoming = locked(&self.incoming);
            if self.mode == Mode::Delete {
                // Keys of rows that are not there.
                let first = self.octets(&part.first)?;
                while incoming.peek().is_some_and(|next| next < &*first) {
                    pass(&mut incoming, &self.met, &mut self.changed)?;
                }
            }
            let next = incoming.peek();
            next.is_some_and(|next| next <= &*last || (is_open && self.mode != Mode::Delete))
        };
        if !is_touched {
            return self.parts.share(part);
        }
        let begin = self.parts.begin_part()?;
        let is_changed = if self.mode == Mode::Delete {
            self.removed(&part)?
        } else {
            self.merged(Some(&part), Some(last).filter(|_| !is_open))?
        };
        if let Some(begin) = begin.filter(|_| !is_changed) {
            self.parts.share_in_place(begin, part);
        }
        Ok(())
    }

    /// Writes rows behind all parts, and ends the last.
    pub(super) fn finish(mut self) -> Result<(Vec<Part>, Changed), WriteError> {
        if self.mode == Mode::Delete {
            let mut incoming = locked(&self.incoming);
            while incoming.peek().is_some() {
                pass(&mut incoming, &self.met, &mut self.changed)?;
            }
        } else {
            self.merged(None, None)?;
        }
        Ok((self.parts.finish()?, self.changed))
    }

    /// The first or the last row of a part, as octets that compare with those of the change.
    fn octets(&self, row: &[Scalar]) -> Result<Box<[u8]>, WriteError> {
        let (columns, order) = if self.mode == Mode::Delete {
            (self.stored.key().to_vec(), &self.key_order)
        } else {
            (self.stored.unique(), &*self.order)
        };
        let values = columns.iter().zip(row).map(|(at, value)| {
            let column = self.stored.table().columns.get(*at)?;
            let literal = Scalar::literal(value, column.column_type)?;
            array_of(column.column_type, std::iter::once(Some(&literal)))
        });
        let values: Option<Vec<ArrayRef>> = values.collect();
        let values = values.filter(|values| values.len() == columns.len());
        let values =
            values.ok_or_else(|| WriteError::Damaged("a part has no first or last key".into()))?;
        Ok(order.rows_of(&values)?.row(0).as_ref().into())
    }

    /// Writes the rows of a part and those that were pushed; true where they are not those of the part.
    fn merged(&mut self, part: Option<&Part>, last: Option<Box<[u8]>>) -> Result<bool, WriteError> {
        let sorting = self.stored.sorting();
        let there: Option<Batches> = match part {
            Some(part) => {
                let rows = self.rows(part)?;
                Some(Box::new(rows.map(move |rows| numbered(&sorting, &rows?))))
            }
            None => None,
        };
        let incoming = Arc::clone(&self.incoming);
        let pushed: Batches = Box::new(std::iter::from_fn(move || {
            locked(&incoming).take(last.as_deref()).transpose()
        }));
        let runs = there.into_iter().chain([pushed]);
        let merge = Merge::new(Arc::clone(&self.order), runs)?;
        let mut replaced = Replaced::new(Arc::clone(&self.order), self.mode);
        for batch in merge {
            let stays = replaced.next(batch?)?;
            self.parts.push(&stays)?;
        }
        if let Some(last) = replaced.finish()? {
            self.parts.push(&last)?;
        }
        let added = replaced.pushed - replaced.overwritten - replaced.same;
        self.changed.replaced += replaced.overwritten;
        self.changed.same += replaced.same;
        self.changed.added += added;
        Ok(replaced.overwritten + added > 0)
    }

    /// Writes the rows of a part that stay; true where some do not.
    fn removed(&mut self, part: &Part) -> Result<bool, WriteError> {
        let before = self.changed.removed;
        for batch in self.rows(part)? {
            let batch = batch?;
            let keys = self.key_order.rows(&batch.project(self.stored.key())?)?;
            let mut incoming = locked(&self.incoming);
            let mut stays = Vec::with_capacity(batch.num_rows());
            for key in &keys {
                while incoming.peek().is_some_and(|next| next < key.data()) {
                    pass(&mut incoming, &self.met, &mut self.changed)?;
                }
                let goes = incoming.peek() == Some(key.data());
                if goes && *self.met != *key.data() {
                    self.met = key.data().into();
                }
                stays.push(!goes);
            }
            drop(incoming);
            let stays = filter_record_batch(&batch, &BooleanArray::from(stays))?;
            let removed = batch.num_rows() - stays.num_rows();
            self.changed.removed += u64::try_from(removed).unwrap_or_default();
            self.parts.push(&stays)?;
        }
        Ok(self.changed.removed > before)
    }

    /// The rows of a part, in their order.
    fn rows(&self, part: &Part) -> Result<Batches, WriteError> {
        let file = fs::File::open(self.folder.part(&part.file.digest, Form::Parquet))?;
        // The reader of a file shares one position among all columns: it is mapped.
        let bytes = mmap::map(&file)?;
        let schema = Arc::clone(self.stored.file());
        let reader = guarded(|| {
            let options = ArrowReaderOptions::new().with_schema(schema);
            let metadata = ArrowReaderMetadata::load(&bytes, options)?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata);
            builder.with_batch_size(BATCH_ROWS).build()
        });
        let mut reader = reader.map_err(WriteError::Damaged)?;
        let mut left = part.file.rows;
        Ok(Box::new(std::iter::from_fn(move || {
            let damaged = |reason: Box<str>| ArrowError::ParquetError(reason.into());
            let next = guarded(|| reader.next().transpose())
                .map_err(damaged)
                .transpose();
            if let Some(Ok(batch)) = &next {
                left = left.saturating_sub(u64::try_from(batch.num_rows()).unwrap_or(u64::MAX));
            }
            if next.is_none() && left > 0 {
                left = 0;
                return Some(Err(damaged("a part has fewer rows than it should".into())));
            }
            next
        })))
    }
}

/// Passes over a key of rows that go away, which is of no row unless it is the one that was met last.
fn pass(incoming: &mut Ahead, met: &[u8], changed: &mut Changed) -> Result<(), ArrowError> {
    if incoming.peek() != Some(met) {
        changed.absent += 1;
        let first = changed.first_absent.into_iter().chain(incoming.number());
        changed.first_absent = first.min();
    }
    incoming.skip()
}

/// Rows that are there, with the columns that they are sorted by.
fn numbered(sorting: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let mut columns = batch.columns().to_vec();
    let numbers = UInt64Array::from_value(THERE, batch.num_rows());
    columns.push(Arc::new(numbers));
    RecordBatch::try_new(Arc::clone(sorting), columns)
}

/// The rows of the change; one thread has them, and a panic of the library has left them as they were.
fn locked(incoming: &Mutex<Ahead>) -> std::sync::MutexGuard<'_, Ahead> {
    incoming.lock().unwrap_or_else(PoisonError::into_inner)
}
