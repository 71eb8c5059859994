//! Statistics as JSON: what was asked for, and an object for each column.

use serde_json::{Map, Number as JsonNumber, Value, json};

use super::{Line, Number, lines};
use crate::dataset::{edr::AreaStatistics, grid::DimensionValues};

/// The whole document.
pub(super) fn document(statistics: &AreaStatistics) -> Vec<u8> {
    let selection = statistics.selection();
    let head = json!({
        "collection": selection.coverage().description().collection.as_str(),
        "cells": selection.cells().count(),
        "area_km2": statistics.area_km2(),
        "off_grid_km2": statistics.off_grid_km2(),
    });
    let mut out = head.to_string();
    out.pop();
    out.push_str(",\"statistics\":[");
    for (at, line) in lines(statistics).enumerate() {
        if at > 0 {
            out.push(',');
        }
        push(&line, &mut out);
    }
    out.push_str("]}");
    out.into_bytes()
}

fn push(line: &Line<'_>, out: &mut String) {
    let along = line.along().filter_map(|(dimension, position)| {
        let text = dimension.values.text(position)?.into_owned();
        let value = match dimension.values {
            DimensionValues::Number(_) => number(&text),
            DimensionValues::Text(_) | DimensionValues::Time(_) => text.into(),
        };
        Some((dimension.name.to_string(), value))
    });
    let along: Map<_, _> = along.collect();
    let mut object = Map::from_iter([
        ("parameter".to_owned(), json!(line.variable.name)),
        ("unit".to_owned(), json!(line.variable.unit)),
        ("dimensions".to_owned(), along.into()),
    ]);
    let (of_limits, others): (Vec<_>, Vec<_>) = line.numbers().partition(|one| one.limit.is_some());
    for one in others {
        object.insert(one.name.to_owned(), value(&one));
    }
    for one in of_limits {
        let share = json!({"limit": number(one.limit.unwrap_or_default()), "share": value(&one)});
        let shares = object.entry(one.name).or_insert_with(|| json!([]));
        if let Some(shares) = shares.as_array_mut() {
            shares.push(share);
        }
    }
    out.push_str(&Value::from(object).to_string());
}

fn value(number: &Number<'_>) -> Value {
    number.value.as_deref().map_or(Value::Null, self::number)
}

/// A decimal number, whole where it is written so.
fn number(text: &str) -> Value {
    if let Ok(whole) = text.parse::<i64>() {
        return whole.into();
    }
    let double = text.parse().ok().and_then(JsonNumber::from_f64);
    double.map_or(Value::Null, Value::Number)
}
