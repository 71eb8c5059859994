//! Answers to data queries that ask for statistics: JSON, and a long table as CSV.

mod json;
mod media;
mod send;
mod table;

#[cfg(test)]
mod tests;

use crate::dataset::{
    edr::{AreaStatistics, ColumnStatistics, Side, Statistic},
    grid::{Columns, Dimension, Variable},
};

pub use media::Format;
pub(crate) use send::answer;

use super::number::push_decimal;

/// A column with what its numbers are of.
struct Line<'s> {
    statistics: &'s AreaStatistics,
    of_column: &'s ColumnStatistics,
    variable: &'s Variable,
}

/// A number of an answer, in decimal.
struct Number<'s> {
    /// The name of the statistic, or the side of a limit.
    name: &'static str,
    /// The limit, as it was written.
    limit: Option<&'s str>,
    /// None where there is no value to make it of.
    value: Option<String>,
    /// Unit in UCUM.
    unit: &'s str,
}

fn lines(statistics: &AreaStatistics) -> impl Iterator<Item = Line<'_>> {
    let variables = statistics.selection().columns().variables();
    let each = statistics.columns().iter();
    each.filter_map(move |of_column| {
        Some(Line {
            statistics,
            of_column,
            variable: variables.get(of_column.variable)?,
        })
    })
}

impl<'s> Line<'s> {
    fn columns(&self) -> &'s Columns {
        self.statistics.selection().columns()
    }

    /// The dimensions, each with the position along it.
    fn along(&self) -> impl Iterator<Item = (&'s Dimension, usize)> {
        let dimensions = self.columns().dimensions().iter();
        dimensions.zip(self.columns().positions(self.of_column.column))
    }

    /// The numbers that are wanted, the shares beyond limits last.
    fn numbers(&self) -> impl Iterator<Item = Number<'s>> {
        let wanted = self.statistics.wanted();
        let (of_column, limits) = (self.of_column, wanted.limits.iter());
        let shares = limits.zip(of_column.beyond()).map(|(limit, share)| Number {
            name: Side::name(limit.side),
            limit: Some(&limit.text),
            value: share.map(|share| share.to_string()),
            unit: A_NUMBER,
        });
        let statistics = wanted.statistics.iter().map(|one| self.number(*one));
        statistics.collect::<Vec<_>>().into_iter().chain(shares)
    }

    fn number(&self, statistic: Statistic) -> Number<'s> {
        let found = self.of_column.of_values();
        let decimals = self.variable.decimals;
        let exact = |steps: i64| {
            let mut text = Vec::new();
            push_decimal(&mut text, steps, decimals);
            String::from_utf8(text).unwrap_or_default()
        };
        let value = match statistic {
            Statistic::Count => Some(found.known().to_string()),
            Statistic::Covered => self
                .statistics
                .covered(self.of_column)
                .map(|share| share.to_string()),
            Statistic::Max => found.greatest().map(exact),
            Statistic::Mean => found
                .mean()
                .map(|steps| (steps / 10_f64.powi(decimals.into())).to_string()),
            Statistic::Min => found.least().map(exact),
            Statistic::Missing => Some(found.missing().to_string()),
        };
        let unit = match statistic {
            Statistic::Max | Statistic::Mean | Statistic::Min => &*self.variable.unit,
            Statistic::Count | Statistic::Covered | Statistic::Missing => A_NUMBER,
        };
        Number {
            name: statistic.name(),
            limit: None,
            value,
            unit,
        }
    }
}

/// The unit of numbers without one (UCUM §2.2 `1`).
const A_NUMBER: &str = "1";
