//! Faults of a source, with their places, and the number of them that is told.

use std::fmt;

use super::NumberFault;
use crate::dataset::grid::{Key, Value, decimal};

/// A reason for which one line is not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LineFault {
    /// Two lines for a cell that do not say the same.
    #[error("the cell at {} has another line, {other} line {line}, and {difference}", .cell.place())]
    Conflict {
        /// The cell.
        cell: Key,
        /// The source of the other line.
        other: Box<str>,
        /// The other line, counted from 1.
        line: u64,
        /// The difference.
        difference: Difference,
    },
    /// A second line for a cell.
    #[error("the cell at {} has a line further up", .0.place())]
    Duplicate(Key),
    /// No field at all.
    #[error("the line is empty")]
    Empty,
    /// Too few or too many fields.
    #[error("{found} fields where the header has {expected}")]
    Fields {
        /// As the header has it.
        expected: usize,
        /// In this line.
        found: usize,
    },
    /// The key says another place than the coordinates.
    #[error(
        "the key {found} does not belong to its coordinates, whose key is {expected}; the column `key` may be left out"
    )]
    KeyDiffers {
        /// The key of the coordinates.
        expected: Key,
        /// The text that stands there.
        found: Shown,
    },
    /// A coordinate is missing or no number.
    #[error("{coordinate} {text} {fault}{}", coordinate_remedy(*.fault))]
    NoCoordinate {
        /// `latitude` or `longitude`.
        coordinate: &'static str,
        /// The text that stands there.
        text: Shown,
        /// The fault.
        fault: NumberFault,
    },
    /// A value is no number.
    #[error("{column} {text} {fault}{}", remedy(*.fault))]
    NoValue {
        /// Its column.
        column: Box<str>,
        /// The text that stands there.
        text: Shown,
        /// The fault.
        fault: NumberFault,
    },
    /// The place is none of the grid's points.
    #[error(
        "latitude {latitude}, longitude {longitude} is not on the grid of {step} degrees{}", hint(*.is_near)
    )]
    OffGrid {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// Degrees.
        step: f64,
        /// `true` when a point of the grid is as near as rounding may move a place.
        is_near: bool,
    },
    /// A coordinate that no place has.
    #[error("{coordinate} {text} is outside {least} to {most} degrees")]
    OutOfRange {
        /// `latitude` or `longitude`.
        coordinate: &'static str,
        /// The text that stands there.
        text: Shown,
        /// Degrees.
        least: i64,
        /// Degrees.
        most: i64,
    },
    /// A value below 0 that is not -9999.
    #[error("{column} {text} is below 0 (a value that is not applicable is -9999)")]
    Negative {
        /// Its column.
        column: Box<str>,
        /// The text that stands there.
        text: Shown,
    },
    /// A value below the lowest that its variable can have.
    #[error("{column} {text} is below {minimum}, the lowest value of its variable")]
    BelowMinimum {
        /// Its column.
        column: Box<str>,
        /// The text that stands there.
        text: Shown,
        /// The lowest, as the description has it.
        minimum: Box<str>,
    },
    /// Longitudes that go more than once around the earth.
    #[error(
        "longitude {east} here and {west} in line {west_line} are more than once around the earth: \
         write either -180 to 180 or 0 to 360"
    )]
    TooFarAround {
        /// The easternmost, in degrees.
        east: f64,
        /// The westernmost, in degrees.
        west: f64,
        /// Its line, counted from 1.
        west_line: u64,
    },
    /// The last line has no line end, and its last number may have lost digits.
    #[error(
        "the last line has no line end and may be cut short: copy the file again, or end the line"
    )]
    Unfinished,
}

/// The difference of two lines of one cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub(super) column: Box<str>,
    pub(super) decimals: u8,
    pub(super) here: Value,
    pub(super) there: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            column,
            decimals,
            here,
            there,
        } = self;
        let said = |value: &Value| match value {
            Value::NotCovered => "empty".to_owned(),
            Value::NotApplicable => "-9999".to_owned(),
            Value::Known(steps) => decimal(*steps, *decimals),
        };
        write!(
            f,
            "{column} is {} here and {} there",
            said(here),
            said(there)
        )
    }
}

/// Text of a source, escaped and shortened so that it can stand in a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Shown(Box<str>);

impl Shown {
    pub(super) fn new(text: &[u8]) -> Self {
        let (head, more) = match text.split_at_checked(SHOWN_BYTES) {
            Some((head, tail)) if !tail.is_empty() => (head, "..."),
            _ => (text, ""),
        };
        Self(format!("\"{}{more}\"", head.escape_ascii()).into())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The faults of one source: the first of them, and how many there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    kept: Vec<(u64, LineFault)>,
    count: u64,
}

impl Faults {
    /// Faults that are told.
    pub const KEPT: usize = 20;

    /// Notes a fault of `line`, counted from 1.
    pub fn note(&mut self, line: u64, fault: LineFault) {
        self.count += 1;
        if self.kept.len() < Self::KEPT {
            self.kept.push((line, fault));
        }
    }

    /// `true` when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// `true` when a further one is counted and not told.
    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= Self::KEPT
    }

    /// The number of faults, told or not.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The first of them, with their lines.
    #[must_use]
    pub fn kept(&self) -> &[(u64, LineFault)] {
        &self.kept
    }
}

fn remedy(fault: NumberFault) -> &'static str {
    match fault {
        NumberFault::Decimals | NumberFault::DecimalsOf(_) => ", or import with --round",
        NumberFault::NotANumber => "; leave a value that is not covered empty",
        NumberFault::Digits | NumberFault::TooLarge => "",
    }
}

fn coordinate_remedy(fault: NumberFault) -> &'static str {
    if fault == NumberFault::Decimals {
        ", or import with --round"
    } else {
        ""
    }
}

fn hint(is_near: bool) -> &'static str {
    if is_near {
        ", but right beside a point of it: --round takes it there"
    } else {
        " (--step names another; --round is for the tails of 32-bit numbers)"
    }
}

const SHOWN_BYTES: usize = 40;
