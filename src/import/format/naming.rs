//! Names of a source, as the description has them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::labels::Labels;

/// Variables, axes and dimensions of a source that are meant; what is left out is found by CF's rules.
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
    /// Decimals that are kept, by variable; others keep six.
    pub decimals: BTreeMap<String, u8>,
    /// Values that say that the variable has no meaning there, after unpacking.
    pub not_applicable: Vec<f64>,
    /// The columns of a table with a row for each cell and dimensions in the names of its columns.
    #[serde(skip)]
    pub wide: Option<WideColumns>,
    /// Numbers of text that have more decimals than are kept are rounded, and not refused.
    pub rounds: bool,
}

/// The columns of a table with a row for each cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WideColumns {
    /// The dimensions by name, with all of their values.
    pub dimensions: Vec<(String, Labels)>,
    /// The names of the columns with values: variables slowest, the last dimension fastest.
    pub names: Vec<String>,
    /// Columns that are passed over.
    pub ignored: Vec<String>,
}

impl WideColumns {
    /// `true` when the column `name` is passed over: it is said so, or is the key of the cell or the index of pandas.
    pub(super) fn is_ignored(&self, name: &str) -> bool {
        let is_ignored = self.ignored.iter().any(|ignored| ignored == name);
        is_ignored || name.eq_ignore_ascii_case("key") || name.starts_with("__index_level_")
    }
}

impl Naming {
    /// Decimals of `variable`.
    pub(super) fn decimals(&self, variable: &str) -> u8 {
        self.decimals.get(variable).copied().unwrap_or(DECIMALS)
    }
}

const DECIMALS: u8 = 6;
