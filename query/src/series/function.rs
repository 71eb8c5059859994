//! Functions that many values are summed up by.

use std::{
    fmt::{self, Display},
    hash::{Hash, Hasher},
    str::FromStr,
};

/// A function of the values of one column in one interval; it knows no others than those that are there.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Function {
    /// The number of values.
    Count,
    /// The earliest value.
    First,
    /// The latest value.
    Last,
    /// The greatest value.
    Max,
    /// The sum by the number of values.
    Mean,
    /// The least value.
    Min,
    /// A value that a share of the others is below.
    Quantile(Quantile),
    /// The sum of the values.
    Sum,
}

/// A share in thousandths of a per cent, from none to all.
#[derive(Clone, Copy, Debug)]
pub struct Quantile {
    share: u32,
    /// It was asked for as the median, and its column is called so.
    is_median: bool,
}

/// A text that no function is called.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "functions are count, first, last, max, mean, median, min, sum, and p with a per cent from 0 to 100 and at most \
     three decimals, as p95 or p99.9"
)]
pub struct NoFunction;

impl Function {
    /// True of those that compute, which needs numbers.
    #[must_use]
    pub fn needs_numbers(self) -> bool {
        self != Self::Count
    }
}

impl Quantile {
    /// The share, from 0 to 1.
    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.share) / f64::from(ALL)
    }
}

/// By the share: the median and half of a hundred are one.
impl PartialEq for Quantile {
    fn eq(&self, other: &Self) -> bool {
        self.share == other.share
    }
}

impl Eq for Quantile {}

impl Hash for Quantile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.share.hash(state);
    }
}

impl FromStr for Function {
    type Err = NoFunction;

    fn from_str(text: &str) -> Result<Self, NoFunction> {
        Ok(match text {
            "count" => Self::Count,
            "first" => Self::First,
            "last" => Self::Last,
            "max" => Self::Max,
            "mean" => Self::Mean,
            "median" => Self::Quantile(Quantile {
                share: ALL / 2,
                is_median: true,
            }),
            "min" => Self::Min,
            "sum" => Self::Sum,
            _ => Self::Quantile(text.strip_prefix('p').ok_or(NoFunction)?.parse()?),
        })
    }
}

impl FromStr for Quantile {
    type Err = NoFunction;

    fn from_str(text: &str) -> Result<Self, NoFunction> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str, most| {
            (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(whole, 3) || !is_number(decimals, 3) {
            return Err(NoFunction);
        }
        let share: u32 = format!("{whole}{decimals:0<3}")
            .parse()
            .or(Err(NoFunction))?;
        if share > ALL {
            return Err(NoFunction);
        }
        Ok(Self {
            share,
            is_median: false,
        })
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "count",
            Self::First => "first",
            Self::Last => "last",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Min => "min",
            Self::Sum => "sum",
            Self::Quantile(quantile) => return quantile.fmt(f),
        })
    }
}

impl Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_median {
            return f.write_str("median");
        }
        let (whole, decimals) = (self.share / 1000, self.share % 1000);
        if decimals == 0 {
            return write!(f, "p{whole}");
        }
        let decimals = format!("{decimals:03}");
        write!(f, "p{whole}.{}", decimals.trim_end_matches('0'))
    }
}

/// A hundred per cent.
const ALL: u32 = 100_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_one_name_each_and_quantiles_a_per_cent() {
        for (text, expected) in [
            ("count", Some("count")),
            ("first", Some("first")),
            ("last", Some("last")),
            ("max", Some("max")),
            ("mean", Some("mean")),
            ("median", Some("median")),
            ("p50", Some("p50")),
            ("min", Some("min")),
            ("sum", Some("sum")),
            ("p0", Some("p0")),
            ("p5", Some("p5")),
            ("p05", Some("p5")),
            ("p99.9", Some("p99.9")),
            ("p99.999", Some("p99.999")),
            ("p2.50", Some("p2.5")),
            ("p0.05", Some("p0.05")),
            ("p100", Some("p100")),
            ("", None),
            ("p", None),
            ("p.5", None),
            ("p5.", None),
            ("p-5", None),
            ("p+5", None),
            ("p1e1", None),
            ("p100.001", None),
            ("p101", None),
            ("p0.0001", None),
            ("p5.5.5", None),
            ("SUM", None),
            ("avg", None),
            ("p\u{0665}", None),
        ] {
            let found = text.parse::<Function>().ok();
            let found = found.map(|function| function.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_median_is_half_of_a_hundred_by_another_name() {
        let function = |text: &str| text.parse::<Function>().unwrap();
        assert_eq!(function("median"), function("p50"));
        assert_ne!(function("median"), function("p50.1"));
    }
}
