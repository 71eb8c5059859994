//! Reads one source from its header to its end: faults, statistics, and the rows into a spool.

use std::{
    collections::HashSet,
    io::{self, Read},
    path::{Path, PathBuf},
};

use memchr::memchr;

use super::{
    Faults, HeaderFault, LineFault,
    header::Layout,
    line::Place,
    spool::{Spool, Spooled},
    statistics::Tally,
};
use crate::dataset::grid::{Peril, WIDE_NOT_COVERED};

/// A source that was read to its end.
pub(super) struct Scanned {
    pub(super) peril: Peril,
    pub(super) faults: Faults,
    pub(super) rows: u64,
    pub(super) cells_with_data: u64,
    pub(super) tallies: Vec<Tally>,
    pub(super) latitudes: HashSet<i32>,
    pub(super) longitudes: HashSet<i32>,
    pub(super) spooled: Spooled,
}

/// Why a source could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The header is not that of a peril.
    #[error("line 1: {0}")]
    Header(#[from] HeaderFault),
    /// A line that no peril file has.
    #[error("line {line}: longer than {MAX_LINE} octets: not a peril file")]
    LongLine {
        /// Counted from 1.
        line: u64,
    },
    /// More different coordinates than a grid can have.
    #[error("line {line}: more than {MAX_COORDINATES} different coordinates: not a regular grid")]
    NoGrid {
        /// Counted from 1.
        line: u64,
    },
    /// A header and nothing after it: what is in service would be replaced by nothing.
    #[error("no row after the header: leave the file out when the peril is not to be served")]
    NoRow,
    /// The source ends early or cannot be unpacked.
    #[error("after line {line}: cannot read on: {source}")]
    Read {
        /// The last whole line, counted from 1.
        line: u64,
        /// What the system or the unpacking says.
        source: io::Error,
    },
    /// The disk does not take what was read.
    #[error("cannot keep what was read in {}: {source}", .folder.display())]
    Spool {
        /// The folder of the store.
        folder: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads `source`, keeping its rows in the directory `folder`.
pub(super) fn scan(source: impl Read, folder: &Path) -> Result<Scanned, ScanError> {
    let mut lines = Lines::new(source);
    let layout = Layout::read(lines.next()?.map_or(&[], |line| line.text))?;
    let mut scan = Scan::new(layout, folder)?;
    while let Some(line) = lines.next()? {
        scan.take(&line)?;
    }
    scan.finish()
}

struct Scan {
    folder: PathBuf,
    layout: Layout,
    spool: Spool,
    faults: Faults,
    values: Vec<i64>,
    tallies: Vec<Tally>,
    latitudes: HashSet<i32>,
    longitudes: HashSet<i32>,
    last_latitude: Option<i32>,
    /// The first of the empty lines just read: at the end of a file they do no harm.
    first_empty: Option<u64>,
    rows: u64,
    cells_with_data: u64,
}

impl Scan {
    fn new(layout: Layout, folder: &Path) -> Result<Self, ScanError> {
        let width = layout.values();
        Ok(Self {
            folder: folder.to_owned(),
            layout,
            spool: Spool::new(folder, width).map_err(unkept(folder))?,
            faults: Faults::default(),
            values: vec![0; width],
            tallies: vec![Tally::NONE; width],
            latitudes: HashSet::new(),
            longitudes: HashSet::new(),
            last_latitude: None,
            first_empty: None,
            rows: 0,
            cells_with_data: 0,
        })
    }

    fn take(&mut self, line: &Line<'_>) -> Result<(), ScanError> {
        if line.text.is_empty() {
            self.first_empty.get_or_insert(line.number);
            return Ok(());
        }
        if let Some(number) = self.first_empty.take() {
            self.faults.note(number, LineFault::Empty);
        }
        match self.layout.record(line.text, &mut self.values) {
            Ok(_) if line.may_be_cut() => self.faults.note(line.number, LineFault::Unfinished),
            Ok(place) => self.keep(place, line.number)?,
            Err(fault) => self.faults.note(line.number, fault),
        }
        Ok(())
    }

    fn keep(&mut self, place: Place, line: u64) -> Result<(), ScanError> {
        if self.last_latitude != Some(place.latitude) {
            self.last_latitude = Some(place.latitude);
            self.latitudes.insert(place.latitude);
        }
        self.longitudes.insert(place.longitude);
        if self.latitudes.len().max(self.longitudes.len()) > MAX_COORDINATES {
            return Err(ScanError::NoGrid { line });
        }
        self.rows += 1;
        let has_data = self.values.iter().any(|value| *value != WIDE_NOT_COVERED);
        if has_data {
            self.cells_with_data += 1;
            for (tally, value) in self.tallies.iter_mut().zip(&self.values) {
                tally.count(*value);
            }
        }
        // Nothing comes of a source with a fault: it is read on for its other faults only.
        if !self.faults.is_empty() {
            return Ok(());
        }
        let spooled = if has_data {
            self.spool.push(place, &self.values)
        } else {
            self.spool.push_empty(place)
        };
        spooled.map_err(unkept(&self.folder))
    }

    fn finish(mut self) -> Result<Scanned, ScanError> {
        if self.rows == 0 && self.faults.is_empty() {
            return Err(ScanError::NoRow);
        }
        for tally in &mut self.tallies {
            tally.count_empty(self.rows - self.cells_with_data);
        }
        Ok(Scanned {
            peril: self.layout.peril,
            faults: self.faults,
            rows: self.rows,
            cells_with_data: self.cells_with_data,
            tallies: self.tallies,
            latitudes: self.latitudes,
            longitudes: self.longitudes,
            spooled: self.spool.finish().map_err(unkept(&self.folder))?,
        })
    }
}

fn unkept(folder: &Path) -> impl Fn(io::Error) -> ScanError {
    move |source| ScanError::Spool {
        folder: folder.to_owned(),
        source,
    }
}

/// One line without its end.
struct Line<'b> {
    text: &'b [u8],
    number: u64,
    is_ended: bool,
}

impl Line<'_> {
    /// Whether the last number may have lost digits: it has no line end after it, and not six decimals.
    fn may_be_cut(&self) -> bool {
        let last = self.text.rsplit(|octet| *octet == b',').next();
        let last = last.unwrap_or_default();
        let has_six_decimals = last.iter().rev().position(|octet| *octet == b'.') == Some(6);
        !self.is_ended && !last.is_empty() && !last.ends_with(b"\"") && !has_six_decimals
    }
}

/// A source cut into lines, of which at most one is held.
struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    read: u64,
    is_at_end: bool,
}

impl<R: Read> Lines<R> {
    fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            read: 0,
            is_at_end: false,
        }
    }

    fn next(&mut self) -> Result<Option<Line<'_>>, ScanError> {
        let (length, is_ended) = loop {
            let held = self.buffer.get(self.start..self.end).unwrap_or_default();
            match memchr(b'\n', held) {
                Some(length) => break (length, true),
                None if self.is_at_end && held.is_empty() => return Ok(None),
                None if self.is_at_end => break (held.len(), false),
                None => self.fill()?,
            }
        };
        let start = self.start;
        self.start = (start + length + 1).min(self.end);
        self.read += 1;
        let text = self.buffer.get(start..start + length).unwrap_or_default();
        Ok(Some(Line {
            text: text.strip_suffix(b"\r").unwrap_or(text),
            number: self.read,
            is_ended,
        }))
    }

    /// Moves the begun line to the front and reads on behind it.
    fn fill(&mut self) -> Result<(), ScanError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end > MAX_LINE {
            return Err(ScanError::LongLine {
                line: self.read + 1,
            });
        }
        let free = self.buffer.get_mut(self.end..).unwrap_or_default();
        match self.source.read(free) {
            Ok(0) => self.is_at_end = true,
            Ok(length) => self.end += length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(source) => {
                let line = self.read;
                return Err(ScanError::Read { line, source });
            }
        }
        Ok(())
    }
}

const BUFFER: usize = 512 * 1024;
const MAX_LINE: usize = 64 * 1024;
const MAX_COORDINATES: usize = 400_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid::Column;

    fn text(lines: &[&str], end: &str) -> String {
        let names: Vec<_> = Peril::Fire.columns().map(Column::name).collect();
        let header = format!("key,latitude,longitude,{}", names.join(","));
        let lines: Vec<_> = std::iter::once(&*header)
            .chain(lines.iter().copied())
            .collect();
        lines.join(end) + end
    }

    /// One octet at a time: a line may be cut anywhere between two reads.
    struct Slow<'t>(&'t [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }

    fn scanned(text: &str) -> Result<Scanned, ScanError> {
        let folder = tempfile::tempdir().unwrap();
        scan(Slow(text.as_bytes()), folder.path())
    }

    fn first_fault(text: &str) -> Option<(u64, LineFault)> {
        scanned(text).unwrap().faults.kept().first().cloned()
    }

    const DATA: &str = "0.000.00,0,0,1,1,1,1,1,1,1,1,1,1,1,0.500000";
    const EMPTY: &str = "0.000.25,0,0.25,,,,,,,,,,,,";

    #[test]
    fn lines_are_counted_with_and_without_data_whatever_their_ends() {
        for end in ["\n", "\r\n"] {
            let found = scanned(&text(&[DATA, EMPTY, "", ""], end)).unwrap();
            assert!(found.faults.is_empty());
            assert_eq!((found.rows, found.cells_with_data), (2, 1));
            assert_eq!(found.latitudes.len(), 1);
            assert_eq!(found.longitudes.len(), 2);
        }
    }

    #[test]
    fn an_empty_line_is_a_fault_unless_it_is_at_the_end() {
        assert_eq!(
            first_fault(&text(&[DATA, "", "", EMPTY], "\n")),
            Some((3, LineFault::Empty))
        );
    }

    #[test]
    fn a_file_cut_within_its_last_number_is_noticed() {
        let whole = text(&[EMPTY, DATA], "\n");
        for cut in 2..=8 {
            let fault = first_fault(&whole[..whole.len() - cut]);
            assert_eq!(fault.is_some(), cut != 9, "{cut}");
        }
        assert_eq!(first_fault(&whole[..whole.len() - 1]), None);
        assert_eq!(first_fault(text(&[EMPTY], "\n").trim_end()), None);
    }

    #[test]
    fn a_million_bad_lines_are_counted_and_a_few_are_told() {
        let text = text(&vec!["x"; 1_000_000], "\n");
        let folder = tempfile::tempdir().unwrap();
        let found = scan(text.as_bytes(), folder.path()).unwrap();
        assert_eq!(found.faults.count(), 1_000_000);
        assert_eq!(found.faults.kept().len(), Faults::KEPT);
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let text = text(&[&"1".repeat(MAX_LINE * 10)], "\n");
        let folder = tempfile::tempdir().unwrap();
        let found = scan(text.as_bytes(), folder.path());
        assert!(matches!(found, Err(ScanError::LongLine { line: 2 })));
    }
}
