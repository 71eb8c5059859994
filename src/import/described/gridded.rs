//! From the layout that a description has to what is known of a gridded source.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{
    NotDescribed,
    layout::{dimension, is_of_place, names, of_header, variable},
};
use crate::{
    dataset::{
        grid::{Columns, Dimension, DimensionValues, Variable, units},
        metadata::description::{CoverageLayout, Described, Form},
    },
    import::{
        format::{Labels, Naming, WideColumns, parquet_columns},
        gridded::known::KnownCoverage,
    },
};

/// The description of the coverage `id`, whose values are in a gridded source.
pub(super) fn known(
    path: &Path,
    id: &str,
    described: &Described,
    layout: &CoverageLayout,
    first: Option<&PathBuf>,
) -> Result<KnownCoverage, NotDescribed> {
    let metadata = &described.metadata;
    let text = |text: &Option<Box<str>>| text.clone().unwrap_or_default();
    let licence = metadata.licence.as_ref();
    let fields = layout
        .variables
        .iter()
        .filter(|one| is_value(layout, &one.field.name));
    let mut variables: Vec<_> = fields.map(variable).collect();
    let dimensions: Vec<_> = layout.dimensions.iter().map(dimension).collect();
    let names = wide_names(layout, first)?;
    if let (Some(names), true) = (&names, variables.is_empty()) {
        let names = names.iter().map(String::as_str);
        variables = of_header(layout, &dimensions, names);
        if variables.is_empty() {
            return Err(NotDescribed::Variables(path.to_owned()));
        }
    }
    let wide = names.map(|_| wide(path, id, layout, &variables, &dimensions));
    Ok(KnownCoverage {
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
            wide: wide.transpose()?,
            rounds: false,
        },
        variables,
        dimensions,
        is_in_parts: false,
    })
}

/// The names of the columns of a Parquet file with dimensions in them: there is a pattern of names, or none of the
/// dimensions is a column by itself.
fn wide_names(
    layout: &CoverageLayout,
    first: Option<&PathBuf>,
) -> Result<Option<Vec<String>>, NotDescribed> {
    let is_wide = layout.form == Form::Wide && layout.value.is_none() && layout.variable.is_none();
    let Some(path) = first.filter(|_| is_wide && !layout.dimensions.is_empty()) else {
        return Ok(None);
    };
    let names = parquet_columns(path).map_err(|source| NotDescribed::Source {
        path: path.clone(),
        source: Box::new(source),
    })?;
    let is_column = |name: &str| names.iter().flatten().any(|column| column == name);
    let are_columns = layout.dimensions.iter().any(|one| is_column(&one.name));
    Ok(names.filter(|_| layout.columns.is_some() || !are_columns))
}

/// The columns of a Parquet file with dimensions in their names.
fn wide(
    path: &Path,
    id: &str,
    layout: &CoverageLayout,
    variables: &[Variable],
    dimensions: &[Dimension],
) -> Result<WideColumns, NotDescribed> {
    let columns = Columns::new(variables.to_vec(), dimensions.to_vec());
    let columns = columns.map_err(|source| NotDescribed::Columns {
        path: path.to_owned(),
        source,
    })?;
    let labelled = dimensions
        .iter()
        .map(|one| ((*one.name).to_owned(), labels(one)));
    let names = names(path, id, layout, &columns)?.into_iter();
    Ok(WideColumns {
        dimensions: labelled.collect(),
        names: names.map(String::from).collect(),
        ignored: owned(&layout.ignore),
    })
}

fn labels(dimension: &Dimension) -> Labels {
    let texts = || dimension.values.texts().map(Cow::into_owned).collect();
    match &dimension.values {
        DimensionValues::Number(micro) => {
            Labels::Numbers(micro.iter().copied().map(units).collect())
        }
        DimensionValues::Text(_) => Labels::Texts(texts()),
        DimensionValues::Time(_) => Labels::Times(texts()),
    }
}

/// `true` when a field is of values: the column that holds them may be called as their variable is.
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
