//! Publishers' files, good and bad, and what becomes of them.

use std::{
    fs,
    io::Write,
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Date32Type, Float64Type, Int64Type, TimestampMillisecondType},
};
use jiff::tz::TimeZone;

use super::*;
use crate::schema::{ColumnType, Kind, Time};

fn keyed() -> Hints {
    Hints {
        kind: Some(Kind::Records),
        key: vec!["k".into()],
        ..Hints::default()
    }
}

/// All batches and notes of the files, or all their faults.
fn read(files: &[(&str, &[u8])], hints: Hints) -> Result<(Reader, Vec<RecordBatch>), Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    read_at(folder.path(), hints)
}

fn read_at(path: &Path, hints: Hints) -> Result<(Reader, Vec<RecordBatch>), Vec<String>> {
    let said = |faults: Vec<Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
    let inputs = files(&[path.to_owned()]).unwrap();
    let mut reader = open(inputs, hints, &Arc::new(AtomicU64::new(0))).map_err(said)?;
    let (mut batches, mut faults) = (Vec::new(), Vec::new());
    for batch in &mut reader {
        match batch {
            Ok(batch) => batches.push(batch),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok((reader, batches))
    } else {
        Err(said(faults))
    }
}

/// The columns of a file with their types.
fn types(name: &str, text: &str, hints: Hints) -> Vec<String> {
    let (reader, _) = read(&[(name, text.as_bytes())], hints).unwrap();
    let columns = reader.schema().columns.iter();
    columns
        .map(|column| format!("{} {}", column.name, column.column_type.name()))
        .collect()
}

fn csv(declare: impl FnOnce(&mut Hints)) -> Hints {
    let mut hints = keyed();
    declare(&mut hints);
    hints
}

fn typed(hints: &mut Hints, name: &str, column_type: ColumnType) {
    hints.columns.push(ColumnHint {
        name: name.into(),
        column_type: Some(column_type),
        ..ColumnHint::default()
    });
}

#[test]
fn a_column_has_the_type_that_all_its_values_have() {
    for (values, expected) in [
        (["1", "-2", ""], "v integer"),
        (["1", "2.5", ""], "v number"),
        (["1", "007", ""], "v text"),
        (["1", "9223372036854775808", ""], "v text"),
        (["1", "n/a", ""], "v text"),
        (["true", "FALSE", ""], "v boolean"),
        (["2026-01-31", "2025-12-31", ""], "v date"),
        (["13/01/2026", "01/02/2026", ""], "v date"),
        (
            ["2026-01-31T00:00Z", "2026-06-30T00:00+01:00", ""],
            "v date-time",
        ),
        (["01/02/2026", "01/03/2026", ""], "v text"),
        (["2026-01-31 00:00", "2026-01-31 00:30", ""], "v text"),
        (["", "", ""], "v text"),
    ] {
        let [a, b, c] = values;
        let text = format!("k;v\n1;{a}\n2;{b}\n3;{c}\n");
        assert_eq!(
            types("a.csv", &text, keyed()),
            ["k integer", expected],
            "{text}"
        );
    }
    assert_eq!(types("a.csv", "k;v\n1;1,5\n2;2\n", keyed())[1], "v number");
}

#[test]
fn the_last_of_many_rows_decides_as_the_first_does() {
    let mut text = String::from("k,v\n");
    text.extend((0..20_000).map(|row| format!("{row},{row}\n")));
    assert_eq!(types("a.csv", &text, keyed())[1], "v integer");
    text += "20000,x\n";
    let (reader, batches) = read(&[("a.csv", text.as_bytes())], keyed()).unwrap();
    assert_eq!(reader.schema().columns[1].column_type, ColumnType::Text);
    assert_eq!(
        batches.iter().map(RecordBatch::num_rows).sum::<usize>(),
        20_001
    );
    assert_eq!(
        reader.notes(),
        [
            "v is text: \"0\" in a.csv, line 2, and \"x\" in a.csv, line 20002; say [csv] missing if one of them stands \
         for no value"
        ]
    );
}

#[test]
fn a_column_of_words_and_numbers_is_told_however_few_the_numbers_are() {
    let notes = |text: &str| {
        let (reader, _) = read(&[("a.csv", text.as_bytes())], keyed()).unwrap();
        reader.notes().clone()
    };
    assert_eq!(
        notes("k,v\n1,x\n2,y\n3,4\n"),
        [
            "v is text: \"x\" in a.csv, line 2, and \"4\" in a.csv, line 4; say [csv] missing if one of them stands for no \
         value"
        ]
    );
    let days = notes("k,v\n1,31 Jan 2026\n2,1 Feb 2026\n3,2026-02-02\n");
    assert!(
        days[0].starts_with("v is text: \"31 Jan 2026\""),
        "{days:?}"
    );
    assert!(notes("k,v\n1,x\n2,y\n").is_empty());
}

#[test]
fn values_are_read_as_their_types_have_them() {
    let text = b"\xEF\xBB\xBFk;n;d;t;b;s\r\n007;1,5;31/01/2026;2026-07-01 12:00;true;\" a;\"\"b\"\"\"\r\n8;;;;;\r\n";
    let mut hints = keyed();
    hints.zone = Some(TimeZone::get("Europe/London").unwrap());
    let (reader, batches) = read(&[("a.csv", text)], hints).unwrap();
    let [batch] = &*batches else {
        panic!("one batch")
    };
    let column = |name: &str| batch.column_by_name(name).unwrap();
    assert_eq!(column("k").as_string::<i32>().value(0), "007");
    assert_eq!(
        column("n").as_primitive::<Float64Type>().value(0).to_bits(),
        1.5_f64.to_bits()
    );
    assert_eq!(column("d").as_primitive::<Date32Type>().value(0), 20_484);
    assert_eq!(
        column("t")
            .as_primitive::<TimestampMillisecondType>()
            .value(0),
        1_782_903_600_000
    );
    assert!(column("b").as_boolean().value(0));
    assert_eq!(column("s").as_string::<i32>().value(0), " a;\"b\"");
    assert!(
        ["n", "d", "t", "b", "s"]
            .iter()
            .all(|name| column(name).is_null(1))
    );
    assert_eq!(reader.nulls()[1], 1);
    assert_eq!(batch.schema(), reader.schema().arrow());
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_fault_says_its_file_its_line_and_its_reason() {
    let declared = |column_type| csv(|hints| typed(hints, "v", column_type));
    let time = || csv(|hints| hints.time = Some(Time::At { column: "v".into() }));
    for (text, hints, expected) in [
        (
            "k,v\n1,2,3\n2\n",
            keyed(),
            &[
                "a.csv: line 2: 3 fields where the header has 2",
                "a.csv: line 3: 1 fields where the header has 2",
            ][..],
        ),
        (
            "k,v\n,2\n1,2\n",
            keyed(),
            &["a.csv: line 2: k: has no value, and is part of the key"],
        ),
        (
            "k,v\n1,x\n2,3\n3,y\n",
            declared(ColumnType::Integer),
            &[
                "a.csv: line 2: v: \"x\" is no whole number",
                "a.csv: line 4: v: \"y\" is no whole number",
            ],
        ),
        (
            "k,v\n1,NaN\n2,1e999\n",
            declared(ColumnType::Number),
            &[
                "a.csv: line 2: v: \"NaN\" is no number",
                "a.csv: line 3: v: \"1e999\" is no number",
            ],
        ),
        (
            "k,v\n1,yes\n",
            declared(ColumnType::Boolean),
            &["a.csv: line 2: v: \"yes\" is no truth: write true or false"],
        ),
        (
            "k,v\n1,2026-02-30\n",
            declared(ColumnType::Date),
            &["a.csv: line 2: v: \"2026-02-30\" is no day as YYYY-MM-DD"],
        ),
        (
            "k,v\n1,POINT(1\n",
            declared(ColumnType::Geometry),
            &["a.csv: line 2: v: at octet 7 of the geometry a number was expected"],
        ),
        (
            "k,v\n1,2026-01-31\n2,31/01/2026\n",
            keyed(),
            &[
                "a.csv: v: \"2026-01-31\" in a.csv, line 2 and \"31/01/2026\" in a.csv, line 3 do not fit together: write \
             all days and times of a column in one form",
            ],
        ),
        (
            "k,v\n1,2026-01-31T00:00Z\n2,2026-01-31T00:00\n",
            keyed(),
            &[
                "a.csv: v: \"2026-01-31T00:00Z\" in a.csv, line 2 and \"2026-01-31T00:00\" in a.csv, line 3 do not fit \
             together: write all days and times of a column in one form",
            ],
        ),
        (
            "k,v\n1,31/01/2026\n2,01/02/2026\n3,01/31/2026\n",
            keyed(),
            &[
                "a.csv: v: \"31/01/2026\" in a.csv, line 2 and \"01/31/2026\" in a.csv, line 4 do not fit together: write \
             all days and times of a column in one form",
            ],
        ),
        (
            "k,v\n1,01/02/2026\n",
            time(),
            &[
                "a.csv: v: \"01/02/2026\" in a.csv, line 2 could be read in two ways: say in the description which comes \
             first, as [csv] dates = \"day-first\"",
            ],
        ),
        (
            "k,v\n1,2026-01-01 00:00\n",
            time(),
            &[
                "a.csv: v: \"2026-01-01 00:00\" in a.csv, line 2 could be read in two ways: say in the description which \
             zone is meant, as zone = \"Europe/London\", or write the times with their offsets",
            ],
        ),
        (
            "k;v\n1;1,5\n2;1.5\n",
            keyed(),
            &[
                "a.csv: v: \"1.5\" in a.csv, line 3 and \"1,5\" in a.csv, line 2 do not fit together: write all numbers \
             with one mark before decimals, and none between thousands",
            ],
        ),
        (
            "k;v\n1;1,500\n2;2\n",
            keyed(),
            &[
                "a.csv: v: \"1,500\" in a.csv, line 2 could be read in two ways: say in the description what the comma \
             stands before, as [csv] decimal = \",\", or write thousands without it",
            ],
        ),
        ("k,k\n1,2\n", keyed(), &["a.csv: \"k\" is there twice"]),
        (
            "k,\n1,2\n",
            keyed(),
            &["a.csv: line 2: the value \"2\" stands below no name of the header"],
        ),
        (
            "k,v\n1,\"2\n3,4\n",
            keyed(),
            &["a.csv: line 2: the quote that begins here is never closed"],
        ),
        (
            "k,v\n1,\"2\"3\n",
            keyed(),
            &[
                "a.csv: line 2: there is text behind a closing quote: write a quote within quotes twice",
            ],
        ),
        ("", keyed(), &["a.csv: has no rows"]),
        (
            "a,b\n1,2\n",
            keyed(),
            &["a.csv: there is no column k, which is named as a key"],
        ),
        (
            "k,v\n1,2\n",
            csv(|hints| {
                hints.columns.push(ColumnHint {
                    name: "w".into(),
                    ..ColumnHint::default()
                });
            }),
            &["a.csv: there is no column w, which is named as a field"],
        ),
        (
            "k,_xmin\n1,2\n",
            keyed(),
            &[
                "a.csv: a column is called _xmin: names that begin with _ are for the layout: leave it out, or name it otherwise",
            ],
        ),
        (
            "k,v\n1.5,2\n",
            keyed(),
            &[
                "a.csv: the column k is number, and a key is text, integer, date or date-time, as \"1.5\" in a.csv, line 2",
            ],
        ),
        (
            "PK\u{3}\u{4}",
            keyed(),
            &[
                "a.csv: is a workbook or an archive (zip), which is not read: save the sheet as CSV, or unpack it",
            ],
        ),
    ] {
        let found = read(&[("a.csv", text.as_bytes())], hints)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(found, expected, "{text}");
    }
    let found = read(&[("a.csv", b"k,v\n1,caf\xE9\n2,b\n")], keyed())
        .map(|_| ())
        .unwrap_err();
    assert_eq!(found, ["a.csv: line 2: is not UTF-8: save it as UTF-8"]);
}

#[test]
fn what_is_declared_holds() {
    let declared = csv(|hints| {
        hints.csv.dates = Some(DateOrder::MonthFirst);
        hints.csv.decimal = Some(DecimalMark::Comma);
        hints.csv.missing = vec!["-".into()];
        typed(hints, "s", ColumnType::Text);
        typed(hints, "c", ColumnType::Date);
    });
    let text = "k;d;n;s;c\n1;01/02/2026;1,500;5;20260131\n2;-;-;6;20260201\n";
    let (reader, batches) = read(&[("a.csv", text.as_bytes())], declared).unwrap();
    let kinds: Vec<_> = reader
        .schema()
        .columns
        .iter()
        .map(|column| column.column_type.name())
        .collect();
    let expected = ["integer", "date", "number", "text", "date"];
    assert_eq!(kinds, expected);
    let batch = &batches[0];
    assert_eq!(
        batch.column(1).as_primitive::<Date32Type>().value(0),
        20_455
    );
    assert!((batch.column(2).as_primitive::<Float64Type>().value(0) - 1.5).abs() < 1e-9);
    assert_eq!(
        batch.column(4).as_primitive::<Date32Type>().value(0),
        20_484
    );
    assert!(batch.column(1).is_null(1) && batch.column(2).is_null(1));
    // Where one mark alone stands for no value, nothing and blanks are texts.
    let marked = csv(|hints| hints.csv.null = Some("<null>".into()));
    let text = "k,s,n\na,,1\nb,<null>,<null>\n,  ,2\n";
    let (reader, batches) = read(&[("a.csv", text.as_bytes())], marked).unwrap();
    let texts = batches[0].column(1).as_string::<i32>();
    assert_eq!(
        texts.iter().collect::<Vec<_>>(),
        [Some(""), None, Some("  ")]
    );
    assert_eq!((reader.nulls(), reader.notes()), (vec![0, 1, 1], vec![]));
}

#[test]
fn digits_that_the_numbers_of_a_table_would_lose_are_faults_in_a_change_to_it() {
    let (reader, _) = read(&[("a.csv", b"k,v\n1,2\n")], keyed()).unwrap();
    let of_table = || Hints {
        table: Some(reader.schema().clone()),
        ..keyed()
    };
    assert!(read(&[("b.csv", b"v,k\n-5,7\n")], of_table()).is_ok());
    let found = read(&[("b.csv", b"v,k\n5,8\n5,007\n")], of_table()).map(|_| ());
    let expected = "b.csv: k: \"007\" in b.csv, line 3 could be read in two ways: the column of the table is of whole numbers of 64 bits, without zeros before them: write it so, or import the table anew with all its rows";
    assert_eq!(found.unwrap_err(), [expected]);
    // Where the publisher has said that it is a whole number, it is one.
    let mut said = of_table();
    typed(&mut said, "k", ColumnType::Integer);
    assert!(read(&[("b.csv", b"v,k\n5,007\n")], said).is_ok());
}

#[test]
fn times_that_a_clock_shows_twice_or_never_are_faults() {
    let london = || {
        let mut hints = csv(|hints| hints.time = Some(Time::At { column: "t".into() }));
        hints.zone = Some(TimeZone::get("Europe/London").unwrap());
        hints
    };
    let text = b"k,t\n1,2026-03-29T01:30\n2,2026-10-25T01:30\n3,2026-10-25T02:30\n";
    let remedy = "write the times with their offsets, as 2026-10-25T01:30:00+01:00";
    assert_eq!(
        read(&[("a.csv", text)], london()).map(|_| ()).unwrap_err(),
        [
            format!(
                "a.csv: line 2: t: \"2026-03-29T01:30\" does not exist in Europe/London: {remedy}"
            ),
            format!(
                "a.csv: line 3: t: \"2026-10-25T01:30\" is there twice in Europe/London: {remedy}"
            ),
        ]
    );
    let text = b"k,t\n1,2026-03-29T02:30\n2,2026-10-25T02:30\n";
    assert!(read(&[("a.csv", text)], london()).is_ok());
}

#[test]
fn json_is_read_as_an_array_or_line_by_line() {
    let expected = [
        "k text",
        "n number",
        "b boolean",
        "o json",
        "d date",
        "x text",
    ];
    let rows = [
        r#"{"k":"007","n":1,"b":true,"o":{"a":[1]},"d":"2026-01-31","x":null}"#,
        r#"{"n":2.5,"k":"8\u00e9"}"#,
    ];
    let array = format!("[{},\n{}]", rows[0], rows[1]);
    for (name, text) in [
        ("a.json", array.clone()),
        ("a.ndjson", rows.join("\n")),
        ("a.jsonl", rows.join("\r\n")),
        ("a.json", format!("\u{feff}{array}\n")),
    ] {
        let (reader, batches) = read(&[(name, text.as_bytes())], keyed()).unwrap();
        assert_eq!(types(name, &text, keyed()), expected, "{name}");
        let keys = batches[0].column(0).as_string::<i32>();
        assert_eq!([keys.value(0), keys.value(1)], ["007", "8é"]);
        assert_eq!(
            batches[0].column(3).as_string::<i32>().value(0),
            r#"{"a":[1]}"#
        );
        assert_eq!(reader.nulls()[5], 2);
    }
}

#[test]
fn json_that_is_mixed_cut_or_broken_is_told_with_its_line() {
    for (text, expected) in [
        (
            "{\"k\":1}\n{\"k\":\"a\"}\n",
            "a.json: k: \"1\" in a.json, line 1 and \"a\" in a.json, line 2 do not fit \
            together: write them alike, or say in the description which type is meant, as [[field]] type = \"string\"",
        ),
        (
            "[{\"k\":1},\n{\"k\":2}",
            "a.json: line 2: ends within an array: it was cut short",
        ),
        (
            "[{\"k\":1},\n{\"k\":2",
            "a.json: line 2: ends within an object or an array: it was cut short",
        ),
        (
            "[{\"k\":1},\n7]",
            "a.json: line 2: is no JSON that can be taken: \"7\" is no object",
        ),
        (
            "[{\"k\":1},\n{\"k\":2,\"k\":3}]",
            "a.json: line 2: \"k\" is there twice",
        ),
        (
            "[{\"k\":1},\n{\"k\" 2}]",
            "a.json: line 2: is no JSON that can be taken: expected `:`",
        ),
        (
            "[{\"k\":1}]\n{}",
            "a.json: line 2: is no JSON that can be taken: '{' stands behind its end",
        ),
        (
            "[{\"k\":1},\n{\"v\":2}]",
            "a.json: line 2: k: has no value, and is part of the key",
        ),
        (
            "[]",
            "a.json: there is no column k, which is named as a key",
        ),
        ("", "a.json: has no rows"),
    ] {
        let found = read(&[("a.json", text.as_bytes())], keyed())
            .map(|_| ())
            .unwrap_err();
        assert_eq!(found, [expected], "{text}");
    }
}

const FEATURE: &str = r#"{"type":"Feature","id":7,"properties":{"name":"a"},"geometry":{"type":"Point","coordinates":[1,2]}}"#;

#[test]
fn features_are_read_one_by_one() {
    let hints = || Hints {
        kind: Some(Kind::Features),
        ..Hints::default()
    };
    let null = r#"{"type":"Feature","id":8,"properties":null,"geometry":null}"#;
    for text in [
        format!(r#"{{"type":"FeatureCollection","features":[{FEATURE},{null}]}}"#),
        format!(r#"{{"features":[{FEATURE},{null}],"type":"FeatureCollection","bbox":[1,2,3,4]}}"#),
        format!(
            r#"{{"type":"FeatureCollection","crs":{{"properties":{{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}}},"features":[{FEATURE},{null}]}}"#
        ),
        format!("{FEATURE}\n{null}\n"),
        format!("\u{1e}{FEATURE}\n\u{1e}{null}\n"),
    ] {
        let (reader, batches) = read(&[("a.geojson", text.as_bytes())], hints()).unwrap();
        let schema = reader.schema();
        assert_eq!(
            (&*schema.key, schema.geometry.as_deref()),
            (&["id".into()][..], Some("geometry"))
        );
        let batch = &batches[0];
        assert_eq!(
            batch
                .column_by_name("id")
                .unwrap()
                .as_primitive::<Int64Type>()
                .values()[..],
            [7, 8]
        );
        let shapes = batch.column_by_name("geometry").unwrap().as_binary::<i32>();
        assert_eq!(shapes.value(0), crate::geometry::wkb::point([1.0, 2.0]));
        assert_eq!(batch.column_by_name("name").unwrap().null_count(), 1);
    }
    // Features of which none has a place are features all the same.
    let unplaced = format!("{null}\n");
    let (reader, batches) = read(&[("a.geojson", unplaced.as_bytes())], hints()).unwrap();
    assert_eq!(reader.schema().geometry.as_deref(), Some("geometry"));
    assert_eq!(batches[0].column(0).null_count(), 1);
}

#[test]
fn geojson_that_is_none_is_told_with_its_line() {
    let hints = || Hints {
        kind: Some(Kind::Features),
        ..Hints::default()
    };
    let feature = |from: &str, to: &str| {
        format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{FEATURE},\n{}]}}",
            FEATURE.replace(from, to).replace(":7", ":8")
        )
    };
    for (text, expected) in [
        (
            feature("\"Point\"", "\"Dot\""),
            "a.geojson: line 2: geometry: ",
        ),
        (feature("[1,2]", "[1]"), "a.geojson: line 2: geometry: "),
        (
            feature("\"Feature\"", "\"Thing\""),
            "a.geojson: line 2: is no JSON that can be taken: it is no feature",
        ),
        (
            feature("\"name\"", "\"id\""),
            "a.geojson: line 2: is no JSON that can be taken: its id is \"8\"",
        ),
        (
            format!("{{\"type\":\"FeatureCollection\",\"features\":[{FEATURE}"),
            "a.geojson: line 1: ends within an array",
        ),
        (
            format!("{{\"type\":\"FeatureCollection\",\"features\":[{FEATURE}]"),
            "a.geojson: line 1: ",
        ),
        (
            format!(
                "{{\"type\":\"FeatureCollection\",\"crs\":\"EPSG:3857\",\"features\":[{FEATURE}]}}"
            ),
            "a.geojson: is no JSON that can be taken: its crs is \"\\\"EPSG:3857\\\"\": save it in WGS 84",
        ),
        (
            "{\"type\":\"Topology\"}".into(),
            "a.geojson: is no JSON that can be taken: its type is",
        ),
    ] {
        let found = read(&[("a.geojson", text.as_bytes())], hints())
            .map(|_| ())
            .unwrap_err();
        assert!(found[0].starts_with(expected), "{found:?} {expected}");
    }
}

#[test]
fn two_columns_of_degrees_make_points() {
    let hints = || {
        let geometry = GeometryHint::Point {
            longitude: "x".into(),
            latitude: "y".into(),
        };
        Hints {
            kind: Some(Kind::Features),
            geometry: Some(geometry),
            ..keyed()
        }
    };
    let (reader, batches) = read(&[("a.csv", b"k,x,y\n1,-0.5,51\n2,,\n")], hints()).unwrap();
    assert_eq!(reader.schema().geometry.as_deref(), Some("geometry"));
    let shapes = batches[0]
        .column_by_name("geometry")
        .unwrap()
        .as_binary::<i32>();
    assert_eq!(shapes.value(0), crate::geometry::wkb::point([-0.5, 51.0]));
    for (row, expected) in [
        (
            "2,51,-181",
            "a.csv: line 3: \"-181\" is no latitude: degrees are from -90 to 90",
        ),
        (
            "2,530000,51",
            "a.csv: line 3: \"530000\" is no longitude: degrees are from -180 to 180; these look like metres of a projection",
        ),
        (
            "2,1,",
            "a.csv: line 3: has one of longitude and latitude, and not the other",
        ),
        ("2,a,1", "a.csv: line 3: x: \"a\" is no number"),
    ] {
        let text = format!("k,x,y\n1,0,0\n{row}\n");
        let found = read(&[("a.csv", text.as_bytes())], hints())
            .map(|_| ())
            .unwrap_err();
        assert_eq!(found, [expected], "{row}");
    }
}

#[test]
fn packed_files_of_many_folders_are_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(path).unwrap()
    };
    let mut gzip =
        flate2::write::GzEncoder::new(at("meter=b/1.csv.gz"), flate2::Compression::fast());
    gzip.write_all(b"t,v\n2026-01-01T00:00Z,1\n").unwrap();
    gzip.finish().unwrap();
    let mut zstd = zstd::Encoder::new(at("meter=a/1.csv.zst"), 1).unwrap();
    zstd.write_all(b"v,t\n2.5,2026-01-01T00:00Z\n").unwrap();
    zstd.finish().unwrap();
    at("meter=c/1.ndjson")
        .write_all(b"{\"t\":\"2026-01-01T00:00Z\",\"v\":3}\n")
        .unwrap();
    let hints = || Hints {
        kind: Some(Kind::Series),
        key: vec!["meter".into()],
        time: Some(Time::At { column: "t".into() }),
        ..Hints::default()
    };
    let (reader, batches) = read_at(folder.path(), hints()).unwrap();
    let rows: Vec<_> = batches
        .iter()
        .flat_map(|batch| {
            let meters = batch.column_by_name("meter").unwrap().as_string::<i32>();
            let values = batch
                .column_by_name("v")
                .unwrap()
                .as_primitive::<Float64Type>();
            meters
                .iter()
                .zip(values)
                .map(|(meter, value)| format!("{} {}", meter.unwrap(), value.unwrap()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(rows, ["a 2.5", "b 1", "c 3"]);
    let twice = What::Twice(Shown::new("a"));
    assert_eq!(
        reader.fault_of(1, None, twice.clone()).to_string(),
        "meter=b/1.csv.gz: line 2: \"a\" is there twice"
    );
    assert_eq!(
        reader.fault_of(2, None, twice).to_string(),
        "meter=c/1.ndjson: line 1: \"a\" is there twice"
    );
    let length = fs::metadata(folder.path().join("meter=b/1.csv.gz"))
        .unwrap()
        .len();
    fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("meter=b/1.csv.gz"))
        .unwrap()
        .set_len(length - 9)
        .unwrap();
    let found = read_at(folder.path(), hints()).map(|_| ()).unwrap_err();
    assert_eq!(
        found,
        ["meter=b/1.csv.gz: ends within what is packed: it was cut short"]
    );
}

#[test]
fn oddities_of_values_are_told_and_do_not_keep_them_out() {
    let geometry = GeometryHint::Point {
        longitude: "x".into(),
        latitude: "y".into(),
    };
    let hints = Hints {
        kind: Some(Kind::Features),
        geometry: Some(geometry),
        ..keyed()
    };
    let text = b"k,x,y,t\n1,0,0,2026-01-01T00:00:00.1234Z\n2,1,1,2026-01-01T00:00:00.123000Z\n";
    let (reader, _) = read(&[("a.csv", text)], hints).unwrap();
    assert_eq!(
        reader.notes(),
        [
            "t: 1 times were cut to milliseconds",
            "geometry: of 1 geometries: it lies at longitude 0 and latitude 0, perhaps because its place is not known",
        ]
    );
}

#[test]
fn values_of_json_are_nested_as_deep_as_readers_of_the_table_go() {
    let nested = |depth: usize| {
        format!(
            "{{\"k\":1,\"v\":{}{}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    let brackets = format!("{{\"k\":1,\"v\":[\"{}\"]}}", "[\\\"".repeat(500));
    for text in [nested(100), brackets] {
        assert!(
            read(&[("a.json", text.as_bytes())], keyed()).is_ok(),
            "{text}"
        );
    }
    let deep = format!("{}\n{}", nested(1), nested(101));
    let found = read(&[("a.json", deep.as_bytes())], keyed()).map(|_| ());
    let expected = "a.json: line 2: is no JSON that can be taken: \"v\" is nested deeper than 100";
    assert_eq!(found.unwrap_err(), [expected]);
}

#[test]
fn packed_files_are_told_by_their_marks_and_what_is_packed_twice_is_refused() {
    let gzip = |text: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text).unwrap();
        packed.finish().unwrap()
    };
    let zstd = |text: &[u8]| zstd::encode_all(text, 1).unwrap();
    let text = b"k\n1\n";
    let passed_over = [b"\x53\x2A\x4D\x18\x02\0\0\0ab", &*zstd(text)].concat();
    for packed in [
        gzip(text),
        zstd(text),
        passed_over,
        [gzip(b"k\n"), gzip(b"1\n")].concat(),
    ] {
        let (_, batches) = read(&[("a.csv", &packed)], keyed()).unwrap();
        assert_eq!(batches[0].num_rows(), 1);
    }
    for packed in [gzip(&gzip(text)), zstd(&gzip(text)), gzip(&zstd(text))] {
        let found = read(&[("a.csv.gz", &packed)], keyed()).map(|_| ());
        let expected = "a.csv.gz: is packed twice, which is not read: unpack it once";
        assert_eq!(found.unwrap_err(), [expected]);
    }
}

#[test]
fn numbers_that_are_text_for_their_marks_and_those_that_are_rounded_are_told() {
    let marked = "is no number as it is written: numbers are read without marks between thousands, signs but -, %, currencies, and blanks around them";
    for (text, expected) in [
        ("k;v\n1;12%\n2;13%\n", vec![format!("v is text: \"12%\" in a.csv, line 2 {marked}")]),
        ("k;v\n1;7,5\n2;1.234,56\n", vec![format!("v is text: \"1.234,56\" in a.csv, line 3 {marked}")]),
        ("k, v\n1, 2\n", vec![format!("v is text: \" 2\" in a.csv, line 2 {marked}")]),
        ("k;v\n1;AB1\n2;yes\n", Vec::new()),
        (
            "k;v\n1;0.12345678901234567890\n2;0.5\n",
            vec!["v: 1 numbers have more than 17 digits, and the nearest double is kept; a [[field]] type = \"string\" keeps all".to_owned()],
        ),
        (
            "k;v\n1;1e-400\n2;0.5\n",
            vec!["v is text: \"0.5\" in a.csv, line 3, and \"1e-400\" in a.csv, line 2; say [csv] missing if one of them stands for no value".to_owned()],
        ),
        ("k;v\n1;2\n;\n", vec!["a.csv: one row has no value, and is left out".to_owned()]),
        (
            "k;v;;\n1;2;;\n;;;\n;;;",
            vec!["a.csv: 2 rows have no value, and are left out; its last line has no end: see that it was not cut short".to_owned()],
        ),
    ] {
        let (reader, batches) = read(&[("a.csv", text.as_bytes())], keyed()).unwrap();
        assert_eq!(reader.notes(), expected, "{text}");
        assert!(batches[0].num_rows() < 3);
    }
}

#[test]
fn a_line_without_an_end_is_taken_and_told() {
    let (reader, batches) = read(&[("a.csv", b"k,v\n1,2\n2,3")], keyed()).unwrap();
    assert_eq!(batches[0].num_rows(), 2);
    assert_eq!(
        reader.notes(),
        ["a.csv: its last line has no end: see that it was not cut short"]
    );
}

mod flatgeobuf;
mod guesses;
mod parquet;
