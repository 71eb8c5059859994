//! Dimensions of a coverage beside longitude and latitude: month, scenario, height, return period.

/// A dimension beside latitude and longitude.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// The name.
    pub name: Box<str>,
    /// The name for people.
    pub title: Option<Box<str>>,
    /// The unit of its numbers.
    pub unit: Option<Box<str>>,
    /// Its values, in order.
    pub values: DimensionValues,
}

/// The values of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum DimensionValues {
    /// Numbers, ascending.
    Numbers(Vec<f64>),
    /// Words.
    Texts(Vec<Box<str>>),
    /// Dates as they were written, ascending.
    Times(Vec<Box<str>>),
}

impl DimensionValues {
    /// The number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) | Self::Times(texts) => texts.len(),
        }
    }

    /// `true` where there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
