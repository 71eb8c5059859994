//! The files of one configuration: what is shipped, the operator's file over it, and the files beside it over both.

use std::{
    ffi::OsStr,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use rustix::io::Errno;

use super::ConfigError;

/// The text of one file.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) is_shipped: bool,
}

/// The files of the configuration at `path`, each of which holds over those before it.
///
/// `shipped` may be missing. The operator's file may be missing as well where there are files beside it.
pub(super) fn of(shipped: &Path, path: &Path) -> Result<Vec<Layer>, ConfigError> {
    let drop_ins = drop_ins(path)?;
    let mut layers = Vec::with_capacity(drop_ins.len() + 2);
    layers.extend(read_if_there(shipped, true)?);
    match read_if_there(path, false)? {
        Some(layer) => layers.push(layer),
        None if drop_ins.is_empty() => return Err(unreadable(path, Errno::NOENT.into())),
        None => {}
    }
    for drop_in in drop_ins {
        let layer = read_if_there(&drop_in, false)?;
        // One that went away, or a link to nowhere, would take its settings along unseen.
        layers.push(layer.ok_or_else(|| unreadable(&drop_in, Errno::NOENT.into()))?);
    }
    Ok(layers)
}

/// `true` when the operator has said anything: the file at `path`, or one beside it.
pub(super) fn is_there(path: &Path) -> bool {
    !matches!(path.try_exists(), Ok(false))
        || drop_ins(path).map_or(true, |found| !found.is_empty())
}

/// The files `perild.d/*.toml` for `perild.toml`, sorted by name; what begins with a dot is an editor's.
fn drop_ins(path: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let folder = path.with_extension("d");
    if folder == path {
        return Ok(Vec::new());
    }
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries,
    };
    let names = entries.and_then(|entries| {
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        names.collect::<io::Result<Vec<_>>>()
    });
    let mut names = names.map_err(|source| unreadable(&folder, source))?;
    names.retain(|name| {
        !name.as_encoded_bytes().starts_with(b".") && extension(name) == Some(OsStr::new("toml"))
    });
    names.sort();
    Ok(names.into_iter().map(|name| folder.join(name)).collect())
}

fn extension(name: &OsStr) -> Option<&OsStr> {
    Path::new(name).extension()
}

fn read_if_there(path: &Path, is_shipped: bool) -> Result<Option<Layer>, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(Layer {
            path: path.into(),
            text,
            is_shipped,
        })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(unreadable(path, source)),
    }
}

fn unreadable(path: &Path, source: io::Error) -> ConfigError {
    ConfigError::Unreadable {
        path: path.into(),
        source,
    }
}
