//! Findings in audit files, in words.

use std::{fmt, path::PathBuf};

use crate::clock::Milliseconds;

/// A fault of the chain, and its place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// The file.
    pub path: PathBuf,
    /// The line in it, from 1; 0 for the chain as a whole.
    pub line: u64,
    /// The kind of fault.
    pub kind: FaultKind,
}

/// Kind of fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FaultKind {
    /// The line is not as it was written, or it was never written here.
    Changed,
    /// No line has the hash that was asked for.
    HeadMissing,
    /// Lines were removed, or a file is missing.
    Missing {
        /// The number of the first of them.
        first: u64,
        /// That of the last.
        last: u64,
    },
    /// The first line does not say where the chain begins.
    NoBeginning,
    /// Octets that are no line, and that no daemon has told of.
    NoLine,
    /// Another chain begins.
    OtherChain,
    /// A line that belongs elsewhere: moved, or put in.
    OutOfPlace {
        /// The number that it has.
        seq: u64,
        /// The number that belongs there.
        expected: u64,
    },
    /// The last line has no end.
    Torn {
        /// Octets of it.
        bytes: usize,
    },
}

/// Something that is no fault of the chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Note {
    /// The file goes on with lines that are not among the files.
    Before(PathBuf),
    /// The clock was set back.
    ClockWentBack {
        /// The file.
        path: PathBuf,
        /// The line in it.
        line: u64,
        /// The time of the line before.
        before: Milliseconds,
        /// The time of this one.
        time: Milliseconds,
    },
    /// A crash left a line without its end, and the daemon that started next said so.
    Crash {
        /// The file.
        path: PathBuf,
        /// The last line of what was left.
        line: u64,
        /// Octets of it.
        bytes: u64,
    },
    /// There is no line in it.
    Empty(PathBuf),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}:{}: ", self.path.display(), self.line)?;
        }
        self.kind.fmt(f)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed => {
                f.write_str("changed: its hash is not that of its content and of the line before")
            }
            Self::HeadMissing => f.write_str(
                "no line has the hash of --head: the end was cut off, or this is another chain",
            ),
            Self::Missing { first, last } if first == last => {
                write!(f, "missing: line {first} of the chain before this one")
            }
            Self::Missing { first, last } => write!(
                f,
                "missing: lines {first} to {last} of the chain before this one, removed or in a file that was not given"
            ),
            Self::NoBeginning => f.write_str(
                "missing: the lines before it in this file, which should begin with the name of its chain",
            ),
            Self::NoLine => f.write_str("changed: this is no line of an audit file"),
            Self::OtherChain => f.write_str("another chain begins here"),
            Self::OutOfPlace { seq, expected } => write!(
                f,
                "out of place: line {seq} of the chain stands where line {expected} belongs, put in or moved"
            ),
            Self::Torn { bytes } => write!(
                f,
                "torn: the last line has no end after {bytes} octets, as a crash leaves it; a daemon that starts says so \
                 behind it and goes on"
            ),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(path) => write!(
                f,
                "{}: the chain began before this file, and what is before it is not among the files",
                path.display()
            ),
            Self::ClockWentBack {
                path,
                line,
                before,
                time,
            } => {
                let path = path.display();
                write!(
                    f,
                    "{path}:{line}: the clock went back from {before} to {time}"
                )
            }
            Self::Crash { path, line, bytes } => write!(
                f,
                "{}:{line}: torn by a crash after {bytes} octets, as the daemon says that started next",
                path.display()
            ),
            Self::Empty(path) => write!(f, "{}: empty", path.display()),
        }
    }
}
