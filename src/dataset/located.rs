//! Places of a request with the features around each: point in polygon for a list of any length.
//!
//! Places are read as those of perils are, one after the other from the body; rows of the answer are made batch by
//! batch, so that a million places need no more memory than a few thousand beside the features.

mod columns;
mod table;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use perild_query::locate::{Located as Pairs, Locator};

pub use columns::{Coordinates, PROPERTIES};
pub use table::LocatedFeatures;

use super::perils::places::{PlaceList, PlaceReader};
use columns::PlaceColumns;

/// Rows of an answer: each place with one of the features around it, or alone.
pub struct Located {
    schema: SchemaRef,
    locator: Locator,
    places: PlaceReader,
    columns: PlaceColumns,
    /// Places that were read, their positions, and how many of them were looked for.
    read: Option<Read>,
}

struct Read {
    places: RecordBatch,
    positions: Vec<Option<[f64; 2]>>,
    taken: usize,
}

impl Located {
    /// The rows of `places` beside those of `features`, the coordinates as `coordinates` has them.
    #[must_use]
    pub fn new(places: &PlaceList, features: LocatedFeatures, coordinates: Coordinates) -> Self {
        let columns = PlaceColumns::new(places, coordinates);
        let locator = features.into_locator();
        Self {
            schema: schema(&columns.schema(), &locator.schema()),
            locator,
            places: places.reader(),
            columns,
            read: None,
        }
    }

    /// The columns: what was sent, [`STATUS`], and those of features, whose names begin with [`OF_FEATURES`].
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns of longitudes and of latitudes.
    #[must_use]
    pub fn point(&self) -> [usize; 2] {
        self.columns.point()
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let read = match self.read.take() {
            Some(read) => Some(read),
            None => self.read_on()?,
        };
        let Some(mut read) = read else {
            return Ok(None);
        };
        let rest = read.positions.get(read.taken..).unwrap_or_default();
        let pairs = self.locator.locate(rest, ROWS);
        let batch = self.rows(&read, &pairs)?;
        read.taken += pairs.taken;
        if read.taken < read.positions.len() {
            self.read = Some(read);
        }
        Ok(Some(batch))
    }

    fn read_on(&mut self) -> Result<Option<Read>, ArrowError> {
        while !self.columns.is_full() {
            let Some(place) = self.places.next_place(|_| ())? else {
                break;
            };
            self.columns.push(&place);
        }
        let places = self.columns.finish()?;
        Ok(places.map(|(places, positions)| Read {
            places,
            positions,
            taken: 0,
        }))
    }

    /// The rows of some of the places that were read.
    fn rows(&self, read: &Read, pairs: &Pairs) -> Result<RecordBatch, ArrowError> {
        let places = read.places.slice(read.taken, pairs.taken);
        let of_places = places.columns().iter();
        let of_places =
            of_places.map(|column| arrow_select::take::take(column, &pairs.places, None));
        let mut columns = of_places.collect::<Result<Vec<_>, _>>()?;
        let positions = read.positions.get(read.taken..).unwrap_or_default();
        columns.push(statuses(positions, &pairs.places, &pairs.features));
        columns.extend(self.locator.properties(&pairs.features)?);
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

impl Iterator for Located {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

/// The status of each pair.
fn statuses(
    positions: &[Option<[f64; 2]>],
    places: &UInt32Array,
    features: &UInt32Array,
) -> ArrayRef {
    let is_known = |place: u32| {
        let position = usize::try_from(place)
            .ok()
            .and_then(|place| positions.get(place));
        position.is_some_and(Option::is_some)
    };
    let pairs = places.values().iter().zip(features);
    let statuses = pairs.map(|(place, feature)| match feature {
        Some(_) => FOUND,
        None if is_known(*place) => NONE,
        None => REJECTED,
    });
    Arc::new(StringArray::from_iter_values(statuses))
}

fn schema(places: &Schema, features: &Schema) -> SchemaRef {
    let status = arrow_schema::Field::new(STATUS, arrow_schema::DataType::Utf8, false);
    let of_places = places.fields().iter().map(|field| field.as_ref().clone());
    let mut fields: Vec<_> = of_places.chain([status]).collect();
    for field in features.fields() {
        let mut name = format!("{OF_FEATURES}{}", field.name());
        // What a consumer calls a column of his own stays as he calls it.
        while fields.iter().any(|other| *other.name() == name) {
            name.push('_');
        }
        fields.push(field.as_ref().clone().with_name(name).with_nullable(true));
    }
    Arc::new(Schema::new(fields))
}

/// The name of the column that says what was found.
pub const STATUS: &str = "status";
/// The begin of names of columns of features.
pub const OF_FEATURES: &str = "feature_";
/// A feature is around the place.
const FOUND: &str = "found";
/// No feature is around the place.
const NONE: &str = "none";
/// The place is not understood.
const REJECTED: &str = "rejected";
/// Rows of a batch, but for the last place's.
const ROWS: usize = 8192;

#[cfg(test)]
mod tests;
