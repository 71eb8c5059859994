//! Parameters of requests and header fields of answers that operations share.

use serde_json::{Value, json};

use super::{Version, discovery::terms, problems, schemas};
use crate::{
    climatescore::description as climatescore,
    response::{location::Format, media::Formats},
};

/// Every parameter that more than one operation may take, by name.
pub(super) fn all() -> Value {
    let list = |name: &str, description: &str, items: Value, example: Value| {
        json!({
            "name": name, "in": "query", "description": description, "style": "form", "explode": false,
            "schema": {"type": "array", "items": items}, "example": example,
        })
    };
    // No example: none of them goes with `perils`, which has one.
    let alone = |name: &str, description: &str| {
        json!({
            "name": name, "in": "query", "description": description, "style": "form", "explode": false,
            "schema": {"type": "array", "items": {"type": "string"}},
        })
    };
    let one = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let field = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "header", "description": description, "schema": schema});
    let coordinates = |name: &str, description: &str, range: (i32, i32), example: Value| {
        json!({
            "name": name, "in": "query", "required": true, "description": description,
            "style": "form", "explode": false, "example": example, "schema": schemas::coordinates(range),
        })
    };
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let mut all = json!({
        "x-fapi-interaction-id": {
            "name": "x-fapi-interaction-id", "in": "header", "schema": {"type": "string"},
            "description": "A UUID of yours, or another name of 1 to 128 visible characters; the answer carries it. Without one it carries a new UUID (FAPI 1.0 Part 1 §6.2.1).",
            "example": problems::ID,
        },
        "If-None-Match": field("If-None-Match", "The ETag of the answer that you have: 304 while it holds.", json!({"type": "string"})),
        "If-Range": field("If-Range", "The ETag of which Range is a part; of another version the whole is sent.", json!({"type": "string"})),
        "Range": field("Range", "The octets that are wanted, RFC 9110 §14.", json!({"type": "string"})),
        "version": one("version", "The version of OpenAPI; 3.1 without it.", json!({"type": "string", "enum": Version::ALL.map(Version::name)})),
        "lat": coordinates("lat", "Degrees north; also `latitude`.", (-90, 90), json!([51.5])),
        "lon": coordinates("lon", "Degrees east, as many as `lat`; also `longitude`.", (-180, 360), json!([-0.25])),
        "id": list("id", "An id for each place, or none at all.", json!({"type": "string"}), json!(["London"])),
        "f": one("f", "The format of the answer; without it, Accept decides.", json!({"type": "string", "enum": Format::known()})),
        "perils": list("perils", "All without it. Case does not matter.", reference("Peril"), json!(["wind"])),
        "metrics": list("metrics", "All of the perils without it. Case does not matter.", reference("Metric"), json!(["windspeed100yr"])),
        "scenarios": list("scenarios", "All without it. Case does not matter.", reference("Scenario"), json!(["ssp126"])),
        "years": list("years", "Those of the store without it. Years between them need `year_interpolation=linear`.", schemas::any_year(), json!([2030])),
        "interpolation": one("interpolation", "How a value comes from the cells around.", schemas::option("interpolation")),
        "collections": alone("collections", "Coverages by their ids, in place of `perils`; the answer then speaks of `collection`, `variable` and `dimensions`."),
        "variables": alone("variables", "Of the `collections`; all without it. Case does not matter."),
        "subset": alone("subset", "Values along dimensions of the `collections`, as `month(1)` or `height(2:10)`; all without it."),
        "dimension_interpolation": one("dimension_interpolation", "Whether numbers between those of a dimension are made of the two beside.", schemas::option("dimension_interpolation")),
        "year_interpolation": one("year_interpolation", "Whether years between those of the store are made of the two beside.", schemas::option("year_interpolation")),
        "radius_km": one("radius_km", "Take the nearest valid cell within so many kilometres, as at coasts.", reference("Radius")),
        "layout": one("layout", "How a CSV has the values: a line a place (`wide`, also without it), or a line a value (`long`). With `wide`, GeoJSON has them as properties beside those that were sent, named as the columns of a wide CSV.", schemas::option("layout")),
        "provenance": one("provenance", "Where a CSV says licence, source and version of the store: in `columns` behind all others, or in lines before the header that begin with `#` (`comments`).", schemas::option("provenance")),
    });
    if let (Some(all), Value::Object(old)) = (all.as_object_mut(), climatescore::parameters()) {
        all.extend(old);
        all.extend(terms::parameters());
    }
    all
}
