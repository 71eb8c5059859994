use proptest::prelude::*;

use super::*;
use crate::dataset::coverage::RegularAxis;

fn lattice(latitude: (i64, i64, u32), longitude: (i64, i64, u32)) -> Lattice {
    let axis = |(first, step, count)| {
        RegularAxis::new(first * 1_000_000, step * 1_000_000, 1, count).unwrap()
    };
    Lattice::new(axis(latitude), axis(longitude)).unwrap()
}

/// Ten degrees around the world, with cells around the poles and the date line.
fn world() -> Lattice {
    lattice((-90, 10, 19), (-180, 10, 36))
}

fn line(places: &[(f64, f64)]) -> Line {
    let waypoint = |(longitude, latitude): &(f64, f64)| Waypoint {
        position: Position {
            longitude: *longitude,
            latitude: *latitude,
        },
        height: None,
        seconds: None,
    };
    places.iter().map(waypoint).collect()
}

fn cells(lattice: &Lattice, places: &[(f64, f64)]) -> Vec<(u32, u32)> {
    let passages = passages(lattice, &line(places), 1000).unwrap();
    passages
        .iter()
        .map(|passage| (passage.cell.row, passage.cell.column))
        .collect()
}

#[test]
fn a_line_has_its_cells_in_its_order_and_each_again_when_it_comes_back() {
    for (places, expected) in [
        (
            &[(0.0, 0.0), (21.0, 0.0)][..],
            vec![(9, 18), (9, 19), (9, 20)],
        ),
        (&[(21.0, 0.0), (0.0, 0.0)], vec![(9, 20), (9, 19), (9, 18)]),
        (&[(0.0, 0.0), (0.0, -21.0)], vec![(9, 18), (8, 18), (7, 18)]),
        (
            &[(0.0, 0.0), (10.0, 0.0), (0.0, 1.0)],
            vec![(9, 18), (9, 19), (9, 18)],
        ),
        (
            &[(1.0, 1.0), (2.0, 2.0), (3.0, -4.0), (12.0, 1.0)],
            vec![(9, 18), (9, 19)],
        ),
        (
            &[(0.0, 0.0), (20.0, 10.0)],
            vec![(9, 18), (9, 19), (10, 19), (10, 20)],
        ),
        (&[(0.0, 0.0), (10.0, 10.0)], vec![(9, 18), (10, 19)]),
        (&[(10.0, 10.0), (0.0, 0.0)], vec![(10, 19), (9, 18)]),
        (&[(5.0, 5.0), (15.0, 5.0)], vec![(10, 19)]),
        (&[(5.0, 5.0), (5.0, 5.0)], vec![(10, 19)]),
        (
            &[(3.0, 3.0), (3.0, 3.0), (3.0, 3.0), (14.0, 3.0)],
            vec![(9, 18), (9, 19)],
        ),
        (&[(0.0, 84.0), (0.0, 90.0)], vec![(17, 18), (18, 18)]),
    ] {
        assert_eq!(cells(&world(), places), expected, "{places:?}");
    }
}

#[test]
fn a_line_goes_over_the_date_line_the_short_way_however_it_is_written() {
    let expected = vec![(7, 35), (7, 0), (7, 1)];
    for places in [
        [(170.0, -20.0), (-170.0, -20.0)],
        [(170.0, -20.0), (190.0, -20.0)],
        [(-190.0, -20.0), (-170.0, -20.0)],
        [(-190.0, -20.0), (190.0, -20.0)],
    ] {
        assert_eq!(cells(&world(), &places), expected, "{places:?}");
    }
    let fiji = lattice((-20, 1, 5), (175, 1, 11));
    assert_eq!(
        cells(&fiji, &[(178.0, -18.0), (-178.0, -18.0)]),
        [(2, 3), (2, 4), (2, 5), (2, 6), (2, 7)]
    );
}

#[test]
fn what_lies_off_the_grid_has_no_cells_and_the_way_there_counts() {
    let grid = lattice((0, 1, 3), (0, 1, 3));
    assert_eq!(cells(&grid, &[(50.0, 50.0), (60.0, 50.0)]), []);
    assert_eq!(
        cells(&grid, &[(-5.0, 1.0), (5.0, 1.0)]),
        [(1, 0), (1, 1), (1, 2)]
    );
    assert_eq!(
        cells(&grid, &[(1.0, 1.0), (9.0, 1.0), (9.0, 1.2), (1.0, 1.2)]),
        [(1, 1), (1, 2), (1, 2), (1, 1)]
    );
    let passages = passages(&grid, &line(&[(-5.0, 0.0), (5.0, 0.0)]), 10).unwrap();
    let degree = EARTH_M.to_radians();
    let first = passages[0];
    assert!((first.enters.part - 0.45).abs() < 1e-12);
    assert!((first.enters.metres - 4.5 * degree).abs() < 1e-3);
    assert!((first.leaves.metres - 5.5 * degree).abs() < 1e-3);
}

#[test]
fn heights_and_times_are_kept_in_proportion() {
    let mut line = line(&[(179.0, 0.0), (-179.0, 4.0)]);
    line[0].height = Some(100.0);
    line[1].height = Some(200.0);
    line[0].seconds = Some(0.0);
    let middle = waypoint(
        &line,
        &Along {
            leg: 0,
            part: 0.25,
            metres: 0.0,
        },
    )
    .unwrap();
    assert_eq!(
        middle.position,
        Position {
            longitude: 179.5,
            latitude: 1.0
        }
    );
    assert_eq!((middle.height, middle.seconds), (Some(125.0), None));
    assert_eq!(
        waypoint(
            &line,
            &Along {
                leg: 1,
                part: 0.0,
                metres: 0.0
            }
        ),
        None
    );
}

#[test]
fn a_line_of_too_many_cells_is_refused() {
    let there_and_back: Vec<_> = (0..100)
        .map(|at| (f64::from(at % 2) * 170.0, 0.0))
        .collect();
    let fault = passages(&world(), &line(&there_and_back), 50).unwrap_err();
    assert_eq!(fault, TooManyCells { limit: 50 });
}

fn any_lattice() -> impl Strategy<Value = Lattice> {
    prop::sample::select(vec![
        world(),
        lattice((87, -6, 30), (3, 6, 60)),
        lattice((0, 7, 5), (150, -7, 12)),
        lattice((-30, 7, 9), (150, 7, 12)),
    ])
}

proptest! {
    #[test]
    fn each_place_of_a_line_lies_in_the_cell_that_is_passed_there(
        grid in any_lattice(),
        places in prop::collection::vec((-180.0..180.0_f64, -90.0..90.0_f64), 2..6),
    ) {
        let line = line(&places);
        let passages = passages(&grid, &line, 10_000).unwrap();
        let mut last = (0, 0.0, 0.0);
        for passage in &passages {
            for along in [passage.enters, passage.leaves] {
                prop_assert!((along.leg, along.part) >= (last.0, last.1), "{along:?} after {last:?}");
                prop_assert!(along.metres >= last.2 - 1e-6);
                last = (along.leg, along.part, along.metres);
            }
        }
        for leg in 0..line.len() - 1 {
            for step in 0..40 {
                let along = Along { leg, part: (f64::from(step) + 0.5) / 40.0, metres: 0.0 };
                let place = waypoint(&line, &along).unwrap().position;
                let here = (leg, along.part);
                let passed = passages.iter().find(|passage| {
                    here > (passage.enters.leg, passage.enters.part) && here < (passage.leaves.leg, passage.leaves.part)
                });
                prop_assert_eq!(passed.map(|passage| passage.cell), grid.nearest(place), "{:?} at {:?}", here, place);
            }
        }
    }

    #[test]
    fn the_length_of_a_leg_is_that_of_its_small_parts(
        from in (-180.0..180.0_f64, -90.0..90.0_f64),
        to in (-180.0..180.0_f64, -90.0..90.0_f64),
    ) {
        let line = line(&[from, to]);
        let parts = 2000;
        let at = |index: u32| {
            let along = Along { leg: 0, part: f64::from(index) / f64::from(parts), metres: 0.0 };
            waypoint(&line, &along).unwrap().position
        };
        let chords: f64 = (0..parts).map(|part| crate::dataset::coverage::distance_m(at(part), at(part + 1))).sum();
        let (start, end) = (line[0].position, line[1].position);
        let leg = Leg { index: 0, from: start, to: end, east: eastward(start, end), metres: 0.0 };
        let length = leg.length(1.0);
        prop_assert!((length - chords).abs() < chords * 2e-3 + 1.0, "{length} and {chords}");
    }
}
