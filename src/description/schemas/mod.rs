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
    dataset::grid::{DimensionValues, Profile, ProfileCoverage},
    description::discovery::terms,
};

use shape::{degrees, object};

pub(super) use answers::format;
pub(super) use examples::example;
pub(super) use input::{any_year, coordinates, location_body, option};

/// Every schema, by name.
pub(super) fn all(limits: &PerilLimits) -> Value {
    let perils = &Profile::perils().coverages;
    let variables = |peril: &'static ProfileCoverage| peril.columns.variables();
    let metrics = perils.iter().flat_map(variables);
    let mut all = json!({
        "Problem": object(json!({
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "interaction_id": {"type": "string"},
            "error": {"type": "string", "description": "RFC 6750 §3.1."},
            "error_description": {"type": "string", "description": "RFC 6750 §3: what the challenge says."},
            "offered": {"type": "string", "description": "The media types that there are."},
        }), &["type", "title", "status"]),
        "Peril": names(perils.iter().map(|peril| (&*peril.id, &*peril.title))),
        "Metric": names(metrics.map(|metric| (&*metric.name, &*metric.definition))),
        "Scenario": names(scenarios()),
        "Year": {"type": "integer", "enum": input::years()},
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

/// The scenarios of the perils, each with its meaning.
fn scenarios() -> impl Iterator<Item = (&'static str, &'static str)> {
    let peril = Profile::perils().coverages.first();
    let dimensions = peril.map(|peril| peril.columns.dimensions());
    let mut dimensions = dimensions.unwrap_or_default().iter();
    let scenario = dimensions.find(|one| &*one.name == "scenario");
    let names = match scenario.map(|one| &one.values) {
        Some(DimensionValues::Text(names)) => names.as_slice(),
        _ => &[],
    };
    names.iter().map(|one| (&*one.name, &*one.definition))
}

fn names<'n>(names: impl Iterator<Item = (&'n str, &'n str)>) -> Value {
    let (names, lines): (Vec<_>, Vec<_>) = names
        .map(|(name, meaning)| (name, format!("- `{name}`: {meaning}")))
        .unzip();
    json!({"type": "string", "enum": names, "description": lines.join("\n")})
}
