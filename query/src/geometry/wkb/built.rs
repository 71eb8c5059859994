//! Geometries of the crate `geo`: made of what is told, and told.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon,
    Point, Polygon,
};

use crate::geometry::{Part, Position, Sink};

/// A geometry of `geo`, without heights, made while it is told.
#[derive(Debug, Default)]
pub struct Built {
    positions: Vec<Coord>,
    rings: Vec<LineString>,
    /// Parts of the collections that are open; the first are those of none, which is the geometry.
    geometries: Vec<Vec<Geometry>>,
    whole: Option<Geometry>,
}

impl Built {
    /// The geometry; an empty collection when none was told.
    #[must_use]
    pub fn finish(self) -> Geometry {
        let nothing = || Geometry::GeometryCollection(GeometryCollection(Vec::new()));
        self.whole.unwrap_or_else(nothing)
    }

    fn take_line(&mut self) -> LineString {
        LineString(std::mem::take(&mut self.positions))
    }

    fn take_parts(&mut self) -> Vec<Geometry> {
        self.geometries.pop().unwrap_or_default()
    }

    fn done(&mut self, geometry: Geometry) {
        match self.geometries.last_mut() {
            Some(parts) => parts.push(geometry),
            None => self.whole = Some(geometry),
        }
    }
}

impl Sink for Built {
    fn open(&mut self, part: Part, _: bool) {
        match part {
            Part::Point | Part::LineString | Part::Ring | Part::Polygon => (),
            Part::MultiPoint
            | Part::MultiLineString
            | Part::MultiPolygon
            | Part::GeometryCollection => self.geometries.push(Vec::new()),
        }
    }

    fn position(&mut self, Position { xy: [x, y], .. }: Position) {
        self.positions.push(Coord { x, y });
    }

    fn close(&mut self, part: Part) {
        let geometry = match part {
            Part::Point => match self.positions.pop() {
                Some(position) => Point(position).into(),
                None => MultiPoint(Vec::new()).into(),
            },
            Part::LineString => self.take_line().into(),
            Part::Ring => {
                let ring = self.take_line();
                return self.rings.push(ring);
            }
            Part::Polygon => {
                let mut rings = std::mem::take(&mut self.rings).into_iter();
                let outer = rings.next().unwrap_or_else(|| LineString(Vec::new()));
                Polygon::new(outer, rings.collect()).into()
            }
            Part::MultiPoint => MultiPoint(of_one_type(self.take_parts())).into(),
            Part::MultiLineString => MultiLineString(of_one_type(self.take_parts())).into(),
            Part::MultiPolygon => MultiPolygon(of_one_type(self.take_parts())).into(),
            Part::GeometryCollection => {
                Geometry::GeometryCollection(GeometryCollection(self.take_parts()))
            }
        };
        self.done(geometry);
    }
}

/// Parts of a geometry of many: a point without a place is left out, for it adds none.
fn of_one_type<T: TryFrom<Geometry>>(parts: Vec<Geometry>) -> Vec<T> {
    let parts = parts.into_iter().map(T::try_from);
    parts.filter_map(Result::ok).collect()
}

/// Tells of a geometry.
pub(super) fn tell(geometry: &Geometry, sink: &mut impl Sink) {
    match geometry {
        Geometry::Point(point) => one(Part::Point, &[point.0], sink),
        Geometry::Line(line) => one(Part::LineString, &[line.start, line.end], sink),
        Geometry::LineString(line) => one(Part::LineString, &line.0, sink),
        Geometry::Polygon(of) => polygon(of, sink),
        Geometry::MultiPoint(points) => within(Part::MultiPoint, sink, |sink| {
            points.iter().for_each(|of| one(Part::Point, &[of.0], sink));
        }),
        Geometry::MultiLineString(lines) => within(Part::MultiLineString, sink, |sink| {
            lines
                .iter()
                .for_each(|of| one(Part::LineString, &of.0, sink));
        }),
        Geometry::MultiPolygon(polygons) => within(Part::MultiPolygon, sink, |sink| {
            polygons.iter().for_each(|of| polygon(of, sink));
        }),
        Geometry::GeometryCollection(parts) => within(Part::GeometryCollection, sink, |sink| {
            parts.iter().for_each(|of| tell(of, sink));
        }),
        Geometry::Rect(rectangle) => polygon(&rectangle.to_polygon(), sink),
        Geometry::Triangle(triangle) => polygon(&triangle.to_polygon(), sink),
    }
}

fn polygon(polygon: &Polygon, sink: &mut impl Sink) {
    within(Part::Polygon, sink, |sink| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let rings = rings.filter(|ring| !ring.0.is_empty());
        rings.for_each(|ring| one(Part::Ring, &ring.0, sink));
    });
}

fn one(part: Part, positions: &[Coord], sink: &mut impl Sink) {
    within(part, sink, |sink| {
        for &Coord { x, y } in positions {
            let (xy, z) = ([x, y], None);
            sink.position(Position { xy, z });
        }
    });
}

fn within<S: Sink>(part: Part, sink: &mut S, tell: impl FnOnce(&mut S)) {
    sink.open(part, false);
    tell(sink);
    sink.close(part);
}
