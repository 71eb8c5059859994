//! From the layout that a description has to what is known of a gridded source.

use std::collections::BTreeMap;

use super::layout::{dimension, is_of_place, variable};
use crate::{
    dataset::{
        grid::Variable,
        metadata::description::{CoverageLayout, Described},
    },
    import::{format::Naming, gridded::known::KnownCoverage},
};

/// What the description says of the coverage `id`, whose values are in a gridded source.
pub(super) fn known(id: &str, described: &Described, layout: &CoverageLayout) -> KnownCoverage {
    let metadata = &described.metadata;
    let text = |text: &Option<Box<str>>| text.clone().unwrap_or_default();
    let licence = metadata.licence.as_ref();
    let fields = layout
        .variables
        .iter()
        .filter(|one| is_value(layout, &one.field.name));
    let variables: Vec<_> = fields.map(variable).collect();
    let dimensions: Vec<_> = layout.dimensions.iter().map(dimension).collect();
    KnownCoverage {
        id: id.into(),
        title: metadata.title.clone(),
        description: text(&metadata.description),
        version: text(&metadata.version),
        source: text(&metadata.publisher),
        licence: licence.map_or(Box::default(), |licence| licence.text().into()),
        naming: Naming {
            latitude: layout.latitude.as_deref().map(str::to_owned),
            longitude: layout.longitude.as_deref().map(str::to_owned),
            variables: variables.iter().map(|one| (*one.name).to_owned()).collect(),
            dimensions: dimensions
                .iter()
                .map(|one| (*one.name).to_owned())
                .collect(),
            variable: layout.variable.as_deref().map(str::to_owned),
            value: layout.value.as_deref().map(str::to_owned),
            missing: owned(&layout.missing),
            decimals: decimals(&variables, layout.value.as_deref()),
            not_applicable: numbers(&layout.not_applicable),
            rounds: false,
        },
        variables,
        dimensions,
        is_in_parts: false,
    }
}

/// Whether a field is of values: the column that holds them may be called as their variable is.
fn is_value(layout: &CoverageLayout, name: &str) -> bool {
    let is_column = layout.value.as_deref().is_some_and(|value| value == name);
    is_column || !is_of_place(layout, name)
}

/// The decimals of each variable, and of the column with the values when all are of one.
fn decimals(variables: &[Variable], value: Option<&str>) -> BTreeMap<String, u8> {
    let all = variables.iter();
    let mut decimals: BTreeMap<_, _> = all
        .map(|one| ((*one.name).to_owned(), one.decimals))
        .collect();
    if let (Some(value), [only]) = (value, variables) {
        decimals.insert(value.to_owned(), only.decimals);
    }
    decimals
}

fn owned(texts: &[Box<str>]) -> Vec<String> {
    texts.iter().map(|text| (**text).to_owned()).collect()
}

/// The marks that are numbers: those of text stand in no gridded source.
fn numbers(marks: &[Box<str>]) -> Vec<f64> {
    marks.iter().filter_map(|mark| mark.parse().ok()).collect()
}
