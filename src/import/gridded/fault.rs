//! Reasons why a gridded source cannot be imported.

use crate::{
    dataset::grid::ColumnsError,
    import::{Shown, format::FormatError},
};

/// Reason why a gridded source cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum GriddedFault {
    /// A value below the lowest that its variable can have.
    #[error(
        "{column} at latitude {latitude}, longitude {longitude} is {value}, below {minimum}, the lowest value of its \
         variable"
    )]
    BelowMinimum {
        /// Name of the column.
        column: Box<str>,
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// The value that stands there.
        value: Box<str>,
        /// The lowest, as the description has it.
        minimum: Box<str>,
    },
    /// Its variables and dimensions make no columns.
    #[error("{0}")]
    Columns(#[from] ColumnsError),
    /// It cannot be read.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A dimension that is described and not there.
    #[error("there is no dimension {0}, which the description has")]
    NoDimension(Box<str>),
    /// A value of a dimension that is described and not there.
    #[error("the dimension {dimension} has no value {value}, which the description has")]
    NoValue {
        /// Its name.
        dimension: Box<str>,
        /// The value.
        value: Box<str>,
    },
    /// A variable that is described and not there.
    #[error("there is no variable {0}, which the description has")]
    NoVariable(Box<str>),
    /// A number of a dimension that cannot be stored.
    #[error("the dimension {dimension} has the value {value}, which is too large")]
    Number {
        /// Its name.
        dimension: Shown,
        /// The number.
        value: f64,
    },
    /// No times where a source is one of several.
    #[error("it has no times, by which it could follow another source")]
    NoTimes,
    /// Another source of the coverage has dates of another calendar.
    #[error("its dates are of another calendar than those of {0}")]
    OtherCalendar(String),
    /// Another source of the coverage has other variables or dimensions.
    #[error(
        "its variables and dimensions are not those of {0}: the sources of a coverage have the same"
    )]
    OtherColumns(String),
    /// Another source of the coverage has other places.
    #[error(
        "its places are not those of {0}, or are in another order: sources that follow each other in time have the same"
    )]
    OtherPlaces(String),
    /// Another source of the coverage has some of its times.
    #[error(
        "its times begin at {first}, and {other} goes on to {last}: sources that follow each other in time do not overlap"
    )]
    Overlap {
        /// The source before it.
        other: String,
        /// The first time.
        first: Box<str>,
        /// The last time of the other.
        last: Box<str>,
    },
    /// A dimension that the description does not have.
    #[error(
        "there is a dimension {0}, which the description does not have: add a [[dimension]] for it, or leave all out"
    )]
    OtherDimension(Shown),
    /// A value of a dimension that the description does not have.
    #[error("the dimension {dimension} has the value {value}, which the description does not have")]
    OtherValue {
        /// Its name.
        dimension: Shown,
        /// The value.
        value: Shown,
    },
    /// A time of a dimension that cannot be read.
    #[error("the dimension {dimension} has {value}, which is no time as ISO 8601 writes it")]
    Time {
        /// Its name.
        dimension: Shown,
        /// The text.
        value: Shown,
    },
}
