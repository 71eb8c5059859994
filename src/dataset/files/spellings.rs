//! Files whose extension is not in lower case: `Data.CSV` is what `/Data` asks for where there is no `Data.csv`.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Mutex, PoisonError},
};

use rustix::fs::stat;

use super::{Absent, FileName, MOST_ENTRIES};
use crate::{clock::Timestamp, dataset::version::Version};

/// The directory's other spellings, read again when the directory has changed.
#[derive(Debug, Default)]
pub(super) struct Spellings(Mutex<Option<Read>>);

/// Names that were read, with the version of the directory.
#[derive(Debug)]
struct Read {
    directory: Version,
    names: Names,
}

/// The names on the disk, by the name with its extension in lower case.
type Names = HashMap<String, Vec<String>>;

impl Spellings {
    /// The one file of `root` that is `name` but for the case of its extension.
    ///
    /// # Errors
    /// [`Absent::NoSuchFile`] when there is none, [`Absent::Ambiguous`] when there are several.
    pub(super) fn find(&self, root: &Path, name: &str, now: Timestamp) -> Result<String, Absent> {
        let directory = stat(root).ok().ok_or(Absent::NoSuchFile)?;
        let directory = Version::of(&directory);
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = read.as_ref().filter(|read| read.directory == directory) {
            return only(&read.names, name);
        }
        let names = names(root);
        let found = only(&names, name);
        // A name that comes within the same tick of the clock would not show in the directory's times.
        *read = directory
            .is_settled(now)
            .then_some(Read { directory, names });
        found
    }
}

fn only(names: &Names, name: &str) -> Result<String, Absent> {
    match names.get(name).map(Vec::as_slice) {
        None | Some([]) => Err(Absent::NoSuchFile),
        Some([only]) => Ok(only.clone()),
        Some([first, second, ..]) => Err(Absent::Ambiguous {
            first: first.clone(),
            second: second.clone(),
        }),
    }
}

fn names(root: &Path) -> Names {
    let mut names = Names::new();
    let entries = root.read_dir().into_iter().flatten().take(MOST_ENTRIES);
    for entry in entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()) {
        if let Some(file) = FileName::of_entry(&entry).filter(|file| file.as_str() != entry) {
            names
                .entry(file.as_str().to_owned())
                .or_default()
                .push(entry);
        }
    }
    for spellings in names.values_mut() {
        spellings.sort();
    }
    names
}
