//! Parquet file.

use std::{
    io::{self, Write},
    sync::Arc,
};

use arrow_array::RecordBatchReader;
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
    },
};

use super::ROWS;

/// Writes `batches` to `out`.
pub(crate) fn write<W: Write + Send>(
    batches: impl RecordBatchReader,
    out: &mut W,
) -> io::Result<()> {
    write_groups(batches, ROWS, out)
}

/// As [`write()`], with row groups of so many rows, or of fewer that take as much memory as one may.
pub(crate) fn write_groups<W: Write + Send>(
    batches: impl RecordBatchReader,
    rows: usize,
    out: &mut W,
) -> io::Result<()> {
    let schema = batches.schema();
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(schema.fields().len() <= MOST_DICTIONARIES)
        .set_created_by(concat!("perild ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties))
        .map_err(io::Error::other)?;
    if let Some(geo) = schema.metadata().get(GEO) {
        writer.append_key_value_metadata(KeyValue::new(GEO.to_owned(), geo.clone()));
    }
    for batch in batches {
        let batch = batch.map_err(io::Error::other)?;
        writer.write(&batch).map_err(io::Error::other)?;
        // A row group is kept until it is written, and what is said of each of its columns until the file ends: neither
        // may become much.
        if writer.in_progress_rows() >= rows || writer.memory_size() >= MEMORY_OF_A_GROUP {
            writer.flush().map_err(io::Error::other)?;
        }
    }
    writer.close().map(|_| ()).map_err(io::Error::other)
}

/// Columns of all row groups of a file of so many `rows` and `columns` with `bytes` of texts, at most.
pub(crate) fn chunks(rows: u64, columns: u64, bytes: u64) -> u64 {
    let full = rows / MOST_ROWS;
    let groups = full.max(rows.saturating_mul(columns) / CELLS_OF_A_GROUP);
    groups
        .saturating_add(bytes / BYTES_OF_A_GROUP + 1)
        .saturating_mul(columns)
}

/// Metadata of a `GeoParquet` file, which readers look for beside its schema.
pub(crate) const GEO: &str = "geo";
/// The name of column chunks in a refusal of more than [`MOST_CHUNKS`].
pub(crate) const CHUNKS: &str =
    "columns of all row groups of the Parquet file (Arrow has no such limit)";
/// Columns of all row groups: of each some 700 bytes are in memory until the file ends.
pub(crate) const MOST_CHUNKS: u64 = 40_000;
/// Rows of a row group, as many as a batch has at most.
const MOST_ROWS: u64 = 8192;
/// Numbers of a row group, and bytes of its texts, into which batches are joined.
const CELLS_OF_A_GROUP: u64 = 1024 * 1024;
const BYTES_OF_A_GROUP: u64 = 16 * 1024 * 1024;
/// Columns of a file that have a dictionary each: one takes 45 kB, however few its values are.
const MOST_DICTIONARIES: usize = 256;
/// Memory with which a row group ends before it has all its rows.
const MEMORY_OF_A_GROUP: usize = 16 * 1024 * 1024;
