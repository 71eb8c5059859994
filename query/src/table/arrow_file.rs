//! An Arrow file, mapped: batches of few rows, each looked through before its first row is taken.

use std::{ops::Range, path::Path};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::{
    Block, Footer, MetadataVersion,
    convert::try_fb_to_schema,
    reader::{FileDecoder, read_footer_length},
    root_as_footer,
};
use arrow_schema::SchemaRef;
use flate2::Crc;

use crate::layout::{self, arrow_file::BATCHES, guard::guarded};

use super::{
    error::{QueryError, TableError},
    octets::Octets,
};

/// The rows of a part, of which one is a slice of a batch.
#[derive(Debug)]
pub(super) struct ArrowFile {
    octets: Octets,
    buffer: Buffer,
    decoder: FileDecoder,
    batches: Vec<Batch>,
}

/// A batch of the file.
#[derive(Clone, Debug, PartialEq)]
struct Batch {
    /// The number of its first row.
    first: usize,
    rows: usize,
    block: Block,
    /// Its octets.
    octets: Range<usize>,
    /// The CRC-32 of them.
    sum: u32,
}

impl ArrowFile {
    /// Maps the file at `path`, which has to be as `file` says and to have the columns of `schema`.
    pub(super) fn open(
        path: &Path,
        file: &layout::File,
        schema: &SchemaRef,
    ) -> Result<Self, TableError> {
        let octets = Octets::map(path, file)?;
        let batches = guarded(|| batches(octets.bytes(), schema, file.rows));
        let batches = batches.map_err(|reason| octets.damaged(reason))?;
        let decoder = FileDecoder::new(SchemaRef::clone(schema), VERSION);
        Ok(Self {
            buffer: Buffer::from(octets.bytes().clone()),
            octets,
            decoder: decoder.with_require_alignment(true),
            batches,
        })
    }

    /// All of it.
    pub(super) fn all(&self) -> &Octets {
        &self.octets
    }

    /// The batches that some of the rows are in.
    pub(super) fn batches_of(&self, rows: &Range<usize>) -> Range<usize> {
        let of = |row: usize| {
            let after = self.batches.partition_point(|batch| batch.first <= row);
            after.saturating_sub(1)
        };
        if rows.is_empty() {
            return 0..0;
        }
        of(rows.start)..of(rows.end - 1) + 1
    }

    /// The rows of a batch, which are not copied: their octets are those of the file.
    pub(super) fn batch(&self, at: usize) -> Result<RecordBatch, QueryError> {
        let batch = self.batches.get(at);
        let batch = batch.ok_or_else(|| damaged("a batch is absent"))?;
        let octets = self.octets.bytes().get(batch.octets.clone());
        let octets = octets.ok_or_else(|| damaged("a batch is absent"))?;
        if crc(octets) != batch.sum {
            return Err(damaged("a batch has another checksum"));
        }
        let buffer = self
            .buffer
            .slice_with_length(batch.octets.start, octets.len());
        let rows = guarded(|| self.decoder.read_record_batch(&batch.block, &buffer));
        let rows = rows.map_err(QueryError::Damaged)?;
        let rows = rows.filter(|rows| rows.num_rows() == batch.rows);
        rows.ok_or_else(|| damaged("a batch has other rows"))
    }
}

/// The batches that the footer tells, when all fits.
fn batches(octets: &[u8], schema: &SchemaRef, rows: u64) -> Result<Vec<Batch>, Box<str>> {
    let footer = footer(octets)?;
    let columns = footer.schema().map(try_fb_to_schema);
    let columns = columns.ok_or("it has no columns")?;
    let columns = columns.map_err(|error| error.to_string())?;
    if columns.fields() != schema.fields() {
        return Err("it has other columns".into());
    }
    if footer.version() != VERSION || footer.dictionaries().is_some_and(|all| !all.is_empty()) {
        return Err("it is not as it is written here".into());
    }
    let told = told(&footer)?;
    let blocks = footer.recordBatches().ok_or("it has no batches")?;
    if blocks.len() != told.len() {
        return Err("its batches are not those that are told".into());
    }
    let mut first = 0_usize;
    let mut batches = Vec::with_capacity(told.len());
    for (block, (rows, sum)) in blocks.iter().zip(told) {
        let octets = octets_of(block, octets.len()).ok_or("a batch lies beyond its end")?;
        batches.push(Batch {
            first,
            rows,
            block: *block,
            octets,
            sum,
        });
        first = first
            .checked_add(rows.max(1))
            .ok_or("a batch is too long")?;
    }
    if u64::try_from(first) == Ok(rows) {
        Ok(batches)
    } else {
        Err("it has another number of rows".into())
    }
}

fn footer(octets: &[u8]) -> Result<Footer<'_>, Box<str>> {
    let (before, end) = octets.split_last_chunk().ok_or("it is no Arrow file")?;
    let length = read_footer_length(*end).map_err(|error| error.to_string())?;
    let start = before.len().checked_sub(length);
    let footer = start.and_then(|start| before.get(start..));
    let footer = footer.ok_or("its footer is longer than it")?;
    Ok(root_as_footer(footer).map_err(|error| error.to_string())?)
}

/// Rows and sum of each batch.
fn told(footer: &Footer<'_>) -> Result<Vec<(usize, u32)>, Box<str>> {
    let mut metadata = footer.custom_metadata().into_iter().flatten();
    let told = metadata.find(|member| member.key() == Some(BATCHES));
    let told = told.and_then(|member| member.value());
    let told = told.ok_or("it does not tell its batches")?;
    Ok(serde_json::from_str(told).map_err(|error| error.to_string())?)
}

/// The octets of a batch, its header with them.
fn octets_of(block: &Block, length: usize) -> Option<Range<usize>> {
    let start = usize::try_from(block.offset()).ok()?;
    let header = usize::try_from(block.metaDataLength()).ok()?;
    let body = usize::try_from(block.bodyLength()).ok()?;
    let end = start.checked_add(header)?.checked_add(body)?;
    (end <= length).then_some(start..end)
}

fn crc(octets: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(octets);
    crc.sum()
}

fn damaged(reason: &'static str) -> QueryError {
    QueryError::Damaged(reason.into())
}

/// The version of messages that are written and read.
const VERSION: MetadataVersion = MetadataVersion::V5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::{
        SIZES,
        plain::{Plain, Shape, numbered},
        written,
    };

    #[test]
    fn batches_of_rows_are_those_that_some_of_them_are_in() {
        assert_eq!(SIZES.page, 3, "a batch has the rows of a page");
        let plain = Plain::new(Shape::Records, (0..9).map(numbered).collect());
        let (_folder, table) = written(&plain, 1 << 20);
        let file = table.files.arrow(table.files.groups()[0]).unwrap();
        for (rows, batches) in [
            (0..0, 0..0),
            (0..1, 0..1),
            (0..3, 0..1),
            (0..4, 0..2),
            (2..3, 0..1),
            (3..6, 1..2),
            (5..7, 1..3),
            (8..9, 2..3),
            (0..9, 0..3),
            (9..9, 0..0),
        ] {
            assert_eq!(file.batches_of(&rows), batches, "{rows:?}");
        }
        assert_eq!(file.batch(2).unwrap().num_rows(), 3);
        assert!(file.batch(3).is_err());
    }

    #[test]
    fn a_file_of_another_version_of_messages_is_none_of_ours() {
        let plain = Plain::new(Shape::Records, (0..9).map(numbered).collect());
        let (_folder, table) = written(&plain, 1 << 20);
        let file = table.files.arrow(table.files.groups()[0]).unwrap();
        let schema = table.files.stored().file();
        let mut octets = file.all().bytes().to_vec();
        assert_eq!(batches(&octets, schema, 9).unwrap().len(), 3);
        let footer = footer(&octets).unwrap();
        let version = usize::from(footer._tab.vtable().get(Footer::VT_VERSION));
        let length = read_footer_length(*octets.last_chunk().unwrap()).unwrap();
        let place = octets.len() - END_BYTES - length + footer._tab.loc() + version;
        for (version, is_ours) in [(MetadataVersion::V4, false), (VERSION, true)] {
            octets[place..place + 2].copy_from_slice(&version.0.to_le_bytes());
            let read = batches(&octets, schema, 9);
            assert_eq!(read.is_ok(), is_ours, "{version:?}");
        }
    }

    /// Octets behind the footer: its length, and the name of the format.
    const END_BYTES: usize = 10;
}
