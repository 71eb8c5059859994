//! Values along a dimension, as its own parameter chooses them: the custom dimensions of EDR 1.1, which read as `z` does.

use std::ops::RangeInclusive;

use super::{
    datetime::span,
    given::{known, malformed},
};
use crate::dataset::{
    grid::{Dimension, DimensionValues, millionths},
    perils::Refused,
};

/// The positions of what `text` names: values with commas between them, intervals as `2/10`, `2/..` or `../10`, and
/// numbers at a step as `R4/5/10`.
///
/// # Errors
/// [`Refused::Unknown`] for a value that there is none of, [`Refused::Malformed`] for an interval with none in it.
pub(super) fn chosen(dimension: &Dimension, text: &str) -> Result<Vec<usize>, Refused> {
    let mut chosen = Vec::new();
    for (index, item) in text.split(',').map(str::trim).enumerate() {
        let at = format!("{}[{index}]", dimension.name);
        if let Some(position) = dimension.values.find(item) {
            chosen.push(position);
            continue;
        }
        let found = match &dimension.values {
            DimensionValues::Text(_) => None,
            DimensionValues::Number(numbers) => numbers_in(numbers, item),
            DimensionValues::Time(times) => span(item).map(|span| {
                let seconds = times.iter().map(|time| time.seconds);
                positions(seconds, |second| span.contains(&second))
            }),
        };
        match found {
            Some(found) if found.is_empty() => {
                return Err(malformed(&at, "an interval in which some value lies"));
            }
            Some(found) => chosen.extend(found),
            None => {
                return Err(Refused::Unknown {
                    at,
                    known: known(dimension.values.texts()),
                });
            }
        }
    }
    Ok(chosen)
}

/// The positions of the numbers in an interval or at a step; none when `item` is neither.
fn numbers_in(numbers: &[i64], item: &str) -> Option<Vec<usize>> {
    let each = numbers.iter().copied();
    if let Some(steps) = item.strip_prefix(['R', 'r']) {
        let steps = Steps::read(steps)?;
        return Some(positions(each, |number| steps.has(number)));
    }
    let interval = interval(item)?;
    Some(positions(each, |number| interval.contains(&number)))
}

fn interval(item: &str) -> Option<RangeInclusive<i64>> {
    let (low, high) = item.split_once('/')?;
    let end = |text: &str, open: i64| match text.trim() {
        "" | ".." => Some(open),
        number => millionths(number),
    };
    let (low, high) = (end(low, i64::MIN)?, end(high, i64::MAX)?);
    (low <= high).then_some(low..=high)
}

/// So many numbers, each a step after the other, in millionths.
struct Steps {
    count: i64,
    first: i64,
    step: i64,
}

impl Steps {
    /// Reads `n/first/step`.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('/').map(str::trim);
        let count = parts.next()?;
        let is_count = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
        let steps = Self {
            count: count.parse().ok().filter(|_| is_count)?,
            first: millionths(parts.next()?)?,
            step: millionths(parts.next()?)?,
        };
        (parts.next().is_none() && steps.count > 0 && steps.step > 0).then_some(steps)
    }

    fn has(&self, number: i64) -> bool {
        let beyond = number.checked_sub(self.first).filter(|beyond| *beyond >= 0);
        beyond.is_some_and(|beyond| beyond % self.step == 0 && beyond / self.step < self.count)
    }
}

fn positions(values: impl Iterator<Item = i64>, is_chosen: impl Fn(i64) -> bool) -> Vec<usize> {
    let each = values.enumerate();
    let chosen = each.filter(|(_, value)| is_chosen(*value));
    chosen.map(|(position, _)| position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid::{Instant, MICRO, Named};

    fn dimension(values: DimensionValues) -> Dimension {
        Dimension {
            name: "along".into(),
            values,
            ..Dimension::default()
        }
    }

    fn heights() -> Dimension {
        let numbers = [-5, 0, 5, 10, 15, 20].map(|number| number * MICRO);
        dimension(DimensionValues::Number(numbers.to_vec()))
    }

    fn years() -> Dimension {
        let time = |text: &str, seconds| Instant {
            text: text.into(),
            seconds,
        };
        let times = vec![
            time("1970", 0),
            time("1971", 31_536_000),
            time("1972-02", 65_664_000),
        ];
        dimension(DimensionValues::Time(times))
    }

    fn scenarios() -> Dimension {
        let name = |name: &str| Named {
            name: name.into(),
            definition: "".into(),
        };
        let names = ["low", "high", "a/b"].map(name);
        dimension(DimensionValues::Text(names.to_vec()))
    }

    /// Rows: EDR-8
    #[test]
    fn a_dimension_is_chosen_along_by_values_lists_intervals_and_steps() {
        for (dimension, text, expected) in [
            (heights(), "5", &[2][..]),
            (heights(), "5.0, 20 ,-5", &[2, 5, 0]),
            (heights(), "0/10", &[1, 2, 3]),
            (heights(), "../0", &[0, 1]),
            (heights(), "/0", &[0, 1]),
            (heights(), "14.5/..", &[4, 5]),
            (heights(), "R3/0/10", &[1, 3, 5]),
            (heights(), "r2/-5/5,20", &[0, 1, 5]),
            (heights(), "R99999999/-5/0.5", &[0, 1, 2, 3, 4, 5]),
            (years(), "1971", &[1]),
            (years(), "1972", &[2]),
            (years(), "1970/1971", &[0, 1]),
            (years(), "1971/..", &[1, 2]),
            (scenarios(), "HIGH,low", &[1, 0]),
            (scenarios(), "a/b", &[2]),
        ] {
            assert_eq!(chosen(&dimension, text).unwrap(), expected, "{text}");
        }
    }

    /// Rows: EDR-8
    #[test]
    fn what_a_dimension_has_nothing_of_is_refused() {
        for (dimension, text) in [
            (heights(), "7"),
            (heights(), "5,7"),
            (heights(), ""),
            (heights(), ","),
            (heights(), "*"),
            (heights(), "6/9"),
            (heights(), "10/0"),
            (heights(), "0/10/20"),
            (heights(), "R0/0/10"),
            (heights(), "R3/0/0"),
            (heights(), "R3/0/-5"),
            (heights(), "R+3/0/5"),
            (heights(), "R3/0"),
            (heights(), "R3/0/5/1"),
            (heights(), "R99999999999999999999/0/5"),
            (heights(), "NaN"),
            (heights(), "1e999/1e999"),
            (years(), "1973"),
            (years(), "1971/1970"),
            (years(), "yesterday"),
            (scenarios(), "middle"),
            (scenarios(), "low/high"),
        ] {
            assert!(chosen(&dimension, text).is_err(), "{text}");
        }
    }
}
