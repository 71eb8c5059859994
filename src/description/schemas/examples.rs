//! One answer of each kind.

use serde_json::{Value, json};

use crate::climatescore::description as climatescore;

/// An answer of the schema `name`; none when there is no short one.
pub(in super::super) fn example(name: &str) -> Option<Value> {
    let summary = json!({"places": 1, "ok": 1, "outside": 0, "invalid": 0});
    Some(match name {
        "Locations" => json!({
            "store": store(), "query": understood(),
            "locations": [{
                "index": 0, "id": "London", "latitude": 51.5, "longitude": -0.25, "properties": {},
                "status": "ok", "reason": null, "values": [value()],
            }],
            "summary": summary,
        }),
        "Features" => json!({
            "type": "FeatureCollection", "store": store(), "query": understood(),
            "features": [{
                "type": "Feature", "id": "London",
                "geometry": {"type": "Point", "coordinates": [-0.25, 51.5]},
                "properties": {"sum_insured": 1_000_000, "perils": {"status": "ok", "reason": null, "values": [value()]}},
            }],
            "summary": summary,
        }),
        _ => return climatescore::example(name),
    })
}

fn store() -> Value {
    json!({
        "version": 1_795_176_000, "imported_at": "2026-11-20T12:00:00Z", "synthetic": true,
        "source": "perild sample", "licence": "CC0-1.0",
    })
}

fn understood() -> Value {
    json!({
        "perils": ["wind"], "values_per_place": 1, "interpolation": "nearest", "radius_km": null,
    })
}

fn value() -> Value {
    json!({
        "peril": "wind", "peril_version": "8.2.3", "metric": "windspeed100yr",
        "scenario": "ssp126", "year": 2030, "between_years": null, "unit": "m/s",
        "value": 31.25, "reason": null, "interpolation": "nearest",
        "cell": {"latitude": 51.5, "longitude": -0.25, "distance_km": 0.0}, "synthetic": true,
    })
}
