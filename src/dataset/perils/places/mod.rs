//! The places of a request: JSON, GeoJSON points or CSV, one after the other from a body of any length.
//!
//! A body is read twice: [`Survey::of`] finds its shape, its options and how many places it has, and
//! [`Survey::places`] hands them out. What came with a place goes with its answer.

mod csv;
mod element;
mod json;
mod reading;
mod survey;

pub use csv::{Header, Record};
pub use reading::Places;
pub use survey::{InputFormat, Survey};

/// One place as sent.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    /// Where it lies.
    pub position: Position,
    /// Its id, as JSON text.
    pub id: Option<&'p str>,
    /// What else was sent.
    pub carried: Carried<'p>,
}

/// Latitude from -90 to 90 and longitude from -180 to 360, in degrees.
pub type Position = Result<(f64, f64), PlaceFault>;

/// What came with a place.
#[derive(Clone, Copy, Debug)]
pub enum Carried<'p> {
    /// Members of a JSON object, without its braces.
    Members(&'p str),
    /// A line of a CSV file.
    Record(&'p Record),
}

/// Why a place is not understood.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PlaceFault {
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
    /// A JSON object that is none, or has a member twice.
    Malformed,
    /// A GeoJSON feature whose geometry is not a point.
    NotAPoint,
    /// A CSV line that is not UTF-8.
    NotUtf8,
    /// A CSV line with more or fewer fields than the header.
    WrongNumberOfFields,
}

impl PlaceFault {
    /// As answers name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LatitudeMissing => "latitude_missing",
            Self::LatitudeNotANumber => "latitude_not_a_number",
            Self::LatitudeOutOfRange => "latitude_out_of_range",
            Self::LongitudeMissing => "longitude_missing",
            Self::LongitudeNotANumber => "longitude_not_a_number",
            Self::LongitudeOutOfRange => "longitude_out_of_range",
            Self::Malformed => "malformed",
            Self::NotAPoint => "not_a_point",
            Self::NotUtf8 => "not_utf8",
            Self::WrongNumberOfFields => "wrong_number_of_fields",
        }
    }
}

/// The position of two texts, each a JSON number or what CSV has for one.
pub(super) fn position(latitude: Option<&str>, longitude: Option<&str>) -> Position {
    use PlaceFault as F;
    let latitude = latitude.map(str::trim).filter(|text| !text.is_empty());
    let longitude = longitude.map(str::trim).filter(|text| !text.is_empty());
    let latitude = number(latitude.ok_or(F::LatitudeMissing)?).ok_or(F::LatitudeNotANumber)?;
    let longitude = number(longitude.ok_or(F::LongitudeMissing)?).ok_or(F::LongitudeNotANumber)?;
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(F::LatitudeOutOfRange);
    }
    if !(-180.0..=360.0).contains(&longitude) {
        return Err(F::LongitudeOutOfRange);
    }
    // Adding zero turns a negative zero into a plain one.
    Ok((latitude + 0.0, longitude + 0.0))
}

/// A finite number.
pub(crate) fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Octets that one place, or one option, may have.
const LONGEST: usize = 64 * 1024;
