use proptest::prelude::*;

use super::*;
use crate::dataset::coverage::{CellIndex, RegularAxis, sphere::FARTHEST_M};

fn lattice(latitude: (i64, i64, u32), longitude: (i64, i64, u32)) -> Lattice {
    let axis = |(first, step, count)| RegularAxis::new(first, step, 1, count).unwrap();
    Lattice::new(axis(latitude), axis(longitude)).unwrap()
}

fn any_lattice() -> impl Strategy<Value = Lattice> {
    prop::sample::select(vec![
        lattice((-90_000_000, 5_000_000, 37), (-180_000_000, 5_000_000, 73)),
        lattice((87_500_000, -5_000_000, 36), (2_500_000, 5_000_000, 72)),
        lattice((80_000_000, 1_000_000, 11), (170_000_000, 2_000_000, 11)),
        lattice((-20_000_000, 3_000_000, 9), (40_000_000, -7_000_000, 12)),
    ])
}

fn cells(runs: &[CellRun]) -> Vec<CellIndex> {
    let cells = |run: &CellRun| {
        let row = run.row;
        run.columns
            .clone()
            .map(move |column| CellIndex { row, column })
            .collect::<Vec<_>>()
    };
    runs.iter().flat_map(cells).collect()
}

/// Each cell measured.
fn measured(lattice: &Lattice, centre: Position, metres: f64) -> Vec<CellIndex> {
    let rows = 0..lattice.rows();
    let all =
        rows.flat_map(|row| (0..lattice.columns()).map(move |column| CellIndex { row, column }));
    all.filter(|cell| distance_m(centre, lattice.position(*cell)) <= metres)
        .collect()
}

/// Rows: EDR-4
#[test]
fn a_radius_has_the_cells_whose_points_lie_within_it() {
    let grid = lattice((-90_000_000, 250_000, 721), (-180_000_000, 250_000, 1440));
    let london = Position {
        longitude: -0.12,
        latitude: 51.5,
    };
    assert_eq!(cells(&within(&grid, london, 0.0)), []);
    let nearest = grid.nearest(london).unwrap();
    assert_eq!(cells(&within(&grid, london, 8500.0)), [nearest]);
    let point = grid.position(nearest);
    assert_eq!(cells(&within(&grid, point, 0.0)), [nearest]);
    let pole = Position {
        longitude: 77.0,
        latitude: 90.0,
    };
    let around = within(&grid, pole, 28_000.0);
    assert_eq!(
        around
            .iter()
            .map(|run| run.columns.clone())
            .collect::<Vec<_>>(),
        [0..1440, 0..1440]
    );
    let everywhere = within(&grid, london, FARTHEST_M);
    assert!(everywhere.len() == 721 && everywhere.iter().all(|run| run.columns == (0..1440)));
}

proptest! {
    #[test]
    fn the_cells_are_those_that_measuring_each_finds(
        grid in any_lattice(),
        longitude in -360.0..360.0_f64,
        latitude in prop_oneof![-90.0..=90.0_f64, Just(90.0), Just(-90.0), Just(89.999_999), 84.0..90.0_f64],
        metres in prop_oneof![0.0..FARTHEST_M, 0.0..2e6_f64, Just(FARTHEST_M)],
    ) {
        let centre = Position { longitude, latitude };
        let mut found = cells(&within(&grid, centre, metres));
        found.sort_unstable();
        prop_assert_eq!(found, measured(&grid, centre, metres));
    }

    #[test]
    fn a_point_of_the_grid_is_within_any_distance_of_itself(
        grid in any_lattice(), row in 0..9_u32, column in 0..11_u32, metres in 0.0..10.0_f64,
    ) {
        let cell = CellIndex { row, column };
        prop_assert!(cells(&within(&grid, grid.position(cell), metres)).contains(&cell));
    }
}
