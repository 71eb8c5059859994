//! Rows of series that lie between the steps of the others, such as 00:17 among half hours.
//!
//! The clock that the steps are seen on is that of the zone, so that days begin at its midnight. Where the first step
//! is, at the hour or five past it, is what most rows say.

use arrow_array::{
    RecordBatch,
    cast::AsArray,
    types::{Date32Type, TimestampMillisecondType},
};
use jiff::{Timestamp, tz::TimeZone};

use crate::schema::{Kind, TableSchema, Time};

/// The times of a series, by their distances from whole steps.
pub(super) struct Steps {
    column: Box<str>,
    step: i64,
    clock: Clock,
    seen: Vec<Distance>,
    /// Those of which there are too many to tell them apart.
    others: Distance,
}

/// Rows that lie behind whole steps by the same time.
#[derive(Clone, Copy, Debug, Default)]
struct Distance {
    ms: i64,
    rows: u64,
    /// The first of the rows, by its number and its time.
    first: Option<(u64, i64)>,
}

/// Rows between the steps of the others.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Between {
    /// The number of them.
    pub(super) rows: u64,
    /// The number of the first.
    pub(super) first: u64,
    /// The time of the first.
    pub(super) time: String,
    /// The column of times.
    pub(super) column: Box<str>,
}

impl Steps {
    /// The steps of `table`, if it is a series that has some.
    pub(super) fn of(table: &TableSchema, zone: Option<&TimeZone>) -> Option<Self> {
        let step = i64::try_from(table.step_ms?).ok()?;
        match (table.kind, &table.time) {
            (Kind::Series, Some(Time::At { column })) if step > 0 => Some(Self {
                column: column.clone(),
                step,
                clock: Clock::new(zone.cloned().unwrap_or(TimeZone::UTC)),
                seen: Vec::new(),
                others: Distance::default(),
            }),
            _ => None,
        }
    }

    /// Looks at the rows of `batch`, the first of which is the row `first` of all.
    pub(super) fn look(&mut self, batch: &RecordBatch, first: u64) {
        let Some(times) = batch.column_by_name(&self.column) else {
            return;
        };
        let rows = first..;
        if let Some(times) = times.as_primitive_opt::<TimestampMillisecondType>() {
            for (row, time) in rows.zip(times).filter_map(|(row, time)| Some((row, time?))) {
                let local = self.clock.at(time);
                self.see(row, time, local);
            }
        } else if let Some(days) = times.as_primitive_opt::<Date32Type>() {
            for (row, day) in rows.zip(days).filter_map(|(row, day)| Some((row, day?))) {
                let time = i64::from(day) * DAY_MS;
                self.see(row, time, time);
            }
        }
    }

    fn see(&mut self, row: u64, time: i64, local: i64) {
        let ms = local.rem_euclid(self.step);
        let at = self.seen.iter().position(|seen| seen.ms == ms);
        let at = at.unwrap_or_else(|| {
            if self.seen.len() < MOST_DISTANCES {
                self.seen.push(Distance {
                    ms,
                    ..Distance::default()
                });
            }
            self.seen.len() - 1
        });
        let seen = self.seen.get_mut(at).filter(|seen| seen.ms == ms);
        let seen = seen.unwrap_or(&mut self.others);
        seen.rows += 1;
        seen.first.get_or_insert((row, time));
    }

    /// The rows that do not lie where most do; none where all lie alike.
    pub(super) fn between(&self) -> Option<Between> {
        // Of as many rows the distance that was seen first.
        let most = self.seen.iter().rev().max_by_key(|seen| seen.rows)?;
        let all = self.seen.iter().chain([&self.others]);
        let off = all.filter(|seen| !std::ptr::eq(*seen, most));
        let rows = off.clone().map(|seen| seen.rows).sum();
        let (first, time) = off.filter_map(|seen| seen.first).min()?;
        Some(Between {
            rows,
            first,
            time: Timestamp::from_millisecond(time)
                .map_or_else(|_| format!("{time} ms since 1970"), |time| time.to_string()),
            column: self.column.clone(),
        })
    }
}

/// The clock of a zone, which is asked anew when it changes alone.
struct Clock {
    zone: TimeZone,
    /// The time in which the distance from UTC is known, and that distance.
    known: (i64, i64, i64),
}

impl Clock {
    fn new(zone: TimeZone) -> Self {
        let known = (0, 0, 0);
        Self { zone, known }
    }

    /// The milliseconds that the clock shows at `time`.
    fn at(&mut self, time: i64) -> i64 {
        let (begin, end, _) = self.known;
        if !(begin..end).contains(&time) {
            self.known = self.ask(time);
        }
        let (.., offset) = self.known;
        time + offset
    }

    fn ask(&self, time: i64) -> (i64, i64, i64) {
        let Ok(at) = Timestamp::from_millisecond(time) else {
            return (time, time, 0);
        };
        let changes = self.zone.following(at).next();
        let end = changes.map_or(i64::MAX, |change| change.timestamp().as_millisecond());
        let offset = i64::from(self.zone.to_offset(at).seconds()) * 1_000;
        (time, end, offset)
    }
}

const DAY_MS: i64 = 86_400_000;
/// Distances from whole steps that are told apart.
const MOST_DISTANCES: usize = 64;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Date32Array, TimestampMillisecondArray};

    use super::*;
    use crate::{schema::Column, schema::ColumnType, source::zone};

    fn table(step_ms: u64) -> TableSchema {
        TableSchema {
            kind: Kind::Series,
            columns: vec![Column {
                is_nullable: false,
                ..Column::new("at", ColumnType::DateTime)
            }],
            key: vec![],
            time: Some(Time::At {
                column: "at".into(),
            }),
            geometry: None,
            step_ms: Some(step_ms),
        }
    }

    /// The number of rows between steps, and the first of them.
    fn between(step_ms: u64, zone_name: Option<&str>, times: &[&str]) -> Option<(u64, u64)> {
        let zone = zone_name.map(|name| zone(name).unwrap());
        let mut steps = Steps::of(&table(step_ms), zone.as_ref()).unwrap();
        let times = times.iter().map(|time| {
            let time: Timestamp = time.parse().unwrap();
            time.as_millisecond()
        });
        let times: ArrayRef = Arc::new(TimestampMillisecondArray::from_iter_values(times));
        steps.look(&RecordBatch::try_from_iter([("at", times)]).unwrap(), 0);
        steps.between().map(|between| (between.rows, between.first))
    }

    const HALF_HOUR: u64 = 1_800_000;
    const DAY: u64 = 86_400_000;

    #[test]
    fn rows_that_lie_where_most_do_not_are_between_steps() {
        let on = [
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:30:00Z",
            "2026-01-02T07:00:00Z",
        ];
        assert_eq!(between(HALF_HOUR, None, &on), None);
        let off = [
            &on[..],
            &["2026-01-01T00:17:00Z", "2026-01-01T01:29:59.999Z"],
        ]
        .concat();
        assert_eq!(between(HALF_HOUR, None, &off), Some((2, 3)));
        // Five past all along is no place between.
        let late = [
            "2026-01-01T00:05:00Z",
            "2026-01-01T00:35:00Z",
            "2026-01-01T01:00:00Z",
        ];
        assert_eq!(between(HALF_HOUR, None, &late), Some((1, 2)));
        assert_eq!(between(HALF_HOUR, None, &late[..2]), None);
    }

    #[test]
    fn days_begin_at_midnight_of_the_zone_in_winter_and_summer() {
        let days = [
            "2026-03-28T00:00:00Z",
            "2026-03-29T00:00:00Z",
            "2026-03-29T23:00:00Z",
            "2026-10-25T23:00:00Z",
        ];
        assert_eq!(between(DAY, Some("Europe/London"), &days[..3]), None);
        assert_eq!(between(DAY, None, &days[..3]), Some((1, 2)));
        // The clock has gone back at the end of October.
        assert_eq!(between(DAY, Some("Europe/London"), &days), Some((1, 3)));
        let earlier = [
            "2026-07-01T23:00:00Z",
            "2026-01-01T00:00:00Z",
            "2026-07-02T23:00:00Z",
        ];
        assert_eq!(between(DAY, Some("Europe/London"), &earlier), None);
        let quarters = ["2026-01-01T00:15:00Z", "2026-01-01T00:45:00Z"];
        assert_eq!(between(HALF_HOUR, Some("Asia/Kathmandu"), &quarters), None);
    }

    #[test]
    fn times_all_over_a_step_are_counted_and_not_kept() {
        let mut steps = Steps::of(&table(DAY), None).unwrap();
        for (row, minute) in (0..200).zip(0..) {
            let time = minute * 60_000;
            steps.see(row, time, time);
        }
        steps.see(200, DAY_MS, DAY_MS);
        let between = steps.between().unwrap();
        assert_eq!((between.rows, between.first), (199, 1));
        assert_eq!(steps.seen.len(), MOST_DISTANCES);
    }

    #[test]
    fn days_of_a_calendar_are_steps_of_days() {
        let mut steps = Steps::of(&table(2 * DAY), None).unwrap();
        let days: ArrayRef = Arc::new(Date32Array::from(vec![0, 2, 5, 6]));
        steps.look(&RecordBatch::try_from_iter([("at", days)]).unwrap(), 10);
        let between = steps.between().unwrap();
        assert_eq!(
            (between.rows, between.first, &*between.time),
            (1, 12, "1970-01-06T00:00:00Z")
        );
    }

    #[test]
    fn what_has_no_steps_has_nothing_between() {
        let records = TableSchema {
            kind: Kind::Records,
            ..table(HALF_HOUR)
        };
        let free = TableSchema {
            step_ms: None,
            ..table(HALF_HOUR)
        };
        assert!(Steps::of(&records, None).is_none() && Steps::of(&free, None).is_none());
    }
}
