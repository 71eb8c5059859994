mod properties;

use super::*;
use crate::dataset::coverage::{
    Crs, Geometry, Position, RegularAxis, WktLimits,
    sphere::{EARTH_M, area_cm2},
};

const LIMITS: AreaLimits = AreaLimits {
    max_cells: 1_000_000,
    max_comparisons: 50_000_000,
};
const MICRO: f64 = 1e6;

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "degrees of a test in millionths"
)]
fn axis(first: f64, step: f64, count: u32) -> RegularAxis {
    let micro = |degrees: f64| (degrees * MICRO).round() as i64;
    RegularAxis::new(micro(first), micro(step), 1, count).unwrap()
}

fn lattice(latitude: (f64, f64, u32), longitude: (f64, f64, u32)) -> Lattice {
    let (north, east) = (latitude, longitude);
    let latitude = axis(north.0, north.1, north.2);
    Lattice::new(latitude, axis(east.0, east.1, east.2)).unwrap()
}

/// Ten degrees, with cells around the poles and the date line.
fn world() -> Lattice {
    lattice((-90.0, 10.0, 19), (-180.0, 10.0, 37))
}

fn quarter() -> Lattice {
    lattice((-90.0, 0.25, 721), (-180.0, 0.25, 1440))
}

fn rings(wkt: &str) -> Vec<Ring> {
    let limits = WktLimits {
        max_bytes: 1 << 20,
        max_positions: 10_000,
    };
    match Geometry::read(wkt, Crs::Crs84, limits) {
        Ok(Geometry::Polygons(polygons)) => polygons.into_iter().flatten().collect(),
        other => panic!("{wkt}: {other:?}"),
    }
}

fn cover(lattice: &Lattice, wkt: &str) -> Result<Vec<CellRun>, AreaFault> {
    covered(lattice, &rings(wkt), LIMITS)
}

/// The share of each cell, by row and column.
fn table(lattice: &Lattice, runs: &[CellRun]) -> Vec<Vec<f64>> {
    let (rows, columns) = (lattice.rows(), lattice.columns());
    let at = |index: u32| usize::try_from(index).unwrap();
    let mut table = vec![vec![0.0; at(columns)]; at(rows)];
    for run in runs {
        assert!(run.share > 0.0 && run.share <= 1.0, "{run:?}");
        for column in run.columns.clone() {
            let share = &mut table[at(run.row)][at(column)];
            assert!(*share <= 0.0, "{run:?} comes twice");
            *share = run.share;
        }
    }
    table
}

fn shares(lattice: &Lattice, wkt: &str) -> Vec<Vec<f64>> {
    table(lattice, &cover(lattice, wkt).unwrap())
}

fn km2(lattice: &Lattice, runs: &[CellRun]) -> f64 {
    let km2 = |run: &CellRun| {
        let cells = f64::from(run.columns.end - run.columns.start);
        cells * area(lattice, run.row) * run.share
    };
    runs.iter().map(km2).sum()
}

fn area(lattice: &Lattice, row: u32) -> f64 {
    let upward = lattice.latitude().upward(row);
    area_cm2(lattice.longitude().step(), lattice.sines(upward)) / 1e10
}

fn assert_near(found: f64, expected: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(
        off <= 1e-9 * expected.abs().max(1.0),
        "{what}: {found}, not {expected}"
    );
}

fn assert_same(one: &[Vec<f64>], other: &[Vec<f64>]) {
    for (row, (one, other)) in one.iter().zip(other).enumerate() {
        for (column, (one, other)) in one.iter().zip(other).enumerate() {
            assert!(
                (one - other).abs() < 1e-9,
                "row {row}, column {column}: {one} and {other}"
            );
        }
    }
}

#[test]
fn the_whole_world_is_the_sphere() {
    for grid in [
        world(),
        quarter(),
        lattice((-89.5, 1.0, 180), (0.5, 1.0, 360)),
        lattice((89.5, -1.0, 180), (359.5, -1.0, 360)),
        lattice((-45.0, 90.0, 2), (-90.0, 180.0, 2)),
    ] {
        for wkt in [
            "POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))",
            "POLYGON((0 -90, 360 -90, 360 90, 0 90, 0 -90))",
            "POLYGON((-200 90, 160 90, 160 -90, -200 -90, -200 90))",
            "MULTIPOLYGON(((-180 -90, 0 -90, 0 90, -180 90, -180 -90)), ((0 -90, 180 -90, 180 90, 0 90, 0 -90)))",
        ] {
            let runs = cover(&grid, wkt).unwrap();
            let earth = 4.0 * std::f64::consts::PI * (EARTH_M / 1000.0).powi(2);
            assert_near(km2(&grid, &runs), earth, wkt);
            assert!(runs.iter().all(|run| run.share >= 1.0), "{wkt}");
            assert_eq!(runs.len(), usize::try_from(grid.rows()).unwrap(), "{wkt}");
        }
    }
}

#[test]
fn a_box_covers_parts_of_cells_by_their_area_on_the_sphere() {
    let grid = lattice((5.0, 10.0, 8), (5.0, 10.0, 10));
    let found = shares(&grid, "POLYGON((5 5, 30 5, 30 25, 5 25, 5 5))");
    let sine = |degrees: f64| degrees.to_radians().sin();
    let low = (sine(10.0) - sine(5.0)) / sine(10.0);
    let high = (sine(25.0) - sine(20.0)) / (sine(30.0) - sine(20.0));
    for (row, north) in [(0, low), (1, 1.0), (2, high), (3, 0.0)] {
        for (column, east) in [(0, 0.5), (1, 1.0), (2, 1.0), (3, 0.0)] {
            assert_near(found[row][column], north * east, "share");
        }
    }
}

#[test]
fn a_triangle_has_the_area_that_its_integral_says() {
    // East of the meridian 0, west of the line from (0, 0) to (30, 60): the integral of y/2 times cos(y).
    let grid = lattice((-89.5, 1.0, 180), (-179.5, 1.0, 360));
    let runs = cover(&grid, "POLYGON((0 0, 30 60, 0 60, 0 0))").unwrap();
    let north = 60.0_f64.to_radians();
    let integral = (north * north.sin() + north.cos() - 1.0) / 2.0;
    let expected = integral * (EARTH_M / 1000.0).powi(2);
    assert_near(km2(&grid, &runs), expected, "triangle");
}

#[test]
fn a_hole_is_left_out_whichever_way_it_goes_round() {
    let grid = lattice((-89.5, 1.0, 180), (-179.5, 1.0, 360));
    let outside = "(0 0, 20 0, 20 20, 0 20, 0 0)";
    let whole = cover(&grid, &format!("POLYGON({outside})")).unwrap();
    let hole = "POLYGON((5 5, 15 5, 15 15, 5 15, 5 5))";
    let hole = km2(&grid, &cover(&grid, hole).unwrap());
    let expected = km2(&grid, &whole) - hole;
    for inside in [
        "(5 5, 15 5, 15 15, 5 15, 5 5)",
        "(5 5, 5 15, 15 15, 15 5, 5 5)",
    ] {
        let runs = cover(&grid, &format!("POLYGON({outside}, {inside})")).unwrap();
        assert_near(km2(&grid, &runs), expected, inside);
        let island = format!("POLYGON({outside}, {inside}, (8 8, 9 8, 9 9, 8 9, 8 8))");
        assert!(table(&grid, &cover(&grid, &island).unwrap())[98][188] > 0.999);
        assert!(table(&grid, &runs)[98][188] < 1e-9);
    }
}

#[test]
fn an_area_over_the_date_line_is_the_same_however_it_is_written() {
    for grid in [
        world(),
        quarter(),
        lattice((-30.0, 0.5, 60), (170.0, 0.5, 40)),
    ] {
        let beyond = shares(
            &grid,
            "POLYGON((177 -19, 182 -19, 181 -15.1, 177.3 -16, 177 -19))",
        );
        for wkt in [
            "POLYGON((-183 -19, -178 -19, -179 -15.1, -182.7 -16, -183 -19))",
            "MULTIPOLYGON(((177 -19, 180 -19, 180 -15.343243243243243, 177.3 -16, 177 -19)),
             ((-180 -19, -178 -19, -179 -15.1, -180 -15.343243243243243, -180 -19)))",
        ] {
            assert_same(&shares(&grid, wkt), &beyond);
        }
        assert!(beyond.iter().flatten().any(|share| *share > 0.0));
    }
}

#[test]
fn a_side_that_could_go_either_way_round_is_refused() {
    for wkt in [
        "POLYGON((170 -20, -170 -20, -170 -10, 170 -10, 170 -20))",
        "POLYGON((0 66, 90 66, 180 66, -90 66, 0 66))",
    ] {
        let fault = cover(&world(), wkt).unwrap_err();
        assert!(
            matches!(fault, AreaFault::Ambiguous { .. }),
            "{wkt}: {fault}"
        );
        assert!(fault.to_string().contains("beyond 180"), "{fault}");
    }
    cover(
        &world(),
        "POLYGON((170 -20, 190 -20, 190 -10, 170 -10, 170 -20))",
    )
    .unwrap();
    cover(
        &world(),
        "POLYGON((-170 -20, 0 -20, 170 -20, 170 -10, 0 -10, -170 -10, -170 -20))",
    )
    .unwrap();
    cover(
        &world(),
        "POLYGON((-180 66, 180 66, 180 90, -180 90, -180 66))",
    )
    .unwrap();
}

#[test]
fn an_area_around_a_pole_is_a_cap() {
    let cap = |south: f64| {
        let earth = (EARTH_M / 1000.0).powi(2);
        2.0 * std::f64::consts::PI * earth * (1.0 - south.to_radians().sin())
    };
    for grid in [world(), quarter()] {
        for wkt in [
            "POLYGON((-180 66, 180 66, 180 90, -180 90, -180 66))",
            "POLYGON((0 66, 90 66, 180 66, 270 66, 360 66, 360 90, 0 90, 0 66))",
            "POLYGON((-180 -66, -180 -90, 180 -90, 180 -66, 0 -66, -180 -66))",
        ] {
            let runs = cover(&grid, wkt).unwrap();
            assert_near(km2(&grid, &runs), cap(66.0), wkt);
        }
    }
}

#[test]
fn a_ring_that_crosses_itself_is_inside_behind_an_odd_number_of_sides() {
    let grid = lattice((-89.5, 1.0, 180), (-179.5, 1.0, 360));
    let eight = "POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))";
    let halves = "MULTIPOLYGON(((0 0, 5 5, 0 10, 0 0)), ((10 0, 10 10, 5 5, 10 0)))";
    assert_same(&shares(&grid, eight), &shares(&grid, halves));
    let upright = "POLYGON((0 0, 10 0, 0 10, 10 10, 0 0))";
    let halves = "MULTIPOLYGON(((0 0, 10 0, 5 5, 0 0)), ((0 10, 5 5, 10 10, 0 10)))";
    assert_same(&shares(&grid, upright), &shares(&grid, halves));
    let twice = "POLYGON((0 0, 9 0, 9 9, 0 9, 0 0, 0 0, 9 0, 9 9, 0 9, 0 0))";
    assert_eq!(cover(&grid, twice).unwrap(), []);
    let overlapping = "MULTIPOLYGON(((0 0, 8 0, 8 8, 0 8, 0 0)), ((4 4, 12 4, 12 12, 4 12, 4 4)))";
    let found = shares(&grid, overlapping);
    assert!(found[92][182] > 0.999 && found[96][186] < 1e-9 && found[100][190] > 0.999);
}

#[test]
fn polygons_that_share_a_side_or_touch_are_whole() {
    let grid = lattice((-89.5, 1.0, 180), (-179.5, 1.0, 360));
    let whole = shares(&grid, "POLYGON((0 0, 10 1, 11 9, -1 8, 0 0))");
    let cut = "MULTIPOLYGON(((0 0, 10 1, 11 9, 0 0)), ((0 0, 11 9, -1 8, 0 0)))";
    assert_same(&shares(&grid, cut), &whole);
    let spike = "POLYGON((0 0, 10 1, 11 9, 15 15, 11 9, -1 8, 0 0))";
    assert_same(&shares(&grid, spike), &whole);
}

#[test]
fn what_encloses_nothing_is_refused_and_what_is_narrow_is_not() {
    for wkt in [
        "POLYGON((5 5, 5 5, 5 5, 5 5))",
        "POLYGON((0.1 0.1, 0.2 0.2, 0.3 0.3, 0.1 0.1))",
        "POLYGON((0 0, 10 0, 20 0, 0 0))",
        "POLYGON((0 0, 0 10, 0 20, 0 0))",
        "POLYGON((0 0, 9 0, 9 9, 0 0), (1 1, 1 1, 1 1, 1 1))",
    ] {
        let fault = cover(&world(), wkt).unwrap_err();
        assert!(matches!(fault, AreaFault::NoArea { .. }), "{wkt}: {fault}");
    }
    let house = "POLYGON((-0.1201 51.5, -0.12 51.5, -0.12 51.5001, -0.1201 51.5001, -0.1201 51.5))";
    let runs = cover(&quarter(), house).unwrap();
    assert_eq!(runs.len(), 1, "{runs:?}");
    let cm2 = quarter().share_cm2(runs[0].row, runs[0].share);
    assert!(
        (600_000..1_000_000).contains(&cm2),
        "{cm2} square centimetres"
    );
    let wide =
        "POLYGON((-200 0, -100 0, 0 0, 100 0, 200 0, 200 5, 100 5, 0 5, -100 5, -200 5, -200 0))";
    let fault = cover(&world(), wide).unwrap_err();
    assert_eq!(fault, AreaFault::WiderThanTheWorld { ring: 1 });
}

#[test]
fn an_area_off_the_grid_has_no_cells() {
    let grid = lattice((40.0, 1.0, 10), (0.0, 1.0, 10));
    for wkt in [
        "POLYGON((0 10, 5 10, 5 20, 0 20, 0 10))",
        "POLYGON((0 60, 5 60, 5 70, 0 70, 0 60))",
        "POLYGON((100 40, 105 40, 105 50, 100 50, 100 40))",
        "POLYGON((-20 40, -5 40, -5 50, -20 50, -20 40))",
    ] {
        assert_eq!(cover(&grid, wkt).unwrap(), [], "{wkt}");
    }
    for wkt in [
        "POLYGON((-5 42, 20 42, 20 44, -5 44, -5 42))",
        "POLYGON((355 42, 380 42, 380 44, 355 44, 355 42))",
        "POLYGON((-365 42, -340 42, -340 44, -365 44, -365 42))",
    ] {
        let wkt = wkt.replace("380", "360").replace("-365", "-360");
        let found = shares(&grid, &wkt);
        assert!(found[3][0] > 0.0, "{wkt}");
    }
}

#[test]
fn work_is_bounded() {
    let comb = |teeth: u32| {
        let tooth = |at: u32| {
            let x = f64::from(at) * 100.0 / f64::from(teeth);
            let half = 50.0 / f64::from(teeth);
            [(x, 0.0), (x + half + 60.0, 80.0)]
        };
        let mut ring: Ring = (0..teeth).flat_map(tooth).map(place).collect();
        ring.extend([
            place((101.0, 0.0)),
            place((100.0, -1.0)),
            place((0.0, -1.0)),
        ]);
        ring.push(ring[0]);
        ring
    };
    covered(&quarter(), &[comb(20)], LIMITS).unwrap();
    for fault in [
        covered(&quarter(), &[comb(300_000)], LIMITS).unwrap_err(),
        covered(
            &quarter(),
            &[comb(2)],
            AreaLimits {
                max_cells: 99,
                ..LIMITS
            },
        )
        .unwrap_err(),
    ] {
        let is_bound = matches!(fault, AreaFault::TooManyCells(_) | AreaFault::TooTangled);
        assert!(is_bound, "{fault}");
    }
    let few = AreaLimits {
        max_comparisons: 1000,
        ..LIMITS
    };
    let fault = covered(&quarter(), &[comb(500)], few).unwrap_err();
    assert_eq!(fault, AreaFault::TooTangled);
}

fn place((longitude, latitude): (f64, f64)) -> Position {
    Position {
        longitude,
        latitude,
    }
}
