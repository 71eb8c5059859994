//! Schemas of the perils' catalogue.

use serde_json::{Value, json};

use super::shape::{list, object, reference};

/// The schemas, by name.
pub(super) fn all() -> Value {
    let degrees = json!({"type": "number"});
    let micro = json!({"type": ["number", "null"]});
    let count = json!({"type": "integer", "minimum": 0});
    json!({
        "Catalogue": object(json!({
            "store": reference("Store"),
            "grid": reference("Grid"),
            "scenarios": list(&object(json!({"name": reference("Scenario"), "definition": {"type": "string"}}), &["name", "definition"])),
            "years": list(&reference("Year")),
            "missing": {"type": "object", "additionalProperties": {"type": "string"}, "description": "The reasons for which a value is null, and what they mean."},
            "perils": list(&object(json!({
                "name": reference("Peril"), "title": {"type": "string"}, "code": {"type": "string"}, "version": {"type": "string"},
                "provenance": object(json!({
                    "source": {"type": ["string", "null"]}, "synthetic": {"type": "boolean"}, "rows": count, "cells_with_data": count,
                }), &["source", "synthetic", "rows", "cells_with_data"]),
                "metrics": list(&reference("MetricOfStore")),
                "store": reference("Store"), "grid": reference("Grid"),
            }), &["name", "title", "code", "version", "provenance", "metrics"])),
        }), &["store", "grid", "scenarios", "years", "missing", "perils"]),
        "Grid": object(json!({
            "crs": {"type": "string", "format": "uri"},
            "extent": object(json!({"south": degrees, "north": degrees, "west": degrees, "east": degrees}), &["south", "north", "west", "east"]),
            "cell_size_degrees": object(json!({"latitude": degrees, "longitude": degrees}), &["latitude", "longitude"]),
            "cells": count, "cells_with_data": count,
        }), &["crs", "extent", "cell_size_degrees", "cells", "cells_with_data"]),
        "MetricOfStore": object(json!({
            "name": reference("Metric"), "definition": {"type": "string"}, "unit": {"type": "string", "description": "UCUM."},
            "statistics": list(&object(json!({
                "scenario": reference("Scenario"), "year": reference("Year"),
                "known": count, "not_applicable": count, "not_covered": count,
                "minimum": micro, "mean": micro, "maximum": micro,
            }), &["scenario", "year", "known", "not_applicable", "not_covered", "minimum", "mean", "maximum"])),
        }), &["name", "definition", "unit", "statistics"]),
    })
}
