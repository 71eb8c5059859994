//! One answer of each kind.

use serde_json::{Value, json};

use crate::climatescore::{Column, Metric, Scenario, Year};

/// An answer of the schema `name`; none when there is no short one.
pub(crate) fn example(name: &str) -> Option<Value> {
    let metric = METRIC;
    let (peril, scenario, year) = (metric.peril(), SCENARIO.name(), YEAR.number());
    Some(match name {
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
        "ContractPeril" => place(),
        "ContractAllPerils" => {
            let place = place();
            json!({
                "data": [place], "key": place["key"], "latitude": 51.5, "longitude": -0.25, "peril": "all",
            })
        }
        _ => return None,
    })
}

fn place() -> Value {
    json!({
        "data": {Column::new(METRIC, SCENARIO, YEAR).name(): "31.250000"},
        "key": "51.50-0.25", "latitude": 51.5, "longitude": -0.25, "peril": METRIC.peril().name(),
    })
}

const METRIC: Metric = Metric::WindSpeed100yr;
const SCENARIO: Scenario = Scenario::Ssp126;
const YEAR: Year = Year::Y2030;
