//! Well-known binary (OGC 06-103r4 §8.2, ISO 13249-3): read in any of its dialects, written in one.
//!
//! Both byte orders are read, numbers of types as ISO has them (1001 for a point with a height) and as `PostGIS` writes
//! them (a bit for each of Z, M and the system). A measure (M) is read and left.

mod built;
mod reader;
mod writer;

pub use built::Built;
pub use writer::Writer;

use super::{GeometryFault, Part, Position, Sink};

/// Reads a geometry, from the first octet to the last.
///
/// # Errors
/// [`GeometryFault`], the first; the sink was told what stood before it.
pub fn read(wkb: &[u8], sink: &mut impl Sink) -> Result<(), GeometryFault> {
    reader::Reader::new(wkb).read(sink)
}

/// The geometry as it lies in a table: little-endian, types of ISO, heights kept.
///
/// # Errors
/// [`GeometryFault`], the first.
pub fn normal(wkb: &[u8]) -> Result<Vec<u8>, GeometryFault> {
    let mut writer = Writer::default();
    read(wkb, &mut writer)?;
    Ok(writer.finish())
}

/// The geometry as `geo` has it, without heights.
///
/// # Errors
/// [`GeometryFault`], the first.
pub fn to_geo(wkb: &[u8]) -> Result<geo::Geometry, GeometryFault> {
    let mut built = Built::default();
    read(wkb, &mut built)?;
    Ok(built.finish())
}

/// A point, longitude first, as it lies in a table.
#[must_use]
pub fn point(xy: [f64; 2]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.open(Part::Point, false);
    writer.position(Position { xy, z: None });
    writer.close(Part::Point);
    writer.finish()
}

/// A geometry of `geo` as it lies in a table.
#[must_use]
pub fn from_geo(geometry: &geo::Geometry) -> Vec<u8> {
    let mut writer = Writer::default();
    built::tell(geometry, &mut writer);
    writer.finish()
}

/// The number of a type, as ISO has it.
const POLYGON: u32 = 3;
/// Number that is added to that of a type whose positions have a height.
const WITH_Z: u32 = 1000;

#[cfg(test)]
mod tests;
