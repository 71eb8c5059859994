//! Metadata of a store: its version, where its values come from, and their statistics.

use std::path::Path;

use super::{
    Request, database,
    join::Joined,
    merge::Merged,
    source::{self, SourceFile},
};
use crate::{
    clock::Timestamp,
    dataset::{
        Perils,
        grid::{CoverageMetadata, GridShape, Provenance, StoreMetadata, StoreVersion},
    },
};

/// The metadata of the store; what `request` leaves open is taken from the packages of `files`.
pub(super) fn about(
    request: &Request,
    files: &[SourceFile],
    joined: &[Joined<'_>],
    merged: &Merged,
    grid: GridShape,
    served: &Perils,
) -> StoreMetadata {
    let packages = || files.iter().filter_map(|file| file.package.as_ref());
    let source = request
        .source
        .clone()
        .unwrap_or_else(|| said(packages().map(|package| package.title.clone())));
    let licence = request
        .licence
        .clone()
        .unwrap_or_else(|| said(packages().map(source::Package::licence)));
    let of_package = |said: &str, known: &str| if said.is_empty() { known } else { said }.into();
    let coverages = joined.iter().map(|joined| {
        let known = &joined.table.coverage;
        let stats = joined.table.names.iter().zip(&joined.stats);
        CoverageMetadata {
            source: of_package(&source, &known.source),
            licence: of_package(&licence, &known.licence),
            synthetic: joined.is_synthetic() || request.synthetic || known.synthetic,
            provenance: Some(Provenance {
                source: base_names(joined),
                rows: joined.rows,
                cells_with_data: joined.cells_with_data,
            }),
            statistics: stats
                .map(|(name, column)| column.statistics(name))
                .collect(),
            ..known.clone()
        }
    });
    StoreMetadata {
        version: version(request.now, served),
        grid,
        cells_on_grid: merged.cells_on_grid,
        rows: merged.rows,
        coverages: coverages.collect(),
    }
}

/// Higher than the versions in service, and than any before them that are not known any more.
fn version(now: Timestamp, served: &Perils) -> StoreVersion {
    let before = served.version().map_or(0, |version| version.id);
    let by_time = u64::try_from(now.seconds()).unwrap_or(0);
    StoreVersion {
        id: by_time.max(before.saturating_add(1)),
        imported_at: now.seconds(),
    }
}

/// Each thing said once.
fn said(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<_> = texts.filter(|text| !text.is_empty()).collect();
    texts.sort();
    texts.dedup();
    texts.join("; ")
}

/// The first few sources of a coverage, and how many more there are.
fn base_names(joined: &Joined<'_>) -> String {
    let count = joined.names().count();
    let mut text: Vec<_> = joined.names().take(NAMED).map(base_name).collect();
    if count > NAMED {
        text.push(format!("and {} more", count - NAMED));
    }
    text.join(", ")
}

fn base_name(name: &str) -> String {
    if database::is_address(name) {
        return name.to_owned();
    }
    let base = Path::new(name).file_name().unwrap_or_default();
    base.to_string_lossy().into_owned()
}

/// Sources of one coverage that are told by name.
const NAMED: usize = 4;
