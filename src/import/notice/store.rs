//! Notices of what the store holds, and of what stays beside it.

use std::collections::BTreeMap;

use super::Notice;
use crate::dataset::{
    Perils,
    grid::{
        CoverageMetadata, Profile, StoreMetadata, StoreVersion, Variable, decimal, plain, power,
    },
};

/// Notices of a store of this `metadata`, beside what was `served` before.
pub(in crate::import) fn notices(metadata: &StoreMetadata, served: &Perils) -> Vec<Notice> {
    let mut notices = Vec::new();
    if metadata.is_synthetic() {
        notices.push(Notice::Synthetic);
    }
    notices.extend(others(metadata, served));
    for coverage in &metadata.coverages {
        let rows = coverage.provenance.as_ref().map(|found| found.rows);
        if let Some(rows) = rows
            && rows < metadata.cells_on_grid
        {
            notices.push(Notice::Fewer {
                coverage: coverage.id.clone(),
                rows,
                cells: metadata.cells_on_grid,
            });
        }
    }
    notices.extend(metadata.coverages.iter().flat_map(above_bounds));
    if metadata.coverages.iter().any(|one| one.licence.is_empty()) {
        notices.push(Notice::NoLicence);
    }
    notices
}

/// The other coverages: those that stay as they were, and the perils that there are no values of.
fn others(metadata: &StoreMetadata, served: &Perils) -> Vec<Notice> {
    let is_imported = |id: &str| metadata.coverages.iter().any(|one| *one.id == *id);
    let mut notices = Vec::new();
    let mut kept: BTreeMap<u64, (StoreVersion, Vec<Box<str>>)> = BTreeMap::new();
    for other in served
        .descriptions()
        .iter()
        .filter(|other| !is_imported(other.id()))
    {
        let is_peril = Profile::perils().coverage(other.id()).is_some();
        let are_perils = metadata.coverages.iter().any(|one| !one.group.is_empty());
        match &other.store {
            Some(store) => {
                let coverages = kept.entry(store.version.id);
                let (_, coverages) = coverages.or_insert((store.version, Vec::new()));
                coverages.push(other.id().into());
            }
            None if is_peril && are_perils => notices.push(Notice::Absent(other.id().into())),
            None => (),
        }
    }
    let kept = kept.into_values();
    notices.extend(kept.map(|(version, coverages)| Notice::Kept { coverages, version }));
    notices
}

/// The columns that hold more than their definition allows.
fn above_bounds(coverage: &CoverageMetadata) -> Vec<Notice> {
    let columns = coverage.columns.all().zip(&coverage.statistics);
    let above = columns.filter_map(|(column, found)| {
        let variable = coverage.columns.variable(column)?;
        let (max, bound) = (found.max?, variable.maximum?);
        (max > bound).then(|| Notice::AboveBound {
            column: found.column.as_str().into(),
            max: with_unit(&decimal(max, variable.decimals), variable),
            bound: with_unit(&shortest(bound, variable.decimals), variable),
        })
    });
    above.collect()
}

/// UCUM's unit of a plain number is 1, which reads as another number.
fn with_unit(number: &str, variable: &Variable) -> Box<str> {
    match &*variable.unit {
        "" | "1" => number.into(),
        unit => format!("{number} {unit}").into(),
    }
}

/// A number of steps without needless decimals.
fn shortest(steps: i64, decimals: u8) -> String {
    let unit = power(decimals);
    if steps % unit == 0 {
        plain(steps / unit * 1_000_000)
    } else {
        decimal(steps, decimals)
    }
}
