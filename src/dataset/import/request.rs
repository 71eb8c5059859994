//! What to import, and how far that has come.

use std::{ffi::OsStr, path::PathBuf, sync::atomic::AtomicU64};

use super::database;
use crate::clock::Timestamp;

/// What to import.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where from.
    pub sources: Vec<Source>,
    /// `paths.state`: where the store is served from.
    pub state: PathBuf,
    /// Where the values come from; none: what the sources' packages say.
    pub source: Option<String>,
    /// Under which terms they may be used; none: what the sources' packages say.
    pub licence: Option<String>,
    /// The values are made up, whatever the sources say.
    pub synthetic: bool,
    /// The time of the import.
    pub now: Timestamp,
}

/// Where values come from.
#[derive(Clone, Eq, PartialEq)]
pub enum Source {
    /// The address of a database; it may hold a password.
    Database(String),
    /// A CSV file, or a folder with such files.
    Path(PathBuf),
}

/// How far an import is; read by who shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Octets of all files; 0 while that is not known, and for a database.
    pub total: AtomicU64,
    /// Octets that have been read.
    pub read: AtomicU64,
    /// Rows that have been written.
    pub rows: AtomicU64,
}

impl Source {
    /// A database when `text` is the address of one, else a path.
    #[must_use]
    pub fn new(text: &OsStr) -> Self {
        match text.to_str() {
            Some(address) if database::is_address(address) => Self::Database(address.to_owned()),
            _ => Self::Path(text.into()),
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(_) => f.write_str("Database(..)"),
            Self::Path(path) => f.debug_tuple("Path").field(path).finish(),
        }
    }
}
