//! The Arrow file around the rows: footer, schema and record batches, each checked before it is used.

use std::sync::Arc;

use arrow_array::{
    FixedSizeListArray, RecordBatch, UInt32Array,
    cast::AsArray,
    types::{Int32Type, Int64Type},
};
use arrow_buffer::{Buffer, ScalarBuffer};
use arrow_ipc::{
    Block, FieldNode, Footer, KeyValue, convert::try_fb_to_schema, reader::FileDecoder,
    root_as_footer, root_as_message,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;

use super::{RawValues, RowIndex, StoreError};
use crate::dataset::grid::{
    StoreMetadata, first_format,
    schema::{
        ABOUT_KEY, ALL_CELLS, CELLS_KEY, CHECKED_BYTES_KEY, CHECKSUM_KEY, FORMAT, FORMAT_KEY,
        MOST_VALUES, Width, batch_rows, schema,
    },
};

/// The parts of a store, found and checked.
pub(super) struct Container {
    pub(super) metadata: StoreMetadata,
    pub(super) checksum: Box<str>,
    pub(super) checked_bytes: usize,
    pub(super) batches: Batches,
    cells_on_grid: Box<str>,
}

/// The rows, as the record batches hold them.
#[derive(Debug)]
pub(super) struct Batches {
    /// Values of a row.
    row: usize,
    /// Rows of a batch, as a power of two.
    rows_log2: u32,
    values: Values,
    cells: Vec<UInt32Array>,
}

#[derive(Debug)]
enum Values {
    Narrow(Vec<ScalarBuffer<i32>>),
    Wide(Vec<ScalarBuffer<i64>>),
}

impl Container {
    pub(super) fn read(bytes: &Bytes) -> Result<Self, StoreError> {
        let footer = footer(bytes)?;
        let fb_schema = footer.schema().ok_or(StoreError::NotAStore)?;
        let text = |key| entry(fb_schema.custom_metadata(), key);
        let format = text(FORMAT_KEY).ok_or(StoreError::NotAStore)?;
        let metadata = text(ABOUT_KEY).ok_or(StoreError::Damaged("no description"));
        let (metadata, width) = match format {
            first_format::FORMAT => {
                let about: first_format::About = described(metadata?)?;
                (StoreMetadata::from(about), first_format::WIDTH)
            }
            FORMAT => {
                let metadata: StoreMetadata = described(metadata?)?;
                let width = metadata.width();
                (metadata, width)
            }
            other => {
                let found = other.chars().take(20).collect::<String>().into();
                return Err(StoreError::OtherVersion { found });
            }
        };
        if width > MOST_VALUES || !metadata.is_sound(width) {
            return Err(StoreError::Damaged("its description"));
        }
        let sealed = |key| entry(footer.custom_metadata(), key);
        let checked_bytes = sealed(CHECKED_BYTES_KEY).and_then(|text| text.parse().ok());
        Ok(Self {
            checksum: sealed(CHECKSUM_KEY)
                .ok_or(StoreError::Damaged("no checksum"))?
                .into(),
            checked_bytes: checked_bytes
                .filter(|length| *length <= bytes.len())
                .ok_or(StoreError::Damaged("no checksum"))?,
            batches: Batches::read(bytes, &footer, metadata.rows, width)?,
            cells_on_grid: text(CELLS_KEY)
                .ok_or(StoreError::Damaged("no cells"))?
                .into(),
            metadata,
        })
    }

    /// The index of the rows by their cells, which must ascend.
    pub(super) fn index(&self) -> Result<RowIndex, StoreError> {
        let damaged = StoreError::Damaged("its cells");
        let Ok(cells) = u32::try_from(self.metadata.grid.cells()) else {
            return Err(damaged);
        };
        let mut index = RowIndex::new(cells);
        if &*self.cells_on_grid == ALL_CELLS {
            index.put_all_on_grid(cells);
        } else {
            match BASE64_STANDARD.decode(&*self.cells_on_grid) {
                Ok(bitmap) if u32::try_from(bitmap.len()) == Ok(cells.div_ceil(8)) => {
                    index.put_on_grid(&bitmap);
                }
                _ => return Err(damaged),
            }
        }
        let mut next = 0;
        for cell in self.batches.cells() {
            if cell < next || cell >= cells || !index.give_row(cell) {
                return Err(damaged);
            }
            next = cell + 1;
        }
        index.number_rows();
        Ok(index)
    }
}

impl Batches {
    fn read(bytes: &Bytes, footer: &Footer<'_>, rows: u32, width: u32) -> Result<Self, StoreError> {
        let of_a_row = usize::try_from(width).unwrap_or(usize::MAX);
        let fb_schema = footer.schema().ok_or(StoreError::NotAStore)?;
        let found = try_fb_to_schema(fb_schema).map_err(|error| {
            tracing::debug!(%error, "the store's schema");
            StoreError::Damaged("its schema")
        })?;
        let numbers = [Width::Narrow, Width::Wide]
            .into_iter()
            .find(|numbers| schema(*numbers, width).fields() == found.fields())
            .ok_or(StoreError::Damaged("its schema"))?;
        let decoder =
            FileDecoder::new(Arc::new(found), footer.version()).with_require_alignment(true);
        let blocks = footer.recordBatches().ok_or(StoreError::CutShort)?;
        let mut batches = Self {
            row: of_a_row,
            rows_log2: batch_rows(width).ilog2(),
            values: match numbers {
                Width::Narrow => Values::Narrow(Vec::with_capacity(blocks.len())),
                Width::Wide => Values::Wide(Vec::with_capacity(blocks.len())),
            },
            cells: Vec::with_capacity(blocks.len()),
        };
        let mut left = usize::try_from(rows).unwrap_or(usize::MAX);
        for block in blocks {
            let batch = read_block(bytes, block, &decoder, of_a_row << batches.rows_log2)?;
            if batch.num_rows() != left.min(1 << batches.rows_log2) || batch.num_rows() == 0 {
                return Err(StoreError::Damaged("its number of rows"));
            }
            left -= batch.num_rows();
            batches.push(&batch)?;
        }
        if left > 0 {
            return Err(StoreError::Damaged("its number of rows"));
        }
        Ok(batches)
    }

    fn push(&mut self, batch: &RecordBatch) -> Result<(), StoreError> {
        let column = |name| {
            batch
                .column_by_name(name)
                .ok_or(StoreError::Damaged("its schema"))
        };
        let values = column("values")?;
        let values: &FixedSizeListArray = values
            .as_fixed_size_list_opt()
            .ok_or(StoreError::Damaged("its schema"))?;
        match &mut self.values {
            Values::Narrow(batches) => batches.push(
                values
                    .values()
                    .as_primitive_opt::<Int32Type>()
                    .ok_or(StoreError::Damaged("its schema"))?
                    .values()
                    .clone(),
            ),
            Values::Wide(batches) => batches.push(
                values
                    .values()
                    .as_primitive_opt::<Int64Type>()
                    .ok_or(StoreError::Damaged("its schema"))?
                    .values()
                    .clone(),
            ),
        }
        let cells = column("cell")?
            .as_primitive_opt()
            .ok_or(StoreError::Damaged("its schema"))?;
        self.cells.push(cells.clone());
        Ok(())
    }

    /// The numbers of one row.
    pub(super) fn row(&self, row: u32) -> Option<RawValues<'_>> {
        let row = usize::try_from(row).ok()?;
        let batch = row >> self.rows_log2;
        let start = (row - (batch << self.rows_log2)) * self.row;
        let values = start..start + self.row;
        match &self.values {
            Values::Narrow(batches) => batches.get(batch)?.get(values).map(RawValues::Narrow),
            Values::Wide(batches) => batches.get(batch)?.get(values).map(RawValues::Wide),
        }
    }

    /// The cells of all rows in their order.
    pub(super) fn cells(&self) -> impl Iterator<Item = u32> {
        self.cells
            .iter()
            .flat_map(|cells| cells.values().iter().copied())
    }
}

/// Reads metadata that a store has as JSON.
fn described<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| {
        tracing::debug!(%error, "the store's description");
        StoreError::Damaged("its description")
    })
}

/// The footer, found from the end of the file as Arrow has it.
fn footer(bytes: &[u8]) -> Result<Footer<'_>, StoreError> {
    if !bytes.starts_with(MAGIC) {
        return Err(StoreError::NotAStore);
    }
    let (rest, magic) = bytes.split_last_chunk::<6>().ok_or(StoreError::CutShort)?;
    let (rest, length) = rest.split_last_chunk::<4>().ok_or(StoreError::CutShort)?;
    if magic != MAGIC {
        return Err(StoreError::CutShort);
    }
    let length = usize::try_from(i32::from_le_bytes(*length)).ok();
    let start = length.and_then(|length| rest.len().checked_sub(length));
    let footer = start.and_then(|start| rest.get(start..));
    root_as_footer(footer.ok_or(StoreError::CutShort)?).map_err(|error| {
        tracing::debug!(%error, "the store's footer");
        StoreError::Damaged("its footer")
    })
}

fn entry<'f>(
    metadata: Option<impl IntoIterator<Item = KeyValue<'f>>>,
    key: &str,
) -> Option<&'f str> {
    metadata?
        .into_iter()
        .find(|entry| entry.key() == Some(key))
        .and_then(|entry| entry.value())
}

/// One record batch, once every part that it names lies within the file.
fn read_block(
    bytes: &Bytes,
    block: &Block,
    decoder: &FileDecoder,
    most_values: usize,
) -> Result<RecordBatch, StoreError> {
    let part = |start: i64, length: i64| {
        let start = usize::try_from(start).ok()?;
        let end = start.checked_add(usize::try_from(length).ok()?)?;
        (end <= bytes.len()).then(|| bytes.slice(start..end))
    };
    let header_length = i64::from(block.metaDataLength());
    let header = part(block.offset(), header_length).ok_or(StoreError::CutShort)?;
    let length = header_length.checked_add(block.bodyLength());
    let whole = length
        .and_then(|length| part(block.offset(), length))
        .ok_or(StoreError::CutShort)?;
    if !is_within(&header, block.bodyLength(), most_values) {
        return Err(StoreError::Damaged("a record batch"));
    }
    match decoder.read_record_batch(block, &Buffer::from(whole)) {
        Ok(Some(batch)) => Ok(batch),
        Ok(None) => Err(StoreError::Damaged("a record batch")),
        Err(error) => {
            tracing::debug!(%error, "a record batch of the store");
            Err(StoreError::Damaged("a record batch"))
        }
    }
}

/// `true` when a record batch's header names only buffers within its body, and no more values than a batch of
/// ours has: at others the decoder would not return.
fn is_within(header: &[u8], body_length: i64, most_values: usize) -> bool {
    // A continuation mark and the header's length come first.
    let batch = header
        .get(8..)
        .and_then(|message| root_as_message(message).ok())
        .and_then(|message| message.header_as_record_batch());
    let is_in_body = |buffer: &arrow_ipc::Buffer| {
        let end = buffer.offset().checked_add(buffer.length());
        buffer.offset() >= 0 && buffer.length() >= 0 && end.is_some_and(|end| end <= body_length)
    };
    let is_ours = |node: &FieldNode| {
        let values = usize::try_from(node.length());
        values.is_ok_and(|values| values <= most_values)
            && (0..=node.length()).contains(&node.null_count())
    };
    batch.is_some_and(|batch| {
        batch.compression().is_none()
            && batch
                .buffers()
                .is_some_and(|all| all.iter().all(is_in_body))
            && batch.nodes().is_some_and(|all| all.iter().all(is_ours))
    })
}

const MAGIC: &[u8; 6] = b"ARROW1";
