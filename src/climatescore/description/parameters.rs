//! Parameters of its requests.

use serde_json::{Value, json};

use super::schemas;

/// Every parameter, by name.
pub(crate) fn parameters() -> Value {
    let needed = |name: &str, description: &str, schema: Value, example: Value| json!({"name": name, "in": "query", "required": true, "description": description, "schema": schema, "example": example});
    let one = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    json!({
        "contractLat": needed("lat", "Degrees north, rounded to the quarter degree.", schemas::number(), json!(51.5)),
        "contractLon": needed("lon", "Degrees east, rounded to the quarter degree.", schemas::number(), json!(-0.25)),
        "contractYear": one("year", "Only columns whose names contain it.", json!({"type": "string"})),
        "contractScenario": one("scenario", "Only columns whose names contain it.", json!({"type": "string"})),
    })
}
