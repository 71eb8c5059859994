//! Areas with their sides indexed, so that the side on which a point lies is found among many thousand positions.

use super::{Bounds, Part, Position, Sink, parts::is_same};

/// Polygons with their sides indexed; lines and points of a geometry are none of them.
///
/// A point lies in a polygon where a ray to the east crosses its rings an odd number of times. Edges stand in the order
/// of their ring, so that those that follow each other lie near: a run of them is passed over by its box.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    /// Positions of all rings, the last of each its first.
    positions: Vec<[f64; 2]>,
    runs: Vec<Run>,
    rings: Vec<Ring>,
    polygons: Vec<Polygon>,
    bounds: Bounds,
    /// The first ring of the polygon that is open.
    first_ring: usize,
    start: usize,
    is_in_ring: bool,
}

/// Places of a point to an area.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// Within the area.
    Inside,
    /// On a side of it.
    Boundary,
    /// Anywhere else.
    Outside,
}

/// The box of some edges, without its western side, from which no ray to the east is saved.
#[derive(Clone, Copy, Debug)]
struct Run {
    south: f64,
    north: f64,
    east: f64,
}

#[derive(Clone, Copy, Debug)]
struct Ring {
    start: usize,
    end: usize,
    first_run: usize,
}

#[derive(Clone, Copy, Debug)]
struct Polygon {
    first_ring: usize,
    end_ring: usize,
    bounds: [f64; 4],
}

impl Areas {
    /// The number of polygons.
    #[must_use]
    pub fn len(&self) -> usize {
        self.polygons.len()
    }

    /// `true` where there is no polygon.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.polygons.is_empty()
    }

    /// Bytes that they take in memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.positions)
            + size_of_val(&*self.runs)
            + size_of_val(&*self.rings)
            + size_of_val(&*self.polygons)
    }

    /// The boxes of the polygons, in their order.
    #[must_use]
    pub fn boxes(&self) -> impl ExactSizeIterator<Item = [f64; 4]> {
        self.polygons.iter().map(|polygon| polygon.bounds)
    }

    /// The side on which a point lies of all of them: within one is within.
    #[must_use]
    pub fn side(&self, point: [f64; 2]) -> Side {
        let sides = (0..self.len()).map(|polygon| self.side_of(polygon, point));
        sides.fold(Side::Outside, Side::or)
    }

    /// The side on which a point lies of one of them.
    #[must_use]
    pub fn side_of(&self, polygon: usize, point: [f64; 2]) -> Side {
        let Some(polygon) = self.polygons.get(polygon) else {
            return Side::Outside;
        };
        let ([x, y], [west, south, east, north]) = (point, polygon.bounds);
        if x < west || x > east || y < south || y > north {
            return Side::Outside;
        }
        let rings = self.rings.get(polygon.first_ring..polygon.end_ring);
        let mut ray = Ray::new(point);
        for ring in rings.unwrap_or_default() {
            self.cross(*ring, &mut ray);
        }
        ray.side()
    }

    fn cross(&self, ring: Ring, ray: &mut Ray) {
        let positions = self.positions.get(ring.start..ring.end).unwrap_or_default();
        let runs = self.runs.get(ring.first_run..).unwrap_or_default();
        let [x, y] = ray.point;
        // A run begins with the position that the one before ends with.
        let starts = (0..positions.len().saturating_sub(1)).step_by(EDGES);
        for (start, run) in starts.zip(runs) {
            if y < run.south || y > run.north || x > run.east {
                continue;
            }
            let end = positions.len().min(start + EDGES + 1);
            let run = positions.get(start..end).unwrap_or_default();
            for edge in run.array_windows() {
                ray.cross(*edge);
            }
        }
    }

    fn close_ring(&mut self) {
        self.is_in_ring = false;
        let open = self.positions.get(self.start..).unwrap_or_default();
        if let ([first, ..], [.., last]) = (open, open)
            && !is_same(*first, *last)
        {
            self.positions.push(*first);
        }
        let first_run = self.runs.len();
        let ring = self.positions.get(self.start..).unwrap_or_default();
        for start in (0..ring.len().saturating_sub(1)).step_by(EDGES) {
            let end = ring.len().min(start + EDGES + 1);
            let mut bounds = Bounds::default();
            let edges = ring.get(start..end).unwrap_or_default();
            for position in edges {
                bounds.add(*position);
            }
            let [_, south, east, north] = bounds.sides;
            self.runs.push(Run { south, north, east });
        }
        self.rings.push(Ring {
            start: self.start,
            end: self.positions.len(),
            first_run,
        });
    }
}

impl Sink for Areas {
    fn open(&mut self, part: Part, _: bool) {
        match part {
            Part::Polygon => {
                self.first_ring = self.rings.len();
                self.bounds = Bounds::default();
            }
            Part::Ring => {
                self.is_in_ring = true;
                self.start = self.positions.len();
            }
            _ => (),
        }
    }

    fn position(&mut self, position: Position) {
        if self.is_in_ring {
            self.positions.push(position.xy);
            self.bounds.add(position.xy);
        }
    }

    fn close(&mut self, part: Part) {
        match part {
            Part::Ring => self.close_ring(),
            Part::Polygon => {
                if let Some(bounds) = self.bounds.get() {
                    self.polygons.push(Polygon {
                        first_ring: self.first_ring,
                        end_ring: self.rings.len(),
                        bounds,
                    });
                }
            }
            _ => (),
        }
    }
}

impl Side {
    /// The side of two areas together, of a point that lies so to each.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Inside, _) | (_, Self::Inside) => Self::Inside,
            (Self::Boundary, _) | (_, Self::Boundary) => Self::Boundary,
            (Self::Outside, Self::Outside) => Self::Outside,
        }
    }
}

/// A ray from a point to the east, and the edges that it has crossed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ray {
    point: [f64; 2],
    is_odd: bool,
    is_on_an_edge: bool,
}

impl Ray {
    pub(super) fn new(point: [f64; 2]) -> Self {
        Self {
            point,
            is_odd: false,
            is_on_an_edge: false,
        }
    }

    pub(super) fn side(self) -> Side {
        match (self.is_on_an_edge, self.is_odd) {
            (true, _) => Side::Boundary,
            (false, true) => Side::Inside,
            (false, false) => Side::Outside,
        }
    }

    /// Counts an edge. A position at the point's own height is reckoned above it, so that a ray through one is counted
    /// once for the two edges that meet there.
    #[inline]
    pub(super) fn cross(&mut self, [from, to]: [[f64; 2]; 2]) {
        let [x, y] = self.point;
        let ([from_x, from_y], [to_x, to_y]) = (from, to);
        if (from_y > y && to_y > y) || (from_y < y && to_y < y) || (from_x < x && to_x < x) {
            return;
        }
        let is_level = from_y.min(to_y) >= y && from_y.max(to_y) <= y;
        if is_level {
            self.is_on_an_edge |= from_x.min(to_x) <= x && x <= from_x.max(to_x);
            return;
        }
        let turn = turn(from, to, self.point);
        self.is_on_an_edge |= turn == 0.0;
        let is_upward = from_y < y && to_y >= y;
        let is_downward = from_y >= y && to_y < y;
        self.is_odd ^= (is_upward && turn > 0.0) || (is_downward && turn < 0.0);
    }
}

/// Above zero where the third position lies to the left of the way from the first to the second, zero where it lies on
/// it: exact, whatever is rounded.
pub(super) fn turn(from: [f64; 2], to: [f64; 2], position: [f64; 2]) -> f64 {
    let coord = |[x, y]: [f64; 2]| robust::Coord { x, y };
    robust::orient2d(coord(from), coord(to), coord(position))
}

/// Edges of a run.
const EDGES: usize = 16;
