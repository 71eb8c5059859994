//! What a request for values may say.

use serde_json::{Value, json};

use super::{closed, list, object, reference};
use crate::{
    config::PerilLimits,
    dataset::{
        grid::{Peril, Year},
        perils::query::{Interpolation, Layout, Options, Provenance},
    },
};

/// The schemas, by name.
pub(super) fn all(limits: &PerilLimits) -> Value {
    let mut features = with_options("features", &reference("Feature"), limits);
    features["type"] = json!({
        "description": "`FeatureCollection`. It and members that are none of ours are passed over (RFC 7946 §6.1).",
        "examples": ["FeatureCollection"],
    });
    json!({
        "Place": {
            "type": "object", "required": ["latitude", "longitude"],
            "properties": {"id": reference("Id"), "latitude": reference("Latitude"), "longitude": reference("Longitude")},
            "additionalProperties": true,
            "description": "Also `lat` and `lon`. Other members come back in `properties`.",
        },
        "Feature": {
            "type": "object", "required": ["type", "geometry"], "additionalProperties": true,
            "properties": {
                "type": {"type": "string", "const": "Feature"},
                "id": {"type": ["string", "number"]},
                "geometry": reference("Point"),
                "properties": {"type": ["object", "null"]},
            },
        },
        "Point": object(json!({
            "type": {"type": "string", "const": "Point"},
            "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "description": "Longitude, then latitude."},
        }), &["type", "coordinates"]),
        "Query": closed(with_options("locations", &reference("Place"), limits), &["locations"]),
        "FeatureQuery": object(features, &["features"]),
    })
}

/// Every option, and the places under `name`.
fn with_options(name: &str, place: &Value, limits: &PerilLimits) -> Value {
    let mut members = json!({});
    for (option, _) in Options::KNOWN {
        members[option] = member(option);
    }
    members[name] = json!({
        "type": "array", "minItems": 1, "maxItems": limits.max_places,
        "items": judged_alone(place),
        "description": format!(
            "At most {}; the body at most {} octets; places times values at most {}; the answer at most about {} octets.",
            limits.max_places, limits.max_body_bytes, limits.max_cells, limits.max_answer_bytes
        ),
    });
    members
}

/// A place by its schema, or anything: what is no place costs the others nothing.
fn judged_alone(place: &Value) -> Value {
    json!({"anyOf": [place, {"description": "Answered with the status `invalid` and a reason."}]})
}

/// An option as a member of a body.
fn member(name: &str) -> Value {
    let one_or_several = |one: Value| json!({"anyOf": [list(&one), one, {"type": "null"}]});
    match name {
        "perils" => one_or_several(reference("Peril")),
        "metrics" => one_or_several(reference("Metric")),
        "scenarios" => one_or_several(reference("Scenario")),
        "years" => one_or_several(
            json!({"anyOf": [any_year(), {"type": "string", "pattern": "^[0-9]{4}$"}]}),
        ),
        "radius_km" => {
            json!({"anyOf": [reference("Radius"), {"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]})
        }
        _ => json!({"anyOf": [option(name), {"type": "null"}]}),
    }
}

/// The choices of an option of `/v1/location`.
pub(in super::super) fn option(name: &str) -> Value {
    let choices: &[&str] = match name {
        "interpolation" => {
            &[Interpolation::Nearest, Interpolation::Bilinear].map(Interpolation::name)
        }
        // What there is without it depends on the format.
        "layout" => {
            return json!({"type": "string", "enum": [Layout::Wide.name(), Layout::Long.name()]});
        }
        "provenance" => &Provenance::ALL.map(Provenance::name),
        _ => &["none", "linear"],
    };
    json!({"type": "string", "enum": choices, "default": choices.first()})
}

/// A year of the store, or one between two of them.
pub(in super::super) fn any_year() -> Value {
    let years = Year::ALL.map(Year::number);
    json!({"type": "integer", "minimum": years.first(), "maximum": years.last()})
}

/// A coordinate in a query, from `range.0` to `range.1`.
pub(in super::super) fn coordinates(range: (i32, i32)) -> Value {
    let degrees = json!({"type": "number", "minimum": range.0, "maximum": range.1});
    json!({"type": "array", "minItems": 1, "items": judged_alone(&degrees)})
}

/// What `POST /v1/location` takes.
pub(in super::super) fn location_body(limits: &PerilLimits) -> Value {
    let place = json!({"id": "London", "latitude": 51.5, "longitude": -0.25});
    let feature = json!({
        "type": "Feature", "id": "London", "properties": {"sum_insured": 1_000_000},
        "geometry": {"type": "Point", "coordinates": [-0.25, 51.5]},
    });
    let (perils, years) = ([Peril::Wind.name()], [Year::Y2030.number()]);
    let places = json!({"anyOf": [reference("Query"), reference("FeatureQuery")]});
    json!({"required": true, "content": {
        "application/json": {
            "schema": places,
            "example": {"locations": [place], "perils": perils, "years": years},
        },
        "application/geo+json": {
            "schema": places,
            "example": {"type": "FeatureCollection", "features": [feature], "perils": perils, "years": years},
        },
        "text/csv": {
            "schema": {"type": "string", "description": format!(
                "A header with `latitude` and `longitude`, or `lat` and `lon`. All other columns come back. At most {} columns, whose names have at most {} octets together; places times columns and values at most {}.",
                limits.max_columns, limits.max_header_bytes, limits.max_cells
            )},
            "example": "id,latitude,longitude\nLondon,51.5,-0.25\n",
        },
    }})
}
