//! Questions to a table of series, as they are asked.

use super::{calendar::Interval, every::Every, function::Function, zone::Zone};

/// A question that is not checked yet.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The length of the intervals.
    pub every: Every,
    /// The zone whose clocks they begin by; a table of days has its own and takes no other.
    pub zone: Zone,
    /// The functions, each of every column.
    pub functions: Vec<Function>,
    /// The columns that are summed up, by their places in the table.
    pub columns: Vec<usize>,
    /// The values of intervals without rows.
    pub fill: Fill,
    /// The rows that are summed up together.
    pub by: By,
    /// The time that is asked for.
    pub within: Within,
    /// The shape of the answer: a series is rows, or columns.
    pub shape: Shape,
}

/// Intervals without rows.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Eq,
    PartialEq,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Fill {
    /// They are left out.
    #[default]
    None,
    /// They are there without values.
    Null,
    /// They have the values of the interval before.
    Previous,
}

/// Rows that are summed up together.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum By {
    /// Those of one series.
    #[default]
    Series,
    /// Those of all series that have the same values of these columns; of no columns, all.
    Columns(Vec<usize>),
}

/// A half-open part of time, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Within {
    /// The first instant; none is open.
    pub from: Option<i64>,
    /// The first instant after it; none is open.
    pub until: Option<i64>,
}

/// A table's shape.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Eq,
    PartialEq,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Shape {
    /// A row for each interval of each series.
    #[default]
    Long,
    /// A row for each interval, and columns for each series.
    Wide,
}

impl Within {
    /// The part of it that is in `interval`.
    pub(super) fn part_of(self, interval: Interval) -> Interval {
        Interval {
            start: self
                .from
                .map_or(interval.start, |from| from.max(interval.start)),
            end: self
                .until
                .map_or(interval.end, |until| until.min(interval.end)),
        }
    }
}
