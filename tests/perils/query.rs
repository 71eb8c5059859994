//! `/v1`: what goes in, what comes out, and what is said of each value.

use std::{fmt::Write as _, io::Read, time::Duration};

use arrow_array::{Array, RecordBatch, cast::AsArray, types::Float64Type};
use perild::dataset::grid::{Column, Metric, Peril, Scenario, Value as Stored, Year};
use serde_json::{Value, json};

use crate::{
    sample::{self, shape, value},
    site::{CERTIFICATE, Site, fresh_token},
    support::{
        http::{Answer, Request},
        process::eventually,
    },
};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const CSV: (&str, &str) = ("Content-Type", "text/csv");
const WIND: &str = "perils=wind&scenarios=ssp126&years=2030";

impl Site {
    fn query(&self, body: &Value) -> Answer {
        self.post("/v1/location", body.to_string().as_bytes(), &[JSON])
    }

    fn csv(&self, query: &str, body: &str) -> Answer {
        self.post(&format!("/v1/location?{query}"), body.as_bytes(), &[CSV])
    }
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.content).unwrap()
}

/// What the sample has at a grid point, by its own arithmetic.
fn stored(latitude: f64, longitude: f64, column: Column) -> Stored {
    let cell = shape().nearest(latitude, longitude).unwrap();
    value(shape().number(cell), column)
}

fn wind() -> Column {
    Column::new(Metric::WindSpeed100yr, Scenario::Ssp126, Year::Y2030)
}

#[test]
fn every_value_of_many_places_says_what_it_is_and_how_it_was_made() {
    let site = sample::site();
    let places: Vec<_> = (0..20)
        .map(|i| json!({"id": i, "lat": -1.9 + f64::from(i) * 0.29, "lon": 2.9 - f64::from(i) * 0.3, "name": "x"}))
        .collect();
    let answer = json_of(&site.query(&json!({"locations": places})));
    assert_eq!(answer["store"]["synthetic"], true);
    assert_eq!(
        answer["summary"],
        json!({"places": 20, "ok": 20, "outside": 0, "invalid": 0})
    );
    for (place, sent) in answer["locations"].as_array().unwrap().iter().zip(&places) {
        assert_eq!(
            (&place["id"], &place["status"]),
            (&sent["id"], &json!("ok"))
        );
        assert_eq!(place["properties"], json!({"name": "x"}));
        let values = place["values"].as_array().unwrap();
        assert_eq!(values.len(), 96);
        for (found, column) in values.iter().zip(Column::all()) {
            let expected = stored(
                sent["lat"].as_f64().unwrap(),
                sent["lon"].as_f64().unwrap(),
                column,
            );
            let reason = match expected {
                Stored::Known(_) => Value::Null,
                Stored::NotApplicable => "not_applicable".into(),
                Stored::NotCovered => "not_covered".into(),
            };
            assert_eq!(found["value"].as_f64(), expected.known(), "{found}");
            assert_eq!(found["reason"], reason);
            assert_eq!(found["metric"], column.metric().name());
            assert_eq!(found["year"], column.year().number());
            assert_eq!(found["unit"], column.metric().ucum());
            assert_eq!(found["peril_version"], column.peril().version());
            assert_eq!(
                (&found["interpolation"], &found["synthetic"]),
                (&json!("nearest"), &json!(true))
            );
            assert!(found["cell"]["distance_km"].as_f64().unwrap() < 20.0);
        }
    }
}

#[test]
fn one_bad_place_does_not_lose_the_others() {
    let site = sample::site();
    let body = json!({
        "perils": ["WIND"], "scenarios": "ssp126", "years": [2030],
        "locations": [
            {"latitude": 91, "longitude": 0},
            {"latitude": 1, "longitude": 1},
            {"longitude": 1},
            5,
            {"latitude": 50, "longitude": 1},
            {"latitude": 1, "longitude": 359},
        ],
    });
    let answer = json_of(&site.query(&body));
    let said: Vec<_> = answer["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| {
            (
                place["status"].as_str().unwrap(),
                place["reason"].as_str(),
                place["values"].as_array().unwrap().len(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("invalid", Some("latitude_out_of_range"), 0),
            ("ok", None, 1),
            ("invalid", Some("latitude_missing"), 0),
            ("invalid", Some("malformed"), 0),
            ("outside", Some("outside_extent"), 0),
            ("ok", None, 1),
        ]
    );
    // 359 degrees east is 1 degree west.
    let found = &answer["locations"][5]["values"][0];
    assert_eq!(found["value"].as_f64(), stored(1.0, -1.0, wind()).known());
    assert_eq!(
        answer["summary"],
        json!({"places": 6, "ok": 2, "outside": 1, "invalid": 3})
    );
}

#[test]
fn what_is_not_known_is_a_400_that_lists_the_known() {
    let site = sample::site();
    let place = json!([{"latitude": 1, "longitude": 1}]);
    for (body, part) in [
        (
            json!({"locations": place, "perils": ["fires"]}),
            "perils[0] is not known; known are fire, hail, heat",
        ),
        (
            json!({"locations": place, "years": [2031]}),
            "years[0] is not known; known are 2020, 2030",
        ),
        (
            json!({"locations": place, "colour": 1}),
            "a member of the body is not known; known are interpolation",
        ),
        (
            json!({"locations": place, "radius_km": 5000}),
            "radius_km must be a number from 0 to 200",
        ),
        (
            json!({"perils": []}),
            "the body must be an object with an array locations",
        ),
    ] {
        let answer = site.query(&body);
        assert_eq!(answer.status, 400, "{body}");
        let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(part), "{detail}");
    }
    for (target, status) in [
        ("/v1/location", 400),
        ("/v1/location?lat=1", 400),
        ("/v1/location?lat=1&lon=1&f=xml", 400),
        ("/v1/location?lat=1&lon=1&colour=red", 400),
        ("/v1/location?lat=1&lon=1&layout=long", 400),
    ] {
        let answer = site.get(target);
        assert_eq!(answer.status, status, "{target}");
        answer.problem();
    }
    assert_eq!(
        site.get_with("/v1/location?lat=1&lon=1", &[("Accept", "image/png")])
            .status,
        406
    );
    assert_eq!(
        site.post("/v1/location", b"<a/>", &[("Content-Type", "text/xml")])
            .status,
        415
    );
    assert_eq!(
        site.post("/v1/location", b"x", &[CSV, ("Content-Encoding", "gzip")])
            .status,
        415
    );
    let open_quote = format!("lat,lon\n\"{}", "a,\n".repeat(40_000));
    let answer = site.csv(WIND, &open_quote);
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.problem()["detail"],
        "record 2 of the CSV must be shorter: is a quote left open?."
    );
}

#[test]
fn caps_say_what_the_cap_is() {
    let site = sample::site_with(|settings, _| {
        settings.more =
            "[perils]\nmax_places = 2\nmax_body_bytes = 1000\nbody_memory_bytes = 10\n".into();
    });
    assert_eq!(site.csv(WIND, "lat,lon\n1,1\n1,1\n").status, 200);
    let answer = site.csv(WIND, "lat,lon\n1,1\n1,1\n1,1\n");
    assert_eq!(
        (answer.status, &answer.problem()["detail"]),
        (413, &json!("a request may have 2 places."))
    );
    let answer = site.csv(WIND, &" ".repeat(1001));
    let detail = "the body is larger than 1000 octets.";
    assert_eq!(
        (answer.status, &answer.problem()["detail"]),
        (413, &json!(detail))
    );
    assert_eq!(
        std::fs::read_dir(site.dir().join("state")).unwrap().count(),
        1
    );
}

#[test]
fn bilinear_and_years_between_are_the_means_they_should_be() {
    let site = sample::site();
    let get = |query: &str| {
        json_of(&site.get(&format!(
            "/v1/location?lat=0.1&lon=0.55&perils=wind&scenarios=ssp126&{query}"
        )))
    };
    let answer = get("years=2030&interpolation=bilinear");
    let corners = [
        (0.0, 0.5, 0.6 * 0.8),
        (0.0, 0.75, 0.6 * 0.2),
        (0.25, 0.5, 0.4 * 0.8),
        (0.25, 0.75, 0.4 * 0.2),
    ];
    let known: Option<Vec<f64>> = corners
        .iter()
        .map(|(latitude, longitude, weight)| {
            Some(stored(*latitude, *longitude, wind()).known()? * weight)
        })
        .collect();
    let found = &answer["locations"][0]["values"][0];
    let expected: f64 = known.unwrap().iter().sum();
    assert!(
        (found["value"].as_f64().unwrap() - expected).abs() < 1e-6,
        "{found} {expected}"
    );
    assert_eq!(found["interpolation"], "bilinear");

    let answer = get("years=2035&year_interpolation=linear");
    let at = |year| {
        stored(
            0.0,
            0.5,
            Column::new(Metric::WindSpeed100yr, Scenario::Ssp126, year),
        )
        .known()
        .unwrap()
    };
    let found = &answer["locations"][0]["values"][0];
    let middle = f64::midpoint(at(Year::Y2030), at(Year::Y2040));
    assert!((found["value"].as_f64().unwrap() - middle).abs() < 1e-6);
    assert_eq!(found["between_years"], json!([2030, 2040]));
}

#[test]
fn the_nearest_valid_cell_within_the_radius_is_taken_for_each_peril() {
    let site = sample::site();
    let column = Column::new(Metric::FireProbability, Scenario::Ssp126, Year::Y2030);
    let is_sea = |number: &u32| {
        value(*number, column) == Stored::NotApplicable && value(*number, wind()).known().is_some()
    };
    let sea = (200..600).find(is_sea).unwrap();
    let (latitude, longitude) = shape().coordinates(shape().cell(sea));
    let query = format!(
        "/v1/location?lat={latitude}&lon={longitude}&perils=fire,wind&scenarios=ssp126&years=2030"
    );
    let at_sea = json_of(&site.get(&query));
    let fire = &at_sea["locations"][0]["values"][1];
    assert_eq!(
        (&fire["value"], &fire["reason"]),
        (&Value::Null, &json!("not_applicable"))
    );
    let ashore = json_of(&site.get(&format!("{query}&radius_km=100")));
    let values = &ashore["locations"][0]["values"];
    assert_eq!(values[0]["cell"]["distance_km"], 0.0);
    let distance = values[1]["cell"]["distance_km"].as_f64().unwrap();
    assert!((20.0..60.0).contains(&distance), "{distance}");
    let cell = &values[1]["cell"];
    let expected = stored(
        cell["latitude"].as_f64().unwrap(),
        cell["longitude"].as_f64().unwrap(),
        column,
    );
    assert_eq!(values[1]["value"].as_f64(), expected.known());
    let too_near = json_of(&site.get(&format!("{query}&radius_km=10")));
    assert_eq!(too_near["locations"][0]["values"][1]["value"], Value::Null);
}

const TABLE: &str = "\u{feff}Site,LAT,Lon,note\r\nA,1.0,1.0,\"x, \"\"y\"\"\"\r\nB,95,1,\r\nC,0.9,-1.1\r\nD,1.5,2.25,z";

#[test]
fn csv_comes_back_with_all_its_columns_and_ours() {
    let site = sample::site();
    let answer = site.csv(&format!("{WIND}&f=csv"), TABLE);
    assert_eq!(
        answer.field("content-type"),
        Some("text/csv; charset=utf-8; header=present")
    );
    let lines: Vec<_> = answer.text().lines().collect();
    assert_eq!(
        lines[0],
        "Site,LAT,Lon,note,status,reason,cell_latitude,cell_longitude,distance_km,interpolation,synthetic,missing,\
         windspeed100yr_ssp126_2030"
    );
    let number = |latitude, longitude| {
        stored(latitude, longitude, wind())
            .known()
            .map_or(String::new(), |v| format!("{v:.6}"))
    };
    assert_eq!(
        lines[1],
        format!(
            "A,1.0,1.0,\"x, \"\"y\"\"\",ok,,1,1,0.000,nearest,true,,{}",
            number(1.0, 1.0)
        )
    );
    assert_eq!(lines[2], "B,95,1,,invalid,latitude_out_of_range,,,,,true,,");
    assert_eq!(
        lines[3],
        "C,0.9,-1.1,,invalid,wrong_number_of_fields,,,,,true,,"
    );
    assert!(
        lines[4].starts_with("D,1.5,2.25,z,ok,,1.5,2.25,0.000,nearest,true,"),
        "{}",
        lines[4]
    );
    assert_eq!(lines.len(), 5);

    let long = site.csv(&format!("{WIND},2040&f=csv&layout=long"), TABLE);
    let lines: Vec<_> = long.text().lines().collect();
    assert_eq!(lines.len(), 1 + 2 + 1 + 1 + 2);
    assert!(
        lines[1].contains(",ok,,wind,8.2.3,windspeed100yr,ssp126,2030,m/s,"),
        "{}",
        lines[1]
    );
    let columns = |line: &str| line.replace("\"x, \"\"y\"\"\"", "x").split(',').count();
    for line in &lines {
        assert_eq!(columns(line), columns(lines[0]), "{line}");
    }
}

#[test]
fn the_same_places_come_in_every_format_and_leave_in_every_format() {
    let site = sample::site();
    let geojson = json!({
        "type": "FeatureCollection", "name": "sites",
        "features": [
            {"type": "Feature", "id": "A", "properties": {"note": "x"}, "geometry": {"type": "Point", "coordinates": [1.0, 1.0]}},
            {"type": "Feature", "properties": null, "geometry": null},
        ],
    });
    let target = format!("/v1/location?{WIND}");
    let answer = site.post(
        &target,
        geojson.to_string().as_bytes(),
        &[("Content-Type", "application/geo+json")],
    );
    assert_eq!(answer.field("content-type"), Some("application/geo+json"));
    let found = json_of(&answer);
    assert_eq!(found["features"][0]["id"], "A");
    assert_eq!(found["features"][0]["properties"]["note"], "x");
    let value = &found["features"][0]["properties"]["perils"]["values"][0]["value"];
    assert_eq!(value.as_f64(), stored(1.0, 1.0, wind()).known());
    assert_eq!(
        found["features"][1]["properties"]["perils"]["reason"],
        "not_a_point"
    );

    let json = json_of(&site.csv(&format!("{WIND}&f=json"), TABLE));
    assert_eq!(
        json["locations"][0]["properties"],
        json!({"Site": "A", "note": "x, \"y\""})
    );
    let table = site.post(
        &format!("{target}&f=csv"),
        geojson.to_string().as_bytes(),
        &[JSON],
    );
    assert!(
        table
            .text()
            .lines()
            .nth(1)
            .unwrap()
            .starts_with("0,A,1,1,\"{\"\"note\"\":\"\"x\"\"}\",ok,")
    );

    for (format, media_type) in [
        ("arrow", "application/vnd.apache.arrow.stream"),
        ("parquet", "application/vnd.apache.parquet"),
    ] {
        let answer = site.csv(&format!("{WIND}&radius_km=50&f={format}"), TABLE);
        assert_eq!(
            (answer.status, answer.field("content-type")),
            (200, Some(media_type))
        );
        let batch = batch(format, &answer.content);
        assert_eq!(batch.num_rows(), 4);
        let names: Vec<_> = batch
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        assert!(
            names.starts_with(&["Site", "LAT", "Lon", "note", "status"].map(str::to_owned)),
            "{names:?}"
        );
        assert!(
            names.contains(&"wind_cell_latitude".to_owned()),
            "{names:?}"
        );
        let schema = batch.schema();
        let field = schema
            .field_with_name("windspeed100yr_ssp126_2030")
            .unwrap();
        assert_eq!(field.metadata()["unit"], "m/s");
        let values = batch
            .column_by_name(field.name())
            .unwrap()
            .as_primitive::<Float64Type>();
        assert_eq!(Some(values.value(0)), stored(1.0, 1.0, wind()).known());
        assert!(values.is_null(1));
        let status = batch.column_by_name("status").unwrap().as_string::<i32>();
        assert_eq!((status.value(0), status.value(1)), ("ok", "invalid"));
        // From JSON there are other columns before ours.
        let target = format!("{target}&f={format}");
        let answer = site.post(&target, geojson.to_string().as_bytes(), &[JSON]);
        assert_eq!(self::batch(format, &answer.content).num_rows(), 2);
    }
}

fn batch(format: &str, content: &[u8]) -> RecordBatch {
    let content = content.to_vec();
    if format == "arrow" {
        let mut reader =
            arrow_ipc::reader::StreamReader::try_new(content.as_slice(), None).unwrap();
        return reader.next().unwrap().unwrap();
    }
    let content = bytes::Bytes::from(content);
    let mut reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(content, 1000).unwrap();
    reader.next().unwrap().unwrap()
}

/// Rows: HTTP-7, HTTP-8, HTTP-18, HTTP-19
#[test]
fn rfc9110_8_8_3_representations_have_tags_of_their_own_and_codings_when_asked() {
    let site = sample::site();
    let target = "/v1/location?lat=1,1.5&lon=1,2";
    let plain = site.get(target);
    assert_eq!(plain.field("vary"), Some("Accept, Accept-Encoding"));
    let mut tags = vec![plain.field("etag").unwrap().to_owned()];
    for coding in ["gzip", "zstd"] {
        let coded = site.get_with(target, &[("Accept-Encoding", coding)]);
        assert_eq!(coded.field("content-encoding"), Some(coding));
        let mut text = Vec::new();
        match coding {
            "gzip" => flate2::read::GzDecoder::new(coded.content.as_slice())
                .read_to_end(&mut text)
                .map(drop),
            _ => zstd::stream::copy_decode(coded.content.as_slice(), &mut text),
        }
        .unwrap();
        assert_eq!(text, plain.content);
        tags.push(coded.field("etag").unwrap().to_owned());
    }
    tags.push(
        site.get_with(target, &[("Accept", "text/csv")])
            .field("etag")
            .unwrap()
            .to_owned(),
    );
    for (index, tag) in tags.iter().enumerate() {
        assert!(!tags[..index].contains(tag), "{tags:?}");
    }
    let same = site.get_with(target, &[("If-None-Match", &tags[0])]);
    assert_eq!(
        (same.status, same.field("vary")),
        (304, Some("Accept, Accept-Encoding"))
    );
    assert_eq!(
        site.get_with(target, &[("If-None-Match", &tags[1])]).status,
        200
    );
    let parquet = site.get_with(
        &format!("{target}&f=parquet"),
        &[("Accept-Encoding", "gzip")],
    );
    assert_eq!(
        (parquet.status, parquet.field("content-encoding")),
        (200, None)
    );
}

#[test]
fn the_catalogue_says_what_there_is() {
    let site = sample::site();
    let answer = site.get("/v1/perils");
    let found = json_of(&answer);
    assert_eq!(found["perils"].as_array().unwrap().len(), 7);
    assert_eq!(found["years"], json!([2020, 2030, 2040, 2050, 2075, 2100]));
    assert_eq!(
        found["grid"]["extent"],
        json!({"south": -2.0, "north": 4.0, "west": -3.0, "east": 3.0})
    );
    assert_eq!(found["grid"]["cell_size_degrees"]["latitude"], 0.25);
    assert_eq!(
        (&found["store"]["version"], &found["store"]["synthetic"]),
        (&json!(7), &json!(true))
    );
    let metrics: Vec<_> = found["perils"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|peril| peril["metrics"].as_array().unwrap())
        .collect();
    assert_eq!(metrics.len(), 8);
    let fire = metrics
        .iter()
        .find(|metric| metric["name"] == "fireprobability")
        .unwrap();
    assert_eq!(
        (&fire["unit"], fire["statistics"].as_array().unwrap().len()),
        (&json!("1"), 12)
    );
    let tag = answer.field("etag").unwrap();
    assert_eq!(
        site.get_with("/v1/perils", &[("If-None-Match", tag)])
            .status,
        304
    );
    assert_eq!(Peril::ALL.len(), 7);
}

#[test]
fn a_portfolio_is_answered_in_order_by_a_daemon_that_stays_small() {
    let site = sample::site();
    let count = 60_000_u32;
    let mut body = String::from("id,lat,lon\n");
    for index in 0..count {
        let offset = f64::from(index) * 1e-4;
        let _ = writeln!(body, "s{index},{:.4},{:.4}", -2.0 + offset, 3.0 - offset);
    }
    let before = resident_kib(&site);
    // Everything is sent before anything is read.
    let answer = site.csv(&format!("{WIND}&f=csv"), &body);
    assert_eq!(
        (answer.status, answer.field("transfer-encoding")),
        (200, Some("chunked"))
    );
    let lines: Vec<_> = answer.text().lines().skip(1).collect();
    assert_eq!(lines.len(), usize::try_from(count).unwrap());
    for (index, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("s{index},")), "{line}");
        assert!(line.contains(",ok,"), "{line}");
    }
    let all = site.csv("f=arrow", &body);
    let reader = arrow_ipc::reader::StreamReader::try_new(all.content.as_slice(), None).unwrap();
    assert_eq!(
        reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
        usize::try_from(count).unwrap()
    );
    assert!(all.content.len() > 60_000 * 96 * 8);
    assert!(
        resident_kib(&site) < before + 100 * 1024,
        "{before} {}",
        resident_kib(&site)
    );
}

#[test]
fn a_client_that_goes_away_stops_the_work_and_frees_its_place() {
    let site =
        sample::site_with(|settings, _| settings.more = "[perils]\nmax_streams = 1\n".into());
    let body = format!("lat,lon\n{}", "1,1\n".repeat(60_000));
    let request = || {
        Request::new("POST", "/v1/location?f=json")
            .bearer(&fresh_token())
            .field(CERTIFICATE, &site.bank.escaped())
            .field(CSV.0, CSV.1)
            .content(body.as_bytes())
    };
    let mut stalled = site.connect();
    stalled.write(&request().bytes());
    std::io::BufRead::fill_buf(stalled.stream()).unwrap();
    let busy = site.ask(&request());
    assert_eq!(
        (busy.status, busy.field("retry-after").is_some()),
        (503, true)
    );
    assert_eq!(site.get("/wind?lat=1&lon=1").status, 200);
    drop(stalled);
    eventually("the place is free", Duration::from_secs(20), || {
        (site.csv(&format!("{WIND}&f=csv"), &body).status == 200).then_some(())
    });
}

fn resident_kib(site: &Site) -> u64 {
    let pid = site.perild.pid().as_raw_nonzero();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
