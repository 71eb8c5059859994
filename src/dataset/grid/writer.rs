//! Writes a store: rows by ascending cell, one record batch at a time.

use std::{
    collections::HashMap,
    io::{self, Write},
    sync::Arc,
};

use arrow_array::{
    ArrayRef, FixedSizeListArray, Float64Array, PrimitiveArray, RecordBatch, UInt32Array,
    types::{ArrowPrimitiveType, Int32Type, Int64Type},
};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_ipc::writer::FileWriter;
use arrow_schema::ArrowError;
use aws_lc_rs::digest::{Context, SHA256};
use base64::{Engine, prelude::BASE64_STANDARD};

use super::{
    NARROW_NOT_APPLICABLE, NARROW_NOT_COVERED, StoreMetadata, WIDE_NOT_APPLICABLE,
    WIDE_NOT_COVERED,
    reader::hexadecimal,
    schema::{
        ABOUT_KEY, ALL_CELLS, CELLS_KEY, CHECKED_BYTES_KEY, CHECKSUM_KEY, COLUMNS_KEY, FORMAT,
        FORMAT_KEY, VALUES_KEY, Width, batch_rows, length, schema, values_item,
    },
};

/// A store on its way to a file.
pub struct StoreWriter<W: Write> {
    file: FileWriter<Sealing<W>>,
    metadata: StoreMetadata,
    /// Values of a row.
    width: u32,
    cells: Vec<u32>,
    values: Values,
}

/// Reason why a store could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The metadata cannot be written down.
    #[error("cannot describe the store: {0}")]
    Description(#[from] serde_json::Error),
    /// Arrow does not take what it was given.
    #[error("cannot encode the store: {0}")]
    Encoding(ArrowError),
    /// The disk does not take it.
    #[error(transparent)]
    Io(io::Error),
    /// A row has another number of values than the coverages have columns.
    #[error("a row of {found} values was written, where the coverages have {expected} columns")]
    Row {
        /// As the coverages have it.
        expected: u32,
        /// As it came.
        found: usize,
    },
    /// Other rows were given than the store's description announces.
    #[error("{written} rows were written of {announced}")]
    Rows {
        /// As the description has it.
        announced: u32,
        /// As they came.
        written: u64,
    },
}

enum Values {
    Narrow(Vec<i32>),
    Wide(Vec<i64>),
}

impl<W: Write> StoreWriter<W> {
    /// Begins a store that will hold `metadata.rows` rows, of the columns of its coverages one after the other.
    ///
    /// `cells_on_grid` is a bitmap, bit 0 of the first byte for cell 0, or none when all cells of the
    /// axes are on the grid. A store is wide when some number does not fit 32 bits.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn begin(
        sink: W,
        mut metadata: StoreMetadata,
        cells_on_grid: Option<&[u8]>,
        is_wide: bool,
    ) -> Result<Self, WriteError> {
        let numbers = if is_wide { Width::Wide } else { Width::Narrow };
        let width = metadata.lay_out();
        let names = metadata.coverages.iter();
        let names = names.flat_map(|coverage| coverage.statistics.iter().map(|one| &one.column));
        let names: Vec<_> = names.collect();
        let cells = cells_on_grid.map_or(ALL_CELLS.to_owned(), |map| BASE64_STANDARD.encode(map));
        let entries = [
            (FORMAT_KEY, FORMAT.to_owned()),
            (ABOUT_KEY, serde_json::to_string(&metadata)?),
            (CELLS_KEY, cells),
            (COLUMNS_KEY, serde_json::to_string(&names)?),
            (VALUES_KEY, numbers.reading(&metadata)),
        ];
        let entries = entries.map(|(key, value)| (key.to_owned(), value));
        let schema = schema(numbers, width).with_metadata(HashMap::from(entries));
        let capacity = rows_of_a_batch(width) * values_of_a_row(width);
        Ok(Self {
            file: FileWriter::try_new(Sealing::new(sink), &schema)?,
            metadata,
            width,
            cells: Vec::with_capacity(rows_of_a_batch(width)),
            values: match numbers {
                Width::Narrow => Values::Narrow(Vec::with_capacity(capacity)),
                Width::Wide => Values::Wide(Vec::with_capacity(capacity)),
            },
        })
    }

    /// Adds the row of `cell`: numbers in steps of their variables, and the marks of 64-bit numbers.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn push(&mut self, cell: u32, row: &[i64]) -> Result<(), WriteError> {
        if row.len() != values_of_a_row(self.width) {
            return Err(WriteError::Row {
                expected: self.width,
                found: row.len(),
            });
        }
        self.cells.push(cell);
        match &mut self.values {
            Values::Narrow(values) => values.extend(row.iter().map(|value| narrow(*value))),
            Values::Wide(values) => values.extend_from_slice(row),
        }
        if self.cells.len() == rows_of_a_batch(self.width) {
            self.write_batch()?;
        }
        Ok(())
    }

    /// Ends the store with its checksum, and gives the sink back.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        if !self.cells.is_empty() {
            self.write_batch()?;
        }
        let sealing = self.file.get_mut();
        let (checksum, length) = sealing.seal();
        let announced = self.metadata.rows;
        self.file.write_metadata(CHECKSUM_KEY, checksum);
        self.file
            .write_metadata(CHECKED_BYTES_KEY, length.to_string());
        self.file.finish()?;
        let Sealing { sink, rows, .. } = self.file.into_inner()?;
        if rows == u64::from(announced) {
            Ok(sink)
        } else {
            Err(WriteError::Rows {
                announced,
                written: rows,
            })
        }
    }

    fn write_batch(&mut self) -> Result<(), WriteError> {
        let rows = rows_of_a_batch(self.width);
        let cells = std::mem::replace(&mut self.cells, Vec::with_capacity(rows));
        let shape = &self.metadata.grid;
        let places = cells
            .iter()
            .map(|cell| shape.coordinates(shape.cell(*cell)));
        let (latitudes, longitudes): (Vec<f64>, Vec<f64>) = places.unzip();
        let capacity = rows * values_of_a_row(self.width);
        let (width, item) = match &mut self.values {
            Values::Narrow(values) => {
                let values = std::mem::replace(values, Vec::with_capacity(capacity));
                (
                    Width::Narrow,
                    nullable::<Int32Type>(values, NARROW_NOT_COVERED),
                )
            }
            Values::Wide(values) => {
                let values = std::mem::replace(values, Vec::with_capacity(capacity));
                (Width::Wide, nullable::<Int64Type>(values, WIDE_NOT_COVERED))
            }
        };
        let values =
            FixedSizeListArray::try_new(values_item(width), length(self.width), item, None)?;
        self.file.get_mut().rows += u64::try_from(cells.len()).unwrap_or(u64::MAX);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from(cells)),
            Arc::new(Float64Array::from(latitudes)),
            Arc::new(Float64Array::from(longitudes)),
            Arc::new(values),
        ];
        let batch = RecordBatch::try_new(Arc::clone(self.file.schema()), columns)?;
        Ok(self.file.write(&batch)?)
    }
}

fn rows_of_a_batch(width: u32) -> usize {
    usize::try_from(batch_rows(width)).unwrap_or(usize::MAX)
}

fn values_of_a_row(width: u32) -> usize {
    usize::try_from(width).unwrap_or(usize::MAX)
}

impl From<ArrowError> for WriteError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, source) => Self::Io(source),
            other => Self::Encoding(other),
        }
    }
}

/// The numbers as an Arrow array that is null where `mark` stands; the mark stays beneath.
fn nullable<T: ArrowPrimitiveType>(values: Vec<T::Native>, mark: T::Native) -> ArrayRef {
    let is_covered = BooleanBuffer::collect_bool(values.len(), |at| {
        values.get(at).is_some_and(|value| *value != mark)
    });
    let nulls = NullBuffer::new(is_covered);
    let nulls = (nulls.null_count() > 0).then_some(nulls);
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls))
}

fn narrow(value: i64) -> i32 {
    match value {
        WIDE_NOT_COVERED => NARROW_NOT_COVERED,
        WIDE_NOT_APPLICABLE => NARROW_NOT_APPLICABLE,
        number => i32::try_from(number).unwrap_or(NARROW_NOT_COVERED),
    }
}

/// Counts and hashes what passes through, until it is sealed.
struct Sealing<W> {
    sink: W,
    hash: Option<Context>,
    length: u64,
    rows: u64,
}

impl<W> Sealing<W> {
    fn new(sink: W) -> Self {
        Self {
            sink,
            hash: Some(Context::new(&SHA256)),
            length: 0,
            rows: 0,
        }
    }

    /// The checksum of what has passed, and how much that was.
    fn seal(&mut self) -> (String, u64) {
        let hash = self.hash.take().map(Context::finish);
        let checksum = hash.map(|hash| hexadecimal(hash.as_ref()).into_string());
        (checksum.unwrap_or_default(), self.length)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Before it leaves: what becomes of it on the way is not what was meant.
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
        self.sink.write_all(bytes)?;
        self.length += u64::try_from(bytes.len()).unwrap_or(0);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}
