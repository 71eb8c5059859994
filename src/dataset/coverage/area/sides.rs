//! Sides of rings, each on the one turn around the earth that begins with the grid's western column.

use super::AreaFault;
use crate::dataset::coverage::{Lattice, Position, Ring};

/// A place in columns from the grid's western side, and in rows from its southern one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

/// A side of a ring, or a part of one, from its southern end to its northern.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Side {
    pub(super) south: Point,
    pub(super) north: Point,
}

/// The change east of a side: inside begins there, or ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Begins {
    Inside,
    Outside,
}

impl Side {
    /// The westernmost longitude.
    pub(super) fn west(&self) -> f64 {
        self.south.x.min(self.north.x)
    }

    /// The easternmost longitude.
    pub(super) fn east(&self) -> f64 {
        self.south.x.max(self.north.x)
    }

    /// `true` when it goes along a parallel.
    pub(super) fn is_level(&self) -> bool {
        self.south.y >= self.north.y
    }

    /// The part between two latitudes, none when that has no height; a level side when it lies between them.
    pub(super) fn between(&self, south: f64, north: f64) -> Option<Self> {
        let (low, high) = (self.south.y.max(south), self.north.y.min(north));
        if self.is_level() {
            return (south < low && high < north).then_some(*self);
        }
        let cut = |y: f64, end: Point| {
            if y.total_cmp(&end.y).is_eq() {
                end
            } else {
                Point { x: self.x_at(y), y }
            }
        };
        (low < high).then(|| Self {
            south: cut(low, self.south),
            north: cut(high, self.north),
        })
    }

    /// Columns at a latitude of the side.
    pub(super) fn x_at(&self, y: f64) -> f64 {
        let (from, to) = (self.south, self.north);
        let part = (y - from.y) / (to.y - from.y);
        let x = from.x + (to.x - from.x) * part;
        x.clamp(from.x.min(to.x), from.x.max(to.x))
    }

    /// Rows at a longitude of the side, which is not a meridian.
    pub(super) fn y_at(&self, x: f64) -> f64 {
        let (from, to) = (self.south, self.north);
        let part = (x - from.x) / (to.x - from.x);
        (from.y + (to.y - from.y) * part).clamp(from.y, to.y)
    }

    fn new(one: Point, other: Point) -> Self {
        let (south, north) = if one.y <= other.y {
            (one, other)
        } else {
            (other, one)
        };
        Self { south, north }
    }
}

impl Begins {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Inside => Self::Outside,
            Self::Outside => Self::Inside,
        }
    }
}

/// The sides of all rings at the latitudes of the grid.
pub(super) fn sides<'r>(
    lattice: &Lattice,
    rings: impl IntoIterator<Item = &'r Ring>,
) -> Result<Vec<Side>, AreaFault> {
    let mut sides = Vec::new();
    let (turn, rows) = (lattice.turn(), f64::from(lattice.rows()));
    for (ring, number) in rings.into_iter().zip(1..) {
        check(ring, number)?;
        let mut points = ring.iter().map(|position| Point {
            x: lattice.across(position.longitude),
            y: lattice.up(position.latitude),
        });
        let Some(mut from) = points.next() else {
            continue;
        };
        sides.reserve(ring.len());
        for to in points {
            let side = Side::new(from, to);
            if side.north.y > 0.0 && side.south.y < rows {
                turned(side, turn, &mut sides);
            }
            from = to;
        }
    }
    Ok(sides)
}

/// Checks that the ring can be understood in one way, and is one.
fn check(ring: &Ring, number: usize) -> Result<(), AreaFault> {
    for ends in ring.windows(2) {
        let [from, to] = ends else { continue };
        let east = (to.longitude - from.longitude).abs();
        if east > 180.0 && east < TURN - EVEN {
            return Err(AreaFault::Ambiguous {
                from: from.longitude,
                to: to.longitude,
            });
        }
    }
    let longitudes = ring.iter().map(|position| position.longitude);
    let west = longitudes.clone().fold(f64::INFINITY, f64::min);
    let east = longitudes.fold(f64::NEG_INFINITY, f64::max);
    if east - west > TURN + EVEN {
        return Err(AreaFault::WiderThanTheWorld { ring: number });
    }
    if is_a_line(ring) {
        Err(AreaFault::NoArea { ring: number })
    } else {
        Ok(())
    }
}

/// `true` when all positions lie on one line, as far as doubles tell.
fn is_a_line(ring: &Ring) -> bool {
    let Some(first) = ring.first() else {
        return true;
    };
    let from_first = |position: &Position| {
        let east = position.longitude - first.longitude;
        (east, position.latitude - first.latitude)
    };
    let offsets = ring.iter().map(from_first);
    let length = |(east, north): &(f64, f64)| east.abs().max(north.abs());
    let farthest = offsets
        .clone()
        .max_by(|one, other| length(one).total_cmp(&length(other)));
    let Some((far_east, far_north)) = farthest else {
        return true;
    };
    offsets.into_iter().all(|(east, north)| {
        let (one, other) = (east * far_north, north * far_east);
        (one - other).abs() <= 1e-12 * (one.abs() + other.abs())
    })
}

/// Puts a side on the turn that begins at 0, cut where it goes over an end of it.
///
/// Behind a side lies what is east of it, also on the next turn. What was cut off on an odd turn is therefore felt all
/// along the row: a side at 0 stands for that.
fn turned(side: Side, turn: f64, sides: &mut Vec<Side>) {
    if side.west() >= 0.0 && side.east() < turn {
        sides.push(side);
        return;
    }
    let on = |point: Point| (point.x / turn).floor();
    let (mut at, last) = (on(side.south), on(side.north));
    let is_eastward = last > at;
    let mut south = side.south;
    loop {
        let is_last = if is_eastward { at >= last } else { at <= last };
        let border = if is_eastward { at + 1.0 } else { at } * turn;
        let north = if is_last {
            side.north
        } else {
            Point {
                x: border,
                y: side.y_at(border),
            }
        };
        if south.y < north.y || side.is_level() {
            let moved = |point: Point| Point {
                x: (point.x - at * turn).clamp(0.0, turn),
                y: point.y,
            };
            let (south, north) = (moved(south), moved(north));
            sides.push(Side { south, north });
            if at.rem_euclid(2.0) > 0.5 {
                let edge = |point: Point| Point { x: 0.0, ..point };
                let (south, north) = (edge(south), edge(north));
                sides.push(Side { south, north });
            }
        }
        if is_last {
            return;
        }
        south = north;
        at += if is_eastward { 1.0 } else { -1.0 };
    }
}

/// Degrees around the earth.
const TURN: f64 = 360.0;
/// In degrees: what doubles may be off when one turn is added.
const EVEN: f64 = 1e-9;
