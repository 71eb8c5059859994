//! Verification of audit files: every line in its place, as it was written.
//!
//! A chain shows each line that was changed, removed, put in or moved, and each file that is missing between two. It
//! does not show that lines were cut off at its end, nor that somebody wrote all of it anew: for that the journal has
//! the hash of the last line every minute, and [`Verification::head`] compares.

mod fault;

use std::path::{Path, PathBuf};

pub use fault::{Fault, FaultKind, Note};

use super::{
    Digest,
    digest::Running,
    line::{Note as Written, Sealed},
    reading::{Lines, Raw, Unreadable, in_order},
    tail::Torn,
};
use crate::clock::Milliseconds;

/// Outcome of a verification.
#[derive(Debug, Default)]
pub struct Verification {
    /// Faults, in the order of the lines; [`MOST_FAULTS`] at most.
    pub faults: Vec<Fault>,
    /// The number of them.
    pub faults_found: u64,
    /// Findings that are no faults of the chain.
    pub notes: Vec<Note>,
    /// Lines that stand where they belong.
    pub lines: u64,
    /// Number and hash of the last line.
    pub end: Option<(u64, Digest)>,
    /// Lines behind the one that was asked for, when it was found.
    pub behind_head: Option<u64>,
}

/// Verifies the files at `paths` as one chain, in the order of their lines; `head` is looked for among its hashes.
///
/// # Errors
/// [`Unreadable`].
pub fn verify(paths: &[PathBuf], head: Option<Digest>) -> Result<Verification, Unreadable> {
    let mut verifier = Verifier::new(head);
    for path in in_order(paths)? {
        verifier.file(&path)?;
    }
    Ok(verifier.end())
}

/// The state between two lines.
struct Verifier {
    found: Verification,
    head: Option<Digest>,
    chain: Option<Box<str>>,
    /// Number and hash of the last line that stands in its place.
    last: Option<(u64, Digest)>,
    /// Hashes to which the next line may be chained: of the line before it, as it says and as it is, and of the last
    /// one in its place. A line that was changed is one fault, and the next is none.
    links: Vec<Digest>,
    /// `true` when the line before was a fault, so that the next may have any number.
    was_fault: bool,
    time: Option<Milliseconds>,
    unread: Unread,
    path: PathBuf,
}

/// Octets that are no line of ours, until it is known whether a daemon has found them so.
struct Unread {
    octets: Running,
    /// Number of the first of their lines, and whether a line break is behind the last one.
    first: Option<(u64, bool)>,
}

impl Verifier {
    fn new(head: Option<Digest>) -> Self {
        Self {
            found: Verification::default(),
            head,
            chain: None,
            last: None,
            links: Vec::new(),
            was_fault: false,
            time: None,
            unread: Unread::new(),
            path: PathBuf::new(),
        }
    }

    fn file(&mut self, path: &Path) -> Result<(), Unreadable> {
        self.path = path.into();
        let mut lines = Lines::open(path)?;
        let mut is_empty = true;
        while let Some(line) = lines.next()? {
            is_empty = false;
            self.line(line);
        }
        self.forget_unread();
        if is_empty {
            self.found.notes.push(Note::Empty(path.into()));
        }
        Ok(())
    }

    fn line(&mut self, raw: Raw<'_>) {
        if !raw.has_end {
            let bytes = raw.octets.len();
            self.forget_unread();
            self.fault(raw.number, FaultKind::Torn { bytes });
            return;
        }
        let sealed = Sealed::read(raw.octets);
        let Some((sealed, header)) = sealed.and_then(|sealed| Some((sealed, sealed.header()?)))
        else {
            self.unread.add(raw);
            return;
        };
        let note = sealed.note();
        self.heed_unread(raw.number, note.as_ref());
        if raw.number == 1 {
            self.first(note.as_ref());
        }
        self.place(raw.number, &sealed, header.seq, note.as_ref());
        if !self.was_fault {
            self.clock(raw.number, header.time);
        }
        if let Some(head) = self.head {
            match &mut self.found.behind_head {
                Some(behind) => *behind += 1,
                behind @ None if sealed.hash == head => *behind = Some(0),
                None => {}
            }
        }
    }

    /// The first line of a file names its chain and the hash that it goes on from.
    fn first(&mut self, note: Option<&Written<'_>>) {
        let Some((note, name)) = note.and_then(|note| Some((note, note.chain()?))) else {
            if self.last.is_none() {
                self.fault(1, FaultKind::NoBeginning);
            }
            return;
        };
        if self.chain.as_deref().is_some_and(|chain| chain != name) {
            self.fault(1, FaultKind::OtherChain);
            (self.last, self.links) = (None, Vec::new());
        }
        self.chain = Some(name.into());
        if self.last.is_none() {
            let previous = note.previous();
            self.links = vec![previous];
            if previous != Digest::NOTHING {
                self.found.notes.push(Note::Before(self.path.clone()));
            }
        }
    }

    /// Compares a line with the place that it has.
    fn place(&mut self, line: u64, sealed: &Sealed<'_>, seq: u64, note: Option<&Written<'_>>) {
        let (is_linked, computed) = self.link(sealed, note);
        let first = match note {
            Some(Written::Pruned { first, .. }) => *first,
            _ => seq,
        };
        let expected = self.last.map(|(last, _)| last + 1);
        let kind = match expected {
            None if is_linked || self.links.is_empty() => None,
            None => Some(FaultKind::Changed),
            Some(expected) if is_linked && (first == expected || self.was_fault) => None,
            Some(expected) if first == expected => Some(FaultKind::Changed),
            Some(expected) if first > expected => Some(FaultKind::Missing {
                first: expected,
                last: first - 1,
            }),
            Some(expected) => Some(FaultKind::OutOfPlace {
                seq: first,
                expected,
            }),
        };
        let is_out_of_place = matches!(kind, Some(FaultKind::OutOfPlace { .. }));
        self.was_fault = kind.is_some();
        match kind {
            None => self.found.lines += 1,
            Some(kind) => self.fault(line, kind),
        }
        let head = match note {
            Some(Written::Pruned { head, .. }) => *head,
            _ => sealed.hash,
        };
        let before = self.last.map(|(_, hash)| hash);
        if !is_out_of_place {
            self.last = Some((seq, head));
        }
        let of_last = before.filter(|_| is_out_of_place);
        self.links = [Some(head), Some(computed), of_last]
            .into_iter()
            .flatten()
            .collect();
    }

    /// `true` when the line is chained to one before it, and the hash that it should have.
    fn link(&self, sealed: &Sealed<'_>, note: Option<&Written<'_>>) -> (bool, Digest) {
        let mut links = self.links.iter();
        let fitting = links.find(|link| link.then(sealed.content) == sealed.hash);
        let states = note.and_then(|note| note.chain().map(|_| note.previous()));
        let agrees = states.is_none_or(|previous| fitting.is_none_or(|link| *link == previous));
        let computed = self
            .links
            .first()
            .map_or(sealed.hash, |link| link.then(sealed.content));
        (fitting.is_some() && agrees, computed)
    }

    /// A clock that goes back is no fault of the chain.
    fn clock(&mut self, line: u64, time: Milliseconds) {
        if let Some(before) = self.time.filter(|before| *before > time) {
            let path = self.path.clone();
            self.found.note(Note::ClockWentBack {
                path,
                line,
                before,
                time,
            });
        }
        self.time = Some(time);
    }

    /// Octets that are no line are what a crash left when the line behind them says so, and a fault otherwise.
    fn heed_unread(&mut self, line: u64, note: Option<&Written<'_>>) {
        let Some(torn) = self.unread.torn() else {
            return;
        };
        let is_told = matches!(note, Some(Written::Started { torn_bytes: Some(bytes), torn_sha256: Some(sha256), .. })
            if *bytes == torn.bytes && *sha256 == torn.sha256);
        if is_told {
            let path = self.path.clone();
            self.found.note(Note::Crash {
                path,
                line: line - 1,
                bytes: torn.bytes,
            });
            self.unread = Unread::new();
        } else {
            self.forget_unread();
        }
    }

    fn forget_unread(&mut self) {
        let unread = std::mem::replace(&mut self.unread, Unread::new());
        if let Some((first, _)) = unread.first {
            self.fault(first, FaultKind::NoLine);
        }
    }

    fn fault(&mut self, line: u64, kind: FaultKind) {
        self.was_fault = true;
        self.found.faults_found += 1;
        if self.found.faults.len() < MOST_FAULTS {
            self.found.faults.push(Fault {
                path: self.path.clone(),
                line,
                kind,
            });
        }
    }

    fn end(mut self) -> Verification {
        self.found.end = self.last;
        if self.head.is_some() && self.found.behind_head.is_none() {
            self.fault(0, FaultKind::HeadMissing);
        }
        self.found
    }
}

impl Unread {
    fn new() -> Self {
        Self {
            octets: Running::new(),
            first: None,
        }
    }

    fn add(&mut self, raw: Raw<'_>) {
        if let Some((_, true)) = self.first {
            self.octets.add(b"\n");
        }
        let first = self.first.map_or(raw.number, |(first, _)| first);
        self.first = Some((first, raw.has_break));
        self.octets.add(raw.octets);
    }

    fn torn(&self) -> Option<Torn> {
        self.first?;
        let (bytes, sha256) = self.octets.clone().finish();
        (bytes > 0).then_some(Torn { bytes, sha256 })
    }
}

impl Verification {
    fn note(&mut self, note: Note) {
        if self.notes.len() < MOST_FAULTS {
            self.notes.push(note);
        }
    }
}

/// Faults that are named one by one.
pub const MOST_FAULTS: usize = 100;

#[cfg(test)]
mod tests;
