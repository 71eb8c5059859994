//! Arrow files: the same octets of the same rows, of batches that are bounded.

use std::fs;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
    TimestampMillisecondArray, UInt32Array,
};
use arrow_buffer::NullBuffer;
use arrow_ipc::reader::FileReader;
use arrow_select::{concat::concat_batches, take::take_record_batch};

use crate::schema::{Column, TableSchema, Time};

use super::*;

fn schema(kind: Kind, key: ColumnType) -> TableSchema {
    let column = |name: &str, column_type| Column {
        is_nullable: name != "key",
        ..Column::new(name, column_type)
    };
    TableSchema {
        kind,
        columns: vec![
            column("key", key),
            column("text", ColumnType::Text),
            column("number", ColumnType::Number),
            column("open", ColumnType::Boolean),
            column("day", ColumnType::Date),
            column("at", ColumnType::DateTime),
        ],
        key: vec!["key".into()],
        time: (kind == Kind::Series).then(|| Time::At {
            column: "at".into(),
        }),
        geometry: None,
        step_ms: None,
    }
}

/// Rows with holes; what lies in a hole is `below`.
fn rows(count: usize, text_bytes: usize, below: f64) -> RecordBatch {
    let is_there = |row: usize| row % 3 != 1;
    let keys = (0..count).map(|row| i64::try_from(row).unwrap());
    let nulls: NullBuffer = (0..count).map(is_there).collect();
    let numbers = (0..count).map(|row| if is_there(row) { 0.5 } else { below });
    let numbers: Vec<f64> = numbers.collect();
    let texts = (0..count).map(|row| is_there(row).then(|| "x".repeat(text_bytes)));
    let columns: [ArrayRef; 6] = [
        Arc::new(Int64Array::from_iter_values(keys)),
        Arc::new(texts.collect::<StringArray>()),
        Arc::new(Float64Array::new(numbers.into(), Some(nulls))),
        Arc::new(
            (0..count)
                .map(|row| is_there(row).then_some(row % 2 == 0))
                .collect::<BooleanArray>(),
        ),
        Arc::new(Date32Array::from(vec![7; count])),
        Arc::new(TimestampMillisecondArray::from(vec![None; count]).with_timezone("UTC")),
    ];
    let schema = schema(Kind::Records, ColumnType::Integer).arrow();
    RecordBatch::try_new(schema, columns.to_vec()).unwrap()
}

fn written(folder: &Path, batches: &[RecordBatch], most_rows: usize) -> Option<manifest::File> {
    let mut file = ArrowFile::create(folder, &batches[0].schema(), most_rows).unwrap();
    for batch in batches {
        file.write(batch).unwrap();
    }
    file.close().unwrap()
}

fn read(folder: &Path, file: &manifest::File) -> Vec<RecordBatch> {
    let path = folder.join(format!("{}.arrow", file.digest));
    let reader = FileReader::try_new(File::open(path).unwrap(), None).unwrap();
    reader.map(Result::unwrap).collect()
}

#[test]
fn the_same_rows_are_the_same_file_however_they_come_and_whatever_lies_in_their_holes() {
    let folder = tempfile::tempdir().unwrap();
    let all = rows(100, 5, 0.0);
    let expected = written(folder.path(), std::slice::from_ref(&all), 7).unwrap();
    for pieces in [1, 3, 7, 50, 99] {
        let pieces: Vec<RecordBatch> = (0..100)
            .step_by(pieces)
            .map(|from| all.slice(from, pieces.min(100 - from)))
            .collect();
        assert_eq!(written(folder.path(), &pieces, 7), Some(expected.clone()));
    }
    let other_holes = written(folder.path(), &[rows(100, 5, 9.0)], 7);
    assert_eq!(other_holes, Some(expected.clone()));
    let backwards = UInt32Array::from_iter_values((0..100).rev());
    let other_rows = take_record_batch(&all, &backwards).unwrap();
    assert_ne!(
        written(folder.path(), &[other_rows], 7),
        Some(expected.clone())
    );
    let found = read(folder.path(), &expected);
    assert!(
        found
            .iter()
            .rev()
            .skip(1)
            .all(|batch| batch.num_rows() == 7)
    );
    assert_eq!(concat_batches(&all.schema(), &found).unwrap(), all);
}

#[test]
fn a_batch_has_as_many_rows_as_there_may_be_or_as_many_as_fit() {
    let folder = tempfile::tempdir().unwrap();
    for (text_bytes, most_rows, is_whole) in [
        (0, 60, true),
        (3_000, 60, true),
        (3_000, 200, false),
        (5_000, 200, false),
    ] {
        let rows = rows(900, text_bytes, 0.0);
        let file = written(folder.path(), std::slice::from_ref(&rows), most_rows).unwrap();
        let (mut from, sizes) = (0, rows::sizes(&rows));
        for batch in read(folder.path(), &file) {
            let end = from + batch.num_rows();
            assert_eq!(batch, rows.slice(from, batch.num_rows()), "{text_bytes}");
            let bytes: usize = sizes[from..end].iter().sum();
            assert!(bytes <= MOST_BATCH_BYTES && batch.num_rows() <= most_rows);
            // The next row has no room.
            let next = sizes.get(end).copied().unwrap_or(usize::MAX / 2);
            let is_last_row = batch.num_rows() == most_rows;
            assert_eq!(is_whole || end == 900, is_last_row || end == 900);
            assert!(is_last_row || bytes + next > MOST_BATCH_BYTES);
            from = end;
        }
        assert_eq!(from, 900);
    }
}

#[test]
fn a_row_that_is_larger_than_a_batch_is_one_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let (small, large) = (rows(500, 1_000, 0.0), rows(1, MOST_BATCH_BYTES, 0.0));
    let pushed = [small.clone(), large, small];
    let file = written(folder.path(), &pushed, 1_000).unwrap();
    let lengths = read(folder.path(), &file);
    let lengths: Vec<usize> = lengths.iter().map(RecordBatch::num_rows).collect();
    let large = lengths.iter().position(|rows| *rows == 1).unwrap();
    assert_eq!(lengths[..large].iter().sum::<usize>(), 500);
    assert_eq!(lengths[large + 1..].iter().sum::<usize>(), 500);
}

#[test]
fn rows_that_are_large_on_average_have_no_file_and_none_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    for (text_bytes, is_kept) in [(5_000, true), (7_000, false)] {
        let file = written(folder.path(), &[rows(900, text_bytes, 0.0)], 512);
        assert_eq!(file.is_some(), is_kept, "{text_bytes}");
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "{text_bytes}: the file of the first");
    }
}

#[test]
fn tables_have_one_whose_keys_can_be_compared_and_whose_rows_are_taken_one_by_one() {
    for (kind, key, expected) in [
        (Kind::Records, ColumnType::Text, true),
        (Kind::Records, ColumnType::Integer, true),
        (Kind::Records, ColumnType::Date, true),
        (Kind::Records, ColumnType::DateTime, true),
        (Kind::Records, ColumnType::Number, false),
        (Kind::Records, ColumnType::Boolean, false),
        (Kind::Series, ColumnType::Text, false),
        (Kind::Features, ColumnType::Text, false),
    ] {
        let stored = Stored::new(schema(kind, key));
        assert_eq!(is_for(&stored), expected, "{kind:?} by {key:?}");
    }
}
