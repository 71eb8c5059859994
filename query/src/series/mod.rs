//! Series summed up: sums, means and quantiles by local hours, days, weeks, months and years.
//!
//! Rows of a table of series lie one series after the other, and in each by time. So one pass sums them up, and holds no
//! more than one interval of one series.

mod calendar;
mod every;
mod function;
mod zone;

pub use calendar::{Calendar, Interval};
pub use every::{Every, NoResolution};
pub use function::{Function, NoFunction, Quantile};
pub use zone::{UnknownZone, Zone};
