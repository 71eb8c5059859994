//! Notices of an import: what is not wrong and yet may not be meant.

pub(super) mod sources;
pub(super) mod store;

use std::fmt;

use super::Shown;
use crate::{clock::Timestamp, dataset::grid::StoreVersion};

/// A notice: not a fault, and yet it may not be meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// A column holds more than its definition allows.
    AboveBound {
        /// Its name in the source.
        column: Box<str>,
        /// Its highest number, with its unit.
        max: Box<str>,
        /// The highest that is allowed, with its unit.
        bound: Box<str>,
    },
    /// A peril was not among the sources, nor before: its values are not covered.
    Absent(Box<str>),
    /// Coverages that were imported before stay as they were.
    Kept {
        /// The coverages.
        coverages: Vec<Box<str>>,
        /// The import that they are from.
        version: StoreVersion,
    },
    /// A coverage has lines for fewer cells than the grid.
    Fewer {
        /// The coverage.
        coverage: Box<str>,
        /// Its lines.
        rows: u64,
        /// Cells on the grid.
        cells: u64,
    },
    /// Empty lines of cells that have values in another file.
    Filled {
        /// The coverage.
        coverage: Box<str>,
        /// The number of them.
        lines: u64,
    },
    /// A dimension's dates are of a calendar of their own, and stay as they are written.
    Calendar {
        /// In which source.
        source: String,
        /// The dimension.
        dimension: Box<str>,
        /// Name of the calendar, as CF has it.
        calendar: Box<str>,
    },
    /// Sources that follow each other in time were joined.
    Joined {
        /// The first of them, and what follows.
        source: String,
        /// The dimension of times.
        dimension: Box<str>,
        /// The first of them.
        first: Box<str>,
        /// The last of them.
        last: Box<str>,
    },
    /// Nobody said under which terms the values may be used.
    NoLicence,
    /// Lines of cells that another line gives the same values.
    Repeated {
        /// The coverage.
        coverage: Box<str>,
        /// The number of them.
        lines: u64,
    },
    /// Numbers had more decimals than are kept.
    Rounded {
        /// The number that is kept.
        kept: &'static str,
        /// In which source.
        source: String,
        /// The number of them.
        numbers: u64,
    },
    /// The grid has far more points on an axis than places lie on.
    Sparse {
        /// `latitudes` or `longitudes`.
        axis: &'static str,
        /// Points that have a place.
        taken: usize,
        /// Points of the axis.
        count: u32,
        /// Degrees.
        step: f64,
    },
    /// A variable of a gridded source was left out.
    Skipped {
        /// In which source.
        source: String,
        /// The variable.
        variable: Shown,
        /// The reason.
        reason: &'static str,
    },
    /// The values are made up.
    Synthetic,
    /// Longitudes were counted from 0 to 360.
    Turned {
        /// In which source.
        source: String,
        /// Lines beyond 180.
        lines: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AboveBound { column, max, bound } => write!(
                f,
                "{column} goes up to {max}, and {bound} is the most that its definition allows"
            ),
            Self::Absent(peril) => {
                write!(
                    f,
                    "{peril} is not among the sources: its values are not covered"
                )
            }
            Self::Kept { coverages, version } => {
                let imported_at = Timestamp::from_seconds(version.imported_at);
                write!(
                    f,
                    "not among the sources, and as before: {} (version {}, imported at {imported_at})",
                    coverages.join(", "),
                    version.id
                )
            }
            Self::Fewer {
                coverage,
                rows,
                cells,
            } => write!(
                f,
                "{coverage} has lines for {rows} of the {cells} cells on the grid"
            ),
            Self::Filled { coverage, lines } => write!(
                f,
                "{coverage} has {lines} empty lines for cells that have values in another file: the values were taken"
            ),
            Self::NoLicence => f.write_str("no licence is stated: give one with --licence"),
            Self::Repeated { coverage, lines } => {
                write!(
                    f,
                    "{coverage} has {lines} lines whose cells another line gives the same values: taken once"
                )
            }
            Self::Rounded {
                kept,
                source,
                numbers,
            } => write!(f, "{source}: {numbers} numbers were rounded to {kept}"),
            Self::Sparse {
                axis,
                taken,
                count,
                step,
            } => write!(
                f,
                "places lie on {taken} of the grid's {count} {axis}, which are {step} degrees apart: \
                 if the grid is coarser, give its step with --step"
            ),
            Self::Calendar {
                source,
                dimension,
                calendar,
            } => write!(
                f,
                "{source}: the dates of {dimension} are of the calendar {calendar}, and stay as they are written"
            ),
            Self::Joined {
                source,
                dimension,
                first,
                last,
            } => write!(
                f,
                "{source}: joined along {dimension}, from {first} to {last}"
            ),
            Self::Skipped {
                source,
                variable,
                reason,
            } => write!(f, "{source}: the variable {variable} is left out: {reason}"),
            Self::Turned { source, lines } => write!(
                f,
                "{source}: longitudes are counted to 360, and in {lines} lines those beyond 180 were \
                 taken as west of Greenwich (359.75 is -0.25)"
            ),
            Self::Synthetic => {
                f.write_str("these values are SYNTHETIC: made up, fit for tests only")
            }
        }
    }
}
