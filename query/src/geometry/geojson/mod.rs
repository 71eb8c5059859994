//! Geometries of GeoJSON (RFC 7946 §3.1): read from their text, and written as it.

mod reader;
mod writer;

pub use reader::read;
pub use writer::Writer;

use super::{Crs, GeometryFault, wkb};

/// The geometry of a text as it lies in a table.
///
/// # Errors
/// [`GeometryFault`], the first.
pub fn to_wkb(text: &str) -> Result<Vec<u8>, GeometryFault> {
    let mut writer = wkb::Writer::default();
    read(text, &mut writer)?;
    Ok(writer.finish())
}

/// Appends a geometry in well-known binary to `text`, its positions in the system and in its order of axes.
///
/// # Errors
/// [`GeometryFault`] of octets that are no geometry; `text` is as it was.
pub fn write(wkb: &[u8], crs: Crs, text: &mut Vec<u8>) -> Result<(), GeometryFault> {
    let start = text.len();
    let written = wkb::read(wkb, &mut Writer::new(text, crs));
    if written.is_err() {
        text.truncate(start);
    }
    written
}

#[cfg(test)]
mod tests;
