//! Series summed up: sums, means and quantiles by local hours, days, weeks, months and years.
//!
//! Rows of a table of series lie one series after the other, and in each by time. So one pass sums them up, and holds no
//! more than one interval of one series, unless series are summed up together or side by side.

mod by_columns;
mod by_series;
mod calendar;
mod every;
mod fault;
mod fields;
mod function;
mod group;
mod latest;
mod long;
mod number;
mod pieces;
mod question;
mod rows;
mod segments;
mod totals;
mod wanted;
mod wide;
mod zone;

#[cfg(test)]
mod tests;

use std::error::Error;

use arrow_array::{RecordBatch, RecordBatchReader};

pub use calendar::{Calendar, Interval};
pub use every::{Every, NoResolution};
pub use fault::Fault;
pub use function::{Function, NoFunction, Quantile};
pub use latest::Latest;
pub use question::{Aggregation, Refused};
pub use rows::Limits;
pub use wanted::{By, Fill, Shape, Wanted, Within};
pub use zone::{UnknownZone, Zone};

use by_columns::ByColumns;
use by_series::BySeries;
use long::Long;
use wide::Wide;

/// The answer to `question`, from `batches` of its table in the order of series and time, which have at least the columns
/// that it reads. Rows out of order, and what is found wrong later, end it with an error that has a [`Fault`].
///
/// # Errors
/// [`Fault`] of an answer that is made whole before it begins: one that is wide.
pub fn aggregate<I, E>(
    batches: I,
    question: &Aggregation,
    limits: Limits,
) -> Result<Box<dyn RecordBatchReader + Send>, Fault>
where
    I: Iterator<Item = Result<RecordBatch, E>> + Send + 'static,
    E: Error + Send + Sync + 'static,
{
    let of = question.clone();
    Ok(match (&question.by, question.shape) {
        (By::Series, Shape::Long) => {
            Box::new(Long::of(BySeries::of(batches, of, limits), question))
        }
        (By::Columns(_), Shape::Long) => {
            Box::new(Long::of(ByColumns::of(batches, of, limits), question))
        }
        (By::Series, Shape::Wide) => {
            let rows = BySeries::of(batches, question.unfilled(), limits);
            Box::new(Wide::of(rows, question, limits)?)
        }
        (By::Columns(_), Shape::Wide) => {
            let rows = ByColumns::of(batches, question.unfilled(), limits);
            Box::new(Wide::of(rows, question, limits)?)
        }
    })
}
