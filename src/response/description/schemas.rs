//! The shapes of what goes in and what comes out.

use serde_json::{Value, json};

use crate::{
    config::PerilLimits,
    dataset::{
        grid::{Column, Metric, Peril, Scenario, Year},
        perils::query::{Interpolation, Options},
    },
    response::location::Format,
};

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
        "Radius": {"type": "number", "minimum": 0, "maximum": limits.max_radius_km},
        "Latitude": {"type": "number", "minimum": -90, "maximum": 90},
        "Longitude": {"type": "number", "minimum": -180, "maximum": 360},
        "Id": {"description": "Whatever was sent as `id`."},
        "Missing": {"type": ["string", "null"], "enum": ["not_covered", "not_applicable", null]},
    });
    for part in [
        query(limits),
        locations(),
        features(),
        catalogue(),
        contract(limits),
    ] {
        if let (Some(all), Value::Object(part)) = (all.as_object_mut(), part) {
            all.extend(part);
        }
    }
    all
}

/// The choices of an option of `/v1/location`.
pub(super) fn option(name: &str) -> Value {
    let choices = match name {
        "interpolation" => {
            [Interpolation::Nearest, Interpolation::Bilinear].map(Interpolation::name)
        }
        "layout" => ["wide", "long"],
        _ => ["none", "linear"],
    };
    json!({"type": "string", "enum": choices, "default": choices.first()})
}

/// A year of the store, or one between two of them.
pub(super) fn any_year() -> Value {
    let years = Year::ALL.map(Year::number);
    json!({"type": "integer", "minimum": years.first(), "maximum": years.last()})
}

/// The content of an answer of `/v1/location` in `format`.
pub(super) fn format(format: Format) -> Value {
    match format {
        Format::Json => json!({"schema": reference("Locations"), "example": example("Locations")}),
        Format::GeoJson => json!({"schema": reference("Features")}),
        Format::Csv => json!({"schema": {"type": "string"}}),
        Format::Arrow | Format::Parquet => {
            json!({"schema": {"type": "string", "format": "binary"}})
        }
    }
}

/// What `POST /v1/location` takes.
pub(super) fn location_body() -> Value {
    let place = json!({"id": "London", "latitude": 51.5, "longitude": -0.25});
    let feature = json!({
        "type": "Feature", "id": "London", "properties": {"sum_insured": 1_000_000},
        "geometry": {"type": "Point", "coordinates": [-0.25, 51.5]},
    });
    json!({"required": true, "content": {
        "application/json": {
            "schema": reference("Query"),
            "example": {"locations": [place], "perils": [Peril::Wind.name()], "years": [Year::Y2030.number()]},
        },
        "application/geo+json": {
            "schema": reference("FeatureQuery"),
            "example": {"type": "FeatureCollection", "features": [feature]},
        },
        "text/csv": {
            "schema": {"type": "string", "description": "A header with `latitude` and `longitude`, or `lat` and `lon`. All other columns come back."},
            "example": "id,latitude,longitude\nLondon,51.5,-0.25\n",
        },
    }})
}

/// What `POST /location` takes.
pub(super) fn contract_body() -> Value {
    json!({"required": true, "content": {"application/json": {
        "schema": reference("ContractQuery"),
        "example": {
            "locations": [{"latitude": 51.5, "longitude": -0.25}],
            "perils": [Peril::Wind.listed_name()], "scenarios": [Scenario::Ssp126.name()],
            "years": [Year::Y2030.number()],
        },
    }}})
}

/// An answer of the schema `name`.
pub(super) fn example(name: &str) -> Option<Value> {
    let metric = Metric::WindSpeed100yr;
    let (peril, scenario, year) = (
        metric.peril(),
        Scenario::Ssp126.name(),
        Year::Y2030.number(),
    );
    Some(match name {
        "Locations" => json!({
            "store": {"version": 1, "imported_at": "2026-11-20T12:00:00Z", "synthetic": true, "source": "perild sample", "licence": "CC0-1.0"},
            "query": {"perils": [peril.name()], "values_per_place": 1, "interpolation": "nearest", "radius_km": null},
            "locations": [{
                "index": 0, "id": "London", "latitude": 51.5, "longitude": -0.25, "properties": {}, "status": "ok", "reason": null,
                "values": [{
                    "peril": peril.name(), "peril_version": peril.version(), "metric": metric.name(), "scenario": scenario,
                    "year": year, "between_years": null, "unit": metric.ucum(), "value": 31.25, "reason": null,
                    "interpolation": "nearest", "cell": {"latitude": 51.5, "longitude": -0.25, "distance_km": 0.0}, "synthetic": true,
                }],
            }],
            "summary": {"places": 1, "ok": 1, "outside": 0, "invalid": 0},
        }),
        "ContractLocations" => json!({
            "records": [{
                "errors": [], "latitude": 51.5, "longitude": -0.25, "metric": metric.name(), "metric_mean": "31.250000",
                "metric_units": metric.units(), "peril": peril.name(), "peril_code": peril.code(),
                "peril_version": peril.version(), "scenario": scenario, "status": 200, "year": year,
            }],
            "settings": {
                "csg_version": "2.1.0", "metrics": [metric.settings_name()], "perils": [peril.listed_name()],
                "scenarios": [scenario], "years": [year],
            },
        }),
        "ContractPeril" => json!({
            "data": {Column::new(metric, Scenario::Ssp126, Year::Y2030).name(): "31.250000"},
            "key": "51.50-0.25", "latitude": 51.5, "longitude": -0.25, "peril": peril.name(),
        }),
        _ => return None,
    })
}

fn query(limits: &PerilLimits) -> Value {
    let mut members = json!({});
    for (name, is_list) in Options::KNOWN {
        members[name] = match name {
            "perils" => list(&reference("Peril")),
            "metrics" => list(&reference("Metric")),
            "scenarios" => list(&reference("Scenario")),
            "years" => list(&any_year()),
            "radius_km" => reference("Radius"),
            _ if is_list => list(&json!({})),
            _ => option(name),
        };
    }
    let with = |name: &str, places: Value| {
        let mut members = members.clone();
        members[name] = json!({
            "type": "array", "items": places, "minItems": 1, "maxItems": limits.max_places,
            "description": format!("At most {}; the body at most {} octets.", limits.max_places, limits.max_body_bytes),
        });
        members
    };
    let mut features = with("features", reference("Feature"));
    features["type"] = json!({"type": "string", "const": "FeatureCollection"});
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
                "geometry": object(json!({
                    "type": {"type": "string", "const": "Point"},
                    "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3, "description": "Longitude, then latitude."},
                }), &["type", "coordinates"]),
                "properties": {"type": ["object", "null"]},
            },
        },
        "Query": closed(with("locations", reference("Place")), &["locations"]),
        "FeatureQuery": object(features, &["type", "features"]),
    })
}

fn locations() -> Value {
    json!({
        "Store": object(json!({
            "version": {}, "imported_at": {"type": "string", "format": "date-time"},
            "synthetic": {"type": "boolean", "description": "Whether the values are made up, fit for tests only."},
            "source": {"type": ["string", "null"]}, "licence": {"type": ["string", "null"]}, "sha256": {"type": "string"},
        }), &["version", "imported_at", "synthetic"]),
        "Understood": object(json!({
            "perils": list(&reference("Peril")), "values_per_place": {"type": "integer"},
            "interpolation": {"type": "string"}, "radius_km": {"type": ["number", "null"]},
        }), &["perils", "values_per_place", "interpolation"]),
        "Cell": {
            "type": ["object", "null"], "required": ["latitude", "longitude", "distance_km"],
            "properties": {"latitude": {"type": "number"}, "longitude": {"type": "number"}, "distance_km": {"type": "number"}},
        },
        "PerilValue": object(json!({
            "peril": reference("Peril"), "peril_version": {"type": "string"}, "metric": reference("Metric"),
            "scenario": reference("Scenario"), "year": any_year(),
            "between_years": {"type": ["array", "null"], "items": reference("Year")},
            "unit": {"type": "string", "description": "UCUM."},
            "value": {"type": ["number", "null"]}, "reason": reference("Missing"),
            "interpolation": {"type": "string"}, "cell": reference("Cell"), "synthetic": {"type": "boolean"},
        }), &["peril", "metric", "scenario", "year", "unit", "value", "reason"]),
        "PlaceStatus": {"type": "string", "enum": ["ok", "outside", "invalid"]},
        "Location": object(json!({
            "index": {"type": "integer"}, "id": reference("Id"),
            "latitude": {"type": ["number", "null"]}, "longitude": {"type": ["number", "null"]},
            "properties": {"type": "object", "description": "What else came with the place."},
            "status": reference("PlaceStatus"),
            "reason": {"type": ["string", "null"], "description": "Why there are no values, as `latitude_out_of_range`."},
            "values": list(&reference("PerilValue")),
        }), &["index", "id", "latitude", "longitude", "status", "reason", "values"]),
        "Summary": object(json!({
            "places": {"type": "integer"}, "ok": {"type": "integer"}, "outside": {"type": "integer"}, "invalid": {"type": "integer"},
        }), &["places", "ok", "outside", "invalid"]),
        "Locations": object(json!({
            "store": reference("Store"), "query": reference("Understood"),
            "locations": list(&reference("Location")), "summary": reference("Summary"),
        }), &["store", "query", "locations", "summary"]),
    })
}

fn features() -> Value {
    json!({
        "AnsweredFeature": object(json!({
            "type": {"type": "string", "const": "Feature"},
            "id": {"type": ["string", "number"]},
            "geometry": {"type": ["object", "null"]},
            "properties": object(json!({"perils": object(json!({
                "status": reference("PlaceStatus"), "reason": {"type": ["string", "null"]},
                "values": list(&reference("PerilValue")),
            }), &["status", "reason", "values"])}), &["perils"]),
        }), &["type", "geometry", "properties"]),
        "Features": object(json!({
            "type": {"type": "string", "const": "FeatureCollection"},
            "store": reference("Store"), "query": reference("Understood"),
            "features": list(&reference("AnsweredFeature")), "summary": reference("Summary"),
        }), &["type", "features"]),
    })
}

fn catalogue() -> Value {
    let metric = object(
        json!({
            "name": reference("Metric"), "definition": {"type": "string"}, "unit": {"type": "string"},
            "statistics": list(&object(json!({
                "scenario": reference("Scenario"), "year": reference("Year"), "known": {"type": "integer"},
                "not_applicable": {"type": "integer"}, "not_covered": {"type": "integer"},
                "minimum": {"type": ["number", "null"]}, "mean": {"type": ["number", "null"]}, "maximum": {"type": ["number", "null"]},
            }), &["scenario", "year"])),
        }),
        &["name", "definition", "unit", "statistics"],
    );
    json!({"Catalogue": object(json!({
        "store": reference("Store"),
        "grid": {"type": "object"},
        "scenarios": list(&object(json!({"name": reference("Scenario"), "definition": {"type": "string"}}), &["name"])),
        "years": list(&reference("Year")),
        "missing": {"type": "object", "additionalProperties": {"type": "string"}},
        "perils": list(&object(json!({
            "name": reference("Peril"), "title": {"type": "string"}, "code": {"type": "string"}, "version": {"type": "string"},
            "provenance": {"type": ["object", "null"]}, "metrics": list(&metric),
        }), &["name", "title", "code", "version", "metrics"])),
    }), &["store", "grid", "scenarios", "years", "perils"])})
}

fn contract(limits: &PerilLimits) -> Value {
    let place = object(
        json!({"latitude": {"type": "number"}, "longitude": {"type": "number"}}),
        &["latitude", "longitude"],
    );
    let record = object(
        json!({
            "errors": {"type": "array"}, "latitude": {"type": "number"}, "longitude": {"type": "number"},
            "metric": reference("Metric"), "metric_mean": {"type": "string", "description": "A number of six decimals; `-9999.000000` where it does not apply, `None` where there is none."},
            "metric_units": {"type": "string"}, "peril": reference("Peril"), "peril_code": {"type": "string"},
            "peril_version": {"type": "string"}, "scenario": reference("Scenario"), "status": {"type": "integer"}, "year": reference("Year"),
        }),
        &[
            "latitude",
            "longitude",
            "metric",
            "metric_mean",
            "peril",
            "scenario",
            "year",
        ],
    );
    let listed = object(
        json!({
            "metric": {"type": "string"}, "metric_units": {"type": "string"},
            "peril": {"type": "string", "enum": Peril::LISTED.map(Peril::listed_name)},
            "peril_code": {"type": "string"}, "peril_version": {"type": "string"},
            "scenario": reference("Scenario"), "year": reference("Year"),
        }),
        &["metric", "peril", "scenario", "year"],
    );
    json!({
        "ContractQuery": object(json!({
            "locations": {"type": "array", "items": place, "maxItems": limits.max_contract_places},
            "perils": list(&json!({"type": "string", "enum": Peril::LISTED.map(Peril::listed_name)})),
            "scenarios": list(&reference("Scenario")), "years": list(&reference("Year")),
        }), &["locations"]),
        "ContractLocations": object(json!({
            "records": list(&record), "settings": {"type": "object"},
        }), &["records", "settings"]),
        "ContractListing": object(json!({"perils": list(&listed), "version": {"type": "string"}}), &["perils", "version"]),
        "ContractPeril": {
            "type": "object",
            "description": "The columns by name, and the place; a place off the grid has only the member `message:`, with its colon.",
            "properties": {
                "data": {"type": "object", "additionalProperties": {"type": "string"}},
                "key": {"type": "string"}, "latitude": {"type": "number"}, "longitude": {"type": "number"},
                "peril": {"type": "string"}, "message:": {"type": "string"},
            },
        },
        "ContractAllPerils": object(json!({
            "data": list(&reference("ContractPeril")), "key": {"type": "string"},
            "latitude": {"type": "number"}, "longitude": {"type": "number"}, "peril": {"type": "string", "const": "all"},
        }), &["data", "key", "latitude", "longitude", "peril"]),
    })
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

fn list(items: &Value) -> Value {
    json!({"type": "array", "items": items})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}
