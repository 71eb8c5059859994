//! The texts that every format needs of a value.

use crate::dataset::{
    grid::{Peril, Value},
    perils::query::{Answered, Subset, UsedCell, Wanted},
};

/// Why there is no number; none when there is one.
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

/// The cell of the first value of `peril`, when it has values.
pub(super) fn cell_of<'a>(
    subset: &Subset,
    answered: &'a Answered,
    peril: Peril,
) -> Option<&'a UsedCell> {
    let belongs = |wanted: &Wanted| wanted.metric.peril() == peril;
    let at = subset.wanted.iter().position(belongs)?;
    answered.cell(at)
}

/// Appends how the values of a place came from cells; of several ways each once.
pub(super) fn push_interpolations(out: &mut Vec<u8>, answered: &Answered) {
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
    while let Some(first) = subset.wanted.get(at) {
        let is_same = |wanted: &&Wanted| wanted.metric == first.metric;
        let length = subset
            .wanted
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
                push(first.metric.name(), common);
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
