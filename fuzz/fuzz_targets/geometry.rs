//! The `coords` of a query as well-known text: it is refused, or each cell that it selects is of the grid and selected
//! once, and no work is beyond its limits.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use perild::dataset::coverage::{
    AreaLimits, BoundingBox, CellRun, Crs, Geometry, Lattice, RegularAxis, WktLimits, covered,
    passages, within,
};

fuzz_target!(|text: &str| {
    if let Ok(found) = BoundingBox::read(text, Crs::Epsg4326) {
        check(&found.cells(&GRID).runs().collect::<Vec<_>>());
    }
    let geometry = match Geometry::read(text, Crs::Crs84, LIMITS) {
        Ok(geometry) => geometry,
        Err(fault) => {
            assert!(fault.at <= text.len() && !fault.to_string().is_empty());
            return;
        }
    };
    match geometry {
        Geometry::Points(points) => {
            for point in points {
                assert!(GRID.nearest(point.position).is_some());
                check(&within(&GRID, point.position, 3e6));
            }
        }
        Geometry::Lines(lines) => {
            for line in lines {
                for passage in passages(&GRID, &line, 10_000).unwrap_or_default() {
                    assert!(passage.cell.row < GRID.rows() && passage.cell.column < GRID.columns());
                    assert!(passage.enters.metres <= passage.leaves.metres);
                }
            }
        }
        Geometry::Polygons(polygons) => {
            let limits = AreaLimits {
                max_cells: 100_000,
                max_comparisons: 1_000_000,
            };
            if let Ok(runs) = covered(&GRID, polygons.iter().flatten(), limits) {
                check(&runs);
            }
        }
    }
});

fn check(runs: &[CellRun]) {
    for run in runs {
        assert!(run.share > 0.0 && run.share <= 1.0);
        assert!(run.row < GRID.rows());
        assert!(run.columns.start < run.columns.end && run.columns.end <= GRID.columns());
    }
    for (index, one) in runs.iter().enumerate().take(100) {
        let others = runs
            .iter()
            .skip(index + 1)
            .filter(|other| other.row == one.row);
        for other in others {
            let is_apart =
                other.columns.end <= one.columns.start || one.columns.end <= other.columns.start;
            assert!(is_apart, "{one:?} and {other:?}");
        }
    }
}

/// Ten degrees around the world.
static GRID: LazyLock<Lattice> = LazyLock::new(|| {
    let latitude = RegularAxis::new(-90_000_000, 10_000_000, 1, 19).expect("an axis");
    let longitude = RegularAxis::new(-180_000_000, 10_000_000, 1, 37).expect("an axis");
    Lattice::new(latitude, longitude).expect("a grid")
});
const LIMITS: WktLimits = WktLimits {
    max_bytes: 1 << 16,
    max_positions: 1000,
};
