//! Places among the features of a table: who is in an outage, at which time, for a list of places in one request.

use arrow_array::cast::AsArray;
use arrow_ipc::reader::StreamReader;
use serde_json::{Value, json};

use crate::{
    site::{CERTIFICATE, Site, fresh_token},
    support::{
        http::{Answer, Request},
        tables,
    },
};

/// A site with a table of outages: the square of number n is at 10n degrees east, for an hour from the nth on, but
/// number 1, which nobody knows the end of.
fn site() -> Site {
    let site = Site::with(|settings, _| "publish = \"all\"\n".clone_into(&mut settings.defaults));
    let state = site.dir().join("state");
    tables::outages(&state, "outages");
    tables::watches(&state, "watches", 0);
    site.perild.reload();
    site
}

fn post(site: &Site, target: &str, media_type: &str, content: &str) -> Answer {
    let request = Request::new("POST", target)
        .bearer(&fresh_token())
        .field(CERTIFICATE, &site.bank.escaped())
        .field("Content-Type", media_type)
        .content(content.as_bytes());
    site.ask(&request)
}

fn located(site: &Site, query: &str, content: &str) -> String {
    let target = format!("/v1/collections/outages/items/locate{query}");
    let answer = post(site, &target, "text/csv", content);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    answer.text().replace("\r\n", "\n")
}

/// The page that shows what is sent and answered here.
const PAGE: &str = include_str!("../../docs/features.md");
const PLACES: &str =
    "site,latitude,longitude\nleeds,50.5,0.5\nhull,50.5,10.5\nyork,52,0.5\nnowhere,,0.5\n";

#[test]
fn each_place_comes_back_with_the_features_around_it_or_alone() {
    let site = site();
    let mut samples = PAGE
        .split("```csv\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    assert_eq!(samples.next(), Some(PLACES));
    let answer = located(&site, "?properties=area,number", PLACES);
    assert_eq!(Some(&*answer), samples.next());
}

#[test]
fn coordinates_come_back_as_they_were_written_and_columns_under_names_of_their_own() {
    let site = site();
    let sent = "latitude,longitude,status\n50.500,+00.50,new\n50.5x,0.5,old\n";
    let answer = located(&site, "?properties=number", sent);
    let expected = "latitude,longitude,input_status,reason,status,feature_number\n\
                    50.500,+00.50,new,,found,0\n\
                    50.5x,0.5,old,latitude_not_a_number,rejected,\n";
    assert_eq!(answer, expected);
    let numbers = located(&site, "?properties=number&f=ndjson", sent);
    assert!(numbers.contains(r#""coordinates":[0.5,50.5]"#), "{numbers}");
}

#[test]
fn features_are_asked_for_by_time_and_by_their_columns() {
    let site = site();
    let found = |query: &str| {
        let text = located(&site, &format!("?properties=number&{query}"), PLACES);
        let lines = text.lines().filter(|line| line.contains(",found,"));
        lines
            .filter_map(|line| line.split(',').next())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(found("datetime=1970-01-01T00:30:00Z"), ["leeds"]);
    assert_eq!(found("datetime=1970-01-01T01:30:00Z"), ["hull"]);
    // Nobody knows when the second one ends.
    assert_eq!(found("datetime=2030-01-01T00:00:00Z"), ["hull"]);
    assert_eq!(found("datetime=1970-01-01T00:00:00Z/.."), ["leeds", "hull"]);
    assert_eq!(found("number=0"), ["leeds"]);
    assert_eq!(found("filter=number%20%3E%200"), ["hull"]);
    assert!(found("number=30").is_empty());
}

#[test]
fn answers_come_in_each_format() {
    let site = site();
    let body =
        json!({"locations": [{"id": "leeds", "latitude": 50.5, "longitude": 0.5, "sum": 5}]});
    let ask = |f: &str| {
        let target = format!("/v1/collections/outages/items/locate?properties=number,from&f={f}");
        let answer = post(&site, &target, "application/json", &body.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    };
    let collection: Value = serde_json::from_slice(&ask("geojson").content).unwrap();
    assert_eq!(
        collection["features"],
        json!([{
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [0.5, 50.5]},
            "properties": {
                "index": 0, "id": "leeds", "properties": {"sum": 5}, "reason": null, "status": "found",
                "feature_number": 0, "feature_from": "1970-01-01T00:00:00Z",
            },
        }])
    );
    let line: Value = serde_json::from_slice(&ask("ndjson").content).unwrap();
    assert_eq!(line["properties"]["feature_number"], 0);
    assert_eq!(line["geometry"]["coordinates"], json!([0.5, 50.5]));
    let arrow = ask("arrow").content;
    let batches: Vec<_> = StreamReader::try_new(&*arrow, None).unwrap().collect();
    let status = batches[0]
        .as_ref()
        .unwrap()
        .column_by_name("status")
        .unwrap()
        .clone();
    assert_eq!(status.as_string::<i32>().value(0), "found");
    assert!(ask("parquet").content.starts_with(b"PAR1"));
}

#[test]
fn what_cannot_be_located_is_refused_with_the_reason() {
    let site = site();
    let outages = "/v1/collections/outages/items/locate";
    let csv = "text/csv";
    for (target, media_type, content, status) in [
        (outages.to_owned(), csv, PLACES, 200),
        (
            "/v1/collections/watches/items/locate".to_owned(),
            csv,
            PLACES,
            404,
        ),
        (
            "/v1/collections/none/items/locate".to_owned(),
            csv,
            PLACES,
            404,
        ),
        (outages.to_owned(), "image/png", PLACES, 415),
        (outages.to_owned(), csv, "a,b\n1,2\n", 400),
        (
            outages.to_owned(),
            "application/json",
            r#"{"locations":[]"#,
            400,
        ),
        (format!("{outages}?limit=5"), csv, PLACES, 400),
        (format!("{outages}?properties=geom"), csv, PLACES, 400),
        (format!("{outages}?properties=none"), csv, PLACES, 400),
        (format!("{outages}?datetime=noon"), csv, PLACES, 400),
        (format!("{outages}?f=xml"), csv, PLACES, 400),
        (
            outages.to_owned(),
            "application/json",
            r#"{"locations":[{"latitude":1,"longitude":1}],"years":[2030]}"#,
            400,
        ),
    ] {
        let answer = post(&site, &target, media_type, content);
        assert_eq!(answer.status, status, "{target} {content}: {answer:?}");
    }
    let get = site.get(outages);
    assert_eq!(
        (get.status, get.field("allow")),
        (405, Some("OPTIONS, POST"))
    );
}

#[test]
fn places_are_located_for_those_alone_who_may_have_the_features() {
    let site = site();
    let request = Request::new("POST", "/v1/collections/outages/items/locate")
        .field(CERTIFICATE, &site.bank.escaped())
        .field("Content-Type", "text/csv")
        .content(PLACES.as_bytes());
    assert_eq!(site.ask(&request).status, 401);
    site.says(json!({"active": false}));
    let answer = post(
        &site,
        "/v1/collections/outages/items/locate",
        "text/csv",
        PLACES,
    );
    assert_eq!(answer.status, 401, "{answer:?}");
    assert!(!answer.text().contains("A,0"));
}
