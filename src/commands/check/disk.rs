//! Room on the disks: an import, a log or a renewal that finds none fails at a bad moment.

use std::{collections::BTreeSet, os::unix::fs::MetadataExt, path::Path};

use rustix::fs::{StatVfs, StatVfsMountFlags, statvfs};

use crate::config::{Config, Finding, SettingPlace, SettingPlaces, Severity};

/// Findings for each disk that is full or nearly so, or takes no writes, under the first folder on it.
pub(super) fn findings(config: &Config, places: &SettingPlaces) -> Vec<Finding> {
    let outside = |what: &str| SettingPlace::Outside(what.to_owned());
    let folders = [
        (places.of("paths.state"), config.paths.state.as_path()),
        (
            places.of("paths.shared_data"),
            config.paths.shared_data.as_path(),
        ),
        // Where it keeps what is too large for its memory, and its logs.
        (outside("nginx"), Path::new("/var/lib/nginx")),
        (outside("nginx"), Path::new("/var/log/nginx")),
        (outside("certbot"), Path::new("/etc/letsencrypt")),
        (outside("the journal"), Path::new("/var/log/journal")),
        (outside("the journal"), Path::new("/run/log/journal")),
    ];
    let of_audit = config.audit.file.as_deref().and_then(Path::parent);
    let of_audit = of_audit.map(|folder| (places.of("audit.file"), folder));
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (place, path) in folders.into_iter().chain(of_audit) {
        let Ok(found) = path.metadata() else {
            continue;
        };
        let Ok(disk) = statvfs(path) else {
            continue;
        };
        let path = path.display().to_string();
        let mut told = Vec::new();
        if seen.insert(found.dev()) {
            told.extend(short(&path, &disk));
        }
        if place == places.of("paths.state") {
            told.extend(closed(&path, &disk));
        }
        let warned = told.into_iter().map(|(finding, remedy)| {
            Finding::new(Severity::Warning, place.clone(), finding, remedy)
        });
        findings.extend(warned);
    }
    findings
}

/// Finding on what a user who is not root may still write, when that is little, and what would help.
fn short(path: &str, disk: &StatVfs) -> Vec<(String, String)> {
    let mut told = Vec::new();
    let megabytes = disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000;
    if megabytes < ENOUGH_MEGABYTES {
        told.push((
            format!("the disk of {path} has only {megabytes} MB left"),
            format!("make room: df -h {path}"),
        ));
    }
    // A disk that makes inodes as it needs them has no number of them.
    if disk.f_files > 0 && disk.f_favail < ENOUGH_FILES {
        let files = disk.f_favail;
        told.push((
            format!("the disk of {path} has room for {files} more files only (inodes)"),
            format!("remove what is small and many: df -i {path}; du --inodes -xd 2 finds it"),
        ));
    }
    told
}

/// A disk that was mounted for reading, or has become so after a fault.
fn closed(path: &str, disk: &StatVfs) -> Option<(String, String)> {
    let is_closed = disk.f_flag.contains(StatVfsMountFlags::RDONLY);
    is_closed.then(|| {
        (
            format!(
                "the disk of {path} takes no writes: no import can succeed, nor can a long body be kept"
            ),
            format!("dmesg says whether it failed; mount it for writing: findmnt -T {path}"),
        )
    })
}

/// Less than this is hardly a log's day.
const ENOUGH_MEGABYTES: u64 = 100;

/// Fewer than this are soon used up by what a web server keeps for a while.
const ENOUGH_FILES: u64 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk of blocks of 4 KiB; `None` where it makes inodes as it needs them.
    fn disk(free_blocks: u64, free_files: Option<u64>) -> StatVfs {
        StatVfs {
            f_bsize: 4096,
            f_frsize: 4096,
            f_blocks: 1_000_000,
            f_bfree: free_blocks,
            f_bavail: free_blocks,
            f_files: free_files.map_or(0, |_| 1_000_000),
            f_ffree: free_files.unwrap_or(0),
            f_favail: free_files.unwrap_or(0),
            f_fsid: 1,
            f_flag: StatVfsMountFlags::empty(),
            f_namemax: 255,
        }
    }

    fn told(disk: &StatVfs) -> Vec<String> {
        let told = short("/srv", disk).into_iter();
        told.map(|(finding, remedy)| format!("{finding}; {remedy}"))
            .collect()
    }

    #[test]
    fn a_disk_with_room_is_fine_and_one_without_blocks_or_inodes_is_told_of() {
        assert_eq!(told(&disk(500_000, Some(500_000))), Vec::<String>::new());
        assert_eq!(told(&disk(500_000, None)), Vec::<String>::new());
        assert_eq!(
            told(&disk(500, Some(500_000))),
            ["the disk of /srv has only 2 MB left; make room: df -h /srv"]
        );
        let inodes = told(&disk(500_000, Some(12)));
        assert_eq!(inodes.len(), 1);
        assert!(
            inodes[0].contains("room for 12 more files only"),
            "{inodes:?}"
        );
        assert!(inodes[0].contains("df -i /srv"), "{inodes:?}");
        assert_eq!(told(&disk(0, Some(0))).len(), 2);
    }

    #[test]
    fn a_disk_that_takes_no_writes_is_told_of() {
        let mut disk = disk(500_000, None);
        assert_eq!(closed("/var/lib/perild", &disk), None);
        disk.f_flag = StatVfsMountFlags::RDONLY;
        assert!(closed("/var/lib/perild", &disk).is_some());
    }
}
