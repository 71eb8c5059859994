//! The folder of the data, listed: files that are offered, and descriptions with what was read of them.

use std::{
    collections::HashMap,
    fs::File,
    io::{self, ErrorKind, Read as _},
    os::fd::OwnedFd,
    path::Path,
    sync::Arc,
};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, open, statat};

use crate::{
    clock::Timestamp,
    dataset::{
        FileName,
        metadata::description::{DescriptionFault, MOST_BYTES, Problem, Read},
        regular_file::open_regular,
        version::Version,
    },
};

/// The folder as it is now.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Files that are offered, by name.
    pub(super) files: Vec<DataFile>,
    /// Descriptions and profiles, by name.
    pub(super) descriptions: Vec<DescriptionFile>,
}

/// A file that is offered.
#[derive(Debug)]
pub(super) struct DataFile {
    pub(super) name: FileName,
    pub(super) version: Version,
}

/// A description, read.
#[derive(Clone, Debug)]
pub(super) struct DescriptionFile {
    /// The name of the file.
    pub(super) name: Box<str>,
    pub(super) read: Arc<Read>,
}

/// Descriptions that were read, to be used again while their files are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(HashMap<Box<str>, (Version, Arc<Read>)>);

impl Folder {
    /// Lists `root` and reads the descriptions in it that `known` does not have.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub(super) fn list(root: &Path, known: &Known, now: Timestamp) -> io::Result<(Self, Known)> {
        let directory = open(
            root,
            OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut folder = Self::default();
        let mut kept = Known::default();
        for entry in rustix::fs::Dir::read_from(&directory)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else {
                continue;
            };
            let stem = name
                .strip_suffix(DESCRIPTION)
                .filter(|stem| !stem.is_empty());
            let file = match stem {
                Some(_) if name.starts_with('.') => continue,
                Some(_) => None,
                None => match FileName::of_entry(name) {
                    Some(file) => Some(file),
                    None => continue,
                },
            };
            let found = regular(root, &directory, name);
            match (file, found) {
                (Some(name), Ok(Some(version))) => folder.files.push(DataFile { name, version }),
                (Some(_), Ok(None) | Err(_)) | (None, Ok(None)) => {}
                (None, found) => {
                    let path = root.join(name);
                    let read = match found {
                        Ok(Some(version)) => known.read(&path, name, version, now, &mut kept),
                        Ok(None) => continue,
                        Err(error) => unreadable(&path, &error),
                    };
                    let name = name.into();
                    folder.descriptions.push(DescriptionFile { name, read });
                }
            }
        }
        folder
            .files
            .sort_by(|a, b| a.name.asked().cmp(b.name.asked()));
        folder.descriptions.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((folder, kept))
    }
}

impl Known {
    /// The description at `path`, of which the system says `version`.
    fn read(
        &self,
        path: &Path,
        name: &str,
        version: Version,
        now: Timestamp,
        kept: &mut Self,
    ) -> Arc<Read> {
        let known = self.0.get(name).filter(|(known, _)| *known == version);
        let (version, read) = match known {
            Some(known) => known.clone(),
            None => match read(path, name) {
                Ok((version, read)) => (version, Arc::new(read)),
                Err(error) => return unreadable(path, &error),
            },
        };
        // What was changed this very second may be changed again without a trace in its times.
        if version.is_settled(now) {
            kept.0.insert(name.into(), (version, Arc::clone(&read)));
        }
        read
    }
}

fn read(path: &Path, name: &str) -> io::Result<(Version, Read)> {
    let root = path.parent().unwrap_or(path);
    let (file, version) = open_regular(root, name)?;
    let mut text = Vec::new();
    let mut file = File::from(file).take(MOST_BYTES.saturating_add(1));
    file.read_to_end(&mut text)?;
    let most = usize::try_from(MOST_BYTES).unwrap_or(usize::MAX);
    let is_too_long = text.len() > most;
    text.truncate(most);
    let mut read = Read::parse(path, &text);
    if is_too_long {
        // Complaints about where it was cut would be wrong.
        let bytes = version.length();
        let problem = Problem::TooLong {
            bytes,
            most: MOST_BYTES,
        };
        read.faults = vec![DescriptionFault::of_file(path, problem)];
    }
    Ok((version, read))
}

fn unreadable(path: &Path, error: &io::Error) -> Arc<Read> {
    let problem = if error.raw_os_error() == Some(rustix::io::Errno::XDEV.raw_os_error()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into());
        Problem::OutsideFolder {
            source_text: name.unwrap_or_default(),
        }
    } else {
        Problem::Unreadable { kind: error.kind() }
    };
    Arc::new(Read {
        faults: vec![DescriptionFault::of_file(path, problem)],
        ..Read::default()
    })
}

/// The file status of the regular file `name`; none where it is something else.
fn regular(root: &Path, directory: &OwnedFd, name: &str) -> io::Result<Option<Version>> {
    let stat = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
    match kind(&stat) {
        FileType::RegularFile => Ok(Some(Version::of(&stat))),
        FileType::Symlink => match open_regular(root, name) {
            Ok((_, version)) => Ok(Some(version)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        },
        _ => Ok(None),
    }
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

/// The extension of descriptions.
pub(super) const DESCRIPTION: &str = ".toml";
