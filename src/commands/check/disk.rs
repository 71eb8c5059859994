//! Room on the disks: an import, a log or a renewal that finds none fails at a bad moment.

use std::{collections::BTreeSet, os::unix::fs::MetadataExt, path::Path};

use crate::config::{Config, Fault, Place, Places, Severity};

/// One finding for each disk that is nearly full, under the first folder on it.
pub(super) fn findings(config: &Config, places: &Places) -> Vec<Fault> {
    let outside = || Place::Outside("nginx".to_owned());
    let folders = [
        (places.of("paths.state"), config.paths.state.as_path()),
        (
            places.of("paths.shared_data"),
            config.paths.shared_data.as_path(),
        ),
        // Where it keeps what is too large for its memory, and its logs.
        (outside(), Path::new("/var/lib/nginx")),
        (outside(), Path::new("/var/log/nginx")),
    ];
    let mut seen = BTreeSet::new();
    let short = folders.into_iter().filter_map(|(place, path)| {
        let is_first = seen.insert(path.metadata().ok()?.dev());
        let megabytes = free_megabytes(path).filter(|free| is_first && *free < ENOUGH_MEGABYTES)?;
        let path = path.display();
        Some(Fault::new(
            Severity::Warning,
            place,
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
