//! Which regular axis a set of coordinates lies on.

use std::collections::{BTreeMap, BTreeSet};

use crate::dataset::grid::Axis;

/// The axis that takes most of these coordinates, in millionths of a degree.
///
/// A coordinate that it does not take is off the grid. `single_step` is the step when there is but one
/// coordinate. `None` without coordinates, and when no step suits more than one of them.
pub(super) fn fit(coordinates: &BTreeSet<i32>, single_step: i64) -> Option<Axis> {
    let sorted: Vec<i64> = coordinates.iter().copied().map(i64::from).collect();
    if let [only] = sorted.as_slice() {
        return Axis::new(*only, single_step, 1, 1);
    }
    let fits: Vec<Fit> = steps(&sorted)
        .iter()
        .flat_map(|step| [0, 1].map(|tolerance| Fit::new(&sorted, step, tolerance)))
        .flatten()
        .collect();
    // A stray coordinate close to another makes a tiny step that suits them all, and fills little. So
    // does the step of regions far apart, as on both sides of the date line, but most neighbours have it.
    let likely = fits
        .iter()
        .filter(|fit| fit.is_usual || fit.taken * 2 > fit.length());
    likely
        .max_by_key(|fit| (fit.taken, -fit.tolerance, fit.total))
        .or_else(|| {
            fits.iter()
                .max_by_key(|fit| (fit.taken, -fit.tolerance, -fit.length()))
        })
        .and_then(Fit::axis)
}

/// A distance of neighbours.
struct Step {
    length: i64,
    /// A coordinate that has such a neighbour.
    anchor: i64,
    /// Whether most neighbours are as far apart.
    is_usual: bool,
}

/// The most frequent distances of neighbours.
fn steps(sorted: &[i64]) -> Vec<Step> {
    let mut found: BTreeMap<i64, (u32, i64)> = BTreeMap::new();
    for pair in sorted.windows(2) {
        if let [low, high] = pair {
            found.entry(high - low).or_insert((0, *low)).0 += 1;
        }
    }
    let mut steps: Vec<_> = found.into_iter().collect();
    steps.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let likely = steps.into_iter().take(CANDIDATES);
    likely
        .map(|(length, (count, anchor))| Step {
            length,
            anchor,
            is_usual: usize::try_from(count).is_ok_and(|count| count * 2 >= sorted.len()),
        })
        .collect()
}

/// One step tried on all coordinates.
struct Fit {
    first: i64,
    /// `parts` steps in millionths, between the two coordinates furthest apart.
    total: i64,
    parts: i64,
    /// Points that have a coordinate.
    taken: i64,
    /// Whether most neighbours are one step apart.
    is_usual: bool,
    /// What writing six decimals may have cost: nothing when the step is a whole number of millionths.
    tolerance: i64,
}

impl Fit {
    fn new(sorted: &[i64], step: &Step, tolerance: i64) -> Option<Self> {
        let anchor = step.anchor;
        let up = sorted.iter().filter(|coordinate| **coordinate >= anchor);
        let down = sorted
            .iter()
            .rev()
            .filter(|coordinate| **coordinate < anchor);
        // The longer the way, the better the step is known: thirds are not 0.333333.
        let (mut total, mut parts, mut taken) = (step.length, 1, 0);
        let (mut first, mut last, mut first_at, mut last_at) = (anchor, anchor, 0, 0);
        let mut before = None;
        for coordinate in up.chain(down) {
            let distance = coordinate - anchor;
            let at = (distance * parts * 2 + total).div_euclid(total * 2);
            let nearest = (total * at * 2 + parts).div_euclid(parts * 2);
            if (nearest - distance).abs() > tolerance
                || before == Some(at)
                || (at == 0) != (distance == 0)
            {
                continue;
            }
            taken += 1;
            before = Some(at);
            if at > last_at {
                (last, last_at) = (*coordinate, at);
            }
            if at < first_at {
                (first, first_at) = (*coordinate, at);
            }
            if last_at - first_at > parts {
                (total, parts) = (last - first, last_at - first_at);
            }
        }
        let fit = Self {
            first,
            total,
            parts,
            taken,
            is_usual: step.is_usual,
            tolerance,
        };
        (taken > 1).then_some(fit)
    }

    fn length(&self) -> i64 {
        self.parts + 1
    }

    fn axis(&self) -> Option<Axis> {
        let parts = u32::try_from(self.parts).ok()?;
        let divisor = if self.total % self.parts == 0 {
            self.parts
        } else {
            1
        };
        let reduced = u32::try_from(self.parts / divisor).ok()?;
        Axis::new(self.first, self.total / divisor, reduced, parts + 1)
    }
}

const CANDIDATES: usize = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fitted(coordinates: impl IntoIterator<Item = i32>) -> Option<(f64, (f64, f64), u32)> {
        let axis = fit(&coordinates.into_iter().collect(), 250_000)?;
        Some((axis.step(), axis.extent(), axis.count()))
    }

    #[test]
    fn the_step_is_found_whatever_it_is() {
        let quarter = (-360..=360).map(|at| at * 250_000);
        assert_eq!(fitted(quarter), Some((0.25, (-90.0, 90.0), 721)));
        let coarse = (-12..=12).map(|at| at * 7_500_000);
        assert_eq!(fitted(coarse), Some((7.5, (-90.0, 90.0), 25)));
        let gaps = [0, 250_000, 1_000_000];
        assert_eq!(fitted(gaps), Some((0.25, (0.0, 1.0), 5)));
        assert_eq!(fitted([1_000_000]), Some((0.25, (1.0, 1.0), 1)));
        assert_eq!(fitted([]), None);
    }

    #[test]
    fn a_stray_coordinate_does_not_set_the_step() {
        for stray in [10_000, 130_000, 130_001, -89_999_999] {
            let coordinates = (-360..=360).map(|at| at * 250_000).chain([stray]);
            assert_eq!(
                fitted(coordinates),
                Some((0.25, (-90.0, 90.0), 721)),
                "{stray}"
            );
        }
        let few = [0, 130_000, 250_000, 500_000];
        assert_eq!(fitted(few), Some((0.25, (0.0, 0.5), 3)));
    }

    #[test]
    fn regions_far_apart_lie_on_one_grid() {
        let degrees = (-180..-169).chain(170..180).map(|at| at * 1_000_000);
        assert_eq!(fitted(degrees), Some((1.0, (-180.0, 179.0), 360)));
        let quarters = (-720..-700).chain([3, 4, 5]).chain(700..720);
        let stray = quarters.map(|at| at * 250_000).chain([1_130_000]);
        assert_eq!(fitted(stray), Some((0.25, (-180.0, 179.75), 1440)));
    }

    proptest! {
        #[test]
        fn every_regular_axis_is_found_from_its_six_decimals(
            first in -90..0_i64,
            parts in 1..=120_u32,
            count in 3..2000_u32,
        ) {
            let axis = Axis::new(first * 1_000_000, 1_000_000, parts, count);
            prop_assume!(axis.is_some());
            let axis = axis.unwrap();
            let coordinates: BTreeSet<i32> =
                (0..count).map(|at| i32::try_from(axis.micro(at)).unwrap()).collect();
            let found = fit(&coordinates, 1).unwrap();
            prop_assert_eq!(found.count(), count);
            for at in 0..count {
                prop_assert_eq!(found.index_of(axis.micro(at)), Some(at));
            }
        }
    }
}
