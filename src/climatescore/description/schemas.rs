//! The contract of the service before this one, with what it put up with.

use serde_json::{Value, json};

use crate::{
    climatescore::{Peril, Scenario, Year},
    config::PerilLimits,
    description::schemas::shape::{list, object, reference},
};

/// The schemas, by name.
pub(crate) fn all(limits: &PerilLimits) -> Value {
    let record = object(
        json!({
            "errors": {"type": "array", "items": {"type": "string"}, "maxItems": 0}, "latitude": {"type": "number"}, "longitude": {"type": "number"},
            "metric": reference("Metric"), "metric_mean": {"type": "string", "description": "A number of six decimals; `-9999.000000` where it does not apply, `None` where there is none."},
            "metric_units": units(), "peril": reference("Peril"), "peril_code": {"type": "string"},
            "peril_version": {"type": "string"}, "scenario": reference("Scenario"), "status": {"type": "integer"}, "year": reference("Year"),
        }),
        &[
            "errors",
            "latitude",
            "longitude",
            "metric",
            "metric_mean",
            "metric_units",
            "peril",
            "peril_code",
            "peril_version",
            "scenario",
            "status",
            "year",
        ],
    );
    let listed = object(
        json!({
            "metric": {"type": "string"}, "metric_units": units(), "peril": listed_peril(),
            "peril_code": {"type": "string"}, "peril_version": {"type": "string"},
            "scenario": reference("Scenario"), "year": reference("Year"),
        }),
        &[
            "metric",
            "metric_units",
            "peril",
            "peril_code",
            "peril_version",
            "scenario",
            "year",
        ],
    );
    json!({
        "ContractQuery": query(limits),
        "ContractLocations": object(json!({
            "records": list(&record), "settings": {"type": "object"},
        }), &["records", "settings"]),
        "ContractListing": object(json!({"perils": list(&listed), "version": {"type": "string"}}), &["perils", "version"]),
        "ContractColumns": {
            "type": "object", "additionalProperties": {"type": "string"},
            "description": "Values by the names of columns, as texts; `None` where there is none, `-9999.000000` where it does not apply.",
        },
        "ContractPlace": object(json!({
            "data": reference("ContractColumns"), "key": {"type": "string"},
            "latitude": {"type": "number"}, "longitude": {"type": "number"}, "peril": {"type": "string"},
        }), &["data", "key", "latitude", "longitude", "peril"]),
        "ContractOffGrid": object(json!({
            "message:": {"type": "string", "description": "With its colon."},
        }), &["message:"]),
        "ContractPeril": {"anyOf": [reference("ContractPlace"), reference("ContractOffGrid")]},
        "ContractAllPerils": {"anyOf": [object(json!({
            "data": list(&reference("ContractPeril")), "key": {"type": "string"},
            "latitude": {"type": "number"}, "longitude": {"type": "number"}, "peril": {"type": "string", "const": "all"},
        }), &["data", "key", "latitude", "longitude", "peril"]), reference("ContractOffGrid")]},
    })
}

fn query(limits: &PerilLimits) -> Value {
    let coordinate = number();
    let place = object(
        json!({"latitude": coordinate, "longitude": coordinate}),
        &["latitude", "longitude"],
    );
    let names = |one: &Value| {
        let mut names = list(one);
        names["description"] = "What names nothing known selects nothing, as in the old service, and the answer carries a Warning.".into();
        names
    };
    let mut query = object(
        json!({
            "locations": {"type": "array", "items": place, "maxItems": limits.max_contract_places},
            "perils": names(&listed_peril()),
            "scenarios": names(&reference("Scenario")),
            "years": names(&reference("Year")),
        }),
        &["locations"],
    );
    query["description"] = format!("At most {} places.", limits.max_contract_places).into();
    query
}

/// Units as the old contract calls them.
fn units() -> Value {
    json!({"type": "string", "description": "As the old service had it. `percent` of fire is historical: its values are fractions from 0 to 1."})
}

fn listed_peril() -> Value {
    json!({"type": "string", "enum": Peril::LISTED.map(Peril::listed_name)})
}

/// A coordinate: finite also when it is multiplied by four, on the way to the grid.
pub(super) fn number() -> Value {
    let largest = f64::MAX / 4.0;
    json!({"type": "number", "minimum": -largest, "maximum": largest})
}

/// Body of `POST /location`.
pub(super) fn body() -> Value {
    json!({"required": true, "content": {"application/json": {
        "schema": reference("ContractQuery"),
        "example": {
            "locations": [{"latitude": 51.5, "longitude": -0.25}],
            "perils": [Peril::Wind.listed_name()], "scenarios": [Scenario::Ssp126.name()],
            "years": [Year::Y2030.number()],
        },
    }}})
}
