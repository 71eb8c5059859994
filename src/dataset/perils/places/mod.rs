//! The places of a request: JSON, GeoJSON points or CSV, one after the other from a body of any length.
//!
//! A body is read twice: [`PlaceList::of`] finds its shape, its options and how many places it has, and
//! [`PlaceList::reader`] hands them out. What came with a place goes with its answer.

mod coordinates;
mod crs;
mod csv;
mod dialect;
mod element;
mod header;
mod json;
mod list;
mod parts;
mod reader;

pub use coordinates::Position;
pub use csv::Record;
pub use dialect::Dialect;
pub use header::Header;
pub use list::{InputFormat, PlaceList};
pub use reader::PlaceReader;

pub(crate) use coordinates::{is_json_number, number};
pub(crate) use header::{LATITUDE, LONGITUDE};

/// One place as sent.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// Its position.
    pub position: Position,
    /// Its id, as JSON text.
    pub id: Option<&'p str>,
    /// Everything else that was sent.
    pub carried: Carried<'p>,
    /// Of a JSON object: latitude, longitude and what a GeoJSON position has beyond them, each as it was sent, when it
    /// is a number.
    sent: [Option<&'p str>; 3],
}

/// Members or fields that came with a place.
#[derive(Clone, Copy, Debug)]
pub enum Carried<'p> {
    /// Members of a JSON object, without its braces.
    Members(&'p str),
    /// A line of a CSV file.
    Record(&'p Record),
}

/// Reason why a place is not understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PlaceFault {
    /// A member comes twice.
    GivenTwice,
    /// `latitude` is missing.
    LatitudeMissing,
    /// `latitude` is not a finite number.
    LatitudeNotANumber,
    /// `latitude` is not within -90 and 90.
    LatitudeOutOfRange,
    /// `longitude` is missing.
    LongitudeMissing,
    /// `longitude` is not a finite number.
    LongitudeNotANumber,
    /// `longitude` is not within -180 and 360.
    LongitudeOutOfRange,
    /// A GeoJSON feature whose geometry is not a point.
    NotAPoint,
    /// A JSON value that is no object.
    NotAnObject,
    /// A GeoJSON feature, or its geometry, with a `crs` of its own that is not CRS84.
    NotCrs84,
    /// A JSON object in which something is not JSON.
    NotJson,
    /// Bytes that are not UTF-8, or not of the charset that was declared.
    NotUtf8,
    /// Arrays and objects stand deeper in each other than a reader of the answer could follow.
    TooDeep,
    /// It brings more bytes than any place may.
    TooLong,
    /// A CSV line with fields beyond the header that are not empty.
    WrongNumberOfFields,
}

impl PlaceFault {
    /// As answers name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GivenTwice => "given_twice",
            Self::LatitudeMissing => "latitude_missing",
            Self::LatitudeNotANumber => "latitude_not_a_number",
            Self::LatitudeOutOfRange => "latitude_out_of_range",
            Self::LongitudeMissing => "longitude_missing",
            Self::LongitudeNotANumber => "longitude_not_a_number",
            Self::LongitudeOutOfRange => "longitude_out_of_range",
            Self::NotAPoint => "not_a_point",
            Self::NotAnObject => "not_an_object",
            Self::NotCrs84 => "not_crs84",
            Self::NotJson => "not_json",
            Self::NotUtf8 => "not_utf8",
            Self::TooDeep => "too_deep",
            Self::TooLong => "too_long",
            Self::WrongNumberOfFields => "wrong_number_of_fields",
        }
    }
}

/// Bytes that one place, or one option, may have.
const LONGEST: usize = 64 * 1024;
