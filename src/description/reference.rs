//! References to what the document says once, under `components`.

use serde_json::{Value, json};

/// The parameter `name`.
pub(crate) fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

/// The header field `name`.
pub(crate) fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}
