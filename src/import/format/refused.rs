//! Reasons why a source of gridded values is refused.

use std::io;

use super::{CfFault, QuantityFault, RowFaults, TableFault, ZarrFault};
use crate::import::Shown;

/// Reason why a source of gridded values is refused.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// A variable is not as CF or this import asks.
    #[error("{variable}: {fault}")]
    Cf {
        /// Its name.
        variable: Shown,
        /// The fault.
        fault: CfFault,
    },
    /// More values than the octets of the source can stand for.
    #[error(
        "{octets} octets that claim to hold {values} values: this is damaged, or made to exhaust who reads it"
    )]
    Inflated {
        /// Values that the source claims to have.
        values: u64,
        /// Octets on the disk.
        octets: u64,
    },
    /// The numbers that were read cannot be kept.
    #[error("cannot keep what was read: {0}")]
    Keep(io::Error),
    /// More files than a store should have.
    #[error("is in more than {0} files: write it again in larger chunks, or in shards")]
    ManyFiles(u64),
    /// Not one variable on a grid of latitude and longitude.
    #[error("no variable has both a latitude and a longitude: {0}")]
    NoVariable(&'static str),
    /// The file is no `NetCDF`, is cut short, or is damaged.
    #[error("cannot be read as NetCDF: {0}")]
    NetCdf(String),
    /// The source cannot be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// Rows of a table have faults.
    #[error("{0}")]
    Rows(RowFaults),
    /// A table cannot be read.
    #[error("the table {0}")]
    Table(#[from] TableFault),
    /// More values a cell than can be served.
    #[error("{0} values a cell are more than can be stored: name fewer variables")]
    TooWide(usize),
    /// A number cannot be stored.
    #[error("{variable} at latitude {latitude}, longitude {longitude} {fault}")]
    Value {
        /// Of which variable.
        variable: Shown,
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// The reason.
        fault: QuantityFault,
    },
    /// An array of a Zarr store cannot be read.
    #[error("{array} {fault}")]
    Zarr {
        /// Its name.
        array: Shown,
        /// The reason.
        fault: ZarrFault,
    },
    /// The metadata of a Zarr store cannot be read.
    #[error("cannot be read as Zarr: {0}")]
    ZarrStore(#[from] ZarrFault),
}

impl FormatError {
    pub(super) fn cf(variable: &str, fault: CfFault) -> Self {
        Self::Cf {
            variable: Shown::new(variable.as_bytes()),
            fault,
        }
    }
}

/// Text of a source as it may stand in a message.
pub(super) fn shown(text: &str) -> Shown {
    Shown::new(text.as_bytes())
}
