use std::{io, sync::Arc};

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal64Array, Float64Array, Int64Array,
    RecordBatch, RecordBatchIterator, RecordBatchReader, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampSecondArray, UInt64Array,
};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{DataType, Field, Schema};
use perild_query::geometry::Crs;
use serde_json::{Map, Value, json};

use super::*;

/// A column of each type that answers have, with a value and without.
fn batch() -> RecordBatch {
    let decimal = Decimal64Array::from(vec![Some(-105), None]);
    let columns: [(&str, ArrayRef); 11] = [
        ("x", Arc::new(Float64Array::from(vec![Some(-0.25), None]))),
        ("y", Arc::new(Float64Array::from(vec![51.5, 1.0]))),
        (
            "a \"name\", long",
            Arc::new(StringArray::from(vec![Some("x, \"y\"\n"), None])),
        ),
        ("is", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        (
            "decimal",
            Arc::new(decimal.with_precision_and_scale(18, 2).unwrap()),
        ),
        (
            "whole",
            Arc::new(Int64Array::from(vec![Some(i64::MIN), None])),
        ),
        (
            "count",
            Arc::new(UInt64Array::from(vec![Some(u64::MAX), None])),
        ),
        (
            "second",
            Arc::new(TimestampSecondArray::from(vec![Some(0), None]).with_timezone("UTC")),
        ),
        (
            "milli",
            Arc::new(TimestampMillisecondArray::from(vec![
                Some(1_500),
                Some(i64::MAX),
            ])),
        ),
        (
            "micro",
            Arc::new(TimestampMicrosecondArray::from(vec![Some(-1), None])),
        ),
        ("double", Arc::new(Float64Array::from(vec![1e21, f64::NAN]))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true)))
        .unwrap()
}

/// `batch` twice.
fn reader(batch: &RecordBatch) -> impl RecordBatchReader + use<> {
    let batches = [batch.clone(), batch.clone()].map(Ok);
    RecordBatchIterator::new(batches, batch.schema())
}

fn features() -> geojson::Features {
    geojson::Features {
        columns: feature::FeatureColumns {
            geometry: feature::GeometryColumns::Point([0, 1]),
            ..Default::default()
        },
        members: Map::from_iter([("a \"member\"".to_owned(), json!({"n": 1}))]),
    }
}

#[test]
fn a_table_has_a_line_for_each_row_of_each_batch_and_quotes_what_must_be() {
    let mut out = Vec::new();
    csv::write(reader(&batch()), &mut out).unwrap();
    let full = "-0.25,51.5,\"x, \"\"y\"\"\n\",true,-1.05,-9223372036854775808,18446744073709551615,\
                1970-01-01T00:00:00Z,1970-01-01T00:00:01.5Z,1969-12-31T23:59:59.999999Z,\
                1e+21\r\n";
    let empty = ",1,,,,,,,,,\r\n";
    let names = "x,y,\"a \"\"name\"\", long\",is,decimal,whole,count,second,milli,micro,double\r\n";
    let expected = format!("{names}{full}{empty}{full}{empty}");
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn a_feature_has_the_columns_beside_its_point_as_properties() {
    let mut out = Vec::new();
    geojson::write(reader(&batch()), &features(), &mut out).unwrap();
    let found: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(found["type"], "FeatureCollection");
    assert_eq!(found["a \"member\""], json!({"n": 1}));
    let all = found["features"].as_array().unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!(
        all[2]["geometry"],
        json!({"type": "Point", "coordinates": [-0.25, 51.5]})
    );
    assert_eq!(
        all[0]["properties"],
        json!({
            "a \"name\", long": "x, \"y\"\n", "is": true, "decimal": -1.05, "whole": i64::MIN, "count": u64::MAX,
            "second": "1970-01-01T00:00:00Z", "milli": "1970-01-01T00:00:01.5Z",
            "micro": "1969-12-31T23:59:59.999999Z", "double": 1e21,
        })
    );
    assert_eq!(all[1]["geometry"], Value::Null);
    let nothing = all[1]["properties"].as_object().unwrap();
    assert_eq!(nothing.len(), 9);
    assert!(nothing.values().all(Value::is_null), "{nothing:?}");
}

#[test]
fn a_collection_without_a_row_has_no_feature_and_a_table_only_names() {
    let batch = batch();
    let none = || RecordBatchIterator::new([], batch.schema());
    let mut out = Vec::new();
    geojson::write(none(), &features(), &mut out).unwrap();
    let found: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(found["features"], json!([]));
    let mut out = Vec::new();
    csv::write(none(), &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap().matches("\r\n").count(), 1);
}

#[test]
fn batches_are_read_back_from_arrow_and_parquet_as_they_were() {
    let batch = batch();
    let mut out = Vec::new();
    let opening = arrow::opening(&batch.schema()).unwrap();
    arrow::write(reader(&batch), &opening, &mut out).unwrap();
    let found = StreamReader::try_new(out.as_slice(), None).unwrap();
    assert_eq!(found.schema(), batch.schema());
    let found: Vec<_> = found.map(Result::unwrap).collect();
    // Not a number is not even itself.
    let text = |batches: &[RecordBatch]| format!("{batches:?}");
    assert_eq!(text(&found), text(&[batch.clone(), batch.clone()]));

    let mut out = Vec::new();
    parquet::write(reader(&batch), &mut out).unwrap();
    let found = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(out)).unwrap();
    assert_eq!(found.schema(), &batch.schema());
    let rows = found.metadata().file_metadata().num_rows();
    assert_eq!(rows, 4);
    let found: Vec<_> = found.with_batch_size(2).build().unwrap().collect();
    let found: Vec<_> = found.into_iter().map(Result::unwrap).collect();
    assert_eq!(text(&found), text(&[batch.clone(), batch]));
}

#[test]
fn a_type_without_a_form_as_text_ends_the_answer_as_a_fault() {
    let column: ArrayRef = Arc::new(BinaryArray::from(vec![b"x".as_slice()]));
    let batch = RecordBatch::try_from_iter([("geometry", column)]).unwrap();
    let error = csv::write(reader(&batch), &mut Vec::new()).unwrap_err();
    assert_eq!(error.to_string(), "a column of Binary has no form as text");
}

#[test]
fn a_fault_between_batches_and_a_reader_that_went_away_end_the_work() {
    let batch = batch();
    let broken = || {
        let fault = io::Error::other("the disk is gone");
        RecordBatchIterator::new([Ok(batch.clone()), Err(fault.into())], batch.schema())
    };
    let mut out = Vec::new();
    let opening = arrow::opening(&batch.schema()).unwrap();
    for (format, done) in [
        ("csv", csv::write(broken(), &mut out)),
        ("geojson", geojson::write(broken(), &features(), &mut out)),
        ("arrow", arrow::write(broken(), &opening, &mut out)),
        ("parquet", parquet::write(broken(), &mut out)),
    ] {
        let error = done.unwrap_err().to_string();
        assert!(error.contains("the disk is gone"), "{format}: {error}");
    }
    let mut short = [0_u8; 200];
    assert!(csv::write(reader(&batch), &mut short.as_mut_slice()).is_err());
    assert!(parquet::write(reader(&batch), &mut short.as_mut_slice()).is_err());
}

#[test]
fn a_batch_has_fewer_rows_where_it_has_many_columns() {
    for (columns, rows, of_text) in [
        (0, ROWS, ROWS),
        (4, ROWS, ROWS),
        (128, ROWS, 256),
        (4096, 256, 8),
        (65_536, 16, 1),
        (usize::MAX / 8, 1, 1),
    ] {
        assert_eq!(rows_of_a_batch(columns), rows, "{columns}");
        assert_eq!(rows_of_a_text(columns), of_text, "{columns}");
    }
}

#[test]
fn a_parquet_file_has_as_many_row_groups_as_rows_numbers_and_texts_make() {
    for (rows, columns, bytes, expected) in [
        (1, 3, 0, 3),
        (8192, 3, 0, 6),
        (1_000_000, 1_000, 0, 954_000),
        (1, 1, 64 * 1024 * 1024, 5),
        (u64::MAX, u64::MAX, 0, u64::MAX),
    ] {
        assert_eq!(parquet::chunks(rows, columns, bytes), expected, "{rows}");
    }
}

/// Rows with a key of two columns, a day, JSON and a place in well-known binary, with values and without.
fn places() -> RecordBatch {
    let wkb = perild_query::geometry::wkb::point([-0.5, 51.25]);
    let json = Field::new("tags", DataType::Utf8, true).with_metadata(Extension::Json.metadata());
    let geometry =
        Field::new("geom", DataType::Binary, true).with_metadata(Extension::Wkb.metadata());
    let schema = Schema::new(vec![
        Field::new("area", DataType::Utf8, false),
        Field::new("number", DataType::Int64, false),
        Field::new("since", DataType::Date32, true),
        json,
        geometry,
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["N,1", "S"])),
        Arc::new(Int64Array::from(vec![1, 2])),
        Arc::new(Date32Array::from(vec![Some(20_000), None])),
        Arc::new(StringArray::from(vec![Some("[1,\"a\"]"), None])),
        Arc::new(BinaryArray::from(vec![Some(wkb.as_slice()), None])),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

#[test]
fn a_row_with_a_key_and_a_place_is_a_feature_or_a_line() {
    let once = || RecordBatchIterator::new([Ok(places())], places().schema());
    let mut columns = feature::FeatureColumns {
        id: vec![0, 1],
        geometry: feature::GeometryColumns::Wkb(4, Crs::Epsg4326),
        hidden: vec![1],
    };
    let first = r#"{"type":"Feature","id":"N\\,1,1","geometry":{"type":"Point","coordinates":[51.25,-0.5]},"properties":{"area":"N,1","since":"2024-10-04","tags":[1,"a"]}}"#;
    let second = r#"{"type":"Feature","id":"S,2","geometry":null,"properties":{"area":"S","since":null,"tags":null}}"#;
    let mut out = Vec::new();
    ndjson::write(once(), &columns, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        format!("{first}\n{second}\n")
    );
    let mut out = Vec::new();
    let features = geojson::Features {
        columns: columns.clone(),
        members: Map::default(),
    };
    geojson::write(once(), &features, &mut out).unwrap();
    let found: Value = serde_json::from_slice(&out).unwrap();
    let expected: Vec<Value> = [first, second]
        .map(|one| serde_json::from_str(one).unwrap())
        .into();
    assert_eq!(found["features"], Value::from(expected));

    columns.geometry = feature::GeometryColumns::None;
    columns.hidden = vec![0, 1, 2, 4];
    let mut out = Vec::new();
    ndjson::write(once(), &columns, &mut out).unwrap();
    assert_eq!(out, b"{\"tags\":[1,\"a\"]}\n{\"tags\":null}\n");

    let mut out = Vec::new();
    csv::write(once(), &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "area,number,since,tags,geom\r\n\"N,1\",1,2024-10-04,\"[1,\"\"a\"\"]\",\"POINT(-0.5 51.25)\"\r\n\
         S,2,,,\r\n"
    );
}

#[test]
fn an_id_of_one_column_is_its_value() {
    for (column, expected) in [(0, "\"N,1\""), (1, "1"), (2, "\"2024-10-04\"")] {
        let columns = feature::FeatureColumns {
            id: vec![column],
            ..Default::default()
        };
        let writer = feature::FeatureWriter::new(&columns, &places().schema());
        let (batch, mut out) = (places(), Vec::new());
        writer
            .batch(&batch)
            .unwrap()
            .push_feature(&mut out, 0)
            .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(&format!("\"id\":{expected},")), "{text}");
    }
}

#[test]
fn a_geo_parquet_file_says_so_beside_its_schema() {
    let geo = json!({"version": "1.1.0"}).to_string();
    let schema = places().schema_ref().as_ref().clone();
    let schema = Arc::new(schema.with_metadata(named([("geo", geo.clone())])));
    let batch = places().with_schema(Arc::clone(&schema)).unwrap();
    let mut out = Vec::new();
    parquet::write(RecordBatchIterator::new([Ok(batch)], schema), &mut out).unwrap();
    let found = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(out)).unwrap();
    let metadata = found
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    let metadata = metadata.iter().find(|one| one.key == "geo").unwrap();
    assert_eq!(metadata.value, Some(geo));
}
