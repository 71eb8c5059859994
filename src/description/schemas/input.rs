//! Schemas of requests for values.

use serde_json::{Value, json};

use super::shape::{closed, degrees, list, nullable, object, reference};
use crate::{
    config::PerilLimits,
    dataset::{
        grid::{DimensionValues, MICRO, Profile},
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
                "id": reference("Id"),
                "geometry": reference("Point"),
                "properties": nullable(&json!({"type": "object"})),
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
        "items": place,
        "description": format!(
            "At most {}; the body at most {} octets; places times values at most {}; the answer at most about {} octets. \
             One that is no place is answered with the status `invalid` and a reason, beside the others.",
            limits.max_places, limits.max_body_bytes, limits.max_cells, limits.max_answer_bytes
        ),
    });
    members
}

/// An option as a member of a body. `null`, and one name in place of a list, are taken as well, which is for hands and
/// not for generators: each has one type.
fn member(name: &str) -> Value {
    match name {
        "perils" => list(&reference("Peril")),
        "metrics" => list(&reference("Metric")),
        "collections" | "subset" | "variables" => list(&json!({"type": "string"})),
        "scenarios" => list(&reference("Scenario")),
        "years" => list(&any_year()),
        "radius_km" => reference("Radius"),
        _ => option(name),
    }
}

/// The choices of an option of `/v1/location`: the first of them without it. It is no `default`, for generators would
/// send one with every request, also where the body says otherwise.
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
    let first = choices
        .first()
        .map(|first| format!("`{first}` without it."));
    json!({"type": "string", "enum": choices, "description": first})
}

/// A year of the store, or one between two of them.
pub(in super::super) fn any_year() -> Value {
    let years = years();
    json!({"type": "integer", "minimum": years.first(), "maximum": years.last()})
}

/// The years of the perils.
pub(super) fn years() -> Vec<i64> {
    let peril = Profile::perils().coverages.first();
    let columns = peril.map(|peril| &peril.columns);
    let year =
        columns.and_then(|columns| columns.dimensions().get(columns.dimension_named("year")?));
    match year.map(|year| &year.values) {
        Some(DimensionValues::Number(years)) => years.iter().map(|year| year / MICRO).collect(),
        _ => Vec::new(),
    }
}

/// A coordinate in a query, from `range.0` to `range.1`.
pub(in super::super) fn coordinates(range: (i32, i32)) -> Value {
    json!({"type": "array", "minItems": 1, "items": degrees(range)})
}

/// Body of `POST /v1/location`.
pub(in super::super) fn location_body(limits: &PerilLimits) -> Value {
    let place = json!({"id": "London", "latitude": 51.5, "longitude": -0.25});
    let feature = json!({
        "type": "Feature", "id": "London", "properties": {"sum_insured": 1_000_000},
        "geometry": {"type": "Point", "coordinates": [-0.25, 51.5]},
    });
    let (perils, years) = (["wind"], [2030]);
    json!({"required": true, "content": {
        "application/json": {
            "schema": reference("Query"),
            "example": {"locations": [place], "perils": perils, "years": years},
        },
        "application/geo+json": {
            "schema": reference("FeatureQuery"),
            "example": {"type": "FeatureCollection", "features": [feature], "perils": perils, "years": years},
        },
        "text/csv": {
            "schema": {"type": "string", "description": format!(
                "{CSV} At most {} columns, whose names have at most {} octets together; places times columns and values at most {}.",
                limits.max_columns, limits.max_header_bytes, limits.max_cells
            )},
            "example": "id,latitude,longitude\nLondon,51.5,-0.25\n",
        },
    }})
}

const CSV: &str = "A header with `latitude` and `longitude`, or `lat` and `lon`; between fields a comma, a semicolon or a tab, \
    as the header shows. All other columns come back. UTF-8, or the `charset` of `Content-Type`.";
