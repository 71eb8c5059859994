//! Bad input over HTTP, table by table: each is told what is wrong and where, nothing is lost, and what
//! was served before is served on.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::{sample, site::Site};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const GEOJSON: (&str, &str) = ("Content-Type", "application/geo+json");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const CSV: (&str, &str) = ("Content-Type", "text/csv");
const WIND: &str = "/v1/location?perils=wind&scenarios=ssp126&years=2030";
const PLACE: &str = "{\"latitude\":1,\"longitude\":1}";

/// A refusal of a body: where it is sent, as what, the status and a part of the detail.
type Row<'r> = (&'r str, (&'r str, &'r str), Vec<u8>, u16, &'r str);

fn refused_with_a_reason(site: &Site, rows: Vec<Row<'_>>) {
    let before = site.get("/wind?lat=1&lon=1");
    for (target, content_type, body, status, part) in rows {
        let shown = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        let answer = site.post(target, &body, &[content_type]);
        assert_eq!(answer.status, status, "{target} {shown}: {answer:?}");
        let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(part), "{target} {shown}: {detail}");
        assert!(detail.len() < 500, "{detail}");
    }
    let after = site.get("/wind?lat=1&lon=1");
    assert_eq!((after.status, &after.content), (200, &before.content));
}

#[test]
fn a_body_that_is_no_question_is_told_what_it_must_be() {
    let site = sample::site();
    let text = |text: &str| text.as_bytes().to_vec();
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let long = "x".repeat(200_000);
    #[rustfmt::skip]
    let rows = vec![
        // Empty.
        ("/location", JSON, text(""), 400, "not JSON: it cannot be read past octet 0"),
        (WIND, JSON, text(""), 400, "not JSON: it cannot be read past octet 0"),
        (WIND, GEOJSON, text(" "), 400, "not JSON: it cannot be read past octet 1"),
        (WIND, CSV, text(""), 400, "the body must be CSV with a header"),
        // Of another type.
        ("/location", CSV, text("lat,lon\n1,1\n"), 415, "application/json"),
        ("/location", ("Content-Type", ""), text("{}"), 415, "application/json"),
        ("/location", FORM, text("lat=1"), 415, "application/json"),
        (WIND, ("Content-Type", "text/xml"), text("<a/>"), 415, "application/geo+json or text/csv"),
        (WIND, ("X-None", ""), text("{}"), 415, "application/json"),
        (WIND, JSON, text("lat,lon\n1,1\n"), 400, "not JSON"),
        (WIND, CSV, text("{\"locations\":[]}"), 400, "the CSV header must be one line with one column latitude"),
        // Cut short.
        ("/location", JSON, text("{\"locations\":[{\"latitude\":1"), 400, "past octet 27"),
        (WIND, JSON, text("{\"locations\":[{\"latitude\":1"), 400, "past octet 27"),
        (WIND, JSON, format!("{{\"locations\":[{PLACE}]}}}}").into_bytes(), 400, "not JSON"),
        // Wrong UTF-8.
        ("/location", JSON, b"{\"locations\":[{\"latitude\":\"\xff\"}]}".to_vec(), 400, "past octet 27"),
        (WIND, JSON, b"{\"\xff\":1,\"locations\":[1]}".to_vec(), 400, "not JSON"),
        (WIND, CSV, b"lat,lon,na\xffme\n1,1,a\n".to_vec(), 400, "the CSV header must be UTF-8"),
        // Deep, or without an end.
        ("/location", JSON, text(&"[".repeat(200_000)), 400, "not JSON"),
        ("/location", JSON, text(&"{\"a\":".repeat(200_000)), 400, "not JSON"),
        (WIND, JSON, text(&format!("{{\"a\":{}", "[".repeat(60_000))), 400, "not JSON"),
        (WIND, JSON, text(&format!("{{\"a\":{deep},\"locations\":[{PLACE}]}}")), 400, "nested at most 100 deep"),
        (WIND, JSON, text(&format!("{{\"a\":\"{long}\",\"locations\":[{PLACE}]}}")), 400, "shorter than 64 KiB"),
        (WIND, JSON, text(&format!("{{\"locations\":[{PLACE},{{\"a\":\"{long}")), 400, "not JSON"),
        (WIND, CSV, text(&format!("lat,lon\n1,1\n\"{long}")), 400, "record 3 of the CSV must be shorter"),
        (WIND, CSV, text("lat,lon,note\n1,1,a\n1,1,\"b\n"), 400, "record 3 of the CSV must be shorter; perhaps a quote is left open"),
    ];
    refused_with_a_reason(&site, rows);
}

#[test]
fn places_and_members_that_do_not_fit_are_told_where_they_stand() {
    let site = sample::site();
    let many = |count: usize| format!("{{\"locations\":[{}]}}", vec![PLACE; count].join(","));
    let text = |text: &str| text.as_bytes().to_vec();
    let with = |place: &str| text(&format!("{{\"locations\":[{PLACE},{place}]}}"));
    #[rustfmt::skip]
    let rows = vec![
        // No place; the old contract has an answer for that.
        (WIND, JSON, text("{\"locations\":[]}"), 400, "locations must be an array of at least one place"),
        (WIND, GEOJSON, text("{\"type\":\"FeatureCollection\",\"features\":[]}"), 400, "features must be an array of"),
        (WIND, CSV, text("lat,lon\n"), 400, "the CSV must be a header and at least one line"),
        (WIND, JSON, text("{}"), 400, "an object with an array locations"),
        // One too many.
        ("/location", JSON, many(10_001).into_bytes(), 413, "a request may have 10000 places"),
        (WIND, CSV, text(&format!("lat,lon\n{}", "1,1\n".repeat(1_000_001))), 413, "a request may have 1000000 places"),
        // Members and columns that come twice, or are missing. Of the old contract the last counts.
        (WIND, JSON, text("{\"locations\":[1],\"locations\":[2]}"), 400, "without members that come twice"),
        (WIND, JSON, text("{\"years\":2050,\"locations\":[1]}"), 400, "years must be given once, or the same each time"),
        (WIND, CSV, text("lat,lon,a,a\n1,1,2,2\n"), 400, "column 4 of the CSV header must be named unlike"),
        (WIND, CSV, text("lat,latitude,lon\n1,1,1\n"), 400, "one column latitude"),
        (WIND, CSV, text("lat,name\n1,a\n"), 400, "one column longitude"),
        // Beyond what a place can be: the old contract loses the request, and says at which place.
        ("/location", JSON, with("{\"latitude\":91,\"longitude\":1}"), 404, "locations[1]"),
        ("/location", JSON, with("{\"latitude\":NaN,\"longitude\":1}"), 400, "locations[1].latitude"),
        ("/location", JSON, with("{\"longitude\":1}"), 400, "locations[1].latitude"),
        ("/location", JSON, with("[1,1]"), 400, "locations[1].latitude"),
    ];
    refused_with_a_reason(&site, rows);
    assert_eq!(
        site.post("/location", many(10_000).as_bytes(), &[JSON])
            .status,
        200
    );
}

/// In `/v1` a bad place is an answer like any other: its own, with the reason, and the good ones with values.
#[test]
fn a_bad_place_is_told_beside_the_good_ones() {
    let site = sample::site();
    let places = [
        ("1,1,a", "ok,,"),
        ("91,1,b", "invalid,latitude_out_of_range,"),
        ("-90.001,1,b", "invalid,latitude_out_of_range,"),
        ("1,360.5,c", "invalid,longitude_out_of_range,"),
        ("nan,1,d", "invalid,latitude_not_a_number,"),
        ("1,inf,e", "invalid,longitude_not_a_number,"),
        (",1,f", "invalid,latitude_missing,"),
        ("1, ,g", "invalid,longitude_missing,"),
        ("1", "invalid,longitude_missing,"),
        ("1,1", "ok,,"),
        ("1,1,h,,", "ok,,"),
        ("1,1,h,i", "invalid,wrong_number_of_fields,"),
        ("50,50,j", "outside,outside_extent,"),
        ("1,361,k", "invalid,longitude_out_of_range,"),
        ("1,358.5,l", "ok,,"),
    ];
    let sent: Vec<_> = places.iter().map(|(line, _)| *line).collect();
    let body = format!("lat,lon,name\n{}\n1,1,\u{e9}", sent.join("\n"));
    let mut body = body.into_bytes();
    body.pop();
    let answer = site.post(&format!("{WIND}&f=csv"), &body, &[CSV]);
    assert_eq!(answer.status, 200);
    let text = answer.text().to_owned();
    let lines: Vec<_> = text.lines().skip(1).collect();
    assert_eq!(lines.len(), places.len() + 1);
    for ((_, expected), line) in places.iter().zip(&lines) {
        assert!(line.contains(expected), "{line} lacks {expected}");
    }
    assert!(
        lines.last().unwrap().contains("invalid,not_utf8,"),
        "{lines:?}"
    );

    assert!(lines.last().unwrap().starts_with("1,1,\u{fffd},"));

    // The same through JSON: each keeps its id and says which thing is wrong.
    let long = "x".repeat(100_000);
    let deep = format!("{}{}", "[".repeat(150), "]".repeat(150));
    let places = [
        (
            "{\"id\":1,\"latitude\":1,\"latitude\":2,\"longitude\":1}".to_owned(),
            "given_twice",
        ),
        (
            format!("{{\"note\":\"{long}\",\"lat\":1,\"lon\":1,\"id\":1}}"),
            "too_long",
        ),
        (
            format!("{{\"note\":{deep},\"lat\":1,\"lon\":1,\"id\":1}}"),
            "too_deep",
        ),
        (
            "{\"id\":1,\"lat\":1,\"lon\":1,\"note\":nothing}".to_owned(),
            "not_json",
        ),
        (
            "{\"id\":1,\"lat\":NaN,\"lon\":1}".to_owned(),
            "latitude_not_a_number",
        ),
        ("5".to_owned(), "not_an_object"),
    ];
    let sent: Vec<_> = places.iter().map(|(place, _)| place.as_str()).collect();
    let body = format!("{{\"locations\":[{},{PLACE}]}}", sent.join(","));
    let answer = site.post(WIND, body.as_bytes(), &[JSON]);
    let found: serde_json::Value = serde_json::from_slice(&answer.content).unwrap();
    for ((sent, reason), place) in places.iter().zip(found["locations"].as_array().unwrap()) {
        assert_eq!(
            (&place["status"], &place["reason"]),
            (&"invalid".into(), &(*reason).into())
        );
        let is_known = sent.starts_with('{');
        assert_eq!(place["id"].as_i64(), is_known.then_some(1), "{place}");
    }
    assert_eq!(found["locations"][places.len()]["status"], "ok");
}

#[test]
fn a_million_bad_lines_are_answered_one_by_one_and_never_gathered() {
    let site = sample::site();
    let body = format!("lat,lon\n{}", "x\n".repeat(1_000_000));
    let answer = site.post(&format!("{WIND}&f=csv"), body.as_bytes(), &[CSV]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.content.split(|octet| *octet == b'\n').count(),
        1_000_002
    );
    // JSON members by the million are refused before they take memory or time.
    let members: Vec<_> = (0..1_000_000).map(|n| format!("\"m{n}\":1")).collect();
    let members = members.join(",");
    let answer = site.post(
        WIND,
        format!("{{{members},\"locations\":[1]}}").as_bytes(),
        &[JSON],
    );
    assert_eq!(
        answer.problem()["detail"],
        "the body must be an object of at most 100 members."
    );
    assert_eq!(site.get("/wind?lat=1&lon=1").status, 200);
}

#[test]
fn a_body_that_cannot_be_kept_is_500_and_shorter_ones_are_answered() {
    let site = sample::site();
    let state = site.dir().join("state");
    let open = fs::metadata(&state).unwrap().permissions();
    fs::set_permissions(&state, fs::Permissions::from_mode(0o555)).unwrap();
    let large = format!("lat,lon\n{}", "1,1\n".repeat(400_000));
    let answer = site.post(WIND, large.as_bytes(), &[CSV]);
    assert_eq!(answer.status, 500);
    let state_path = state.display().to_string();
    assert!(!answer.problem().to_string().contains(&state_path));
    site.perild
        .wait_for_line(|line| line.contains("cannot keep the body") && line.contains(&state_path));
    assert_eq!(site.post(WIND, b"lat,lon\n1,1\n", &[CSV]).status, 200);
    fs::set_permissions(&state, open).unwrap();
    assert_eq!(site.post(WIND, large.as_bytes(), &[CSV]).status, 200);
}
