//! Formats of answers to data queries: CoverageJSON, CSV, GeoJSON, Arrow and Parquet say the same.

use std::{collections::HashSet, io::Read};

use arrow_array::{Array, RecordBatch, cast::AsArray, types::Float64Type};
use arrow_ipc::reader::StreamReader;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::{
    collections::site,
    formats::COLUMNS,
    portfolio::resident_kib,
    query::json_of,
    sample,
    site::Site,
    support::{http::Answer, python, store},
};

/// The irradiance of some cells, with each kind of query.
const QUERIES: [&str; 4] = [
    "position?coords=POINT(2.9%201.2)",
    "position?coords=MULTIPOINT((0%200),(50%2050),(1%202))",
    "cube?bbox=0.6,1.6,2.4,9",
    "area?coords=POLYGON((0.5%200.5,2.5%200.5,2.5%201.5,0.5%200.5))",
];

fn solar(site: &Site, query: &str, fields: &[(&str, &str)]) -> Answer {
    site.get_with(&format!("/v1/collections/solar/{query}"), fields)
}

/// The rows of an answer as its CSV has them: names, and numbers or none.
type Rows = (Vec<String>, Vec<Vec<Option<f64>>>);

fn of_csv(answer: &Answer) -> Rows {
    let text = answer.text();
    let mut lines = text
        .lines()
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let number = |text: &String| (!text.is_empty()).then(|| text.parse().unwrap());
    (
        names,
        lines
            .map(|line| line.iter().map(number).collect())
            .collect(),
    )
}

fn of_geojson(answer: &Answer, names: &[String]) -> Rows {
    let found = json_of(answer);
    let features = found["features"].as_array().unwrap().iter();
    let rows = features.map(|feature| {
        let place = feature["geometry"]["coordinates"].as_array().unwrap();
        let properties = feature["properties"].as_object().unwrap();
        assert_eq!(properties.len(), names.len() - 2);
        let values = names[2..].iter().map(|name| properties[name].as_f64());
        place.iter().map(Value::as_f64).chain(values).collect()
    });
    (names.to_vec(), rows.collect())
}

fn of_batches(batches: &[RecordBatch]) -> Rows {
    let schema = batches[0].schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    let row = |batch: &RecordBatch, row: usize| {
        let numbers = batch.columns().iter().map(|column| {
            let column = column.as_primitive::<Float64Type>();
            column.is_valid(row).then(|| column.value(row))
        });
        numbers.collect()
    };
    let rows = batches.iter().flat_map(|batch| {
        (0..batch.num_rows())
            .map(|at| row(batch, at))
            .collect::<Vec<_>>()
    });
    (names.collect(), rows.collect())
}

fn of_arrow(answer: &Answer) -> Vec<RecordBatch> {
    let reader = StreamReader::try_new(answer.content.as_slice(), None).unwrap();
    reader.map(Result::unwrap).collect()
}

fn of_parquet(answer: &Answer) -> Vec<RecordBatch> {
    let content = Bytes::copy_from_slice(&answer.content);
    let reader = ParquetRecordBatchReaderBuilder::try_new(content).unwrap();
    // Of the schema a batch has the fields alone.
    let schema = SchemaRef::clone(reader.schema());
    let batches = reader.build().unwrap().map(Result::unwrap);
    let batches = batches.map(|batch| batch.with_schema(SchemaRef::clone(&schema)).unwrap());
    batches.collect()
}

/// Rows: EDR-8, EDR-10
#[test]
fn every_table_of_a_query_has_the_same_rows_and_numbers() {
    let site = site();
    for query in QUERIES {
        let get = |format: &str| solar(&site, &format!("{query}&f={format}"), &[]);
        let csv = of_csv(&get("csv"));
        assert_eq!(csv.0[..2], ["longitude", "latitude"]);
        assert_eq!(
            csv.0.contains(&"cell_share".to_owned()),
            query.starts_with("area")
        );
        assert!(csv.1.iter().flatten().any(Option::is_none), "{query}");
        assert_eq!(of_geojson(&get("GeoJSON"), &csv.0), csv, "{query}");
        assert_eq!(of_batches(&of_arrow(&get("arrow"))), csv, "{query}");
        assert_eq!(of_batches(&of_parquet(&get("parquet"))), csv, "{query}");
    }
}

/// Rows: EDR-8, HTTP-7, HTTP-17, HTTP-18, HTTP-19
#[test]
fn each_format_has_its_type_its_tag_and_the_coding_that_makes_it_smaller() {
    let site = site();
    let query = QUERIES[2];
    let mut tags = HashSet::new();
    for (name, media_type) in [
        ("CoverageJSON", "application/vnd.cov+json"),
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("geojson", "application/geo+json"),
        ("ARROW", "application/vnd.apache.arrow.stream"),
        ("parquet", "application/vnd.apache.parquet"),
    ] {
        let named = solar(&site, &format!("{query}&f={name}"), &[]);
        assert_eq!(named.field("content-type"), Some(media_type));
        let accepted = solar(&site, query, &[("Accept", media_type)]);
        assert_eq!(accepted.field("content-type"), Some(media_type));
        assert_eq!(accepted.content, named.content, "{name}");
        assert_eq!(accepted.field("vary"), Some("Accept, Accept-Encoding"));
        let tag = accepted.field("etag").unwrap();
        assert!(tags.insert(tag.to_owned()), "{name}: {tag}");
        let fields = [("Accept", media_type), ("If-None-Match", tag)];
        let same = solar(&site, query, &fields);
        assert_eq!((same.status, same.content.len()), (304, 0), "{name}");
        let fields = [("Accept", media_type), ("Accept-Encoding", "gzip")];
        let coded = solar(&site, query, &fields);
        if name == "parquet" {
            assert_eq!(coded.field("content-encoding"), None);
            continue;
        }
        assert_eq!(coded.field("content-encoding"), Some("gzip"), "{name}");
        let mut content = Vec::new();
        let mut decoder = flate2::read::GzDecoder::new(coded.content.as_slice());
        decoder.read_to_end(&mut content).unwrap();
        assert_eq!(content, named.content, "{name}");
    }
    let refused = solar(&site, query, &[("Accept", "application/wmo-grib2")]);
    assert_eq!(refused.status, 406);
    let problem = refused.problem().to_string();
    assert!(
        problem.contains("application/vnd.apache.parquet"),
        "{problem}"
    );
}

/// Rows: EDR-10
#[test]
fn a_feature_is_the_centre_of_a_cell_whatever_the_order_of_coordinates_asked_for() {
    let site = site();
    let query = "cube?bbox=1.6,0.6,9,2.4&crs=EPSG:4326&f=geojson&subset=month(1)";
    let found = json_of(&solar(&site, query, &[]));
    assert_eq!(found["type"], "FeatureCollection");
    assert_eq!(found["links"][0]["href"], "/v1/collections/solar");
    let parameter = &found["parameters"]["ghi"];
    assert_eq!(parameter["unit"]["symbol"]["value"], "kW.h/m2");
    let first = &found["features"][0];
    // RFC 7946 §4: the longitude is first.
    let place = json!({"type": "Point", "coordinates": [1, 2]});
    assert_eq!(first["geometry"], place);
    assert_eq!(first["properties"], json!({"ghi_1": 2.1}));
}

#[test]
fn a_column_of_arrow_and_parquet_says_its_unit_collection_variable_and_dimensions() {
    let site = site();
    let get = |format: &str| solar(&site, &format!("{}&f={format}", QUERIES[3]), &[]);
    for (format, batches) in [
        ("arrow", of_arrow(&get("arrow"))),
        ("parquet", of_parquet(&get("parquet"))),
    ] {
        let schema = batches[0].schema();
        assert_eq!(schema.metadata()["perild.licence"], "CC-BY-4.0");
        assert_eq!(schema.metadata()["perild.synthetic"], "false");
        let about = schema.field_with_name("ghi_2").unwrap().metadata();
        for (name, expected) in [
            ("unit", "kW.h/m2"),
            ("collection", "solar"),
            ("collection_version", "2.1.0"),
            ("variable", "ghi"),
            ("dimensions", "{\"month\":\"2\"}"),
        ] {
            assert_eq!(about[name], expected, "{format} {name}");
        }
        let share = schema.field_with_name("cell_share").unwrap();
        assert_eq!(share.metadata()["unit"], "1");
    }
}

/// An answer that is made while it is sent is the one that is made at once, and no longer than it was estimated.
#[test]
fn a_whole_grid_comes_in_every_format_as_long_as_it_may() {
    let site = sample::site();
    let all = "/v1/collections/wind/cube?bbox=-180,-90,180,90";
    let rows = of_csv(&site.get(&format!("{all}&f=csv")));
    assert!(rows.1.len() > 100);
    let batches = of_arrow(&site.get(&format!("{all}&f=arrow")));
    assert_eq!(of_batches(&batches), rows);
    let files = of_parquet(&site.get(&format!("{all}&f=parquet")));
    assert_eq!(of_batches(&files), rows);
    let features = site.get(&format!("{all}&f=geojson"));
    assert_eq!(of_geojson(&features, &rows.0), rows);
    for format in ["csv", "geojson", "arrow", "parquet", "CoverageJSON"] {
        let answer = site.get(&format!("{all}&f={format}"));
        let limit = answer.content.len() - 1;
        let limited = sample::site_with(|settings, _| {
            let keys = format!("[perils]\nmax_answer_bytes = {limit}\n");
            settings.more.push_str(&keys);
        });
        let refused = limited.get(&format!("{all}&f={format}"));
        assert_eq!(refused.status, 413, "{format}");
        let problem = refused.problem().to_string();
        assert!(problem.contains("octets of the answer"), "{problem}");
    }
}

/// Of an answer there is one batch in memory, and of a Parquet file a group of rows.
#[test]
fn a_grid_of_the_world_takes_no_more_memory_than_its_batches() {
    let site = Site::with(|_, pki| store::import_sample(&pki.path(""), "1"));
    let world = "/v1/collections/wind/cube?bbox=-180,-90,180,90";
    assert_eq!(
        site.get(&format!("{world}&f=csv&subset=year(2030)")).status,
        200
    );
    let before = resident_kib(&site);
    for format in ["csv", "geojson", "arrow", "parquet"] {
        let answer = site.get(&format!("{world}&f={format}"));
        assert_eq!(answer.status, 200, "{format}");
        assert_eq!(answer.field("transfer-encoding"), Some("chunked"));
        let mib = answer.content.len() / 1024 / 1024;
        assert!(mib >= 3, "{format}: {mib} MiB");
        let peak = resident_kib(&site);
        assert!(
            peak < before + 60 * 1024,
            "{format}: {before} {peak}, {mib} MiB"
        );
    }
}

/// What QGIS reads with.
#[test]
fn gdal_reads_cells_as_points_with_a_column_for_each_value() {
    let site = site();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("answer.geojson");
    let answer = solar(&site, &format!("{}&f=geojson", QUERIES[3]), &[]);
    std::fs::write(&file, &answer.content).unwrap();
    let said = python::with(&python::GDAL, COLUMNS, &[file.to_str().unwrap()]);
    let found: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(found["ghi_1"], json!(["float64", [1.1, 1.2]]));
    assert_eq!(found["cell_share"][0], "float64");
}
