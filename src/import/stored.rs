//! The stores that are there before an import: which file a new one takes the place of, and which are of no use.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use crate::dataset::{
    grid::{Grid, Profile, STORE_NAME},
    perils::{COLLECTIONS, stores},
};

/// The stores of a state directory that can be read.
pub(super) struct Stored {
    files: Vec<StoredFile>,
    /// For each coverage the version of the newest store that has it.
    newest: HashMap<Box<str>, u64>,
}

struct StoredFile {
    path: PathBuf,
    version: u64,
    coverages: Vec<Box<str>>,
}

impl Stored {
    pub(super) fn of(state: &Path) -> Self {
        let paths = stores(state).unwrap_or_default();
        let files = paths.into_iter().filter_map(|path| {
            let grid = Grid::open(&path).ok()?;
            let metadata = grid.metadata();
            let coverages = metadata.coverages.iter();
            Some(StoredFile {
                version: metadata.version.id,
                coverages: coverages.map(|coverage| coverage.id.clone()).collect(),
                path,
            })
        });
        let files: Vec<_> = files.collect();
        let mut newest = HashMap::new();
        for file in &files {
            for id in &file.coverages {
                let known = newest.entry(id.clone()).or_insert(file.version);
                *known = file.version.max(*known);
            }
        }
        Self { files, newest }
    }

    /// The file, by its name within `state`, for a store of `coverages`: perils go to the store of the perils unless
    /// that would lose one that is not among them.
    pub(super) fn place(&self, state: &Path, coverages: &[&str]) -> String {
        let are_perils = coverages
            .iter()
            .all(|id| Profile::perils().coverage(id).is_some());
        let main = state.join(STORE_NAME);
        let main = self.files.iter().find(|file| file.path == main);
        let keeps = |file: &StoredFile| {
            let mut served = file.coverages.iter().filter(|id| self.is_newest(file, id));
            served.any(|id| !coverages.contains(&&**id))
        };
        if are_perils && !main.is_some_and(keeps) {
            return STORE_NAME.to_owned();
        }
        // No id has this sign, so that no two sets of them have one name.
        format!("{COLLECTIONS}/{}.arrow", coverages.join("+"))
    }

    /// The files of which every coverage is in a newer one; never the store of the perils.
    pub(super) fn superseded(&self) -> impl Iterator<Item = &Path> {
        let is_over = |file: &&StoredFile| {
            let mut coverages = file.coverages.iter();
            let has_name = file.path.file_name().is_some_and(|name| name == STORE_NAME);
            !has_name && !coverages.any(|id| self.is_newest(file, id))
        };
        self.files
            .iter()
            .filter(is_over)
            .map(|file| file.path.as_path())
    }

    fn is_newest(&self, file: &StoredFile, id: &str) -> bool {
        self.newest.get(id) == Some(&file.version)
    }
}
