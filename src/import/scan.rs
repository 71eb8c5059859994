//! Reads one source from its header to its end: faults, statistics, and the rows into a spool.

use std::{
    collections::HashSet,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Faults, HeaderFault, LineFault,
    header::Layout,
    kind::Kind,
    line::{HALF_TURN, Record, is_blank},
    lines::{Line, Lines, MAX_LINE},
    spool::{Spool, Spooled},
    statistics::Tally,
    table::{Table, Tables},
};
use crate::dataset::grid::WIDE_NOT_COVERED;

/// A source that was read to its end.
pub(super) struct Scanned {
    pub(super) table: Arc<Table>,
    pub(super) faults: Faults,
    pub(super) rows: u64,
    pub(super) cells_with_data: u64,
    pub(super) tallies: Vec<Tally>,
    pub(super) latitudes: HashSet<i32>,
    pub(super) longitudes: HashSet<i32>,
    pub(super) turn: Turn,
    /// Numbers that had more than six decimals.
    pub(super) rounded: u64,
    pub(super) spooled: Spooled,
}

/// How far a source goes around the earth, as its longitudes are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    west: (i32, u64),
    east: (i32, u64),
    /// Lines with a longitude beyond 180.
    pub(super) beyond: u64,
}

/// Why a source could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A file of another kind than CSV.
    #[error("{0}")]
    Foreign(Kind),
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

/// Reads `source`, keeping its rows in the directory `folder`; with `rounds`, numbers of more than six
/// decimals are rounded.
pub(super) fn scan(
    source: impl Read,
    tables: &Tables,
    folder: &Path,
    rounds: bool,
) -> Result<Scanned, ScanError> {
    let mut lines = Lines::new(source);
    if let Some(kind) = Kind::of(lines.head()?) {
        return Err(ScanError::Foreign(kind));
    }
    let mut layout = Layout::read(lines.next()?.map_or(&[], |line| line.text), tables)?;
    if rounds {
        layout = layout.rounding();
    }
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
    turn: Turn,
    rounded: u64,
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
            turn: Turn::NONE,
            rounded: 0,
            first_empty: None,
            rows: 0,
            cells_with_data: 0,
        })
    }

    fn take(&mut self, line: &Line<'_>) -> Result<(), ScanError> {
        if line.text.is_empty() || (self.first_empty.is_some() && is_blank(line.text)) {
            self.first_empty.get_or_insert(line.number);
            return Ok(());
        }
        if let Some(number) = self.first_empty.take() {
            self.faults.note(number, LineFault::Empty);
        }
        match self.layout.record(line.text, &mut self.values) {
            Ok(_) if line.may_be_cut() => self.faults.note(line.number, LineFault::Unfinished),
            Ok(record) => self.keep(record, line.number)?,
            Err(_) if is_blank(line.text) => self.first_empty = Some(line.number),
            Err(fault) => self.faults.note(line.number, fault),
        }
        Ok(())
    }

    fn keep(&mut self, record: Record, line: u64) -> Result<(), ScanError> {
        let Record { place, .. } = record;
        self.turn.note(record.written_longitude, line);
        self.rounded += u64::from(record.rounded);
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
        if let Some((line, fault)) = self.turn.fault() {
            self.faults.note(line, fault);
        }
        for tally in &mut self.tallies {
            tally.count_empty(self.rows - self.cells_with_data);
        }
        Ok(Scanned {
            table: self.layout.table,
            faults: self.faults,
            rows: self.rows,
            cells_with_data: self.cells_with_data,
            tallies: self.tallies,
            latitudes: self.latitudes,
            longitudes: self.longitudes,
            turn: self.turn,
            rounded: self.rounded,
            spooled: self.spool.finish().map_err(unkept(&self.folder))?,
        })
    }
}

impl Turn {
    const NONE: Self = Self {
        west: (i32::MAX, 0),
        east: (i32::MIN, 0),
        beyond: 0,
    };

    #[inline]
    fn note(&mut self, longitude: i32, line: u64) {
        if longitude < self.west.0 {
            self.west = (longitude, line);
        }
        if longitude > self.east.0 {
            self.east = (longitude, line);
        }
        self.beyond += u64::from(longitude > HALF_TURN);
    }

    /// A file that has both 0 and 360 has one meridian twice.
    pub(super) fn closes_at(&self) -> Option<i32> {
        let is_whole = self.beyond > 0 && self.east.0 - self.west.0 == 2 * HALF_TURN;
        is_whole.then_some(self.west.0)
    }

    /// Both ways of counting in one file: one of the longitudes is a slip.
    fn fault(&self) -> Option<(u64, LineFault)> {
        let span = i64::from(self.east.0) - i64::from(self.west.0);
        let degrees = |micro: i32| f64::from(micro) / 1e6;
        (span > 2 * i64::from(HALF_TURN)).then(|| {
            let fault = LineFault::TooFarAround {
                east: degrees(self.east.0),
                west: degrees(self.west.0),
                west_line: self.west.1,
            };
            (self.east.1, fault)
        })
    }
}

fn unkept(folder: &Path) -> impl Fn(io::Error) -> ScanError {
    move |source| ScanError::Spool {
        folder: folder.to_owned(),
        source,
    }
}

const MAX_COORDINATES: usize = 400_000;

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    fn text(lines: &[&str], end: &str) -> String {
        let names = Tables::perils().all()[6].names.join(",");
        let header = format!("key,latitude,longitude,{names}");
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
        scan(
            Slow(text.as_bytes()),
            &Tables::perils(),
            folder.path(),
            false,
        )
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
    fn lines_of_separators_alone_are_empty_lines() {
        let commas = ",".repeat(14);
        let ended = scanned(&text(&[DATA, &commas, " ", "\t,"], "\n")).unwrap();
        assert!(ended.faults.is_empty() && ended.rows == 1);
        assert_eq!(
            first_fault(&text(&[DATA, &commas, EMPTY], "\n")),
            Some((3, LineFault::Empty))
        );
    }

    #[test]
    fn longitudes_go_around_the_earth_once() {
        let at = |longitude: &str| format!("0.00{longitude},0,{longitude},,,,,,,,,,,,");
        let found = |ends: [&str; 2]| {
            let found = scanned(&text(&ends.map(at).each_ref().map(String::as_str), "\n")).unwrap();
            let fault = found
                .faults
                .kept()
                .first()
                .map(|(_, fault)| fault.to_string());
            (found.turn.closes_at(), fault)
        };
        assert_eq!(found(["0.00", "359.75"]), (None, None));
        assert_eq!(found(["0.00", "360.00"]), (Some(0), None));
        assert_eq!(found(["-180.00", "180.00"]), (None, None));
        assert_eq!(found(["-0.25", "359.50"]), (None, None));
        let (_, fault) = found(["-0.25", "360.00"]);
        let said = "longitude 360 here and -0.25 in line 2 are more than once around the earth";
        assert!(fault.unwrap().starts_with(said));
    }

    #[test]
    fn a_file_cut_within_its_last_number_is_noticed() {
        let whole = text(&[EMPTY, DATA], "\n");
        let last = "0.500000\n";
        for cut in 2..=last.len() + 1 {
            let fault = first_fault(&whole[..whole.len() - cut]);
            // With the whole number gone the field is empty, which a complete line may end with.
            let expected = match last.len().cmp(&cut) {
                Ordering::Greater => Some((3, LineFault::Unfinished)),
                Ordering::Equal => None,
                Ordering::Less => Some((
                    3,
                    LineFault::Fields {
                        expected: 15,
                        found: 14,
                    },
                )),
            };
            assert_eq!(fault, expected, "{cut}");
        }
        assert_eq!(first_fault(&whole[..whole.len() - 1]), None);
        assert_eq!(first_fault(text(&[EMPTY], "\n").trim_end()), None);
    }

    #[test]
    fn a_million_bad_lines_are_counted_and_a_few_are_told() {
        let text = text(&vec!["x"; 1_000_000], "\n");
        let folder = tempfile::tempdir().unwrap();
        let found = scan(text.as_bytes(), &Tables::perils(), folder.path(), false).unwrap();
        assert_eq!(found.faults.count(), 1_000_000);
        assert_eq!(found.faults.kept().len(), Faults::KEPT);
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let text = text(&[&"1".repeat(MAX_LINE * 10)], "\n");
        let folder = tempfile::tempdir().unwrap();
        let found = scan(text.as_bytes(), &Tables::perils(), folder.path(), false);
        assert!(matches!(found, Err(ScanError::LongLine { line: 2 })));
    }
}
