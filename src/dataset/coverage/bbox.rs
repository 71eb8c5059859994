//! Bounding boxes: the `bbox` of a cube query, and the rows and columns whose cells it meets.

use std::ops::Range;

use super::{CellRun, Crs, Lattice, axis::whole};

/// A bounding box in degrees, from its western side eastward to its eastern one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    /// Western side.
    pub west: f64,
    /// Southern side.
    pub south: f64,
    /// Eastern side, not less than the western: up to 360 degrees more.
    pub east: f64,
    /// Northern side.
    pub north: f64,
    /// Lowest and highest third coordinate.
    pub vertical: Option<(f64, f64)>,
}

/// A `bbox` that is none.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BoxFault {
    /// A latitude beyond a pole.
    #[error("a latitude of a bbox lies within -90 and 90")]
    LatitudeOutOfRange,
    /// A longitude more than a turn from Greenwich.
    #[error("a longitude of a bbox lies within -360 and 360")]
    LongitudeOutOfRange,
    /// A number that is none, or not finite.
    #[error("number {place} of the bbox is not a number")]
    NotANumber {
        /// Its place, from 1.
        place: usize,
    },
    /// The southern side is north of the northern.
    #[error("the bbox begins in the north: the lower latitude comes first")]
    SouthAboveNorth,
    /// The lowest third coordinate is above the highest.
    #[error("the third coordinates of the bbox are in the wrong order")]
    UpsideDown,
    /// The sides are more than a turn apart.
    #[error("the bbox is wider than the world")]
    WiderThanTheWorld,
    /// Neither four numbers nor six.
    #[error("a bbox has four numbers, or six")]
    WrongCount,
}

/// The cells that a box meets: rows, and columns from west to east.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BoxCells {
    /// On the latitude axis; empty when the box lies off the grid.
    pub rows: Range<u32>,
    /// On the longitude axis: in the axis's direction, in the order of the box from west to east; two where it goes
    /// over the end of a row.
    pub columns: Vec<Range<u32>>,
}

impl BoundingBox {
    /// Reads four numbers or six, in the order of `crs` (EDR 1.1 `/req/core/rc-bbox-response`).
    ///
    /// A western side east of the eastern one makes a box over the date line.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn read(text: &str, crs: Crs) -> Result<Self, BoxFault> {
        let mut numbers = [0.0; 6];
        let mut count = 0;
        for part in text.split(',') {
            let place = numbers.get_mut(count).ok_or(BoxFault::WrongCount)?;
            count += 1;
            *place = number(part).ok_or(BoxFault::NotANumber { place: count })?;
        }
        let (lower, upper, vertical) = match (count, numbers) {
            (4, [a, b, c, d, ..]) => (crs.position(a, b), crs.position(c, d), None),
            (6, [a, b, low, c, d, high]) => {
                (crs.position(a, b), crs.position(c, d), Some((low, high)))
            }
            _ => return Err(BoxFault::WrongCount),
        };
        let (west, mut east) = (lower.longitude, upper.longitude);
        if !(-90.0..=90.0).contains(&lower.latitude) || !(-90.0..=90.0).contains(&upper.latitude) {
            return Err(BoxFault::LatitudeOutOfRange);
        }
        if !(-360.0..=360.0).contains(&west) || !(-360.0..=360.0).contains(&east) {
            return Err(BoxFault::LongitudeOutOfRange);
        }
        if lower.latitude > upper.latitude {
            return Err(BoxFault::SouthAboveNorth);
        }
        if vertical.is_some_and(|(low, high)| low > high) {
            return Err(BoxFault::UpsideDown);
        }
        if west > east {
            east += 360.0;
        }
        if !(0.0..=360.0).contains(&(east - west)) {
            return Err(BoxFault::WiderThanTheWorld);
        }
        Ok(Self {
            west,
            south: lower.latitude,
            east,
            north: upper.latitude,
            vertical,
        })
    }

    /// The cells of which the box has a part, however small; a box without width or height has the cells nearest to it.
    ///
    /// Cells are areas: a box within one cell has that cell, and one whose side is a cell's side does not have the cell
    /// beyond.
    #[must_use]
    pub fn cells(&self, lattice: &Lattice) -> BoxCells {
        let latitude = lattice.latitude();
        let rows = if self.south < self.north {
            let (south, north) = (lattice.up(self.south), lattice.up(self.north));
            met(south, north, lattice.rows())
        } else {
            let upward = latitude.nearest(self.south).map(|row| latitude.upward(row));
            upward.map_or(0..0, |row| row..row + 1)
        };
        let columns = self.eastward(lattice);
        let runs = columns
            .into_iter()
            .map(|columns| lattice.run(0, columns, 1.0).columns);
        BoxCells {
            rows: upward_rows(lattice, rows),
            columns: runs.collect(),
        }
    }

    /// Columns counted from the west, in the order of the box.
    fn eastward(&self, lattice: &Lattice) -> Vec<Range<u32>> {
        if self.west >= self.east {
            let column = lattice.nearest_column(self.west);
            let eastward = column.map(|column| lattice.run(0, column..column + 1, 1.0).columns);
            return eastward.into_iter().collect();
        }
        let (west, east) = (lattice.across(self.west), lattice.across(self.east));
        let turn = lattice.turn();
        // The box as it is written and on the turns beside it; the eastern parts of a row come first.
        let turns = [2.0, 1.0, 0.0, -1.0, -2.0].map(|turns| turns * turn);
        let parts = turns.map(|by| met(west + by, east + by, lattice.columns()));
        let mut parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        // A box around the world ends within the cell in which it began.
        if let [first, .., last] = parts.as_mut_slice() {
            last.end = last.end.min(first.start);
        }
        parts.retain(|part| !part.is_empty());
        parts
    }
}

impl BoxCells {
    /// Number of cells.
    #[must_use]
    pub fn count(&self) -> u64 {
        let columns: u64 = self
            .columns
            .iter()
            .map(|run| u64::from(run.end - run.start))
            .sum();
        u64::from(self.rows.end - self.rows.start) * columns
    }

    /// The cells row by row.
    pub fn runs(&self) -> impl Iterator<Item = CellRun> {
        self.rows.clone().flat_map(move |row| {
            let runs = self.columns.iter();
            runs.map(move |columns| CellRun {
                row,
                columns: columns.clone(),
                share: 1.0,
            })
        })
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let looks_like_one = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number: f64 = text.parse().ok().filter(|_| looks_like_one)?;
    number.is_finite().then_some(number + 0.0)
}

/// The cells from 0 to `count` of which a part lies between `low` and `high`.
fn met(low: f64, high: f64, count: u32) -> Range<u32> {
    let end = f64::from(count);
    let first = (low + ON_A_SIDE).floor().clamp(0.0, end);
    let last = (high - ON_A_SIDE).ceil().clamp(first, end);
    whole(first)..whole(last)
}

/// Rows that are counted from the south, on the axis.
fn upward_rows(lattice: &Lattice, rows: Range<u32>) -> Range<u32> {
    if lattice.latitude().is_descending() {
        lattice.rows() - rows.end..lattice.rows() - rows.start
    } else {
        rows
    }
}

/// In steps: nearer to a cell's side than this is on it.
const ON_A_SIDE: f64 = 1e-9;

#[cfg(test)]
mod tests;
