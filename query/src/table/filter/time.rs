//! Rows that hold within an interval.

use crate::{
    literal::Literal,
    predicate::{Comparison, Predicate},
    query::Interval,
    schema::{ColumnType, TableSchema, Time},
    table::error::QueryError,
};

use super::compared;

/// Rows of which the time has an instant in common with the interval. A row without a begin or without an end is open on
/// that side, and one without a time is found whenever (OGC 17-069r4, `/req/core/fc-time-response`, C).
pub(super) fn within(table: &TableSchema, interval: Interval) -> Result<Predicate, QueryError> {
    let column = |name: &str| {
        let found = table.column(name);
        let found = found.map(|(at, column)| (at, column.column_type));
        found.ok_or(QueryError::Without("time"))
    };
    let parts = match table.time.as_ref().ok_or(QueryError::Without("time"))? {
        Time::At { column: name } => {
            let (at, column_type) = column(name)?;
            let begin = interval
                .begin
                .map(|begin| ends_from(at, column_type, begin));
            let end = interval.end.map(|end| begins_until(at, column_type, end));
            let within = Predicate::all(begin.into_iter().chain(end));
            let is_timeless = Predicate::IsNull { column: at };
            [Some(Predicate::any([is_timeless, within])), None]
        }
        Time::During { begin, end } => {
            let (begin_at, begin_type) = column(begin)?;
            let (end_at, end_type) = column(end)?;
            let open = |column: usize, bound: Predicate| {
                Predicate::any([Predicate::IsNull { column }, bound])
            };
            let from = interval
                .begin
                .map(|begin| open(end_at, ends_after(end_at, end_type, begin)));
            let until = interval
                .end
                .map(|end| open(begin_at, begins_until(begin_at, begin_type, end)));
            [from, until]
        }
    };
    Ok(Predicate::all(parts.into_iter().flatten()))
}

/// The instant, or the day, does not begin after `end`.
fn begins_until(column: usize, column_type: ColumnType, end: i64) -> Predicate {
    compared(column, Comparison::LessOrEqual, bound(column_type, end))
}

/// The instant is not before `begin`, or the day does not end before it.
fn ends_from(column: usize, column_type: ColumnType, begin: i64) -> Predicate {
    compared(
        column,
        Comparison::GreaterOrEqual,
        bound(column_type, begin),
    )
}

/// The instant, or the begin of the day, is after `begin`: what ends with it is over then.
fn ends_after(column: usize, column_type: ColumnType, begin: i64) -> Predicate {
    compared(column, Comparison::Greater, bound(column_type, begin))
}

/// The instant, or the day that it is in.
fn bound(column_type: ColumnType, instant: i64) -> Literal {
    if column_type == ColumnType::Date {
        let day = instant.div_euclid(DAY_MS);
        let nearest = if day < 0 { i32::MIN } else { i32::MAX };
        Literal::Date(i32::try_from(day).unwrap_or(nearest))
    } else {
        Literal::DateTime(instant)
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_within_its_day_and_one_beyond_all_days_within_the_nearest() {
        for (instant, day) in [
            (-1, -1),
            (0, 0),
            (DAY_MS - 1, 0),
            (DAY_MS, 1),
            (i64::MIN, i32::MIN),
            (i64::MAX, i32::MAX),
        ] {
            assert_eq!(bound(ColumnType::Date, instant), Literal::Date(day));
            let itself = Literal::DateTime(instant);
            assert_eq!(bound(ColumnType::DateTime, instant), itself);
        }
    }
}
