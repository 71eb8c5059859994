//! Properties of every area: its shares are those that places say, and no way to write it says anything.

use proptest::prelude::*;

use super::*;
use crate::dataset::coverage::CellIndex;

/// `true` for a place that is inside: by the sides south of it or north, as many as there are on all turns around the earth.
fn is_inside(rings: &[Ring], x: f64, y: f64) -> bool {
    let mut sides = 0;
    for ring in rings {
        for ends in ring.windows(2) {
            let (from, to) = (ends[0], ends[1]);
            let (low, high) = if from.latitude < to.latitude {
                (from, to)
            } else {
                (to, from)
            };
            if y < low.latitude || y >= high.latitude {
                continue;
            }
            let part = (y - low.latitude) / (high.latitude - low.latitude);
            let at = low.longitude + part * (high.longitude - low.longitude);
            sides += (-4..=4)
                .filter(|turn| at < x + f64::from(*turn) * 360.0)
                .count();
        }
    }
    sides % 2 == 1
}

/// Shares by places spread evenly over each cell.
fn sampled(lattice: &Lattice, rings: &[Ring], fine: u32) -> Vec<Vec<f64>> {
    let share = |row: u32, column: u32| {
        let centre = lattice.position(CellIndex { row, column });
        let half = lattice.latitude().step() / 2.0;
        let side = |latitude: f64| latitude.clamp(-90.0, 90.0).to_radians().sin();
        let (south, north) = (side(centre.latitude - half), side(centre.latitude + half));
        let mut inside = 0;
        for up in 0..fine {
            for across in 0..fine {
                let part = |index: u32| (f64::from(index) + 0.5) / f64::from(fine);
                let y = (south + (north - south) * part(up)).asin().to_degrees();
                let x = centre.longitude + lattice.longitude().step() * (part(across) - 0.5);
                inside += u32::from(is_inside(rings, x, y));
            }
        }
        f64::from(inside) / f64::from(fine * fine)
    };
    (0..lattice.rows())
        .map(|row| {
            (0..lattice.columns())
                .map(|column| share(row, column))
                .collect()
        })
        .collect()
}

fn any_lattice() -> impl Strategy<Value = Lattice> {
    prop::sample::select(vec![
        lattice((-90.0, 30.0, 7), (-180.0, 30.0, 13)),
        lattice((75.0, -30.0, 6), (0.0, 45.0, 8)),
        lattice((-60.0, 20.0, 6), (100.0, 20.0, 7)),
        lattice((-35.0, 25.0, 4), (150.0, -25.0, 9)),
    ])
}

/// Rings that may cross themselves and each other, none with a side of more than half around the earth. Those of whole
/// steps of five degrees have sides along parallels, meridians, each other and the sides of cells.
fn any_ring() -> impl Strategy<Value = Ring> {
    let offset = (-80.0..80.0_f64, -90.0..=90.0_f64);
    let offsets = prop::collection::vec(offset, 3..9);
    (-180.0..180.0_f64, offsets, any::<bool>()).prop_map(|(middle, offsets, in_steps)| {
        let at = |(east, north): (f64, f64)| {
            let place = place((middle + east, north));
            if in_steps { rounded(place) } else { place }
        };
        let mut ring: Ring = offsets.into_iter().map(at).collect();
        ring.push(ring[0]);
        ring
    })
}

fn rounded(at: Position) -> Position {
    let five = |degrees: f64| (degrees / 5.0).round() * 5.0;
    place((five(at.longitude), five(at.latitude)))
}

/// The cells, or none when rounding has left a ring no area.
fn found(lattice: &Lattice, rings: &[Ring]) -> Option<Vec<Vec<f64>>> {
    match covered(lattice, rings, LIMITS) {
        Ok(runs) => Some(table(lattice, &runs)),
        Err(AreaFault::NoArea { .. }) => None,
        Err(fault) => panic!("{fault}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn shares_are_those_that_places_spread_over_the_cells_say(
        grid in any_lattice(),
        rings in prop::collection::vec(any_ring(), 1..4),
    ) {
        let fine = 32;
        let Some(found) = found(&grid, &rings) else { return Ok(()) };
        let model = sampled(&grid, &rings, fine);
        for (found, model) in found.iter().flatten().zip(model.iter().flatten()) {
            // A side goes through about as many of the places as there are in a row of them.
            prop_assert!((found - model).abs() < 0.12, "{found} and {model}");
        }
        let off: f64 = found.iter().flatten().zip(model.iter().flatten()).map(|(found, model)| found - model).sum();
        prop_assert!(off.abs() < 0.6, "together off by {off}");
    }
}

proptest! {
    #[test]
    fn parts_of_the_world_are_together_the_world(
        grid in any_lattice(),
        south in prop::collection::vec((-180.0..180.0_f64, -85.0..85.0_f64), 1..12),
    ) {
        // From pole to pole by a broken line for each border, and everything between two borders.
        let mut borders: Vec<f64> = south.iter().map(|(x, _)| *x).collect();
        borders.sort_by(f64::total_cmp);
        borders.dedup();
        borders.push(borders[0] + 360.0);
        let bends: Vec<f64> = south.iter().map(|(_, y)| *y).collect();
        let widest = borders.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        let bend = |x: f64| x + if widest < 350.0 { 3.0 } else { 0.0 };
        let mut sum = vec![vec![0.0; usize::try_from(grid.columns()).unwrap()]; usize::try_from(grid.rows()).unwrap()];
        for pair in borders.windows(2) {
            let (west, east) = (pair[0], pair[1]);
            let mut ring: Ring = vec![place((west, -90.0))];
            let steps = ((east - west) / 170.0).ceil().max(1.0);
            let mut x = west;
            while x < east - 1e-9 {
                x = (x + (east - west) / steps).min(east);
                ring.push(place((x, -90.0)));
            }
            ring.push(place((bend(east), bends[0])));
            ring.push(place((east, 90.0)));
            while x > west + 1e-9 {
                x = (x - (east - west) / steps).max(west);
                ring.push(place((x, 90.0)));
            }
            ring.push(place((bend(west), bends[0])));
            ring.push(place((west, -90.0)));
            for (sums, shares) in sum.iter_mut().zip(found(&grid, &[ring]).unwrap()) {
                for (sum, share) in sums.iter_mut().zip(shares) {
                    *sum += share;
                }
            }
        }
        for sum in sum.into_iter().flatten() {
            prop_assert!((sum - 1.0_f64).abs() < 1e-9, "{sum}");
        }
    }

    #[test]
    fn an_area_moved_by_whole_steps_has_its_cells_moved(
        ring in any_ring(),
        steps in -17..18_i32,
    ) {
        let grid = world();
        let by = f64::from(steps) * 10.0;
        let moved: Ring = ring.iter().map(|at| place((at.longitude + by, at.latitude))).collect();
        let Some(one) = found(&grid, &[ring]) else { return Ok(()) };
        let mut other = found(&grid, &[moved]).unwrap();
        for row in &mut other {
            row.rotate_left(usize::try_from(steps.rem_euclid(36)).unwrap());
        }
        assert_same(&one, &other);
    }

    #[test]
    fn neither_direction_nor_beginning_of_a_ring_says_anything(
        grid in any_lattice(),
        ring in any_ring(),
        begin in 0..8_usize,
    ) {
        let Some(one) = found(&grid, std::slice::from_ref(&ring)) else { return Ok(()) };
        let mut other = ring;
        other.pop();
        let length = other.len();
        other.rotate_left(begin % length);
        other.push(other[0]);
        other.reverse();
        assert_same(&one, &found(&grid, &[other]).unwrap());
    }

    #[test]
    fn a_descending_grid_is_the_ascending_one_turned_over(ring in any_ring()) {
        let ring = [ring];
        let up = lattice((-35.0, 25.0, 4), (-50.0, 25.0, 9));
        let down = lattice((40.0, -25.0, 4), (150.0, -25.0, 9));
        let Some(one) = found(&up, &ring) else { return Ok(()) };
        let mut other = found(&down, &ring).unwrap();
        other.reverse();
        for row in &mut other {
            row.reverse();
        }
        assert_same(&one, &other);
    }
}
