//! `[[dimension]]` of a description.

use std::collections::BTreeSet;

use toml::de::DeValue;

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::dataset::metadata::{Dimension, DimensionValues, Moment};

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
        match problem(&values) {
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

/// The first thing that is wrong with `values`.
fn problem(values: &DimensionValues) -> Option<Problem> {
    if values.is_empty() {
        return Some(Problem::DimensionEmpty);
    }
    match values {
        DimensionValues::Numbers(numbers) => {
            let ascend = numbers.is_sorted_by(|before, after| before < after);
            (!ascend).then_some(Problem::DimensionOrder)
        }
        DimensionValues::Texts(texts) => {
            let mut seen = BTreeSet::new();
            let twice = texts.iter().find(|text| !seen.insert(text.to_lowercase()));
            twice.map(|name| Problem::Repeated { name: name.clone() })
        }
        DimensionValues::Times(texts) => {
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
