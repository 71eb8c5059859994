//! The cells of a data query, as its geometry finds them on a grid.

use std::ops::Range;

use super::{Place, given::malformed, place::too_much};
use crate::dataset::{
    coverage::{
        AreaFault, AreaLimits, CellRun, Lattice, Line, Position, Ring, TooManyCells, covered,
        passages, within,
    },
    grid::CellIndex,
    perils::{Coverage, Refused},
};

/// The cells of a selection.
#[derive(Clone, Debug, PartialEq)]
pub enum Cells {
    /// Those that polygons cover, southern rows first.
    Area(Vec<CellRun>),
    /// Those of a box: rows from south to north, and in each the columns from west to east.
    Grid {
        /// Latitudes.
        rows: Vec<u32>,
        /// Longitudes.
        columns: Vec<u32>,
    },
    /// The nearest to each of some places.
    Places {
        /// In the order in which they were asked for.
        spots: Vec<Spot>,
        /// `true` when they were asked for as several.
        is_several: bool,
    },
    /// Those whose grid points lie within a distance, southern rows first; each whole.
    Radius(Vec<CellRun>),
    /// Those that lines pass, in their order: one as often as a line comes there.
    Trajectory(Vec<CellIndex>),
}

/// A place, and the cell that is nearest to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The place that was asked for.
    pub asked: Position,
    /// Its cell; none off the grid.
    pub cell: Option<CellIndex>,
}

impl Cells {
    pub(super) fn read(lattice: &Lattice, place: &Place, most: u64) -> Result<Self, Refused> {
        Ok(match place {
            Place::Area(polygons) => Self::Area(area(lattice, polygons)?),
            Place::Cube(bounds) => {
                let cells = bounds.cells(lattice);
                Self::Grid {
                    rows: cells.rows.collect(),
                    columns: cells.columns.into_iter().flatten().collect(),
                }
            }
            Place::Positions(positions, is_several) => Self::Places {
                spots: positions
                    .iter()
                    .map(|asked| spot(lattice, *asked))
                    .collect(),
                is_several: *is_several,
            },
            Place::Radius { centre, metres } => Self::Radius(within(lattice, *centre, *metres)),
            Place::Trajectory(lines) => Self::Trajectory(passed(lattice, lines, most)?),
        })
    }

    /// The number of cells.
    #[must_use]
    pub fn count(&self) -> u64 {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        match self {
            Self::Area(runs) | Self::Radius(runs) => {
                let each = runs.iter();
                each.map(|run| u64::from(run.columns.end - run.columns.start))
                    .sum()
            }
            Self::Grid { rows, columns } => count(rows.len()).saturating_mul(count(columns.len())),
            Self::Places { spots, .. } => count(spots.len()),
            Self::Trajectory(cells) => count(cells.len()),
        }
    }

    /// `true` when any of them has a row in the store.
    pub(super) fn have_rows(&self, coverage: &Coverage) -> bool {
        let has_row = |latitude: u32, columns: Range<u32>| {
            coverage.first_with_row(latitude, columns).is_some()
        };
        let is_row = |cell: &CellIndex| has_row(cell.latitude, cell.longitude..cell.longitude + 1);
        match self {
            Self::Area(runs) | Self::Radius(runs) => {
                runs.iter().any(|run| has_row(run.row, run.columns.clone()))
            }
            Self::Grid { rows, columns } => {
                let runs = || columns.chunk_by(|one, next| one + 1 == *next);
                rows.iter().any(|row| {
                    runs().any(|run| match run {
                        [first, .., last] => has_row(*row, *first..last + 1),
                        [only] => has_row(*row, *only..only + 1),
                        [] => false,
                    })
                })
            }
            Self::Places { spots, .. } => spots
                .iter()
                .any(|spot| spot.cell.as_ref().is_some_and(is_row)),
            Self::Trajectory(cells) => cells.iter().any(is_row),
        }
    }
}

fn spot(lattice: &Lattice, asked: Position) -> Spot {
    let cell = lattice.nearest(asked).map(|cell| CellIndex {
        latitude: cell.row,
        longitude: cell.column,
    });
    Spot { asked, cell }
}

pub(super) fn area(lattice: &Lattice, polygons: &[Vec<Ring>]) -> Result<Vec<CellRun>, Refused> {
    covered(lattice, polygons.iter().flatten(), AREA).map_err(|fault| match fault {
        AreaFault::TooManyCells(TooManyCells { limit }) => {
            too_much("cells that the outline passes", limit)
        }
        AreaFault::TooTangled => too_much(
            "sides beside each other",
            usize::try_from(AREA.max_comparisons).unwrap_or(usize::MAX),
        ),
        fault => malformed("coords", format!("an area: {fault}")),
    })
}

/// The cells of all lines together, no more than `most`.
fn passed(lattice: &Lattice, lines: &[Line], most: u64) -> Result<Vec<CellIndex>, Refused> {
    let most = usize::try_from(most).unwrap_or(usize::MAX).min(PASSED);
    let mut cells = Vec::new();
    for line in lines {
        let found = passages(lattice, line, most - cells.len());
        let found =
            found.map_err(|TooManyCells { .. }| too_much("cells that the line passes", most))?;
        cells.extend(found.iter().map(|passage| CellIndex {
            latitude: passage.cell.row,
            longitude: passage.cell.column,
        }));
    }
    Ok(cells)
}

const AREA: AreaLimits = AreaLimits {
    max_cells: 8_000_000,
    max_comparisons: 50_000_000,
};
/// Cells of lines: once around the earth through each of thirty on the finest grid.
const PASSED: usize = 500_000;
