//! Arrow IPC stream and Parquet: a row for each place, a column for each value, batch after batch.

use std::{io, io::Write, sync::Arc};

use arrow_array::{
    ArrayRef, BooleanArray, RecordBatch,
    builder::{StringBuilder, UInt64Builder},
};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::Schema;
use parquet::{
    arrow::ArrowWriter,
    basic::Compression,
    file::properties::{EnabledStatistics, WriterProperties},
};

use super::{
    Question,
    doubles::Doubles,
    json::id,
    schema::Prepared,
    table::plain,
    values::{cells_of, missing, push_interpolations},
};
use crate::dataset::perils::{
    places::{Carried, Place, number},
    query::{Locator, PlaceResult, UsedCell},
};

/// Writes an Arrow IPC stream.
pub(super) fn write_arrow<W: Write>(
    question: &Question,
    prepared: &Prepared,
    out: &mut W,
) -> io::Result<()> {
    out.write_all(&prepared.message)?;
    let after = AfterSchema {
        out,
        is_open: false,
    };
    // A writer opens with a schema. The one that was sent is not made again: an empty one takes its place, and
    // goes nowhere.
    let mut writer = StreamWriter::try_new(after, &Schema::empty()).map_err(io::Error::other)?;
    writer.get_mut().is_open = true;
    let mut sink = |batch: &RecordBatch| writer.write(batch).map_err(io::Error::other);
    Batches::new(question, prepared).run(&mut sink)?;
    writer.finish().map_err(io::Error::other)
}

/// Lets nothing through before it is open.
struct AfterSchema<W> {
    out: W,
    is_open: bool,
}

impl<W: Write> Write for AfterSchema<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        if self.is_open {
            self.out.write(octets)
        } else {
            Ok(octets.len())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a Parquet file.
pub(super) fn write_parquet<W: Write + Send>(
    question: &Question,
    prepared: &Prepared,
    out: &mut W,
) -> io::Result<()> {
    let schema = Arc::clone(&prepared.schema);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_dictionary_enabled(schema.fields().len() <= MOST_DICTIONARIES)
        .set_created_by(concat!("perild ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut writer =
        ArrowWriter::try_new(out, schema, Some(properties)).map_err(io::Error::other)?;
    let mut sink = |batch: &RecordBatch| {
        writer.write(batch).map_err(io::Error::other)?;
        // A row group is kept until it is written, and what is said of each of its columns until the file ends: neither
        // may become much.
        if writer.in_progress_rows() >= ROWS || writer.memory_size() >= MEMORY_OF_A_GROUP {
            writer.flush().map_err(io::Error::other)?;
        }
        Ok(())
    };
    Batches::new(question, prepared).run(&mut sink)?;
    writer.close().map(|_| ()).map_err(io::Error::other)
}

/// What takes a full batch.
type Sink<'s> = dyn FnMut(&RecordBatch) -> io::Result<()> + 's;

/// The columns of a batch as they fill up.
struct Batches<'q> {
    question: &'q Question,
    prepared: &'q Prepared,
    has_own_cells: bool,
    synthetic: bool,
    rows: usize,
    /// How many it has at most.
    most_rows: usize,
    /// Octets of text that the rows have brought along.
    carried: usize,
    index: UInt64Builder,
    /// Those of [`Prepared::coordinates`].
    coordinates: Doubles,
    /// What else was sent, in its order.
    sent: Vec<StringBuilder>,
    status: [StringBuilder; 2],
    cells: Doubles,
    interpolation: StringBuilder,
    missing: StringBuilder,
    values: Doubles,
    places: u64,
    text: Vec<u8>,
}

impl<'q> Batches<'q> {
    fn new(question: &'q Question, prepared: &'q Prepared) -> Self {
        let subset = &question.subset;
        let has_own_cells = subset.has_own_cells();
        let per_coverage = if has_own_cells {
            subset.coverages.len()
        } else {
            0
        };
        let sent = question
            .places
            .header()
            .map_or(2, |header| header.names.len() - COORDINATES);
        let columns = prepared.schema.fields().len().max(1);
        let most_rows = (OCTETS_OF_A_BATCH / (columns * size_of::<f64>())).clamp(1, ROWS);
        let rows = question.places.count().min(most_rows);
        let text = || StringBuilder::with_capacity(rows, rows);
        Self {
            question,
            prepared,
            has_own_cells,
            synthetic: question.origins().synthetic,
            rows: 0,
            most_rows,
            carried: 0,
            index: UInt64Builder::with_capacity(rows),
            coordinates: Doubles::new(COORDINATES, rows),
            sent: (0..sent).map(|_| text()).collect(),
            status: [text(), text()],
            cells: Doubles::new(3 + 3 * per_coverage, rows),
            interpolation: text(),
            missing: text(),
            values: Doubles::new(subset.outputs.len(), rows),
            places: 0,
            text: Vec::new(),
        }
    }

    fn run(mut self, sink: &mut Sink<'_>) -> io::Result<()> {
        let question = self.question;
        let mut places = question.places.reader();
        let mut locator = Locator::new(&question.values, &question.subset);
        let mut answered = PlaceResult::default();
        while let Some(place) = places.next_place(|positions| locator.fetch(positions))? {
            locator.answer(place.position, &mut answered);
            self.push(&place, &answered);
            if self.rows == self.most_rows || self.carried >= MOST_CARRIED {
                sink(&self.batch()?)?;
            }
        }
        if self.rows > 0 {
            sink(&self.batch()?)?;
        }
        Ok(())
    }

    fn push(&mut self, place: &Place<'_>, answered: &PlaceResult) {
        let subset = &self.question.subset;
        self.push_sent(place);
        let [status, reason] = &mut self.status;
        status.append_value(answered.status.name());
        reason.append_option(answered.status.reason());
        let nearest = answered
            .cells
            .first()
            .filter(|_| !answered.values.is_empty());
        let per_coverage = cells_of(subset, answered).filter(|_| self.has_own_cells);
        let cells = std::iter::once(nearest).chain(per_coverage);
        self.cells.push(cells.flat_map(numbers_of));
        self.text.clear();
        push_interpolations(&mut self.text, answered);
        let interpolation = str::from_utf8(&self.text).unwrap_or_default();
        self.interpolation.append_option(some(interpolation));
        let missing = missing(subset, &self.prepared.names, &answered.values);
        self.missing.append_option(some(&missing));
        let values = answered.values.iter().zip(&self.prepared.decimals);
        self.values
            .push(values.map(|(value, decimals)| value.in_units(*decimals)));
        self.rows += 1;
        self.places += 1;
    }

    fn push_sent(&mut self, place: &Place<'_>) {
        if let Carried::Record(record) = place.carried {
            self.carried += record.octets();
            let coordinates = self.prepared.coordinates;
            let sent = |at| number(record.field(at).trim());
            self.coordinates.push(coordinates.into_iter().map(sent));
            let others = (0..).filter(|at| !coordinates.contains(at));
            for (builder, at) in self.sent.iter_mut().zip(others) {
                builder.append_value(record.field(at));
            }
            return;
        }
        self.index.append_value(self.places);
        let sent = || place.coordinates(None).map(|text| number(&text?));
        let understood = place
            .position
            .map(|(north, east)| [Some(north), Some(east)]);
        self.coordinates
            .push(understood.unwrap_or_else(|_| sent()).into_iter());
        let properties = match place.carried {
            Carried::Members(members) if !members.is_empty() => Some(format!("{{{members}}}")),
            _ => None,
        };
        self.carried += properties.as_ref().map_or(0, String::len) + place.id.map_or(0, str::len);
        let sent = [
            Some(id(place, None))
                .filter(|id| id != "null")
                .map(|id| plain(&id)),
            properties,
        ];
        for (builder, text) in self.sent.iter_mut().zip(sent) {
            builder.append_option(text);
        }
    }

    fn batch(&mut self) -> io::Result<RecordBatch> {
        let rows = std::mem::take(&mut self.rows);
        self.carried = 0;
        let schema = &self.prepared.schema;
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        if self.question.places.header().is_none() {
            columns.push(Arc::new(self.index.finish()));
        }
        columns.extend(self.sent.iter_mut().map(finished));
        let coordinates = self.coordinates.finish();
        for (at, column) in self.prepared.coordinates.into_iter().zip(coordinates) {
            columns.insert(at, column);
        }
        columns.extend(self.status.iter_mut().map(finished));
        let mut cells = self.cells.finish();
        columns.extend(cells.by_ref().take(3));
        columns.push(Arc::new(self.interpolation.finish()));
        columns.push(Arc::new(BooleanArray::from(vec![self.synthetic; rows])));
        columns.push(Arc::new(self.missing.finish()));
        columns.extend(cells);
        columns.extend(self.values.finish());
        RecordBatch::try_new(Arc::clone(schema), columns).map_err(io::Error::other)
    }
}

/// A text, unless there is none.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn finished(text: &mut StringBuilder) -> ArrayRef {
    Arc::new(text.finish())
}

/// Where a cell lies, and how far from the place.
fn numbers_of(cell: Option<&UsedCell>) -> [Option<f64>; 3] {
    let number = |of: fn(&UsedCell) -> f64| cell.map(of);
    [
        number(|cell| cell.latitude),
        number(|cell| cell.longitude),
        number(|cell| cell.distance_km),
    ]
}

/// A latitude and a longitude.
const COORDINATES: usize = 2;
/// Rows of a batch, and of a Parquet row group, at most.
const ROWS: usize = 8192;
/// Octets of a batch of numbers, which has fewer rows where it has many columns.
const OCTETS_OF_A_BATCH: usize = 8 * 1024 * 1024;
/// Columns of a Parquet file that have a dictionary each: one takes 45 kB, however few its values are.
const MOST_DICTIONARIES: usize = 256;
/// Memory with which a row group of Parquet ends before it has all its rows.
const MEMORY_OF_A_GROUP: usize = 16 * 1024 * 1024;
/// Octets of text with which a batch ends before it has all its rows: one place may bring 64 KiB.
const MOST_CARRIED: usize = 2 * 1024 * 1024;
