//! The layout of a coverage's data: its columns, dimensions and variables, for who imports it.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::dataset::metadata::{Field, Moment};

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

/// A pattern of names, as `{variable}_{year}`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NamePattern {
    text: Box<str>,
    parts: Vec<Part>,
}

/// A part of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Part {
    /// `variable`, or the name of a dimension.
    Name(Box<str>),
    /// Text as it stands.
    Text(Box<str>),
}

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

/// A field of a coverage, with what its import needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Name, unit and definition.
    pub field: Field,
    /// Digits after the point that are kept.
    pub decimals: Option<u8>,
    /// The lowest value that can be right.
    pub minimum: Option<f64>,
    /// The highest.
    pub maximum: Option<f64>,
}

impl NamePattern {
    /// Reads a pattern; none when a brace does not fit another, a name is there twice, or two names touch.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut names = BTreeSet::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (before, behind) = rest.split_once('{').unwrap_or((rest, ""));
            if before.contains('}') {
                return None;
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            if behind.is_empty() {
                if rest.contains('{') {
                    return None;
                }
                break;
            }
            let touches = matches!(parts.last(), Some(Part::Name(_)));
            let (name, behind) = behind.split_once('}')?;
            if touches || name.is_empty() || name.contains('{') || !names.insert(name) {
                return None;
            }
            parts.push(Part::Name(name.into()));
            rest = behind;
        }
        let text = text.into();
        (!names.is_empty()).then_some(Self { text, parts })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The names in braces, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(&**name),
            Part::Text(_) => None,
        })
    }
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

/// Whether the pattern names each dimension, and nothing but these and the variable.
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
            pattern: pattern.text.clone(),
        }),
    }
}

impl Dimension {
    pub(super) fn read(mut section: Section<'_, '_>) -> Option<Self> {
        let name = section.text("name");
        let title = section.text("title");
        let unit = section.text("unit");
        let kind = section.word::<ValueType>("type", <ValueType as strum::VariantNames>::VARIANTS);
        let values = Self::values(&mut section, kind.map(|kind| kind.value));
        let line = section.line;
        if name.is_none() && !section.has("name") {
            section.complain(line, "name", Problem::Missing { key: "name" });
        }
        section.finish();
        Some(Self {
            name: name?.value,
            title: title.map(|text| text.value),
            unit: unit.map(|text| text.value),
            values: values?,
        })
    }

    fn values(section: &mut Section<'_, '_>, kind: Option<ValueType>) -> Option<DimensionValues> {
        let Some((value, line)) = section.value("values") else {
            let line = section.line;
            section.complain(line, "values", Problem::Missing { key: "values" });
            return None;
        };
        let numbers = value.as_array().is_some_and(|items| {
            let mut items = items.iter().map(toml::Spanned::get_ref);
            items.all(|item| item.is_integer() || item.is_float())
        });
        let kind = kind.unwrap_or(if numbers {
            ValueType::Number
        } else {
            ValueType::Text
        });
        let values = match kind {
            ValueType::Number => section
                .numbers("values", "a list of numbers, as [1, 2, 3]")
                .map(|numbers| DimensionValues::Numbers(numbers.value)),
            ValueType::Text => section
                .list("values", "a list of texts or of whole numbers", words)
                .map(|items| DimensionValues::Texts(plain(items))),
            ValueType::Time => section
                .list(
                    "values",
                    "a list of times, as [\"2020-01\", \"2020-02\"]",
                    words,
                )
                .map(|items| DimensionValues::Times(plain(items))),
        }?;
        match values.problem() {
            None => Some(values),
            Some(problem) => {
                section.complain(line, "values", problem);
                None
            }
        }
    }
}

#[derive(Clone, Copy, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
enum ValueType {
    Number,
    Text,
    Time,
}

impl DimensionValues {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) | Self::Times(texts) => texts.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn problem(&self) -> Option<Problem> {
        if self.is_empty() {
            return Some(Problem::DimensionEmpty);
        }
        match self {
            Self::Numbers(numbers) => {
                let ascend = numbers.is_sorted_by(|before, after| before < after);
                (!ascend).then_some(Problem::DimensionOrder)
            }
            Self::Texts(texts) => {
                let mut seen = BTreeSet::new();
                let twice = texts.iter().find(|text| !seen.insert(text.to_lowercase()));
                twice.map(|name| Problem::Repeated { name: name.clone() })
            }
            Self::Times(texts) => {
                if let Some(text) = texts.iter().find(|text| time(text).is_none()) {
                    return Some(Problem::NotADate {
                        text: shortened(text),
                    });
                }
                let times: Vec<_> = texts.iter().filter_map(|text| time(text)).collect();
                let ascend = times.is_sorted_by(|before, after| before < after);
                (!ascend).then_some(Problem::DimensionOrder)
            }
        }
    }
}

/// A time of ISO 8601: a year, a month, a day or a moment.
fn time(text: &str) -> Option<Moment> {
    match text.len() {
        4 => Moment::parse(&format!("{text}-01-01")),
        7 => Moment::parse(&format!("{text}-01")),
        _ => Moment::parse(text),
    }
}

fn words(value: &DeValue<'_>) -> Option<Box<str>> {
    let whole = value.as_integer().map(toml::de::DeInteger::as_str);
    let text = value.as_str().or(whole)?.trim();
    (!text.is_empty() && !text.chars().any(char::is_control)).then(|| text.into())
}

fn plain(items: Vec<Lined<Box<str>>>) -> Vec<Box<str>> {
    items.into_iter().map(|item| item.value).collect()
}

const VARIABLE: &str = "variable";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_tells_names_from_text() {
        let pattern = NamePattern::parse("v_{variable}-{year}.x").unwrap();
        let text = |text: &str| Part::Text(text.into());
        let name = |name: &str| Part::Name(name.into());
        let parts = [
            text("v_"),
            name("variable"),
            text("-"),
            name("year"),
            text(".x"),
        ];
        assert_eq!(pattern.parts(), parts);
        assert_eq!(pattern.names().collect::<Vec<_>>(), ["variable", "year"]);
        for text in [
            "", "plain", "{", "}", "{}", "{a", "a}", "{a}{b}", "{a}_{a}", "{a{b}}", "{a}_{", "{a}}",
        ] {
            assert_eq!(NamePattern::parse(text), None, "{text}");
        }
    }
}
