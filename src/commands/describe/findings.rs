//! Findings in data, before they become a description.

use super::{
    column::{Column, LATITUDES, LONGITUDES},
    tabular::FoundTable,
};
use crate::dataset::metadata::{FieldType, Interval, Unit};

/// Everything that is known of the data.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Rows, features or elements; none where they cannot be counted.
    pub(super) rows: Option<u64>,
    pub(super) fields: Vec<FoundField>,
    /// `[west, south, east, north]`, in degrees.
    pub(super) bbox: Option<[f64; 4]>,
    pub(super) interval: Option<Interval>,
    /// The grid on which the places lie, if they do.
    pub(super) grid: Option<FoundGrid>,
    /// The table that the rows could be.
    pub(super) table: Option<FoundTable>,
    /// Remarks for the publisher.
    pub(super) notes: Vec<String>,
    pub(super) package: PackageFacts,
}

/// A field of the data.
#[derive(Debug, Default)]
pub(super) struct FoundField {
    pub(super) name: String,
    pub(super) field_type: Option<FieldType>,
    pub(super) title: Option<String>,
    pub(super) unit: FoundUnit,
    pub(super) definition: Option<String>,
}

/// The unit of a field.
#[derive(Debug, Default)]
pub(super) enum FoundUnit {
    /// Likely, from the field's name.
    Guessed(String),
    #[default]
    None,
    /// As the data or their package say.
    Said(String),
}

/// A regular grid, and how its columns are named; no name where the data say themselves what is where.
#[derive(Debug)]
pub(super) struct FoundGrid {
    pub(super) latitude: String,
    pub(super) longitude: String,
    /// Columns that are no values.
    pub(super) ignore: Vec<String>,
    pub(super) columns: String,
    pub(super) dimensions: Vec<FoundDimension>,
    pub(super) variables: Vec<String>,
}

/// A dimension, as the names of columns tell it.
#[derive(Debug)]
pub(super) struct FoundDimension {
    pub(super) name: String,
    /// `true` when the name says more than that it is one.
    pub(super) is_known: bool,
    pub(super) values: Vec<String>,
    pub(super) are_numbers: bool,
    pub(super) are_times: bool,
}

/// Facts of a data package.
#[derive(Debug, Default)]
pub(super) struct PackageFacts {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) keywords: Vec<String>,
    pub(super) licence: Option<String>,
    pub(super) version: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) contact: Option<String>,
    pub(super) issued: Option<String>,
    pub(super) missing: Vec<String>,
}

impl FoundGrid {
    /// `true` when the data say themselves what is where, and need no names of columns for it.
    pub(super) fn says_itself(&self) -> bool {
        self.columns.is_empty()
    }
}

impl FoundField {
    /// The field that `column` is.
    pub(super) fn of(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            field_type: column.field_type(),
            unit: FoundUnit::of_name(&column.name),
            ..Self::default()
        }
    }
}

impl FoundUnit {
    /// The unit that a name like `energy_kwh` or `speed [m/s]` is likely to mean.
    pub(super) fn of_name(name: &str) -> Self {
        let bracketed = name
            .rsplit_once(['(', '['])
            .and_then(|(_, unit)| unit.split([')', ']']).next());
        if let Some(unit) = bracketed.map(str::trim) {
            let ucum = Unit::parse(unit).is_ucum().then(|| unit.to_owned());
            let meant = ucum.or_else(|| Unit::nearest(unit).map(str::to_owned));
            return meant.map_or(Self::None, Self::Guessed);
        }
        let is_degrees = [LATITUDES, LONGITUDES].concat();
        if is_degrees
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
        {
            return Self::Guessed("deg".to_owned());
        }
        let words = name.rsplit(['_', ' ', '-', '.']).take(2);
        let mut meant = words.filter_map(Unit::nearest);
        meant
            .next()
            .map_or(Self::None, |unit| Self::Guessed(unit.to_owned()))
    }
}
