//! Taking the last import back.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{ImportError, before, publish::StateDir};
use crate::dataset::grid::{Grid, StoreVersion};

/// The import that was taken back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct RolledBack {
    /// The store that it made.
    pub path: PathBuf,
    /// Its version.
    pub version: u64,
    /// The store that is there again; none when there was none before.
    pub again: Option<StoreVersion>,
}

/// Takes back the last import into the state directory `state`.
///
/// # Errors
/// [`ImportError::NothingBefore`], [`ImportError::Busy`] or [`ImportError::State`].
pub fn rollback(state: &Path) -> Result<RolledBack, ImportError> {
    let unusable = |source| ImportError::State {
        path: state.to_owned(),
        source,
    };
    let state_dir = StateDir::lock(state)
        .map_err(unusable)?
        .ok_or_else(|| ImportError::Busy(state.to_owned()))?;
    let Some((record, folder)) = before::last(state) else {
        return Err(ImportError::NothingBefore(state.to_owned()));
    };
    let path = state_dir.at(&record.store);
    let again = if record.has_store {
        fs::rename(folder.join(before::STORE), &path).map_err(unusable)?;
        let grid = Grid::open(&path).ok();
        grid.map(|grid| grid.metadata().version)
    } else {
        fs::remove_file(&path).map_err(unusable)?;
        None
    };
    before::forget(state).map_err(unusable)?;
    state_dir.settle(&path).map_err(unusable)?;
    Ok(RolledBack {
        path,
        version: record.version,
        again,
    })
}
