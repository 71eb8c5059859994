//! One number that is wanted of each place, and how it comes from the columns of a cell.

use std::hash::{Hash, Hasher};

use crate::dataset::grid::{Column, Metric, Scenario, Value, Year};

/// One number that is wanted of each place: a column, or a year between two of them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Wanted {
    /// What is measured.
    pub metric: Metric,
    /// The scenario.
    pub scenario: Scenario,
    /// The year.
    pub year: u16,
    /// The two years of the store between which it lies; none when it is one of them.
    pub between: Option<(Year, Year)>,
    /// Where its columns stand in [`Subset::columns`](super::Subset::columns).
    lower: usize,
    upper: usize,
}

impl Wanted {
    /// A number whose columns stand where `place` puts them.
    pub(super) fn new(
        metric: Metric,
        scenario: Scenario,
        year: u16,
        mut place: impl FnMut(Column) -> usize,
    ) -> Self {
        let (lower, upper) = around(year);
        Self {
            metric,
            scenario,
            year,
            between: (lower != upper).then_some((lower, upper)),
            lower: place(Column::new(metric, scenario, lower)),
            upper: place(Column::new(metric, scenario, upper)),
        }
    }

    /// Whether it is the column that stands at `at` in [`Subset::columns`](super::Subset::columns), as it is.
    pub(super) fn is_column(&self, at: usize) -> bool {
        self.between.is_none() && self.lower == at
    }

    /// The value from the values of [`Subset::columns`](super::Subset::columns): linear between two years.
    #[must_use]
    pub fn value(&self, columns: &[Value]) -> Value {
        let at = |index| columns.get(index).copied().unwrap_or(Value::NotCovered);
        let lower = at(self.lower);
        let Some((first, last)) = self.between else {
            return lower;
        };
        match (lower, at(self.upper)) {
            (Value::Known(low), Value::Known(high)) => {
                let whole = i64::from(last.number()) - i64::from(first.number());
                let part = i64::from(self.year) - i64::from(first.number());
                let doubled = (high - low) * part * 2;
                Value::Known(low + (doubled + whole).div_euclid(whole * 2))
            }
            (Value::NotCovered, _) | (_, Value::NotCovered) => Value::NotCovered,
            _ => Value::NotApplicable,
        }
    }

    /// Its name among the columns of a table, as `windspeed100yr_ssp126_2030`.
    #[must_use]
    pub fn name(&self) -> String {
        format!(
            "{}_{}_{}",
            self.metric.name(),
            self.scenario.name(),
            self.year
        )
    }
}

impl Hash for Wanted {
    /// By what names it; the rest follows from that and from what else is wanted.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let year = usize::from(self.year);
        let names = Metric::ALL.len() * Scenario::ALL.len();
        let column = Column::new(self.metric, self.scenario, Year::Y2020).index();
        state.write_usize(year * names + column);
    }
}

/// The years of the store at or around `year`.
fn around(year: u16) -> (Year, Year) {
    let at = |found: Option<Year>| found.unwrap_or(Year::Y2020);
    let lower = Year::ALL.into_iter().rev().find(|one| one.number() <= year);
    let upper = Year::ALL.into_iter().find(|one| one.number() >= year);
    (at(lower), at(upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_between_two_is_linear_and_rounds_to_the_nearest_millionth() {
        let wanted = |year| {
            let place = |column: Column| usize::from(column.year() > Year::Y2040);
            Wanted::new(Metric::WindSpeed100yr, Scenario::Ssp126, year, place)
        };
        let value = |year, values: [Value; 2]| wanted(year).value(&values);
        let known = [Value::Known(100), Value::Known(201)];
        assert_eq!(wanted(2045).between, Some((Year::Y2040, Year::Y2050)));
        assert_eq!(value(2045, known), Value::Known(151));
        assert_eq!(
            value(2043, [Value::Known(10), Value::Known(35)]),
            Value::Known(18)
        );
        assert_eq!(wanted(2050).between, None);
        assert_eq!(value(2050, known), Value::Known(201));
        let (nothing, sea) = (Value::NotCovered, Value::NotApplicable);
        assert_eq!(value(2045, [sea, nothing]), nothing);
        assert_eq!(value(2045, [sea, Value::Known(1)]), sea);
        assert_eq!(wanted(2045).value(&[]), nothing);
    }
}
