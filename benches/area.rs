//! Areas on a quarter-degree grid: the cells of a country, a catchment and the world, and the statistics of their values.

#![expect(
    clippy::indexing_slicing,
    reason = "every index is made of the length of what it is for"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use perild::dataset::coverage::{
    AreaLimits, CellRun, Crs, Geometry, Lattice, Position, RegularAxis, Ring, Statistics,
    Threshold, WktLimits, covered,
};

const LIMITS: AreaLimits = AreaLimits {
    max_cells: 10_000_000,
    max_comparisons: 1_000_000_000,
};

fn grid() -> Lattice {
    let latitude = RegularAxis::new(-90_000_000, 250_000, 1, 721).expect("an axis");
    let longitude = RegularAxis::new(-180_000_000, 250_000, 1, 1440).expect("an axis");
    Lattice::new(latitude, longitude).expect("a grid")
}

/// A closed coast of `positions` by midpoint displacement: bays in bays, as a coast has.
fn coast(centre: (f64, f64), radius: f64, positions: u32, seed: u64) -> Ring {
    let mut state = seed;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from(u32::try_from(state >> 33).expect("31 bits")) / f64::from(1_u32 << 30) - 1.0
    };
    let corner = |at: u32| {
        let angle = std::f64::consts::TAU * f64::from(at) / 10.0;
        (
            centre.0 + radius * angle.cos(),
            centre.1 + radius * 0.7 * angle.sin(),
        )
    };
    let mut places: Vec<(f64, f64)> = (0..10).map(corner).collect();
    while places.len() < usize::try_from(positions).expect("a length") {
        let mut finer = Vec::with_capacity(places.len() * 2);
        for (index, from) in places.iter().enumerate() {
            let to = places[(index + 1) % places.len()];
            let (east, north) = (to.0 - from.0, to.1 - from.1);
            let by = random() * 0.25;
            finer.push(*from);
            finer.push((
                from.0 + east / 2.0 - north * by,
                from.1 + north / 2.0 + east * by,
            ));
        }
        places = finer;
    }
    places.push(places[0]);
    let place = |(longitude, latitude)| Position {
        longitude,
        latitude,
    };
    places.into_iter().map(place).collect()
}

fn text(rings: &[Ring]) -> String {
    let position = |at: &Position| format!("{:.6} {:.6}", at.longitude, at.latitude);
    let polygon = |ring: &Ring| {
        let positions: Vec<_> = ring.iter().map(position).collect();
        format!("(({}))", positions.join(","))
    };
    let polygons: Vec<_> = rings.iter().map(polygon).collect();
    format!("MULTIPOLYGON({})", polygons.join(","))
}

/// A value for each cell, some of them missing.
fn values(lattice: &Lattice) -> Vec<Option<i64>> {
    let cells = u64::from(lattice.rows()) * u64::from(lattice.columns());
    let value = |cell: u64| {
        let mixed = cell.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        (!mixed.is_multiple_of(10)).then(|| i64::try_from(mixed).expect("24 bits"))
    };
    (0..cells).map(value).collect()
}

fn statistics(lattice: &Lattice, runs: &[CellRun], values: &[Option<i64>]) -> Statistics {
    let mut found = Statistics::new(Some(Threshold::Above(1 << 23)));
    let at = |row: u32, column: u32| {
        usize::try_from(row * lattice.columns() + column).expect("an index")
    };
    for run in runs {
        let cells = at(run.row, run.columns.start)..at(run.row, run.columns.end);
        let cm2 = lattice.share_cm2(run.row, run.share);
        found.add_run(cm2, values[cells].iter().copied());
    }
    found
}

fn areas(criterion: &mut Criterion) {
    let grid = grid();
    let values = values(&grid);
    let world: Ring = [
        (-180.0, -90.0),
        (180.0, -90.0),
        (180.0, 90.0),
        (-180.0, 90.0),
        (-180.0, -90.0),
    ]
    .map(|(longitude, latitude)| Position {
        longitude,
        latitude,
    })
    .to_vec();
    // Coasts all over the world, two hundred thousand positions.
    let coasts: Vec<Ring> = (0..150_u32)
        .map(|at| {
            let centre = (
                f64::from(at % 15) * 24.0 - 168.0,
                f64::from(at / 15) * 16.0 - 72.0,
            );
            coast(centre, 9.0, 1280, u64::from(at) + 1)
        })
        .collect();
    let mut group = criterion.benchmark_group("area");
    for (name, rings) in [
        (
            "country of 10,240 positions",
            vec![coast((10.0, 50.0), 5.0, 10_240, 7)],
        ),
        (
            "catchment of 1,280 positions",
            vec![coast((10.0, 50.0), 0.8, 1280, 7)],
        ),
        (
            "country of 1,310,720 positions",
            vec![coast((10.0, 50.0), 5.0, 1_310_720, 7)],
        ),
        ("150 coasts of 1,280 positions", coasts),
        ("the world", vec![world]),
    ] {
        if rings.iter().map(Vec::len).sum::<usize>() > 1_000_000 {
            group.sample_size(10);
        }
        let runs = covered(&grid, &rings, LIMITS).expect("an area");
        let cells: u32 = runs
            .iter()
            .map(|run| run.columns.end - run.columns.start)
            .sum();
        assert!(cells > 0);
        group.bench_function(format!("cells, {name}"), |bencher| {
            bencher.iter(|| covered(&grid, black_box(&rings), LIMITS).expect("an area"));
        });
        group.bench_function(format!("cells and statistics, {name}"), |bencher| {
            bencher.iter(|| {
                let runs = covered(&grid, black_box(&rings), LIMITS).expect("an area");
                statistics(&grid, &runs, &values).mean()
            });
        });
        let text = text(&rings);
        let limits = WktLimits {
            max_bytes: usize::MAX,
            max_positions: usize::MAX,
        };
        group.bench_function(format!("text, {name}"), |bencher| {
            bencher
                .iter(|| Geometry::read(black_box(&text), Crs::Crs84, limits).expect("a geometry"));
        });
        group.sample_size(100);
    }
    group.finish();
}

criterion_group!(benches, areas);
criterion_main!(benches);
