//! The cells around a place that have values, nearest first, and none before it is asked for.
//!
//! Along a row of the grid cells lie farther away the farther they are east or west of the place. Of each row two walks
//! begin at the place's own column; the nearest cell of all walks is the next one. Cells without values are stepped
//! over 64 at a time. So what a search costs are the cells that it looks at, also near a pole, where a row of the grid
//! lies within the radius from end to end.

use std::{cmp::Ordering, collections::BinaryHeap};

use super::{
    UsedCell,
    sphere::{KM_A_DEGREE, distance_km, indexes},
};
use crate::dataset::{
    grid::{CellIndex, Grid, GridShape},
    perils::Part,
};

/// The cells with values within a radius, nearest first; of those as far away as each other the southern and the
/// western first.
pub(super) struct Nearby<'v> {
    grid: &'v Grid,
    /// The position of the grid among those of the answer.
    part: usize,
    /// Degrees north and east.
    place: (f64, f64),
    /// In kilometres.
    radius: f64,
    /// The place's own column.
    start: u32,
    /// Columns of a row, each counted once.
    columns: u32,
    /// The next cell of each walk that is not over.
    walks: BinaryHeap<Next>,
}

/// Number of cells that are looked through around one place within `radius` kilometres, at most.
#[must_use]
pub fn cells_of_a_search(shape: &GridShape, radius: f64) -> u64 {
    let rows = 2.0 * radius / KM_A_DEGREE / shape.latitude.step() + 1.0;
    let rows = (1..=shape.latitude.count()).take_while(|count| f64::from(*count) <= rows);
    let rows = u64::try_from(rows.count()).unwrap_or(u64::MAX);
    rows.saturating_mul(shape.longitude.count().into())
        .min(CELLS_OF_A_PLACE)
}

/// The next cell of a walk.
struct Next {
    cell: UsedCell,
    /// Columns from the start.
    steps: u32,
    is_eastward: bool,
}

impl<'v> Nearby<'v> {
    /// The cells within `radius` kilometres of a place whose nearest cell is `nearest`; `around` columns go around the
    /// world, if they do.
    pub(super) fn new(
        (part, values): (usize, &'v Part),
        around: Option<u32>,
        place: (f64, f64),
        nearest: CellIndex,
        radius: f64,
    ) -> Self {
        let grid = &*values.grid;
        let shape = grid.shape();
        let mut nearby = Self {
            grid,
            part,
            place,
            radius,
            start: nearest.longitude,
            columns: around.unwrap_or(shape.longitude.count()),
            walks: BinaryHeap::new(),
        };
        for row in indexes(&shape.latitude, place.0, radius / KM_A_DEGREE) {
            nearby.walk_on(row, true, 0);
            nearby.walk_on(row, false, 1);
        }
        nearby
    }

    /// Puts down the next cell with values of a walk along `row`, `steps` columns from the start or more; none when the
    /// walk has left the radius, or comes to the far side of the globe.
    fn walk_on(&mut self, row: u32, is_eastward: bool, steps: u32) {
        let Some((column, steps)) = self.column(row, is_eastward, steps) else {
            return;
        };
        let index = CellIndex {
            latitude: row,
            longitude: column,
        };
        let (latitude, longitude) = self.grid.shape().coordinates(index);
        let is_beyond = match (is_eastward, steps) {
            (_, 0) => false,
            (true, _) => (longitude - self.place.1).rem_euclid(360.0) > 180.0,
            (false, _) => (self.place.1 - longitude).rem_euclid(360.0) >= 180.0,
        };
        let distance_km = distance_km(self.place, (latitude, longitude));
        if is_beyond || distance_km > self.radius {
            return;
        }
        self.walks.push(Next {
            cell: UsedCell {
                index,
                part: self.part,
                latitude,
                longitude,
                distance_km,
            },
            steps,
            is_eastward,
        });
    }

    /// The next column of `row` whose cell has values, and how many steps it is from the start.
    fn column(&self, row: u32, is_eastward: bool, steps: u32) -> Option<(u32, u32)> {
        let Self { start, columns, .. } = *self;
        if steps >= columns {
            return None;
        }
        let first = |from, to| self.grid.first_with_row(row, from..to);
        let last = |from, to| self.grid.last_with_row(row, from..to);
        // A walk goes to the end of the row, and from its other end on.
        if is_eastward {
            let to_the_end = columns - start;
            if steps < to_the_end {
                let found = first(start + steps, columns).map(|column| (column, column - start));
                return found.or_else(|| Some(further((first(0, start)?, to_the_end))));
            }
            let column = first(steps - to_the_end, start)?;
            return Some(further((column, to_the_end)));
        }
        if steps <= start {
            let found = last(0, start - steps + 1).map(|column| (column, start - column));
            return found.or_else(|| {
                let column = last(start + 1, columns)?;
                Some((column, start + columns - column))
            });
        }
        let column = last(start + 1, (start + columns - steps) + 1)?;
        Some((column, start + columns - column))
    }
}

/// A column behind the row's end, which is so many steps away.
fn further((column, to_the_end): (u32, u32)) -> (u32, u32) {
    (column, to_the_end + column)
}

impl Iterator for Nearby<'_> {
    type Item = UsedCell;

    fn next(&mut self) -> Option<UsedCell> {
        let Next {
            cell,
            steps,
            is_eastward,
        } = self.walks.pop()?;
        self.walk_on(cell.index.latitude, is_eastward, steps + 1);
        Some(cell)
    }
}

impl Ord for Next {
    /// The nearest is the greatest, which a heap gives first.
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, another) = (&self.cell, &other.cell);
        let by_distance = another.distance_km.total_cmp(&one.distance_km);
        let by_row = another.index.latitude.cmp(&one.index.latitude);
        let by_column = another.index.longitude.cmp(&one.index.longitude);
        by_distance.then(by_row).then(by_column)
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Next {}

/// Cells that are looked through around one place, at most: all within 200 km of a pole on a quarter-degree grid.
pub(super) const CELLS_OF_A_PLACE: u64 = 32_768;
