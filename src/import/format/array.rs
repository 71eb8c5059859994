//! Named arrays with attributes: what `NetCDF` files and Zarr stores have in common.

use std::{collections::BTreeMap, ops::Range};

use super::FormatError;

/// The arrays of one source.
pub(super) trait Arrays: std::fmt::Debug {
    /// All arrays, in the order of the source.
    fn arrays(&self) -> &[Array];

    /// Attributes of the whole.
    fn attributes(&self) -> &Attributes;

    /// Octets on the disk.
    fn octets(&self) -> u64;

    /// The numbers of `array` in `window`, one range a dimension; the last dimension changes first.
    fn numbers(&self, array: &Array, window: &[Range<u64>]) -> Result<Vec<f64>, FormatError>;

    /// All texts of `array`.
    fn texts(&self, array: &Array) -> Result<Vec<String>, FormatError>;
}

/// One array, without its values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Array {
    pub(super) name: String,
    /// Without the length of texts that are rows of characters.
    pub(super) dimensions: Vec<Extent>,
    pub(super) element: Element,
    pub(super) attributes: Attributes,
    /// The number where nothing was written, when that means that the value is missing.
    pub(super) unwritten: Option<f64>,
}

/// The name and size of one dimension.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Extent {
    pub(super) name: String,
    pub(super) size: u64,
}

/// The elements of an array.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Element {
    /// IEEE 754 of so many bits.
    Float(u8),
    /// A whole number.
    Integer {
        bits: u8,
        is_signed: bool,
    },
    /// Neither numbers nor texts.
    Other,
    Text,
}

/// Attributes by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Attributes(BTreeMap<String, Attribute>);

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Attribute {
    /// Numbers, and whether they are whole.
    Numbers {
        is_whole: bool,
        numbers: Vec<f64>,
    },
    Text(String),
}

impl Array {
    pub(super) fn is_numeric(&self) -> bool {
        matches!(self.element, Element::Float(_) | Element::Integer { .. })
    }

    pub(super) fn has_dimension(&self, name: &str) -> bool {
        self.dimensions.iter().any(|extent| extent.name == name)
    }

    /// The number of elements; `None` beyond all measure.
    pub(super) fn count(&self) -> Option<u64> {
        let sizes = self.dimensions.iter().map(|extent| extent.size);
        sizes.into_iter().try_fold(1_u64, u64::checked_mul)
    }

    /// All of it as a window.
    pub(super) fn whole(&self) -> Vec<Range<u64>> {
        self.dimensions
            .iter()
            .map(|extent| 0..extent.size)
            .collect()
    }

    /// The text of an attribute without blanks around it; an empty one is none.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.attributes.text(name)
    }
}

impl Attributes {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Attribute::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            Attribute::Numbers { .. } => None,
        }
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Attribute> {
        self.0.get(name)
    }
}

impl FromIterator<(String, Attribute)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (String, Attribute)>>(attributes: I) -> Self {
        Self(attributes.into_iter().collect())
    }
}
