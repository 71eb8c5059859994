//! The fields of a collection as JSON Schema (draft 2020-12).

use serde_json::{Map, Value, json};

use super::{
    View,
    extent::listed,
    view::{path_of, title},
};
use crate::dataset::{
    Collection,
    metadata::{Dimension, DimensionValues, Field, FieldType},
};

pub(super) fn document(view: &View<'_>, collection: &Collection) -> Value {
    let metadata = collection.metadata();
    let dimensions = metadata.dimensions.iter();
    let dimensions = dimensions.map(|one| (&one.name, along(one)));
    let fields = metadata.fields.iter();
    let fields = fields.map(|one| (&one.name, property(one)));
    let properties: Map<_, _> = dimensions
        .chain(fields)
        .enumerate()
        .map(|(position, (name, mut property))| {
            property.insert("x-ogc-propertySeq".to_owned(), position.into());
            (name.to_string(), property.into())
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": view.address(&format!("{}/schema", path_of(collection))),
        "title": title(collection),
        "type": "object",
        "properties": properties,
    })
}

/// One field; its unit as OGC API Features Part 5 names it.
fn property(field: &Field) -> Map<String, Value> {
    let mut property = match field.field_type {
        Some(field_type) => typed(field_type),
        None => Map::new(),
    };
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            property.insert(name.to_owned(), value);
        }
    };
    let text = |text: &Option<Box<str>>| text.as_deref().map(Value::from);
    say("title", text(&field.title));
    say("description", text(&field.definition));
    let unit = field.unit.as_ref();
    say("x-ogc-unit", unit.map(|unit| Value::from(unit.code())));
    let is_ucum = unit.filter(|unit| unit.is_ucum());
    say("x-ogc-unitLang", is_ucum.map(|_| Value::from("UCUM")));
    property
}

/// A dimension, whose values tell rows apart.
fn along(dimension: &Dimension) -> Map<String, Value> {
    let type_name = match &dimension.values {
        DimensionValues::Numbers(_) => "number",
        // A year or a month alone is no date of RFC 3339, and so no format of JSON Schema.
        DimensionValues::Texts(_) | DimensionValues::Times(_) => "string",
    };
    let mut property = Map::from_iter([("type".to_owned(), Value::from(type_name))]);
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            property.insert(name.to_owned(), value);
        }
    };
    say("title", dimension.title.as_deref().map(Value::from));
    say("x-ogc-unit", dimension.unit.as_deref().map(Value::from));
    let values = listed(&dimension.values);
    say("enum", (!values.is_empty()).then(|| values.into()));
    property
}

fn typed(field_type: FieldType) -> Map<String, Value> {
    let (name, format) = match field_type {
        FieldType::Boolean => ("boolean", None),
        FieldType::Date => ("string", Some("date")),
        FieldType::DateTime => ("string", Some("date-time")),
        FieldType::Geometry => ("object", Some("geometry-any")),
        FieldType::Integer => ("integer", None),
        FieldType::Number => ("number", None),
        FieldType::String => ("string", None),
    };
    let mut typed = Map::new();
    typed.insert("type".to_owned(), name.into());
    if let Some(format) = format {
        typed.insert("format".to_owned(), format.into());
    }
    typed
}
