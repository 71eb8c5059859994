//! A store: how long it takes to open, and a look-up on a coarse and on a fine grid.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a measurement that cannot go on ends"
)]

use std::{
    fs::{self, File},
    hint::black_box,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use perild::{
    climatescore::{Column, answer::Segments},
    dataset::{
        Perils,
        grid::{
            Axis, Cell, CellIndex, ColumnStatistics, Columns, CoverageMetadata, Dimension,
            DimensionValues, Grid, GridShape, Profile, RawValues, StoreMetadata, StoreVersion,
            StoreWriter, Value, Variable,
        },
        perils::{Coverage, Values},
    },
    policy::{Class, CollectionId, Defaults, Permit, Policy, Publish},
};

/// Places of one measurement.
const PLACES: u64 = 1000;

fn stores(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut group = criterion.benchmark_group("grid");
    for (name, step) in [("0.25", 250_000), ("0.05", 50_000)] {
        let path = store(folder, step, &perils());
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
                        Grid::fetch(cells.iter().copied());
                        let sums = cells.iter().copied().map(sum);
                        total = sums.fold(total, i64::wrapping_add);
                    }
                    total
                });
            },
        );
        let values = permitted(grid);
        let columns: Vec<_> = Column::all().collect();
        let segments = Segments::new(&columns);
        let mut text = Vec::new();
        group.throughput(Throughput::Elements(PLACES));
        group.bench_function(
            format!("records of POST /location at {name} degrees"),
            |bencher| {
                bencher.iter(|| {
                    let places: Vec<_> = (0..PLACES).map(|_| place(&mut random)).collect();
                    values.parts()[0].find_all(&places, |found| {
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

/// Coverages of other widths: a store whose rows have `columns` values, read whole, row by row and together.
fn widths(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut group = criterion.benchmark_group("width");
    for columns in [12_u32, 96, 1000] {
        // As many values in each, so that it is not the size of the store that is compared.
        let step = match columns {
            12 => 125_000,
            96 => 350_000,
            _ => 1_125_000,
        };
        let path = store(folder, step, &one_coverage(columns));
        let grid = Grid::open(&path).unwrap();
        warm(&grid);
        let together = u64::try_from(Grid::TOGETHER).unwrap();
        let places = PLACES / together * together;
        group.throughput(Throughput::Elements(places * u64::from(columns)));
        let coverage = served(grid);
        let all: Vec<_> = coverage.columns().all().collect();
        let places = with_rows(&coverage, places);
        group.bench_function(format!("{columns} values a cell, read"), |bencher| {
            let mut turns = places.iter().cycle();
            bencher.iter(|| {
                let mut total = 0_i64;
                let cells = turns.next().unwrap();
                for cells in cells.chunks(Grid::TOGETHER) {
                    coverage.fetch(cells.iter().copied());
                    for cell in cells.iter().filter_map(|cell| coverage.cell(*cell)) {
                        cell.each(&all, |value| {
                            if let Value::Known(steps) = value {
                                total = total.wrapping_add(steps);
                            }
                        });
                    }
                }
                total
            });
        });
        let mut text = Vec::new();
        group.bench_function(format!("{columns} values a cell, as text"), |bencher| {
            let mut turns = places.iter().cycle();
            bencher.iter(|| {
                let cells = turns.next().unwrap();
                for cells in cells.chunks(Grid::TOGETHER) {
                    coverage.fetch(cells.iter().copied());
                    for cell in cells.iter().filter_map(|cell| coverage.cell(*cell)) {
                        text.clear();
                        cell.each(&all, |value| {
                            if let Value::Known(steps) = value {
                                write!(text, "{steps},").unwrap();
                            }
                        });
                        black_box(text.len());
                    }
                }
            });
        });
        drop(coverage);
        fs::remove_file(path).unwrap();
    }
    group.finish();
}

/// Cells that have a row, anywhere on the grid: the places of a hundred turns.
fn with_rows(coverage: &Coverage, places: u64) -> Vec<Vec<CellIndex>> {
    let mut random = 0_u64;
    let mut drawn = std::iter::repeat_with(|| {
        let (latitude, longitude) = place(&mut random);
        coverage.shape().nearest(latitude, longitude)
    })
    .flatten()
    .filter(|cell| {
        coverage
            .cell(*cell)
            .is_some_and(|cell| cell.raw().is_some())
    });
    (0..100)
        .map(|_| {
            drawn
                .by_ref()
                .take(usize::try_from(places).unwrap())
                .collect()
        })
        .collect()
}

/// All that `grid` has, for whoever asks.
fn permitted(grid: Grid) -> Values {
    let permits: Vec<_> = Perils::members().iter().map(permit).collect();
    let perils = Perils::of([grid]);
    let columns = perils.perils().flat_map(|one| {
        let columns = one.coverage.columns.all();
        columns.map(|column| (one.id(), column))
    });
    perils.values(&permits, columns).unwrap()
}

fn permit(id: &CollectionId) -> Permit {
    let defaults = Defaults {
        class: Class::Open,
        publish: Publish::All,
        ..Defaults::default()
    };
    let policy = Policy::new(&[], &defaults).unwrap();
    policy.open(id).unwrap()
}

/// The one coverage of `grid`.
fn served(grid: Grid) -> Coverage {
    let id = CollectionId::parse(&grid.metadata().coverages[0].id).unwrap();
    Perils::of([grid]).coverage(&permit(&id)).unwrap()
}

/// The perils, with 96 values a cell.
fn perils() -> Vec<CoverageMetadata> {
    let perils = Profile::perils().coverages.iter();
    perils.map(CoverageMetadata::of).collect()
}

/// One coverage with so many values a cell.
fn one_coverage(columns: u32) -> Vec<CoverageMetadata> {
    let numbers = (0..i64::from(columns)).collect();
    let dimension = Dimension {
        name: "number".into(),
        values: DimensionValues::Number(numbers),
        ..Dimension::default()
    };
    let variable = Variable {
        name: "value".into(),
        ..Variable::default()
    };
    let columns = Columns::new([variable], [dimension]).unwrap();
    let peril = CoverageMetadata::of(&Profile::perils().coverages[0]);
    let statistics = columns.all().map(|column| ColumnStatistics {
        column: columns.name(column),
        ..peril.statistics[0].clone()
    });
    vec![CoverageMetadata {
        id: "coverage".into(),
        statistics: statistics.collect(),
        columns: columns.clone(),
        ..peril
    }]
}

/// A world at that step with values in 44 of 100 cells.
fn store(folder: &Path, step: i64, coverages: &[CoverageMetadata]) -> PathBuf {
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
    let version = StoreVersion {
        id: 1,
        imported_at: 0,
    };
    let metadata = StoreMetadata {
        version,
        cells_on_grid: grid.cells(),
        grid,
        rows: u32::try_from(rows).unwrap(),
        coverages: coverages.to_vec(),
    };
    let width = usize::try_from(metadata.width()).unwrap();
    let sink = BufWriter::with_capacity(1 << 20, File::create(&path).unwrap());
    let mut writer = StoreWriter::begin(sink, metadata, None, false).unwrap();
    for cell in cells.filter(has_row) {
        let row = vec![i64::from(cell); width];
        writer.push(cell, &row).unwrap();
    }
    writer.finish().unwrap();
    path
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

criterion_group!(benches, stores, widths);
criterion_main!(benches);
