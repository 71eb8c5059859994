//! Variables and dimensions: what the columns of a coverage are made of.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{
    names::{ColumnsError, named, named_time, once},
    value::MICRO,
};

/// A measured variable, with its unit in UCUM.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Variable {
    /// Name in queries, columns and answers.
    pub name: Box<str>,
    /// Name for people; empty when nobody said.
    #[serde(default)]
    pub title: Box<str>,
    /// Unit in UCUM, `1` for a plain number; empty when nobody said.
    #[serde(default)]
    pub unit: Box<str>,
    /// Meaning of the number, as a sentence; empty when nobody said.
    #[serde(default)]
    pub definition: Box<str>,
    /// Name of the CF conventions; empty when there is none.
    #[serde(default)]
    pub standard_name: Box<str>,
    /// Digits after the point: a value is a whole number of steps of `10^-decimals` units.
    #[serde(default = "six")]
    pub decimals: u8,
    /// The lowest number that there can be, in steps: what is below is a fault.
    #[serde(default)]
    pub minimum: Option<i64>,
    /// The highest number that the definition allows, in steps: what is above is worth a look.
    #[serde(default)]
    pub maximum: Option<i64>,
}

/// A dimension along which a variable is measured or projected: scenario, year, month, return period, height.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Dimension {
    /// Name in queries, column names and answers.
    pub name: Box<str>,
    /// Name for people; empty when nobody said.
    #[serde(default)]
    pub title: Box<str>,
    /// Unit of numbers in UCUM; empty when there is none.
    #[serde(default)]
    pub unit: Box<str>,
    /// Its values in the order of the columns.
    pub values: DimensionValues,
}

/// The values of a dimension.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DimensionValues {
    /// Names, in any order.
    Text(Vec<Named>),
    /// Numbers in millionths of the unit, ascending.
    Number(Vec<i64>),
    /// Times, ascending.
    Time(Vec<Instant>),
}

/// A value of a dimension that is a name.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Named {
    /// The name.
    pub name: Box<str>,
    /// Meaning, as a sentence; empty when nobody said.
    #[serde(default)]
    pub definition: Box<str>,
}

/// A value of a dimension that is a time.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Instant {
    /// As ISO 8601 has it and the source wrote it: `2020`, `2020-01`, `2020-01-01T00:00:00Z`.
    pub text: Box<str>,
    /// Its first moment, in seconds since 1970.
    pub seconds: i64,
}

impl Variable {
    /// Digits after the point, at most: with as many before it a double would not keep two numbers apart.
    pub const MOST_DECIMALS: u8 = 15;

    pub(super) fn check(&self) -> Result<(), ColumnsError> {
        if self.decimals > Self::MOST_DECIMALS {
            return Err(ColumnsError::Decimals {
                name: self.name.clone(),
                decimals: self.decimals,
                most: Self::MOST_DECIMALS,
            });
        }
        named(&self.name)
    }
}

impl Default for Variable {
    fn default() -> Self {
        Self {
            name: Box::default(),
            title: Box::default(),
            unit: Box::default(),
            definition: Box::default(),
            standard_name: Box::default(),
            decimals: six(),
            minimum: None,
            maximum: None,
        }
    }
}

impl Dimension {
    pub(super) fn check(&self) -> Result<(), ColumnsError> {
        named(&self.name)?;
        if self.values.len() == 0 {
            return Err(ColumnsError::NoValue(self.name.clone()));
        }
        let is_ascending = match &self.values {
            DimensionValues::Text(names) => {
                names.iter().try_for_each(|one| named(&one.name))?;
                once(names.iter().map(|one| &one.name))?;
                true
            }
            DimensionValues::Number(numbers) => numbers.is_sorted_by(|one, next| one < next),
            DimensionValues::Time(times) => {
                times.iter().try_for_each(|one| named_time(&one.text))?;
                times.is_sorted_by(|one, next| one.seconds < next.seconds)
            }
        };
        if is_ascending {
            Ok(())
        } else {
            Err(ColumnsError::Order(self.name.clone()))
        }
    }
}

impl Default for Dimension {
    fn default() -> Self {
        Self {
            name: Box::default(),
            title: Box::default(),
            unit: Box::default(),
            values: DimensionValues::Text(Vec::new()),
        }
    }
}

impl DimensionValues {
    /// The number of values.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a dimension of a coverage always has a value"
    )]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(names) => names.len(),
            Self::Number(numbers) => numbers.len(),
            Self::Time(times) => times.len(),
        }
    }

    /// The value at a position, as queries and answers write it.
    #[must_use]
    pub fn text(&self, position: usize) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Text(names) => Cow::Borrowed(&*names.get(position)?.name),
            Self::Number(numbers) => Cow::Owned(plain(*numbers.get(position)?)),
            Self::Time(times) => Cow::Borrowed(&*times.get(position)?.text),
        })
    }

    /// All values, as queries and answers write them.
    pub fn texts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        (0..self.len()).filter_map(|position| self.text(position))
    }

    /// The position of the value that `text` names: names whatever their case, numbers however they are written.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<usize> {
        match self {
            Self::Text(names) => names
                .iter()
                .position(|one| one.name.eq_ignore_ascii_case(text)),
            Self::Number(numbers) => numbers.binary_search(&millionths(text)?).ok(),
            Self::Time(times) => times
                .iter()
                .position(|one| one.text.eq_ignore_ascii_case(text)),
        }
    }

    /// Numbers in millionths, or times in seconds: what lies between two of them can be interpolated.
    #[must_use]
    pub fn ordinate(&self, position: usize) -> Option<i64> {
        match self {
            Self::Text(_) => None,
            Self::Number(numbers) => numbers.get(position).copied(),
            Self::Time(times) => times.get(position).map(|time| time.seconds),
        }
    }
}

/// A number in millionths as the shortest decimal: `2050`, `0.5`, `-1.25`.
pub(crate) fn plain(micro: i64) -> String {
    let sign = if micro < 0 { "-" } else { "" };
    let (whole, fraction) = (
        micro.unsigned_abs() / MICRO.unsigned_abs(),
        micro.unsigned_abs() % MICRO.unsigned_abs(),
    );
    if fraction == 0 {
        return format!("{sign}{whole}");
    }
    let text = format!("{sign}{whole}.{fraction:06}");
    text.trim_end_matches('0').to_owned()
}

/// A decimal number of at most six decimals in millionths; none for any other text.
pub(crate) fn millionths(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 12
        || fraction.len() > 6
        || !is_number(whole)
        || !is_number(fraction)
    {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    let micro = whole.checked_mul(MICRO)?.checked_add(fraction)?;
    Some(if negative { -micro } else { micro })
}

fn six() -> u8 {
    6
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_is_found_however_it_is_written() {
        let heights = DimensionValues::Number(vec![-500_000, 2_000_000, 10_000_000]);
        for (text, position) in [
            ("2", Some(1)),
            ("2.0", Some(1)),
            ("+2.000000", Some(1)),
            ("02", Some(1)),
            ("-0.5", Some(0)),
            ("10.", Some(2)),
            ("3", None),
            ("2.0000001", None),
            ("2e0", None),
            ("", None),
            ("-", None),
            ("\u{662}", None),
        ] {
            assert_eq!(heights.find(text), position, "{text}");
        }
        let texts: Vec<_> = heights.texts().collect();
        assert_eq!(texts, ["-0.5", "2", "10"]);
    }

    proptest! {
        #[test]
        fn a_number_is_read_back_as_it_is_written(micro in -999_999_999_999_999_999..1_000_000_000_000_000_000_i64) {
            prop_assert_eq!(millionths(&plain(micro)), Some(micro));
        }
    }
}
