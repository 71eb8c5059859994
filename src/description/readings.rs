//! Readings of a meter in the shape of the Perseus scheme.

use serde_json::{Value, json};

use crate::dataset::tables::PERSEUS;

/// The parameter that asks for them.
pub(super) fn profile() -> (&'static str, Value) {
    let description = "`perseus` asks for the half hours of one series as the Perseus scheme has them: JSON with `data`, of \
                       at most 396 days. Of series alone, and where no column is called so.";
    (description, json!({"type": "string", "enum": [PERSEUS]}))
}

/// The schema of a document with readings.
pub(super) fn readings() -> Value {
    let energy = json!({
        "type": "object",
        "required": ["value", "unitCode"],
        "properties": {
            "value": {"type": "number"},
            "unitCode": {
                "type": "string", "enum": ["KWH", "MTQ", "WHR"],
                "description": "Kilowatt hours, cubic metres of gas, or watt hours (UN/CEFACT Recommendation 20).",
            },
        },
    });
    let time = json!({"type": "string", "format": "date-time"});
    let reading = json!({
        "type": "object",
        "required": ["type", "from", "to", "energy", "cumulative"],
        "properties": {
            "type": {"type": "string"}, "from": time, "to": time, "takenAt": time, "energy": energy,
            "cumulative": energy,
        },
    });
    let location =
        json!({"type": "object", "properties": {"ukPostcodeOutcode": {"type": "string"}}});
    json!({
        "type": "object",
        "description": "Readings of one meter, where `profile=perseus` asks for them.",
        "required": ["data", "location"],
        "properties": {"data": {"type": "array", "items": reading}, "location": location},
    })
}
