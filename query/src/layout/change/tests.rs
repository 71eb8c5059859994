//! Changes to tables, beside the same changes to a map.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
    cast::AsArray,
    types::{Int64Type, TimestampMillisecondType},
};
use proptest::prelude::*;

use super::{Change, Changed, Mode};
use crate::{
    layout::{FolderError, Manifest, Options, Sizes, WriteError, Writer},
    query::Query,
    schema::{Column, ColumnType, Kind, TableSchema, Time},
    table::Table,
};

/// Values by meter and time, in days.
type Rows = BTreeMap<(String, i64), i64>;

fn schema() -> TableSchema {
    let column = |name: &str, column_type| Column {
        is_nullable: false,
        ..Column::new(name, column_type)
    };
    TableSchema {
        kind: Kind::Series,
        columns: vec![
            column("kwh", ColumnType::Integer),
            column("meter", ColumnType::Text),
            column("from", ColumnType::DateTime),
        ],
        key: vec!["meter".into()],
        time: Some(Time::At {
            column: "from".into(),
        }),
        geometry: None,
        step_ms: None,
    }
}

fn batch(rows: &[(&(String, i64), &i64)]) -> RecordBatch {
    let values: Int64Array = rows.iter().map(|(_, value)| Some(**value)).collect();
    let meters = StringArray::from_iter_values(rows.iter().map(|((meter, _), _)| meter));
    let times = rows.iter().map(|((_, day), _)| Some(*day));
    let times = times
        .collect::<TimestampMillisecondArray>()
        .with_timezone("UTC");
    let columns: [ArrayRef; 3] = [Arc::new(values), Arc::new(meters), Arc::new(times)];
    RecordBatch::try_new(schema().arrow(), columns.to_vec()).unwrap()
}

fn options() -> Options {
    Options {
        memory_bytes: 1_000,
        sizes: Some(Sizes {
            page: 2,
            group: 4,
            part: 8,
        }),
        ..Options::default()
    }
}

fn imported(folder: &Path, rows: &Rows) -> Manifest {
    let mut writer = Writer::begin(folder, schema(), options()).unwrap();
    writer
        .push(&batch(&rows.iter().collect::<Vec<_>>()))
        .unwrap();
    writer.finish().unwrap()
}

fn changed(folder: &Path, mode: Mode, rows: &Rows) -> Result<(Manifest, Changed), WriteError> {
    let mut change = Change::begin(folder, mode, options())?;
    // As they come, which is not in their order.
    for row in rows.iter().rev().collect::<Vec<_>>().chunks(3) {
        change.push(&batch(row))?;
    }
    change.finish()
}

fn removed(folder: &Path, meters: &[&str]) -> Result<(Manifest, Changed), WriteError> {
    let mut change = Change::begin(folder, Mode::Delete, options())?;
    let columns: ArrayRef = Arc::new(StringArray::from_iter_values(meters));
    change.push(&RecordBatch::try_new(change.schema().arrow(), vec![columns]).unwrap())?;
    change.finish()
}

fn read(folder: &Path) -> Rows {
    let table = Arc::new(Table::open(folder).unwrap());
    table.verify().unwrap();
    let mut all = Vec::new();
    for batch in table.select(Query::default()).unwrap().map(Result::unwrap) {
        let values = batch
            .column(0)
            .as_primitive::<Int64Type>()
            .values()
            .to_vec();
        let meters = batch.column(1).as_string::<i32>().iter();
        let times = batch.column(2).as_primitive::<TimestampMillisecondType>();
        let keys = meters
            .map(|meter| meter.unwrap().to_owned())
            .zip(times.values().to_vec());
        all.extend(keys.zip(values));
    }
    assert!(all.is_sorted_by_key(|(key, _)| key.clone()));
    assert_eq!(table.len(), u64::try_from(all.len()).unwrap());
    all.into_iter().collect()
}

fn rows() -> impl Strategy<Value = Rows> {
    prop::collection::btree_map(("[a-d]", 0..20_i64), 0..3_i64, 0..60)
}

fn count(rows: impl Iterator) -> u64 {
    u64::try_from(rows.count()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn changes_to_a_table_are_those_to_a_map(
        first in rows(),
        changes in prop::collection::vec((rows(), 0..3_u8), 1..4),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        imported(path, &first);
        let mut plain = first;
        for (rows, kind) in changes {
            let there = count(rows.keys().filter(|key| plain.contains_key(*key)));
            let added = count(rows.keys()) - there;
            match kind {
                0 => {
                    let same = count(rows.iter().filter(|(key, value)| plain.get(*key) == Some(*value)));
                    let replaced = there - same;
                    let is_as_before = added + replaced == 0;
                    let (manifest, found) = changed(path, Mode::Upsert, &rows).unwrap();
                    let expected = Changed { added, replaced, same, is_as_before, ..Changed::default() };
                    prop_assert_eq!(found, expected);
                    let (again, found) = changed(path, Mode::Upsert, &rows).unwrap();
                    let same = count(rows.keys());
                    let is_as_before = true;
                    prop_assert_eq!(found, Changed { same, is_as_before, ..Changed::default() });
                    prop_assert_eq!(again.version, manifest.version);
                    plain.extend(rows);
                }
                1 => {
                    let found = changed(path, Mode::Append, &rows);
                    if there == 0 {
                        let is_as_before = added == 0;
                        prop_assert_eq!(found.unwrap().1, Changed { added, is_as_before, ..Changed::default() });
                        plain.extend(rows);
                    } else {
                        prop_assert!(matches!(found, Err(WriteError::AlreadyThere(_))));
                    }
                }
                _ => {
                    let meters: Vec<&str> = rows.keys().map(|(meter, _)| &**meter).collect();
                    let before = plain.len();
                    plain.retain(|(meter, _), _| !meters.contains(&&**meter));
                    let (manifest, found) = removed(path, &meters).unwrap();
                    prop_assert_eq!(found.removed, u64::try_from(before - plain.len()).unwrap());
                    prop_assert_eq!(found.is_as_before, found.removed == 0);
                    let (again, found) = removed(path, &meters).unwrap();
                    prop_assert!(found.is_as_before && found.removed == 0);
                    prop_assert_eq!(again.version, manifest.version);
                }
            }
            prop_assert_eq!(&read(path), &plain);
        }
    }
}

/// Ten days of each of ten meters, which are thirteen parts.
fn ten_meters() -> Rows {
    let keys = ('a'..='j').flat_map(|meter| (0..10).map(move |day| (meter.to_string(), day)));
    keys.map(|key| (key, 1)).collect()
}

fn files(manifest: &Manifest) -> Vec<String> {
    let files = manifest
        .parts
        .iter()
        .map(|part| part.file.digest.to_string());
    files.collect()
}

#[test]
fn only_parts_with_rows_of_the_change_are_written_again() {
    let one = |meter: &str, day: i64| Rows::from([((meter.to_owned(), day), 2)]);
    for (name, written, shared) in [
        ("a row within", one("c", 3), 12),
        ("a row before all", one("A", 0), 12),
        ("a row behind all", one("z", 0), 12),
        ("a row between", one("c", 100), 12),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let before = files(&imported(folder.path(), &ten_meters()));
        assert_eq!(before.len(), 13);
        let (manifest, _) = changed(folder.path(), Mode::Upsert, &written).unwrap();
        let after = files(&manifest);
        assert_eq!(
            count(after.iter().filter(|file| before.contains(file))),
            shared,
            "{name}"
        );
    }
    // Rows as they are there, in all parts but one.
    let folder = tempfile::tempdir().unwrap();
    let before = files(&imported(folder.path(), &ten_meters()));
    let mut rows = ten_meters();
    rows.insert(("c".to_owned(), 3), 2);
    let (manifest, found) = changed(folder.path(), Mode::Upsert, &rows).unwrap();
    assert_eq!((found.replaced, found.same, found.added), (1, 99, 0));
    let after = files(&manifest);
    assert_eq!(count(after.iter().filter(|file| before.contains(file))), 12);
    let folder = tempfile::tempdir().unwrap();
    let before = files(&imported(folder.path(), &ten_meters()));
    let (manifest, found) = removed(folder.path(), &["A", "c", "cc", "z"]).unwrap();
    assert_eq!(found.removed, 10);
    let after = files(&manifest);
    // The rows of c were in the third and the fourth part.
    assert_eq!(count(after.iter().filter(|file| before.contains(file))), 11);
    assert_eq!(count(read(folder.path()).keys()), 90);
}

#[test]
fn what_cannot_be_changed_is_refused_and_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let absent = Change::begin(path, Mode::Upsert, options()).err().unwrap();
    assert!(matches!(absent, WriteError::Folder(FolderError::Absent)));
    assert_eq!(
        std::fs::read_dir(path).unwrap().count(),
        0,
        "nothing is made"
    );
    let version = imported(path, &ten_meters()).version;
    let there = changed(path, Mode::Append, &Rows::from([(("b".to_owned(), 3), 1)]));
    let told = there.unwrap_err().to_string();
    assert_eq!(
        told,
        r#"rows are there already: meter "b", from 1970-01-01T00:00:00.003Z"#
    );
    let twice = ten_meters();
    let twice: Vec<_> = twice.iter().chain(&twice).take(101).collect();
    let mut change = Change::begin(path, Mode::Upsert, options()).unwrap();
    change.push(&batch(&twice)).unwrap();
    let Err(WriteError::Duplicates(found)) = change.finish() else {
        panic!("a key came twice");
    };
    assert_eq!((found[0].first, found[0].second, found.len()), (0, 100, 1));
    assert_eq!(Table::open(path).unwrap().version(), version.as_str());
    assert_eq!(read(path), ten_meters());
}
