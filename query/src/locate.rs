//! Features around many places: point in polygon, for a list of places of any length.
//!
//! The areas of a table, or of those of its rows that a question is about, are brought into memory once, in boxes upon
//! boxes; then each place costs a few boxes and the edges beside it. Memory is bounded: features that have more are
//! refused before they are there.

use arrow_array::{ArrayRef, RecordBatch, UInt32Array, cast::AsArray};
use arrow_schema::{ArrowError, SchemaRef};

use crate::geometry::{Areas, Boxes, GeometryFault, Side, hilbert, wkb};

/// Areas of features, and what is told of those that are found.
#[derive(Debug)]
pub struct Locator {
    areas: Areas,
    /// Boxes of the polygons along a curve.
    boxes: Boxes,
    /// For each box its polygon, and the feature that has it.
    polygons: Vec<(usize, u32)>,
    properties: RecordBatch,
}

/// Features around places: pairs, of which each place has one at least.
#[derive(Clone, Debug)]
pub struct Located {
    /// For each pair the place, by its number in the list; in order.
    pub places: UInt32Array,
    /// For each pair the feature, by its row; none where no feature is around the place.
    pub features: UInt32Array,
    /// The number of places that were looked for, from the first.
    pub taken: usize,
}

/// Faults that keep features from being brought into memory.
#[derive(Debug, thiserror::Error)]
pub enum LocateFault<E> {
    /// Batches that do not fit each other.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    /// A geometry in the table that is none.
    #[error("the geometry of a row cannot be read: {0}")]
    Geometry(#[from] GeometryFault),
    /// No column of geometries where one must be.
    #[error("column {0} of the rows is no geometry")]
    NoGeometry(usize),
    /// The rows could not be read.
    #[error(transparent)]
    Rows(E),
    /// More than may be in memory.
    #[error("the features take more than {limit} octets")]
    TooLarge {
        /// Octets that they may take.
        limit: usize,
    },
}

impl Locator {
    /// Brings features into memory: the geometries in column `geometry` of the rows, and the other columns to tell.
    ///
    /// # Errors
    /// [`LocateFault`]; more octets than `limit` are never held.
    pub fn new<E>(
        schema: &SchemaRef,
        rows: impl IntoIterator<Item = Result<RecordBatch, E>>,
        geometry: usize,
        limit: usize,
    ) -> Result<Self, LocateFault<E>> {
        let mut told: Vec<_> = (0..schema.fields().len()).collect();
        told.retain(|column| *column != geometry);
        let mut areas = Areas::default();
        let mut owners = Vec::new();
        let mut batches = Vec::new();
        let (mut row, mut bytes) = (0_u32, 0_usize);
        for batch in rows {
            let batch = batch.map_err(LocateFault::Rows)?;
            let geometries = batch.columns().get(geometry);
            let geometries = geometries.and_then(|column| column.as_binary_opt::<i32>());
            let geometries = geometries.ok_or(LocateFault::NoGeometry(geometry))?;
            for geometry in geometries {
                if let Some(geometry) = geometry {
                    wkb::read(geometry, &mut areas)?;
                }
                owners.resize(areas.len(), row);
                row = row.checked_add(1).ok_or(LocateFault::TooLarge { limit })?;
            }
            let batch = batch.project(&told)?;
            // They are there twice while they are put together.
            bytes += 2 * batch.get_array_memory_size();
            if bytes + areas.bytes() + owners.len() * BYTES_OF_A_BOX > limit {
                return Err(LocateFault::TooLarge { limit });
            }
            batches.push(batch);
        }
        let told = SchemaRef::new(schema.project(&told)?);
        let properties = arrow_select::concat::concat_batches(&told, &batches)?;
        let mut polygons: Vec<_> = areas.boxes().zip(owners.into_iter().enumerate()).collect();
        polygons.sort_by_cached_key(|([west, south, east, north], _)| {
            hilbert([west.midpoint(*east), south.midpoint(*north)])
        });
        let (boxes, polygons) = polygons.into_iter().unzip();
        Ok(Self {
            areas,
            boxes: Boxes::new(boxes),
            polygons,
            properties,
        })
    }

    /// The number of features.
    #[must_use]
    pub fn len(&self) -> usize {
        self.properties.num_rows()
    }

    /// `true` where there is no feature.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Octets that it takes in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.areas.bytes()
            + self.boxes.bytes()
            + size_of_val(&*self.polygons)
            + self.properties.get_array_memory_size()
    }

    /// The columns that are told of features.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        self.properties.schema()
    }

    /// The features around each of the places, longitude first, in the order of the table; a place on the side of a
    /// feature is within it, and one that is not known is within none. Behind so many pairs it ends with the place that
    /// it has begun, for a table may have any number of features around one.
    #[must_use]
    pub fn locate(&self, places: &[Option<[f64; 2]>], most_pairs: usize) -> Located {
        let mut pairs = (
            Vec::with_capacity(places.len()),
            Vec::with_capacity(places.len()),
        );
        let mut around = Vec::new();
        let mut taken = 0;
        for (place, point) in (0_u32..).zip(places) {
            if taken > 0 && pairs.0.len() >= most_pairs {
                break;
            }
            taken += 1;
            around.clear();
            if let Some(point) = *point {
                self.around(point, &mut around);
            }
            let (numbers, features) = &mut pairs;
            if around.is_empty() {
                numbers.push(place);
                features.push(None);
            }
            for feature in &around {
                numbers.push(place);
                features.push(Some(*feature));
            }
        }
        let (numbers, features) = pairs;
        Located {
            places: numbers.into(),
            features: features.into(),
            taken,
        }
    }

    /// Columns that are told of features, as rows beside those of places; nothing of none.
    ///
    /// # Errors
    /// [`ArrowError`] for a row that no feature has.
    pub fn properties(&self, features: &UInt32Array) -> Result<Vec<ArrayRef>, ArrowError> {
        let last = self.len().checked_sub(1);
        let is_beyond = |row: u32| {
            usize::try_from(row)
                .ok()
                .zip(last)
                .is_none_or(|(row, last)| row > last)
        };
        if features.iter().flatten().any(is_beyond) {
            return Err(ArrowError::InvalidArgumentError(
                "no feature has that row".into(),
            ));
        }
        let columns = self.properties.columns().iter();
        columns
            .map(|column| arrow_select::take::take(column, features, None))
            .collect()
    }

    fn around(&self, point: [f64; 2], found: &mut Vec<u32>) {
        let [x, y] = point;
        self.boxes.meeting([x, y, x, y], |at| {
            if let Some((polygon, feature)) = self.polygons.get(at)
                && self.areas.side_of(*polygon, point) != Side::Outside
            {
                found.push(*feature);
            }
            true
        });
        // A feature of many parts is around a place once.
        found.sort_unstable();
        found.dedup();
    }
}

/// Octets of the box of a polygon, and of the boxes around it.
const BYTES_OF_A_BOX: usize = 64;

#[cfg(test)]
mod tests;
