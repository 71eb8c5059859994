//! Arrow IPC stream.

use std::io::{self, Write};

use arrow_array::RecordBatchReader;
use arrow_ipc::writer::{
    DictionaryTracker, EncodedData, IpcDataGenerator, IpcWriteOptions, StreamWriter, write_message,
};
use arrow_schema::Schema;

/// Writes `batches` to `out` behind the message that [`opening`] made of their schema.
pub(crate) fn write<W: Write>(
    batches: impl RecordBatchReader,
    opening: &[u8],
    out: &mut W,
) -> io::Result<()> {
    out.write_all(opening)?;
    let after = AfterSchema {
        out,
        is_open: false,
    };
    // A writer opens with a schema. The one that was sent is not made again: an empty one takes its place, and
    // goes nowhere.
    let mut writer = StreamWriter::try_new(after, &Schema::empty()).map_err(io::Error::other)?;
    writer.get_mut().is_open = true;
    for batch in batches {
        let batch = batch.map_err(io::Error::other)?;
        writer.write(&batch).map_err(io::Error::other)?;
    }
    writer.finish().map_err(io::Error::other)
}

/// The message with `schema` that opens a stream.
pub(crate) fn opening(schema: &Schema) -> io::Result<Vec<u8>> {
    let options = IpcWriteOptions::default();
    let mut tracker = DictionaryTracker::new(false);
    let generator = IpcDataGenerator::default();
    let encoded: EncodedData =
        generator.schema_to_bytes_with_dictionary_tracker(schema, &mut tracker, &options);
    let mut message = Vec::new();
    write_message(&mut message, encoded, &options).map_err(io::Error::other)?;
    Ok(message)
}

/// Lets nothing through before it is open.
struct AfterSchema<W> {
    out: W,
    is_open: bool,
}

impl<W: Write> Write for AfterSchema<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_open {
            self.out.write(bytes)
        } else {
            Ok(bytes.len())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
