//! The shapes of what goes in and what comes out.

mod answers;
mod catalogue;
mod contract;
mod examples;
mod input;

use serde_json::{Value, json};

use crate::{
    config::PerilLimits,
    dataset::grid::{Metric, Peril, Scenario, Year},
};

pub(super) use answers::format;
pub(super) use contract::{contract_body, contract_number};
pub(super) use examples::example;
pub(super) use input::{any_year, coordinates, location_body, option};

/// Every schema, by name.
pub(super) fn all(limits: &PerilLimits) -> Value {
    let mut all = json!({
        "Problem": object(json!({
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "interaction_id": {"type": "string"},
            "error": {"type": "string", "description": "RFC 6750 §3.1."},
            "offered": {"type": "string", "description": "The media types that there are."},
        }), &["type", "title", "status"]),
        "Peril": names(Peril::ALL.map(|peril| (peril.name(), peril.title()))),
        "Metric": names(Metric::ALL.map(|metric| (metric.name(), metric.definition()))),
        "Scenario": names(Scenario::ALL.map(|scenario| (scenario.name(), scenario.definition()))),
        "Year": {"type": "integer", "enum": Year::ALL.map(Year::number)},
        "Radius": {
            "type": "number", "minimum": 0, "maximum": limits.max_radius_km,
            "description": format!("Of one request at most {} cells are looked through; a place that would take more says `search_limit`.", limits.max_search_cells),
        },
        "Latitude": degrees((-90, 90)),
        "Longitude": degrees((-180, 360)),
        "Id": {"description": "Whatever was sent as `id`."},
        "Missing": {"type": ["string", "null"], "enum": ["not_covered", "not_applicable", null]},
    });
    for part in [
        input::all(limits),
        answers::all(),
        catalogue::all(),
        contract::all(limits),
    ] {
        if let (Some(all), Value::Object(part)) = (all.as_object_mut(), part) {
            all.extend(part);
        }
    }
    all
}

fn names<const N: usize>(names: [(&str, &str); N]) -> Value {
    let lines = names.map(|(name, meaning)| format!("- `{name}`: {meaning}"));
    json!({"type": "string", "enum": names.map(|(name, _)| name).to_vec(), "description": lines.join("\n")})
}

fn object(properties: Value, required: &[&str]) -> Value {
    let mut object = json!({"type": "object", "required": required});
    object["properties"] = properties;
    object
}

/// An object that has no other members.
fn closed(properties: Value, required: &[&str]) -> Value {
    let mut object = object(properties, required);
    object["additionalProperties"] = false.into();
    object
}

/// Degrees from `range.0` to `range.1`. It is no bound of the schema, for what lies beyond is answered as well: as a
/// place that is none, beside the others.
fn degrees(range: (i32, i32)) -> Value {
    let (first, last) = range;
    json!({"type": "number", "description": format!("From {first} to {last} degrees.")})
}

/// `schema`, or nothing.
fn nullable(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
