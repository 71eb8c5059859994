//! The writer of `POST /location` by itself: octets a second on one core.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a bench ends at the first thing that is not as it should be"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use perild::{
    climatescore::{Column, answer::Segments},
    dataset::{
        Perils,
        grid::{Axis, Grid, GridShape, StoreMetadata, StoreVersion, StoreWriter},
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
    let version = StoreVersion {
        id: 1,
        imported_at: 0,
    };
    let metadata = StoreMetadata::of_perils(version, grid, 400);
    let mut writer = StoreWriter::begin(Vec::new(), metadata, None, false).unwrap();
    for cell in 0..400_u32 {
        let mut row = [0; 96];
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
    let permits = Perils::members().iter().map(|id| policy.open(id).unwrap());
    let permits: Vec<_> = permits.collect();
    let perils = Perils::of([grid]);
    let columns = perils.perils().flat_map(|one| {
        let columns = one.coverage.columns.all();
        columns.map(|column| (one.id(), column))
    });
    perils.values(&permits, columns).unwrap()
}

fn records(criterion: &mut Criterion) {
    let values = values();
    let columns: Vec<_> = Column::all().collect();
    let segments = Segments::new(&columns);
    let write = |out: &mut Vec<u8>| {
        out.clear();
        for place in 0..100_u32 {
            let (latitude, longitude) = (f64::from(place / 20), f64::from(place % 20));
            let found = values.parts()[0].find(40.0 + latitude * 0.25, -10.0 + longitude * 0.25);
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
