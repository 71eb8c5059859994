//! Parameters as they are given: each known to the query or a dimension of the coverage, and once.

use super::QueryKind;
use crate::dataset::{grid::Columns, perils::Refused};

/// Parameters that are given, each once.
pub(super) struct Given<'p> {
    known: &'static [&'static str],
    values: Vec<Option<&'p str>>,
    pub(super) subset: Vec<String>,
    pub(super) dimensions: Vec<(usize, String)>,
}

impl<'p> Given<'p> {
    pub(super) fn read(
        kind: QueryKind,
        parameters: &'p [(String, String)],
        columns: &Columns,
    ) -> Result<Self, Refused> {
        let known = kind.parameters();
        let mut given = Self {
            known,
            values: vec![None; known.len()],
            subset: Vec::new(),
            dimensions: Vec::new(),
        };
        for (name, value) in parameters {
            let value = value.trim();
            // As OWSLib writes it.
            let name = match name.as_str() {
                "parameter_names" => "parameter-name",
                name => name,
            };
            let mut slots = known.iter().zip(&mut given.values);
            if let Some((known, slot)) = slots.find(|(known, _)| **known == name) {
                match value {
                    "" => {}
                    items if *known == "subset" => given.subset.extend(listed(items)),
                    _ if slot.is_some() => return Err(malformed(known, "given once")),
                    value => *slot = Some(value),
                }
                continue;
            }
            let dimension = columns.dimension_named(name);
            let dimension = dimension.ok_or_else(|| not_known(known, columns))?;
            if value.is_empty() {
                continue;
            }
            if given
                .dimensions
                .iter()
                .any(|(other, _)| *other == dimension)
            {
                return Err(malformed(name, "given once"));
            }
            given.dimensions.push((dimension, value.to_owned()));
        }
        Ok(given)
    }

    /// The value of a parameter, where it is given.
    pub(super) fn value(&self, name: &str) -> Option<&'p str> {
        let mut each = self.known.iter().zip(&self.values);
        each.find(|(known, _)| **known == name)
            .and_then(|(_, value)| *value)
    }

    /// The value of a parameter without which there is no query.
    pub(super) fn required(&self, name: &str, expected: &str) -> Result<&'p str, Refused> {
        let value = self.value(name);
        value.ok_or_else(|| malformed(name, format!("given: {expected}")))
    }
}

pub(super) fn malformed(at: &str, expected: impl Into<std::borrow::Cow<'static, str>>) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

/// The names, with commas between.
pub(super) fn known(
    names: impl IntoIterator<Item = impl AsRef<str>>,
) -> std::borrow::Cow<'static, str> {
    let names: Vec<_> = names.into_iter().collect();
    let names: Vec<_> = names.iter().map(AsRef::as_ref).collect();
    names.join(", ").into()
}

pub(super) fn listed(list: &str) -> Vec<String> {
    list.split(',').map(|item| item.trim().to_owned()).collect()
}

fn not_known(known: &[&str], columns: &Columns) -> Refused {
    let dimensions = columns.dimensions().iter().map(|one| &*one.name);
    let known: Vec<_> = known.iter().copied().chain(dimensions).collect();
    Refused::Unknown {
        at: "a parameter of the query".to_owned(),
        known: known.join(", ").into(),
    }
}
