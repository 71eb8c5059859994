//! Axes of a grid in either direction, whose cells reach half a step to both sides of their coordinates.

use crate::dataset::{coverage::sphere::EDGE_OF_THE_WORLD, grid::Axis};

/// A regular axis of a grid (CIS 1.1 `RegularAxis`), ascending as a store has it, or descending.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RegularAxis {
    ascending: Axis,
    /// Index 0 is the highest coordinate, as in files whose rows begin in the north.
    is_descending: bool,
}

impl From<Axis> for RegularAxis {
    fn from(ascending: Axis) -> Self {
        Self {
            ascending,
            is_descending: false,
        }
    }
}

impl RegularAxis {
    /// The axis of `count` coordinates from `first`, each `step_total / step_parts` after the other; both in millionths
    /// of a degree, and a negative `step_total` descends.
    ///
    /// `None` where [`Axis::new`] has none.
    #[must_use]
    pub fn new(first: i64, step_total: i64, step_parts: u32, count: u32) -> Option<Self> {
        if step_total > 0 {
            return Axis::new(first, step_total, step_parts, count).map(Self::from);
        }
        let step = step_total.checked_abs()?;
        let length = Axis::new(0, step, step_parts, count)?.micro(count - 1);
        let lowest = first.checked_sub(length)?;
        Some(Self {
            ascending: Axis::new(lowest, step, step_parts, count)?,
            is_descending: true,
        })
    }

    /// Number of coordinates.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.ascending.count()
    }

    /// Distance of two coordinates in degrees, above 0 in either direction.
    #[must_use]
    pub fn step(&self) -> f64 {
        self.ascending.step()
    }

    /// `true` when index 0 is the highest coordinate.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.is_descending
    }

    /// The coordinate at `index` in degrees.
    #[must_use]
    pub fn coordinate(&self, index: u32) -> f64 {
        self.ascending.coordinate(self.upward(index))
    }

    /// The lowest and the highest coordinate in degrees.
    #[must_use]
    pub fn extent(&self) -> (f64, f64) {
        self.ascending.extent()
    }

    /// The index of the coordinate nearest to `degrees`, as [`Axis::nearest`] finds it.
    #[must_use]
    pub fn nearest(&self, degrees: f64) -> Option<u32> {
        let upward = self.ascending.nearest(degrees)?;
        Some(self.upward(upward))
    }

    /// The index that counts from the lowest coordinate, or back from there to the index: the same either way.
    pub(super) fn upward(&self, index: u32) -> u32 {
        if self.is_descending {
            self.count().saturating_sub(index.saturating_add(1))
        } else {
            index
        }
    }

    /// Steps from the low side of the lowest cell, which is half a step below its coordinate.
    pub(super) fn along(&self, degrees: f64) -> f64 {
        self.ascending.steps(degrees - self.lowest()) + 0.5
    }

    /// Degrees at so many steps from the low side of the lowest cell.
    pub(super) fn degrees_at(&self, along: f64) -> f64 {
        self.lowest() + (along - 0.5) * self.step()
    }

    /// Coordinates once around the earth, when the axis goes around: the last may be the first again.
    pub(super) fn around(&self) -> Option<u32> {
        let (first, last) = self.extent();
        let gap = first + 360.0 - last;
        if gap.abs() < EDGE_OF_THE_WORLD {
            self.count().checked_sub(1)
        } else if (gap - self.step()).abs() < EDGE_OF_THE_WORLD {
            Some(self.count())
        } else {
            None
        }
    }

    fn lowest(&self) -> f64 {
        self.ascending.coordinate(0)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::grid::units;

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
                let place = units(first) + steps * ours.step();
                prop_assert_eq!(ours.nearest(place), store.nearest(place));
                if let Some(down) = down.filter(|down| down.ascending.micro(0) == first) {
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
