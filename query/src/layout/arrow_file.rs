//! The rows of a part as Arrow has them in memory, from which one is taken by its key.
//!
//! Parquet decodes a page for one of its rows. Of an Arrow file that is mapped a batch is there when its checksum has
//! been compared, and a row is a slice of it. It has no more than the Parquet file beside it, and is uncompressed.

mod rows;

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    mem,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::SchemaRef;
use flate2::Crc;

use crate::schema::{ColumnType, Kind};

use super::{
    WriteError,
    digest::Digested,
    manifest::{self, Form},
    stored::Stored,
};

/// An Arrow file that gets its digest as its name.
pub(super) struct ArrowFile {
    writer: FileWriter<Summed<Digested<BufWriter<File>>>>,
    path: PathBuf,
    schema: SchemaRef,
    /// Rows of a batch.
    most_rows: usize,
    /// Rows of the next batch.
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    waiting_bytes: usize,
    /// The batches, as the footer tells them: their rows, and the CRC-32 of their octets.
    batches: Vec<(usize, u32)>,
    rows: u64,
}

/// True of tables whose rows are taken one by one, by keys that can be compared.
pub(super) fn is_for(stored: &Stored) -> bool {
    let table = stored.table();
    let is_compared = |at: &usize| {
        let column_type = table.columns.get(*at).map(|column| column.column_type);
        column_type.is_some_and(|column_type| {
            matches!(
                column_type,
                ColumnType::Date | ColumnType::DateTime | ColumnType::Integer | ColumnType::Text
            )
        })
    };
    table.kind == Kind::Records && stored.unique().iter().all(is_compared)
}

impl ArrowFile {
    pub(super) fn create(
        folder: &Path,
        schema: &SchemaRef,
        most_rows: usize,
    ) -> Result<Self, WriteError> {
        let path = folder.join("rows");
        let digested = Digested::new(BufWriter::new(File::create(&path)?));
        let mut writer = FileWriter::try_new(Summed::new(digested), schema)?;
        writer.get_mut().sum();
        Ok(Self {
            writer,
            path,
            schema: Arc::clone(schema),
            most_rows,
            waiting: Vec::new(),
            waiting_rows: 0,
            waiting_bytes: 0,
            batches: Vec::new(),
            rows: 0,
        })
    }

    /// Writes rows. Their batches end at the same rows however many are pushed at once, so that the same rows make the
    /// same file.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<(), WriteError> {
        let mut from = 0;
        for (row, bytes) in rows::sizes(rows).into_iter().enumerate() {
            let is_full = self.waiting_rows == self.most_rows
                || self.waiting_bytes.saturating_add(bytes) > MOST_BATCH_BYTES;
            if is_full && self.waiting_rows > 0 {
                self.waiting.push(rows.slice(from, row - from));
                from = row;
                self.end_batch()?;
            }
            self.waiting_rows += 1;
            self.waiting_bytes = self.waiting_bytes.saturating_add(bytes);
        }
        self.waiting.push(rows.slice(from, rows.num_rows() - from));
        Ok(())
    }

    fn end_batch(&mut self) -> Result<(), WriteError> {
        let rows = mem::take(&mut self.waiting_rows);
        self.waiting_bytes = 0;
        let batch = rows::together(&self.schema, &mem::take(&mut self.waiting))?;
        self.writer.write(&batch)?;
        self.batches.push((rows, self.writer.get_mut().sum()));
        self.rows += u64::try_from(rows).unwrap_or(u64::MAX);
        Ok(())
    }

    /// Ends the file; none is kept of rows so large that a copy of them costs more than to decode one.
    pub(super) fn close(mut self) -> Result<Option<manifest::File>, WriteError> {
        if self.waiting_rows > 0 {
            self.end_batch()?;
        }
        let batches =
            serde_json::to_string(&self.batches).map_err(manifest::ManifestFault::Json)?;
        self.writer.write_metadata(BATCHES, batches);
        self.writer.finish()?;
        let digested = &mut self.writer.get_mut().sink;
        if digested.bytes() > self.rows.saturating_mul(MOST_ROW_BYTES) + MOST_EMPTY_BYTES {
            std::fs::remove_file(&self.path)?;
            return Ok(None);
        }
        digested.get_mut().flush()?;
        digested.get_mut().get_ref().sync_all()?;
        let (digest, bytes) = digested.finish();
        let name = format!("{digest}.{}", Form::Arrow.extension());
        std::fs::rename(&self.path, self.path.with_file_name(name))?;
        Ok(Some(manifest::File {
            digest,
            bytes,
            rows: self.rows,
        }))
    }
}

/// A sink with the CRC-32 of what it was given since it was last asked.
struct Summed<W> {
    sink: W,
    crc: Crc,
}

impl<W> Summed<W> {
    fn new(sink: W) -> Self {
        let crc = Crc::new();
        Self { sink, crc }
    }

    fn sum(&mut self) -> u32 {
        mem::take(&mut self.crc).sum()
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.sink.write_all(octets)?;
        self.crc.update(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// The member of the footer that tells the batches.
pub(crate) const BATCHES: &str = "perild.batches";
/// Octets of a batch, about: it is looked through before its first row is taken.
const MOST_BATCH_BYTES: usize = 256 << 10;
/// Octets of a row, on average, beyond which there is no file.
const MOST_ROW_BYTES: u64 = 4 << 10;
/// Octets of schema and footer of a file of few rows.
const MOST_EMPTY_BYTES: u64 = 64 << 10;

#[cfg(test)]
mod tests;
