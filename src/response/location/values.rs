//! The texts that every format needs of a value.

use serde_json::{Map, json};

use crate::dataset::{
    grid::{Columns, Value, Variable},
    perils::{
        Description,
        query::{Form, OutputColumn, PlaceResult, Subset, UsedCell},
    },
};

/// Facts of a number, whatever the place.
pub(super) struct Facts<'s> {
    pub(super) coverage: &'s Description,
    pub(super) variable: &'s Variable,
    wanted: &'s OutputColumn,
}

impl<'s> Facts<'s> {
    /// Facts of each number, in their order.
    pub(super) fn of_all(subset: &'s Subset) -> impl Iterator<Item = Self> {
        subset.outputs.iter().filter_map(|wanted| {
            let coverage = &**subset.coverage(wanted)?;
            Some(Self {
                coverage,
                variable: coverage.coverage.columns.variable(wanted.column)?,
                wanted,
            })
        })
    }

    fn columns(&self) -> &'s Columns {
        &self.coverage.coverage.columns
    }

    /// The value of the dimension of that name, as answers write it; empty when the coverage has none.
    pub(super) fn along(&self, dimension: &str) -> String {
        let found = self.columns().dimension_named(dimension);
        found.map_or(String::new(), |at| self.wanted.along(self.columns(), at))
    }

    /// Members of a JSON object up to the value.
    pub(super) fn members(&self, form: Form) -> String {
        let (id, version) = (quoted(self.coverage.id()), &self.coverage.coverage.version);
        let (variable, unit) = (quoted(&self.variable.name), quoted(&self.variable.unit));
        let version = quoted(version);
        match form {
            Form::Perils => {
                let (scenario, year) = (quoted(&self.along("scenario")), self.along("year"));
                let between = self.between().unwrap_or("null".to_owned());
                format!(
                    "\"peril\":{id},\"peril_version\":{version},\"metric\":{variable},\"scenario\":{scenario},\
                     \"year\":{year},\"between_years\":{between},\"unit\":{unit},\"value\":"
                )
            }
            Form::Collections => {
                let dimensions = self.columns().dimensions().iter();
                let dimensions: Map<_, _> = dimensions
                    .map(|one| (one.name.to_string(), json!(self.along(&one.name))))
                    .collect();
                let between = self.between().unwrap_or("null".to_owned());
                format!(
                    "\"collection\":{id},\"collection_version\":{version},\"variable\":{variable},\
                     \"dimensions\":{},\"between\":{between},\"unit\":{unit},\"value\":",
                    json!(dimensions)
                )
            }
        }
    }

    /// Both values between which the number lies, as a JSON array.
    fn between(&self) -> Option<String> {
        let between = self.wanted.between?;
        let [lower, upper] = [between.lower, between.upper].map(crate::dataset::grid::plain);
        Some(format!("[{lower},{upper}]"))
    }
}

/// The number of a variable's decimals for each number that is wanted.
pub(super) fn decimals(subset: &Subset) -> Vec<u8> {
    let facts = Facts::of_all(subset);
    facts.map(|facts| facts.variable.decimals).collect()
}

/// The reason why there is no number; none when there is one.
pub(super) fn reason(value: Value) -> Option<&'static str> {
    match value {
        Value::Known(_) => None,
        Value::NotApplicable => Some("not_applicable"),
        Value::NotCovered => Some("not_covered"),
    }
}

/// `text` as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The cell of the first value of each coverage, when it has values.
pub(super) fn cells_of<'a>(
    subset: &'a Subset,
    answered: &'a PlaceResult,
) -> impl Iterator<Item = Option<&'a UsedCell>> {
    subset.groups.iter().map(|group| answered.cell(group.start))
}

/// Appends how the values of a place came from cells; of several ways each once.
pub(super) fn push_interpolations(out: &mut Vec<u8>, answered: &PlaceResult) {
    for (at, way) in answered.interpolations().enumerate() {
        if at > 0 {
            out.push(b';');
        }
        out.extend_from_slice(way.name().as_bytes());
    }
}

/// The values that are missing, with their reasons: `name=reason;...`, a metric's name for all of its
/// values at once when they have one reason.
pub(super) fn missing(subset: &Subset, names: &[String], values: &[Value]) -> String {
    let mut text = String::new();
    if values.iter().all(|value| reason(*value).is_none()) {
        return text;
    }
    let mut at = 0;
    while let Some(first) = subset.outputs.get(at) {
        let variable = |wanted: &OutputColumn| {
            let columns = subset.coverage(wanted).map(|one| &one.coverage.columns);
            (
                wanted.coverage,
                columns.map(|columns| columns.variable_of(wanted.column)),
            )
        };
        let of_first = variable(first);
        let is_same = |wanted: &&OutputColumn| variable(wanted) == of_first;
        let length = subset
            .outputs
            .get(at..)
            .map_or(1, |rest| rest.iter().take_while(is_same).count());
        let block = values.get(at..at + length).unwrap_or_default();
        let mut reasons = block.iter().map(|value| reason(*value));
        let common = reasons.next().flatten();
        let mut push = |name: &str, reason: &str| {
            if !text.is_empty() {
                text.push(';');
            }
            text.push_str(name);
            text.push('=');
            text.push_str(reason);
        };
        match common {
            Some(common) if reasons.all(|one| one == Some(common)) => {
                let columns = subset.coverage(first).map(|one| &one.coverage.columns);
                let variable = columns.and_then(|columns| columns.variable(first.column));
                push(variable.map_or("", |variable| &variable.name), common);
            }
            _ => {
                for (name, value) in names.iter().skip(at).zip(block) {
                    if let Some(reason) = reason(*value) {
                        push(name, reason);
                    }
                }
            }
        }
        at += length;
    }
    text
}
