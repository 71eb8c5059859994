//! Lines of audit files, as they stand on a disk: as they are, or packed by gzip.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Seek as _},
    path::{Path, PathBuf},
};

use flate2::bufread::MultiGzDecoder;

use super::line::{MOST_BYTES, Sealed};

/// Reason why an audit file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", .path.display())]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// The system's error.
    #[source]
    pub source: io::Error,
}

/// The lines of one file.
pub(super) struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    line: Vec<u8>,
    number: u64,
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'l> {
    /// Its octets without the line break.
    pub(super) octets: &'l [u8],
    /// Its number in the file, from 1.
    pub(super) number: u64,
    /// `false` where the file ends before its line break.
    pub(super) has_end: bool,
    /// `true` when a line break is behind its octets; none is behind the piece of a line that is too long.
    pub(super) has_break: bool,
}

impl Lines {
    pub(super) fn open(path: &Path) -> Result<Self, Unreadable> {
        let reader = opened(path).map_err(|source| Unreadable {
            path: path.into(),
            source,
        })?;
        Ok(Self {
            path: path.into(),
            reader,
            line: Vec::new(),
            number: 0,
        })
    }

    /// The next line, or the piece of one that is longer than any of ours.
    pub(super) fn next(&mut self) -> Result<Option<Raw<'_>>, Unreadable> {
        self.line.clear();
        let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
        let mut reader = self.reader.as_mut().take(most);
        let read = reader.read_until(b'\n', &mut self.line);
        let read = read.map_err(|source| Unreadable {
            path: self.path.clone(),
            source,
        })?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let whole = self.line.strip_suffix(b"\n");
        Ok(Some(Raw {
            octets: whole.unwrap_or(&self.line),
            number: self.number,
            has_end: whole.is_some() || read == MOST_BYTES,
            has_break: whole.is_some(),
        }))
    }
}

/// `paths` in the order of their first lines; those that have none come last, as they were given.
///
/// Where they are of several chains, those of one stand together: between lines of another, none would be missed.
pub(super) fn in_order(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Unreadable> {
    let mut firsts = Vec::with_capacity(paths.len());
    for path in paths {
        let mut lines = Lines::open(path)?;
        let first = lines.next()?.and_then(First::of);
        firsts.push((first, path.clone()));
    }
    let mut chains: Vec<Box<str>> = Vec::new();
    for chain in firsts
        .iter()
        .filter_map(|(first, _)| first.as_ref()?.chain.as_ref())
    {
        if !chains.contains(chain) {
            chains.push(chain.clone());
        }
    }
    // One that does not say its chain is of the only one, if there is one.
    let place = |first: &First| {
        let of = first.chain.as_ref().filter(|_| chains.len() > 1);
        let chain = of.and_then(|of| chains.iter().position(|chain| chain == of));
        (chain, first.seq)
    };
    firsts.sort_by_key(|(first, _)| (first.is_none(), first.as_ref().map(place)));
    Ok(firsts.into_iter().map(|(_, path)| path).collect())
}

/// The first line of a file: its number, and the chain that it says it is of.
struct First {
    seq: u64,
    chain: Option<Box<str>>,
}

impl First {
    fn of(line: Raw<'_>) -> Option<Self> {
        let sealed = Sealed::read(line.octets)?;
        let seq = sealed.header()?.seq;
        let chain = sealed.note().and_then(|note| note.chain().map(Box::from));
        Some(Self { seq, chain })
    }
}

/// `true` when the file is packed by gzip; it is read from its beginning on afterwards.
pub(super) fn is_packed(mut file: &File) -> io::Result<bool> {
    let mut magic = [0; 2];
    let is_packed = file.read_exact(&mut magic).is_ok() && magic == GZIP;
    file.rewind()?;
    Ok(is_packed)
}

fn opened(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let file = File::open(path)?;
    let is_packed = is_packed(&file)?;
    let reader = BufReader::with_capacity(BUFFER_BYTES, file);
    Ok(if is_packed {
        let unpacked = MultiGzDecoder::new(reader);
        Box::new(BufReader::with_capacity(BUFFER_BYTES, unpacked))
    } else {
        Box::new(reader)
    })
}

/// The first octets of a file of RFC 1952.
const GZIP: [u8; 2] = [0x1f, 0x8b];

const BUFFER_BYTES: usize = 128 * 1024;
