//! Geometries of a source: GeoJSON, well-known text, well-known binary, and points of two columns.

use super::{
    fault::{Shown, What},
    row::Cell,
};
use crate::geometry::{Admitted, Invalid, Warning, admit, geojson, wkb, wkt};

/// The oddities of all geometries of a column, each with the number of geometries that have it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Oddities(Vec<(Warning, u64)>);

impl Oddities {
    /// The geometry that `admitted` is; its oddities are counted.
    pub(super) fn count(&mut self, admitted: Admitted) -> Vec<u8> {
        for warning in admitted.warnings {
            match self.0.iter_mut().find(|(known, _)| *known == warning) {
                Some((_, count)) => *count += 1,
                None => self.0.push((warning, 1)),
            }
        }
        admitted.wkb
    }

    /// A sentence for each, of the column `name`.
    pub(super) fn notes(&self, name: &str) -> impl Iterator<Item = String> {
        let oddities = self.0.iter();
        oddities.map(move |(warning, count)| format!("{name}: of {count} geometries: {warning}"))
    }
}

/// The geometry of `cell`.
pub(super) fn of_cell(cell: Cell<'_>) -> Result<Admitted, What> {
    if let Cell::Wkb(octets) = cell {
        return of_wkb(octets);
    }
    let text = cell.text();
    let found = match cell {
        Cell::Geometry(_) | Cell::Nested(_) => geojson::to_wkb(&text),
        _ if text.trim_start().starts_with('{') => geojson::to_wkb(&text),
        _ => wkt::to_wkb(&text),
    };
    of_wkb(&found.map_err(|fault| refused(&fault.into()))?)
}

/// A geometry in well-known binary.
pub(super) fn of_wkb(octets: &[u8]) -> Result<Admitted, What> {
    admit(octets).map_err(|fault| refused(&fault))
}

/// A point of degrees.
pub(super) fn point(longitude: f64, latitude: f64) -> Result<Admitted, What> {
    degrees(longitude, "longitude", 180)?;
    degrees(latitude, "latitude", 90)?;
    of_wkb(&wkb::point([longitude, latitude]))
}

fn degrees(number: f64, role: &'static str, most: i16) -> Result<(), What> {
    if number.abs() <= f64::from(most) {
        return Ok(());
    }
    let text = Shown::new(&number.to_string());
    Err(What::Degrees { text, role, most })
}

fn refused(fault: &Invalid) -> What {
    What::Geometry(fault.to_string().into())
}
