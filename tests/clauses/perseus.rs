//! Readings in the shape of the Perseus scheme, for those who may have the rows.

use std::fs;

use serde_json::{Value, json};

use crate::{
    site::Site,
    support::{
        http::{Answer, Request},
        tables,
    },
};

/// A site with a year of half hours of three meters, and with tables that are no series.
fn site() -> Site {
    let site = Site::with(|settings, _| "publish = \"all\"\n".clone_into(&mut settings.defaults));
    let state = site.dir().join("state");
    tables::year(&state, "meters");
    tables::watches(&state, "watches", 0);
    site.perild.reload();
    site
}

fn target(query: &str) -> String {
    format!("/v1/collections/meters/items?profile=perseus&{query}")
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.field("content-type"), Some("application/json"));
    serde_json::from_slice(&answer.content).unwrap()
}

#[test]
fn the_page_shows_what_is_answered() {
    let site = site();
    let page = fs::read_to_string("docs/series.md").unwrap();
    let (_, page) = page.split_once("## Readings as Perseus has them").unwrap();
    let block = |language: &str| {
        let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0.trim()
    };
    let target = block("text").strip_prefix("GET ").unwrap();
    let shown: Value = serde_json::from_str(block("json")).unwrap();
    assert_eq!(json(&site.get(target)), shown);
}

#[test]
fn a_year_comes_in_one_answer_and_runs_up_to_its_sum() {
    let site = site();
    let found = json(&site.get(&target("ids=M1&datetime=2026-01-01/2026-12-31")));
    let data = found["data"].as_array().unwrap();
    assert_eq!(data.len(), 365 * 48);
    for pair in data.windows(2) {
        assert_eq!(pair[0]["to"], pair[1]["from"]);
    }
    assert_eq!(
        data[365 * 48 - 1]["cumulative"],
        json!({"value": 8760.0, "unitCode": "KWH"})
    );
    // Nobody can have had a reading before it was made.
    assert!(data[0].get("takenAt").is_some() && data[365 * 48 - 1].get("takenAt").is_none());
    let open = json(&site.get(&target("meter=M1&datetime=2026-12-31/..&properties=kwh")));
    assert_eq!(open["data"].as_array().unwrap().len(), 48);
}

#[test]
fn a_half_hour_that_is_missing_is_no_reading_and_a_meter_that_is_missing_has_none() {
    let site = site();
    for (query, expected) in [
        ("meter=M1&datetime=2026-07-02", 48),
        ("meter=M2&datetime=2026-07-02", 0),
        ("meter=M2&datetime=2026-07-01/2026-07-03", 96),
        ("key=M2&datetime=2026-07-01/2026-07-03", 96),
        ("meter=M9&datetime=2026-07-02", 0),
    ] {
        let found = json(&site.get(&target(query)));
        assert_eq!(found["data"].as_array().unwrap().len(), expected, "{query}");
    }
    let none = json(&site.get(&target("meter=M9&datetime=2026-07-02")));
    assert_eq!(none, json!({"data": [], "location": {}}));
}

#[test]
fn what_the_scheme_has_no_shape_for_is_400_and_names_the_parameter() {
    let site = site();
    for (query, expected) in [
        (
            "datetime=2026-07-01",
            "profile must be asked for with one series",
        ),
        (
            "meter=M*&datetime=2026-07-01",
            "profile must be asked for with one series",
        ),
        (
            "ids=M1,M2&datetime=2026-07-01",
            "profile must be asked for with one series",
        ),
        (
            "postcode=AB1&datetime=2026-07-01",
            "profile must be asked for with one series",
        ),
        ("meter=M1", "datetime must be a time of at most 396 days"),
        (
            "meter=M1&datetime=../2026-07-01",
            "datetime must be a time of at most 396 days",
        ),
        (
            "meter=M1&datetime=2026-01-01/2027-02-01",
            "datetime must be a time of at most 396 days",
        ),
        (
            "meter=M1&datetime=2026-07-01&properties=from",
            "properties must be one column of numbers",
        ),
        (
            "meter=M1&datetime=2026-07-01&properties=kwh,from",
            "properties must be one column of numbers",
        ),
        (
            "meter=M1&datetime=2026-07-01&limit=5",
            "a parameter of the query is not known",
        ),
        ("meter=M1&datetime=2026-07-01&f=csv", "f is not known"),
        (
            "meter=M1&datetime=2026-07-01&profile=perseus",
            "each name stands once",
        ),
    ] {
        let answer = site.get(&target(query));
        assert_eq!(answer.status, 400, "{query} {answer:?}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains(expected), "{query}: {detail}");
    }
    let longest = site.get(&target("meter=M1&datetime=2026-01-01/2027-01-31"));
    assert_eq!(longest.status, 200);
    let items = |id: &str, query: &str| site.get(&format!("/v1/collections/{id}/items?{query}"));
    assert_eq!(
        items("meters", "profile=other&meter=M1&datetime=2026-07-01").status,
        400
    );
    assert_eq!(items("watches", "profile=perseus").status, 400);
}

#[test]
fn readings_are_for_those_who_may_have_the_rows() {
    let site = site();
    let described = |scope: &str| {
        format!(
            "[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\nkind = \"series\"\nkey = [\"meter\"]\ntime = \"from\"\n[[rule]]\nscopes = [\"{scope}\"]\n"
        )
    };
    let target = target("meter=M1&datetime=2026-07-01");
    for (scope, expected) in [("other:read", 403), ("energy:read", 200)] {
        fs::write(site.shared("meters.toml"), described(scope)).unwrap();
        site.perild.reload();
        assert_eq!(site.ask(&Request::get(&target)).status, 401);
        assert_eq!(site.get(&target).status, expected);
    }
    let tag = site.get(&target).field("etag").unwrap().to_owned();
    assert_eq!(
        site.get_with(&target, &[("if-none-match", &tag)]).status,
        304
    );
}
