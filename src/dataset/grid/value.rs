//! One value: a number exact to six decimals, or the reason why there is none.

use std::fmt;

/// Steps of a stored number that make one unit, unless its variable says otherwise.
pub const MICRO: i64 = 1_000_000;

/// The value of one column in one cell.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Value {
    /// A number in millionths of the column's unit.
    Known(i64),
    /// The metric has no meaning here, as fire at sea: -9999 in the source.
    NotApplicable,
    /// The source says nothing about this cell: an empty field, NULL.
    NotCovered,
}

impl Value {
    /// The mark of the sources for [`Value::NotApplicable`], in millionths.
    pub const NOT_APPLICABLE_MICRO: i64 = -9999 * MICRO;

    /// The number in units of a variable with so many decimals, the nearest that a double holds.
    #[must_use]
    pub fn in_units(self, decimals: u8) -> Option<f64> {
        match self {
            Self::Known(steps) => Some(units_of(steps, power(decimals))),
            Self::NotApplicable | Self::NotCovered => None,
        }
    }

    /// As [`Value::in_units`], of six decimals.
    #[must_use]
    pub fn known(self) -> Option<f64> {
        match self {
            Self::Known(micro) => Some(units(micro)),
            Self::NotApplicable | Self::NotCovered => None,
        }
    }
}

impl fmt::Display for Value {
    /// The text of the old contract: six decimals, `-9999.000000`, `None`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micro = match self {
            Self::Known(micro) => *micro,
            Self::NotApplicable => Self::NOT_APPLICABLE_MICRO,
            Self::NotCovered => return f.write_str("None"),
        };
        let sign = if micro < 0 { "-" } else { "" };
        let (micro, unit) = (micro.unsigned_abs(), MICRO.unsigned_abs());
        write!(f, "{sign}{}.{:06}", micro / unit, micro % unit)
    }
}

/// `micro` millionths as a double, exact up to the one rounding of the division.
#[must_use]
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "stored numbers have at most 12 digits, which a double holds exactly"
)]
pub(crate) fn units(micro: i64) -> f64 {
    micro as f64 / MICRO as f64
}

/// `steps` as a double of units that have `steps_of_a_unit` of them.
#[must_use]
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "stored numbers have at most 15 digits, which a double holds exactly"
)]
pub(crate) fn units_of(steps: i64, steps_of_a_unit: i64) -> f64 {
    steps as f64 / steps_of_a_unit as f64
}

/// `steps` steps, of which `10^decimals` make one, as a decimal number.
#[must_use]
pub(crate) fn decimal(steps: i64, decimals: u8) -> String {
    let (magnitude, power) = (steps.unsigned_abs(), power(decimals).unsigned_abs());
    let sign = if steps < 0 { "-" } else { "" };
    let whole = magnitude / power;
    if decimals == 0 {
        return format!("{sign}{whole}");
    }
    let width = usize::from(decimals);
    format!("{sign}{whole}.{:0width$}", magnitude % power)
}

/// Ten to the power of `decimals`.
#[must_use]
pub(crate) fn power(decimals: u8) -> i64 {
    10_i64.saturating_pow(decimals.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_prints_as_numeric_12_6_does() {
        for (value, text) in [
            (Value::Known(27_323_177), "27.323177"),
            (Value::Known(-500), "-0.000500"),
            (Value::Known(0), "0.000000"),
            (Value::Known(999_999_999_999), "999999.999999"),
            (Value::NotApplicable, "-9999.000000"),
            (Value::NotCovered, "None"),
        ] {
            assert_eq!(value.to_string(), text);
        }
        assert_eq!(Value::Known(27_323_177).known(), Some(27.323_177));
    }
}
