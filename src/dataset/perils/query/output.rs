//! Columns of an answer, and their values from the columns of a cell.

use std::hash::{Hash, Hasher};

use crate::dataset::grid::{ColumnIndex, Columns, Value};

/// Column of an answer, a number for each place: a column of the store, or a point between two of them along a
/// dimension.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutputColumn {
    /// Position of its coverage in [`Subset::coverages`](super::Subset::coverages).
    pub coverage: u32,
    /// Its column, the lower of two.
    pub column: ColumnIndex,
    /// The point between two columns; none when it is a column.
    pub between: Option<Between>,
    /// Positions of its columns in [`Subset::columns`](super::Subset::columns).
    pub(super) lower: u32,
    pub(super) upper: u32,
}

/// A point between two neighbouring values of a dimension, in millionths of its unit or in seconds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Between {
    /// Position of the dimension among those of the coverage.
    pub dimension: u32,
    /// The point.
    pub point: i64,
    /// The value before it.
    pub lower: i64,
    /// The value after it.
    pub upper: i64,
}

impl OutputColumn {
    /// `true` when it is the column that stands at `at` in [`Subset::columns`](super::Subset::columns), as it is.
    pub(super) fn is_column(&self, at: usize) -> bool {
        self.between.is_none() && u32::try_from(at) == Ok(self.lower)
    }

    /// Its value from the values of [`Subset::columns`](super::Subset::columns): linear between two of them.
    #[must_use]
    pub fn value(&self, columns: &[Value]) -> Value {
        let at = |index: u32| {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            columns.get(index).copied().unwrap_or(Value::NotCovered)
        };
        let lower = at(self.lower);
        let Some(between) = self.between else {
            return lower;
        };
        match (lower, at(self.upper)) {
            (Value::Known(low), Value::Known(high)) => Value::Known(between.linear(low, high)),
            (Value::NotCovered, _) | (_, Value::NotCovered) => Value::NotCovered,
            _ => Value::NotApplicable,
        }
    }

    /// Its value along a dimension of `columns`, as answers write it.
    #[must_use]
    pub fn along(&self, columns: &Columns, dimension: usize) -> String {
        if let Some(between) = self.between
            && u32::try_from(dimension) == Ok(between.dimension)
        {
            return crate::dataset::grid::plain(between.point);
        }
        let values = columns.dimensions().get(dimension);
        let position = columns.position(self.column, dimension);
        let text = values
            .zip(position)
            .and_then(|(one, at)| one.values.text(at));
        text.unwrap_or_default().into_owned()
    }

    /// Its name among the columns of a table, as `windspeed100yr_ssp126_2030`.
    #[must_use]
    pub fn name(&self, columns: &Columns) -> String {
        let variable = columns.variable(self.column);
        let mut name = variable.map_or(String::new(), |variable| variable.name.to_string());
        for dimension in 0..columns.dimensions().len() {
            name.push('_');
            name.push_str(&self.along(columns, dimension));
        }
        name
    }
}

impl Between {
    /// The value on the way from `low` to `high`, rounded to the nearest step.
    fn linear(&self, low: i64, high: i64) -> i64 {
        let whole = i128::from(self.upper) - i128::from(self.lower);
        let part = i128::from(self.point) - i128::from(self.lower);
        let doubled = (i128::from(high) - i128::from(low)) * part * 2;
        let way = (doubled + whole).div_euclid(whole * 2);
        // Between two numbers there is no third beyond them.
        low + i64::try_from(way).unwrap_or_default()
    }
}

impl Hash for OutputColumn {
    /// By what names it; the rest follows from that and from the columns beside it.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let column = u64::from(self.coverage) << 32 | u64::from(self.column.number());
        state.write_u64(column);
        if let Some(between) = self.between {
            state.write_i64(between.point);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid::{MICRO, Profile};

    #[test]
    fn a_year_between_two_is_linear_and_rounds_to_the_nearest_step() {
        let columns = &Profile::perils().coverages[0].columns;
        let column = |year: i64| OutputColumn {
            coverage: 0,
            column: columns.index(0, &[0, 2]).unwrap(),
            between: (year < 2050).then(|| Between {
                dimension: 1,
                point: year * MICRO,
                lower: 2040 * MICRO,
                upper: 2050 * MICRO,
            }),
            lower: u32::from(year == 2050),
            upper: 1,
        };
        let value = |year, values: [Value; 2]| column(year).value(&values);
        let known = [Value::Known(100), Value::Known(201)];
        assert_eq!(value(2045, known), Value::Known(151));
        assert_eq!(
            value(2043, [Value::Known(10), Value::Known(35)]),
            Value::Known(18)
        );
        assert_eq!(value(2050, known), Value::Known(201));
        let (nothing, sea) = (Value::NotCovered, Value::NotApplicable);
        assert_eq!(value(2045, [sea, nothing]), nothing);
        assert_eq!(value(2045, [sea, Value::Known(1)]), sea);
        assert_eq!(column(2045).value(&[]), nothing);
        assert_eq!(column(2045).name(columns), "windspeed100yr_ssp126_2045");
        let far = [
            Value::Known(-999_999_999_999_999),
            Value::Known(999_999_999_999_999),
        ];
        assert_eq!(value(2045, far), Value::Known(0));
    }
}
