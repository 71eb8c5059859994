//! Values of one column in one interval, as far as the functions need them.

use std::ops::Range;

use arrow_array::{Array, ArrayRef, PrimitiveArray, cast::AsArray};

use super::{
    function::Function,
    number::{Number, Outcome, quantile_of},
};

/// Values of a column.
#[derive(Clone, Debug)]
pub(super) enum Totals {
    Integers(Summed<i64>),
    Numbers(Summed<f64>),
    /// Values that are counted alone.
    Others(u64),
}

/// The facts that functions need beside sum and count, which cost nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    /// The least and the greatest value.
    extremes: bool,
    /// The first and the last value.
    ends: bool,
    /// All values.
    values: bool,
}

/// Numbers of one type.
#[derive(Clone, Debug)]
pub(super) struct Summed<T: Number> {
    needs: Needs,
    count: u64,
    sum: T::Sum,
    extremes: Option<(T, T)>,
    first: Option<(i64, T)>,
    last: Option<(i64, T)>,
    values: Vec<T>,
}

/// A sum that its type has no room for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Overflow;

impl Needs {
    pub(super) fn of(functions: &[Function]) -> Self {
        let mut needs = Self::default();
        for function in functions {
            match function {
                Function::Min | Function::Max => needs.extremes = true,
                Function::First | Function::Last => needs.ends = true,
                Function::Quantile(_) => needs.values = true,
                Function::Count | Function::Mean | Function::Sum => {}
            }
        }
        needs
    }
}

impl Totals {
    pub(super) fn integers(needs: Needs) -> Self {
        Self::Integers(Summed::new(needs))
    }

    pub(super) fn numbers(needs: Needs) -> Self {
        Self::Numbers(Summed::new(needs))
    }

    /// Adds the rows of `range`, whose times are `times`.
    pub(super) fn add(&mut self, column: &ArrayRef, range: Range<usize>, times: &[i64]) {
        match self {
            Self::Integers(summed) => summed.add(column, range, times),
            Self::Numbers(summed) => summed.add(column, range, times),
            Self::Others(count) => {
                let nulls = column
                    .nulls()
                    .map(|nulls| nulls.slice(range.start, range.len()));
                let nulls = nulls.map_or(0, |nulls| nulls.null_count());
                *count += count_of(range.len() - nulls);
            }
        }
    }

    /// Values that are kept.
    pub(super) fn kept(&self) -> usize {
        match self {
            Self::Integers(summed) => summed.values.len(),
            Self::Numbers(summed) => summed.values.len(),
            Self::Others(_) => 0,
        }
    }

    /// As it was before the first value; memory is kept for the next.
    pub(super) fn clear(&mut self) {
        match self {
            Self::Integers(summed) => summed.clear(),
            Self::Numbers(summed) => summed.clear(),
            Self::Others(count) => *count = 0,
        }
    }

    /// The value of each function.
    ///
    /// # Errors
    /// [`Overflow`] of a sum or a mean.
    pub(super) fn outcomes(
        &mut self,
        functions: &[Function],
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), Overflow> {
        match self {
            Self::Integers(summed) => summed.outcomes(functions, outcomes),
            Self::Numbers(summed) => summed.outcomes(functions, outcomes),
            Self::Others(count) => {
                let count = Outcome::Integer(i64::try_from(*count).or(Err(Overflow))?);
                outcomes.extend(functions.iter().map(|_| count));
                Ok(())
            }
        }
    }
}

impl<T: Number> Summed<T> {
    fn new(needs: Needs) -> Self {
        Self {
            needs,
            count: 0,
            sum: T::Sum::default(),
            extremes: None,
            first: None,
            last: None,
            values: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.values.clear();
        let values = std::mem::take(&mut self.values);
        *self = Self::new(self.needs);
        self.values = values;
    }

    fn add(&mut self, column: &ArrayRef, range: Range<usize>, times: &[i64]) {
        let column: &PrimitiveArray<T::Arrow> = column.as_primitive();
        let Some(values) = column.values().get(range.clone()) else {
            return;
        };
        match column.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => self.add_all(values.iter().copied().zip(times.iter().copied())),
            Some(nulls) => {
                let valid = range.map(|row| nulls.is_valid(row));
                let all = values.iter().copied().zip(times.iter().copied()).zip(valid);
                self.add_all(
                    all.filter(|(_, is_valid)| *is_valid)
                        .map(|(value, _)| value),
                );
            }
        }
    }

    fn add_all(&mut self, values: impl Iterator<Item = (T, i64)> + Clone) {
        let mut sum = self.sum.clone();
        let mut count = 0;
        for (value, _) in values.clone() {
            T::add(&mut sum, value);
            count += 1;
        }
        self.sum = sum;
        self.count += count;
        if self.needs.extremes {
            values.clone().for_each(|(value, _)| self.extreme(value));
        }
        if self.needs.ends {
            values
                .clone()
                .for_each(|(value, time)| self.end(value, time));
        }
        if self.needs.values {
            self.values.extend(values.map(|(value, _)| value));
        }
    }

    fn extreme(&mut self, value: T) {
        let (least, greatest) = self.extremes.get_or_insert((value, value));
        if value < *least {
            *least = value;
        }
        if value > *greatest {
            *greatest = value;
        }
    }

    /// Of two series that have a value at one time the first begins, and the last ends.
    fn end(&mut self, value: T, time: i64) {
        if self.first.is_none_or(|(first, _)| time < first) {
            self.first = Some((time, value));
        }
        if self.last.is_none_or(|(last, _)| time >= last) {
            self.last = Some((time, value));
        }
    }

    fn outcomes(
        &mut self,
        functions: &[Function],
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), Overflow> {
        T::sort(&mut self.values);
        for function in functions {
            outcomes.push(self.outcome(*function)?);
        }
        Ok(())
    }

    fn outcome(&self, function: Function) -> Result<Outcome, Overflow> {
        if function == Function::Count {
            return Ok(Outcome::Integer(
                i64::try_from(self.count).or(Err(Overflow))?,
            ));
        }
        if self.count == 0 {
            return Ok(Outcome::None);
        }
        let value = |value: Option<T>| value.map_or(Outcome::None, T::outcome);
        Ok(match function {
            Function::First => value(self.first.map(|(_, value)| value)),
            Function::Last => value(self.last.map(|(_, value)| value)),
            Function::Min => value(self.extremes.map(|(least, _)| least)),
            Function::Max => value(self.extremes.map(|(_, greatest)| greatest)),
            Function::Quantile(quantile) => {
                quantile_of(&self.values, quantile).map_or(Outcome::None, Outcome::Number)
            }
            Function::Mean => Outcome::Number(T::mean(&self.sum, self.count).ok_or(Overflow)?),
            Function::Sum | Function::Count => T::total(&self.sum).ok_or(Overflow)?,
        })
    }
}

/// Rows as they are counted.
pub(super) fn count_of(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Float64Array, Int64Array, StringArray};

    use super::*;

    fn outcomes(column: &ArrayRef, functions: &str) -> Result<Vec<Outcome>, Overflow> {
        let functions: Vec<Function> = functions
            .split(',')
            .map(|name| name.parse().unwrap())
            .collect();
        let needs = Needs::of(&functions);
        let mut totals = match column.data_type() {
            arrow_schema::DataType::Float64 => Totals::numbers(needs),
            arrow_schema::DataType::Int64 => Totals::integers(needs),
            _ => Totals::Others(0),
        };
        let times: Vec<i64> = (0..).take(column.len()).collect();
        let half = column.len() / 2;
        totals.add(column, 0..half, &times[..half]);
        totals.add(column, half..column.len(), &times[half..]);
        let mut found = Vec::new();
        totals.outcomes(&functions, &mut found).map(|()| found)
    }

    #[test]
    fn functions_are_of_the_values_that_are_there() {
        let numbers: ArrayRef = Arc::new(Float64Array::from(vec![
            Some(4.0),
            None,
            Some(1.0),
            Some(2.5),
            None,
        ]));
        let found = outcomes(
            &numbers,
            "count,sum,mean,min,max,first,last,p0,p25,median,p100",
        )
        .unwrap();
        let expected = [7.5, 2.5, 1.0, 4.0, 4.0, 2.5, 1.0, 1.75, 2.5, 4.0].map(Outcome::Number);
        assert_eq!(found[0], Outcome::Integer(3));
        assert_eq!(found[1..], expected);
        let integers: ArrayRef = Arc::new(Int64Array::from(vec![7, -3, 5, 1]));
        let found = outcomes(&integers, "count,sum,min,max,first,last,mean,p50").unwrap();
        let expected = [4, 10, -3, 7, 7, 1].map(Outcome::Integer);
        assert_eq!(found[..6], expected);
        assert_eq!(found[6..], [2.5, 3.0].map(Outcome::Number));
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("b")]));
        assert_eq!(outcomes(&texts, "count").unwrap(), [Outcome::Integer(2)]);
    }

    #[test]
    fn of_no_values_there_is_the_count_alone() {
        let none: ArrayRef = Arc::new(Float64Array::from(vec![None, None]));
        let found = outcomes(&none, "count,sum,mean,min,first,p50").unwrap();
        assert_eq!(found[0], Outcome::Integer(0));
        assert_eq!(found[1..], [Outcome::None; 5]);
    }

    #[test]
    fn a_sum_that_has_no_room_is_told_and_its_greatest_value_is_not_lost() {
        let most: ArrayRef = Arc::new(Int64Array::from(vec![i64::MAX, i64::MAX]));
        assert_eq!(outcomes(&most, "sum"), Err(Overflow));
        assert_eq!(
            outcomes(&most, "max").unwrap(),
            [Outcome::Integer(i64::MAX)]
        );
        let mean = outcomes(&most, "mean").unwrap();
        assert_eq!(mean, [Outcome::Number(9_223_372_036_854_775_807.0)]);
        let most: ArrayRef = Arc::new(Float64Array::from(vec![f64::MAX, f64::MAX]));
        assert_eq!(outcomes(&most, "sum"), Err(Overflow));
        assert_eq!(outcomes(&most, "p50").unwrap(), [Outcome::Number(f64::MAX)]);
    }

    #[test]
    fn sums_of_many_decimals_lose_nothing_by_rounding() {
        let many: ArrayRef = Arc::new(Float64Array::from(vec![0.1; 1_000_000]));
        assert_eq!(
            outcomes(&many, "sum").unwrap(),
            [Outcome::Number(100_000.0)]
        );
        let apart: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 1e100, 1.0, -1e100]));
        assert_eq!(outcomes(&apart, "sum").unwrap(), [Outcome::Number(2.0)]);
    }
}
