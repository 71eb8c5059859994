//! The files that nobody can have although they lie in the folder, for whoever put them there.

use std::{collections::BTreeMap, io, path::Path};

use super::{FileName, Files, MOST_ENTRIES, absent, directory, enter, open_in};
use crate::dataset::Absent;

/// Reason why a file of the folder is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum Withheld {
    /// A link that leads out of the folder, to nothing, or to no file.
    #[error("a link that leads out of the folder, or to no file")]
    LeadsAway,
    /// perild cannot read it.
    #[error("{0}")]
    Unreadable(io::Error),
}

impl Files {
    /// Each withheld file by its name, as far as the first ten thousand entries say.
    ///
    /// # Errors
    /// When the folder itself cannot be entered or listed.
    pub fn withheld(&self) -> io::Result<BTreeMap<String, Withheld>> {
        let root = directory(&self.root)?;
        enter(&root)?;
        let mut withheld = BTreeMap::new();
        for entry in self.root.read_dir()?.take(MOST_ENTRIES) {
            let Ok(name) = entry?.file_name().into_string() else {
                continue;
            };
            if FileName::of_entry(&name).is_none() {
                continue;
            }
            let reason = match open_in(&root, &name) {
                Ok(_) => None,
                Err(error) => reason(&self.root.join(&name), error),
            };
            withheld.extend(reason.map(|reason| (name, reason)));
        }
        Ok(withheld)
    }
}

/// None for what is no file, and is not meant to be one.
fn reason(path: &Path, error: io::Error) -> Option<Withheld> {
    if let Absent::Unreadable { source, .. } = absent(path, error) {
        return Some(Withheld::Unreadable(source));
    }
    let is_link = path
        .symlink_metadata()
        .is_ok_and(|found| found.is_symlink());
    is_link.then_some(Withheld::LeadsAway)
}
