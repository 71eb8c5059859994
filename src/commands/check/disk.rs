//! Room on the disks: an import, a log or a renewal that finds none fails at a bad moment.

use std::path::Path;

use crate::config::{Config, Fault, Places, Severity};

/// One finding for each folder whose disk is nearly full.
pub(super) fn findings(config: &Config, places: &Places) -> Vec<Fault> {
    let folders = [
        ("paths.state", &config.paths.state),
        ("paths.shared_data", &config.paths.shared_data),
    ];
    let short = folders.into_iter().filter_map(|(key, path)| {
        let megabytes = free_megabytes(path).filter(|free| *free < ENOUGH_MEGABYTES)?;
        let path = path.display();
        Some(Fault::new(
            Severity::Warning,
            places.of(key),
            format!("the disk of {path} has only {megabytes} MB left"),
            format!("make room: df -h {path}"),
        ))
    });
    short.collect()
}

/// What a user who is not root may still write.
fn free_megabytes(path: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(path).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000)
}

/// Less than this is hardly a log's day.
const ENOUGH_MEGABYTES: u64 = 100;
