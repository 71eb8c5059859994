//! Files of a publisher's source, listed and opened without leaving the folder of the data.
//!
//! What an import reads without anybody looking on has to be what lies in the folder: no link leads out of it, nothing
//! waits for a writer, and a file that changes is told from one that is at rest.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{
    regular_file::{directory, open_in},
    version::Version,
};
use crate::clock::Timestamp;

/// The files that a source has at one moment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceFiles {
    root: PathBuf,
    /// Paths from the root, in order, each with its version.
    files: Vec<(PathBuf, Version)>,
}

/// Reasons for which the files of a source cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum SourceFilesError {
    /// Something is no regular file, or leads out of the folder.
    #[error("{} is no regular file of the folder", .0.display())]
    NotRegular(PathBuf),
    /// There are too many of them.
    #[error("there are more than {MOST_FILES} files")]
    TooMany,
    /// The system refuses.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
}

impl SourceFiles {
    /// The files below `root` that `paths` are, and those in the folders that they are; of folders hidden files, those
    /// that begin with `_` and descriptions are left out, as by any import.
    ///
    /// # Errors
    /// [`SourceFilesError`].
    pub fn list(root: &Path, paths: &[PathBuf]) -> Result<Self, SourceFilesError> {
        let mut found = Self {
            root: root.to_owned(),
            files: Vec::new(),
        };
        for path in paths {
            found.add(path)?;
        }
        found.files.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }

    fn add(&mut self, path: &Path) -> Result<(), SourceFilesError> {
        let unreadable = |source| SourceFilesError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let found = fs::symlink_metadata(path).map_err(unreadable)?;
        if !found.is_dir() {
            let (name, _, version) = self.open(path)?;
            self.files.push((name, version));
            return if self.files.len() > MOST_FILES {
                Err(SourceFilesError::TooMany)
            } else {
                Ok(())
            };
        }
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if !(name.starts_with(['.', '_']) || name.ends_with(".toml")) {
                self.add(&entry.path())?;
            }
        }
        Ok(())
    }

    fn open(&self, path: &Path) -> Result<(PathBuf, File, Version), SourceFilesError> {
        let not_regular = || SourceFilesError::NotRegular(path.to_owned());
        let name = path.strip_prefix(&self.root).ok();
        let name = name.ok_or_else(not_regular)?;
        let text = name.to_str().ok_or_else(not_regular)?;
        let opened = directory(&self.root).and_then(|root| open_in(&root, text));
        let (file, version) = opened.map_err(|source| {
            let leads_out = source.raw_os_error() == Some(rustix::io::Errno::XDEV.raw_os_error());
            let is_there = fs::symlink_metadata(path).is_ok();
            // A folder behind a link, a FIFO, a device and a link that leads out.
            let is_other = source.kind() == io::ErrorKind::NotFound && is_there;
            if leads_out || is_other || source.kind() == io::ErrorKind::IsADirectory {
                not_regular()
            } else {
                SourceFilesError::Unreadable {
                    path: path.to_owned(),
                    source,
                }
            }
        })?;
        Ok((name.to_owned(), File::from(file), version))
    }

    /// `true` where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Octets of all.
    #[must_use]
    pub fn length_bytes(&self) -> u64 {
        let lengths = self.files.iter().map(|(_, version)| version.length());
        lengths.fold(0, u64::saturating_add)
    }

    /// `true` where each has been left alone for long enough that a change would show.
    #[must_use]
    pub fn are_at_rest(&self, now: Timestamp) -> bool {
        self.files
            .iter()
            .all(|(_, version)| version.is_settled(now))
    }

    /// Hands each file to `read`, open, with its path from the root, and says whether all were still as they were listed
    /// before and after that.
    ///
    /// # Errors
    /// Those of `read`, and a file that cannot be opened.
    pub fn each<E: From<SourceFilesError>>(
        &self,
        mut read: impl FnMut(&Path, &mut File) -> Result<(), E>,
    ) -> Result<bool, E> {
        for (name, listed) in &self.files {
            let (_, mut file, version) = self.open(&self.root.join(name))?;
            if version != *listed {
                return Ok(false);
            }
            read(name, &mut file)?;
            let (_, _, version) = self.open(&self.root.join(name))?;
            if version != *listed {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Files of one source.
const MOST_FILES: usize = 10_000;

#[cfg(test)]
mod tests {
    use std::{io::Read, os::unix::fs::symlink};

    use super::*;

    fn read_all(files: &SourceFiles) -> Result<(bool, Vec<String>), SourceFilesError> {
        let mut texts = Vec::new();
        let are_same = files.each(|_, file| {
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            texts.push(text);
            Ok::<_, SourceFilesError>(())
        })?;
        Ok((are_same, texts))
    }

    #[test]
    fn a_folder_is_listed_with_what_lies_in_it_and_a_file_by_itself() {
        let root = tempfile::tempdir().unwrap();
        for name in ["b/2.csv", "b/1.csv", "b/.x", "b/_y", "b/t.toml", "a.csv"] {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        symlink("../a.csv", root.path().join("b/3.csv")).unwrap();
        let paths = [root.path().join("b"), root.path().join("a.csv")];
        let files = SourceFiles::list(root.path(), &paths).unwrap();
        let (are_same, texts) = read_all(&files).unwrap();
        assert!(are_same);
        assert_eq!(texts, ["a.csv", "b/1.csv", "b/2.csv", "a.csv"]);
        assert_eq!(files.length_bytes(), 24);
        assert!(!files.is_empty());
    }

    #[test]
    fn what_is_no_regular_file_of_the_folder_is_refused_and_nothing_waits() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.csv"), "x").unwrap();
        let root = outside.path().join("root");
        fs::create_dir_all(root.join("sub")).unwrap();
        symlink("../secret.csv", root.join("out.csv")).unwrap();
        symlink("sub", root.join("folder.csv")).unwrap();
        let fifo = root.join("fifo.csv");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        for name in ["out.csv", "folder.csv", "fifo.csv", "../secret.csv"] {
            let refused = SourceFiles::list(&root, &[root.join(name)]);
            let is_refused = matches!(refused, Err(SourceFilesError::NotRegular(_)));
            assert!(is_refused, "{name}: {refused:?}");
        }
        let absent = SourceFiles::list(&root, &[root.join("none.csv")]);
        assert!(matches!(absent, Err(SourceFilesError::Unreadable { .. })));
    }

    #[test]
    fn a_file_that_grows_is_told_from_one_that_stays() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.csv");
        fs::write(&path, "a\n1\n").unwrap();
        let files = SourceFiles::list(root.path(), std::slice::from_ref(&path)).unwrap();
        assert_eq!(read_all(&files).unwrap(), (true, vec!["a\n1\n".to_owned()]));
        fs::write(&path, "a\n1\n2\n").unwrap();
        assert!(!read_all(&files).unwrap().0);
        let now = Timestamp::now();
        assert!(!files.are_at_rest(now));
        assert!(files.are_at_rest(now.after(std::time::Duration::from_secs(5))));
        let grows_meanwhile = SourceFiles::list(root.path(), std::slice::from_ref(&path)).unwrap();
        let are_same = grows_meanwhile.each(|_, _| {
            fs::write(&path, "a\n1\n2\n3\n").unwrap();
            Ok::<_, SourceFilesError>(())
        });
        assert!(!are_same.unwrap());
    }
}
