//! The conformance classes of OGC API EDR 1.1 that are claimed, each by what it demands.

use serde_json::Value;

use crate::{collections::site, query::json_of, support::http::Request};

const CLASS: &str = "http://www.opengis.net/spec/ogcapi-edr-1/1.1/conf/";
const QUERIES: [&str; 3] = [
    "/v1/collections/solar/position?coords=POINT(1%201)",
    "/v1/collections/solar/cube?bbox=0,0,2,2",
    "/v1/collections/solar/area?coords=POLYGON((0%200,2%200,2%202,0%200))",
];
const DOCUMENTS: [&str; 5] = [
    "/v1",
    "/v1/conformance",
    "/v1/collections",
    "/v1/collections/solar",
    "/v1/collections/wind",
];

/// What is not claimed: `collections` and `queries` have every collection answer data queries, and files answer none;
/// `html` has a page of data.
///
/// Rows: OAF-2, EDR-12
#[test]
fn core_json_and_coverage_json_are_the_classes_of_edr() {
    let found = json_of(&site().get("/v1/conformance"));
    let classes = found["conformsTo"].as_array().unwrap().iter();
    let of_edr: Vec<_> = classes
        .filter_map(|class| class.as_str().unwrap().strip_prefix(CLASS))
        .collect();
    assert_eq!(of_edr, ["core", "covjson", "json"]);
}

/// Rows: OAF-1, EDR-12
#[test]
fn core_the_description_and_the_classes_are_linked_from_the_landing_page() {
    let site = site();
    let landing = json_of(&site.ask(&Request::get("/v1")));
    for rel in ["self", "service-desc", "conformance", "data"] {
        let links = landing["links"].as_array().unwrap();
        let link = links.iter().find(|link| link["rel"] == rel).unwrap();
        let address = link["href"].as_str().unwrap();
        let path = address.strip_prefix("https://localhost").unwrap();
        let answer = site.ask(&Request::get(path));
        assert_eq!(answer.status, 200, "{rel}");
        assert!(json_of(&answer).is_object(), "{rel}");
    }
}

/// Rows: EDR-10, OAF-10
#[test]
fn json_every_resource_is_json_for_who_takes_that_alone() {
    let site = site();
    for target in DOCUMENTS.iter().chain(&QUERIES) {
        let answer = site.get_with(target, &[("Accept", "application/json")]);
        assert_eq!(
            answer.field("content-type"),
            Some("application/json"),
            "{target}"
        );
        assert!(json_of(&answer).is_object(), "{target}");
    }
}

/// Rows: EDR-10
#[test]
fn covjson_data_are_coverage_json_by_its_first_name_and_all_else_json() {
    let site = site();
    let both = [(
        "Accept",
        "application/prs.coverage+json, application/json;q=0.5",
    )];
    for target in QUERIES {
        let answer = site.get_with(target, &both);
        assert_eq!(
            answer.field("content-type"),
            Some("application/prs.coverage+json"),
            "{target}"
        );
        assert_eq!(json_of(&answer)["type"], "Coverage", "{target}");
    }
    for target in DOCUMENTS {
        let answer = site.get_with(target, &both);
        assert_eq!(
            answer.field("content-type"),
            Some("application/json"),
            "{target}"
        );
    }
}

/// Rows: EDR-1
#[test]
fn a_coverage_says_all_that_the_standard_demands_of_it() {
    let site = site();
    let found = json_of(&site.get("/v1/collections/solar"));
    let links = found["links"].as_array().unwrap();
    let of_data: Vec<_> = links.iter().filter(|link| link["rel"] == "data").collect();
    let queries = found["data_queries"].as_object().unwrap();
    assert_eq!(of_data.len(), queries.len(), "{found}");
    for link in of_data {
        assert!(
            link["href"].is_string() && link["type"].is_string(),
            "{link}"
        );
    }
    for (name, parameter) in found["parameter_names"].as_object().unwrap() {
        assert_eq!(parameter["type"], "Parameter", "{name}");
        let observed = &parameter["observedProperty"];
        assert!(
            observed["id"].is_string() && observed["label"].is_string(),
            "{name}"
        );
    }
    for (name, query) in queries {
        let variables = &query["link"]["variables"];
        assert_eq!(variables["query_type"], Value::from(name.as_str()));
        let formats = variables["output_formats"].as_array().unwrap();
        assert!(
            formats.contains(&variables["default_output_format"]),
            "{name}"
        );
    }
}
