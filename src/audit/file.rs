//! The audit file that is being written: opened by one daemon alone, and gone on with where it ended.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::{
    line::{Chain, FORMAT, Note},
    tail::{Tail, newest_beside},
};
use crate::{clock::Milliseconds, disk};

/// Reason why an audit file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes to it.
    #[error("another daemon writes to {}, and a chain has one writer", .0.display())]
    InUse(PathBuf),
    /// The system's refusal.
    #[error("cannot write {}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It holds something else, and what is there is not written over.
    #[error("{} is no audit file, or its end cannot be read", .0.display())]
    NotOurs(PathBuf),
}

/// State of an audit file that is not opened for writing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FileState {
    /// There is none, or nothing is in it.
    Absent,
    /// A process writes to it.
    InUse,
    /// It holds something else.
    NotOurs,
    /// The last line has no end.
    Torn,
    /// The last line has its end.
    Whole {
        /// Number of the next one.
        lines: u64,
    },
}

impl FileState {
    /// The state of the file at `path`, as another process may find it.
    ///
    /// # Errors
    /// When there is something that cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Absent),
            Err(error) => return Err(error),
        };
        let found = file.metadata()?;
        if !found.is_file() {
            return Ok(Self::NotOurs);
        }
        // Given back when the file is closed, a moment later.
        if flock(&file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK) {
            return Ok(Self::InUse);
        }
        if found.len() == 0 {
            return Ok(Self::Absent);
        }
        Ok(match Tail::read(&file, found.len())? {
            None => Self::NotOurs,
            Some(tail) if tail.torn.is_some() => Self::Torn,
            Some(tail) => Self::Whole {
                lines: tail.chain.next,
            },
        })
    }
}

/// An audit file that this process alone writes to.
#[derive(Debug)]
pub(super) struct AuditFile {
    path: PathBuf,
    file: File,
    length: u64,
    /// Something stands behind `length` that could not be taken away.
    has_rest: bool,
}

/// An audit file, its chain, and the octets that are to be written first.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) file: AuditFile,
    pub(super) chain: Chain,
    pub(super) first: Vec<u8>,
}

impl AuditFile {
    /// Opens the file at `path`, makes it where it is not there, and goes on with its chain: nothing is written yet.
    ///
    /// One that is empty goes on with the chain of the newest that was renamed beside it.
    pub(super) fn open(path: &Path, now: Milliseconds) -> Result<Opened, OpenError> {
        let file = Self::locked(path)?;
        if file.length == 0 {
            let before = newest_beside(path).map(|tail| tail.chain);
            return Ok(file.begun(before, now));
        }
        let tail = Tail::read(&file.file, file.length).map_err(|source| OpenError::Io {
            path: path.into(),
            source,
        })?;
        match tail {
            Some(tail) => Ok(file.resumed(tail, now)),
            None => Err(OpenError::NotOurs(path.into())),
        }
    }

    /// Opens a new file at the same path, in which `chain` goes on.
    pub(super) fn follow(&self, chain: Chain, now: Milliseconds) -> Result<Opened, OpenError> {
        let file = Self::locked(&self.path)?;
        if file.length == 0 {
            Ok(file.begun(Some(chain), now))
        } else {
            Err(OpenError::NotOurs(self.path.clone()))
        }
    }

    /// `true` when another file stands at the path by now, or none.
    pub(super) fn is_renamed(&self) -> bool {
        let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
        let there = self.path.metadata().map(identity).ok();
        there.is_none() || there != self.file.metadata().map(identity).ok()
    }

    /// Adds `lines` whole, or leaves the file as it was.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.has_rest {
            self.file.set_len(self.length)?;
            self.has_rest = false;
        }
        let added = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        match self.file.write_all(lines) {
            Ok(()) => {
                self.length = self.length.saturating_add(added);
                Ok(())
            }
            Err(error) => {
                // Half a line would stand before the others once there is room again.
                self.has_rest = self.file.set_len(self.length).is_err();
                Err(error)
            }
        }
    }

    /// Waits until the disk has everything.
    pub(super) fn settle(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens and locks the file that stands at `path` at the end of both.
    fn locked(path: &Path) -> Result<Self, OpenError> {
        let of = |source| OpenError::Io {
            path: path.into(),
            source,
        };
        loop {
            let file = OpenOptions::new()
                .read(true)
                .append(true)
                .create(true)
                .mode(0o640)
                .open(path)
                .map_err(of)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(Errno::WOULDBLOCK) => return Err(OpenError::InUse(path.into())),
                Err(error) => return Err(of(error.into())),
            }
            let metadata = file.metadata().map_err(of)?;
            if !metadata.is_file() {
                return Err(OpenError::NotOurs(path.into()));
            }
            let opened = Self {
                path: path.into(),
                file,
                length: metadata.len(),
                has_rest: false,
            };
            if !opened.is_renamed() {
                disk::settle(path.parent().unwrap_or(path)).map_err(of)?;
                return Ok(opened);
            }
        }
    }

    /// An empty file, in which the chain `before` goes on, or a new one begins.
    fn begun(self, before: Option<Chain>, now: Milliseconds) -> Opened {
        let is_new = before.is_none();
        let mut chain = before.unwrap_or_else(Chain::new);
        let (name, perild) = (chain.name.to_string().into(), VERSION.into());
        let note = if is_new {
            Note::Began {
                format: FORMAT,
                chain: name,
                perild,
            }
        } else {
            Note::Continued {
                format: FORMAT,
                chain: name,
                perild,
                previous: chain.head,
            }
        };
        let mut first = Vec::new();
        chain.note(&mut first, now, &note);
        Opened {
            file: self,
            chain,
            first,
        }
    }

    /// A file that ends with `tail`.
    fn resumed(self, tail: Tail, now: Milliseconds) -> Opened {
        let mut first = Vec::new();
        if !tail.has_break {
            first.push(b'\n');
        }
        let mut chain = tail.chain;
        let started = Note::Started {
            perild: VERSION.into(),
            torn_bytes: tail.torn.map(|torn| torn.bytes),
            torn_sha256: tail.torn.map(|torn| torn.sha256),
        };
        chain.note(&mut first, now, &started);
        Opened {
            file: self,
            chain,
            first,
        }
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");
