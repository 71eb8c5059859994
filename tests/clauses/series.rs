//! Series: sums by local days and other intervals, and latest rows, in each format, for those who may have them.

use std::fs;

use arrow_array::{cast::AsArray, types::Float64Type};
use arrow_ipc::reader::StreamReader;
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::{
    site::Site,
    support::{
        http::{Answer, Request},
        tables,
    },
};

/// A site with the half hours of three meters, M1 to M3, of the first two days of 1970.
fn site() -> Site {
    let site = Site::with(|settings, _| "publish = \"all\"\n".clone_into(&mut settings.defaults));
    let state = site.dir().join("state");
    tables::meters(&state, "meters", 96);
    tables::watches(&state, "watches", 0);
    site.perild.reload();
    site
}

fn aggregate(query: &str) -> String {
    format!("/v1/collections/meters/aggregate?{query}")
}

fn lines(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.text().lines().collect()
}

/// The sum of so many half hours of a meter from one on.
fn sum(meter: u32, first: u32, count: u32) -> f64 {
    (first..first + count)
        .map(|at| f64::from(meter) + f64::from(at) / 1024.0)
        .sum()
}

#[test]
fn days_are_those_of_the_zone_and_rows_that_are_missing_show() {
    let site = site();
    // Britain was an hour ahead all the year.
    let answer = site.get(&aggregate("every=P1D&zone=Europe/London&meter=M2&f=csv"));
    assert_eq!(
        lines(&answer),
        [
            "meter,interval_start,interval_end,kwh_sum,kwh_count,expected".to_owned(),
            format!(
                "M2,1970-01-01T00:00:00+01:00,1970-01-02T00:00:00+01:00,{},46,48",
                sum(2, 0, 46)
            ),
            format!(
                "M2,1970-01-02T00:00:00+01:00,1970-01-03T00:00:00+01:00,{},48,48",
                sum(2, 46, 48)
            ),
            format!(
                "M2,1970-01-03T00:00:00+01:00,1970-01-04T00:00:00+01:00,{},2,48",
                sum(2, 94, 2)
            ),
        ]
    );
    let answer = site.get(&aggregate("every=P1D&meter=M2&functions=count&f=csv"));
    assert_eq!(
        lines(&answer)[1..],
        [
            "M2,1970-01-01T00:00:00Z,1970-01-02T00:00:00Z,48,48",
            "M2,1970-01-02T00:00:00Z,1970-01-03T00:00:00Z,48,48",
        ]
    );
}

#[test]
fn json_says_what_columns_are_and_has_an_object_for_each_interval() {
    let site = site();
    let answer = site.get(&aggregate("every=P1W&functions=sum,mean&meter=M1"));
    assert_eq!(answer.field("content-type"), Some("application/json"));
    let found: Value = serde_json::from_slice(&answer.content).unwrap();
    let of = |function: &str| json!({"unit": "kW.h", "column": "kwh", "function": function});
    assert_eq!(found["columns"]["kwh_sum"], of("sum"));
    assert_eq!(found["columns"]["kwh_mean"], of("mean"));
    assert_eq!(
        found["rows"],
        json!([{
            "meter": "M1", "interval_start": "1969-12-29T00:00:00Z", "interval_end": "1970-01-05T00:00:00Z",
            "kwh_sum": sum(1, 0, 96), "kwh_mean": sum(1, 0, 96) / 96.0, "expected": 336,
        }])
    );
}

#[test]
fn each_format_has_the_same_sums() {
    let site = site();
    let query = "every=P1D&functions=sum&datetime=1970-01-02/1970-01-02";
    let expected = [1, 2, 3].map(|meter| sum(meter, 48, 48));
    let get = |format: &str| site.get(&aggregate(&format!("{query}&f={format}")));
    let arrow = get("arrow");
    assert_eq!(
        arrow.field("content-type"),
        Some("application/vnd.apache.arrow.stream")
    );
    let arrow = StreamReader::try_new(&arrow.content[..], None).unwrap();
    let parquet = get("parquet").content;
    let parquet = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet)).unwrap();
    for batch in [
        arrow.map(Result::unwrap).next().unwrap(),
        parquet.build().unwrap().next().unwrap().unwrap(),
    ] {
        let sums = batch.column_by_name("kwh_sum").unwrap();
        assert_eq!(sums.as_primitive::<Float64Type>().values()[..], expected);
        let schema = batch.schema();
        let field = schema.field_with_name("kwh_sum").unwrap();
        assert_eq!(field.metadata().get("unit").unwrap(), "kW.h");
        let start = schema.field_with_name("interval_start").unwrap();
        assert!(matches!(start.data_type(), DataType::Timestamp(_, Some(_))));
    }
    let of_lines = get("ndjson");
    let of_lines = lines(&of_lines).into_iter().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        row["kwh_sum"].as_f64().unwrap()
    });
    assert_eq!(of_lines.collect::<Vec<_>>(), expected);
    let csv = get("csv");
    let of_csv = lines(&csv).into_iter().skip(1);
    let of_csv = of_csv.map(|line| line.split(',').nth(3).unwrap().parse::<f64>().unwrap());
    assert_eq!(of_csv.collect::<Vec<_>>(), expected);
    assert_eq!(get("geojson").status, 400);
}

#[test]
fn series_stand_side_by_side_or_are_summed_up_together() {
    let site = site();
    let wide = site.get(&aggregate("every=P1D&functions=count&shape=wide&f=csv"));
    assert_eq!(
        lines(&wide),
        [
            "interval_start,interval_end,M1,M2,M3",
            "1970-01-01T00:00:00Z,1970-01-02T00:00:00Z,48,48,48",
            "1970-01-02T00:00:00Z,1970-01-03T00:00:00Z,48,48,48",
        ]
    );
    let together = site.get(&aggregate(
        "every=P1M&functions=count&by=all&ids=M1,M3&f=csv",
    ));
    assert_eq!(
        lines(&together),
        [
            "interval_start,interval_end,kwh_count,expected",
            "1970-01-01T00:00:00Z,1970-02-01T00:00:00Z,192,2976",
        ]
    );
}

#[test]
fn a_time_is_half_open_and_gaps_are_filled_up_to_its_ends() {
    let site = site();
    let time = "datetime=1970-01-01T23:00:00Z/1970-01-03T01:00:00Z&meter=M1&f=csv";
    let short = |query: &str| {
        let answer = site.get(&aggregate(&format!("{query}&{time}")));
        let lines = lines(&answer).into_iter().skip(1);
        let lines: Vec<_> = lines
            .map(|line| line.replace("1970-01-", "").replace("T00:00:00Z", ""))
            .collect();
        lines
    };
    assert_eq!(
        short("every=P1D&functions=count"),
        ["M1,01,02,2,2", "M1,02,03,48,48"]
    );
    assert_eq!(
        short("every=P1D&functions=count,last&fill=previous"),
        [
            "M1,01,02,2,1.0458984375,2",
            "M1,02,03,48,1.0927734375,48",
            "M1,03,04,0,1.0927734375,2"
        ]
    );
    assert_eq!(
        short("every=P1D&functions=count,last&fill=null")[2],
        "M1,03,04,0,,2"
    );
}

#[test]
fn the_latest_row_of_each_series_is_had_and_the_latest_of_a_time() {
    let site = site();
    let latest = |query: &str| site.get(&format!("/v1/collections/meters/latest?f=csv{query}"));
    assert_eq!(
        lines(&latest("")),
        [
            "meter,from,kwh",
            "M1,1970-01-02T23:30:00Z,1.0927734375",
            "M2,1970-01-02T23:30:00Z,2.0927734375",
            "M3,1970-01-02T23:30:00Z,3.0927734375",
        ]
    );
    let before = latest("&datetime=../1970-01-01T01:00:00Z&ids=M2&properties=kwh");
    assert_eq!(
        lines(&before)[1..],
        ["M2,1970-01-01T00:30:00Z,2.0009765625"]
    );
}

#[test]
fn what_cannot_be_summed_up_is_400_and_names_the_parameter() {
    let site = site();
    for (query, expected) in [
        ("", "every must be a length"),
        ("every=P2D", "every must be a length"),
        ("every=PT15M", "every must be PT30M or longer"),
        ("every=P1D&zone=Nowhere", "zone must be a name"),
        ("every=P1D&functions=sums", "functions must be a list"),
        (
            "every=P1D&properties=meter",
            "properties must be columns of numbers",
        ),
        ("every=P1D&by=from,kwh", "by must be series"),
        ("every=P1D&shape=square", "shape must be long or wide"),
        ("every=P1D&fill=0", "fill must be none or null or previous"),
        ("every=P1D&datetime=now", "datetime must be"),
        (
            "every=P1D&sortby=kwh",
            "a parameter of the query is not known",
        ),
        ("every=P1D&meter=M1&meter=M2", "each name stands once"),
        ("every=P1D&ids=M1,2", "ids"),
    ] {
        let answer = site.get(&aggregate(query));
        if query.ends_with("ids=M1,2") {
            // Two series, of which there is one.
            assert_eq!(answer.status, 200);
            continue;
        }
        assert_eq!(answer.status, 400, "{query} {answer:?}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains(expected), "{query}: {detail}");
    }
    let long = site.get(&aggregate(
        "every=PT30M&fill=null&datetime=1000-01-01/2026-01-01",
    ));
    assert_eq!(long.status, 413);
    assert_eq!(
        long.problem()["type"],
        "urn:perild:problem:too-much-at-once"
    );
    for target in [
        "watches/aggregate?every=P1D",
        "watches/latest",
        "none/latest",
    ] {
        let answer = site.get(&format!("/v1/collections/{target}"));
        assert_eq!(answer.status, 404, "{target}");
    }
}

/// Rows: DEC-4
#[test]
fn sums_are_for_those_who_may_have_the_rows() {
    let site = site();
    let described = |scope: &str| {
        format!(
            "[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\nkind = \"series\"\nkey = [\"meter\"]\ntime = \"from\"\n[[rule]]\nscopes = [\"{scope}\"]\n"
        )
    };
    for (scope, expected) in [("other:read", 403), ("energy:read", 200)] {
        fs::write(site.shared("meters.toml"), described(scope)).unwrap();
        site.perild.reload();
        for target in ["aggregate?every=P1D", "latest", "aggregate?every=never"] {
            let target = format!("/v1/collections/meters/{target}");
            assert_eq!(site.ask(&Request::get(&target)).status, 401, "{target}");
            let answer = site.get(&target);
            let is_malformed = expected == 200 && target.ends_with("never");
            let expected = if is_malformed { 400 } else { expected };
            assert_eq!(answer.status, expected, "{target} {answer:?}");
        }
    }
}

#[test]
fn sums_of_the_same_table_have_the_same_tag() {
    let site = site();
    let target = aggregate("every=P1D");
    let tag = |answer: &Answer| answer.field("etag").unwrap().to_owned();
    let first = site.get(&target);
    let again = site.get_with(&target, &[("if-none-match", &tag(&first))]);
    assert_eq!(again.status, 304);
    assert_ne!(tag(&site.get(&aggregate("every=P1W"))), tag(&first));
    tables::meters(&site.dir().join("state"), "meters", 95);
    site.perild.reload();
    let other = site.get_with(&target, &[("if-none-match", &tag(&first))]);
    assert_eq!(other.status, 200);
}

/// The blocks of `page` that are of `language`.
fn blocks<'p>(page: &'p str, language: &str) -> Vec<&'p str> {
    let opening = format!("```{language}\n");
    let blocks = page.split(&opening).skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[test]
fn each_request_of_the_page_has_the_answer_that_stands_there() {
    let site = Site::with(|settings, _| "publish = \"all\"\n".clone_into(&mut settings.defaults));
    tables::year(&site.dir().join("state"), "meters");
    site.perild.reload();
    let page = fs::read_to_string("docs/series.md").unwrap();
    let (requests, answers) = (blocks(&page, "http"), blocks(&page, "csv"));
    assert_eq!(requests.len(), answers.len());
    assert!(requests.len() > 4);
    for (request, expected) in requests.iter().zip(answers) {
        let target = request.trim().strip_prefix("GET ").unwrap();
        let answer = site.get(target);
        let found = lines(&answer).join("\n");
        assert_eq!(found, expected.trim_end(), "{target}");
    }
}
