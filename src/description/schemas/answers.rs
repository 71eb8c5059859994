//! Values as answers have them.

use serde_json::{Map, Value, json};

use super::{
    any_year, example,
    shape::{list, nullable, object, reference},
};
use crate::{dataset::perils::query::Interpolation, response::location::Format};

/// The schemas, by name.
pub(super) fn all() -> Value {
    let mut all = Map::new();
    for part in [locations(), features()] {
        if let Value::Object(part) = part {
            all.extend(part);
        }
    }
    all.into()
}

/// The content of an answer of `/v1/location` in `format`.
pub(in super::super) fn format(format: Format) -> Value {
    match format {
        Format::Json => json!({"schema": reference("Locations"), "example": example("Locations")}),
        Format::GeoJson => json!({"schema": reference("Features"), "example": example("Features")}),
        Format::Csv => json!({"schema": {"type": "string"}}),
        // Octets have no schema (OpenAPI 3.1 §4.8.14.3).
        Format::Arrow | Format::Parquet => json!({}),
    }
}

fn locations() -> Value {
    let interpolation = json!({
        "type": "string",
        "enum": [Interpolation::Nearest.name(), Interpolation::Bilinear.name()],
    });
    json!({
        "Store": object(json!({
            "version": {"type": "integer"}, "imported_at": {"type": "string", "format": "date-time"},
            "synthetic": {"type": "boolean", "description": "Whether the values are made up, fit for tests only."},
            "source": {"type": ["string", "null"]}, "licence": {"type": ["string", "null"]}, "sha256": {"type": "string"},
            "collections": {"type": "object", "description": "The same of each collection, where they are not from one store."},
        }), &["version", "imported_at", "synthetic"]),
        "Understood": object(json!({
            "perils": list(&reference("Peril")),
            "collections": {"type": "array", "items": {"type": "string"}, "description": "In place of `perils`, when they were asked for."},
            "values_per_place": {"type": "integer", "minimum": 1},
            "interpolation": interpolation, "radius_km": {"type": ["number", "null"]},
        }), &["values_per_place", "interpolation", "radius_km"]),
        "Cell": {
            "type": "object", "required": ["latitude", "longitude", "distance_km"],
            "properties": {
                "latitude": {"type": "number", "minimum": -90, "maximum": 90},
                "longitude": {"type": "number", "minimum": -180, "maximum": 180},
                "distance_km": {"type": "number", "minimum": 0},
            },
        },
        "PerilValue": value(&interpolation),
        "PlaceStatus": {"type": "string", "enum": ["ok", "outside", "invalid"]},
        "Location": object(json!({
            "index": {"type": "integer", "minimum": 0}, "id": reference("Id"),
            "latitude": {"type": ["number", "null"]}, "longitude": {"type": ["number", "null"]},
            "properties": {"type": "object", "description": "What else came with the place."},
            "status": reference("PlaceStatus"),
            "reason": {"type": ["string", "null"], "description": "Why there are no values, as `latitude_out_of_range`; or `search_limit`, when not all cells within the radius were looked through for those that are missing."},
            "values": list(&reference("PerilValue")),
        }), &["index", "id", "latitude", "longitude", "properties", "status", "reason", "values"]),
        "Summary": object(json!({
            "places": {"type": "integer"}, "ok": {"type": "integer"}, "outside": {"type": "integer"}, "invalid": {"type": "integer"},
        }), &["places", "ok", "outside", "invalid"]),
        "Locations": object(json!({
            "store": reference("Store"), "query": reference("Understood"),
            "locations": list(&reference("Location")), "summary": reference("Summary"),
        }), &["store", "query", "locations", "summary"]),
    })
}

/// A value of a place: one schema for both ways of asking, for generators make little of a choice between two.
fn value(interpolation: &Value) -> Value {
    let mut value = object(
        json!({
            "peril": reference("Peril"), "peril_version": {"type": "string"}, "metric": reference("Metric"),
            "scenario": reference("Scenario"), "year": any_year(),
            "between_years": nullable(&json!({"type": "array", "items": reference("Year"), "minItems": 2, "maxItems": 2})),
            "collection": {"type": "string"}, "collection_version": {"type": "string"}, "variable": {"type": "string"},
            "dimensions": {"type": "object", "additionalProperties": {"type": "string"}},
            "between": nullable(&json!({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2})),
            "unit": {"type": "string", "description": "UCUM."},
            "value": {"type": ["number", "null"]}, "reason": reference("Missing"),
            "interpolation": interpolation, "cell": nullable(&reference("Cell")), "synthetic": {"type": "boolean"},
        }),
        &[
            "unit",
            "value",
            "reason",
            "interpolation",
            "cell",
            "synthetic",
        ],
    );
    value["description"] = json!(
        "`peril`, `peril_version`, `metric`, `scenario`, `year` and `between_years`; of `collections` that were asked for \
         `collection`, `collection_version`, `variable`, `dimensions` and `between` in their stead."
    );
    value
}

fn features() -> Value {
    json!({
        "AnsweredFeature": object(json!({
            "type": {"type": "string", "const": "Feature"},
            "id": reference("Id"),
            "geometry": nullable(&reference("Point")),
            "properties": {
                "type": "object",
                "description": "What was sent, and `perils`; with `layout=wide` the columns of a wide CSV in its stead.",
                "properties": {"perils": object(json!({
                    "status": reference("PlaceStatus"), "reason": {"type": ["string", "null"]},
                    "values": list(&reference("PerilValue")),
                }), &["status", "reason", "values"])},
            },
        }), &["type", "geometry", "properties"]),
        "Features": object(json!({
            "type": {"type": "string", "const": "FeatureCollection"},
            "store": reference("Store"), "query": reference("Understood"),
            "features": list(&reference("AnsweredFeature")), "summary": reference("Summary"),
        }), &["type", "store", "query", "features", "summary"]),
    })
}
