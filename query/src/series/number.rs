//! Numbers of the two types that are summed up.

use arrow_array::{
    ArrowPrimitiveType,
    types::{Float64Type, Int64Type},
};
use arrow_buffer::ArrowNativeType;

use super::function::Quantile;

/// A type of numbers.
pub(super) trait Number: ArrowNativeType {
    type Sum: Clone + Default + std::fmt::Debug;
    type Arrow: ArrowPrimitiveType<Native = Self>;

    fn add(sum: &mut Self::Sum, value: Self);
    fn total(sum: &Self::Sum) -> Option<Outcome>;
    fn mean(sum: &Self::Sum, count: u64) -> Option<f64>;
    fn sort(values: &mut [Self]);
    fn double(self) -> f64;
    fn outcome(self) -> Outcome;
}

/// A sum of doubles with what is lost by rounding (Neumaier), so that it hardly depends on the order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Compensated {
    sum: f64,
    lost: f64,
}

/// The value of a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    Integer(i64),
    Number(f64),
    /// There are no values.
    None,
}

impl Number for f64 {
    type Sum = Compensated;
    type Arrow = Float64Type;

    fn add(sum: &mut Compensated, value: Self) {
        sum.add(value);
    }

    fn total(sum: &Compensated) -> Option<Outcome> {
        sum.total().map(Outcome::Number)
    }

    fn mean(sum: &Compensated, count: u64) -> Option<f64> {
        sum.total().map(|total| total / double(count.into()))
    }

    fn sort(values: &mut [Self]) {
        values.sort_unstable_by(Self::total_cmp);
    }

    fn double(self) -> f64 {
        self
    }

    fn outcome(self) -> Outcome {
        Outcome::Number(self)
    }
}

impl Number for i64 {
    type Sum = i128;
    type Arrow = Int64Type;

    fn add(sum: &mut i128, value: Self) {
        *sum += i128::from(value);
    }

    fn total(sum: &i128) -> Option<Outcome> {
        i64::try_from(*sum).ok().map(Outcome::Integer)
    }

    fn mean(sum: &i128, count: u64) -> Option<f64> {
        Some(double(*sum) / double(count.into()))
    }

    fn sort(values: &mut [Self]) {
        values.sort_unstable();
    }

    fn double(self) -> f64 {
        double(self.into())
    }

    fn outcome(self) -> Outcome {
        Outcome::Integer(self)
    }
}

impl Compensated {
    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        let of_value = sum - self.sum;
        self.lost += (self.sum - (sum - of_value)) + (value - of_value);
        self.sum = sum;
    }

    /// The sum; none that no double is as great as.
    fn total(self) -> Option<f64> {
        let total = self.sum + self.lost;
        total.is_finite().then_some(total)
    }
}

/// The value below which a share of sorted `values` is, between two of them as the share is between theirs (type 7 of
/// Hyndman and Fan, which numpy, pandas and R compute too).
pub(super) fn quantile_of<T: Number>(values: &[T], quantile: Quantile) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let place = double(i128::try_from(last).ok()?) * quantile.share();
    let below = whole(place).min(last);
    let low = values.get(below)?.double();
    let high = values.get(below + 1).map_or(low, |value| value.double());
    let share = place.fract();
    let step = high - low;
    Some(if step.is_finite() {
        low + step * share
    } else {
        low * (1.0 - share) + high * share
    })
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the nearest double is what a mean and a place between two values are made of"
)]
fn double(number: i128) -> f64 {
    number as f64
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the place of a value among others is not negative, and is cut off to a whole one"
)]
fn whole(place: f64) -> usize {
    place as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Function;

    /// A quarter of the way.
    fn between(low: f64, high: f64) -> f64 {
        let Ok(Function::Quantile(quarter)) = "p25".parse() else {
            unreachable!()
        };
        quantile_of(&[low, high], quarter).unwrap()
    }

    #[test]
    fn a_value_between_two_is_found_though_no_double_is_their_distance() {
        for (low, high, expected) in [
            (2.0, 10.0, 4.0),
            (f64::MIN, f64::MAX, f64::MIN / 2.0),
            (f64::MAX, f64::MIN, f64::MAX / 2.0),
        ] {
            let share = between(low, high) / expected;
            assert!((share - 1.0).abs() < 1e-12, "{low} to {high}: {share}");
        }
    }
}
