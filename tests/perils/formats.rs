//! `/v1`: what goes in and out as JSON, GeoJSON, CSV, Arrow and Parquet, packed or not.

use std::{collections::HashSet, io::Read};

use arrow_array::{Array, RecordBatch, cast::AsArray, types::Float64Type};
use arrow_schema::SchemaRef;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use perild::dataset::grid::Profile;
use serde_json::json;

use crate::{
    query::{JSON, WIND, json_of, stored, wind},
    sample,
    support::python,
};

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
        "\u{feff}Site,LAT,Lon,note,status,reason,cell_latitude,cell_longitude,distance_km,interpolation,synthetic,missing,\
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
    assert!(
        lines[3].starts_with("C,0.9,-1.1,,ok,,1,-1,"),
        "{}",
        lines[3]
    );
    assert!(
        lines[4].starts_with("D,1.5,2.25,z,ok,,1.5,2.25,0.000,nearest,true,"),
        "{}",
        lines[4]
    );
    assert_eq!(lines.len(), 5);

    let long = site.csv(&format!("{WIND},2040&f=csv&layout=long"), TABLE);
    let lines: Vec<_> = long.text().lines().collect();
    assert_eq!(lines.len(), 1 + 2 + 1 + 2 + 2);
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
            .starts_with("0,A,1.0,1.0,\"{\"\"note\"\":\"\"x\"\"}\",ok,")
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
        let (schema, batch) = read(format, &answer.content);
        assert_eq!(batch.num_rows(), 4);
        let names: Vec<_> = schema
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
        let field = schema
            .field_with_name("windspeed100yr_ssp126_2030")
            .unwrap();
        assert_eq!(field.metadata()["unit"], "m/s");
        assert_eq!(field.metadata()["peril"], "wind");
        assert!(field.metadata().contains_key("peril_version"));
        let definitions = &schema.metadata()["perild.definitions"];
        let definitions: serde_json::Value = serde_json::from_str(definitions).unwrap();
        let definition = definitions["windspeed100yr"].as_str().unwrap();
        let known = &Profile::perils().coverages[0].columns.variables()[0];
        assert_eq!(definition, &*known.definition);
        let numbers = |name| {
            let column = batch.column_by_name(name).unwrap();
            column.as_primitive::<Float64Type>()
        };
        let sent = ["LAT", "Lon"].map(|name| numbers(name).iter().collect::<Vec<_>>());
        assert_eq!(sent[0], [1.0, 95.0, 0.9, 1.5].map(Some));
        assert_eq!(sent[1], [1.0, 1.0, -1.1, 2.25].map(Some));
        let values = numbers(field.name());
        assert_eq!(Some(values.value(0)), stored(1.0, 1.0, wind()).known());
        assert!(values.is_null(1));
        let status = batch.column_by_name("status").unwrap().as_string::<i32>();
        assert_eq!((status.value(0), status.value(1)), ("ok", "invalid"));
        // From JSON there are other columns before ours.
        let target = format!("{target}&f={format}");
        let answer = site.post(&target, geojson.to_string().as_bytes(), &[JSON]);
        assert_eq!(read(format, &answer.content).1.num_rows(), 2);
    }
}

/// The schema of an answer, and its first batch.
fn read(format: &str, content: &[u8]) -> (SchemaRef, RecordBatch) {
    let content = bytes::Bytes::copy_from_slice(content);
    if format == "arrow" {
        let mut reader = arrow_ipc::reader::StreamReader::try_new(content.as_ref(), None).unwrap();
        return (reader.schema(), reader.next().unwrap().unwrap());
    }
    let builder = ParquetRecordBatchReaderBuilder::try_new(content).unwrap();
    let schema = SchemaRef::clone(builder.schema());
    (schema, builder.build().unwrap().next().unwrap().unwrap())
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

/// What was answered may be asked again: its own columns come back under other names.
#[test]
fn an_answer_that_is_sent_again_has_no_name_twice() {
    let site = sample::site();
    let mut body = "lat,lon,status,input_status\n1,1,mine,x\n".to_owned();
    for round in 1..=2 {
        let answer = site.csv(&format!("{WIND}&radius_km=50&f=csv"), &body);
        let names: Vec<_> = answer.text().lines().next().unwrap().split(',').collect();
        let different: HashSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "round {round}: {names:?}");
        assert!(names.contains(&"input_input_status"), "{names:?}");
        let parquet = site.csv(&format!("{WIND}&radius_km=50&f=parquet"), &body);
        let (schema, _) = read("parquet", &parquet.content);
        let found: Vec<_> = schema.fields().iter().map(|field| field.name()).collect();
        assert_eq!(found, names.iter().collect::<Vec<_>>());
        body = answer.text().to_owned();
    }
    assert!(body.contains("\n1,1,mine,x,ok,,"), "{body}");

    let feature = json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 1]},
        "properties": {"note": "\"perils\" \u{e9}", "perils": {"a": 1.50}}});
    let mut body = json!({"type": "FeatureCollection", "features": [feature]}).to_string();
    for _ in 0..2 {
        let target = format!("/v1/location?{WIND}");
        let answer = site.post(
            &target,
            body.as_bytes(),
            &[("Content-Type", "application/geo+json")],
        );
        assert_eq!(answer.text().matches("\"perils\":{\"status\"").count(), 1);
        let found = json_of(&answer);
        let properties = &found["features"][0]["properties"];
        assert_eq!(properties["note"], "\"perils\" \u{e9}");
        assert!(
            properties["input_perils"].is_object() && properties["perils"]["values"].is_array()
        );
        body = json!({"type": "FeatureCollection", "features": found["features"]}).to_string();
    }
}

#[test]
fn a_csv_says_licence_source_and_version_in_columns_or_comments_when_asked_and_else_nowhere() {
    let site = sample::site();
    let body = "lat,lon,source\n1,1,mine\n95,1,mine\n";
    for layout in ["wide", "long"] {
        let query = format!("{WIND}&f=csv&layout={layout}");
        let plain = site.csv(&query, body);
        assert_eq!(
            site.csv(&format!("{query}&provenance=none"), body).content,
            plain.content
        );
        let columns = site.csv(&format!("{query}&provenance=columns"), body);
        let lines: Vec<_> = columns.text().lines().collect();
        assert!(
            lines[0].starts_with("lat,lon,input_source,status,"),
            "{}",
            lines[0]
        );
        assert!(
            lines[0].ends_with(",licence,source,store_version"),
            "{}",
            lines[0]
        );
        for (line, before) in lines.iter().zip(plain.text().lines()).skip(1) {
            assert_eq!(*line, format!("{before},CC0-1.0,made for a test,7"));
        }
        let comments = site.csv(&format!("{query}&provenance=comments"), body);
        let before = "# licence: CC0-1.0\n# source: made for a test\n\
                      # store version: 7, imported at 2026-01-15T12:00:00Z\n";
        assert_eq!(
            comments.text(),
            format!("{before}{}", plain.text()),
            "{layout}"
        );
    }
    // Everything else says it anyway.
    for format in ["json", "geojson", "arrow", "parquet"] {
        let answer = site.csv(&format!("{WIND}&f={format}&provenance=columns"), body);
        assert_eq!(answer.status, 400, "{format}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains("provenance must be none"), "{detail}");
    }
    let unknown = site.csv(&format!("{WIND}&f=csv&provenance=footnotes"), body);
    let detail = unknown.problem()["detail"].to_string();
    assert!(
        detail.contains("known are none, columns, comments"),
        "{detail}"
    );
}

#[test]
fn missing_and_interpolation_are_null_in_arrow_and_parquet_where_there_is_none() {
    let site = sample::site();
    // A place with all values, one that lacks some, one that is invalid.
    let body = "lat,lon\n1,1\n-2,-2.25\n95,1\n";
    let has_all = stored(1.0, 1.0, wind()).known().is_some();
    let has_some = stored(-2.0, -2.25, wind()).known().is_none();
    assert!(has_all && has_some);
    for format in ["arrow", "parquet"] {
        let answer = site.csv(&format!("{WIND}&f={format}"), body);
        let (_, batch) = read(format, &answer.content);
        let texts = |name| {
            let column = batch.column_by_name(name).unwrap().as_string::<i32>();
            column
                .iter()
                .map(|text| text.map(str::to_owned))
                .collect::<Vec<_>>()
        };
        let missing = Some("windspeed100yr=not_covered".to_owned());
        assert_eq!(texts("missing"), [None, missing, None], "{format}");
        let nearest = Some("nearest".to_owned());
        assert_eq!(
            texts("interpolation"),
            [nearest.clone(), nearest, None],
            "{format}"
        );
    }
}

#[test]
fn wide_geojson_has_the_columns_of_a_wide_csv_as_properties() {
    let site = sample::site();
    let features = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "id": 7, "properties": {"note": "x", "status": "mine", "perils": 5},
         "geometry": {"type": "Point", "coordinates": [1.0, 1.0]}},
        {"type": "Feature", "properties": null, "geometry": {"type": "Point", "coordinates": [-2.25, -2.0]}},
        {"type": "Feature", "properties": {"note": null}, "geometry": null},
    ]});
    let query = format!("{WIND}&radius_km=1");
    let answer = site.post(
        &format!("/v1/location?{query}&layout=wide"),
        features.to_string().as_bytes(),
        &[("Content-Type", "application/geo+json")],
    );
    assert_eq!(answer.field("content-type"), Some("application/geo+json"));
    let found = json_of(&answer);
    let table = site.csv(&format!("{query}&f=csv"), "lat,lon\n1.0,1.0\n-2.0,-2.25\n");
    let names: Vec<_> = table.text().lines().next().unwrap().split(',').collect();
    for (at, feature) in found["features"].as_array().unwrap().iter().enumerate() {
        let properties = feature["properties"].as_object().unwrap();
        for name in &names[2..] {
            assert!(properties.contains_key(*name), "{at} {name}");
        }
        assert!(
            properties
                .values()
                .all(|value| !value.is_object() && !value.is_array())
        );
    }
    let first = &found["features"][0]["properties"];
    assert_eq!(found["features"][0]["id"], 7);
    assert_eq!(
        (
            &first["note"],
            &first["input_status"],
            &first["input_perils"]
        ),
        (&json!("x"), &json!("mine"), &json!(5))
    );
    let value = "windspeed100yr_ssp126_2030";
    assert_eq!(first[value].as_f64(), stored(1.0, 1.0, wind()).known());
    assert_eq!(
        (&first["status"], &first["missing"], &first["distance_km"]),
        (&json!("ok"), &json!(null), &json!(0.0))
    );
    let second = &found["features"][1]["properties"];
    assert_eq!(
        (&second[value], &second["missing"]),
        (&json!(null), &json!("windspeed100yr=not_covered"))
    );
    let third = &found["features"][2]["properties"];
    assert_eq!(
        (
            &third["status"],
            &third["reason"],
            &third["interpolation"],
            &third[value]
        ),
        (
            &json!("invalid"),
            &json!("not_a_point"),
            &json!(null),
            &json!(null)
        )
    );
    assert_eq!(found["summary"]["places"], 3);
    // Without it features have what they had.
    let nested = site.post(
        &format!("/v1/location?{query}"),
        features.to_string().as_bytes(),
        &[("Content-Type", "application/geo+json")],
    );
    assert!(json_of(&nested)["features"][0]["properties"]["perils"]["values"].is_array());
    let csv = site.csv(&format!("{query}&layout=wide&f=geojson"), TABLE);
    assert_eq!(json_of(&csv)["features"][0]["properties"]["Site"], "A");
    let long = site.csv(&format!("{query}&layout=long&f=geojson"), TABLE);
    assert_eq!(long.status, 400);
}

/// What QGIS reads with.
#[test]
fn gdal_reads_wide_geojson_as_a_column_for_each_value() {
    let site = sample::site();
    let target = "/v1/location?lat=1,-2,95&lon=1,-2.25,0&id=a,b,c&perils=wind&years=2030&f=geojson";
    let dir = tempfile::tempdir().unwrap();
    let read = |layout: &str| {
        let answer = site.get(&format!("{target}{layout}"));
        assert_eq!(answer.status, 200);
        let file = dir.path().join("answer.geojson");
        std::fs::write(&file, &answer.content).unwrap();
        let said = python::with(&python::GDAL, COLUMNS, &[file.to_str().unwrap()]);
        serde_json::from_str::<serde_json::Value>(&said).unwrap()
    };
    let wide = read("&layout=wide");
    let number = json!(stored(1.0, 1.0, wind()).known());
    assert_eq!(
        wide["windspeed100yr_ssp126_2030"],
        json!(["float64", [number, null, null]])
    );
    assert_eq!(wide["status"], json!(["object", ["ok", "ok", "invalid"]]));
    assert_eq!(wide["synthetic"][0], "bool");
    assert_eq!(wide["distance_km"][0], "float64");
    assert!(wide.get("perils").is_none());
    // The nested one is a column of JSON texts.
    assert!(read("").get("windspeed100yr_ssp126_2030").is_none());
}

/// Prints each column's name with its type and its values.
pub(crate) const COLUMNS: &str = "
import json, math, sys
import pyogrio
meta, _, geometry, columns = pyogrio.raw.read(sys.argv[1])
plain = lambda one: None if one is None or (isinstance(one, float) and math.isnan(one)) else one
print(json.dumps({
    name: [str(kind), [plain(one) for one in column.tolist()]]
    for name, kind, column in zip(meta['fields'], meta['dtypes'], columns)
}))
";
