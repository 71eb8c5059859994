//! The state directory during an import: one import at a time, and a store that appears whole.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

use super::spool::sweep;
use crate::{dataset::grid::STORE_NAME, disk};

/// The state directory, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct Workshop {
    folder: File,
    path: PathBuf,
}

/// A store under another name; it is removed unless it is published.
#[derive(Debug)]
pub(super) struct Draft<'w> {
    workshop: &'w Workshop,
    path: PathBuf,
    is_published: bool,
}

impl Workshop {
    /// Locks `path`, made if it is not there, and clears away what a killed import left. `None` while
    /// another import runs.
    pub(super) fn enter(path: &Path) -> io::Result<Option<Self>> {
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

    /// Where the store is served from.
    pub(super) fn store(&self) -> PathBuf {
        self.path.join(STORE_NAME)
    }

    /// Waits until the disk has the names that the directory holds.
    pub(super) fn settle(&self) -> io::Result<()> {
        self.folder.sync_all()
    }

    /// An empty file for a new store.
    pub(super) fn draft(&self) -> io::Result<(Draft<'_>, File)> {
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
        let draft = Draft {
            workshop: self,
            path,
            is_published: false,
        };
        Ok((draft, file))
    }
}

impl Draft<'_> {
    /// Puts the store in the place of the one before, once the disk has all of it.
    pub(super) fn publish(mut self, file: &File) -> io::Result<()> {
        if rustix::process::geteuid().is_root() {
            // The daemon, which owns the directory, has to read what root imports.
            let owner = self.workshop.folder.metadata()?;
            fchown(file, Some(owner.uid()), Some(owner.gid()))?;
        }
        file.sync_all()?;
        fs::rename(&self.path, self.workshop.store())?;
        self.is_published = true;
        Ok(())
    }
}

impl Drop for Draft<'_> {
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
    fn a_draft_that_is_not_published_leaves_the_store_alone() {
        let folder = tempfile::tempdir().unwrap();
        let workshop = Workshop::enter(folder.path()).unwrap().unwrap();
        fs::write(workshop.store(), "old").unwrap();
        let (draft, mut file) = workshop.draft().unwrap();
        file.write_all(b"new").unwrap();
        drop(draft);
        assert_eq!(fs::read(workshop.store()).unwrap(), b"old");
        let (draft, mut file) = workshop.draft().unwrap();
        file.write_all(b"new").unwrap();
        draft.publish(&file).unwrap();
        assert_eq!(fs::read(workshop.store()).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn one_import_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Workshop::enter(folder.path()).unwrap();
        assert!(first.is_some());
        assert!(Workshop::enter(folder.path()).unwrap().is_none());
        drop(first);
        assert!(Workshop::enter(folder.path()).unwrap().is_some());
    }

    #[test]
    fn what_a_killed_import_left_is_cleared_away() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("perils.spool.1.2"), "x").unwrap();
        fs::write(folder.path().join("perils.arrow.part"), "x").unwrap();
        let workshop = Workshop::enter(folder.path()).unwrap().unwrap();
        let (draft, file) = workshop.draft().unwrap();
        draft.publish(&file).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
