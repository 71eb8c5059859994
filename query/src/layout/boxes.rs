//! Boxes of geometries, and their places on a curve that keeps near ones beside each other.

use std::sync::Arc;

use arrow_array::{ArrayRef, BinaryArray, Float64Array, UInt64Array, builder::Float64Builder};

use crate::geometry;

/// West, south, east and north of each geometry, and the place of each box's centre on the curve; a row without a
/// geometry, or with an empty one, has no box and comes last.
pub(super) fn of(geometries: &BinaryArray) -> ([ArrayRef; 4], ArrayRef) {
    let mut sides: [Float64Builder; 4] = Default::default();
    let mut places = Vec::with_capacity(geometries.iter().len());
    for geometry in geometries {
        let bounds = geometry.and_then(geometry::bounds);
        for (at, side) in sides.iter_mut().enumerate() {
            side.append_option(bounds.as_ref().and_then(|bounds| bounds.get(at)).copied());
        }
        places.push(bounds.map_or(u64::MAX, |[west, south, east, north]| {
            geometry::hilbert([west.midpoint(east), south.midpoint(north)])
        }));
    }
    let sides = sides.map(|mut side| {
        let side: Float64Array = side.finish();
        let side: ArrayRef = Arc::new(side);
        side
    });
    (sides, Arc::new(UInt64Array::from(places)))
}
