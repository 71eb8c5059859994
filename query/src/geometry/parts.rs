//! Parts and positions of a geometry, in the order in which they are read.

/// A place of a geometry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Longitude and latitude, or what stands for them in another system.
    pub xy: [f64; 2],
    /// The third coordinate.
    pub z: Option<f64>,
}

/// Kinds of what consists of positions or of parts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, strum::IntoStaticStr)]
pub enum Part {
    /// A position; none where it is empty.
    Point,
    /// Positions, one after the other.
    LineString,
    /// Rings: the first around the area, the others around holes.
    Polygon,
    /// Points.
    MultiPoint,
    /// Lines.
    MultiLineString,
    /// Polygons.
    MultiPolygon,
    /// Any of these, and collections.
    GeometryCollection,
    /// Positions of a polygon's side, of which the last is the first.
    Ring,
}

/// A maker of something from a geometry while it is read.
///
/// Each part is opened, told of its parts or positions, and closed. What was made is to be had when the reader has
/// found no fault.
pub trait Sink {
    /// A part begins, whose positions have a third coordinate or not.
    fn open(&mut self, part: Part, has_z: bool) {
        let _ = (part, has_z);
    }

    /// A position of the part that was opened last.
    fn position(&mut self, position: Position);

    /// The part that was opened last ends.
    fn close(&mut self, part: Part) {
        let _ = part;
    }
}

impl Part {
    /// The name, as in GeoJSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// `true` where a part may consist of such parts.
    #[must_use]
    pub const fn may_hold(self, part: Self) -> bool {
        matches!(
            (self, part),
            (Self::MultiPoint, Self::Point)
                | (Self::MultiLineString, Self::LineString)
                | (Self::MultiPolygon, Self::Polygon)
                | (Self::Polygon, Self::Ring)
        ) || matches!(self, Self::GeometryCollection) && !matches!(part, Self::Ring)
    }
}

/// Two sinks that are told the same.
impl<A: Sink, B: Sink> Sink for (A, B) {
    fn open(&mut self, part: Part, has_z: bool) {
        self.0.open(part, has_z);
        self.1.open(part, has_z);
    }

    fn position(&mut self, position: Position) {
        self.0.position(position);
        self.1.position(position);
    }

    fn close(&mut self, part: Part) {
        self.0.close(part);
        self.1.close(part);
    }
}

impl<S: Sink> Sink for &mut S {
    fn open(&mut self, part: Part, has_z: bool) {
        (**self).open(part, has_z);
    }

    fn position(&mut self, position: Position) {
        (**self).position(position);
    }

    fn close(&mut self, part: Part) {
        (**self).close(part);
    }
}

/// `true` where two positions are one.
#[expect(
    clippy::float_cmp,
    reason = "positions of rings and corners are copies of each other, and a near one is another"
)]
pub(super) fn is_same(one: [f64; 2], other: [f64; 2]) -> bool {
    one == other
}
