//! A source that was read to its end, and why one could not be.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Faults, HeaderFault, LineFault, format::Skipped, gridded::fault::GriddedFault,
    joined_rows::SourceRows, kind::Kind, place::HALF_TURN, statistics::ColumnStats, table::Table,
};

/// A source that was read to its end.
pub(super) struct Parsed {
    pub(super) table: Arc<Table>,
    pub(super) faults: Faults,
    pub(super) rows: u64,
    pub(super) cells_with_data: u64,
    pub(super) stats: Vec<ColumnStats>,
    pub(super) latitudes: HashSet<i32>,
    pub(super) longitudes: HashSet<i32>,
    pub(super) turn: Turn,
    /// Numbers that had more than six decimals.
    pub(super) rounded: u64,
    pub(super) source_rows: SourceRows,
    /// The facts of a gridded source beside its values; none when it is a table of lines.
    pub(super) gridded: Option<OfGrid>,
}

/// Facts of a gridded source beside its values.
#[derive(Clone, Debug)]
pub(super) struct OfGrid {
    /// `true` when its places may be a little beside the points of the grid, as those of single precision are.
    pub(super) has_rough_places: bool,
    /// Variables that were left out.
    pub(super) skipped: Vec<Skipped>,
    /// Dimensions whose dates are of a calendar of their own, and which.
    pub(super) calendars: Vec<(Box<str>, Box<str>)>,
    /// The sources that it was joined from; none when it is one file.
    pub(super) along_time: Option<AlongTime>,
}

/// Sources that follow each other in time, joined.
#[derive(Clone, Debug)]
pub(super) struct AlongTime {
    /// The dimension of times.
    pub(super) dimension: Box<str>,
    pub(super) first: Box<str>,
    pub(super) last: Box<str>,
}

/// The stretch of a source around the earth, as its longitudes are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    west: (i32, u64),
    east: (i32, u64),
    /// Lines with a longitude beyond 180.
    pub(super) beyond: u64,
}

/// Reason why a source could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// A file of another kind than CSV.
    #[error("{0}")]
    Foreign(Kind),
    /// A gridded source that cannot be imported.
    #[error(transparent)]
    Gridded(#[from] GriddedFault),
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
        /// The error of the system, or of unpacking.
        source: io::Error,
    },
    /// The disk does not take what was read.
    #[error("cannot keep what was read in {}: {source}", .folder.display())]
    Keep {
        /// The folder of the store.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl Turn {
    pub(super) const NONE: Self = Self {
        west: (i32::MAX, 0),
        east: (i32::MIN, 0),
        beyond: 0,
    };

    #[inline]
    pub(super) fn note(&mut self, longitude: i32, line: u64) {
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
    pub(super) fn fault(&self) -> Option<(u64, LineFault)> {
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

/// The disk does not take what was read.
pub(super) fn unkept(folder: &Path) -> impl Fn(io::Error) -> ParseError {
    move |source| ParseError::Keep {
        folder: folder.to_owned(),
        source,
    }
}

/// Octets of the longest line.
pub(super) const MAX_LINE: usize = 256 * 1024;
pub(super) const MAX_COORDINATES: usize = 400_000;
