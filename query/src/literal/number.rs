//! Whole numbers and doubles beside each other, without rounding.

use std::cmp::Ordering;

/// The order of a whole number and a double; none with a NaN.
#[must_use]
pub(crate) fn order(whole: i64, number: f64) -> Option<Ordering> {
    let near = nearest(whole);
    match near.partial_cmp(&number)? {
        Ordering::Equal => Some(match exact(number) {
            Some(number) => whole.cmp(&number),
            // What a whole number of 64 bits rounds to and is none itself is 2^63.
            None => Ordering::Less,
        }),
        order => Some(order),
    }
}

/// The double nearest to a whole number.
#[must_use]
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the nearest is what is asked for"
)]
pub(crate) fn nearest(whole: i64) -> f64 {
    whole as f64
}

/// The whole number that a double is, if it is one of 64 bits.
#[must_use]
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "only what is whole and in range is converted"
)]
pub(crate) fn exact(number: f64) -> Option<i64> {
    let is_whole = number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number);
    is_whole.then_some(number as i64)
}

/// 2^63, the first double after all whole numbers of 64 bits.
const LIMIT: f64 = 9_223_372_036_854_775_808.0;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_next_to_each_other_are_told_apart() {
        let large = 1 << 53;
        for (whole, number, expected) in [
            (0, 0.0, Ordering::Equal),
            (0, -0.0, Ordering::Equal),
            (2, 2.5, Ordering::Less),
            (3, 2.5, Ordering::Greater),
            (-2, -2.5, Ordering::Greater),
            (large, 9_007_199_254_740_992.0, Ordering::Equal),
            (large + 1, 9_007_199_254_740_992.0, Ordering::Greater),
            (i64::MAX, LIMIT, Ordering::Less),
            (i64::MIN, -LIMIT, Ordering::Equal),
            (i64::MIN, f64::NEG_INFINITY, Ordering::Greater),
        ] {
            assert_eq!(order(whole, number), Some(expected), "{whole} {number}");
        }
        assert_eq!(order(0, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_numbers_of_128_bits(whole: i64, other: i64) {
            let number = nearest(other);
            #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "a model")]
            let model = i128::from(whole).cmp(&(number as i128));
            prop_assert_eq!(order(whole, number), Some(model));
        }
    }
}
