//! Cells of a coverage that a data query selects, with its variables and places along dimensions.

use super::{Cells, Parameters, Slice};
use crate::dataset::{
    coverage::{Crs, Lattice},
    grid::{CellIndex, Columns, GridShape},
    perils::{Coverage, CoverageCell, Refused},
};

/// The selection of a data query.
#[derive(Clone, Debug)]
pub struct Selection {
    coverage: Coverage,
    lattice: Lattice,
    slice: Slice,
    cells: Cells,
    crs: Crs,
}

/// Limits of one query.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Values: cells times columns.
    pub values: u64,
}

impl Selection {
    /// The selection of `coverage` by `parameters`; none when there is nothing.
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
            cells: Cells::read(&lattice, &parameters.place, limits.values)?,
            crs: parameters.crs,
            coverage,
            lattice,
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
        let has_values =
            selection.slice.count() > 0 && selection.cells.have_rows(&selection.coverage);
        Ok(has_values.then_some(selection))
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

    /// The grid.
    pub(super) fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// The number of values.
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
}

/// The grid of a store; none when a latitude lies beyond a pole.
fn lattice(shape: &GridShape) -> Option<Lattice> {
    Lattice::new(shape.latitude.into(), shape.longitude.into())
}
