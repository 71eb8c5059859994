//! Questions to tables that need no walk through all rows: a key of a million, a month of a meter, a box of a degree.
//!
//! Tables are written once, below `target/tmp`, and the times that takes are printed with the octets a row.

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use criterion::{Criterion, criterion_group, criterion_main};
use perild_query::{
    Column, ColumnType, Kind, Literal, Query, Table, TableSchema, Time,
    geometry::{Bbox, wkb},
    layout::{Options, Writer},
    query::Interval,
    table::Blocks,
};

fn records() -> TableSchema {
    let text = |name| Column::new(name, ColumnType::Text);
    TableSchema {
        kind: Kind::Records,
        columns: vec![
            text("sku"),
            text("name"),
            text("brand"),
            text("category"),
            Column::new("stock", ColumnType::Integer),
            Column::new("weight", ColumnType::Number),
            Column::new("price", ColumnType::Number),
            text("currency"),
            Column::new("from", ColumnType::Date),
            Column::new("changed", ColumnType::DateTime),
            Column::new("sold", ColumnType::Boolean),
        ],
        key: vec!["sku".into()],
        time: None,
        geometry: None,
        step_ms: None,
    }
}

fn record_batch(numbers: std::ops::Range<i64>) -> RecordBatch {
    let texts = |make: fn(i64) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(numbers.clone().map(make)))
    };
    let columns = vec![
        texts(|number| format!("SKU-{:07}", number * 7_919 % RECORDS)),
        texts(|number| format!("Kettle of {number} parts")),
        texts(|number| format!("Brand {}", number % 50)),
        texts(|number| format!("Category {}", number % 12)),
        Arc::new(
            numbers
                .clone()
                .map(|number| Some(number % 1_000))
                .collect::<Int64Array>(),
        ),
        Arc::new(
            numbers
                .clone()
                .map(|number| Some(tenths(number % 9_000)))
                .collect::<Float64Array>(),
        ),
        Arc::new(
            numbers
                .clone()
                .map(|number| Some(tenths(number % 70_000)))
                .collect::<Float64Array>(),
        ),
        texts(|_number| "GBP".to_owned()),
        Arc::new(
            numbers
                .clone()
                .map(|number| i32::try_from(20_000 - number % 900).ok())
                .collect::<Date32Array>(),
        ),
        Arc::new(
            numbers
                .clone()
                .map(|number| Some(1_790_000_000_000 + number))
                .collect::<TimestampMillisecondArray>()
                .with_timezone("UTC"),
        ),
        Arc::new(
            numbers
                .clone()
                .map(|number| Some(number % 3 == 0))
                .collect::<BooleanArray>(),
        ),
    ];
    RecordBatch::try_new(records().arrow(), columns).expect("of the bench")
}

fn meters() -> TableSchema {
    TableSchema {
        kind: Kind::Series,
        columns: vec![
            Column::new("meter", ColumnType::Text),
            Column::new("from", ColumnType::DateTime),
            Column::new("kwh", ColumnType::Number),
        ],
        key: vec!["meter".into()],
        time: Some(Time::At {
            column: "from".into(),
        }),
        geometry: None,
        step_ms: Some(1_800_000),
    }
}

fn meter_batch(meter: i64) -> RecordBatch {
    let times = (0..YEAR).map(|half_hour| Some(BEGIN + half_hour * 1_800_000));
    // Values as meters have them: of the day's hour, and with some noise in thousandths.
    let values = (0..YEAR).map(|half_hour| {
        let hour = half_hour / 2 % 24;
        let noise = (half_hour * 7_919 + meter * 104_729) % 97;
        Some(tenths(if (17..22).contains(&hour) { 8 } else { 2 }) + tenths(noise) / 100.0)
    });
    let columns: [ArrayRef; 3] = [
        Arc::new(StringArray::from_iter_values(
            (0..YEAR).map(|_| format!("1200{meter:09}")),
        )),
        Arc::new(
            times
                .collect::<TimestampMillisecondArray>()
                .with_timezone("UTC"),
        ),
        Arc::new(values.collect::<Float64Array>()),
    ];
    RecordBatch::try_new(meters().arrow(), columns.to_vec()).expect("of the bench")
}

fn areas() -> TableSchema {
    TableSchema {
        kind: Kind::Features,
        columns: vec![
            Column::new("id", ColumnType::Text),
            Column::new("class", ColumnType::Text),
            Column::new("place", ColumnType::Geometry),
        ],
        key: vec!["id".into()],
        time: None,
        geometry: Some("place".into()),
        step_ms: None,
    }
}

/// Polygons of sixteen corners all over Great Britain and its seas.
fn area_batch(numbers: std::ops::Range<i64>) -> RecordBatch {
    let places = numbers.clone().map(|number| {
        let x = -10.0 + tenths(number * 7_919 % 1_439) / 10.0;
        let y = 48.0 + tenths(number * 104_729 % 1_511) / 10.0;
        let corners = (0..=16).map(|corner| {
            let angle = std::f64::consts::TAU * tenths(corner % 16) / 1.6;
            (x + 0.02 * angle.cos(), y + 0.01 * angle.sin())
        });
        let ring = geo::LineString::from(corners.collect::<Vec<_>>());
        Some(wkb::from_geo(&geo::Geometry::Polygon(geo::Polygon::new(
            ring,
            vec![],
        ))))
    });
    let columns: [ArrayRef; 3] = [
        Arc::new(StringArray::from_iter_values(
            numbers.clone().map(|number| format!("A{number:06}")),
        )),
        Arc::new(StringArray::from_iter_values(
            numbers
                .clone()
                .map(|number| format!("class {}", number % 5)),
        )),
        Arc::new(places.collect::<BinaryArray>()),
    ];
    RecordBatch::try_new(areas().arrow(), columns.to_vec()).expect("of the bench")
}

fn tenths(number: i64) -> f64 {
    f64::from(i32::try_from(number).expect("of the bench")) / 10.0
}

fn table(
    name: &str,
    schema: TableSchema,
    batches: impl Iterator<Item = RecordBatch>,
) -> Arc<Table> {
    let folder: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("tables")
        .join(name);
    let begun = Instant::now();
    let mut making = Duration::ZERO;
    let mut writer = Writer::begin(&folder, schema, Options::default()).expect("of the bench");
    let mut batches = batches;
    loop {
        let begun = Instant::now();
        let Some(batch) = batches.next() else { break };
        making += begun.elapsed();
        writer.push(&batch).expect("of the bench");
    }
    let rows = writer.rows();
    writer.finish().expect("of the bench");
    let table = Table::open(&folder).expect("of the bench");
    let hundredths = table.bytes() * 100 / rows.max(1);
    eprintln!(
        "{name}: {rows} rows written in {:.1} s, {} kB, which are {}.{:02} octets a row",
        begun.elapsed().saturating_sub(making).as_secs_f64(),
        table.bytes() / 1_000,
        hundredths / 100,
        hundredths % 100,
    );
    Arc::new(table)
}

fn rows(table: &Arc<Table>, query: Query) -> usize {
    let rows = table.select(query).expect("of the bench");
    rows.map(|batch| black_box(batch.expect("of the bench")).num_rows())
        .sum()
}

/// Takes a record by its key.
fn take(records: &Arc<Table>, number: i64) {
    let key = Literal::Text(format!("SKU-{number:07}").into());
    let row = records.item(&[key]).expect("of the bench");
    assert_eq!(black_box(row).expect("of the bench").num_rows(), 1);
}

fn keys(criterion: &mut Criterion, records: &Arc<Table>) {
    criterion.bench_function("the same key of a million", |bencher| {
        bencher.iter(|| take(records, 611_953));
    });
    let mut number = 0;
    criterion.bench_function("key of a million", |bencher| {
        bencher.iter(|| {
            number = (number + 611_953) % RECORDS;
            take(records, number);
        });
    });
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i64::try_from(state % RECORDS.unsigned_abs()).expect("of the bench")
    };
    criterion.bench_function("uniformly random keys of a million", |bencher| {
        bencher.iter(|| take(records, random()));
    });
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tables/records");
    let forgetful = Table::open_with(&folder, &Blocks::of(0)).expect("of the bench");
    let forgetful = Arc::new(forgetful);
    criterion.bench_function("random keys of a million, nothing kept", |bencher| {
        bencher.iter(|| take(&forgetful, random()));
    });
    criterion.bench_function("no such key of a million", |bencher| {
        bencher.iter(|| {
            let key = Literal::Text(format!("SKU-{:07}x", random()).into());
            let row = records.item(&[key]).expect("of the bench");
            assert!(black_box(row).is_none());
        });
    });
}

fn tables(criterion: &mut Criterion) {
    let records = table(
        "records",
        records(),
        (0..RECORDS / 10_000).map(|at| record_batch(at * 10_000..(at + 1) * 10_000)),
    );
    keys(criterion, &records);
    let meters = table("meters", meters(), (0..METERS).map(meter_batch));
    let mut meter = 0;
    criterion.bench_function("month of a meter", |bencher| {
        bencher.iter(|| {
            meter = (meter + 61) % METERS;
            let begin = BEGIN + 150 * 86_400_000;
            let found = rows(
                &meters,
                Query {
                    ids: Some(vec![
                        [Literal::Text(format!("1200{meter:09}").into())].into(),
                    ]),
                    datetime: Some(Interval::half_open(
                        Some(begin),
                        Some(begin + 30 * 86_400_000),
                    )),
                    ..Query::default()
                },
            );
            assert_eq!(found, 1_440);
        });
    });
    let areas = table(
        "areas",
        areas(),
        (0..10).map(|at| area_batch(at * 10_000..(at + 1) * 10_000)),
    );
    let mut west = 0.0;
    criterion.bench_function("box of a degree", |bencher| {
        bencher.iter(|| {
            west = (west + 0.37) % 10.0;
            let bbox = Bbox {
                west: west - 9.0,
                south: 50.0 + west,
                east: west - 8.0,
                north: 51.0 + west,
                vertical: None,
            };
            let found = rows(
                &areas,
                Query {
                    bbox: Some(bbox),
                    ..Query::default()
                },
            );
            assert!((100..1_500).contains(&found), "{found}");
        });
    });
}

const RECORDS: i64 = 1_000_000;
const METERS: i64 = 256;
const YEAR: i64 = 17_520;
const BEGIN: i64 = 1_767_225_600_000;

criterion_group!(benches, tables);
criterion_main!(benches);
