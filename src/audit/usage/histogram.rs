//! Histogram of durations with fixed bounds, so that any number of calls takes the same room.

use std::collections::BTreeMap;

/// Durations in microseconds, counted in 32 steps for each doubling: a quantile is at most 3.2 % too high.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram {
    counts: BTreeMap<u16, u64>,
    total: u64,
}

impl Histogram {
    /// Adds `value` as many `times`.
    pub(super) fn add(&mut self, value: u64, times: u64) {
        let count = self.counts.entry(step(value)).or_default();
        *count = count.saturating_add(times);
        self.total = self.total.saturating_add(times);
    }

    /// The smallest bound that `percent` of all values do not pass; none without values.
    pub(super) fn quantile(&self, percent: u64) -> Option<u64> {
        let wanted = self.total.saturating_mul(percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.counts.iter().find(|(_, count)| {
            seen = u64::saturating_add(seen, **count);
            seen >= wanted
        });
        found.map(|(step, _)| bound(*step))
    }
}

/// The step of `value`: small ones have one each.
fn step(value: u64) -> u16 {
    let bits = u64::BITS - value.leading_zeros();
    let shift = bits.saturating_sub(STEP_BITS + 1);
    let within = (value >> shift) + (u64::from(shift) << STEP_BITS);
    u16::try_from(within).unwrap_or(u16::MAX)
}

/// The largest value in `step`.
fn bound(step: u16) -> u64 {
    let step = u64::from(step);
    let steps = 1 << STEP_BITS;
    let shift = (step >> STEP_BITS).saturating_sub(1);
    let value = step - shift * steps;
    ((value + 1) << shift) - 1
}

/// Bits behind the highest that make a difference.
const STEP_BITS: u32 = 5;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_are_those_of_the_values_within_a_step() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(50), None);
        (1..=1000).for_each(|value| histogram.add(value, 1));
        for (percent, exact) in [(1, 10), (50, 500), (95, 950), (100, 1000)] {
            let found = histogram.quantile(percent).unwrap();
            assert!(
                (exact..=exact + exact / 31).contains(&found),
                "{percent}: {found}"
            );
        }
        let mut one = Histogram::default();
        one.add(7, 1);
        assert_eq!((one.quantile(50), one.quantile(95)), (Some(7), Some(7)));
        one.add(3, 19);
        assert_eq!((one.quantile(95), one.quantile(96)), (Some(3), Some(7)));
    }

    proptest! {
        #[test]
        fn a_bound_is_no_less_than_the_value_and_at_most_a_step_more(value in 0..u64::MAX >> 1) {
            let bound = bound(step(value));
            prop_assert!(bound >= value);
            prop_assert!(bound - value <= value / 31);
            prop_assert!(step(bound) == step(value) && step(bound + 1) > step(bound));
        }
    }
}
