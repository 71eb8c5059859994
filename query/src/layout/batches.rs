//! Sizes of batches that are on their way.

use arrow_array::{Array, RecordBatch};
use arrow_schema::ArrowError;

/// Octets of a batch, of slices those of their rows.
pub(super) fn bytes(batch: &RecordBatch) -> Result<usize, ArrowError> {
    let columns = batch.columns().iter();
    let sizes = columns.map(|column| column.to_data().get_slice_memory_size());
    sizes.sum()
}

/// Octets of a row of a batch, about.
pub(super) fn row_bytes(batch: &RecordBatch) -> usize {
    bytes(batch).unwrap_or_default() / batch.num_rows().max(1)
}

/// Rows of a batch on its way.
pub(super) const BATCH_ROWS: usize = 8_192;
/// Octets of a batch on its way, about: rows with large geometries are few.
pub(super) const BATCH_BYTES: usize = 16 << 20;
