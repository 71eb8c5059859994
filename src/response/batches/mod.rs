//! Arrow record batches as answers: each format is written from them in one place, whatever the rows are of.
//!
//! Batches are pulled one by one from whoever reads the data, so that of an answer of any length one is in memory.

mod about;
pub(crate) mod arrow;
pub(crate) mod csv;
pub(crate) mod feature;
pub(crate) mod geojson;
pub(crate) mod json;
pub(crate) mod ndjson;
mod numbers;
pub(crate) mod parquet;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use about::{Extension, metadata, named};
pub(crate) use numbers::Numbers;

/// Rows of a batch of numbers in so many `columns`: fewer where there are many.
pub(crate) fn rows_of_a_batch(columns: usize) -> usize {
    rows_within(BYTES, columns)
}

/// As [`rows_of_a_batch`], of a batch that becomes text: what a processor keeps at hand.
pub(crate) fn rows_of_a_text(columns: usize) -> usize {
    rows_within(BYTES_OF_A_TEXT, columns)
}

fn rows_within(bytes: usize, columns: usize) -> usize {
    (bytes / (columns.max(1) * size_of::<f64>())).clamp(1, ROWS)
}

/// Rows of a batch, and of a Parquet row group, at most.
const ROWS: usize = 8192;
/// Bytes of a batch of numbers.
const BYTES: usize = 8 * 1024 * 1024;
/// Bytes of a batch of numbers that becomes text.
const BYTES_OF_A_TEXT: usize = 256 * 1024;
