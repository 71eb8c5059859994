//! The fields of a collection as JSON Schema (draft 2020-12).

use serde_json::{Map, Value, json};

use super::{
    View,
    view::{path_of, title},
};
use crate::dataset::{
    Collection,
    metadata::{Field, FieldType},
};

pub(super) fn document(view: &View<'_>, collection: &Collection) -> Value {
    let fields = collection.metadata().fields.iter();
    let properties: Map<_, _> = fields
        .enumerate()
        .map(|(position, field)| (field.name.to_string(), property(position, field)))
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
fn property(position: usize, field: &Field) -> Value {
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
    say("x-ogc-propertySeq", Some(Value::from(position)));
    let unit = field.unit.as_ref();
    say("x-ogc-unit", unit.map(|unit| Value::from(unit.code())));
    let is_ucum = unit.filter(|unit| unit.is_ucum());
    say("x-ogc-unitLang", is_ucum.map(|_| Value::from("UCUM")));
    Value::Object(property)
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
