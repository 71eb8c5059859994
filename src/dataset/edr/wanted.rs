//! The statistics that a data query asks for in place of values: `statistics`, `above` and `below`.

use super::given::{Given, malformed};
use crate::dataset::{coverage::Threshold, perils::Refused};

/// Statistics that are asked for, and limits of values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// The statistics, in the order in which they were asked for.
    pub statistics: Vec<Statistic>,
    /// Numbers that values are compared with.
    pub limits: Vec<Limit>,
}

/// A statistic of the values of an area, each of which counts by the area of its cell that is covered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Statistic {
    /// Cells with a value.
    Count,
    /// Share of the area that has values.
    Covered,
    /// The greatest value.
    Max,
    /// The mean of the values, weighted by area.
    Mean,
    /// The least value.
    Min,
    /// Cells without a value.
    Missing,
}

/// A number in units of a variable; the share of the area with values on one side of it is wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Limit {
    /// The side.
    pub side: Side,
    /// The number, as it was written.
    pub text: String,
    number: Decimal,
}

/// A side of a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// Values that are greater.
    Above,
    /// Values that are less.
    Below,
}

/// A decimal number: a whole one of `10^-decimals`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Decimal {
    steps: i128,
    decimals: u32,
}

impl Wanted {
    /// Reads the three parameters; none when none of them is given.
    pub(super) fn read(given: &Given<'_>) -> Result<Option<Self>, Refused> {
        let names = given.value("statistics");
        let mut limits = Vec::new();
        for side in Side::ALL {
            let numbers = given.value(side.name()).into_iter();
            for number in numbers.flat_map(|list| list.split(',')) {
                limits.push(Limit::read(side, number.trim())?);
            }
        }
        if names.is_none() && limits.is_empty() {
            return Ok(None);
        }
        if limits.len() > MOST_LIMITS {
            return Err(malformed("above and below", "no more than 8 numbers"));
        }
        let statistics = match names {
            Some(names) => Statistic::listed(names)?,
            None => Statistic::ALL.to_vec(),
        };
        Ok(Some(Self { statistics, limits }))
    }
}

impl Statistic {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Mean,
        Self::Min,
        Self::Max,
        Self::Count,
        Self::Missing,
        Self::Covered,
    ];

    /// Its name in queries and answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Covered => "covered",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Missing => "missing",
        }
    }

    /// Those of a list, each once.
    fn listed(names: &str) -> Result<Vec<Self>, Refused> {
        let mut listed = Vec::new();
        for (index, name) in names.split(',').map(str::trim).enumerate() {
            let mut all = Self::ALL.into_iter();
            let found = all.find(|one| one.name().eq_ignore_ascii_case(name));
            let found = found.ok_or_else(|| Refused::Unknown {
                at: format!("statistics[{index}]"),
                known: Self::ALL.map(Self::name).join(", ").into(),
            })?;
            if !listed.contains(&found) {
                listed.push(found);
            }
        }
        Ok(listed)
    }
}

impl Side {
    const ALL: [Self; 2] = [Self::Above, Self::Below];

    /// The name of its parameter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
        }
    }
}

impl Limit {
    fn read(side: Side, text: &str) -> Result<Self, Refused> {
        let number = Decimal::read(text).ok_or_else(|| {
            let expected = "decimal numbers with commas between them, as 0.5, of at most 18 digits";
            malformed(side.name(), expected)
        })?;
        Ok(Self {
            side,
            text: text.to_owned(),
            number,
        })
    }

    /// As a threshold of values that are whole numbers of `10^-decimals`: between two of them what is above the number
    /// is above the lower, and what is below it below the upper.
    #[must_use]
    pub fn threshold(&self, decimals: u8) -> Threshold {
        let (lower, upper) = self.number.between(decimals.into());
        let clamped = |steps: i128| {
            let clamped = steps.clamp(i64::MIN.into(), i64::MAX.into());
            i64::try_from(clamped).unwrap_or_default()
        };
        match self.side {
            Side::Above => Threshold::Above(clamped(lower)),
            Side::Below => Threshold::Below(clamped(upper)),
        }
    }
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{fraction}");
        let is_number = all.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number || all.len() > MOST_DIGITS {
            return None;
        }
        let steps: i128 = all.parse().ok()?;
        Some(Self {
            steps: if is_negative { -steps } else { steps },
            decimals: u32::try_from(fraction.len()).ok()?,
        })
    }

    /// The whole numbers of `10^-decimals` that are not above and not below it.
    fn between(self, decimals: u32) -> (i128, i128) {
        // At most 18 digits and 15 decimals of a variable, where an i128 has 38.
        let ten = |power: u32| 10_i128.saturating_pow(power);
        let steps = self
            .steps
            .saturating_mul(ten(decimals.saturating_sub(self.decimals)));
        let coarser = ten(self.decimals.saturating_sub(decimals));
        let lower = steps.div_euclid(coarser);
        let is_exact = steps.rem_euclid(coarser) == 0;
        (lower, if is_exact { lower } else { lower + 1 })
    }
}

/// Numbers that one query may compare values with: each takes as long as all statistics.
const MOST_LIMITS: usize = 8;
/// Digits of a number.
const MOST_DIGITS: usize = 18;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_between_two_values_has_the_lower_below_it_and_the_upper_above() {
        use Threshold::{Above, Below};
        for (text, decimals, above, below) in [
            ("0.5", 2, 50, 50),
            ("0.505", 2, 50, 51),
            ("-0.505", 2, -51, -50),
            ("3", 0, 3, 3),
            ("3.2", 0, 3, 4),
            ("-3.2", 0, -4, -3),
            ("+1.50", 1, 15, 15),
            ("7.", 1, 70, 70),
            ("0", 15, 0, 0),
            ("999999999999999999", 15, i64::MAX, i64::MAX),
            ("-999999999999999999", 15, i64::MIN, i64::MIN),
        ] {
            let limit = |side| Limit::read(side, text).unwrap().threshold(decimals);
            assert_eq!(limit(Side::Above), Above(above), "{text}");
            assert_eq!(limit(Side::Below), Below(below), "{text}");
        }
    }

    #[test]
    fn what_is_no_decimal_number_is_no_limit() {
        for text in [
            "",
            ".",
            ".5",
            "-",
            "NaN",
            "inf",
            "1e3",
            "1e999",
            "0x1",
            "1_000",
            "1 0",
            "٣",
            "1.2.3",
            "--1",
            "1234567890123456789",
        ] {
            assert!(Limit::read(Side::Above, text).is_err(), "{text}");
        }
    }
}
