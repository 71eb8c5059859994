//! The outages of a city, made up at the size of one: who is without power at a time, and when is the next one.
//!
//! 1,600 suburbs take turns in sixteen groups, two hours each, for two days; one outage is of a fault, and nobody knows
//! its end.

#![expect(
    clippy::unwrap_used,
    reason = "a test ends at the first thing that is not as it should be"
)]

use std::{collections::BTreeSet, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
    cast::AsArray, types::TimestampMillisecondType,
};
use perild_query::{
    Column, ColumnType, Kind, Query, Table, TableSchema, Time,
    geometry::{Bbox, wkt},
    layout::{Options, Writer},
    locate::Locator,
    query::Interval,
};

/// A corner of four suburbs: the streets are not straight.
fn corner(column: i32, row: i32) -> [f64; 2] {
    let bend = |seed: i32| f64::from((seed * 7919).rem_euclid(13) - 6) * 0.0006;
    [
        18.3 + 0.025 * f64::from(column) + bend(column * 31 + row),
        -34.4 + 0.025 * f64::from(row) + bend(column + row * 17),
    ]
}

fn suburb(column: i32, row: i32) -> String {
    let corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)];
    let corners = corners.map(|(x, y)| {
        let [x, y] = corner(column + x, row + y);
        format!("{x} {y}")
    });
    format!("POLYGON(({}))", corners.join(","))
}

fn group(column: i32, row: i32) -> i64 {
    i64::from((column * 3 + row * 5).rem_euclid(16))
}

/// The outages of a group: turn after turn, two hours each.
fn turns(group: i64) -> impl Iterator<Item = (i64, i64)> {
    (0..24)
        .filter(move |turn| turn % 16 == group)
        .map(|turn| (turn * TURN, (turn + 1) * TURN))
}

fn city() -> impl Iterator<Item = (i32, i32)> {
    (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (column, row)))
}

fn table() -> (tempfile::TempDir, Arc<Table>) {
    let column = Column::new;
    let schema = TableSchema {
        kind: Kind::Features,
        columns: vec![
            column("suburb", ColumnType::Text),
            column("turn", ColumnType::Integer),
            column("begins", ColumnType::DateTime),
            column("ends", ColumnType::DateTime),
            column("area", ColumnType::Geometry),
        ],
        key: vec!["suburb".into(), "turn".into()],
        time: Some(Time::During {
            begin: "begins".into(),
            end: "ends".into(),
        }),
        geometry: Some("area".into()),
        step_ms: None,
    };
    let (mut names, mut numbers, mut begins, mut ends, mut areas) =
        (vec![], vec![], vec![], vec![], vec![]);
    for (column, row) in city() {
        let area = wkt::to_wkb(&suburb(column, row)).unwrap();
        let fault = (column == 7 && row == 9).then_some((FAULT, i64::MAX));
        for (turn, (begin, end)) in turns(group(column, row)).chain(fault).enumerate() {
            names.push(format!("S{column}-{row}"));
            numbers.push(i64::try_from(turn).unwrap());
            begins.push(begin);
            ends.push((end < i64::MAX).then_some(end));
            areas.push(Some(area.clone()));
        }
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(names)),
        Arc::new(Int64Array::from(numbers)),
        Arc::new(TimestampMillisecondArray::from(begins).with_timezone("UTC")),
        Arc::new(TimestampMillisecondArray::from(ends).with_timezone("UTC")),
        Arc::new(BinaryArray::from_iter(areas)),
    ];
    let batch = RecordBatch::try_new(schema.arrow(), columns).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        memory_bytes: 16 << 20,
        sizes: None,
        about: serde_json::Value::Null,
        modified_ms: 0,
    };
    let mut writer = Writer::begin(dir.path(), schema, options).unwrap();
    writer.push(&batch).unwrap();
    writer.finish().unwrap();
    let table = Arc::new(Table::open(dir.path()).unwrap());
    (dir, table)
}

fn suburbs_of(batches: impl Iterator<Item = RecordBatch>) -> BTreeSet<String> {
    let names = batches.flat_map(|batch| {
        let names = batch.column(0).as_string::<i32>().iter();
        names.flatten().map(str::to_owned).collect::<Vec<_>>()
    });
    names.collect()
}

#[test]
fn those_without_power_at_a_time_are_those_whose_turn_it_is() {
    let (_dir, table) = table();
    for at in [0, TURN - 1, TURN, 5 * TURN + 1, FAULT, 40 * TURN] {
        let query = Query {
            datetime: Some(Interval {
                begin: Some(at),
                end: Some(at),
            }),
            ..Query::default()
        };
        let found = suburbs_of(table.select(query).unwrap().map(Result::unwrap));
        let expected = city().filter(|(column, row)| {
            let mut turns = turns(group(*column, *row));
            let is_a_turn = turns.any(|(begin, end)| begin <= at && at < end);
            is_a_turn || ((*column, *row) == (7, 9) && at >= FAULT)
        });
        let expected: BTreeSet<_> = expected
            .map(|(column, row)| format!("S{column}-{row}"))
            .collect();
        assert_eq!(found, expected, "at {at}");
    }
}

#[test]
fn each_place_of_a_portfolio_has_the_outages_ahead_of_it() {
    let (_dir, table) = table();
    let ahead = Interval {
        begin: Some(3 * TURN),
        end: None,
    };
    let query = Query {
        datetime: Some(ahead),
        properties: Some(vec![0, 2, 4]),
        ..Query::default()
    };
    let rows = table.select(query).unwrap();
    let schema = Arc::clone(rows.schema());
    let outages = Locator::new(&schema, rows, 2, 1 << 28).unwrap();
    // The middle of each suburb, and a place at sea.
    let places: Vec<_> = city()
        .map(|(column, row)| {
            let corners = [(0, 0), (1, 0), (1, 1), (0, 1)];
            let corners = corners.map(|(x, y)| corner(column + x, row + y));
            let sum = corners
                .iter()
                .fold([0.0, 0.0], |[x, y], at| [x + at[0], y + at[1]]);
            Some(sum.map(|sum| sum / 4.0))
        })
        .chain([Some([10.0, -34.0])])
        .collect();
    let located = outages.locate(&places, usize::MAX);
    let told = outages.properties(&located.features).unwrap();
    let begins = told[1].as_primitive::<TimestampMillisecondType>();
    let mut pairs = located
        .places
        .values()
        .iter()
        .zip(told[0].as_string::<i32>())
        .zip(begins);
    for ((column, row), place) in city().zip(0..) {
        let mut expected: Vec<_> = turns(group(column, row))
            .filter(|(_, end)| *end > 3 * TURN)
            .map(|(begin, _)| begin)
            .collect();
        expected.extend(((column, row) == (7, 9)).then_some(FAULT));
        let mut found: Vec<_> = expected
            .iter()
            .map(|_| {
                let ((at, name), begin) = pairs.next().unwrap();
                assert_eq!((*at, name), (place, Some(&*format!("S{column}-{row}"))));
                begin.unwrap()
            })
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected, "S{column}-{row}");
        if expected.is_empty() {
            assert_eq!(pairs.next().unwrap(), ((&place, None), None));
        }
    }
    assert_eq!(pairs.next().unwrap().0.1, None);
    assert!(pairs.next().is_none());
}

#[test]
fn a_neighbourhood_is_asked_for_by_its_box() {
    let (_dir, table) = table();
    let bbox = Bbox {
        west: 18.55,
        south: -34.15,
        east: 18.6,
        north: -34.1,
        vertical: None,
    };
    let query = Query {
        bbox: Some(bbox),
        ..Query::default()
    };
    let found = suburbs_of(table.select(query).unwrap().map(Result::unwrap));
    let expected = city().filter(|(column, row)| {
        let wkb = wkt::to_wkb(&suburb(*column, *row)).unwrap();
        bbox.meets(&wkb).unwrap()
    });
    let expected: BTreeSet<_> = expected
        .map(|(column, row)| format!("S{column}-{row}"))
        .collect();
    assert!(expected.len() > 4);
    assert_eq!(found, expected);
}

/// Suburbs from west to east, and from south to north.
const SIDE: i32 = 40;
/// Milliseconds of two hours.
const TURN: i64 = 7_200_000;
/// The time of the fault.
const FAULT: i64 = 30 * TURN + 1;
