//! The pattern of column names in a source, as `{variable}_{scenario}_{year}`.

use super::{ColumnIndex, Columns};

/// The pattern of a source's column names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ColumnPattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Coverage,
    Dimension(usize),
    Text(Box<str>),
    Variable,
}

/// Reason why a text is not the pattern of column names.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PatternError {
    /// Two columns would have one name.
    #[error(
        "the pattern gives two columns the name {0}: name each dimension in it, and the variable when there are several"
    )]
    Alike(Box<str>),
    /// A brace without its other.
    #[error("a brace of the pattern \"{}\" is not closed", .0.escape_debug())]
    Brace(Box<str>),
    /// A name in braces that is not there.
    #[error("the pattern names {{{name}}}, and there are {known}")]
    Unknown {
        /// As it stands there.
        name: Box<str>,
        /// Names that could stand there.
        known: Box<str>,
    },
}

impl ColumnPattern {
    /// Reads the pattern of the names of `columns`: `{variable}`, the dimensions by name, and text between.
    ///
    /// # Errors
    /// [`PatternError`].
    pub fn read(text: &str, columns: &Columns) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| PatternError::Brace(text.into()))?;
            parts.push(Part::Text(before.into()));
            parts.push(Self::named(name, columns)?);
            rest = after;
        }
        if rest.contains('}') {
            return Err(PatternError::Brace(text.into()));
        }
        parts.push(Part::Text(rest.into()));
        Ok(Self { parts })
    }

    /// `{variable}_{...}_{...}`: names as answers have them.
    #[must_use]
    pub fn of(columns: &Columns) -> Self {
        let mut parts = vec![Part::Variable];
        for at in 0..columns.dimensions().len() {
            parts.extend([Part::Text("_".into()), Part::Dimension(at)]);
        }
        Self { parts }
    }

    /// The names of `columns` in their order; `variables` stand for the variables.
    #[must_use]
    pub fn names(
        &self,
        columns: &Columns,
        coverage: &str,
        variables: &[Box<str>],
    ) -> Vec<Box<str>> {
        let name = |column| self.name(columns, column, coverage, variables).into();
        columns.all().map(name).collect()
    }

    fn name(
        &self,
        columns: &Columns,
        column: ColumnIndex,
        coverage: &str,
        variables: &[Box<str>],
    ) -> String {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Coverage => name.push_str(coverage),
                Part::Text(text) => name.push_str(text),
                Part::Variable => {
                    let variable = variables.get(columns.variable_of(column));
                    name.push_str(variable.map_or("", |variable| variable));
                }
                Part::Dimension(at) => {
                    let dimension = columns.dimensions().get(*at);
                    let position = columns.position(column, *at);
                    let text = dimension
                        .zip(position)
                        .and_then(|(dimension, position)| dimension.values.text(position));
                    name.push_str(&text.unwrap_or_default());
                }
            }
        }
        name
    }

    fn named(name: &str, columns: &Columns) -> Result<Part, PatternError> {
        match name {
            "coverage" => Ok(Part::Coverage),
            "variable" => Ok(Part::Variable),
            other => columns
                .dimension_named(other)
                .map(Part::Dimension)
                .ok_or_else(|| {
                    let dimensions = columns.dimensions().iter();
                    let known = dimensions.map(|dimension| format!("{{{}}}", dimension.name));
                    let known: Vec<_> = std::iter::once("{variable}".to_owned())
                        .chain(known)
                        .collect();
                    PatternError::Unknown {
                        name: name.into(),
                        known: known.join(", ").into(),
                    }
                }),
        }
    }
}

/// Refuses names of which two are alike, whatever their case.
///
/// # Errors
/// [`PatternError::Alike`].
pub fn distinct(names: &[Box<str>]) -> Result<(), PatternError> {
    let mut seen = std::collections::HashSet::with_capacity(names.len());
    match names
        .iter()
        .find(|name| !seen.insert(name.to_ascii_lowercase()))
    {
        None => Ok(()),
        Some(name) => Err(PatternError::Alike(name.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid::{Dimension, DimensionValues, Variable};

    fn columns() -> Columns {
        let variable = |name: &str| Variable {
            name: name.into(),
            ..Variable::default()
        };
        let month = Dimension {
            name: "month".into(),
            values: DimensionValues::Number(vec![1_000_000, 2_000_000]),
            ..Dimension::default()
        };
        Columns::new([variable("ghi"), variable("dni")], [month]).unwrap()
    }

    fn names(pattern: &str) -> Result<Vec<Box<str>>, PatternError> {
        let columns = columns();
        let pattern = ColumnPattern::read(pattern, &columns)?;
        let names = pattern.names(&columns, "solar", &["ghi".into(), "dni".into()]);
        distinct(&names).map(|()| names)
    }

    #[test]
    fn a_pattern_names_each_column() {
        for (pattern, first, last) in [
            ("{variable}_{month}", "ghi_1", "dni_2"),
            ("m{month}{variable}", "m1ghi", "m2dni"),
            (
                "{coverage}.{variable}.{month}.mean",
                "solar.ghi.1.mean",
                "solar.dni.2.mean",
            ),
        ] {
            let names = names(pattern).unwrap();
            assert_eq!((&*names[0], &*names[3]), (first, last));
        }
        let columns = columns();
        let own = ColumnPattern::of(&columns).names(&columns, "", &["ghi".into(), "dni".into()]);
        let expected: Vec<_> = columns
            .all()
            .map(|column| columns.name(column).into())
            .collect();
        assert_eq!(own, expected);
    }

    #[test]
    fn a_pattern_that_names_no_column_or_two_alike_is_refused() {
        let unknown = PatternError::Unknown {
            name: "year".into(),
            known: "{variable}, {month}".into(),
        };
        for (pattern, fault) in [
            ("{variable}_{year}", unknown),
            ("{variable}", PatternError::Alike("ghi".into())),
            ("{month}", PatternError::Alike("1".into())),
            ("{variable", PatternError::Brace("{variable".into())),
            ("variable}", PatternError::Brace("variable}".into())),
        ] {
            assert_eq!(names(pattern), Err(fault), "{pattern}");
        }
    }
}
