//! The report of an import when it is done, and when it is not.

use std::{
    fmt::{self, Write},
    path::PathBuf,
};

use super::{Faulty, Notice, Problem, kind::Kind, notice};
use crate::dataset::{
    Perils,
    grid::{StoreMetadata, decimal},
};

/// An import that is done.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The metadata of the store.
    pub metadata: StoreMetadata,
    /// Notices that somebody should look at.
    pub notices: Vec<Notice>,
    /// The path of the store.
    pub path: PathBuf,
}

impl Imported {
    /// An import of `metadata` to `path`, beside what was `served` before.
    pub(super) fn new(
        metadata: StoreMetadata,
        of_sources: Vec<Notice>,
        path: PathBuf,
        served: &Perils,
    ) -> Self {
        let mut notices = notice::store::notices(&metadata, served);
        notices.extend(of_sources);
        Self {
            metadata,
            notices,
            path,
        }
    }
}

impl fmt::Display for Imported {
    /// The grid, then a line a peril, then a line a metric over all scenarios and years.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StoreMetadata { grid, rows, .. } = &self.metadata;
        let ((south, north), (west, east)) = (grid.latitude.extent(), grid.longitude.extent());
        writeln!(
            f,
            "grid: latitude {south} to {north}, longitude {west} to {east}, step {} x {} degrees; \
             {} cells on the grid, {rows} with data",
            grid.latitude.step(),
            grid.longitude.step(),
            self.metadata.cells_on_grid,
        )?;
        writeln!(
            f,
            "{:<54} {:>9} {:>9} {:>9} {:>9} {:>15} {:>15} {:>15}",
            "column", "rows", "known", "not appl.", "not cov.", "minimum", "mean", "maximum"
        )?;
        for coverage in &self.metadata.coverages {
            let rows = coverage.provenance.as_ref().map_or(0, |found| found.rows);
            let columns = coverage.columns.all().zip(&coverage.statistics);
            for (column, found) in columns.take(MOST_COLUMNS) {
                let variable = coverage.columns.variable(column);
                let decimals = variable.map_or(6, |variable| variable.decimals);
                let shown = |value: Option<i64>| {
                    value.map_or("-".to_owned(), |steps| decimal(steps, decimals))
                };
                writeln!(
                    f,
                    "{:<54} {rows:>9} {:>9} {:>9} {:>9} {:>15} {:>15} {:>15}",
                    found.column,
                    found.known,
                    found.not_applicable,
                    found.not_covered,
                    shown(found.min),
                    shown(found.mean),
                    shown(found.max),
                )?;
            }
            let more = coverage.statistics.len().saturating_sub(MOST_COLUMNS);
            if more > 0 {
                writeln!(f, "{}: and {more} more columns", coverage.id)?;
            }
        }
        for notice in &self.notices {
            writeln!(f, "note: {notice}")?;
        }
        write!(
            f,
            "stored as {}, version {}",
            self.path.display(),
            self.metadata.version.id
        )
    }
}

/// One line a file that is not CSV.
pub(super) fn other_files(found: &[(PathBuf, Kind)]) -> String {
    let mut text = String::new();
    for (path, kind) in found {
        let _ = write!(text, "\n{}: {kind}", path.display());
    }
    text
}

/// One line a fault: file, line, reason.
pub(super) fn faults(sources: &[Faulty]) -> String {
    let mut text = String::from("nothing was imported");
    for source in sources {
        match &source.problem {
            Problem::Parse(error) => {
                let _ = write!(text, "\n{}: {error}", source.name);
            }
            Problem::Places(faults) => {
                for (_, fault) in faults.kept() {
                    let _ = write!(text, "\n{}: {fault}", source.name);
                }
                let more = faults.count() - u64::try_from(faults.kept().len()).unwrap_or(0);
                if more > 0 {
                    let _ = write!(text, "\n{}: and {more} more places", source.name);
                }
            }
            Problem::Lines(faults) => {
                for (line, fault) in faults.kept() {
                    let _ = write!(text, "\n{}: line {line}: {fault}", source.name);
                }
                let more = faults.count() - u64::try_from(faults.kept().len()).unwrap_or(0);
                if more > 0 {
                    let _ = write!(text, "\n{}: and {more} more lines", source.name);
                }
            }
        }
    }
    text
}

/// Columns of one coverage that are told of.
const MOST_COLUMNS: usize = 100;
