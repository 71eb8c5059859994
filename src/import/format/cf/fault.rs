//! Faults of a variable, by the rules of CF or for want of a way to store it.

use crate::import::Shown;

/// A fault of a variable.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CfFault {
    /// An attribute has the wrong type or count.
    #[error("the attribute {name} is not {expected}")]
    Attribute {
        /// Its name.
        name: &'static str,
        /// The form that it must have.
        expected: &'static str,
    },
    /// A variable that is named is not of a kind that can be read.
    #[error("holds neither numbers nor texts")]
    Element,
    /// `bounds` names what is not there or has another shape.
    #[error("its bounds {0} are no variable with two numbers for each of its values")]
    Bounds(Shown),
    /// A calendar that is not known.
    #[error(
        "the calendar {0} is unknown: known are standard, gregorian, proleptic_gregorian, julian, noleap, all_leap and 360_day"
    )]
    Calendar(Shown),
    /// Two-dimensional latitudes and longitudes.
    #[error(
        "has two-dimensional coordinates (a curvilinear grid): regrid it to latitudes and longitudes of their own \
         first, for example with `cdo remapbil,r1440x720` or xESMF"
    )]
    Curvilinear,
    /// A date that no other calendar has.
    #[error(
        "{date} of the calendar {calendar} is no date of everybody's calendar: regrid the times first"
    )]
    Date {
        /// As it would be written.
        date: String,
        /// The calendar.
        calendar: &'static str,
    },
    /// More decimals than can be kept.
    #[error("{0} decimals are more than can be kept: 12 at most")]
    Decimals(u8),
    /// Points that are listed one by one.
    #[error(
        "has its places one by one along {0} (discrete sampling geometry), not on a grid: publish it as features or records"
    )]
    DiscreteSampling(Shown),
    /// A dimension without values.
    #[error("has no value along {0}")]
    Empty(Shown),
    /// Coordinates that are not evenly spaced.
    #[error(
        "is not evenly spaced (a Gaussian grid?): regrid it first, for example with `cdo remapbil,r1440x720` or \
         xarray's interp"
    )]
    Irregular,
    /// Coordinates that are missing.
    #[error("has a missing value at index {0}, which no coordinate may have")]
    Missing(usize),
    /// A named variable that is not there.
    #[error("there is no such variable")]
    NoSuchVariable,
    /// Coordinates that neither rise nor fall.
    #[error("neither rises nor falls throughout: {before} is followed by {after} at index {at}")]
    NotMonotonic {
        /// A coordinate.
        before: f64,
        /// The next one.
        after: f64,
        /// Its index.
        at: usize,
    },
    /// Coordinates at the edges of their cells.
    #[error(
        "has coordinates that are not in the middle of their cells: {coordinate} in {low} to {high}; move them to the middle"
    )]
    OffCentre {
        /// Degrees.
        coordinate: f64,
        /// Degrees.
        low: f64,
        /// Degrees.
        high: f64,
    },
    /// A variable that has other dimensions than the first one.
    #[error(
        "has other dimensions than {0}: name variables with the same ones in the description file, and publish the others \
         as a collection of their own"
    )]
    OtherDimensions(Shown),
    /// A coordinate outside its own bounds.
    #[error("has {coordinate} outside its own bounds {low} to {high}")]
    OutOfBounds {
        /// The coordinate.
        coordinate: f64,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Coordinates that no place on earth has.
    #[error("has {coordinate}, and {axis} go from {low} to {high} degrees")]
    OutOfRange {
        /// The kind of coordinates.
        axis: &'static str,
        /// The coordinate.
        coordinate: f64,
        /// Lowest.
        low: f64,
        /// Highest.
        high: f64,
    },
    /// A projected grid or one with a rotated pole.
    #[error(
        "lies on a projected or rotated grid ({0}): regrid it to latitudes and longitudes first, for example with \
         `gdalwarp -t_srs EPSG:4326` or `cdo remapbil`"
    )]
    Projected(Shown),
    /// A dimension with one value twice.
    #[error("has {0} twice")]
    Repeated(Shown),
    /// Two variables with different sizes of one dimension.
    #[error("has another size along {0} than its coordinates")]
    Sizes(Shown),
    /// More than once around the earth.
    #[error("goes more than once around the earth: from {west} to {east}")]
    TooFarAround {
        /// Degrees.
        west: f64,
        /// Degrees.
        east: f64,
    },
    /// More coordinates than a grid can have.
    #[error("has {0} values, and {MAX_COORDINATES} are the most")]
    TooMany(u64),
    /// Two variables of which each may be the axis.
    #[error("{other} may be the {axis} as well: name one in the description file")]
    TwoAxes {
        /// `latitude` or `longitude`.
        axis: &'static str,
        /// The other variable.
        other: Shown,
    },
    /// A dimension whose values nobody says.
    #[error("the dimension {0} has no coordinate variable that says what its values are")]
    Unlabelled(Shown),
    /// Units of time that cannot be read.
    #[error("the units {units} cannot be read: {reason}")]
    Units {
        /// The attribute.
        units: Shown,
        /// The fault.
        reason: String,
    },
    /// Units that an axis does not have.
    #[error("is taken for the {axis} and has the units {units}: {axis}s are in degrees")]
    UnitsOfAxis {
        /// `latitude` or `longitude`.
        axis: &'static str,
        /// The attribute.
        units: Shown,
    },
}

/// Coordinates of one axis, values of one dimension.
pub(super) const MAX_COORDINATES: u64 = 400_000;
