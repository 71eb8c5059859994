//! The request of an import, and its progress.

use std::{
    ffi::OsStr,
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
};

use super::{DatabaseFiles, Tables, database, number::millionths};
use crate::{clock::Timestamp, dataset::grid::Axis};

/// The request of an import.
#[derive(Clone, Debug)]
pub struct Request {
    /// The sources.
    pub sources: Vec<Source>,
    /// `paths.state`: where the store is served from.
    pub state: PathBuf,
    /// The origin of the values; none: what the sources' packages say.
    pub source: Option<String>,
    /// Under which terms they may be used; none: what the sources' packages say.
    pub licence: Option<String>,
    /// Files that the way to a database may need.
    pub databases: DatabaseFiles,
    /// The values are made up, whatever the sources say.
    pub synthetic: bool,
    /// The grid's step; none: what the places say.
    pub step: Option<GridStep>,
    /// Numbers with more than six decimals are rounded, and places to the nearest point of the grid.
    pub round: bool,
    /// The tables that the sources may be.
    pub tables: Tables,
    /// The time of the import.
    pub now: Timestamp,
}

/// The step of a grid on both axes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct GridStep {
    /// From south to north.
    pub latitude: AxisStep,
    /// From west to east.
    pub longitude: AxisStep,
}

/// The step of an axis: `total` millionths of a degree in `parts` steps.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AxisStep {
    pub(super) total: i64,
    pub(super) parts: u32,
}

/// Reason why a text is not the step of a grid.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "a step is degrees, as 0.25 or 1/12, or one for latitudes and one for longitudes, as 0.5,0.625"
)]
pub struct NoStep;

impl FromStr for GridStep {
    type Err = NoStep;

    fn from_str(text: &str) -> Result<Self, NoStep> {
        let (latitude, longitude) = text.split_once(',').unwrap_or((text, text));
        Ok(Self {
            latitude: latitude.parse()?,
            longitude: longitude.parse()?,
        })
    }
}

impl FromStr for AxisStep {
    type Err = NoStep;

    fn from_str(text: &str) -> Result<Self, NoStep> {
        let (degrees, parts) = text.split_once('/').unwrap_or((text, "1"));
        let total = millionths(degrees.trim().as_bytes()).ok().ok_or(NoStep)?;
        let parts = parts.trim().parse().ok().ok_or(NoStep)?;
        // An axis knows what a step can be.
        Axis::new(0, total, parts, 1)
            .map(|_| Self { total, parts })
            .ok_or(NoStep)
    }
}

/// A source of values.
#[derive(Clone, Eq, PartialEq)]
pub enum Source {
    /// The address of a database; it may hold a password.
    Database(String),
    /// A CSV file, or a folder with such files.
    Path(PathBuf),
}

/// The progress of an import; read by who shows it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Octets of all files; 0 while that is not known, and for a database.
    pub total: AtomicU64,
    /// Octets that have been read.
    pub read: Arc<AtomicU64>,
    /// Rows that have been written.
    pub rows: AtomicU64,
    /// `true` when a table is to be given up; what is served stays.
    pub is_stopped: Arc<AtomicBool>,
}

impl Source {
    /// A database when `text` is the address of one, else a path.
    #[must_use]
    pub fn new(text: &OsStr) -> Self {
        match text.to_str() {
            Some(address) if database::is_address(address) => Self::Database(address.to_owned()),
            _ => Self::Path(text.into()),
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Database(_) => f.write_str("Database(..)"),
            Self::Path(path) => f.debug_tuple("Path").field(path).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_degrees_or_a_part_of_them() {
        let step = |text: &str| text.parse::<GridStep>().ok();
        let axis = |total, parts| AxisStep { total, parts };
        for (text, latitude, longitude) in [
            ("0.25", axis(250_000, 1), axis(250_000, 1)),
            ("1/12", axis(1_000_000, 12), axis(1_000_000, 12)),
            ("0.5,0.625", axis(500_000, 1), axis(625_000, 1)),
            ("1/3, 2.5", axis(1_000_000, 3), axis(2_500_000, 1)),
        ] {
            assert_eq!(
                step(text),
                Some(GridStep {
                    latitude,
                    longitude
                }),
                "{text}"
            );
        }
        for text in ["", "0", "-1", "1/0", "1/-3", "a", "1,2,3", "361", "0.25deg"] {
            assert_eq!(step(text), None, "{text}");
        }
    }
}
