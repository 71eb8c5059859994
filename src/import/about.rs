//! What a store says of itself: its version, where its values come from, and their statistics.

use std::path::Path;

use super::{
    Request, database,
    join::Joined,
    merge::Merged,
    publish::Workshop,
    source::{self, SourceFile},
    statistics::Tally,
};
use crate::{
    clock::Timestamp,
    dataset::grid::{About, Column, Grid, GridShape, Provenance, StoreVersion},
};

/// What the store says of itself; what `request` leaves open is taken from the packages of `files`.
pub(super) fn about(
    request: &Request,
    files: &[SourceFile],
    joined: &[Joined<'_>],
    merged: &Merged,
    grid: GridShape,
    workshop: &Workshop,
) -> About {
    let packages = || files.iter().filter_map(|file| file.package.as_ref());
    let perils = joined.iter().map(|joined| Provenance {
        peril: joined.peril.name().to_owned(),
        source: base_names(joined),
        synthetic: joined.is_synthetic() || request.synthetic,
        rows: joined.rows,
        cells_with_data: joined.cells_with_data,
    });
    let perils: Vec<_> = perils.collect();
    let statistics = Column::all().map(|column| {
        let source = joined.iter().find(|joined| joined.peril == column.peril());
        let at = column.index() - column.peril().columns().next().map_or(0, Column::index);
        let tally = source.and_then(|joined| joined.tallies.get(at));
        tally.unwrap_or(&Tally::NONE).statistics(column)
    });
    About {
        version: version(request.now, &workshop.store()),
        source: request
            .source
            .clone()
            .unwrap_or_else(|| said(packages().map(|package| package.title.clone()))),
        licence: request
            .licence
            .clone()
            .unwrap_or_else(|| said(packages().map(source::Package::licence))),
        synthetic: perils.iter().any(|peril| peril.synthetic),
        grid,
        cells_on_grid: merged.cells_on_grid,
        rows: merged.rows,
        perils,
        statistics: statistics.collect(),
    }
}

/// Higher than the version in service, and than any before it that is not known any more.
fn version(now: Timestamp, store: &Path) -> StoreVersion {
    let before = Grid::open(store).map_or(0, |grid| grid.about().version.id);
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

/// The first few sources of a peril, and how many more there are.
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

/// How many sources of one peril are told by name.
const NAMED: usize = 4;
