//! Folders of tables: what is whole, what is refused and what goes on being served.

pub(crate) mod arrow;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{ArrayRef, BinaryArray, Float64Array, Int64Array, RecordBatch, StringArray};
use serde_json::{Value, json};

use super::{
    Folder, FolderError, Options, RowFaultKind, Sizes, WriteError, Writer, manifest::Form,
};
use crate::{
    geometry::wkb,
    literal::Literal,
    query::Query,
    schema::{Column, ColumnType, Kind, TableSchema},
    table::{QueryError, Table, TableError},
};

fn schema() -> TableSchema {
    let column = |name: &str, column_type, is_nullable| Column {
        is_nullable,
        ..Column::new(name, column_type)
    };
    TableSchema {
        kind: Kind::Records,
        columns: vec![
            column("sku", ColumnType::Text, false),
            column("stock", ColumnType::Integer, false),
            column("price", ColumnType::Number, true),
        ],
        key: vec!["sku".into()],
        time: None,
        geometry: None,
        step_ms: None,
    }
}

fn batch(rows: &[(&str, i64)]) -> RecordBatch {
    let keys = StringArray::from_iter_values(rows.iter().map(|(key, _)| key));
    let stock = Int64Array::from_iter_values(rows.iter().map(|(_, stock)| *stock));
    let price = Float64Array::from(vec![Some(0.5); rows.len()]);
    let columns: [ArrayRef; 3] = [Arc::new(keys), Arc::new(stock), Arc::new(price)];
    let columns = columns.to_vec();
    RecordBatch::try_new(schema().arrow(), columns).unwrap()
}

fn options() -> Options {
    Options {
        sizes: Some(Sizes {
            page: 2,
            group: 4,
            part: 8,
        }),
        ..Options::default()
    }
}

fn import(folder: &Path, rows: &[(&str, i64)]) -> Result<String, WriteError> {
    let mut writer = Writer::begin(folder, schema(), options())?;
    writer.push(&batch(rows))?;
    Ok(writer.finish()?.version.to_string())
}

fn stock(table: &Arc<Table>, key: &str) -> Option<i64> {
    let found = table.item(&[Literal::Text(key.into())]).unwrap()?;
    let stock = found.column(1).as_any().downcast_ref::<Int64Array>();
    Some(stock.unwrap().value(0))
}

fn opened(folder: &Path) -> Arc<Table> {
    Arc::new(Table::open(folder).unwrap())
}

/// All files of a folder, but the one that is locked.
fn listed(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for folder in [folder.to_owned(), folder.join("parts")] {
        for entry in fs::read_dir(folder).unwrap() {
            names.push(entry.unwrap().file_name().into_string().unwrap());
        }
    }
    names.retain(|name| name != "lock" && name != "parts");
    names.sort();
    names
}

const ROWS: [(&str, i64); 10] = [
    ("i", 9),
    ("a", 1),
    ("c", 3),
    ("b", 2),
    ("h", 8),
    ("d", 4),
    ("f", 6),
    ("e", 5),
    ("g", 7),
    ("j", 10),
];

#[test]
fn the_same_rows_are_the_same_version_wherever_and_in_whichever_order_they_come() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let mut backwards = ROWS;
    backwards.reverse();
    let version = import(folders[0].path(), &ROWS).unwrap();
    assert_eq!(import(folders[1].path(), &backwards).unwrap(), version);
    let mut other = ROWS;
    other[3].1 = 20;
    assert_ne!(import(folders[1].path(), &other).unwrap(), version);
    let mut writer = Writer::begin(
        folders[0].path(),
        schema(),
        Options {
            about: json!({"licence": "CC-BY-4.0"}),
            ..options()
        },
    )
    .unwrap();
    writer.push(&batch(&ROWS)).unwrap();
    assert_ne!(writer.finish().unwrap().version.as_str(), version);
}

#[test]
fn a_version_is_served_until_the_next_is_whole_and_can_be_gone_back_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert!(matches!(
        Table::open(path),
        Err(TableError::Folder(FolderError::Absent))
    ));
    let first = import(path, &ROWS).unwrap();
    let one_before = Folder::new(path).rollback();
    assert!(matches!(one_before, Err(FolderError::NoneBefore)));
    let held = opened(path);
    let second = import(path, &[("a", 100)]).unwrap();
    assert_eq!(opened(path).version(), second);
    assert_eq!(stock(&opened(path), "a"), Some(100));
    // A table that is held is what it was.
    assert_eq!((held.version(), stock(&held, "j")), (&*first, Some(10)));
    assert_eq!(
        Folder::new(path).rollback().unwrap().version.as_str(),
        first
    );
    assert_eq!(stock(&opened(path), "a"), Some(1));
    assert_eq!(
        Folder::new(path).rollback().unwrap().version.as_str(),
        second
    );
    let third = import(path, &[("b", 5)]).unwrap();
    assert_eq!(
        Folder::new(path).rollback().unwrap().version.as_str(),
        second
    );
    assert_eq!(
        Folder::new(path).rollback().unwrap().version.as_str(),
        third
    );
    // Of the first nothing is left: two manifests, two parts of two files, and what names the version.
    assert_eq!(listed(path).len(), 7);
    assert_eq!(stock(&held, "j"), Some(10));
}

#[test]
fn a_writer_that_fails_or_is_dropped_leaves_nothing_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let version = import(path, &ROWS).unwrap();
    let before = listed(path);
    let duplicate = import(path, &[("x", 1), ("y", 2), ("x", 3)]);
    let Err(WriteError::Duplicates(found)) = duplicate else {
        panic!("{duplicate:?}");
    };
    assert_eq!((found[0].first, found[0].second), (0, 2));
    assert_eq!(found[0].to_string(), "rows 0 and 2 are both sku \"x\"");
    drop(Writer::begin(path, schema(), options()).unwrap());
    let mut writer = Writer::begin(path, schema(), options()).unwrap();
    writer.push(&batch(&[("x", 1)])).unwrap();
    let other = Writer::begin(path, schema(), options()).err().unwrap();
    assert!(matches!(other, WriteError::Folder(FolderError::Busy)));
    drop(writer);
    assert_eq!(listed(path), before);
    assert_eq!(opened(path).version(), version);
}

#[test]
fn leftovers_of_a_writer_that_was_killed_are_swept_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    import(path, &ROWS).unwrap();
    let stray = path
        .join("parts")
        .join(format!("{}.parquet", "a".repeat(64)));
    fs::write(&stray, "not whole").unwrap();
    fs::create_dir(path.join("aside")).unwrap();
    fs::write(path.join("aside/run-1.arrow"), "not whole").unwrap();
    fs::write(path.join("notes.txt"), "of the operator").unwrap();
    import(path, &[("a", 2)]).unwrap();
    assert!(!stray.exists() && !path.join("aside").exists());
    assert!(path.join("notes.txt").exists());
}

#[test]
fn many_rows_are_sorted_in_little_memory_as_in_much() {
    let rows: Vec<(String, i64)> = (0..30_000_i64)
        .map(|number| (format!("{:05}", number * 7_919 % 30_000), number))
        .collect();
    let versions = [1 << 14, 1 << 17, 1 << 30].map(|memory_bytes| {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            memory_bytes,
            ..Options::default()
        };
        let mut writer = Writer::begin(folder.path(), schema(), options).unwrap();
        for rows in rows.chunks(100) {
            let rows: Vec<_> = rows.iter().map(|(key, stock)| (&**key, *stock)).collect();
            writer.push(&batch(&rows)).unwrap();
        }
        assert_eq!(writer.rows(), 30_000);
        let manifest = writer.finish().unwrap();
        let table = opened(folder.path());
        let rows = table.select(Query::default()).unwrap().map(Result::unwrap);
        let keys: Vec<String> = rows
            .flat_map(|batch| {
                let keys = batch.column(0).as_any().downcast_ref::<StringArray>();
                let keys = keys.unwrap().iter().flatten().map(ToOwned::to_owned);
                keys.collect::<Vec<_>>()
            })
            .collect();
        assert!(keys.is_sorted() && keys.len() == 30_000);
        manifest.version
    });
    assert!(versions.iter().all(|version| *version == versions[0]));
}

#[test]
fn rows_that_a_table_cannot_hold_are_told_by_row_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let long = "x".repeat(513);
    let just = "x".repeat(512);
    for (key, fault) in [
        (&*just, None),
        ("a", None),
        ("", Some(RowFaultKind::Empty)),
        (&long, Some(RowFaultKind::Long(513))),
    ] {
        let found = import(folder.path(), &[("0", 1), (key, 2)]);
        match (found, fault) {
            (Ok(_), None) => (),
            (Err(WriteError::Row(found)), Some(what)) => {
                assert_eq!((found.row, &*found.column, found.what), (1, "sku", what));
            }
            (found, _) => panic!("{key}: {found:?}"),
        }
    }
    let mut writer = Writer::begin(folder.path(), schema(), options()).unwrap();
    writer.push(&batch(&ROWS)).unwrap();
    for number in [f64::NAN, f64::INFINITY] {
        let mut columns = batch(&[("y", 1), ("z", 2)]).columns().to_vec();
        columns[2] = Arc::new(Float64Array::from(vec![None, Some(number)]));
        let rows = RecordBatch::try_new(schema().arrow(), columns).unwrap();
        let Err(WriteError::Row(fault)) = writer.push(&rows) else {
            panic!("{number} is pushed");
        };
        assert_eq!(
            fault.to_string(),
            "row 11: the column price is not a finite number"
        );
    }
    let fewer = batch(&ROWS).project(&[0, 1]).unwrap();
    let refused = writer.push(&fewer).unwrap_err().to_string();
    assert!(refused.contains("sku (Utf8), stock (Int64)"), "{refused}");
}

#[test]
fn an_answer_goes_on_in_the_version_before_and_not_in_one_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    import(path, &ROWS).unwrap();
    let mut first = opened(path)
        .select(Query {
            limit: Some(3),
            ..Query::default()
        })
        .unwrap();
    assert_eq!(
        first
            .by_ref()
            .map(|rows| rows.unwrap().num_rows())
            .sum::<usize>(),
        3
    );
    let rest = Query {
        after: first.cursor().unwrap(),
        ..Query::default()
    };
    import(path, &[("x", 1)]).unwrap();
    let mut rows = opened(path).select(rest.clone()).unwrap();
    assert_eq!(rows.version(), first.version());
    assert_eq!(
        rows.by_ref()
            .map(|rows| rows.unwrap().num_rows())
            .sum::<usize>(),
        7
    );
    import(path, &[("y", 1)]).unwrap();
    assert!(matches!(opened(path).select(rest), Err(QueryError::Gone)));
}

/// Changes a manifest, and names it by what it says then.
fn forged(folder: &Path, change: impl Fn(&mut Value)) -> Result<Table, TableError> {
    let current = fs::read_to_string(folder.join("current")).unwrap();
    let octets = fs::read(folder.join(format!("{}.json", current.trim()))).unwrap();
    let mut value: Value = serde_json::from_slice(&octets).unwrap();
    change(&mut value);
    let parts = &value["parts"];
    let keys = value.get("keys").cloned().unwrap_or_default();
    let about = value.get("about").cloned().unwrap_or_default();
    // Members in the order in which they are written.
    let said: (
        String,
        TableSchema,
        Vec<super::Part>,
        Option<super::File>,
        Value,
    ) = match serde_json::from_value(json!([
        value["layout"],
        value["schema"],
        parts,
        keys,
        about
    ])) {
        Ok(said) => said,
        Err(_not_a_manifest) => {
            fs::write(
                folder.join(format!("{}.json", current.trim())),
                value.to_string(),
            )
            .unwrap();
            return Table::open(folder);
        }
    };
    let version = super::Digest::of(&serde_json::to_vec(&said).unwrap());
    value["version"] = json!(version.as_str());
    fs::write(folder.join(format!("{version}.json")), value.to_string()).unwrap();
    fs::write(folder.join("current"), version.as_str()).unwrap();
    Table::open(folder)
}

#[test]
fn a_manifest_of_a_stranger_leads_nowhere() {
    type Change = fn(&mut Value);
    let other = "0".repeat(64);
    let cases: [(&str, Change, Option<&str>); 12] = [
        ("nothing", |_| (), None),
        (
            "another time",
            |value| value["modified_ms"] = json!(i64::MIN),
            None,
        ),
        (
            "a path that leads out",
            |value| value["parts"][0]["file"]["digest"] = json!("../../../etc/passwd"),
            Some("64 hexadecimal digits"),
        ),
        (
            "a part that is not there",
            |value| value["parts"][0]["file"]["digest"] = json!("0".repeat(64)),
            Some("cannot be read"),
        ),
        (
            "another length",
            |value| value["parts"][0]["file"]["bytes"] = json!(u64::MAX),
            Some("another length"),
        ),
        (
            "rows of a part beyond all",
            |value| value["parts"][0]["file"]["rows"] = json!(u64::MAX),
            Some("contradicts itself: rows"),
        ),
        (
            "rows that are not there",
            |value| {
                value["parts"][0]["file"]["rows"] = json!(9);
                value["parts"][0]["arrow"]["rows"] = json!(9);
                value["rows"] = json!(11);
            },
            Some("another number of rows"),
        ),
        (
            "other columns",
            |value| value["schema"]["columns"][1]["name"] = json!("stuck"),
            Some("damaged"),
        ),
        (
            "another type",
            |value| value["schema"]["columns"][1]["type"] = json!("text"),
            Some("damaged"),
        ),
        (
            "a strange member",
            |value| value["strange"] = json!(1),
            Some("unknown field"),
        ),
        (
            "another layout",
            |value| value["layout"] = json!("\u{1b}perild tables 9"),
            Some("import it again"),
        ),
        (
            "no key",
            |value| value["schema"]["key"] = json!([]),
            Some("need a key"),
        ),
    ];
    for (name, change, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        import(folder.path(), &ROWS).unwrap();
        let found = forged(folder.path(), change)
            .err()
            .map(|error| error.to_string());
        match (&found, expected) {
            (None, None) => (),
            (Some(found), Some(expected)) => {
                assert!(found.contains(expected), "{name}: {found}");
                assert!(!found.contains('\u{1b}'), "{name}");
            }
            _ => panic!("{name}: {found:?}"),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let version = import(folder.path(), &ROWS).unwrap();
    let manifest = folder.path().join(format!("{version}.json"));
    for current in ["", "../..", &other[..63], "\u{0}"] {
        fs::write(folder.path().join("current"), current).unwrap();
        let opened = Table::open(folder.path());
        assert!(matches!(
            opened,
            Err(TableError::Folder(FolderError::Current))
        ));
    }
    // A manifest that is not the one that the version names.
    fs::rename(manifest, folder.path().join(format!("{other}.json"))).unwrap();
    fs::write(folder.path().join("current"), &other).unwrap();
    let found = Table::open(folder.path()).unwrap_err().to_string();
    assert!(found.contains("not the one of version"), "{found}");
}

#[test]
fn a_part_whose_octets_changed_is_an_error_or_another_value_and_never_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), &ROWS).unwrap();
    let parts = fs::read_dir(folder.path().join("parts")).unwrap();
    let parts = parts.map(|part| part.unwrap().path());
    let is_parquet = |part: &PathBuf| part.extension().is_some_and(|end| end == "parquet");
    let part = parts.filter(is_parquet).max().unwrap();
    let whole = fs::read(&part).unwrap();
    opened(folder.path()).verify().unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x41;
        // A file is never changed in place: mappings of it would change.
        let aside = folder.path().join("changed");
        fs::write(&aside, changed).unwrap();
        fs::rename(&aside, &part).unwrap();
        let Ok(table) = Table::open(folder.path()) else {
            continue;
        };
        assert!(table.verify().is_err(), "octet {at}");
        let table = Arc::new(table);
        let _ = table.item(&[Literal::Text("e".into())]);
        let rows = table.select(Query::default());
        let _ = rows.map(|rows| rows.filter_map(Result::ok).count());
        let sort = vec![crate::query::SortKey {
            column: 1,
            is_descending: true,
        }];
        let sorted = table.select(Query {
            sort,
            ..Query::default()
        });
        let _ = sorted.map(|rows| rows.filter_map(Result::ok).count());
    }
    for length in [0, 3, 8, whole.len() / 2, whole.len() - 1] {
        let aside = folder.path().join("changed");
        fs::write(&aside, &whole[..length]).unwrap();
        fs::rename(&aside, &part).unwrap();
        assert!(Table::open(folder.path()).is_err(), "{length} octets");
    }
}

#[test]
fn parts_of_features_are_geoparquet_in_the_file_and_in_its_arrow_schema() {
    let mut table = schema();
    table.kind = Kind::Features;
    table.geometry = Some("place".into());
    table
        .columns
        .push(Column::new("place", ColumnType::Geometry));
    let rows = batch(&ROWS[..3]);
    let mut columns = rows.columns().to_vec();
    let points = [wkb::point([1.0, 2.0]), wkb::point([-3.0, 4.0])];
    let places = BinaryArray::from_iter([Some(&points[0]), None, Some(&points[1])]);
    columns.push(Arc::new(places));
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::begin(folder.path(), table.clone(), options()).unwrap();
    writer
        .push(&RecordBatch::try_new(table.arrow(), columns).unwrap())
        .unwrap();
    let manifest = writer.finish().unwrap();
    assert_eq!(manifest.parts[0].bounds, Some([-3.0, 2.0, 1.0, 4.0]));
    assert_eq!(opened(folder.path()).bounds(), Some([-3.0, 2.0, 1.0, 4.0]));
    let part = Folder::new(folder.path()).part(&manifest.parts[0].file.digest, Form::Parquet);
    let builder = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
        fs::File::open(part).unwrap(),
    )
    .unwrap();
    let expected = json!({
        "version": "1.1.0",
        "primary_column": "place",
        "columns": {"place": {"encoding": "WKB", "geometry_types": []}},
    });
    let in_schema = builder.schema().metadata().get("geo").unwrap();
    let in_file = builder
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    let in_file = in_file.iter().find(|entry| entry.key == "geo").unwrap();
    for geo in [in_schema, in_file.value.as_ref().unwrap()] {
        assert_eq!(serde_json::from_str::<Value>(geo).unwrap(), expected);
    }
}

#[test]
fn an_empty_table_is_a_table() {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), &[]).unwrap();
    let table = opened(folder.path());
    assert!(table.is_empty());
    assert_eq!(stock(&table, "a"), None);
    assert_eq!(table.select(Query::default()).unwrap().count(), 0);
    assert_eq!(table.count(&Query::default()).unwrap(), 0);
    assert_eq!(table.statistics(0), None);
}
