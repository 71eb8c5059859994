//! Features that meet a box.

use arrow_array::{BooleanArray, RecordBatch, cast::AsArray};

use crate::{
    geometry::Bbox,
    layout::Stored,
    literal::Literal,
    predicate::{Comparison, Predicate},
    table::error::QueryError,
};

use super::compared;

/// Features that meet a box, by their geometries.
pub(in crate::table) struct Meets {
    bbox: Bbox,
    geometry: usize,
}

/// Features whose boxes meet the box, or the two that it is when it goes over the date line, and those without a place
/// (OGC 17-069r4, `/req/core/fc-bbox-response`, C).
pub(super) fn boxes(stored: &Stored, bbox: Bbox) -> Result<Predicate, QueryError> {
    if stored.geometry().is_none() {
        return Err(QueryError::Without("geometries"));
    }
    let first = stored.table().columns.len();
    let side =
        |at: usize, comparison, degrees| compared(first + at, comparison, Literal::Number(degrees));
    let halves = bbox.halves().map(|[west, south, east, north]| {
        Predicate::all([
            side(0, Comparison::LessOrEqual, east),
            side(1, Comparison::LessOrEqual, north),
            side(2, Comparison::GreaterOrEqual, west),
            side(3, Comparison::GreaterOrEqual, south),
        ])
    });
    let is_nowhere = Predicate::IsNull { column: first };
    Ok(Predicate::any(halves.into_iter().chain([is_nowhere])))
}

pub(super) fn meets(stored: &Stored, bbox: Bbox) -> Option<Meets> {
    let geometry = stored.geometry()?;
    Some(Meets { bbox, geometry })
}

impl Meets {
    pub(super) fn geometry(&self) -> usize {
        self.geometry
    }

    /// Rows whose geometries, in the only column, meet the box, and those that have none. Their boxes do; one that lies
    /// within needs no look at the geometry, which is read with them all the same.
    pub(super) fn holds(&self, batch: &RecordBatch) -> Result<BooleanArray, QueryError> {
        let geometries = batch.columns().first();
        let geometries = geometries.and_then(|geometries| geometries.as_binary_opt::<i32>());
        let geometries = geometries.ok_or(QueryError::Without("geometries"))?;
        let met = geometries.iter().map(|geometry| match geometry {
            Some(geometry) => self.bbox.meets(geometry).unwrap_or(false),
            None => true,
        });
        Ok(BooleanArray::from(met.collect::<Vec<bool>>()))
    }
}
