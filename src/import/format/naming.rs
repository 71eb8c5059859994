//! What the description file says of a source's names.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Which variables, axes and dimensions of a source are meant; what is left out is found by CF's rules.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Naming {
    /// The variable or column with the latitudes.
    pub latitude: Option<String>,
    /// The variable or column with the longitudes.
    pub longitude: Option<String>,
    /// The variables to take, or the columns of a table that hold values; none: all.
    pub variables: Vec<String>,
    /// Columns of a table that are dimensions, in the order they are to have.
    pub dimensions: Vec<String>,
    /// The column of a table that names the variable of the row's value.
    pub variable: Option<String>,
    /// The column of a table that holds the value.
    pub value: Option<String>,
    /// Texts and numbers that say that a value is missing, beside nothing at all.
    pub missing: Vec<String>,
    /// How many decimals are kept, by variable; others keep six.
    pub decimals: BTreeMap<String, u8>,
    /// Values that say that the variable has no meaning there, after unpacking.
    pub not_applicable: Vec<f64>,
    /// Numbers of text that have more decimals than are kept are rounded, and not refused.
    pub rounds: bool,
}

impl Naming {
    /// Decimals of `variable`.
    pub(super) fn decimals(&self, variable: &str) -> u8 {
        self.decimals.get(variable).copied().unwrap_or(DECIMALS)
    }
}

const DECIMALS: u8 = 6;
