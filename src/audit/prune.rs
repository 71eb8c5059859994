//! Retention: old lines of a file are replaced by one that keeps the chain whole.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{MetadataExt as _, fchown},
    path::{Path, PathBuf},
};

use flate2::{Compression, bufread::MultiGzDecoder, write::GzEncoder};
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};

use super::{
    Digest,
    line::{Chain, FORMAT, Note, Sealed},
    reading::{Lines, Unreadable},
    verify::verify,
};
use crate::{clock::Milliseconds, disk};

/// Outcome of a pruning.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Pruned {
    /// Lines that are gone.
    pub removed: u64,
    /// Lines that are left, without the one in the place of the others.
    pub kept: u64,
}

/// Reason why a file is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum PruneFault {
    /// Its chain is not whole: a tombstone would hide that.
    #[error("{} has {faults} faults: `perild audit verify` names them, and nothing is pruned before they are cleared up", .path.display())]
    Faulty {
        /// The file.
        path: PathBuf,
        /// The number of faults.
        faults: u64,
    },
    /// A daemon writes to it.
    #[error("a daemon writes to {}: rotate it first, and prune what it was renamed to", .0.display())]
    InUse(PathBuf),
    /// It cannot be written anew.
    #[error("cannot write {} anew: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Removes from the file at `path` its lines from before `before`, up to the first that is younger.
///
/// The file is written anew beside it and takes its name, whole or not at all; one that is packed stays so.
///
/// # Errors
/// [`PruneFault`].
pub fn prune(path: &Path, before: Milliseconds, now: Milliseconds) -> Result<Pruned, PruneFault> {
    let of = |source| PruneFault::Io {
        path: path.into(),
        source,
    };
    let file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .map_err(of)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return Err(PruneFault::InUse(path.into())),
        Err(error) => return Err(of(error.into())),
    }
    let is_packed = super::reading::is_packed(&file).map_err(of)?;
    let verified = verify(&[path.into()], None)?;
    if verified.faults_found > 0 {
        return Err(PruneFault::Faulty {
            path: path.into(),
            faults: verified.faults_found,
        });
    }
    let old = Old::find(path, before)?;
    let (removed, kept) = (old.count - u64::from(old.was_pruned), old.lines - old.count);
    match old.tombstone(now) {
        None => Ok(Pruned {
            removed: 0,
            kept: old.lines,
        }),
        Some(tombstone) => {
            let new = New {
                tombstone: &tombstone,
                old_bytes: old.bytes,
                is_packed,
            };
            new.replace(path, &file).map_err(of)?;
            Ok(Pruned { removed, kept })
        }
    }
}

/// Content of a file written anew: a line in the place of its first octets.
struct New<'t> {
    tombstone: &'t [u8],
    old_bytes: u64,
    is_packed: bool,
}

impl New<'_> {
    /// Puts it in the place of `file`, which stands at `path`.
    fn replace(&self, path: &Path, file: &File) -> io::Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".pruned");
        let beside = PathBuf::from(beside);
        // What an earlier attempt left, or a link that leads elsewhere: the folder is not root's, who may be at it.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let written = || {
            let found = file.metadata()?;
            let mut new = File::create_new(&beside)?;
            new.set_permissions(found.permissions())?;
            fchown(&new, Some(found.uid()), Some(found.gid()))?;
            self.write(file, &mut new)?;
            new.sync_all()?;
            fs::rename(&beside, path)?;
            disk::settle(path.parent().unwrap_or(path))
        };
        written().inspect_err(|_| drop(fs::remove_file(&beside)))
    }

    fn write(&self, mut old: &File, new: &mut File) -> io::Result<()> {
        if !self.is_packed {
            new.write_all(self.tombstone)?;
            old.seek(SeekFrom::Start(self.old_bytes))?;
            io::copy(&mut old, new)?;
            return Ok(());
        }
        old.rewind()?;
        let mut old = MultiGzDecoder::new(BufReader::new(old));
        io::copy(&mut old.by_ref().take(self.old_bytes), &mut io::sink())?;
        let mut packed = GzEncoder::new(new, Compression::default());
        packed.write_all(self.tombstone)?;
        io::copy(&mut old, &mut packed)?;
        packed.finish()?;
        Ok(())
    }
}

/// The old lines at the beginning of a file.
#[derive(Debug, Default)]
struct Old {
    /// Lines of the file.
    lines: u64,
    /// Lines of it that are old, and their octets.
    count: u64,
    bytes: u64,
    was_pruned: bool,
    /// The time of the last of them.
    time: Option<Milliseconds>,
    chain: Box<str>,
    previous: Option<Digest>,
    first: u64,
    last: u64,
    head: Option<Digest>,
}

impl Old {
    fn find(path: &Path, before: Milliseconds) -> Result<Self, PruneFault> {
        let mut old = Self::default();
        let mut lines = Lines::open(path)?;
        let mut is_old = true;
        let mut bytes = 0;
        while let Some(line) = lines.next()? {
            old.lines += 1;
            bytes += u64::try_from(line.octets.len()).unwrap_or(u64::MAX);
            bytes += u64::from(line.has_break);
            // What a crash left goes with the line that tells of it.
            let Some(sealed) = Sealed::read(line.octets) else {
                continue;
            };
            let time = sealed.header().map(|header| header.time);
            is_old &= time.is_some_and(|time| time < before);
            if is_old {
                old.take(&sealed);
                (old.count, old.bytes) = (line.number, bytes);
                old.time = time;
            }
        }
        Ok(old)
    }

    fn take(&mut self, sealed: &Sealed<'_>) {
        let note = sealed.note();
        let seq = sealed.header().map_or(0, |header| header.seq);
        if let (Some(note), None) = (&note, self.previous) {
            self.previous = Some(note.previous());
            self.chain = note.chain().unwrap_or_default().into();
            self.first = seq;
        }
        (self.last, self.head) = (seq, Some(sealed.hash));
        if let Some(Note::Pruned { first, head, .. }) = note {
            (self.first, self.head, self.was_pruned) = (first, Some(head), true);
        }
    }

    /// The line in their place; none where there is nothing to remove, or only what is one already.
    fn tombstone(&self, now: Milliseconds) -> Option<Vec<u8>> {
        if self.count < 2 {
            return None;
        }
        let note = Note::Pruned {
            format: FORMAT,
            chain: (&*self.chain).into(),
            first: self.first,
            last: self.last,
            previous: self.previous?,
            head: self.head?,
            removed: now.to_string().into(),
        };
        // It stands for the last of them, behind what was before the first.
        let mut chain = Chain {
            name: self.chain.clone(),
            next: self.last,
            head: self.previous?,
        };
        let mut line = Vec::new();
        chain.note(&mut line, self.time?, &note);
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::verify::Verification;

    fn at(second: i64) -> Milliseconds {
        Milliseconds::from_count(1_768_478_400_000 + second * 1000)
    }

    /// A file with a line a second, the first of which begins the chain.
    fn file(folder: &Path, lines: i64) -> PathBuf {
        let mut chain = Chain::new();
        let mut content = Vec::new();
        let began = Note::Began {
            format: FORMAT,
            chain: chain.name.to_string().into(),
            perild: "0".into(),
        };
        chain.note(&mut content, at(0), &began);
        (1..lines).for_each(|second| chain.note(&mut content, at(second), &Note::Alive));
        let path = folder.join("audit.jsonl.1");
        fs::write(&path, content).unwrap();
        path
    }

    fn verified(path: &Path) -> Verification {
        let verified = verify(&[path.into()], None).unwrap();
        assert_eq!(verified.faults, []);
        verified
    }

    #[test]
    fn old_lines_go_and_the_chain_stays_whole_however_often() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), 20);
        let end = verified(&path).end;
        for (before, removed, kept) in [(0, 0, 20), (5, 5, 15), (5, 0, 16), (9, 4, 11), (99, 11, 0)]
        {
            let pruned = prune(&path, at(before), at(1000)).unwrap();
            assert_eq!(pruned, Pruned { removed, kept }, "{before}");
            let verified = verified(&path);
            assert_eq!((verified.end, verified.notes), (end, vec![]));
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(r#""first":0,"last":19"#), "{text}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_packed_file_is_pruned_as_it_is_and_stays_packed() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), 20);
        let end = verified(&path).end;
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&fs::read(&path).unwrap()).unwrap();
        fs::write(&path, packed.finish().unwrap()).unwrap();
        for (before, removed, kept) in [(0, 0, 20), (5, 5, 15), (9, 4, 11), (99, 11, 0)] {
            let pruned = prune(&path, at(before), at(1000)).unwrap();
            assert_eq!(pruned, Pruned { removed, kept }, "{before}");
            assert_eq!(verified(&path).end, end);
            assert!(super::super::reading::is_packed(&File::open(&path).unwrap()).unwrap());
        }
    }

    #[test]
    fn a_link_in_the_place_of_the_new_file_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), 20);
        let other = folder.path().join("shadow");
        fs::write(&other, "root").unwrap();
        std::os::unix::fs::symlink(&other, folder.path().join("audit.jsonl.1.pruned")).unwrap();
        prune(&path, at(5), at(1000)).unwrap();
        verified(&path);
        assert_eq!(fs::read_to_string(other).unwrap(), "root");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_file_with_a_fault_or_a_writer_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path(), 20);
        let held = File::open(&path).unwrap();
        flock(&held, FlockOperation::LockShared).unwrap();
        let refused = prune(&path, at(9), at(1000));
        assert!(matches!(refused, Err(PruneFault::InUse(_))));
        drop(held);
        let content = fs::read_to_string(&path).unwrap();
        let cut: Vec<_> = content
            .lines()
            .enumerate()
            .filter(|(at, _)| *at != 3)
            .collect();
        let cut: String = cut.iter().flat_map(|(_, line)| [line, "\n"]).collect();
        fs::write(&path, &cut).unwrap();
        let refused = prune(&path, at(9), at(1000));
        assert!(matches!(refused, Err(PruneFault::Faulty { faults: 1, .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), cut);
    }
}
