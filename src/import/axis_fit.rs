//! The regular axis that a set of coordinates lies on.

use std::collections::{BTreeMap, BTreeSet};

use super::request::AxisStep;
use crate::dataset::grid::{Axis, MICRO};

/// Facts of an axis before its coordinates are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// The step, when it was given.
    pub(super) step: Option<AxisStep>,
    /// The step when there is but one coordinate, in millionths of a degree.
    pub(super) single_step: i64,
    /// Coordinates may be a little beside the points.
    pub(super) is_rounded: bool,
}

/// The axis that takes most of these coordinates, in millionths of a degree.
///
/// A coordinate that it does not take is off the grid. `None` without coordinates, and when no step suits
/// more than one of them.
pub(super) fn fit(coordinates: &BTreeSet<i32>, known: Known) -> Option<Axis> {
    let sorted: Vec<i64> = coordinates.iter().copied().map(i64::from).collect();
    let tolerances: &[i64] = if known.is_rounded { &[NOISE] } else { &[0, 1] };
    if let Some(step) = known.step {
        return given(&sorted, step, tolerances).and_then(|fit| fit.axis());
    }
    if let [only] = sorted.as_slice() {
        return Axis::new(*only, known.single_step, 1, 1);
    }
    let width = if known.is_rounded { 4 * NOISE } else { 1 };
    let steps = steps(&sorted, width);
    let fits: Vec<Fit> = steps
        .iter()
        .flat_map(|step| {
            tolerances
                .iter()
                .map(|tolerance| Fit::new(&sorted, step, *tolerance))
        })
        .flatten()
        .collect();
    // A stray coordinate close to another makes a tiny step that suits them all, and fills little. So
    // does the step of regions far apart, as on both sides of the date line, but most neighbours have it.
    let likely = fits
        .iter()
        .filter(|fit| fit.is_usual || fit.taken * 2 > fit.count)
        .max_by_key(|fit| (fit.taken, -fit.tolerance, fit.total));
    let all = i64::try_from(sorted.len()).unwrap_or(i64::MAX);
    // Few strays beside a step that most neighbours have are slips; else no two neighbours need be one
    // step apart, and the step is a part of the shortest way between any two.
    if !likely.is_some_and(|fit| fit.taken == all || (fit.is_usual && fit.taken * 10 >= all * 9))
        && let Some(sparse) = sparse(&sorted, &steps, tolerances)
    {
        return sparse.axis();
    }
    likely
        .or_else(|| {
            fits.iter()
                .max_by_key(|fit| (fit.taken, -fit.tolerance, -fit.count))
        })
        .and_then(Fit::axis)
}

/// The largest step that all coordinates are whole numbers of, when they fill enough of the axis.
fn sparse(sorted: &[i64], steps: &[Step], tolerances: &[i64]) -> Option<Fit> {
    let shortest = steps.iter().min_by_key(|step| step.length)?;
    let all = i64::try_from(sorted.len()).unwrap_or(i64::MAX);
    (1..=SPARSE)
        .flat_map(|parts| tolerances.iter().map(move |tolerance| (parts, *tolerance)))
        .filter_map(|(parts, tolerance)| Fit::new(sorted, &Step { parts, ..*shortest }, tolerance))
        .find(|fit| fit.taken == all && fit.count <= all * SPARSE)
}

/// The points of a step that was given which most coordinates lie on.
fn given(sorted: &[i64], step: AxisStep, tolerances: &[i64]) -> Option<Fit> {
    let apart = (sorted.len() / CANDIDATES).max(1);
    let anchors = sorted
        .iter()
        .take(CANDIDATES)
        .chain(sorted.iter().step_by(apart));
    let steps = anchors.map(|anchor| Step {
        length: step.total,
        parts: i64::from(step.parts),
        anchor: *anchor,
        is_usual: true,
        is_given: true,
    });
    let fits = steps.flat_map(|step| {
        tolerances
            .iter()
            .filter_map(move |tolerance| Fit::new(sorted, &step, *tolerance))
    });
    fits.max_by_key(|fit| (fit.taken, -fit.tolerance))
}

/// A distance of neighbours.
#[derive(Clone, Copy)]
struct Step {
    /// `parts` steps in millionths.
    length: i64,
    parts: i64,
    /// A coordinate that has such a neighbour.
    anchor: i64,
    /// `true` when most neighbours are as far apart.
    is_usual: bool,
    /// `true` when the step is exact: it was given.
    is_given: bool,
}

/// The most frequent distances of neighbours, where those count as one that `width` does not tell apart.
fn steps(sorted: &[i64], width: i64) -> Vec<Step> {
    let mut found: BTreeMap<i64, (u32, i64, i64)> = BTreeMap::new();
    for pair in sorted.windows(2) {
        if let [low, high] = pair {
            let distance = high - low;
            let (count, sum, _) = found
                .entry((distance + width / 2) / width)
                .or_insert((0, 0, *low));
            *count += 1;
            *sum += distance;
        }
    }
    found.remove(&0);
    let mut steps: Vec<_> = found.into_values().collect();
    steps.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    let shortest = steps
        .iter()
        .copied()
        .min_by_key(|(count, sum, _)| sum / i64::from(*count));
    let likely = steps.into_iter().take(CANDIDATES).chain(shortest);
    likely
        .map(|(count, sum, anchor)| Step {
            length: sum / i64::from(count),
            parts: 1,
            anchor,
            is_usual: usize::try_from(count).is_ok_and(|count| count * 2 >= sorted.len()),
            is_given: false,
        })
        .collect()
}

/// One step tried on all coordinates.
struct Fit {
    first: i64,
    /// `parts` steps in millionths: when the step was not given, between the two coordinates furthest apart.
    total: i64,
    parts: i64,
    /// Points of the axis.
    count: i64,
    /// Points that have a coordinate.
    taken: i64,
    /// `true` when most neighbours are one step apart.
    is_usual: bool,
    /// The error of writing six decimals: none when the step is a whole number of millionths.
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
        let (mut total, mut parts, mut taken) = (step.length, step.parts, 0);
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
            if !step.is_given && last_at - first_at > parts {
                (total, parts) = (last - first, last_at - first_at);
            }
        }
        let fit = Self {
            first,
            total,
            parts,
            count: last_at - first_at + 1,
            taken,
            is_usual: step.is_usual,
            tolerance,
        };
        (taken > 1 || step.is_given).then_some(fit)
    }

    fn axis(&self) -> Option<Axis> {
        let (first, total, parts) = if self.tolerance > 1 {
            self.roundest()
        } else {
            (self.first, self.total, self.parts)
        };
        let divisor = if total % parts == 0 { parts } else { 1 };
        let reduced = u32::try_from(parts / divisor).ok()?;
        let count = u32::try_from(self.count).ok()?;
        Axis::new(first, total / divisor, reduced, count)
    }

    /// First coordinate and step as somebody would have written them before their digits were lost: the
    /// step a fraction of degrees, the first coordinate a number of steps or of small parts of one.
    fn roundest(&self) -> (i64, i64, i64) {
        let (first, total, parts, steps) = (self.first, self.total, self.parts, self.count - 1);
        let fractions = (1..=FRACTIONS).map(|parts| {
            let degrees =
                (total * parts * 2 + self.parts * MICRO).div_euclid(self.parts * MICRO * 2);
            (degrees * MICRO, parts)
        });
        let is_near = |one: i64, other: i64| (one - other).abs() <= 2 * self.tolerance;
        let (total, parts) = fractions
            .into_iter()
            .find(|(simple, simple_parts)| {
                *simple > 0 && is_near(simple * steps / simple_parts, total * steps / parts)
            })
            .unwrap_or((total, parts));
        let on_lines = (1..=8).map(|share| {
            let at = (first * share * parts * 2 + total).div_euclid(total * 2);
            (total * at * 2 + share * parts).div_euclid(share * parts * 2)
        });
        let first = on_lines
            .into_iter()
            .find(|simple| is_near(*simple, first))
            .unwrap_or(first);
        (first, total, parts)
    }
}

const CANDIDATES: usize = 16;
/// The length, in times the number of coordinates, of an axis on which no two need be neighbours.
const SPARSE: i64 = 8;
/// The distance of a coordinate whose digits were lost from its point, at most, in millionths of a degree.
const NOISE: i64 = 50;
/// Into how many parts a degree is divided at most where digits were lost.
const FRACTIONS: i64 = 1200;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KNOWN: Known = Known {
        step: None,
        single_step: 250_000,
        is_rounded: false,
    };

    fn fitted(coordinates: impl IntoIterator<Item = i32>) -> Option<(f64, (f64, f64), u32)> {
        let axis = fit(&coordinates.into_iter().collect(), KNOWN)?;
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

    #[test]
    fn a_sparse_axis_is_found_though_no_two_are_neighbours() {
        for (coordinates, step, count) in [
            (&[0, 500_000, 1_250_000][..], 0.25, 6),
            (&[-1_750_000, 0, 750_000, 2_000_000], 0.25, 16),
            (
                &[333_333, 1_000_000, 2_000_000, 3_333_333, 5_000_000],
                1.0 / 3.0,
                15,
            ),
            (&[50_000_000, 50_200_000, 50_500_000], 0.1, 6),
            (
                &[0, 1_000_000, 2_000_000, 3_000_000, 4_500_000, 6_500_000],
                0.5,
                14,
            ),
        ] {
            let found = fitted(coordinates.iter().copied()).unwrap();
            assert!((found.0 - step).abs() < 1e-5, "{found:?}");
            assert_eq!(found.2, count, "{found:?}");
        }
    }

    #[test]
    fn a_step_that_is_given_is_the_step() {
        let with = |step: &str, coordinates: &[i32]| {
            let step = step.parse::<super::super::GridStep>().unwrap();
            let known = Known {
                step: Some(step.latitude),
                ..KNOWN
            };
            let axis = fit(&coordinates.iter().copied().collect(), known)?;
            Some((axis.extent(), axis.count()))
        };
        assert_eq!(with("0.25", &[0, 10_000_000]), Some(((0.0, 10.0), 41)));
        assert_eq!(with("0.25", &[0, 130_000, 250_000]), Some(((0.0, 0.25), 2)));
        assert_eq!(
            with("1/3", &[0, 666_667, 9_333_333]),
            Some(((0.0, 9.333_333), 29))
        );
        assert_eq!(with("0.5", &[125_000]), Some(((0.125, 0.125), 1)));
        assert_eq!(with("0.5", &[]), None);
    }

    #[test]
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "what a 32-bit number makes of a coordinate"
    )]
    fn coordinates_of_32_bits_lie_on_the_axis_that_was_meant() {
        let known = Known {
            is_rounded: true,
            ..KNOWN
        };
        for (first, parts, count, step) in [
            (-179.95, 10.0, 3600, 0.1),
            (-90.0, 12.0, 2161, 1.0 / 12.0),
            (-89.875, 4.0, 720, 0.25),
            (-180.0, 3.0, 1081, 1.0 / 3.0),
            (-60.0, 1.0, 100, 1.0),
        ] {
            let narrow = (0..count).map(|at| first as f32 + (f64::from(at) / parts) as f32);
            let micro = narrow.map(|degrees| (f64::from(degrees) * 1e6).round() as i32);
            let coordinates: BTreeSet<i32> = micro.collect();
            let axis = fit(&coordinates, known).unwrap();
            assert!((axis.step() - step).abs() < 1e-12, "{axis:?}");
            assert!((axis.extent().0 - first).abs() < 1e-9, "{axis:?}");
            assert_eq!(axis.count(), u32::try_from(count).unwrap());
        }
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
            let found = fit(&coordinates, KNOWN).unwrap();
            prop_assert_eq!(found.count(), count);
            for at in 0..count {
                prop_assert_eq!(found.index_of(axis.micro(at)), Some(at));
            }
        }
    }
}
