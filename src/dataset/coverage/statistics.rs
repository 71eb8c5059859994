//! Statistics of an area: each value counts by the square centimetres of its cell that the area covers.
//!
//! Values are the store's whole numbers and weights are whole square centimetres, so that sums are exact: they are the
//! same in any order, in any number of threads and on any machine.

/// A number in the store's own steps that values are compared with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Threshold {
    /// Values above it.
    Above(i64),
    /// Values below it.
    Below(i64),
}

/// Sums over the values of an area, cell by cell or run by run.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Statistics {
    threshold: Option<Threshold>,
    known: u64,
    missing: u64,
    known_cm2: u128,
    missing_cm2: u128,
    beyond_cm2: u128,
    sum: i128,
    extremes: Option<(i64, i64)>,
}

impl Statistics {
    /// Statistics of no values yet.
    #[must_use]
    pub fn new(threshold: Option<Threshold>) -> Self {
        Self {
            threshold,
            ..Self::default()
        }
    }

    /// Adds a value, or that there is none, of a cell of which `cm2` square centimetres are covered.
    pub fn add(&mut self, value: Option<i64>, cm2: u64) {
        self.add_run(cm2, [value]);
    }

    /// Adds the values of neighbouring cells of which the same number of square centimetres is covered.
    pub fn add_run(&mut self, cm2: u64, values: impl IntoIterator<Item = Option<i64>>) {
        let (mut known, mut missing, mut beyond, mut sum) = (0_u64, 0_u64, 0_u64, 0_i128);
        let (mut least, mut most) = self.extremes.unwrap_or((i64::MAX, i64::MIN));
        for value in values {
            let Some(value) = value else {
                missing += 1;
                continue;
            };
            known += 1;
            sum += i128::from(value);
            least = least.min(value);
            most = most.max(value);
            beyond += u64::from(
                self.threshold
                    .is_some_and(|threshold| threshold.is_passed_by(value)),
            );
        }
        self.known += known;
        self.missing += missing;
        self.known_cm2 += u128::from(known) * u128::from(cm2);
        self.missing_cm2 += u128::from(missing) * u128::from(cm2);
        self.beyond_cm2 += u128::from(beyond) * u128::from(cm2);
        self.sum += sum * i128::from(cm2);
        self.extremes = (self.known > 0).then_some((least, most));
    }

    /// Takes over what another thread has added.
    pub fn merge(&mut self, other: &Self) {
        self.known += other.known;
        self.missing += other.missing;
        self.known_cm2 += other.known_cm2;
        self.missing_cm2 += other.missing_cm2;
        self.beyond_cm2 += other.beyond_cm2;
        self.sum += other.sum;
        self.extremes = match (self.extremes, other.extremes) {
            (Some(one), Some(other)) => Some((one.0.min(other.0), one.1.max(other.1))),
            (one, other) => one.or(other),
        };
    }

    /// Cells with a value.
    #[must_use]
    pub fn known(&self) -> u64 {
        self.known
    }

    /// Cells without a value.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Square kilometres of cells with a value.
    #[must_use]
    pub fn known_km2(&self) -> f64 {
        rounded(self.known_cm2) / CM2_A_KM2
    }

    /// Share of the area that has a value, 0 to 1; `None` without an area.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        share(self.known_cm2, self.known_cm2 + self.missing_cm2)
    }

    /// The least value.
    #[must_use]
    pub fn least(&self) -> Option<i64> {
        self.extremes.map(|(least, _)| least)
    }

    /// The greatest value.
    #[must_use]
    pub fn greatest(&self) -> Option<i64> {
        self.extremes.map(|(_, greatest)| greatest)
    }

    /// The mean over the area that has values, in the store's steps.
    #[must_use]
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "the whole steps have at most 18 digits, and what is left is less than one"
    )]
    pub fn mean(&self) -> Option<f64> {
        let area = i128::try_from(self.known_cm2)
            .ok()
            .filter(|area| *area > 0)?;
        // In whole steps first: the mean of equal values is that value.
        let (whole, rest) = (self.sum.div_euclid(area), self.sum.rem_euclid(area));
        Some(whole as f64 + rest as f64 / area as f64)
    }

    /// Share of the area with values whose values pass the threshold, 0 to 1; `None` without a threshold or an area.
    #[must_use]
    pub fn beyond(&self) -> Option<f64> {
        self.threshold
            .and_then(|_| share(self.beyond_cm2, self.known_cm2))
    }
}

impl Threshold {
    fn is_passed_by(self, value: i64) -> bool {
        match self {
            Self::Above(threshold) => value > threshold,
            Self::Below(threshold) => value < threshold,
        }
    }
}

/// The values below which each of `parts`, from 0 to 1, of the area lies: the least value at which the area of it and
/// of all below is no less than that part.
///
/// Takes the values with their square centimetres and puts them in order.
#[must_use]
pub fn quantiles(values: &mut [(i64, u64)], parts: &[f64]) -> Vec<Option<i64>> {
    values.sort_unstable();
    let all: u128 = values.iter().map(|(_, cm2)| u128::from(*cm2)).sum();
    let quantile = |part: &f64| {
        let mut below = 0;
        let enough = |(_, cm2): &&(i64, u64)| {
            below += u128::from(*cm2);
            *cm2 > 0 && rounded(below) >= part * rounded(all)
        };
        values.iter().find(enough).map(|(value, _)| *value)
    };
    parts.iter().map(quantile).collect()
}

fn share(part: u128, of: u128) -> Option<f64> {
    (of > 0).then(|| rounded(part) / rounded(of))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "the exact number is rounded once, to the nearest double"
)]
fn rounded(number: u128) -> f64 {
    number as f64
}

const CM2_A_KM2: f64 = 1e10;

#[cfg(test)]
mod tests;
