//! Reasons why a request for peril values is not answered.

use std::borrow::Cow;

/// Fault of a request for peril values, or of what it is asked of.
#[derive(
    Clone, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Refused {
    /// A part of the request is not what it must be.
    #[error("{at} must be {expected}")]
    Malformed {
        /// The part, by our own names and its position.
        at: String,
        /// The form that it must have.
        expected: Cow<'static, str>,
    },
    /// `POST /location` without `locations`.
    #[error("the body has no member locations")]
    NoLocations,
    /// There is no store.
    #[error("no peril data has been imported here")]
    NoStore,
    /// The body is not JSON.
    #[error("the body is not JSON: it cannot be read past octet {at}")]
    NotJson {
        /// Bytes from the start.
        at: usize,
    },
    /// The peril is not in the store.
    #[error("no data for {peril} has been imported here")]
    NotImported {
        /// Its name.
        peril: Box<str>,
    },
    /// `POST /location` with places where the store has no row.
    #[error("{}", off_grid(.first, *.count))]
    OffGrid {
        /// Positions of the first of them, from 0.
        first: Vec<usize>,
        /// Their number.
        count: usize,
    },
    /// More places than one request may have.
    #[error("a request may have {limit} places")]
    TooManyPlaces {
        /// The number that it may have.
        limit: usize,
    },
    /// More of something than one request may have.
    #[error("{what}: {found}, where one request may have {limit}")]
    TooMuch {
        /// Its name.
        what: &'static str,
        /// The number that the request has.
        found: u64,
        /// The number that it may have.
        limit: u64,
    },
    /// A name that does not exist.
    #[error("{at} is not known; known are {known}")]
    Unknown {
        /// Its place.
        at: String,
        /// Those that exist.
        known: Cow<'static, str>,
    },
}

fn off_grid(first: &[usize], count: usize) -> String {
    let positions: Vec<_> = first.iter().map(usize::to_string).collect();
    let ellipsis = if first.len() < count { ", ..." } else { "" };
    format!(
        "{count} of the locations lie off the grid: locations[{}]{ellipsis}",
        positions.join("], locations[")
    )
}
