//! Geometries of a filter, in degrees.

use super::{
    Options,
    fault::{At, Fault, FaultKind},
    node::Term,
};
use crate::geometry::{
    Bbox, GeometryFault, Part, Position, Sink, admit, geojson, of_crs, wkb::Writer, wkt,
};

/// Geometries of one filter, whose positions are counted.
pub(super) struct Shapes {
    options: Options,
    positions: usize,
}

impl Shapes {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            positions: 0,
        }
    }

    /// The geometry in WKT that `text` begins with, and its octets.
    pub(super) fn of_wkt(&mut self, at: &At, text: &str) -> Result<(Term, usize), Fault> {
        let mut octets = 0;
        let geometry = self.read(at, |sink| {
            octets = wkt::read_first(text, sink)?;
            Ok(())
        })?;
        Ok((geometry, octets))
    }

    /// The geometry in GeoJSON.
    pub(super) fn of_geojson(&mut self, at: &At, text: &str) -> Result<Term, Fault> {
        self.read(at, |sink| geojson::read(text, sink))
    }

    /// The area of a box; a point or a line where it has no width or no height.
    pub(super) fn of_bbox(&self, at: &At, numbers: &[f64]) -> Result<Term, Fault> {
        let bbox = Bbox::of(numbers, self.options.crs).map_err(|fault| at.fault(fault))?;
        let mut writer = Writer::default();
        let halves: Vec<_> = bbox.halves().collect();
        if let [half] = *halves {
            draw(half, &mut writer);
        } else {
            let are_areas = halves.iter().all(|half| sides(*half) == [true, true]);
            let both = if are_areas {
                Part::MultiPolygon
            } else {
                Part::GeometryCollection
            };
            writer.open(both, false);
            for half in halves {
                draw(half, &mut writer);
            }
            writer.close(both);
        }
        Ok(Term::Geometry(writer.finish()))
    }

    fn read(
        &mut self,
        at: &At,
        read: impl FnOnce(&mut (Writer, Count)) -> Result<(), GeometryFault>,
    ) -> Result<Term, Fault> {
        let mut sinks = (Writer::default(), Count(self.positions));
        read(&mut sinks).map_err(|fault| at.fault(fault))?;
        let (writer, Count(positions)) = sinks;
        let limit = self.options.limits.positions;
        if positions > limit {
            return Err(at.fault(FaultKind::Positions(limit)));
        }
        self.positions = positions;
        let geometry = of_crs(&writer.finish(), self.options.crs);
        let geometry = geometry.map_err(|fault| at.fault(fault))?;
        let admitted = admit(&geometry).map_err(|fault| at.fault(fault))?;
        Ok(Term::Geometry(admitted.wkb))
    }
}

/// The number of positions that came by.
struct Count(usize);

impl Sink for Count {
    fn position(&mut self, _: Position) {
        self.0 += 1;
    }
}

/// A width and a height that are more than none.
fn sides([west, south, east, north]: [f64; 4]) -> [bool; 2] {
    [west < east, south < north]
}

fn draw(half: [f64; 4], sink: &mut impl Sink) {
    let [west, south, east, north] = half;
    let (parts, corners): (&[Part], &[[f64; 2]]) = match sides(half) {
        [true, true] => (
            &[Part::Polygon, Part::Ring],
            &[
                [west, south],
                [east, south],
                [east, north],
                [west, north],
                [west, south],
            ],
        ),
        [false, false] => (&[Part::Point], &[[west, south]]),
        _ => (&[Part::LineString], &[[west, south], [east, north]]),
    };
    for part in parts {
        sink.open(*part, false);
    }
    for xy in corners {
        sink.position(Position { xy: *xy, z: None });
    }
    for part in parts.iter().rev() {
        sink.close(*part);
    }
}
