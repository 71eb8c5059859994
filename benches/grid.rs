//! A store: how long it takes to open, and a look-up on a coarse and on a fine grid.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on ends"
)]

use std::{
    fs::{self, File},
    hint::black_box,
    io::BufWriter,
    path::{Path, PathBuf},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use perild::{
    climatescore::answer::Segments,
    dataset::{
        Perils,
        grid::{
            About, Axis, Cell, Column, ColumnStatistics, Grid, GridShape, Peril, RawValues,
            StoreVersion, StoreWriter,
        },
        perils::Values,
    },
    policy::{Class, Defaults, Policy},
};

/// Places of one measurement.
const PLACES: u64 = 1000;

fn stores(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut group = criterion.benchmark_group("grid");
    for (name, step) in [("0.25", 250_000), ("0.05", 50_000)] {
        let path = store(folder, step);
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("open at {name} degrees"), |bencher| {
            bencher.iter(|| Grid::open(black_box(&path)).unwrap());
        });
        let grid = Grid::open(&path).unwrap();
        warm(&grid);
        group.throughput(Throughput::Elements(PLACES));
        let mut random = 0_u64;
        group.bench_function(format!("index only at {name} degrees"), |bencher| {
            bencher.iter(|| {
                (0..PLACES)
                    .filter(|_| {
                        let (latitude, longitude) = place(&mut random);
                        matches!(grid.cell_at(latitude, longitude), Cell::Row(_))
                    })
                    .count()
            });
        });
        group.bench_function(format!("96 values at {name} degrees"), |bencher| {
            bencher.iter(|| {
                (0..PLACES)
                    .map(|_| {
                        let (latitude, longitude) = place(&mut random);
                        sum(grid.cell_at(latitude, longitude))
                    })
                    .fold(0, i64::wrapping_add)
            });
        });
        let together = u64::try_from(Grid::TOGETHER).unwrap();
        group.throughput(Throughput::Elements(PLACES / together * together));
        group.bench_function(
            format!("96 values, fetched together at {name} degrees"),
            |bencher| {
                let mut cells = Vec::new();
                bencher.iter(|| {
                    let mut total = 0_i64;
                    for _ in 0..PLACES / together {
                        cells.clear();
                        cells.extend((0..together).map(|_| {
                            let (latitude, longitude) = place(&mut random);
                            grid.cell_at(latitude, longitude)
                        }));
                        grid.fetch(cells.iter().copied());
                        let sums = cells.iter().copied().map(sum);
                        total = sums.fold(total, i64::wrapping_add);
                    }
                    total
                });
            },
        );
        let values = permitted(grid);
        let segments = Segments::new(values.columns());
        let mut text = Vec::new();
        group.throughput(Throughput::Elements(PLACES));
        group.bench_function(
            format!("records of POST /location at {name} degrees"),
            |bencher| {
                bencher.iter(|| {
                    let places: Vec<_> = (0..PLACES).map(|_| place(&mut random)).collect();
                    values.find_all(&places, |found| {
                        text.clear();
                        segments.push_records(&mut text, &found);
                        black_box(text.len());
                    });
                });
            },
        );
        drop(values);
        fs::remove_file(path).unwrap();
    }
    group.finish();
}

/// All that `grid` has, for whoever asks.
fn permitted(grid: Grid) -> Values {
    let defaults = Defaults {
        class: Class::Open,
        ..Defaults::default()
    };
    let policy = Policy::new(&[], &defaults).unwrap();
    let permits = Peril::ALL.map(|peril| policy.open(Perils::collection(Some(peril))).unwrap());
    let columns: Vec<_> = Column::all().collect();
    Perils::of(grid).values(&permits, &columns).unwrap()
}

/// A world at that step with values in 44 of 100 cells.
fn store(folder: &Path, step: i64) -> PathBuf {
    let path = folder.join(format!("bench-{step}.arrow"));
    let axis = |first: i64, span: i64| {
        let count = u32::try_from(span / step + 1).unwrap();
        Axis::new(first, step, 1, count).unwrap()
    };
    let grid = GridShape {
        latitude: axis(-90_000_000, 180_000_000),
        longitude: axis(-180_000_000, 360_000_000),
    };
    let cells = 0..u32::try_from(grid.cells()).unwrap();
    let has_row = |cell: &u32| u64::from(*cell).wrapping_mul(MIX) >> 32 < (44 << 32) / 100;
    let rows = cells.clone().filter(has_row).count();
    let about = About {
        version: StoreVersion {
            id: 1,
            imported_at: 0,
        },
        source: String::new(),
        licence: String::new(),
        synthetic: true,
        cells_on_grid: grid.cells(),
        grid,
        rows: u32::try_from(rows).unwrap(),
        perils: Vec::new(),
        statistics: Column::all().map(nothing).collect(),
    };
    let sink = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
    let mut writer = StoreWriter::begin(sink, about, None, false).unwrap();
    for cell in cells.filter(has_row) {
        let row = [i64::from(cell); Column::COUNT];
        writer.push(cell, &row).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn nothing(column: Column) -> ColumnStatistics {
    ColumnStatistics {
        column: column.name().to_owned(),
        known: 0,
        not_applicable: 0,
        not_covered: 0,
        min: None,
        mean: None,
        max: None,
    }
}

/// Brings every page in, so that it is not the disk that is measured.
fn warm(grid: &Grid) {
    let all = grid.rows().map(|(_, row)| sum(Cell::Row(row)));
    black_box(all.fold(0, i64::wrapping_add));
}

fn sum(cell: Cell<'_>) -> i64 {
    match cell {
        Cell::Row(row) => match row.raw() {
            RawValues::Narrow(values) => values.iter().copied().map(i64::from).sum(),
            RawValues::Wide(values) => values.iter().fold(0, |sum, value| sum.wrapping_add(*value)),
        },
        Cell::Empty | Cell::OffGrid => 0,
    }
}

/// Another place each time, anywhere.
fn place(random: &mut u64) -> (f64, f64) {
    *random = random.wrapping_add(MIX);
    let mixed = (*random ^ (*random >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let part = |bits: u64| {
        f64::from(u32::try_from(bits & 0xFFFF_FFFF).expect("32 bits")) / 4_294_967_296.0
    };
    (
        part(mixed >> 32) * 180.0 - 90.0,
        part(mixed ^ (mixed >> 17)) * 360.0 - 180.0,
    )
}

const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

criterion_group!(benches, stores);
criterion_main!(benches);
