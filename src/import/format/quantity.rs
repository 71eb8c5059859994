//! Binary numbers to the whole numbers that a store keeps.

use crate::dataset::grid::{WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED};

/// The form in which numbers of one variable are stored: whole numbers of a power of ten.
#[derive(Clone, Debug)]
pub(super) struct Quantity {
    decimals: u8,
    steps: f64,
    not_applicable: Vec<f64>,
    missing: Vec<f64>,
}

/// Reason why a number cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum QuantityFault {
    /// Infinity.
    #[error("is {0}, which is no number to store: mark missing values with _FillValue")]
    Infinite(f64),
    /// More digits than a double holds.
    #[error(
        "is {value}, too large for {decimals} decimals: give the variable fewer, or another unit"
    )]
    TooLarge {
        /// The number.
        value: f64,
        /// The decimals to be kept of it.
        decimals: u8,
    },
}

impl Quantity {
    /// `None` with more decimals than a double has.
    pub(super) fn new(decimals: u8, not_applicable: &[f64]) -> Option<Self> {
        (decimals <= MAX_DECIMALS).then(|| Self {
            decimals,
            steps: 10_f64.powi(i32::from(decimals)),
            not_applicable: not_applicable.to_vec(),
            missing: Vec::new(),
        })
    }

    /// The same, and the numbers among `marks` are not covered, in single precision as well.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "what single precision makes of a mark is that mark"
    )]
    pub(super) fn without(mut self, marks: &[String]) -> Self {
        let marks = marks.iter().filter_map(|mark| mark.parse::<f64>().ok());
        self.missing = marks
            .flat_map(|mark| [mark, f64::from(mark as f32)])
            .collect();
        self
    }

    /// The nearest number that is stored for `value`; NaN is not covered.
    #[inline]
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "a whole number below 2 to the power of 53"
    )]
    pub(super) fn stored(&self, value: f64) -> Result<i64, QuantityFault> {
        if value.is_nan() || self.missing.contains(&value) {
            return Ok(WIDE_NOT_COVERED);
        }
        if self.not_applicable.contains(&value) {
            return Ok(WIDE_NOT_APPLICABLE);
        }
        let steps = (value * self.steps).round();
        if steps.abs() < MAX_STEPS {
            return Ok(steps as i64);
        }
        Err(if value.is_infinite() {
            QuantityFault::Infinite(value)
        } else {
            QuantityFault::TooLarge {
                value,
                decimals: self.decimals,
            }
        })
    }
}

pub(super) const MAX_DECIMALS: u8 = 12;
/// 2 to the power of 53: beyond, doubles have no steps of one.
const MAX_STEPS: f64 = 9_007_199_254_740_992.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_step_is_stored_and_marks_stay_marks() {
        let micro = Quantity::new(6, &[-9999.0]).unwrap();
        for (value, stored) in [
            (0.1, 100_000),
            (f64::from(0.1_f32), 100_000),
            (-0.000_000_5, -1),
            (0.000_000_4, 0),
            (-0.0, 0),
            (-9999.0, WIDE_NOT_APPLICABLE),
            (-9_998.999_999, -9_998_999_999),
            (f64::NAN, WIDE_NOT_COVERED),
            (9_007_199_254.740_99, 9_007_199_254_740_990),
        ] {
            assert_eq!(micro.stored(value), Ok(stored), "{value}");
        }
        let marked = Quantity::new(1, &[]).unwrap();
        let marked = marked.without(&["NA".to_owned(), "-999.9".to_owned()]);
        assert_eq!(marked.stored(-999.9), Ok(WIDE_NOT_COVERED));
        assert_eq!(marked.stored(f64::from(-999.9_f32)), Ok(WIDE_NOT_COVERED));
        assert_eq!(marked.stored(-999.8), Ok(-9998));
        let whole = Quantity::new(0, &[]).unwrap();
        assert_eq!(whole.stored(2.5), Ok(3));
        assert_eq!(whole.stored(-9999.0), Ok(-9999));
    }

    #[test]
    fn what_a_store_cannot_hold_is_refused() {
        let micro = Quantity::new(6, &[]).unwrap();
        let infinite = micro.stored(f64::NEG_INFINITY);
        assert!(matches!(infinite, Err(QuantityFault::Infinite(_))));
        for value in [1e10, -1e300, f64::MAX] {
            let large = micro.stored(value);
            assert!(
                matches!(large, Err(QuantityFault::TooLarge { .. })),
                "{value}"
            );
        }
        assert!(Quantity::new(13, &[]).is_none());
    }
}
