//! Well-known text (OGC 06-103r4 §7): the `coords` of a query, read once from its first byte to its last.
//!
//! Depth is that of the grammar, length and positions are bounded by the caller, and nothing is kept of the text.

mod reader;

use reader::Reader;

use super::{Crs, Geometry};

/// The most that a text may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WktLimits {
    /// Bytes of the text.
    pub max_bytes: usize,
    /// Positions of all lines and rings together.
    pub max_positions: usize,
}

/// A fault in a well-known text, and the byte at which it was noticed, counted from 0.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("at byte {at}: {fault}")]
pub struct WktError {
    /// Bytes from the start.
    pub at: usize,
    /// The fault there.
    pub fault: WktFault,
}

/// Faults of a well-known text.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WktFault {
    /// The geometry has no position.
    #[error("a geometry is needed that is not EMPTY")]
    Empty,
    /// Something else was to come.
    #[error("{0} was expected")]
    Expected(&'static str),
    /// A latitude beyond a pole.
    #[error("a latitude lies within -90 and 90")]
    LatitudeOutOfRange,
    /// A longitude more than a turn from Greenwich.
    #[error("a longitude lies within -360 and 360")]
    LongitudeOutOfRange,
    /// A ring whose last position is not its first.
    #[error("the ring is not closed: its last position must be its first")]
    NotClosed,
    /// A number that no double holds.
    #[error("the number is too large")]
    NumberTooLarge,
    /// A line of fewer than two positions or a ring of fewer than four.
    #[error("a {of} has {least} positions or more")]
    TooFewPositions {
        /// The kind of part.
        of: &'static str,
        /// The number that it has at least.
        least: usize,
    },
    /// A text of more bytes than one may have.
    #[error("the text has more than {limit} bytes")]
    TooLong {
        /// The number that it may have.
        limit: usize,
    },
    /// More positions than one text may have.
    #[error("there are more than {limit} positions")]
    TooManyPositions {
        /// The number that there may be.
        limit: usize,
    },
    /// A position with more or fewer numbers than the geometry's tag, or its first position, says.
    #[error("the position must have {expected} numbers, as the others")]
    WrongNumberOfOrdinates {
        /// The number that it must have.
        expected: usize,
    },
}

impl Geometry {
    /// Reads a text whose numbers are in the order of `crs`.
    ///
    /// Tags are read in any case, `Z`, `M` and `ZM` apart from them or not. Three numbers without a tag are a Z, four a Z
    /// and an M. A Z or an M of a ring is read and left, for an area has neither.
    ///
    /// # Errors
    ///
    /// The first fault.
    pub fn read(text: &str, crs: Crs, limits: WktLimits) -> Result<Self, WktError> {
        if text.len() > limits.max_bytes {
            let limit = limits.max_bytes;
            return Err(WktError {
                at: limit,
                fault: WktFault::TooLong { limit },
            });
        }
        let mut reader = Reader::new(text.as_bytes(), crs, limits.max_positions);
        let geometry = reader.geometry()?;
        reader.end()?;
        Ok(geometry)
    }
}

#[cfg(test)]
mod tests;
