//! The state directory during an import: one import at a time, and a store that appears whole.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

use super::{before::Before, row_buffer::sweep};
use crate::{dataset::grid::STORE_NAME, disk};

/// The state directory, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct StateDir {
    folder: File,
    path: PathBuf,
}

/// A store under another name; it is removed unless it is published.
#[derive(Debug)]
pub(super) struct PendingStore<'w> {
    state_dir: &'w StateDir,
    path: PathBuf,
    is_published: bool,
}

impl StateDir {
    /// Locks `path`, made if it is not there, and clears away what a killed import left. `None` while
    /// another import runs.
    pub(super) fn lock(path: &Path) -> io::Result<Option<Self>> {
        disk::make_folder(path, 0o777)?;
        let folder = File::open(path)?;
        match flock(&folder, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => (),
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        sweep(path)?;
        let path = path.into();
        Ok(Some(Self { folder, path }))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The path of `name` in the state directory.
    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Waits until the disk has the names that the directory holds, and that of the store `path` in it.
    pub(super) fn settle(&self, path: &Path) -> io::Result<()> {
        match path.parent() {
            Some(folder) if folder != self.path => File::open(folder)?.sync_all()?,
            _ => (),
        }
        self.folder.sync_all()
    }

    /// An empty file for a new store.
    pub(super) fn pending(&self) -> io::Result<(PendingStore<'_>, File)> {
        let path = self.path.join(format!("{STORE_NAME}.part"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => (),
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o640)
            .open(&path)?;
        let pending = PendingStore {
            state_dir: self,
            path,
            is_published: false,
        };
        Ok((pending, file))
    }
}

impl PendingStore<'_> {
    /// Puts the store under `name` in the state directory, once the disk has all of it; what stood there before is kept
    /// as the store before `version`.
    pub(super) fn publish(mut self, file: &File, name: &str, version: u64) -> io::Result<Before> {
        let state_dir = self.state_dir;
        let owner = state_dir.owner()?;
        give(file, owner)?;
        let target = state_dir.at(name);
        if let Some(folder) = target.parent().filter(|folder| !folder.is_dir()) {
            fs::create_dir(folder)?;
            give(&File::open(folder)?, owner)?;
        }
        file.sync_all()?;
        let before = Before::keep(&state_dir.path, name, version)?;
        fs::rename(&self.path, &target)?;
        self.is_published = true;
        Ok(before)
    }
}

impl StateDir {
    /// The owner of the state directory, when that is not who imports: the daemon has to read what root imports.
    fn owner(&self) -> io::Result<Option<(u32, u32)>> {
        owner(&self.path)
    }
}

/// The owner of `folder`, when that is not who imports.
pub(super) fn owner(folder: &Path) -> io::Result<Option<(u32, u32)>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let owner = fs::metadata(folder)?;
    Ok(Some((owner.uid(), owner.gid())))
}

/// Gives `file` to `owner`, if there is one.
pub(super) fn give(file: &File, owner: Option<(u32, u32)>) -> io::Result<()> {
    match owner {
        Some((user, group)) => fchown(file, Some(user), Some(group)),
        None => Ok(()),
    }
}

impl Drop for PendingStore<'_> {
    fn drop(&mut self) {
        if !self.is_published {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_pending_store_that_is_not_published_leaves_the_store_alone() {
        let folder = tempfile::tempdir().unwrap();
        let state_dir = StateDir::lock(folder.path()).unwrap().unwrap();
        let store = state_dir.at(STORE_NAME);
        fs::write(&store, "old").unwrap();
        let (pending, mut file) = state_dir.pending().unwrap();
        file.write_all(b"new").unwrap();
        drop(pending);
        assert_eq!(fs::read(&store).unwrap(), b"old");
        let (pending, mut file) = state_dir.pending().unwrap();
        file.write_all(b"new").unwrap();
        pending
            .publish(&file, STORE_NAME, 2)
            .unwrap()
            .settle()
            .unwrap();
        assert_eq!(fs::read(&store).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn one_import_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = StateDir::lock(folder.path()).unwrap();
        assert!(first.is_some());
        assert!(StateDir::lock(folder.path()).unwrap().is_none());
        drop(first);
        assert!(StateDir::lock(folder.path()).unwrap().is_some());
    }

    #[test]
    fn what_a_killed_import_left_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("perils.spool.1.2"), "x").unwrap();
        fs::write(folder.path().join("perils.arrow.part"), "x").unwrap();
        let state_dir = StateDir::lock(folder.path()).unwrap().unwrap();
        let (pending, file) = state_dir.pending().unwrap();
        pending
            .publish(&file, STORE_NAME, 1)
            .unwrap()
            .settle()
            .unwrap();
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["before", STORE_NAME]);
    }
}
