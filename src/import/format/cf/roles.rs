//! Variables that serve others.

use std::collections::HashSet;

use super::super::array::Array;

/// The names of variables that other variables refer to.
#[derive(Debug)]
pub(super) struct Roles {
    auxiliary: HashSet<String>,
}

impl Roles {
    pub(super) fn of(arrays: &[Array]) -> Self {
        let references = arrays.iter().flat_map(|array| {
            let texts = REFERRING.iter().filter_map(|name| array.text(name));
            texts.flat_map(str::split_whitespace)
        });
        // `area: areacella`, `crs: x y`: names and what they are for.
        let names = references.map(|word| word.trim_end_matches(':').to_owned());
        Self {
            auxiliary: names.collect(),
        }
    }

    /// `true` when `array` is data, and no coordinate, bounds or the like of other data.
    pub(super) fn is_data(&self, array: &Array) -> bool {
        let is_coordinate =
            matches!(array.dimensions.as_slice(), [only] if only.name == array.name);
        !is_coordinate && !self.auxiliary.contains(&array.name)
    }
}

/// CF §3.4, §5, §5.6, §7.1, §7.2, §7.4.
const REFERRING: [&str; 8] = [
    "ancillary_variables",
    "bounds",
    "cell_measures",
    "climatology",
    "coordinates",
    "formula_terms",
    "geometry",
    "grid_mapping",
];
