//! Stores of layout 1: always the seven perils, 96 values a row, one source and one licence for all.

use serde::Deserialize;

use super::{
    ColumnStatistics, CoverageMetadata, GridShape, Profile, Provenance, StoreMetadata, StoreVersion,
};

/// Name of the layout.
pub(super) const FORMAT: &str = "1";
/// Values of a row.
pub(super) const WIDTH: u32 = 96;

/// Metadata as layout 1 has it.
#[derive(Deserialize)]
pub(super) struct About {
    version: StoreVersion,
    source: Box<str>,
    licence: Box<str>,
    grid: GridShape,
    cells_on_grid: u64,
    rows: u32,
    perils: Vec<PerilProvenance>,
    statistics: Vec<ColumnStatistics>,
}

#[derive(Deserialize)]
struct PerilProvenance {
    peril: String,
    source: String,
    synthetic: bool,
    rows: u64,
    cells_with_data: u64,
}

impl From<About> for StoreMetadata {
    /// The perils that were imported, each with its part of what was said of all.
    fn from(about: About) -> Self {
        let mut first_column = 0;
        let mut coverages = Vec::new();
        let mut statistics = about.statistics.into_iter();
        for known in &Profile::perils().coverages {
            let count = known.columns.count();
            let of_coverage: Vec<_> = statistics
                .by_ref()
                .take(usize::try_from(count).unwrap_or(usize::MAX))
                .collect();
            let mut perils = about.perils.iter();
            if let Some(read) = perils.find(|read| *read.peril == *known.id) {
                coverages.push(CoverageMetadata {
                    source: about.source.clone(),
                    licence: about.licence.clone(),
                    synthetic: read.synthetic,
                    provenance: Some(Provenance {
                        source: read.source.clone(),
                        rows: read.rows,
                        cells_with_data: read.cells_with_data,
                    }),
                    first_column,
                    statistics: of_coverage,
                    ..CoverageMetadata::of(known)
                });
            }
            first_column += count;
        }
        Self {
            version: about.version,
            grid: about.grid,
            cells_on_grid: about.cells_on_grid,
            rows: about.rows,
            coverages,
        }
    }
}
