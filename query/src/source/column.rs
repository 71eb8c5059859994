//! Columns of a batch, filled value by value.

use std::{ops::RangeInclusive, sync::Arc};

use arrow_array::{
    ArrayRef,
    builder::{
        BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
        TimestampMillisecondBuilder,
    },
};
use jiff::tz::TimeZone;

use super::{
    evidence::Verdict,
    fault::{Shown, What},
    hints::DecimalMark,
    looks::{boolean, is_exact, is_rounded, number},
    moment::{Instant, NoInstant},
    row::Cell,
    shape::{self, Oddities},
};
use crate::schema::ColumnType;

/// A column on its way into a batch.
pub(super) struct Column {
    pub(super) name: Arc<str>,
    pub(super) verdict: Verdict,
    /// The part that it has in telling rows apart: every row has a value then.
    pub(super) part: Option<&'static str>,
    /// Values that are missing.
    pub(super) nulls: u64,
    /// Times that were finer than milliseconds.
    pub(super) cut: u64,
    /// Numbers that have more digits than a double.
    pub(super) rounded: u64,
    pub(super) oddities: Oddities,
    values: Values,
    /// Rows that have a value or none by now.
    rows: usize,
}

enum Values {
    Binary(BinaryBuilder),
    Boolean(BooleanBuilder),
    Date(Date32Builder),
    DateTime(TimestampMillisecondBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Text(StringBuilder),
}

impl Column {
    pub(super) fn new(name: Arc<str>, verdict: Verdict, part: Option<&'static str>) -> Self {
        let values = match verdict.column_type {
            ColumnType::Boolean => Values::Boolean(BooleanBuilder::new()),
            ColumnType::Date => Values::Date(Date32Builder::new()),
            ColumnType::DateTime => {
                Values::DateTime(TimestampMillisecondBuilder::new().with_timezone("UTC"))
            }
            ColumnType::Geometry => Values::Binary(BinaryBuilder::new()),
            ColumnType::Integer => Values::Integer(Int64Builder::new()),
            ColumnType::Json | ColumnType::Text => Values::Text(StringBuilder::new()),
            ColumnType::Number => Values::Number(Float64Builder::new()),
        };
        Self {
            name,
            verdict,
            part,
            nulls: 0,
            cut: 0,
            rounded: 0,
            oddities: Oddities::default(),
            values,
            rows: 0,
        }
    }

    /// Adds the value of the row at `row`; none where it is of another type.
    pub(super) fn push(
        &mut self,
        row: usize,
        cell: Cell<'_>,
        zone: Option<&TimeZone>,
    ) -> Result<(), What> {
        let pushed = self.try_push(cell, zone);
        if pushed.is_err() {
            self.push_null();
        }
        self.rows = row + 1;
        pushed
    }

    /// Adds that the row at `row` has no value, if nothing was added for it.
    pub(super) fn fill(&mut self, row: usize) -> Result<(), What> {
        if self.rows > row {
            return Ok(());
        }
        self.rows = row + 1;
        self.nulls += 1;
        self.push_null();
        self.part.map_or(Ok(()), |part| Err(What::KeyNull(part)))
    }

    /// The values since the last time.
    pub(super) fn finish(&mut self) -> ArrayRef {
        self.rows = 0;
        match &mut self.values {
            Values::Binary(values) => Arc::new(values.finish()),
            Values::Boolean(values) => Arc::new(values.finish()),
            Values::Date(values) => Arc::new(values.finish()),
            Values::DateTime(values) => Arc::new(values.finish()),
            Values::Integer(values) => Arc::new(values.finish()),
            Values::Number(values) => Arc::new(values.finish()),
            Values::Text(values) => Arc::new(values.finish()),
        }
    }

    fn push_null(&mut self) {
        match &mut self.values {
            Values::Binary(values) => values.append_null(),
            Values::Boolean(values) => values.append_null(),
            Values::Date(values) => values.append_null(),
            Values::DateTime(values) => values.append_null(),
            Values::Integer(values) => values.append_null(),
            Values::Number(values) => values.append_null(),
            Values::Text(values) => values.append_null(),
        }
    }

    fn try_push(&mut self, cell: Cell<'_>, zone: Option<&TimeZone>) -> Result<(), What> {
        let Self {
            verdict, values, ..
        } = self;
        let text = &*cell.text();
        let not = |expected: &str| What::NotA {
            text: Shown::new(text),
            expected: expected.into(),
        };
        match values {
            Values::Text(values) => values.append_value(text),
            Values::Integer(values) => {
                let value = match cell {
                    Cell::Integer(value) => Some(value),
                    _ => text.parse().ok(),
                };
                values.append_value(value.ok_or_else(|| not("whole number"))?);
            }
            Values::Number(values) => {
                let value = match (cell, verdict.decimal) {
                    (Cell::Integer(value), _) if !is_exact(value) => {
                        return Err(not(
                            "number that is kept with all its digits: say type = \"string\" of this [[field]]",
                        ));
                    }
                    (Cell::Real(value), _) => Some(value).filter(|value| value.is_finite()),
                    (Cell::Number(_) | Cell::Integer(_), _) | (_, DecimalMark::Point) => {
                        number(text)
                    }
                    (_, DecimalMark::Comma) if text.contains('.') => None,
                    (_, DecimalMark::Comma) => number(&text.replacen(',', ".", 1)),
                };
                values.append_value(value.ok_or_else(|| match verdict.decimal {
                    DecimalMark::Point => not("number"),
                    DecimalMark::Comma => not("number with a decimal comma"),
                })?);
                let is_written = matches!(cell, Cell::Text(_) | Cell::Number(_));
                self.rounded += u64::from(is_written && is_rounded(text));
            }
            Values::Boolean(values) => {
                values
                    .append_value(boolean(text).ok_or_else(|| not("truth: write true or false"))?);
            }
            Values::Date(values) => {
                let day = match cell {
                    Cell::Day(day) if !DAYS.contains(&day) => return Err(not(YEARS)),
                    Cell::Day(day) => Some(day),
                    _ => verdict.moment.day(text),
                };
                let day = day.ok_or_else(|| not(&format!("day as {}", verdict.moment)))?;
                values.append_value(day);
            }
            Values::DateTime(values) => {
                let instant = match cell {
                    Cell::Instant(ms, _) if !DAYS.contains(&day_of(ms)) => return Err(not(YEARS)),
                    Cell::Instant(ms, is_cut) => Ok(Instant { ms, is_cut }),
                    _ => verdict.moment.instant(text, zone),
                };
                let instant = instant.map_err(|why| match (why, zone) {
                    (NoInstant::Fold | NoInstant::Gap, Some(zone)) => What::Clock {
                        text: Shown::new(text),
                        zone: zone.iana_name().unwrap_or_default().into(),
                        is_fold: why == NoInstant::Fold,
                    },
                    _ => not(&format!("time as {}", verdict.moment)),
                })?;
                self.cut += u64::from(instant.is_cut);
                values.append_value(instant.ms);
            }
            Values::Binary(values) => {
                let admitted = shape::of_cell(cell)?;
                values.append_value(self.oddities.count(admitted));
            }
        }
        Ok(())
    }
}

/// The day that an instant is on; one beyond all days is the last.
fn day_of(ms: i64) -> i32 {
    let day = ms.div_euclid(24 * 60 * 60 * 1_000);
    i32::try_from(day).unwrap_or(i32::MAX)
}

/// Days that RFC 3339 writes, but those of the year 0, counted from 1970. Beyond them lie marks of programs, as infinity is
/// in databases.
const DAYS: RangeInclusive<i32> = -719_162..=2_932_896;
const YEARS: &str = "day of the years 1 to 9999: leave the value out where it stands for none";
