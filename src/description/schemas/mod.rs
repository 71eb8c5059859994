//! The shapes of what goes in and what comes out.

mod answers;
mod catalogue;
mod examples;
mod input;
pub(crate) mod shape;

use serde_json::{Value, json};

use crate::{
    climatescore::description as climatescore,
    config::PerilLimits,
    dataset::grid::{Metric, Peril, Scenario, Year},
    description::discovery::terms,
};

use shape::{degrees, object};

pub(super) use answers::format;
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
        terms::schemas(),
        climatescore::schemas(limits),
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
