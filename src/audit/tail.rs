//! The end of an audit file, from which a daemon goes on with its chain.

use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::FileExt as _,
    path::Path,
};

use super::{
    Digest,
    line::{Chain, Sealed},
};

/// The end of an audit file.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Tail {
    /// The chain up to the last line that is whole.
    pub(super) chain: Chain,
    /// Octets behind it, where there are any: a line that a crash left without its end.
    pub(super) torn: Option<Torn>,
    /// `true` when the last octet is a line break.
    pub(super) has_break: bool,
}

/// A line without its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Torn {
    pub(super) bytes: u64,
    pub(super) sha256: Digest,
}

impl Tail {
    /// Reads the end of `file`, which has `length` octets; none where it is no audit file.
    pub(super) fn read(file: &File, length: u64) -> io::Result<Option<Self>> {
        let first = read_at(file, 0, length.min(READ_BYTES))?;
        let mut most = READ_BYTES.min(length);
        loop {
            let last = read_at(file, length - most, most)?;
            let found = Self::of(&first, &last);
            if found.is_some() || most == length || most >= MOST_READ_BYTES {
                return Ok(found);
            }
            most = most.saturating_mul(8).min(length);
        }
    }

    /// A last line that is whole but for its line break counts as whole: nothing of it is missing.
    fn of(first: &[u8], last: &[u8]) -> Option<Self> {
        let name = name(first)?;
        let mut end = last.len();
        loop {
            end = memchr::memrchr(b'\n', last.get(..end)?)?;
            let begin = memchr::memrchr(b'\n', last.get(..end)?).map_or(0, |at| at + 1);
            if let Some(chain) = chain(&name, last.get(begin..end)?) {
                return Some(Self::behind(chain, last.get(end + 1..)?));
            }
        }
    }

    /// The end of a file with `rest` behind the last line that is one of `chain`.
    fn behind(chain: Chain, rest: &[u8]) -> Self {
        let has_break = rest.is_empty() || rest.ends_with(b"\n");
        let rest = rest.strip_suffix(b"\n").unwrap_or(rest);
        let next = Sealed::read(rest).filter(|sealed| {
            let is_next = sealed
                .header()
                .is_some_and(|header| header.seq == chain.next);
            is_next && chain.head.then(sealed.content) == sealed.hash
        });
        match next {
            Some(sealed) => Self {
                chain: Chain {
                    next: chain.next + 1,
                    head: sealed.hash,
                    ..chain
                },
                torn: None,
                has_break,
            },
            None => Self {
                chain,
                torn: Torn::of(rest),
                has_break,
            },
        }
    }
}

impl Torn {
    /// The octets `rest`, if there are any.
    pub(super) fn of(rest: &[u8]) -> Option<Self> {
        let bytes = u64::try_from(rest.len()).unwrap_or(u64::MAX);
        (bytes > 0).then(|| Self {
            bytes,
            sha256: Digest::of(rest),
        })
    }
}

/// The newest file beside `path` to which an audit file of that name may have been renamed, with a chain that can be
/// gone on with.
pub(super) fn newest_beside(path: &Path) -> Option<Tail> {
    let name = path.file_name()?.as_encoded_bytes();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?;
    let renamed = entries.flatten().filter(|entry| {
        let other = entry.file_name();
        let other = other.as_encoded_bytes();
        other.len() > name.len() && other.starts_with(name)
    });
    let tails = renamed.filter_map(|entry| {
        let file = File::open(entry.path()).ok()?;
        let length = file.metadata().ok().filter(Metadata::is_file)?.len();
        Tail::read(&file, length).ok()?
    });
    // The next numbers of one chain only grow; of several, nobody can say which is to be gone on with.
    let tails: Vec<_> = tails.collect();
    let is_one = tails
        .windows(2)
        .all(|two| matches!(two, [a, b] if a.chain.name == b.chain.name));
    let newest = tails.into_iter().max_by_key(|tail| tail.chain.next);
    newest.filter(|tail| is_one && tail.torn.is_none())
}

/// The name of the chain whose file begins with `first`.
fn name(first: &[u8]) -> Option<Box<str>> {
    let end = memchr::memchr(b'\n', first)?;
    let note = Sealed::read(first.get(..end)?)?.note()?;
    note.chain().map(Box::from)
}

fn chain(name: &str, line: &[u8]) -> Option<Chain> {
    let sealed = Sealed::read(line)?;
    Some(Chain {
        name: name.into(),
        next: sealed.header()?.seq.checked_add(1)?,
        head: sealed.hash,
    })
}

fn read_at(file: &File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut octets = vec![0; usize::try_from(length).unwrap_or(0)];
    file.read_exact_at(&mut octets, offset)?;
    Ok(octets)
}

/// Octets of the end that are looked at first: several of the longest lines.
const READ_BYTES: u64 = 256 * 1024;

/// Octets that are looked at where no line is among the last ones: a file system may leave zeros in the place of all that
/// was written in the second before the power was lost.
const MOST_READ_BYTES: u64 = 128 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audit::line::{FORMAT, Note},
        clock::Milliseconds,
    };

    fn written() -> (Vec<u8>, Chain) {
        let mut chain = Chain::new();
        let mut lines = Vec::new();
        let time = Milliseconds::from_count(1_768_478_400_000);
        let began = Note::Began {
            format: FORMAT,
            chain: chain.name.to_string().into(),
            perild: "0".into(),
        };
        chain.note(&mut lines, time, &began);
        (0..3).for_each(|_| chain.note(&mut lines, time, &Note::Alive));
        (lines, chain)
    }

    #[test]
    fn a_file_is_gone_on_with_behind_its_last_whole_line() {
        let (lines, chain) = written();
        let tail = Tail::of(&lines, &lines).unwrap();
        assert_eq!(
            (tail.chain, tail.torn, tail.has_break),
            (chain.clone(), None, true)
        );
        for garbage in [&b"{\"seq\":4,\"ti"[..], b"x", b"two\nlines", b"\0\0\0"] {
            for (end, has_break) in [(&b""[..], false), (b"\n", true)] {
                let torn = [&lines, garbage, end].concat();
                let tail = Tail::of(&torn, &torn).unwrap();
                assert_eq!((tail.chain, tail.torn), (chain.clone(), Torn::of(garbage)));
                assert_eq!(tail.has_break, has_break);
            }
        }
    }

    #[test]
    fn a_file_is_gone_on_with_however_much_a_loss_of_power_left_behind_its_last_line() {
        let (lines, chain) = written();
        for zeros in [1, 300_000, 5_000_000] {
            let rest = vec![0; zeros];
            let file = tempfile::tempfile().unwrap();
            let octets = [lines.as_slice(), &rest].concat();
            file.write_all_at(&octets, 0).unwrap();
            let length = u64::try_from(octets.len()).unwrap();
            let tail = Tail::read(&file, length).unwrap().unwrap();
            assert_eq!((tail.chain, tail.torn), (chain.clone(), Torn::of(&rest)));
        }
    }

    #[test]
    fn a_last_line_that_lacks_its_break_alone_is_whole() {
        let (lines, chain) = written();
        let lines = lines.strip_suffix(b"\n").unwrap();
        let tail = Tail::of(lines, lines).unwrap();
        assert_eq!(
            (tail.chain, tail.torn, tail.has_break),
            (chain, None, false)
        );
    }

    #[test]
    fn another_file_is_none_of_ours() {
        for other in ["", "\n", "key=value\n", "{}\n{}\n", "{\"seq\":0}\n"] {
            assert_eq!(
                Tail::of(other.as_bytes(), other.as_bytes()),
                None,
                "{other}"
            );
        }
    }
}
