//! The store before the last import: kept once, so that an import can be taken back.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::dataset::grid::Grid;

/// The store that the next one takes the place of, on its way to be kept.
pub(super) struct Before {
    part: PathBuf,
    kept: PathBuf,
    /// `true` when the store has been replaced.
    holds: bool,
}

/// The record of the last import.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    /// The store's name within the state directory.
    pub(super) store: String,
    /// The version that the import made.
    pub(super) version: u64,
    /// `true` when a store stood there before.
    pub(super) has_store: bool,
}

impl Before {
    /// Keeps what stands under `name`, beside what is kept of the import before.
    pub(super) fn keep(state: &Path, name: &str, version: u64) -> io::Result<Self> {
        let (part, kept) = (state.join(PART), state.join(KEPT));
        remove(&part)?;
        fs::create_dir(&part)?;
        let before = Self {
            holds: false,
            kept,
            part,
        };
        let part = &before.part;
        let has_store = match fs::hard_link(state.join(name), part.join(STORE)) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => return Err(error),
        };
        let record = Record {
            store: name.to_owned(),
            version,
            has_store,
        };
        let text = serde_json::to_vec(&record)?;
        fs::write(part.join(RECORD), text)?;
        File::open(part.join(RECORD))?.sync_all()?;
        File::open(part)?.sync_all()?;
        Ok(before)
    }

    /// Forgets the import before, once the store that was kept has been replaced.
    pub(super) fn settle(mut self) -> io::Result<()> {
        // From now on the record holds, under whichever name.
        self.holds = true;
        remove(&self.kept)?;
        fs::rename(&self.part, &self.kept)
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        if !self.holds {
            let _ = remove(&self.part);
        }
    }
}

/// The record of the last import into `state`, and the folder that it lies in, if the store that it tells of is the one
/// that is there.
pub(super) fn last(state: &Path) -> Option<(Record, PathBuf)> {
    // An import that was killed between its last steps has left its record under the other name.
    let mut folders = [PART, KEPT].into_iter().map(|name| state.join(name));
    folders.find_map(|folder| {
        let text = fs::read(folder.join(RECORD)).ok()?;
        let record: Record = serde_json::from_slice(&text).ok()?;
        let grid = Grid::open(&state.join(&record.store)).ok()?;
        (grid.metadata().version.id == record.version).then_some((record, folder))
    })
}

/// Forgets what is kept of the last import.
pub(super) fn forget(state: &Path) -> io::Result<()> {
    remove(&state.join(PART))?;
    remove(&state.join(KEPT))
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The folder of what was kept, and its name while it is made.
const KEPT: &str = "before";
const PART: &str = "before.part";
/// The store in it, and what it is the store before of.
pub(super) const STORE: &str = "store.arrow";
const RECORD: &str = "import.json";
