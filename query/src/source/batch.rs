//! Rows on their way into a batch.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BinaryArray, Float64Array, RecordBatch, builder::BinaryBuilder, cast::AsArray,
    types::Float64Type,
};
use arrow_schema::{ArrowError, SchemaRef};
use jiff::tz::TimeZone;

use super::{
    column::Column,
    fault::What,
    hints::GEOMETRY,
    row::Row,
    shape::{self, Oddities},
};

/// The rows of the next batch.
pub(super) struct Batch {
    schema: SchemaRef,
    columns: Vec<Column>,
    zone: Option<TimeZone>,
    point: Option<(usize, usize)>,
    oddities: Oddities,
    rows: usize,
    bytes: usize,
}

/// A value that is not of its column's type.
pub(super) struct Misfit {
    pub(super) column: Arc<str>,
    pub(super) what: What,
}

impl Batch {
    pub(super) fn new(
        schema: SchemaRef,
        columns: Vec<Column>,
        zone: Option<TimeZone>,
        point: Option<(usize, usize)>,
    ) -> Self {
        Self {
            schema,
            columns,
            zone,
            point,
            oddities: Oddities::default(),
            rows: 0,
            bytes: 0,
        }
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Sentences of what is odd with values, and does not keep them out.
    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        let cut = self.columns.iter().filter(|column| column.cut > 0);
        let cut = cut.map(|column| {
            format!(
                "{}: {} times were cut to milliseconds",
                column.name, column.cut
            )
        });
        let rounded = self.columns.iter().filter(|column| column.rounded > 0);
        let rounded = rounded.map(|column| {
            format!(
                "{}: {} numbers have more than 17 digits, and the nearest double is kept; a [[field]] type = \"string\" keeps all",
                column.name, column.rounded
            )
        });
        let odd = self
            .columns
            .iter()
            .flat_map(|column| column.oddities.notes(&column.name));
        cut.chain(rounded)
            .chain(odd)
            .chain(self.oddities.notes(GEOMETRY))
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows >= MOST_ROWS || self.bytes >= MOST_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds `row`, and tells `misfit` of each of its values that is not of its column's type.
    pub(super) fn push(&mut self, row: &Row, mut misfit: impl FnMut(Misfit)) {
        let at = self.rows;
        self.rows += 1;
        for (position, cell) in row.cells() {
            let Some(column) = self.columns.get_mut(position) else {
                continue;
            };
            self.bytes += cell.len();
            if let Err(what) = column.push(at, cell, self.zone.as_ref()) {
                let column = Arc::clone(&column.name);
                misfit(Misfit { column, what });
            }
        }
        for column in &mut self.columns {
            if let Err(what) = column.fill(at) {
                let column = Arc::clone(&column.name);
                misfit(Misfit { column, what });
            }
        }
    }

    /// Forgets all rows since the last batch.
    pub(super) fn clear(&mut self) {
        (self.rows, self.bytes) = (0, 0);
        for column in &mut self.columns {
            column.finish();
        }
    }

    /// The batch of all rows since the last one.
    pub(super) fn finish(&mut self) -> Result<RecordBatch, NoBatch> {
        (self.rows, self.bytes) = (0, 0);
        let mut arrays: Vec<ArrayRef> = self.columns.iter_mut().map(Column::finish).collect();
        if let Some((longitude, latitude)) = self.point {
            let degrees = |at: usize| {
                arrays
                    .get(at)
                    .and_then(|array| array.as_primitive_opt::<Float64Type>())
            };
            let points = match (degrees(longitude), degrees(latitude)) {
                (Some(longitudes), Some(latitudes)) => {
                    points(longitudes, latitudes, &mut self.oddities)?
                }
                _ => BinaryArray::new_null(arrays.first().map_or(0, Array::len)),
            };
            arrays.push(Arc::new(points));
        }
        RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(NoBatch::Arrow)
    }
}

/// The reason why rows make no batch.
#[derive(Debug)]
pub(super) enum NoBatch {
    /// A row, by its position, whose columns make no point.
    Point(usize, What),
    /// Columns that do not fit the schema.
    Arrow(ArrowError),
}

fn points(
    longitudes: &Float64Array,
    latitudes: &Float64Array,
    oddities: &mut Oddities,
) -> Result<BinaryArray, NoBatch> {
    let mut points = BinaryBuilder::new();
    for (row, both) in longitudes.iter().zip(latitudes).enumerate() {
        match both {
            (Some(longitude), Some(latitude)) => {
                let point = shape::point(longitude, latitude);
                let point = point.map_err(|what| NoBatch::Point(row, what))?;
                points.append_value(oddities.count(point));
            }
            (None, None) => points.append_null(),
            _ => {
                let message = "has one of longitude and latitude, and not the other";
                return Err(NoBatch::Point(row, What::Geometry(message.into())));
            }
        }
    }
    Ok(points.finish())
}

/// Rows of a batch, and octets of their text.
const MOST_ROWS: usize = 8_192;
const MOST_BYTES: usize = 8 * 1024 * 1024;
