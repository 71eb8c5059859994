//! Radius queries: the cells whose grid points lie within a distance of a place.

use std::ops::Range;

use super::{
    CellRun, Lattice, Position,
    sphere::{EARTH_M, cosine, degrees_of, distance_m},
};

/// The cells whose grid points are no further than `metres` from `centre` along a great circle: southern rows first,
/// and in each the columns from west to east of the grid.
///
/// A row has at most two runs, whatever the distance, so the work is bounded by the number of rows.
#[must_use]
pub fn within(lattice: &Lattice, centre: Position, metres: f64) -> Vec<CellRun> {
    let mut runs = Vec::new();
    let reach = degrees_of(metres) + lattice.latitude().step();
    for upward in 0..lattice.rows() {
        let row = lattice.latitude().upward(upward);
        let latitude = lattice.latitude().coordinate(row);
        if (latitude - centre.latitude).abs() <= reach {
            Row {
                lattice,
                centre,
                metres,
                upward,
                latitude,
            }
            .runs(&mut runs);
        }
    }
    runs
}

/// A row that may lie within the distance.
struct Row<'l> {
    lattice: &'l Lattice,
    centre: Position,
    metres: f64,
    upward: u32,
    latitude: f64,
}

impl Row<'_> {
    fn runs(&self, runs: &mut Vec<CellRun>) {
        let columns = self.lattice.columns();
        let Some(half) = self.half_width() else {
            return;
        };
        let step = self.lattice.longitude().step();
        let middle = self.lattice.across(self.centre.longitude) - 0.5;
        let turn = self.lattice.turn();
        let mut eastward = Vec::new();
        for turns in [-2.0, -1.0, 0.0, 1.0, 2.0] {
            let (west, east) = (
                middle + turns * turn - half / step,
                middle + turns * turn + half / step,
            );
            let last = f64::from(columns) - 1.0;
            if east < -1.0 || west > last + 1.0 {
                continue;
            }
            let (mut first, mut end) = (
                index(west.floor(), columns),
                index(east.ceil() + 1.0, columns),
            );
            while first < end && !self.is_within(first) {
                first += 1;
            }
            while first < end && !self.is_within(end - 1) {
                end -= 1;
            }
            eastward.push(first..end);
        }
        eastward.sort_by_key(|run| run.start);
        let mut joined: Vec<Range<u32>> = Vec::new();
        for run in eastward.into_iter().filter(|run| !run.is_empty()) {
            match joined.last_mut().filter(|last| last.end >= run.start) {
                Some(last) => last.end = last.end.max(run.end),
                None => joined.push(run),
            }
        }
        let joined = joined.into_iter();
        runs.extend(joined.map(|run| self.lattice.run(self.upward, run, 1.0)));
    }

    /// Degrees of longitude to either side of the centre that lie within the distance, a little more than less; `None`
    /// when the row lies too far away.
    fn half_width(&self) -> Option<f64> {
        let half_sine = |radians: f64| libm::sin(radians / 2.0).powi(2);
        let within = half_sine(self.metres / EARTH_M);
        let along = half_sine((self.latitude - self.centre.latitude).to_radians());
        let parallels = cosine(self.latitude) * cosine(self.centre.latitude);
        let left = within - along + SLACK;
        if left < 0.0 {
            return None;
        }
        if left >= parallels {
            return Some(180.0);
        }
        Some((2.0 * libm::asin((left / parallels).sqrt())).to_degrees())
    }

    fn is_within(&self, eastward: u32) -> bool {
        let column = self
            .lattice
            .run(0, eastward..eastward + 1, 1.0)
            .columns
            .start;
        let longitude = self.lattice.longitude().coordinate(column);
        distance_m(
            self.centre,
            Position {
                longitude,
                latitude: self.latitude,
            },
        ) <= self.metres
    }
}

/// A column from 0 to `columns`.
fn index(column: f64, columns: u32) -> u32 {
    super::axis::whole(column.clamp(0.0, f64::from(columns)))
}

/// Beyond what sines are off, so that no cell on the very distance is missed; what is too much is measured and left out.
const SLACK: f64 = 1e-15;

#[cfg(test)]
mod tests;
