//! The writer of `POST /location` by itself: octets a second on one core.

#![expect(
    clippy::unwrap_used,
    reason = "a bench ends at the first thing that is not as it should be"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use perild::{
    climatescore::answer::Segments,
    dataset::{
        Perils,
        grid::{
            About, Axis, Column, ColumnStatistics, Grid, GridShape, Peril, StoreVersion,
            StoreWriter,
        },
        perils::Values,
    },
    policy::{Class, Defaults, Policy},
};

fn values() -> Values {
    let axis = |first| Axis::new(first, 250_000, 1, 20).unwrap();
    let grid = GridShape {
        latitude: axis(40_000_000),
        longitude: axis(-10_000_000),
    };
    let statistics = Column::all().map(|column| ColumnStatistics {
        column: column.name().to_owned(),
        known: 400,
        not_applicable: 0,
        not_covered: 0,
        min: None,
        mean: None,
        max: None,
    });
    let about = About {
        version: StoreVersion {
            id: 1,
            imported_at: 0,
        },
        source: String::new(),
        licence: String::new(),
        synthetic: true,
        grid,
        cells_on_grid: 400,
        rows: 400,
        perils: Vec::new(),
        statistics: statistics.collect(),
    };
    let mut writer = StoreWriter::begin(Vec::new(), about, None, false).unwrap();
    for cell in 0..400_u32 {
        let mut row = [0; Column::COUNT];
        for (value, index) in row.iter_mut().zip(0_i64..) {
            *value = (i64::from(cell) * 7_919 + index * 104_729) * 997 % 400_000_000;
        }
        writer.push(cell, &row).unwrap();
    }
    let grid = Grid::from_bytes(writer.finish().unwrap().into()).unwrap();
    let defaults = Defaults {
        class: Class::Open,
        ..Defaults::default()
    };
    let policy = Policy::new(&[], &defaults).unwrap();
    let permits = Peril::ALL.map(|peril| policy.open(Perils::collection(Some(peril))).unwrap());
    let columns: Vec<_> = Column::all().collect();
    Perils::of(grid).values(&permits, &columns).unwrap()
}

fn records(criterion: &mut Criterion) {
    let values = values();
    let segments = Segments::new(values.columns());
    let write = |out: &mut Vec<u8>| {
        out.clear();
        for place in 0..100_u32 {
            let (latitude, longitude) = (f64::from(place / 20), f64::from(place % 20));
            let found = values.find(40.0 + latitude * 0.25, -10.0 + longitude * 0.25);
            segments.push_records(out, &found.unwrap());
        }
    };
    let mut out = Vec::new();
    write(&mut out);
    let mut group = criterion.benchmark_group("json");
    group.throughput(Throughput::Bytes(u64::try_from(out.len()).unwrap()));
    group.bench_function("100 places x 96 records", |bencher| {
        bencher.iter(|| {
            write(&mut out);
            black_box(out.len())
        });
    });
    group.finish();
}

criterion_group!(benches, records);
criterion_main!(benches);
