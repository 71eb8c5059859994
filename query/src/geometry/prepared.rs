//! A geometry that many others are asked about.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use geo::Geometry;

use super::{
    Areas, Bounds, GeometryFault, Part, Position, Relation, Side, Sink,
    area::Ray,
    bbox::Meeting,
    boxes_meet,
    pairs::{Graphs, Parts},
    parts::is_same,
    wkb::{self, Built},
};

/// A geometry that others are asked about: shared, and with its sides indexed.
#[derive(Clone)]
pub struct Prepared(Arc<Inner>);

struct Inner {
    geometry: Geometry,
    parts: Parts,
    bounds: Option<[f64; 4]>,
    shape: Shape,
}

/// Shapes of which some questions are quick.
enum Shape {
    Point([f64; 2]),
    Rectangle(Areas),
    Areas(Areas),
    Other,
}

impl Prepared {
    /// A geometry of `geo` in degrees of WGS 84.
    ///
    /// # Errors
    /// [`GeometryFault`] of one with coordinates that are not finite, or with too many.
    pub fn new(geometry: &Geometry) -> Result<Self, GeometryFault> {
        Self::of(&wkb::from_geo(geometry))
    }

    /// A geometry in well-known binary.
    ///
    /// # Errors
    /// [`GeometryFault`], the first.
    pub fn of(wkb: &[u8]) -> Result<Self, GeometryFault> {
        let mut sinks = ((Built::default(), Areas::default()), Bounds::default());
        wkb::read(wkb, &mut sinks)?;
        let ((built, areas), bounds) = sinks;
        let (geometry, bounds) = (built.finish(), bounds.get());
        let shape = match &geometry {
            Geometry::Point(point) => Shape::Point([point.x(), point.y()]),
            Geometry::Polygon(polygon) if is_rectangle(polygon, bounds) => Shape::Rectangle(areas),
            Geometry::Polygon(_) | Geometry::MultiPolygon(_) => Shape::Areas(areas),
            _ => Shape::Other,
        };
        Ok(Self(Arc::new(Inner {
            parts: Parts::of(geometry.clone()),
            geometry,
            bounds,
            shape,
        })))
    }

    /// The geometry.
    #[must_use]
    pub fn geometry(&self) -> &Geometry {
        &self.0.geometry
    }

    /// Its box: west, south, east, north; none of an empty one.
    #[must_use]
    pub fn bounds(&self) -> Option<[f64; 4]> {
        self.0.bounds
    }

    /// `true` where the geometry in `wkb` stands in the relation to it: `Within` says that `wkb` lies within it.
    ///
    /// # Errors
    /// [`GeometryFault`] of octets that are no geometry.
    pub fn relates(&self, relation: Relation, wkb: &[u8]) -> Result<bool, GeometryFault> {
        self.relating().relates(relation, wkb)
    }

    /// The same for many geometries in a row, on one thread: what is worked out of it for the first serves all.
    #[must_use]
    pub fn relating(&self) -> Relating<'_> {
        Relating {
            prepared: self,
            graphs: self.0.parts.graphs(),
        }
    }

    /// `true` where a geometry whose box is known may stand in the relation to it.
    #[must_use]
    pub fn may_relate(&self, relation: Relation, bounds: [f64; 4]) -> bool {
        match (relation, self.bounds()) {
            (Relation::Disjoint, _) => true,
            (_, Some(own)) => boxes_meet(own, bounds),
            (_, None) => relation.of_apart(),
        }
    }
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Prepared").field(self.geometry()).finish()
    }
}

impl PartialEq for Prepared {
    fn eq(&self, other: &Self) -> bool {
        self.geometry() == other.geometry()
    }
}

/// A prepared geometry at work on one thread.
pub struct Relating<'p> {
    prepared: &'p Prepared,
    graphs: Graphs<'p>,
}

impl Relating<'_> {
    /// As [`Prepared::relates`].
    ///
    /// # Errors
    /// [`GeometryFault`] of octets that are no geometry.
    pub fn relates(&self, relation: Relation, wkb: &[u8]) -> Result<bool, GeometryFault> {
        let Inner { bounds, shape, .. } = &*self.prepared.0;
        let mut about = About::default();
        wkb::read(wkb, &mut about)?;
        let (Some(own), Some(other)) = (*bounds, about.bounds.get()) else {
            return Ok(relation.of_apart());
        };
        if !boxes_meet(own, other) {
            return Ok(relation.of_apart());
        }
        match shape {
            Shape::Areas(areas) | Shape::Rectangle(areas) if about.is_a_point => {
                let [x, y, ..] = other;
                Ok(relation.of_point(areas.side([x, y])))
            }
            Shape::Point(point) if about.are_areas => {
                let mut around = Around::new(*point);
                wkb::read(wkb, &mut around)?;
                Ok(relation.of_area(around.side))
            }
            Shape::Rectangle(_)
                if matches!(relation, Relation::Intersects | Relation::Disjoint) =>
            {
                let mut meeting = Meeting::new(own);
                wkb::read(wkb, &mut meeting)?;
                Ok(meeting.is_met == (relation == Relation::Intersects))
            }
            _ => {
                let one = Parts::of(wkb::to_geo(wkb)?);
                // The matrix has checks that panic where areas lie in each other as those of no valid geometry do.
                let facts = || self.graphs.facts(&one, relation);
                let facts = panic::catch_unwind(AssertUnwindSafe(facts));
                let facts = facts.or(Err(GeometryFault::Unrelated))?;
                Ok(facts.holds(relation))
            }
        }
    }
}

/// Facts of a geometry that are to be known before it is asked about.
struct About {
    bounds: Bounds,
    is_a_point: bool,
    are_areas: bool,
}

impl Default for About {
    fn default() -> Self {
        Self {
            bounds: Bounds::default(),
            is_a_point: true,
            are_areas: true,
        }
    }
}

impl Sink for About {
    fn open(&mut self, part: Part, _: bool) {
        self.is_a_point &= part == Part::Point;
        self.are_areas &= matches!(part, Part::Polygon | Part::MultiPolygon | Part::Ring);
    }

    fn position(&mut self, position: Position) {
        self.bounds.position(position);
    }
}

/// A point, and the polygons that may be around it.
struct Around {
    ray: Ray,
    point: [f64; 2],
    last: Option<[f64; 2]>,
    side: Side,
}

impl Around {
    fn new(point: [f64; 2]) -> Self {
        Self {
            ray: Ray::new(point),
            point,
            last: None,
            side: Side::Outside,
        }
    }
}

impl Sink for Around {
    fn open(&mut self, part: Part, _: bool) {
        self.last = None;
        if part == Part::Polygon {
            self.ray = Ray::new(self.point);
        }
    }

    fn position(&mut self, Position { xy, .. }: Position) {
        if let Some(from) = self.last.replace(xy) {
            self.ray.cross([from, xy]);
        }
    }

    fn close(&mut self, part: Part) {
        if part == Part::Polygon {
            self.side = self.side.or(self.ray.side());
        }
    }
}

/// `true` where a polygon is its own box: it goes once around all corners.
fn is_rectangle(polygon: &geo::Polygon, bounds: Option<[f64; 4]>) -> bool {
    let Some([west, south, east, north]) = bounds else {
        return false;
    };
    let corners = [[west, south], [east, south], [east, north], [west, north]];
    let ring = polygon.exterior().coords().map(|at| [at.x, at.y]);
    let places = ring.map(|at| corners.iter().position(|corner| is_same(*corner, at)));
    let Some(places) = places.collect::<Option<Vec<_>>>() else {
        return false;
    };
    let goes = |step: usize| {
        let mut edges = places.array_windows();
        edges.all(|[from, to]| (from + step) % corners.len() == *to)
    };
    let has_an_area = west < east && south < north;
    has_an_area && polygon.interiors().is_empty() && places.len() == 5 && (goes(1) || goes(3))
}

#[cfg(test)]
mod tests;
