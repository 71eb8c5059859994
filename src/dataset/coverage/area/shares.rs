//! Shares of the cells of one row: each side adds to its cells, or takes from them, what lies east of it.
//!
//! Area on the sphere is the integral of longitude over the sine of latitude. Along a side from `(a, y)` to `(b, z)`,
//! straight in both, the integral of longitude is in closed form: the mean of `a` and `b` times the difference of the
//! sines, less `(b - a)` times the mean of the sines times `(tan h - h) / h`, where `h` is half the difference of the
//! latitudes. Of the last factor a series is taken, as the difference would cancel out.

use super::{
    AreaFault, CellRun, Lattice, TooManyCells,
    sides::{Begins, Point, Side},
};
use crate::dataset::coverage::axis::whole;

/// The shares of one row.
#[derive(Debug)]
pub(super) struct RowShares<'l> {
    lattice: &'l Lattice,
    columns: f64,
    /// Radians of a row.
    row: f64,
    entries: Vec<Entry>,
    /// Latitudes of the strip's sides and their sines: most sides go from the one to the other.
    strip: [(f64, f64); 2],
    /// Cells left.
    left: usize,
    limit: usize,
}

/// A side within a cell.
#[derive(Clone, Copy, Debug)]
struct Entry {
    column: u32,
    /// The share that it adds to the cell, in columns times sines.
    here: f64,
    /// The share that it adds to each cell further east.
    beyond: f64,
}

impl<'l> RowShares<'l> {
    pub(super) fn new(lattice: &'l Lattice, max_cells: usize) -> Self {
        Self {
            lattice,
            columns: f64::from(lattice.columns()),
            row: lattice.latitude().step().to_radians(),
            entries: Vec::new(),
            strip: [(f64::NAN, 0.0); 2],
            left: max_cells,
            limit: max_cells,
        }
    }

    /// Begins a row.
    pub(super) fn begin(&mut self) {
        self.entries.clear();
    }

    /// Says between which latitudes the next sides lie.
    pub(super) fn stretch(&mut self, south: f64, north: f64) {
        self.strip = [south, north].map(|y| (y, self.lattice.sine(y)));
    }

    /// Adds what lies east of a side where `begins` is inside, or takes it away; cell by cell.
    pub(super) fn add(&mut self, side: Side, begins: Begins) -> Result<(), AreaFault> {
        let Some(side) = self.within_the_grid(side) else {
            return Ok(());
        };
        let (south, north) = (side.south, side.north);
        let is_eastward = north.x >= south.x;
        let (mut column, last) = if is_eastward {
            let first = whole(south.x);
            (first, first.max(column_before(north.x)))
        } else {
            (column_before(south.x), whole(north.x))
        };
        let mut from = (south, self.sine(south.y));
        while column != last {
            let x = f64::from(if is_eastward { column + 1 } else { column });
            let y = side.y_at(x);
            let to = (Point { x, y }, self.sine(y));
            self.add_within(column, from, to, begins)?;
            from = to;
            column = if is_eastward {
                column + 1
            } else {
                column.saturating_sub(1)
            };
        }
        self.add_within(last, from, (north, self.sine(north.y)), begins)
    }

    /// Finishes a row: the runs of cells that are covered.
    pub(super) fn finish(&mut self, upward: u32, runs: &mut Vec<CellRun>) {
        if self.entries.is_empty() {
            return;
        }
        self.entries.sort_by_key(|entry| entry.column);
        let whole = self.lattice.sines(upward);
        let mut run = Run {
            lattice: self.lattice,
            upward,
            runs,
            begun: None,
        };
        let (mut beyond, mut column) = (0.0, 0);
        for entries in self
            .entries
            .chunk_by(|one, other| one.column == other.column)
        {
            let Some(Entry { column: at, .. }) = entries.first() else {
                continue;
            };
            run.push(column..*at, self.share(beyond / whole));
            let here: f64 = entries.iter().map(|entry| entry.here).sum();
            run.push(*at..at + 1, self.share((beyond + here) / whole));
            beyond += entries.iter().map(|entry| entry.beyond).sum::<f64>();
            column = at + 1;
        }
        run.push(column..self.lattice.columns(), self.share(beyond / whole));
        run.end();
    }

    /// The part of a side that lies west of the grid's eastern side: east of that there are no cells.
    fn within_the_grid(&self, side: Side) -> Option<Side> {
        let border = self.columns;
        let cut = || Point {
            x: border,
            y: side.y_at(border),
        };
        match (side.south.x < border, side.north.x < border) {
            (true, true) => Some(side),
            (false, false) => None,
            (true, false) => Some(Side {
                north: cut(),
                ..side
            }),
            (false, true) => Some(Side {
                south: cut(),
                ..side
            }),
        }
    }

    fn add_within(
        &mut self,
        column: u32,
        (south, low): (Point, f64),
        (north, high): (Point, f64),
        begins: Begins,
    ) -> Result<(), AreaFault> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or(TooManyCells { limit: self.limit })?;
        let sines = high - low;
        let half = (north.y - south.y) * self.row / 2.0;
        let middle = f64::midpoint(south.x, north.x);
        let bend = (north.x - south.x) * f64::midpoint(low, high) * bend(half);
        let here = (f64::from(column) + 1.0 - middle) * sines + bend;
        let sign = match begins {
            Begins::Inside => 1.0,
            Begins::Outside => -1.0,
        };
        self.entries.push(Entry {
            column,
            here: sign * here,
            beyond: sign * sines,
        });
        Ok(())
    }

    /// A share without what sums are off.
    fn share(&self, sum: f64) -> f64 {
        let blur = self.lattice.blur();
        if sum < blur {
            0.0
        } else if sum > 1.0 - blur {
            1.0
        } else {
            sum
        }
    }

    fn sine(&self, y: f64) -> f64 {
        let known = self
            .strip
            .iter()
            .find(|(latitude, _)| latitude.total_cmp(&y).is_eq());
        known.map_or_else(|| self.lattice.sine(y), |(_, sine)| *sine)
    }
}

/// Runs of a row, joined while the share is the same.
struct Run<'r> {
    lattice: &'r Lattice,
    upward: u32,
    runs: &'r mut Vec<CellRun>,
    begun: Option<(std::ops::Range<u32>, f64)>,
}

impl Run<'_> {
    fn push(&mut self, columns: std::ops::Range<u32>, share: f64) {
        if columns.is_empty() {
            return;
        }
        let begun = self.begun.as_mut();
        if let Some((begun, _)) = begun.filter(|(_, of)| of.total_cmp(&share).is_eq()) {
            begun.end = columns.end;
            return;
        }
        self.end();
        self.begun = (share > 0.0).then_some((columns, share));
    }

    fn end(&mut self) {
        if let Some((columns, share)) = self.begun.take() {
            self.runs
                .push(self.lattice.run(self.upward, columns, share));
        }
    }
}

/// The column that ends at `x`, or in which it lies.
fn column_before(x: f64) -> u32 {
    let column = whole(x);
    if f64::from(column) < x {
        column
    } else {
        column.saturating_sub(1)
    }
}

/// `(tan h - h) / h`, to the last bit for strips of up to four degrees.
fn bend(half: f64) -> f64 {
    let square = half * half;
    square
        * (1.0 / 3.0 + square * (2.0 / 15.0 + square * (17.0 / 315.0 + square * (62.0 / 2835.0))))
}
