//! Sums of a thousand meters and a year of half hours, from batches in memory as a reader of the layout has them.

use std::{convert::Infallible, hint::black_box, sync::Arc};

use arrow_array::{
    ArrayRef, Float64Array, RecordBatch, RecordBatchReader, StringArray, TimestampMillisecondArray,
};
use criterion::{Criterion, criterion_group, criterion_main};
use perild_query::{
    Column, ColumnType, Kind, TableSchema, Time,
    series::{Aggregation, By, Fill, Latest, Limits, Shape, Wanted, Within, Zone, aggregate},
};

const METERS: usize = 1_000;
const HALF_HOURS: usize = 17_520;
const BATCH: usize = 8_192;
const LIMITS: Limits = Limits {
    filled: 0,
    cells: 4_000_000,
    values: 4_000_000,
};

fn table() -> TableSchema {
    let column = |name: &str, column_type| Column {
        is_nullable: false,
        ..Column::new(name, column_type)
    };
    TableSchema {
        kind: Kind::Series,
        columns: vec![
            column("meter", ColumnType::Text),
            column("from", ColumnType::DateTime),
            column("kwh", ColumnType::Number),
        ],
        key: vec!["meter".into()],
        time: Some(Time::At {
            column: "from".into(),
        }),
        geometry: None,
        step_ms: Some(1_800_000),
    }
}

/// Batches that begin and end within series.
fn batches() -> Vec<RecordBatch> {
    let rows: Vec<usize> = (0..METERS * HALF_HOURS).collect();
    let batch = |rows: &[usize]| {
        let meters = rows.iter().map(|row| format!("{:013}", row / HALF_HOURS));
        let half_hour = |row: &usize| i64::try_from(row % HALF_HOURS).expect("few");
        let times = rows
            .iter()
            .map(|row| 1_767_225_600_000 + half_hour(row) * 1_800_000);
        let kwh = rows
            .iter()
            .map(|row| f64::from(u32::try_from(row * 7919 % 4001).expect("few")) / 1000.0);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(meters)),
            Arc::new(TimestampMillisecondArray::from_iter_values(times).with_timezone("UTC")),
            Arc::new(Float64Array::from_iter_values(kwh)),
        ];
        RecordBatch::try_new(table().arrow(), columns).expect("a batch")
    };
    rows.chunks(BATCH).map(batch).collect()
}

fn read(
    batches: &[RecordBatch],
) -> impl Iterator<Item = Result<RecordBatch, Infallible>> + Send + use<> {
    let batches: Vec<_> = batches.iter().cloned().map(Ok).collect();
    batches.into_iter()
}

fn wanted(every: &str, functions: &[&str]) -> Wanted {
    let functions = functions
        .iter()
        .map(|name| name.parse().expect("a function"));
    Wanted {
        every: every.parse().expect("a length"),
        zone: Zone::named("Europe/London").expect("a zone"),
        functions: functions.collect(),
        columns: vec![2],
        fill: Fill::None,
        by: By::Series,
        within: Within::default(),
        shape: Shape::Long,
    }
}

fn rows(answer: Box<dyn RecordBatchReader + Send>) -> usize {
    answer.map(|batch| batch.expect("a batch").num_rows()).sum()
}

fn series(criterion: &mut Criterion) {
    let table = table();
    let batches = batches();
    let mut group = criterion.benchmark_group("series, 1,000 meters and a year");
    group.sample_size(10);
    let together = Wanted {
        by: By::Columns(Vec::new()),
        ..wanted("P1D", &["sum"])
    };
    let wide = Wanted {
        shape: Shape::Wide,
        ..wanted("P1D", &["sum"])
    };
    for (name, wanted, expected) in [
        ("daily sums", wanted("P1D", &["sum"]), 365_000),
        ("hourly sums", wanted("PT1H", &["sum"]), 8_760_000),
        (
            "daily sum, mean, extremes and median",
            wanted("P1D", &["sum", "mean", "min", "max", "median"]),
            365_000,
        ),
        ("monthly sums", wanted("P1M", &["sum"]), 12_000),
        ("daily sums of all together", together, 365),
        ("daily sums, wide", wide, 365),
    ] {
        let question = Aggregation::new(&table, wanted).expect("a question");
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let answer = aggregate(read(black_box(&batches)), &question, LIMITS);
                assert_eq!(rows(answer.expect("an answer")), expected);
            });
        });
    }
    group.bench_function("latest rows", |bench| {
        bench.iter(|| {
            let within = Within::default();
            let latest = Latest::of(read(black_box(&batches)), &table.arrow(), &table, within);
            assert_eq!(rows(Box::new(latest.expect("series"))), METERS);
        });
    });
}

criterion_group!(benches, series);
criterion_main!(benches);
