//! Places in the order of a Hilbert curve, in which near ones stand beside each other.

/// The number of a place in degrees on a curve over the whole world; of two near places the numbers are mostly near.
#[must_use]
pub fn hilbert([x, y]: [f64; 2]) -> u64 {
    along(cell(x, 180.0), cell(y, 90.0))
}

/// The cell of a coordinate, of 2^32 from minus to plus `most`; beyond them the first or the last.
fn cell(coordinate: f64, most: f64) -> u32 {
    let share = ((coordinate + most) / (2.0 * most)).clamp(0.0, 1.0);
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number lies within 0 and 2^32 - 1, or is none, of which 0 is made"
    )]
    let cell = (share * f64::from(u32::MAX)) as u32;
    cell
}

/// Steps along the curve up to a cell: turn by turn from the largest square to the smallest.
fn along(mut x: u32, mut y: u32) -> u64 {
    let mut steps = 0_u64;
    for bit in (0..u32::BITS).rev() {
        let (right, upper) = (x >> bit & 1, y >> bit & 1);
        steps = steps << 2 | u64::from((3 * right) ^ upper);
        if upper == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_along_the_curve_goes_to_a_cell_beside_the_last() {
        let side = 16_u32;
        let shift = u32::BITS - side.trailing_zeros();
        let mut cells: Vec<_> = (0..side * side)
            .map(|number| [number % side, number / side])
            .map(|[x, y]| (along(x << shift, y << shift), [x, y]))
            .collect();
        cells.sort_unstable();
        for pair in cells.windows(2) {
            let [(_, [x, y]), (_, [next_x, next_y])] = pair else {
                unreachable!()
            };
            assert_eq!(x.abs_diff(*next_x) + y.abs_diff(*next_y), 1, "{pair:?}");
        }
    }

    #[test]
    fn places_beyond_the_world_are_at_its_end_and_no_place_has_a_number() {
        assert_eq!(hilbert([200.0, 100.0]), hilbert([180.0, 90.0]));
        assert_eq!(
            hilbert([-1e300, f64::NEG_INFINITY]),
            hilbert([-180.0, -90.0])
        );
        assert_eq!(hilbert([f64::NAN, f64::NAN]), hilbert([-180.0, -90.0]));
        assert_ne!(hilbert([0.1, 51.5]), hilbert([0.100_001, 51.5]));
    }
}
