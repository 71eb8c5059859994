//! Trajectory queries: the cells that a line passes, one after the other.
//!
//! EDR 1.1 leaves the choice of cells to the server. A leg is straight in longitude and latitude, as the side of an area
//! is, and goes the short way around the earth; who wants a great circle writes more waypoints.

use super::{CellIndex, Lattice, Line, Position, TooManyCells, Waypoint, sphere::EARTH_M};

/// A cell that a line passes, once for each time that it comes there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Passage {
    /// The cell.
    pub cell: CellIndex,
    /// The place on the line at which it enters the cell.
    pub enters: Along,
    /// The place on the line at which it leaves the cell.
    pub leaves: Along,
}

/// A place on a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Along {
    /// The leg, counted from 0.
    pub leg: usize,
    /// Part of the leg, from 0 to 1.
    pub part: f64,
    /// Metres on the sphere from the line's beginning.
    pub metres: f64,
}

/// The cells of `line` in its order; what lies off the grid has none.
///
/// A line along the side of two cells passes the northern or eastern one.
///
/// # Errors
///
/// When it passes more than `max_cells`.
pub fn passages(
    lattice: &Lattice,
    line: &Line,
    max_cells: usize,
) -> Result<Vec<Passage>, TooManyCells> {
    let mut track = Track {
        lattice,
        max_cells,
        passages: Vec::new(),
    };
    let mut metres = 0.0;
    for (index, ends) in line.windows(2).enumerate() {
        if let [from, to] = ends {
            let leg = Leg {
                index,
                from: from.position,
                east: eastward(from.position, to.position),
                to: to.position,
                metres,
            };
            track.follow(&leg)?;
            metres += leg.length(1.0);
        }
    }
    Ok(track.passages)
}

/// The place of a line that lies so far along it, with height and time in proportion.
#[must_use]
pub fn waypoint(line: &Line, along: &Along) -> Option<Waypoint> {
    let (from, to) = (line.get(along.leg)?, line.get(along.leg + 1)?);
    let between = |from: f64, by: f64| from + by * along.part;
    let both = |from: Option<f64>, to: Option<f64>| Some(between(from?, to? - from?));
    let (start, end) = (from.position, to.position);
    Some(Waypoint {
        position: Position {
            longitude: between(start.longitude, eastward(start, end)),
            latitude: between(start.latitude, end.latitude - start.latitude),
        },
        height: both(from.height, to.height),
        seconds: both(from.seconds, to.seconds),
    })
}

/// Degrees of longitude from one place to another the short way; exactly half around, as it is written.
fn eastward(from: Position, to: Position) -> f64 {
    let east = to.longitude - from.longitude;
    let turns = if east.abs() <= 180.0 {
        0.0
    } else {
        (east / 360.0).round()
    };
    east - turns * 360.0
}

struct Leg {
    index: usize,
    from: Position,
    to: Position,
    /// Degrees of longitude.
    east: f64,
    /// Metres before the leg.
    metres: f64,
}

impl Leg {
    fn at(&self, part: f64) -> Along {
        Along {
            leg: self.index,
            part,
            metres: self.metres + self.length(part),
        }
    }

    /// Metres of the leg up to `part`, by Gauss's quadrature with five points.
    fn length(&self, part: f64) -> f64 {
        let north = self.to.latitude - self.from.latitude;
        let speed = |at: f64| {
            let latitude = self.from.latitude + north * at * part;
            let east = self.east * libm::cos(latitude.to_radians());
            libm::hypot(north, east).to_radians()
        };
        let sum: f64 = GAUSS.iter().map(|(at, weight)| weight * speed(*at)).sum();
        EARTH_M * sum * part
    }
}

/// Passages up to the end of a leg.
struct Track<'l> {
    lattice: &'l Lattice,
    max_cells: usize,
    passages: Vec<Passage>,
}

impl Track<'_> {
    /// Follows a leg over the grid: as it is written, and a turn or two beside, where the grid may lie.
    fn follow(&mut self, leg: &Leg) -> Result<(), TooManyCells> {
        let (x, y) = (
            self.lattice.across(leg.from.longitude),
            self.lattice.up(leg.from.latitude),
        );
        let across = leg.east / self.lattice.longitude().step();
        let up = self.lattice.up(leg.to.latitude) - y;
        let turns = [-2.0, -1.0, 0.0, 1.0, 2.0].map(|turns| turns * self.lattice.turn());
        let moved = turns.map(|turn| Ray {
            x: x + turn,
            y,
            across,
            up,
        });
        let size = (
            f64::from(self.lattice.columns()),
            f64::from(self.lattice.rows()),
        );
        let mut pieces: Vec<_> = moved
            .iter()
            .filter_map(|ray| ray.inside(size).map(|part| (part, ray)))
            .collect();
        pieces.sort_by(|(one, _), (other, _)| one.0.total_cmp(&other.0));
        let mut reached = 0.0_f64;
        for ((from, to), ray) in pieces {
            // Where one turn ends the next begins, but for what doubles are off.
            self.walk(leg, ray, from.max(reached), to)?;
            reached = reached.max(to);
        }
        Ok(())
    }

    /// Walks from side to side of the cells.
    fn walk(&mut self, leg: &Leg, ray: &Ray, from: f64, to: f64) -> Result<(), TooManyCells> {
        let mut columns = Sides::new(ray.x, ray.across, from, self.lattice.columns());
        let mut rows = Sides::new(ray.y, ray.up, from, self.lattice.rows());
        let mut entered = from;
        loop {
            let left = columns.next.min(rows.next).min(to);
            let cell = self.lattice.cell_at(columns.cell + 0.5, rows.cell + 0.5);
            if let Some(cell) = cell.filter(|_| left > entered) {
                self.pass(leg, self.cell(cell), entered, left)?;
            }
            if left >= to {
                return Ok(());
            }
            entered = entered.max(left);
            // Through a corner of cells both change at once.
            if columns.next <= left {
                columns.step();
            }
            if rows.next <= left {
                rows.step();
            }
        }
    }

    fn cell(&self, (upward, eastward): (u32, u32)) -> CellIndex {
        let run = self.lattice.run(upward, eastward..eastward + 1, 1.0);
        CellIndex {
            row: run.row,
            column: run.columns.start,
        }
    }

    fn pass(
        &mut self,
        leg: &Leg,
        cell: CellIndex,
        enters: f64,
        leaves: f64,
    ) -> Result<(), TooManyCells> {
        let leaves = leg.at(leaves);
        if let Some(last) = self.passages.last_mut().filter(|last| last.cell == cell) {
            let is_same_leg = last.leaves.leg == leg.index && last.leaves.part >= enters;
            let is_next_leg =
                last.leaves.leg + 1 == leg.index && last.leaves.part >= 1.0 && enters <= 0.0;
            if is_same_leg || is_next_leg {
                last.leaves = leaves;
                return Ok(());
            }
        }
        if self.passages.len() >= self.max_cells {
            return Err(TooManyCells {
                limit: self.max_cells,
            });
        }
        self.passages.push(Passage {
            cell,
            enters: leg.at(enters),
            leaves,
        });
        Ok(())
    }
}

/// A leg in columns and rows from the south-western corner of the grid.
struct Ray {
    x: f64,
    y: f64,
    across: f64,
    up: f64,
}

impl Ray {
    /// The part that lies within the grid.
    fn inside(&self, (columns, rows): (f64, f64)) -> Option<(f64, f64)> {
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (start, by, end) in [(self.x, self.across, columns), (self.y, self.up, rows)] {
            if by == 0.0 {
                if !(0.0..end).contains(&start) {
                    return None;
                }
                continue;
            }
            let (one, other) = (-start / by, (end - start) / by);
            from = from.max(one.min(other));
            to = to.min(one.max(other));
        }
        (from < to).then_some((from, to))
    }
}

/// The sides of cells that a leg crosses on one axis.
struct Sides {
    /// The cell that the leg is in.
    cell: f64,
    /// The part of the leg at which it leaves that cell; never, when it goes along the axis's sides.
    next: f64,
    start: f64,
    by: f64,
}

impl Sides {
    fn new(start: f64, by: f64, from: f64, count: u32) -> Self {
        let at = start + by * from;
        let cell = if by < 0.0 {
            at.ceil() - 1.0
        } else {
            at.floor()
        };
        let mut sides = Self {
            cell: cell.clamp(0.0, f64::from(count) - 1.0),
            next: f64::INFINITY,
            start,
            by,
        };
        sides.look_ahead();
        sides
    }

    fn step(&mut self) {
        self.cell += self.by.signum();
        self.look_ahead();
    }

    fn look_ahead(&mut self) {
        if self.by != 0.0 {
            let side = if self.by > 0.0 {
                self.cell + 1.0
            } else {
                self.cell
            };
            self.next = (side - self.start) / self.by;
        }
    }
}

/// Places between 0 and 1, and their weights.
const GAUSS: [(f64, f64); 5] = [
    (0.046_910_077_030_668, 0.118_463_442_528_094_5),
    (0.230_765_344_947_158_5, 0.239_314_335_249_683_2),
    (0.5, 0.284_444_444_444_444_4),
    (0.769_234_655_052_841_5, 0.239_314_335_249_683_2),
    (0.953_089_922_969_332, 0.118_463_442_528_094_5),
];

#[cfg(test)]
mod tests;
