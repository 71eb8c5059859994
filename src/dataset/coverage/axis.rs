//! Regular axes: where the grid points of an axis lie, and what lies nearest to one or between two of them.

use crate::dataset::coverage::sphere::EDGE_OF_THE_WORLD;

/// A regular axis of a grid (CIS 1.1 `RegularAxis`): coordinates in degrees, each one step after the other.
///
/// Coordinates are whole millionths of a degree, so that the same ones come out wherever they are computed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RegularAxis {
    /// The lowest coordinate in millionths of a degree.
    lowest: i64,
    /// `step_parts` steps in millionths of a degree: a third of a degree is 1,000,000 in 3 parts.
    step_total: i64,
    step_parts: u32,
    count: u32,
    /// Index 0 is the highest coordinate, as in files whose rows begin in the north.
    is_descending: bool,
}

impl RegularAxis {
    /// The axis of `count` coordinates from `first`, each `step_total / step_parts` after the other; both in millionths
    /// of a degree, and a negative `step_total` descends.
    ///
    /// `None` without a coordinate, without a step, beyond 360 degrees, or more than once around the earth.
    #[must_use]
    pub fn new(first: i64, step_total: i64, step_parts: u32, count: u32) -> Option<Self> {
        let ascending = Self {
            lowest: first,
            step_total: step_total.checked_abs()?,
            step_parts,
            count,
            is_descending: step_total < 0,
        };
        let bound = MAX_DEGREES * MICRO;
        let is_sound = (-bound..=bound).contains(&first)
            && (1..=bound).contains(&ascending.step_total)
            && (1..=MAX_COUNT).contains(&step_parts)
            && (1..=MAX_COUNT).contains(&count);
        if !is_sound {
            return None;
        }
        let length = ascending.micro(count - 1) - first;
        let last = if step_total < 0 {
            first - length
        } else {
            first + length
        };
        let lowest = first.min(last);
        let fits = length <= bound && (-bound..=bound).contains(&last);
        fits.then_some(Self {
            lowest,
            ..ascending
        })
    }

    /// Number of coordinates.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Distance of two coordinates in degrees, above 0 in either direction.
    #[must_use]
    pub fn step(&self) -> f64 {
        from_micro(self.step_total) / f64::from(self.step_parts)
    }

    /// Whether index 0 is the highest coordinate.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.is_descending
    }

    /// The coordinate at `index` in degrees.
    #[must_use]
    pub fn coordinate(&self, index: u32) -> f64 {
        from_micro(self.micro(self.upward(index)))
    }

    /// The lowest and the highest coordinate in degrees.
    #[must_use]
    pub fn extent(&self) -> (f64, f64) {
        (
            from_micro(self.lowest),
            from_micro(self.micro(self.count - 1)),
        )
    }

    /// The index of the coordinate nearest to `degrees`; ties go to the even multiple of the step.
    ///
    /// `None` for what rounds to no coordinate, NaN and infinities.
    #[must_use]
    pub fn nearest(&self, degrees: f64) -> Option<u32> {
        let origin = self.origin();
        let steps = self.steps(degrees - from_micro(self.lowest - self.multiple(origin)));
        let upward = self.checked(steps.round_ties_even() - from_micro(origin * MICRO))?;
        Some(self.upward(upward))
    }

    /// The index that counts from the lowest coordinate, or back from there to the index: the same either way.
    pub(super) fn upward(&self, index: u32) -> u32 {
        if self.is_descending {
            self.count.saturating_sub(index.saturating_add(1))
        } else {
            index
        }
    }

    /// Steps from the low side of the lowest cell, which is half a step below its coordinate.
    pub(super) fn along(&self, degrees: f64) -> f64 {
        self.steps(degrees - from_micro(self.lowest)) + 0.5
    }

    /// Degrees at so many steps from the low side of the lowest cell.
    pub(super) fn degrees_at(&self, along: f64) -> f64 {
        from_micro(self.lowest) + (along - 0.5) * self.step()
    }

    /// Coordinates once around the earth, when the axis goes around: the last may be the first again.
    pub(super) fn around(&self) -> Option<u32> {
        let (first, last) = self.extent();
        let gap = first + 360.0 - last;
        if gap.abs() < EDGE_OF_THE_WORLD {
            self.count.checked_sub(1)
        } else if (gap - self.step()).abs() < EDGE_OF_THE_WORLD {
            Some(self.count)
        } else {
            None
        }
    }

    /// The coordinate `upward` steps above the lowest, in millionths of a degree.
    fn micro(&self, upward: u32) -> i64 {
        let parts = i64::from(self.step_parts);
        self.lowest + (self.step_total * i64::from(upward) * 2 + parts).div_euclid(parts * 2)
    }

    /// Degrees in steps: by an exact factor where there is one.
    fn steps(&self, degrees: f64) -> f64 {
        let parts = i64::from(self.step_parts) * MICRO;
        if parts % self.step_total == 0 {
            degrees * from_micro(parts / self.step_total * MICRO)
        } else {
            degrees / self.step()
        }
    }

    /// The multiple of the step that the lowest coordinate is nearest to, counted from 0 degrees.
    fn origin(&self) -> i64 {
        let parts = i64::from(self.step_parts);
        (self.lowest * parts * 2 + self.step_total).div_euclid(self.step_total * 2)
    }

    /// `steps` steps in millionths of a degree.
    fn multiple(&self, steps: i64) -> i64 {
        let parts = i64::from(self.step_parts);
        (self.step_total * steps * 2 + parts).div_euclid(parts * 2)
    }

    fn checked(&self, index: f64) -> Option<u32> {
        let fits = (0.0..f64::from(self.count)).contains(&index);
        fits.then(|| whole(index))
    }
}

/// A whole number from 0 to below the largest `u32`, which the caller has made sure of.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a double saturates, and every caller has bounded it"
)]
pub(super) fn whole(number: f64) -> u32 {
    number as u32
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "millionths of degrees have at most 16 digits, which a double holds exactly"
)]
fn from_micro(micro: i64) -> f64 {
    micro as f64 / MICRO as f64
}

/// Steps of a stored coordinate in a degree.
const MICRO: i64 = 1_000_000;
/// No coordinate is further from 0.
const MAX_DEGREES: i64 = 360;
/// No axis has more coordinates: a thousandth of a degree around the world.
const MAX_COUNT: u32 = 400_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::grid::Axis;

    fn axis(first: i64, step_total: i64, step_parts: u32, count: u32) -> RegularAxis {
        RegularAxis::new(first, step_total, step_parts, count).unwrap()
    }

    #[test]
    fn a_place_rounds_to_the_nearest_point_and_a_tie_to_the_even_one() {
        let up = axis(-90_000_000, 250_000, 1, 721);
        let down = axis(90_000_000, -250_000, 1, 721);
        for (place, point) in [
            (0.125, Some(0.0)),
            (0.375, Some(0.5)),
            (-0.125, Some(0.0)),
            (-0.375, Some(-0.5)),
            (37.774_9, Some(37.75)),
            (-90.125, Some(-90.0)),
            (-90.13, None),
            (90.125, Some(90.0)),
            (90.126, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            for axis in [up, down] {
                let found = axis.nearest(place).map(|index| axis.coordinate(index));
                assert_eq!(found, point, "{place}");
            }
        }
        assert_eq!((up.coordinate(0), down.coordinate(0)), (-90.0, 90.0));
    }

    #[test]
    fn numbers_that_make_no_axis_are_refused() {
        for (first, total, parts, count) in [
            (0, 0, 1, 1),
            (0, 1, 0, 1),
            (0, 1, 1, 0),
            (0, 180_000_000, 1, 4),
            (0, -180_000_000, 1, 4),
            (-360_000_000, -1, 1, 2),
            (360_000_000, 1, 1, 2),
            (i64::MIN, 1, 1, 1),
            (0, i64::MAX, 1, 2),
            (0, i64::MIN, 1, 2),
        ] {
            assert_eq!(RegularAxis::new(first, total, parts, count), None);
        }
    }

    #[test]
    fn an_axis_goes_around_when_its_ends_are_a_turn_apart_or_a_turn_less_a_step() {
        for (first, total, count, around) in [
            (-180_000_000, 250_000, 1440, Some(1440)),
            (-180_000_000, 250_000, 1441, Some(1440)),
            (180_000_000, -250_000, 1440, Some(1440)),
            (125_000, 250_000, 1440, Some(1440)),
            (-180_000_000, 250_000, 1439, None),
            (0, 1_000_000, 30, None),
        ] {
            assert_eq!(axis(first, total, 1, count).around(), around, "{first}");
        }
    }

    proptest! {
        #[test]
        fn the_nearest_point_is_that_of_the_store_ties_too(
            first in -180_000_000..0_i64,
            (total, parts) in prop::sample::select(vec![(250_000, 1), (50_000, 1), (1_000_000, 3), (100_000, 1), (7_500_000, 1), (333, 7)]),
            count in 1..400_u32,
            steps in -2.0..402.0_f64,
            half in -3..804_i32,
        ) {
            let (Some(ours), Some(store)) = (RegularAxis::new(first, total, parts, count), Axis::new(first, total, parts, count)) else {
                return Ok(());
            };
            let down = RegularAxis::new(first + (store.micro(count - 1) - first), -total, parts, count);
            for steps in [steps, f64::from(half) / 2.0] {
                let place = from_micro(first) + steps * ours.step();
                prop_assert_eq!(ours.nearest(place), store.nearest(place));
                if let Some(down) = down.filter(|down| down.lowest == first) {
                    let mirrored = store.nearest(place).map(|index| count - 1 - index);
                    prop_assert_eq!(down.nearest(place), mirrored);
                }
            }
            for index in 0..count {
                prop_assert_eq!(ours.coordinate(index).total_cmp(&store.coordinate(index)), std::cmp::Ordering::Equal);
            }
        }
    }
}
