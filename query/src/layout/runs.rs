//! Sorted rows that wait on the disk.

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter},
    path::PathBuf,
};

use arrow_array::RecordBatch;
use arrow_ipc::{reader::StreamReader, writer::StreamWriter};
use arrow_schema::{ArrowError, SchemaRef};

/// Sorted rows in a file, which is removed with it.
#[derive(Debug)]
pub(super) struct Run {
    path: PathBuf,
}

/// Sorted rows, a batch after the other.
pub(super) type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

impl Run {
    /// The run of sorted `batches`, written to `path`.
    pub(super) fn write(
        path: PathBuf,
        schema: &SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    ) -> Result<Self, ArrowError> {
        let file = BufWriter::with_capacity(BUFFER_BYTES, File::create_new(&path)?);
        let run = Self { path };
        let mut writer = StreamWriter::try_new(file, schema)?;
        for batch in batches {
            writer.write(&batch?)?;
        }
        writer.finish()?;
        Ok(run)
    }

    /// The rows; the file is removed when they are.
    pub(super) fn read(self) -> Result<Batches, ArrowError> {
        let file = BufReader::with_capacity(BUFFER_BYTES, File::open(&self.path)?);
        let mut reader = StreamReader::try_new(file, None)?;
        Ok(Box::new(std::iter::from_fn(move || {
            let _kept_until_read = &self;
            reader.next()
        })))
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // What cannot be removed now is swept when the next writer begins.
        let _ = fs::remove_file(&self.path);
    }
}

const BUFFER_BYTES: usize = 256 << 10;
