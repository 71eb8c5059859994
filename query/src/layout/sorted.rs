//! Parts of sorted rows, and the keys of features, whose rows have another order.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};

use super::{
    Sizes,
    duplicates::Duplicates,
    fault::WriteError,
    folder::Lock,
    manifest::{File, Part},
    options::Options,
    parts::{PartFile, Parts},
    properties::properties,
    runs::Batches,
    sorter::Sorter,
    stored::Stored,
};

/// Parts of rows that lie in the order of what tells them apart.
pub(super) fn parts(
    rows: Batches,
    stored: &Arc<Stored>,
    lock: &Lock,
    options: &Options,
) -> Result<Vec<Part>, WriteError> {
    let mut duplicates = Duplicates::new(stored.unique_order()?, row_column(stored));
    let mut parts = Parts::new(Arc::clone(stored), options.sizes(stored), lock.aside());
    for batch in rows {
        let batch = batch?;
        duplicates.check(&batch)?;
        // Nothing is written any more for rows that are refused.
        if duplicates.is_empty() {
            parts.push(&batch)?;
        }
    }
    duplicates.refuse()?;
    parts.finish()
}

/// Parts of features, and the file of their keys.
pub(super) fn parts_and_keys(
    rows: Batches,
    stored: &Arc<Stored>,
    lock: &Lock,
    options: &Options,
) -> Result<(Vec<Part>, File), WriteError> {
    let of_keys = stored.keys();
    let mut keys = Sorter::new(
        of_keys.sorting_order()?,
        of_keys.sorting(),
        lock.aside(),
        options.memory_bytes / 2,
    );
    let mut parts = Parts::new(Arc::clone(stored), options.sizes(stored), lock.aside());
    let mut first = 0_i64;
    for batch in rows {
        let batch = batch?;
        parts.push(&batch)?;
        let next = first.saturating_add(i64::try_from(batch.num_rows()).unwrap_or(i64::MAX));
        let places: ArrayRef = Arc::new(Int64Array::from_iter_values(first..next));
        let numbers = batch.columns().get(row_column(stored)).cloned();
        let key = stored
            .key()
            .iter()
            .map(|at| batch.columns().get(*at).cloned());
        let columns: Option<Vec<ArrayRef>> = key.chain([Some(places), numbers]).collect();
        keys.push(RecordBatch::try_new(
            of_keys.sorting(),
            columns.unwrap_or_default(),
        )?)?;
        first = next;
    }
    let parts = parts.finish()?;
    Ok((parts, key_file(keys.finish()?, &of_keys, lock)?))
}

fn key_file(keys: Batches, of_keys: &Stored, lock: &Lock) -> Result<File, WriteError> {
    let sizes = Sizes::of(of_keys.table());
    let written = properties(of_keys, sizes);
    let mut file = PartFile::create(lock.aside(), of_keys.file(), written)?;
    let mut duplicates = Duplicates::new(of_keys.unique_order()?, row_column(of_keys));
    let columns: Vec<usize> = (0..of_keys.file().fields().len()).collect();
    for batch in keys {
        let batch = batch?;
        duplicates.check(&batch)?;
        file.write(&batch.project(&columns)?)?;
    }
    duplicates.refuse()?;
    Ok(file.close()?.0)
}

/// The column of the rows' numbers, which is the last.
fn row_column(stored: &Stored) -> usize {
    stored.sorting().fields().len().saturating_sub(1)
}
