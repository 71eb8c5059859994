//! Shapes that schemas are put together from.

use serde_json::{Value, json};

/// An object with these members at least.
pub(crate) fn object(properties: Value, required: &[&str]) -> Value {
    let mut object = json!({"type": "object", "required": required});
    object["properties"] = properties;
    object
}

/// An object that has no other members.
pub(crate) fn closed(properties: Value, required: &[&str]) -> Value {
    let mut object = object(properties, required);
    object["additionalProperties"] = false.into();
    object
}

/// Degrees from `range.0` to `range.1`. It is no bound of the schema, for what lies beyond is answered as well: as a
/// place that is none, beside the others.
pub(crate) fn degrees(range: (i32, i32)) -> Value {
    let (first, last) = range;
    json!({"type": "number", "description": format!("From {first} to {last} degrees.")})
}

/// `schema`, or nothing.
pub(crate) fn nullable(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

pub(crate) fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

pub(crate) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
