//! Geometries in another coordinate reference system.

use super::{Crs, GeometryFault, Part, Position, Sink, wkb};

/// A sink that is told of positions in another system.
struct Turned<S> {
    sink: S,
    turn: fn(Crs, [f64; 2]) -> [f64; 2],
    crs: Crs,
}

impl<S: Sink> Sink for Turned<S> {
    fn open(&mut self, part: Part, has_z: bool) {
        self.sink.open(part, has_z);
    }

    fn position(&mut self, Position { xy, z }: Position) {
        let xy = (self.turn)(self.crs, xy);
        self.sink.position(Position { xy, z });
    }

    fn close(&mut self, part: Part) {
        self.sink.close(part);
    }
}

/// A geometry of a table in well-known binary of a system, for Arrow and `GeoParquet`: these have easting or longitude
/// first, whatever the system's own order is (`GeoParquet` 1.1, "coordinate axis order").
///
/// # Errors
/// [`GeometryFault`] of octets that are no geometry.
pub fn in_crs(wkb: &[u8], crs: Crs) -> Result<Vec<u8>, GeometryFault> {
    let crs = match crs {
        Crs::Crs84 | Crs::Epsg4326 => Crs::Crs84,
        Crs::Epsg3857 => crs,
    };
    turn(wkb, crs, Crs::of_degrees)
}

/// A geometry of a query, whose positions are in a system and in its order of axes, as one of a table.
///
/// # Errors
/// [`GeometryFault`] of octets that are no geometry.
pub fn of_crs(wkb: &[u8], crs: Crs) -> Result<Vec<u8>, GeometryFault> {
    turn(wkb, crs, Crs::to_degrees)
}

fn turn(
    wkb: &[u8],
    crs: Crs,
    turn: fn(Crs, [f64; 2]) -> [f64; 2],
) -> Result<Vec<u8>, GeometryFault> {
    let sink = wkb::Writer::default();
    let mut turned = Turned { sink, turn, crs };
    wkb::read(wkb, &mut turned)?;
    Ok(turned.sink.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::wkt;

    #[test]
    fn geometries_of_each_system_come_from_degrees_and_go_there() {
        let degrees = wkt::to_wkb("LINESTRING Z(-0.5 51.25 7,0 0 1)").unwrap();
        let swapped = wkt::to_wkb("LINESTRING Z(51.25 -0.5 7,0 0 1)").unwrap();
        assert_eq!(of_crs(&swapped, Crs::Epsg4326).unwrap(), degrees);
        assert_eq!(of_crs(&degrees, Crs::Crs84).unwrap(), degrees);
        assert_eq!(in_crs(&degrees, Crs::Epsg4326).unwrap(), degrees);
        let metres = in_crs(&degrees, Crs::Epsg3857).unwrap();
        let mut text = Vec::new();
        wkt::write(&metres, Crs::Crs84, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.starts_with("LINESTRING Z(-55659.745"), "{text}");
        let back = of_crs(&metres, Crs::Epsg3857).unwrap();
        let [west, south, ..] = crate::geometry::bounds(&back).unwrap();
        assert!((west + 0.5).abs() < 1e-9 && south.abs() < 1e-9);
    }
}
