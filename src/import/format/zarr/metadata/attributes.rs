//! Attributes as JSON has them.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::super::{
    super::array::{Attribute, Attributes, Element},
    element::Stored,
};

/// The attributes that are texts or numbers; of an array of elements `stored`.
pub(super) fn attributes(found: &Map<String, Value>, stored: Option<Stored>) -> Attributes {
    let known = found.iter().filter_map(|(name, value)| {
        let is_mark = MARKS.contains(&name.as_str());
        let attribute = match stored.filter(|_| is_mark) {
            Some(stored) => mark(value, stored).or_else(|| attribute(value)),
            None => attribute(value),
        };
        Some((name.clone(), attribute?))
    });
    known.collect()
}

/// The number that stands where nothing was written.
pub(super) fn fill(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Number(number) => number.as_f64(),
        Value::Bool(is_set) => Some(f64::from(u8::from(*is_set))),
        Value::String(text) => named(text),
        _ => None,
    }
}

fn attribute(value: &Value) -> Option<Attribute> {
    let is_whole = |value: &Value| value.is_i64() || value.is_u64();
    match value {
        Value::String(text) => Some(Attribute::Text(text.clone())),
        Value::Number(number) => Some(Attribute::Numbers {
            is_whole: is_whole(value),
            numbers: vec![number.as_f64()?],
        }),
        Value::Array(list) if !list.is_empty() => Some(Attribute::Numbers {
            is_whole: list.iter().all(is_whole),
            numbers: list.iter().map(Value::as_f64).collect::<Option<_>>()?,
        }),
        _ => None,
    }
}

/// A mark of missing values, which version 3 writes as the octets of a double in base64.
fn mark(value: &Value, stored: Stored) -> Option<Attribute> {
    let text = value.as_str()?;
    if !matches!(stored.element(), Element::Float(_)) {
        return None;
    }
    let number = named(text).or_else(|| {
        let octets = STANDARD.decode(text).ok()?;
        Some(f64::from_le_bytes(octets.try_into().ok()?))
    })?;
    Some(Attribute::Numbers {
        is_whole: false,
        numbers: vec![number],
    })
}

/// A number that JSON has none for, by its name.
fn named(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

const MARKS: [&str; 2] = ["_FillValue", "missing_value"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_number_however_json_writes_it() {
        let double = Stored::of_version_3("float64");
        for (json, expected) in [
            (r#"{"_FillValue": "AAAAAAAA+H8="}"#, f64::NAN),
            (r#"{"_FillValue": "NaN"}"#, f64::NAN),
            (r#"{"_FillValue": "AAAAAACI48A="}"#, -40_000.0),
            (r#"{"_FillValue": -9999}"#, -9999.0),
        ] {
            let found = attributes(&serde_json::from_str(json).unwrap(), double);
            let Some(Attribute::Numbers { numbers, .. }) = found.get("_FillValue") else {
                panic!("{json}");
            };
            assert_eq!(numbers[0].is_nan(), expected.is_nan(), "{json}");
            assert!(
                expected.is_nan() || (numbers[0] - expected).abs() < 1e-9,
                "{json}: {numbers:?}"
            );
        }
        let text = serde_json::from_str(r#"{"_FillValue": "none"}"#).unwrap();
        let found = attributes(&text, double);
        assert_eq!(
            found.get("_FillValue"),
            Some(&Attribute::Text("none".to_owned()))
        );
    }
}
