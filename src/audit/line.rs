//! Lines of an audit file: JSON objects, each with the digest of everything up to it at its end.
//!
//! `{"seq":17,"time":"2026-11-30T13:24:26.123Z","kind":"access",...,"hash":"<64 digits>"}`, where the hash is SHA-256
//! over the 32 octets of the hash of the line before and then the octets of this line up to `,"hash":`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Digest, facts::Facts, refused::Refused};
use crate::{clock::Milliseconds, printable::printable_json};

/// A chain as far as it has been written: the number of its next line, and the digest of its last.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Chain {
    /// Its name, which the head of each file repeats.
    pub(super) name: Box<str>,
    pub(super) next: u64,
    pub(super) head: Digest,
}

impl Chain {
    /// A chain without a line yet.
    pub(super) fn new() -> Self {
        Self {
            name: uuid::Uuid::new_v4().hyphenated().to_string().into(),
            next: 0,
            head: Digest::NOTHING,
        }
    }

    /// Adds to `lines` the next one: `body` is the rest of its object, from the member `kind` on.
    pub(super) fn push(&mut self, lines: &mut Vec<u8>, time: Milliseconds, body: &[u8]) {
        let begin = lines.len();
        lines.extend_from_slice(b"{\"seq\":");
        lines.extend_from_slice(self.next.to_string().as_bytes());
        lines.extend_from_slice(b",\"time\":\"");
        lines.extend_from_slice(time.to_string().as_bytes());
        lines.extend_from_slice(b"\",");
        lines.extend_from_slice(body);
        let content = lines.get(begin..).unwrap_or_default();
        self.head = self.head.then(content);
        lines.extend_from_slice(HASH);
        self.head.push_to(lines);
        lines.extend_from_slice(END);
        lines.push(b'\n');
        self.next += 1;
    }

    /// Adds the next line, which says what became of the file.
    pub(super) fn note(&mut self, lines: &mut Vec<u8>, time: Milliseconds, note: &Note<'_>) {
        self.push(lines, time, &body(note));
    }
}

/// Content and digest of a line, taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sealed<'l> {
    line: &'l [u8],
    pub(super) content: &'l [u8],
    pub(super) hash: Digest,
}

impl<'l> Sealed<'l> {
    /// Takes `line`, without its line break, apart; none where it has no such form.
    pub(super) fn read(line: &'l [u8]) -> Option<Self> {
        let rest = line.strip_suffix(END)?;
        let (rest, hash) = rest.split_at_checked(rest.len().checked_sub(64)?)?;
        Some(Self {
            line,
            content: rest.strip_suffix(HASH)?,
            hash: Digest::parse(hash)?,
        })
    }

    /// The line as it is numbered, timed and named.
    pub(super) fn header(&self) -> Option<Header<'l>> {
        self.read_as()
    }

    /// A line of another kind than [`Facts::KIND`].
    pub(super) fn note(&self) -> Option<Note<'l>> {
        self.read_as()
    }

    /// The facts of a line of the kind [`Facts::KIND`].
    pub(super) fn facts(&self) -> Option<Facts<'l>> {
        self.read_as()
    }

    fn read_as<T: Deserialize<'l>>(&self) -> Option<T> {
        let mut reader = serde_json::Deserializer::from_slice(self.line);
        let value = T::deserialize(&mut reader).ok()?;
        reader.end().ok()?;
        Some(value)
    }
}

/// Members that every line has.
#[derive(Debug, Deserialize)]
pub(super) struct Header<'l> {
    pub(super) seq: u64,
    pub(super) time: Milliseconds,
    #[serde(borrow)]
    pub(super) kind: Cow<'l, str>,
}

/// A line that says what became of the file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Note<'l> {
    /// The daemon lives, and nobody has asked for a minute.
    Alive,
    /// The first line of a chain.
    Began {
        format: u32,
        chain: Cow<'l, str>,
        perild: Cow<'l, str>,
    },
    /// The first line of a file that goes on where another ended.
    Continued {
        format: u32,
        chain: Cow<'l, str>,
        perild: Cow<'l, str>,
        previous: Digest,
    },
    /// Records for which there was no place, where the service goes on without.
    Lost { records: u64 },
    /// Lines that were removed when their time had come, in whose place this one stands.
    Pruned {
        format: u32,
        chain: Cow<'l, str>,
        /// Number of the first of them.
        first: u64,
        /// Number of the last.
        last: u64,
        /// Digest of the line before the first.
        previous: Digest,
        /// Digest of the last, by which the next line is chained.
        head: Digest,
        /// The time at which they were removed; that of the line is the last one's.
        removed: Cow<'l, str>,
    },
    /// Requests that were refused while no record of them could be kept.
    Refused(Refused<'l>),
    /// The last line of a file that another one follows.
    Rotated,
    /// A daemon began to write to a file that was there.
    Started {
        perild: Cow<'l, str>,
        /// Octets of the last line, which a crash left without its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        torn_bytes: Option<u64>,
        /// SHA-256 over them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        torn_sha256: Option<Digest>,
    },
    /// The daemon ended as it should.
    Stopped,
}

impl Note<'_> {
    /// The name of the chain, in a line that a file may begin with.
    pub(super) fn chain(&self) -> Option<&str> {
        match self {
            Self::Began { chain, .. }
            | Self::Continued { chain, .. }
            | Self::Pruned { chain, .. } => Some(chain),
            _ => None,
        }
    }

    /// The digest of the line before, as a line says it that a file may begin with.
    pub(super) fn previous(&self) -> Digest {
        match self {
            Self::Continued { previous, .. } | Self::Pruned { previous, .. } => *previous,
            _ => Digest::NOTHING,
        }
    }
}

/// The members of `value`, a JSON object, without its braces and with nothing invisible in it.
pub(super) fn body(value: &impl Serialize) -> Vec<u8> {
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut body = printable_json(text).into_bytes();
    body.pop();
    if !body.is_empty() {
        body.remove(0);
    }
    body
}

/// Version of the form of lines.
pub(super) const FORMAT: u32 = 1;

/// Longest line that is read: a record has two dozen members of a kilobyte at most.
pub(super) const MOST_BYTES: usize = 64 * 1024;

const HASH: &[u8] = b",\"hash\":\"";
const END: &[u8] = b"\"}";
