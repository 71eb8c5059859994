//! Statistics of what a data query selects: one row for each column, of the values of all cells together.

use std::ops::Range;

use super::{Cells, Limits, Place, Selection, Wanted, cells::area};
use crate::dataset::{
    coverage::{CellRun, Lattice, Statistics},
    grid::{CellIndex, ColumnIndex, Value},
    perils::{CoverageCell, Refused},
};

/// Statistics of a selection.
#[derive(Clone, Debug)]
pub struct AreaStatistics {
    selection: Selection,
    wanted: Wanted,
    columns: Vec<ColumnStatistics>,
    area_cm2: u128,
    off_grid_cm2: u128,
}

/// Statistics of a column.
#[derive(Clone, Debug)]
pub struct ColumnStatistics {
    /// The position of its variable.
    pub variable: usize,
    /// The column.
    pub column: ColumnIndex,
    /// For each of the wanted limits one, all with the same sums; without any limit one.
    of_limits: Vec<Statistics>,
}

impl AreaStatistics {
    /// The `wanted` statistics of what was selected at `place`.
    ///
    /// # Errors
    /// [`Refused::TooMuch`] for more values than `limits` allow, of which each counts again for each number that it is
    /// compared with; [`Refused`] for areas that are none.
    pub fn of(
        selection: Selection,
        place: &Place,
        wanted: Wanted,
        limits: Limits,
    ) -> Result<Self, Refused> {
        let times = u64::try_from(wanted.limits.len()).unwrap_or(u64::MAX);
        let found = selection.values().saturating_mul(times.max(1));
        if found > limits.values {
            return Err(Refused::TooMuch {
                what: "values of the statistics",
                found,
                limit: limits.values,
            });
        }
        let lattice = selection.lattice();
        let runs = runs(lattice, selection.cells());
        let area_cm2 = runs.iter().map(Run::area_cm2).sum();
        Ok(Self {
            columns: columns(&selection, &wanted, &runs),
            off_grid_cm2: off_grid_cm2(lattice, place, area_cm2)?,
            area_cm2,
            wanted,
            selection,
        })
    }

    /// The selection.
    #[must_use]
    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The statistics that are asked for.
    #[must_use]
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// One for each column, the variables in their order and the last dimension fastest.
    #[must_use]
    pub fn columns(&self) -> &[ColumnStatistics] {
        &self.columns
    }

    /// Square kilometres of all that was asked for.
    #[must_use]
    pub fn area_km2(&self) -> f64 {
        km2(self.area_cm2 + self.off_grid_cm2)
    }

    /// Square kilometres of it that lie off the grid.
    #[must_use]
    pub fn off_grid_km2(&self) -> f64 {
        km2(self.off_grid_cm2)
    }

    /// Share of the area that has values in a column: what lies off the grid has none.
    #[must_use]
    pub fn covered(&self, column: &ColumnStatistics) -> Option<f64> {
        let all = self.area_km2();
        (all > 0.0).then(|| (column.of_values().known_km2() / all).min(1.0))
    }
}

impl ColumnStatistics {
    /// The statistics of all values, whatever their limits.
    #[must_use]
    pub fn of_values(&self) -> Statistics {
        self.of_limits.first().copied().unwrap_or_default()
    }

    /// For each of the wanted limits the share of the area with values that lies beyond it.
    pub fn beyond(&self) -> impl Iterator<Item = Option<f64>> {
        self.of_limits.iter().map(Statistics::beyond)
    }

    fn add<'c>(&mut self, cm2: u64, cells: impl Iterator<Item = Option<CoverageCell<'c>>> + Clone) {
        let column = self.column;
        let values = cells.map(move |cell| match cell?.value(column) {
            Value::Known(steps) => Some(steps),
            Value::NotApplicable | Value::NotCovered => None,
        });
        for statistics in &mut self.of_limits {
            statistics.add_run(cm2, values.clone());
        }
    }
}

/// Neighbouring cells, and the square centimetres of each that are covered.
struct Run {
    row: u32,
    columns: Range<u32>,
    cm2: u64,
}

impl Run {
    fn area_cm2(&self) -> u128 {
        u128::from(self.columns.end - self.columns.start) * u128::from(self.cm2)
    }
}

fn runs(lattice: &Lattice, cells: &Cells) -> Vec<Run> {
    let whole = |row: u32, columns: Range<u32>| Run {
        row,
        columns,
        cm2: lattice.cell_area_cm2(row),
    };
    let of_area = |run: &CellRun| Run {
        row: run.row,
        columns: run.columns.clone(),
        cm2: lattice.share_cm2(run.row, run.share),
    };
    match cells {
        Cells::Area(runs) | Cells::Radius(runs) => runs.iter().map(of_area).collect(),
        Cells::Grid { rows, columns } => {
            let each = columns.chunk_by(|one, next| one + 1 == *next);
            let each = each.filter_map(|run| Some(*run.first()?..run.last()? + 1));
            let each: Vec<_> = each.collect();
            let row = |row: &u32| {
                let row = *row;
                each.clone().into_iter().map(move |run| whole(row, run))
            };
            rows.iter().flat_map(row).collect()
        }
        Cells::Places { spots, .. } => {
            let cells = spots.iter().filter_map(|spot| spot.cell);
            cells.map(|cell| whole(cell.latitude, one(cell))).collect()
        }
        Cells::Trajectory(cells) => {
            let cells = cells.iter().copied();
            cells.map(|cell| whole(cell.latitude, one(cell))).collect()
        }
    }
}

fn one(cell: CellIndex) -> Range<u32> {
    cell.longitude..cell.longitude + 1
}

/// Adds up the values of all cells, some neighbouring ones at a time: what lies together in the store is read together.
fn columns(selection: &Selection, wanted: &Wanted, runs: &[Run]) -> Vec<ColumnStatistics> {
    let mut columns: Vec<_> = empty(selection, wanted).collect();
    let mut cells = Vec::with_capacity(TOGETHER);
    for run in runs {
        for first in run.columns.clone().step_by(TOGETHER) {
            let end = run.columns.end.min(first.saturating_add(STEP));
            let each = (first..end).map(|longitude| {
                let latitude = run.row;
                selection.cell(CellIndex {
                    latitude,
                    longitude,
                })
            });
            cells.clear();
            cells.extend(each);
            for column in &mut columns {
                column.add(run.cm2, cells.iter().copied());
            }
        }
    }
    columns
}

/// Statistics of no values yet.
fn empty<'s>(
    selection: &'s Selection,
    wanted: &'s Wanted,
) -> impl Iterator<Item = ColumnStatistics> + 's {
    let columns = selection.columns();
    let variables = selection.slice().variables().iter();
    variables.flat_map(move |variable| {
        let decimals = columns.variables().get(*variable);
        let decimals = decimals.map_or(0, |one| one.decimals);
        let limits = wanted.limits.iter();
        let limits = limits.map(|limit| Statistics::new(Some(limit.threshold(decimals))));
        let mut of_limits: Vec<_> = limits.collect();
        if of_limits.is_empty() {
            of_limits.push(Statistics::new(None));
        }
        let each = selection.slice().columns(columns, *variable).into_iter();
        each.map(move |column| ColumnStatistics {
            variable: *variable,
            column,
            of_limits: of_limits.clone(),
        })
    })
}

/// The area of a place off the grid. Cells of a box and of a radius are those of the grid, and all of them.
fn off_grid_cm2(lattice: &Lattice, place: &Place, on_grid: u128) -> Result<u128, Refused> {
    let Place::Area(polygons) = place else {
        return Ok(0);
    };
    let Some(earth) = Lattice::earth().filter(|_| !lattice.is_whole_earth()) else {
        return Ok(0);
    };
    let cells = Cells::Area(area(&earth, polygons)?);
    let all: u128 = runs(&earth, &cells).iter().map(Run::area_cm2).sum();
    let beyond = all.saturating_sub(on_grid);
    // What is off by rounding each cell to whole square centimetres lies on the grid.
    Ok(if beyond > all / 1_000_000_000 {
        beyond
    } else {
        0
    })
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the exact number is rounded once, to the nearest double"
)]
fn km2(cm2: u128) -> f64 {
    cm2 as f64 / 1e10
}

/// Cells whose values are added up together.
const TOGETHER: usize = 64;
const STEP: u32 = 64;
