//! Regular files of one folder, opened without leaving it.

use std::{io, os::fd::OwnedFd, path::Path};

use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, fstat, open, statat},
    io::Errno,
};

use super::{beneath, version::Version};

/// The folder itself, from which names are looked up.
pub(super) fn directory(root: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(open(root, flags, Mode::empty())?)
}

/// Opens the regular file `name` without leaving `root`, whatever links stand there.
pub(super) fn open_regular(root: &Path, name: &str) -> io::Result<(OwnedFd, Version)> {
    open_in(&directory(root)?, name)
}

/// As [`open_regular`], in a folder that is open.
pub(super) fn open_in(root: &OwnedFd, name: &str) -> io::Result<(OwnedFd, Version)> {
    let file = beneath::open_beneath(root, name).map_err(|error| match error {
        // A folder is no file, whoever may enter it.
        Errno::ACCESS if is_folder(root, name) => Errno::ISDIR,
        _ => error,
    })?;
    let stat = fstat(&file)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok((file, Version::of(&stat)))
}

fn is_folder(root: &OwnedFd, name: &str) -> bool {
    let found = statat(root, name, AtFlags::empty());
    found.is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Directory)
}
