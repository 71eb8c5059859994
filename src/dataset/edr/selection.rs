//! Cells of a coverage that a data query selects, with its variables and places along dimensions.

use super::{
    Parameters, Slice,
    parameters::{Place, malformed},
};
use crate::dataset::{
    coverage::{
        AreaFault, AreaLimits, CellRun, Crs, Lattice, Position, Ring, TooManyCells, covered,
    },
    grid::{CellIndex, Columns, GridShape},
    perils::{Coverage, CoverageCell, Refused},
};

/// What a data query selects.
#[derive(Clone, Debug)]
pub struct Selection {
    coverage: Coverage,
    slice: Slice,
    cells: Cells,
    crs: Crs,
}

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
        /// Whether they were asked for as several.
        is_several: bool,
    },
}

/// A place, and the cell that is nearest to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The place that was asked for.
    pub asked: Position,
    /// Its cell; none off the grid.
    pub cell: Option<CellIndex>,
}

/// How much one query may select.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Values: cells times columns.
    pub values: u64,
}

impl Selection {
    /// What `parameters` select of `coverage`; none when there is nothing.
    ///
    /// # Errors
    /// [`Refused`] for what the coverage does not have, areas that are none, and more than `limits` allow.
    pub fn read(
        coverage: Coverage,
        parameters: &Parameters,
        limits: Limits,
    ) -> Result<Option<Self>, Refused> {
        let slice = Slice::read(coverage.columns(), parameters)?;
        let Some(lattice) = lattice(coverage.shape()) else {
            return Ok(None);
        };
        let selection = Self {
            cells: Cells::read(&lattice, &parameters.place)?,
            crs: parameters.crs,
            coverage,
            slice,
        };
        let found = selection.values();
        if found > limits.values {
            return Err(Refused::TooMuch {
                what: "values of the answer",
                found,
                limit: limits.values,
            });
        }
        Ok(Some(selection).filter(Self::has_values))
    }

    /// The coverage.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The columns of the coverage.
    #[must_use]
    pub fn columns(&self) -> &Columns {
        self.coverage.columns()
    }

    /// Variables, and places along dimensions.
    #[must_use]
    pub fn slice(&self) -> &Slice {
        &self.slice
    }

    /// The cells.
    #[must_use]
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// The system in which the answer has its coordinates.
    #[must_use]
    pub fn crs(&self) -> Crs {
        self.crs
    }

    /// How many values there are.
    #[must_use]
    pub fn values(&self) -> u64 {
        let columns = u64::try_from(self.slice.count()).unwrap_or(u64::MAX);
        self.cells.count().saturating_mul(columns)
    }

    /// The cell at `index`; none off the grid, and where no source has a line.
    #[must_use]
    pub fn cell(&self, index: CellIndex) -> Option<CoverageCell<'_>> {
        self.coverage.cell(index)
    }

    /// Whether any of the cells has a row in the store.
    fn has_values(&self) -> bool {
        let has_row = |latitude: u32, columns: std::ops::Range<u32>| {
            self.coverage.first_with_row(latitude, columns).is_some()
        };
        self.slice.count() > 0
            && match &self.cells {
                Cells::Area(runs) => runs.iter().any(|run| has_row(run.row, run.columns.clone())),
                Cells::Grid { rows, columns } => {
                    let runs = || columns.chunk_by(|one, next| one + 1 == *next);
                    rows.iter().any(|row| {
                        runs().any(|run| match run {
                            [first, .., last] => has_row(*row, *first..last + 1),
                            [only] => has_row(*row, *only..only + 1),
                            [] => false,
                        })
                    })
                }
                Cells::Places { spots, .. } => spots.iter().any(|spot| {
                    spot.cell.is_some_and(|cell| {
                        has_row(cell.latitude, cell.longitude..cell.longitude + 1)
                    })
                }),
            }
    }
}

impl Cells {
    fn read(lattice: &Lattice, place: &Place) -> Result<Self, Refused> {
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
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        match self {
            Self::Area(runs) => {
                let each = runs.iter();
                each.map(|run| u64::from(run.columns.end - run.columns.start))
                    .sum()
            }
            Self::Grid { rows, columns } => count(rows.len()).saturating_mul(count(columns.len())),
            Self::Places { spots, .. } => count(spots.len()),
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

fn area(lattice: &Lattice, polygons: &[Vec<Ring>]) -> Result<Vec<CellRun>, Refused> {
    covered(lattice, polygons.iter().flatten(), AREA).map_err(|fault| match fault {
        AreaFault::TooManyCells(TooManyCells { limit }) => {
            let limit = u64::try_from(limit).unwrap_or(u64::MAX);
            too_much("cells that the outline passes", limit)
        }
        AreaFault::TooTangled => too_much("sides beside each other", AREA.max_comparisons),
        fault => malformed("coords", format!("an area: {fault}")),
    })
}

fn too_much(what: &'static str, limit: u64) -> Refused {
    Refused::TooMuch {
        what,
        found: limit.saturating_add(1),
        limit,
    }
}

/// The grid of a store; none when a latitude lies beyond a pole.
fn lattice(shape: &GridShape) -> Option<Lattice> {
    Lattice::new(shape.latitude.into(), shape.longitude.into())
}

const AREA: AreaLimits = AreaLimits {
    max_cells: 2_000_000,
    max_comparisons: 50_000_000,
};
