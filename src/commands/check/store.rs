//! The stores of coverages, read through: a daemon that starts in milliseconds does not do that.

use std::path::Path;

use crate::{
    config::{Config, Finding, SettingPlaces, Severity},
    dataset::{grid::Grid, perils::stores},
};

/// Findings on stores whose bytes are not all as they were imported. A store that is not there, or cannot be opened,
/// is the concern of what is examined before a start.
pub(super) fn findings(config: &Config, places: &SettingPlaces) -> Vec<Finding> {
    let paths = stores(&config.paths.state).unwrap_or_default();
    let open = paths
        .iter()
        .filter_map(|path| Some((path, Grid::open(path).ok()?)));
    open.map(|(path, grid)| finding(&grid, path, places))
        .collect()
}

fn finding(grid: &Grid, path: &Path, places: &SettingPlaces) -> Finding {
    let about = grid.metadata();
    let (severity, finding) = match grid.verify() {
        Ok(()) => {
            let (version, rows) = (about.version.id, about.rows);
            let said = format!("version {version} with {rows} rows is whole, by its checksum");
            (Severity::Fine, said)
        }
        Err(error) => (Severity::Error, error.to_string()),
    };
    let finding = format!("{}: {finding}", path.display());
    Finding::new(severity, places.of("paths.state"), finding, "")
}
