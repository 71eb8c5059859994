//! Area queries: the cells that polygons cover, each with the share of its area on the sphere.
//!
//! A side of a polygon is straight in longitude and latitude (RFC 7946 §3.1.1). Inside is what lies behind an odd number
//! of sides, of all rings of all polygons together: so holes are holes whichever way they go round, a ring that crosses
//! itself is defined everywhere, and polygons cut at the date line are whole. `docs/decisions/0017` says why.
//!
//! Rows of the grid are swept from south to north. Of each the sides within it are put in order from west to east
//! ([`parity`]), and each takes to its cells, or from them, what lies east of it ([`shares`]): so a cell costs nothing
//! unless a side goes through it, and the work is bounded by the sides and the cells that they pass.

mod order;
mod parity;
mod shares;
mod sides;

use order::Sorter;
use parity::Strip;
use shares::RowShares;
use sides::{Side, sides};

use super::{CellRun, Lattice, Ring, TooManyCells};

/// The most that the outline of an area may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AreaLimits {
    /// Cells through which sides go, counted again for each side.
    pub max_cells: usize,
    /// Comparisons of sides that lie beside each other.
    pub max_comparisons: u64,
}

/// An area that is not answered.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum AreaFault {
    /// A side could be meant the one way around the earth or the other.
    #[error(
        "the side from longitude {from} to {to} is more than half around the earth: write longitudes beyond 180, cut the \
         polygon at the date line, or put a position between"
    )]
    Ambiguous {
        /// Its begin, in degrees.
        from: f64,
        /// Its end, in degrees.
        to: f64,
    },
    /// All positions of a ring lie on one line, or are one place.
    #[error("ring {ring} encloses no area: for places there is position, for lines trajectory")]
    NoArea {
        /// Its number among all rings, from 1.
        ring: usize,
    },
    /// Too many sides lie side by side, or cross each other.
    #[error("the sides of the polygon lie too close to each other, or cross each other too often")]
    TooTangled,
    /// The outline passes more cells than it may.
    #[error(transparent)]
    TooManyCells(#[from] TooManyCells),
    /// A ring reaches further than once around the earth.
    #[error("ring {ring} is wider than the world")]
    WiderThanTheWorld {
        /// Its number among all rings, from 1.
        ring: usize,
    },
}

/// The cells of which `rings` cover a part: southern rows first, and in each from west to east.
///
/// # Errors
///
/// When a ring has no area or two readings, or the work would be more than `limits` allow.
pub fn covered<'r>(
    lattice: &Lattice,
    rings: impl IntoIterator<Item = &'r Ring>,
    limits: AreaLimits,
) -> Result<Vec<CellRun>, AreaFault> {
    let mut sides = sides(lattice, rings)?;
    Sorter::new().sort(&mut sides, |side| side.south.y);
    let mut sweep = Sweep {
        lattice,
        waiting: &sides,
        strip: Strip::new(lattice.blur(), limits.max_comparisons),
        shares: RowShares::new(lattice, limits.max_cells),
        active: Vec::new(),
        runs: Vec::new(),
    };
    for upward in 0..lattice.rows() {
        if sweep.is_over() {
            break;
        }
        sweep.row(upward)?;
    }
    Ok(sweep.runs)
}

/// The sweep from south to north, up to a row.
struct Sweep<'s> {
    lattice: &'s Lattice,
    /// Sides that begin further north.
    waiting: &'s [Side],
    /// Sides that reach further north.
    active: Vec<Side>,
    strip: Strip,
    shares: RowShares<'s>,
    runs: Vec<CellRun>,
}

impl Sweep<'_> {
    fn is_over(&self) -> bool {
        self.waiting.is_empty() && self.active.is_empty()
    }

    /// A row, strip by strip.
    fn row(&mut self, upward: u32) -> Result<(), AreaFault> {
        let (mut south, north) = (f64::from(upward), f64::from(upward) + 1.0);
        self.shares.begin();
        while south < north {
            let top = self.top(south, north);
            self.admit(top);
            if !self.active.is_empty() {
                self.shares.stretch(south, top);
                let sides = self
                    .active
                    .iter()
                    .filter_map(|side| side.between(south, top));
                self.strip.sweep(sides, south, &mut self.shares)?;
                self.active.retain(|side| side.north.y > top);
            }
            south = top;
        }
        self.shares.finish(upward, &mut self.runs);
        Ok(())
    }

    /// The northern end of the strip that begins at `south`: not taller than sines may be computed for, and with not
    /// many more sides than can be compared quickly.
    fn top(&self, south: f64, north: f64) -> f64 {
        let tall = south + TALLEST_STRIP / self.lattice.latitude().step();
        let crowded = self.waiting.get(SIDES_OF_A_STRIP).map(|side| side.south.y);
        let crowded = crowded.filter(|y| *y > south).unwrap_or(north);
        north.min(tall).min(crowded)
    }

    fn admit(&mut self, north: f64) {
        let count = self.waiting.partition_point(|side| side.south.y < north);
        let (now, later) = self.waiting.split_at(count);
        self.active.extend_from_slice(now);
        self.waiting = later;
    }
}

/// In degrees; series in [`shares`] need strips that are not taller.
const TALLEST_STRIP: f64 = 4.0;
/// Sides that begin in a strip, unless they begin at the same latitude.
const SIDES_OF_A_STRIP: usize = 256;

#[cfg(test)]
mod tests;
