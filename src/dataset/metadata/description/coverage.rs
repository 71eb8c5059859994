//! The layout of a coverage's data: its columns, dimensions and variables, for who imports it.

use super::{
    NamePattern, Problem, Variable,
    table::{Lined, Section, shortened},
};
use crate::dataset::metadata::Dimension;

/// The layout of the files of a coverage.
#[derive(Clone, Debug, PartialEq)]
pub struct CoverageLayout {
    /// One row a cell, or one row a value.
    pub form: Form,
    /// The names of the columns with values, with `{variable}` and dimensions in braces; none: the importer's own.
    pub columns: Option<NamePattern>,
    /// The column of latitudes; none: `latitude` or `lat`.
    pub latitude: Option<Box<str>>,
    /// The column of longitudes; none: `longitude` or `lon`.
    pub longitude: Option<Box<str>>,
    /// Columns that are no values.
    pub ignore: Vec<Box<str>>,
    /// Marks of a value that is not there.
    pub missing: Vec<Box<str>>,
    /// Marks of a value that does not apply.
    pub not_applicable: Vec<Box<str>>,
    /// Of one row a value, the column with it.
    pub value: Option<Box<str>>,
    /// Of one row a value, the column that names the variable.
    pub variable: Option<Box<str>>,
    /// The dimensions, in their order.
    pub dimensions: Vec<Dimension>,
    /// The variables, in their order; none: the importer judges.
    pub variables: Vec<Variable>,
}

/// Rows of a table.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Form {
    /// One row a value.
    Long,
    /// One row a cell.
    #[default]
    Wide,
}

/// `[coverage]` as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CoverageKeys {
    pub(super) form: Option<Form>,
    pub(super) columns: Option<Lined<NamePattern>>,
    pub(super) latitude: Option<Box<str>>,
    pub(super) longitude: Option<Box<str>>,
    pub(super) ignore: Option<Vec<Box<str>>>,
    pub(super) missing: Option<Vec<Box<str>>>,
    pub(super) not_applicable: Option<Vec<Box<str>>>,
    pub(super) value: Option<Box<str>>,
    pub(super) variable: Option<Box<str>>,
}

impl CoverageKeys {
    pub(super) fn read(mut section: Section<'_, '_>) -> Self {
        let columns = section.text("columns").and_then(|Lined { value, line }| {
            let pattern = NamePattern::parse(&value);
            if pattern.is_none() {
                let pattern = shortened(&value);
                section.complain(line, "columns", Problem::PatternMalformed { pattern });
            }
            pattern.map(|value| Lined { value, line })
        });
        let form = section.word("form", <Form as strum::VariantNames>::VARIANTS);
        let keys = Self {
            columns,
            form: form.map(|form| form.value),
            latitude: section.text("latitude").map(|text| text.value),
            longitude: section.text("longitude").map(|text| text.value),
            ignore: section.marks("ignore"),
            missing: section.marks("missing"),
            not_applicable: section.marks("not_applicable"),
            value: section.text("value").map(|text| text.value),
            variable: section.text("variable").map(|text| text.value),
        };
        section.finish();
        keys
    }

    /// The layout of these keys, with `dimensions` and `variables`.
    ///
    /// # Errors
    /// The line and the problem, where the pattern of the columns and the dimensions do not match.
    pub(super) fn layout(
        &self,
        dimensions: &[Dimension],
        variables: &[Variable],
    ) -> Result<CoverageLayout, (usize, Problem)> {
        if let Some(Lined { value, line }) = &self.columns {
            matches(value, dimensions).map_err(|problem| (*line, problem))?;
        }
        let all = |marks: &Option<Vec<Box<str>>>| marks.clone().unwrap_or_default();
        Ok(CoverageLayout {
            form: self.form.unwrap_or_default(),
            columns: self.columns.as_ref().map(|pattern| pattern.value.clone()),
            latitude: self.latitude.clone(),
            longitude: self.longitude.clone(),
            ignore: all(&self.ignore),
            missing: self.missing.clone().unwrap_or_else(|| vec!["".into()]),
            not_applicable: all(&self.not_applicable),
            value: self.value.clone(),
            variable: self.variable.clone(),
            dimensions: dimensions.to_vec(),
            variables: variables.to_vec(),
        })
    }
}

/// Checks that the pattern names each dimension, and nothing but these and the variable.
fn matches(pattern: &NamePattern, dimensions: &[Dimension]) -> Result<(), Problem> {
    let is_dimension = |name: &str| dimensions.iter().any(|dimension| *dimension.name == *name);
    if let Some(name) = pattern
        .names()
        .find(|name| *name != VARIABLE && !is_dimension(name))
    {
        return Err(Problem::DimensionUnknown { name: name.into() });
    }
    let unused = dimensions
        .iter()
        .find(|dimension| !pattern.names().any(|name| *name == *dimension.name));
    match unused {
        None => Ok(()),
        Some(dimension) => Err(Problem::DimensionUnused {
            name: dimension.name.clone(),
            pattern: pattern.text().into(),
        }),
    }
}

const VARIABLE: &str = "variable";
