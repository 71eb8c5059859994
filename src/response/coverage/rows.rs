//! The cells of a selection as record batches: a row for each cell, a column for each of those that are selected.

use std::{collections::HashMap, iter::Peekable, sync::Arc};

use arrow_array::{
    ArrayRef, ArrowPrimitiveType, RecordBatch, RecordBatchReader,
    types::{Decimal64Type, Float64Type},
};
use arrow_schema::{ArrowError, DECIMAL64_MAX_PRECISION, DataType, Field, Schema, SchemaRef};
use serde_json::{Map, Value as Json};

use super::ranges::{Answered, cells, each, share_name};
use crate::{
    dataset::{
        edr::{Cells, Selection},
        grid::{ColumnIndex, Value},
        perils::Origins,
    },
    response::{
        RowCount,
        batches::{Numbers, metadata, named, rows_of_a_batch, rows_of_a_text},
    },
};

/// Values as the columns of a format have them.
pub(super) trait Stored: ArrowPrimitiveType {
    /// The type of a column of which the numbers have so many `decimals`.
    fn column_type(decimals: u8) -> DataType;

    /// The number of so many `steps`, of which `10^decimals` make one; none where there is none.
    fn of(value: Value, decimals: u8) -> Option<Self::Native>;
}

/// For computing: the nearest double.
impl Stored for Float64Type {
    fn column_type(_: u8) -> DataType {
        DataType::Float64
    }

    fn of(value: Value, decimals: u8) -> Option<f64> {
        value.in_units(decimals)
    }
}

/// For reading: as many digits as the variable has.
impl Stored for Decimal64Type {
    fn column_type(decimals: u8) -> DataType {
        let scale = decimals.min(DECIMAL64_MAX_PRECISION);
        DataType::Decimal64(DECIMAL64_MAX_PRECISION, i8::try_from(scale).unwrap_or(0))
    }

    fn of(value: Value, _: u8) -> Option<i64> {
        match value {
            Value::Known(steps) => Some(steps),
            Value::NotApplicable | Value::NotCovered => None,
        }
    }
}

/// The rows of a selection, batch after batch.
pub(super) struct Rows<'s, T: Stored> {
    selection: &'s Selection,
    schema: SchemaRef,
    cells: Peekable<Box<dyn Iterator<Item = Answered> + 's>>,
    wanted: Vec<ColumnIndex>,
    /// For each of `wanted`, its digits after the point.
    decimals: Vec<u8>,
    /// Rows of a batch.
    room: usize,
    counted: RowCount,
    /// Longitude and latitude, and of an area the share.
    places: Numbers<Float64Type>,
    values: Numbers<T>,
}

impl<'s> Rows<'s, Decimal64Type> {
    /// The rows for a format of text.
    pub(super) fn of_text(selection: &'s Selection) -> Self {
        Self::new(selection, rows_of_a_text, |_| HashMap::new())
    }
}

impl<'s> Rows<'s, Float64Type> {
    /// The rows for a format whose columns say what they are.
    pub(super) fn described(selection: &'s Selection) -> Self {
        let mut rows = Self::new(selection, rows_of_a_batch, |column| {
            about(selection, column)
        });
        let origins = Origins::of([selection.coverage().description()]);
        let all = selection.columns().variables();
        let chosen = selection.slice().variables().iter();
        let variables = chosen.filter_map(|place| all.get(*place));
        let schema = Schema::new(rows.schema.fields().clone());
        rows.schema = Arc::new(schema.with_metadata(metadata(&origins, variables)));
        rows
    }
}

impl<'s, T: Stored> Rows<'s, T> {
    fn new(
        selection: &'s Selection,
        most_rows: fn(usize) -> usize,
        about: impl Fn(ColumnIndex) -> HashMap<String, String>,
    ) -> Self {
        let columns = selection.columns();
        let variables = selection.slice().variables().iter();
        let wanted: Vec<ColumnIndex> = variables
            .flat_map(|variable| selection.slice().columns(columns, *variable))
            .collect();
        let decimals = wanted
            .iter()
            .map(|column| columns.variable(*column).map_or(0, |one| one.decimals));
        let decimals: Vec<_> = decimals.collect();
        let mut fields = places(selection);
        let beside = fields.len();
        fields.extend(wanted.iter().zip(&decimals).map(|(column, decimals)| {
            let field = Field::new(columns.name(*column), T::column_type(*decimals), true);
            field.with_metadata(about(*column))
        }));
        let most_rows = most_rows(fields.len());
        let cells_left = usize::try_from(selection.cells().count()).unwrap_or(usize::MAX);
        let room = cells_left.min(most_rows);
        Self {
            selection,
            schema: Arc::new(Schema::new(fields)),
            cells: cells(selection).peekable(),
            places: Numbers::new(beside, room),
            values: Numbers::new(wanted.len(), room),
            wanted,
            decimals,
            room: room.max(1),
            counted: RowCount::default(),
        }
    }

    /// The same, counted as they are made.
    pub(super) fn counted(self, counted: &RowCount) -> Self {
        Self {
            counted: counted.clone(),
            ..self
        }
    }

    fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        let (places, values) = (&mut self.places, &mut self.values);
        let decimals = &self.decimals;
        let next = self.cells.by_ref().take(self.room);
        each(self.selection, next, &self.wanted, |one, numbers| {
            let place = [one.position.longitude, one.position.latitude, one.share];
            places.push(place.into_iter().map(Some));
            let numbers = numbers.iter().zip(decimals);
            values.push(numbers.map(|(value, decimals)| T::of(*value, *decimals)));
            Ok::<_, ArrowError>(())
        })?;
        let types = self.schema.fields().iter().map(|field| field.data_type());
        let types = types.skip(self.schema.fields().len() - self.wanted.len());
        let places = self
            .places
            .finish()
            .map(|one| -> ArrayRef { Arc::new(one) });
        let values = self.values.finish().zip(types);
        let values = values.map(|(column, data_type)| -> ArrayRef {
            Arc::new(column.with_data_type(data_type.clone()))
        });
        RecordBatch::try_new(Arc::clone(&self.schema), places.chain(values).collect())
    }
}

impl<T: Stored> Iterator for Rows<'_, T> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.cells.peek()?;
        let batch = self.batch();
        let rows = batch.as_ref().map_or(0, RecordBatch::num_rows);
        self.counted.add(rows);
        Some(batch)
    }
}

impl<T: Stored> RecordBatchReader for Rows<'_, T> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// The columns before those of values: longitude, latitude, and of an area the share of the cell in it.
fn places(selection: &Selection) -> Vec<Field> {
    let mut fields = ["longitude", "latitude"]
        .map(|name| number(name, "deg"))
        .to_vec();
    if let Cells::Area(_) = selection.cells() {
        fields.push(number(&share_name(selection), "1"));
    }
    fields
}

fn number(name: &str, unit: &str) -> Field {
    let metadata = named([("unit", unit.to_owned())]);
    Field::new(name, DataType::Float64, false).with_metadata(metadata)
}

/// The field metadata of a column.
fn about(selection: &Selection, column: ColumnIndex) -> HashMap<String, String> {
    let (columns, description) = (selection.columns(), selection.coverage().description());
    let Some(variable) = columns.variable(column) else {
        return HashMap::new();
    };
    let dimensions = columns.dimensions().iter().zip(columns.positions(column));
    let dimensions = dimensions.map(|(dimension, at)| {
        let text = dimension.values.text(at).unwrap_or_default();
        (dimension.name.to_string(), Json::from(&*text))
    });
    let dimensions: Map<_, _> = dimensions.collect();
    named([
        ("unit", variable.unit.to_string()),
        ("collection", description.id().to_owned()),
        (
            "collection_version",
            description.coverage.version.to_string(),
        ),
        ("variable", variable.name.to_string()),
        ("dimensions", Json::from(dimensions).to_string()),
    ])
}
