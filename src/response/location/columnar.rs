//! Places as record batches: a row for each place, a column for each value.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, RecordBatch, RecordBatchReader,
    builder::{StringBuilder, UInt64Builder},
    types::Float64Type,
};
use arrow_schema::{ArrowError, SchemaRef};

use super::{
    Question,
    json::id,
    schema::Prepared,
    table::plain,
    values::{cells_of, missing, push_interpolations},
};
use crate::{
    dataset::perils::{
        places::{Carried, Place, PlaceReader, number},
        query::{Locator, PlaceResult, UsedCell},
    },
    response::{
        RowCount,
        batches::{Numbers, rows_of_a_batch},
    },
};

/// Places as batches: one row each.
pub(super) struct Batches<'q> {
    schema: SchemaRef,
    places: PlaceReader,
    locator: Locator<'q>,
    answered: PlaceResult,
    columns: Columns<'q>,
    rows: RowCount,
}

impl<'q> Batches<'q> {
    pub(super) fn new(question: &'q Question, prepared: &'q Prepared) -> Self {
        Self {
            schema: Arc::clone(&prepared.schema),
            places: question.places.reader(),
            locator: Locator::new(&question.values, &question.subset),
            answered: PlaceResult::default(),
            columns: Columns::new(question, prepared),
            rows: question.rows.clone(),
        }
    }

    /// The batch that comes next; none without a place that is left.
    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let (locator, columns) = (&mut self.locator, &mut self.columns);
        while !columns.is_full() {
            let place = self
                .places
                .next_place(|positions| locator.fetch(positions))?;
            let Some(place) = place else {
                break;
            };
            locator.answer(place.position, &mut self.answered);
            columns.push(&place, &self.answered);
        }
        if columns.rows == 0 {
            return Ok(None);
        }
        self.rows.add(columns.rows);
        columns.batch().map(Some)
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

impl RecordBatchReader for Batches<'_> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// The columns of a batch as they fill up.
struct Columns<'q> {
    question: &'q Question,
    prepared: &'q Prepared,
    has_own_cells: bool,
    synthetic: bool,
    rows: usize,
    /// Rows that it has at most.
    most_rows: usize,
    /// Octets of text that the rows have brought along.
    carried: usize,
    index: UInt64Builder,
    /// Those of [`Prepared::coordinates`].
    coordinates: Numbers<Float64Type>,
    /// The other columns that were sent, in their order.
    sent: Vec<StringBuilder>,
    status: [StringBuilder; 2],
    cells: Numbers<Float64Type>,
    interpolation: StringBuilder,
    missing: StringBuilder,
    values: Numbers<Float64Type>,
    places: u64,
    text: Vec<u8>,
}

impl<'q> Columns<'q> {
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
        let most_rows = rows_of_a_batch(prepared.schema.fields().len());
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
            coordinates: Numbers::new(COORDINATES, rows),
            sent: (0..sent).map(|_| text()).collect(),
            status: [text(), text()],
            cells: Numbers::new(3 + 3 * per_coverage, rows),
            interpolation: text(),
            missing: text(),
            values: Numbers::new(subset.outputs.len(), rows),
            places: 0,
            text: Vec::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.rows == self.most_rows || self.carried >= MOST_CARRIED
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
            self.carried += record.bytes();
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

    fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        self.carried = 0;
        let schema = &self.prepared.schema;
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        if self.question.places.header().is_none() {
            columns.push(Arc::new(self.index.finish()));
        }
        columns.extend(self.sent.iter_mut().map(finished));
        let coordinates = doubles(&mut self.coordinates);
        for (at, column) in self.prepared.coordinates.into_iter().zip(coordinates) {
            columns.insert(at, column);
        }
        columns.extend(self.status.iter_mut().map(finished));
        let mut cells = doubles(&mut self.cells);
        columns.extend(cells.by_ref().take(3));
        columns.push(Arc::new(self.interpolation.finish()));
        columns.push(Arc::new(BooleanArray::from(vec![self.synthetic; rows])));
        columns.push(Arc::new(self.missing.finish()));
        columns.extend(cells);
        columns.extend(doubles(&mut self.values));
        RecordBatch::try_new(Arc::clone(schema), columns)
    }
}

/// A text, unless there is none.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn finished(text: &mut StringBuilder) -> ArrayRef {
    Arc::new(text.finish())
}

fn doubles(numbers: &mut Numbers<Float64Type>) -> impl Iterator<Item = ArrayRef> {
    numbers
        .finish()
        .map(|column| -> ArrayRef { Arc::new(column) })
}

/// The centre of a cell, and its distance from the place.
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
/// Octets of text with which a batch ends before it has all its rows: one place may bring 64 KiB.
const MOST_CARRIED: usize = 2 * 1024 * 1024;
