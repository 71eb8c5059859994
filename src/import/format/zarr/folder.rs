//! The files of a store, none of them through a link: what is imported is published.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Mode, OFlags, open, openat},
    io::Errno,
};

use super::{super::FormatError, ZarrFault};

/// The folder of a store.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    root: OwnedFd,
}

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            root: open(path, FOLDER.difference(OFlags::NOFOLLOW), Mode::empty())?,
        })
    }

    /// The folders in the root, in the order of their names, and the octets of all files.
    pub(super) fn survey(&self) -> Result<(Vec<String>, u64), FormatError> {
        let mut names = Vec::new();
        let mut octets = 0_u64;
        let mut files = 0_u64;
        let mut ahead = vec![(self.path.clone(), 0)];
        while let Some((folder, depth)) = ahead.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if kind.is_file() {
                    octets = octets.saturating_add(entry.metadata()?.len());
                    files += 1;
                } else if kind.is_dir() && depth < MAX_DEPTH {
                    if depth == 0 {
                        names.extend(entry.file_name().into_string());
                    }
                    ahead.push((entry.path(), depth + 1));
                }
            }
            if files > MAX_FILES {
                return Err(FormatError::ManyFiles(files));
            }
        }
        names.sort();
        Ok((names, octets))
    }

    /// The content of the file `name`, at most `most` octets; none when there is no such file.
    pub(super) fn read(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, ZarrFault> {
        let Some(file) = self.file(name)? else {
            return Ok(None);
        };
        let length = file.metadata()?.len();
        let long = || ZarrFault::Long {
            file: name.escape_debug().to_string(),
            most,
        };
        if length > most {
            return Err(long());
        }
        let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        file.take(most + 1).read_to_end(&mut content)?;
        if u64::try_from(content.len()).is_ok_and(|length| length > most) {
            return Err(long());
        }
        Ok(Some(content))
    }

    /// The file `name`; none when there is no such file.
    pub(super) fn file(&self, name: &str) -> Result<Option<File>, ZarrFault> {
        let mut passed: Option<OwnedFd> = None;
        let mut components = name.split('/').peekable();
        while let Some(component) = components.next() {
            let here = passed.as_ref().unwrap_or(&self.root);
            let flags = if components.peek().is_some() {
                FOLDER
            } else {
                FILE
            };
            match openat(here, component, flags, Mode::empty()) {
                Ok(opened) => passed = Some(opened),
                Err(Errno::NOENT) => return Ok(None),
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    return Err(ZarrFault::Link(name.escape_debug().to_string()));
                }
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
        let file = passed.map(File::from);
        match file {
            Some(file) if !file.metadata()?.is_file() => {
                Err(ZarrFault::Link(name.escape_debug().to_string()))
            }
            file => Ok(file),
        }
    }
}

const FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);
/// A pipe would wait for somebody who writes.
const FILE: OFlags = OFlags::RDONLY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK)
    .union(OFlags::CLOEXEC);
/// Group, array, `c`, and one folder a dimension.
const MAX_DEPTH: usize = 12;
const MAX_FILES: u64 = 2_000_000;
