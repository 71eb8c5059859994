//! The neutral value that every format becomes.

use super::{FormatError, labels::Labels};
use crate::import::Record;

/// Takes a cell: where it is, and its values in the order of [`Coverage::width`], in the steps of their
/// variables, missing ones by the marks of 64-bit numbers.
pub type Take<'t> = dyn FnMut(Record, &[i64]) -> Result<(), FormatError> + 't;

/// A source of values on a grid.
pub trait Gridded: std::fmt::Debug {
    /// The variables, dimensions and axes.
    fn coverage(&self) -> &Coverage;

    /// `true` when its places are on the points of an even axis, and not a little beside them.
    fn has_exact_places(&self) -> bool;

    /// Hands every cell to `take`, once, in any order.
    ///
    /// # Errors
    /// [`FormatError`], that of `take` too; the source is good for nothing then.
    fn read(&mut self, take: &mut Take<'_>) -> Result<(), FormatError>;
}

/// The variables, dimensions and axes of a source.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Cell centres in millionths of a degree, in the order of the source; north is positive.
    pub latitudes: Vec<i32>,
    /// Cell centres in millionths of a degree as the source counts them: -180 to 180, or up to 360.
    pub longitudes: Vec<i32>,
    /// Further dimensions, which every variable has.
    pub dimensions: Vec<Dimension>,
    /// Never none.
    pub variables: Vec<Variable>,
    /// `title` of the source.
    pub title: Option<String>,
    /// `license` of the source.
    pub licence: Option<String>,
    /// Variables that were left out.
    pub skipped: Vec<Skipped>,
}

/// One variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variable {
    /// Its name in the source.
    pub name: String,
    /// The unit as the source writes it, which in CF is that of UDUNITS.
    pub unit: Option<String>,
    /// `long_name`.
    pub title: Option<String>,
    /// `standard_name`.
    pub standard_name: Option<String>,
    /// Its values are whole numbers of 10 to the power of minus this.
    pub decimals: u8,
}

/// One dimension beside latitude and longitude.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Its name in the source.
    pub name: String,
    /// Its values, each once; numbers and times rise.
    pub labels: Labels,
    /// The begin and the end of each value, when the source says so.
    pub bounds: Option<(Labels, Labels)>,
    /// The unit of numbers as the source writes it.
    pub unit: Option<String>,
    /// `long_name`.
    pub title: Option<String>,
    /// `standard_name`.
    pub standard_name: Option<String>,
    /// The calendar of times when it is not everybody's: `360_day`, `noleap`.
    pub calendar: Option<String>,
}

/// A variable that was left out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skipped {
    /// Its name in the source.
    pub name: String,
    /// The reason.
    pub reason: &'static str,
}

impl Coverage {
    /// The number of values of a cell: one for each variable and each combination of dimensions; the last
    /// dimension changes first.
    #[must_use]
    pub fn width(&self) -> usize {
        self.variables.len() * self.columns()
    }

    /// The number of values of one variable in a cell.
    #[must_use]
    pub fn columns(&self) -> usize {
        let lengths = self
            .dimensions
            .iter()
            .map(|dimension| dimension.labels.len());
        lengths.product()
    }
}
