//! The pass over batches beside a plain model: rows in a map by group and interval, whose begins come from another
//! library's calendar, and each function in one line.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, ZonedDateTime, tz::TimeZone};
use proptest::prelude::*;

use super::*;

const STEP: i64 = 900_000;

/// Zones whose clocks are put back between one and three in the morning, by whole hours.
const ZONES: [&str; 5] = [
    "UTC",
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Sydney",
];
const LENGTHS: [&str; 8] = ["PT15M", "PT30M", "PT1H", "P1D", "P1W", "P1M", "P3M", "P1Y"];
const FUNCTIONS: [&str; 9] = [
    "count", "first", "last", "max", "mean", "median", "min", "p12.5", "sum",
];

/// Begin and end of the interval that `instant` is in.
fn interval(every: &str, zone: &str, instant: i64) -> (i64, i64) {
    let zone = TimeZone::get(zone).unwrap();
    let at = ZonedDateTime::new(Timestamp::from_millisecond(instant).unwrap(), zone.clone());
    let minutes = match every {
        "PT15M" => 15,
        "PT30M" => 30,
        "PT1H" => 60,
        _ => {
            let date = at.date();
            let (first, length) = match every {
                "P1D" => (date, 1.day()),
                "P1W" => {
                    let after = date.weekday().to_monday_zero_offset();
                    (date - i64::from(after).days(), 1.week())
                }
                "P1M" => (date.first_of_month(), 1.month()),
                "P3M" => {
                    let month = (date.month() - 1) / 3 * 3 + 1;
                    (jiff::civil::date(date.year(), month, 1), 3.months())
                }
                _ => (jiff::civil::date(date.year(), 1, 1), 1.year()),
            };
            let midnight = |date: jiff::civil::Date| {
                let start = date.to_datetime(jiff::civil::Time::midnight());
                zone.to_timestamp(start).unwrap().as_millisecond()
            };
            return (midnight(first), midnight(first + length));
        }
    };
    let length = minutes * 60_000;
    let start = instant - (instant + i64::from(at.offset().seconds()) * 1000).rem_euclid(length);
    (start, start + length)
}

/// A function of values with their times, in the order of series and time.
fn function(name: &str, values: &[(i64, f64)]) -> String {
    let mut sorted: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
    sorted.sort_by(f64::total_cmp);
    let whole = |number: usize| f64::from(u32::try_from(number).unwrap());
    let quantile = |eighths: usize| {
        let place = (sorted.len() - 1) * eighths;
        let low = sorted[place / 8];
        let high = sorted[place.div_ceil(8)];
        low + (high - low) * whole(place % 8) / 8.0
    };
    let sum: f64 = sorted.iter().sum();
    let value = match name {
        "count" => return sorted.len().to_string(),
        _ if sorted.is_empty() => return "-".to_owned(),
        "first" => values.iter().min_by_key(|(time, _)| *time).unwrap().1,
        "last" => values.iter().max_by_key(|(time, _)| *time).unwrap().1,
        "max" => sorted[sorted.len() - 1],
        "min" => sorted[0],
        "mean" => sum / whole(sorted.len()),
        "sum" => sum,
        "median" => quantile(4),
        _ => quantile(1),
    };
    value.to_string()
}

/// A question in words.
#[derive(Clone, Debug)]
struct Asked {
    every: &'static str,
    zone: &'static str,
    functions: Vec<&'static str>,
    fill: Fill,
    by: By,
    within: Within,
}

impl Asked {
    fn wanted(&self, shape: Shape) -> Wanted {
        Wanted {
            columns: vec![3, 4],
            fill: self.fill,
            by: self.by.clone(),
            within: self.within,
            shape,
            ..wanted(self.every, self.zone, &self.functions.join(","))
        }
    }

    fn group(&self, row: &Reading) -> Vec<String> {
        let postcode = || row.postcode.clone().unwrap_or("-".to_owned());
        match &self.by {
            By::Series => vec![row.meter.clone()],
            By::Columns(columns) => columns.iter().map(|_| postcode()).collect(),
        }
    }

    fn has(&self, instant: i64) -> bool {
        self.within.from.is_none_or(|from| from <= instant)
            && self.within.until.is_none_or(|until| instant < until)
    }

    /// The lines of the answer without their names.
    fn lines(&self, rows: &[Reading]) -> Vec<String> {
        let rows = rows.iter().filter(|row| self.has(row.from));
        let mut groups = BTreeMap::<_, Vec<&Reading>>::new();
        for row in rows {
            groups.entry(self.group(row)).or_default().push(row);
        }
        let groups = groups.iter();
        groups
            .flat_map(|(group, rows)| self.group_lines(group, rows))
            .collect()
    }

    fn group_lines(&self, group: &[String], rows: &[&Reading]) -> Vec<String> {
        let mut starts = BTreeMap::<_, Vec<&Reading>>::new();
        for row in rows {
            let interval = interval(self.every, self.zone, row.from);
            starts.entry(interval).or_default().push(row);
        }
        let first = self
            .within
            .from
            .unwrap_or(starts.first_key_value().unwrap().0.0);
        let until = self
            .within
            .until
            .unwrap_or(starts.last_key_value().unwrap().0.1);
        let mut at = first;
        while self.fill != Fill::None && at < until {
            let interval = interval(self.every, self.zone, at);
            starts.entry(interval).or_default();
            at = interval.1;
        }
        // The first row of each series says how far its rows are after a step.
        let meters: BTreeMap<&str, i64> = rows
            .iter()
            .rev()
            .map(|row| (&*row.meter, row.from.rem_euclid(STEP)))
            .collect();
        let mut before = Vec::new();
        let mut lines = Vec::new();
        for ((start, end), rows) in &starts {
            let numbers = |of: fn(&Reading) -> Option<f64>| -> Vec<(i64, f64)> {
                rows.iter()
                    .filter_map(|row| Some((row.from, of(row)?)))
                    .collect()
            };
            let columns = [
                numbers(|row| row.kwh),
                numbers(|row| {
                    row.pulses
                        .map(|pulses| f64::from(i32::try_from(pulses).unwrap()))
                }),
            ];
            let values = columns
                .iter()
                .flat_map(|values| self.functions.iter().map(|name| function(name, values)));
            let mut values: Vec<_> = values.collect();
            if self.fill == Fill::Previous {
                for (value, before) in values.iter_mut().zip(&before) {
                    if value == "-" {
                        *value = String::clone(before);
                    }
                }
            }
            before.clone_from(&values);
            let expected = meters
                .values()
                .map(|phase| self.expected(*start, *end, *phase));
            let expected: usize = expected.sum();
            let zone = Zone::named(self.zone).unwrap();
            let text = |instant| {
                let text = zone.rfc3339(instant).unwrap();
                format!("{}{}", &text[..16], &text[19..])
            };
            let interval = [text(*start), text(*end)];
            let parts = group.iter().chain(&interval).chain(&values).cloned();
            lines.push(
                parts
                    .chain([expected.to_string()])
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }
        lines
    }

    /// Steps of an interval, one by one.
    fn expected(&self, start: i64, end: i64, phase: i64) -> usize {
        let first = (start - phase).div_euclid(STEP) * STEP + phase;
        let steps = (first..end).step_by(usize::try_from(STEP).unwrap());
        steps
            .filter(|step| start <= *step && self.has(*step))
            .count()
    }
}

fn asked(begin: i64) -> impl Strategy<Value = Asked> {
    let within = prop::option::of(0..40_i64 * 96);
    let functions = prop::sample::subsequence(FUNCTIONS.to_vec(), 1..6);
    let by = prop::sample::select(vec![By::Series, By::Columns(vec![]), By::Columns(vec![1])]);
    let fill = prop::sample::select(vec![Fill::None, Fill::Null, Fill::Previous]);
    let words = (
        prop::sample::select(&LENGTHS[..]),
        prop::sample::select(&ZONES[..]),
    );
    (words, functions, fill, by, (within.clone(), within)).prop_map(
        move |((every, zone), functions, fill, by, (from, until))| {
            let instant = |quarters| begin + quarters * STEP + 1;
            Asked {
                every,
                zone,
                functions,
                fill,
                by,
                within: Within {
                    from: from.map(instant),
                    until: until.map(instant),
                },
            }
        },
    )
}

/// Rows of some meters with gaps short and long; values are quarters, of which no sum loses anything.
fn readings(begin: i64) -> impl Strategy<Value = Vec<Reading>> {
    let row = (
        prop_oneof![9 => 1..3_i64, 1 => 1..500_i64],
        prop::option::weighted(0.9, -40..40_i32),
        prop::option::weighted(0.9, -9..9_i64),
    );
    let series = (
        0..40_i64,
        prop::sample::select(vec![None, Some("AB1"), Some("ZE2")]),
        prop::sample::select(vec![0, 60_000]),
        prop::collection::vec(row, 0..80),
    );
    prop::collection::vec(series, 0..5).prop_map(move |all| {
        let mut rows = Vec::new();
        for (number, (start, postcode, phase, series)) in all.into_iter().enumerate() {
            let mut from = begin + start * STEP + phase;
            for (gap, kwh, pulses) in series {
                from += gap * STEP;
                rows.push(Reading {
                    meter: format!("m{number}"),
                    postcode: postcode.map(str::to_owned),
                    from,
                    kwh: kwh.map(|kwh| f64::from(kwh) / 4.0),
                    pulses,
                });
            }
        }
        rows
    })
}

/// Rows and a question, around a day on which clocks are put forward or back.
fn case() -> impl Strategy<Value = (Vec<Reading>, Asked)> {
    let begins = ["2026-03-01T00:00:00Z", "2026-09-28T00:00:00Z"].map(instant);
    prop::sample::select(begins.to_vec()).prop_flat_map(|begin| (readings(begin), asked(begin)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn sums_are_those_of_the_model((rows, asked) in case(), size in 1..50_usize) {
        let question = Aggregation::new(&meters(Some(900_000)), asked.wanted(Shape::Long)).unwrap();
        let answer = aggregate(batches(&rows, size), &question, LIMITS).unwrap();
        let found = lines(answer).unwrap();
        prop_assert_eq!(&found[1..], asked.lines(&rows));
    }

    #[test]
    fn wide_answers_have_the_values_of_long_ones((rows, asked) in case(), size in 1..50_usize) {
        let answer = |shape| {
            let wanted = Wanted {
                columns: vec![3],
                functions: vec![asked.functions[0].parse().unwrap()],
                fill: Fill::None,
                by: By::Series,
                ..asked.wanted(shape)
            };
            let question = Aggregation::new(&meters(None), wanted).unwrap();
            lines(aggregate(batches(&rows, size), &question, LIMITS).unwrap()).unwrap()
        };
        let [long, wide] = [Shape::Long, Shape::Wide].map(answer);
        let words = |line: &String| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut expected = BTreeMap::<_, BTreeMap<_, _>>::new();
        for line in long[1..].iter().map(words) {
            let [meter, start, end, value] = line.try_into().unwrap();
            expected.entry([start, end]).or_default().insert(meter, value);
        }
        let names = words(&wide[0]);
        prop_assert_eq!(wide.len() - 1, expected.len());
        for line in wide[1..].iter().map(words) {
            let values = &expected[&[line[0].clone(), line[1].clone()]];
            for (name, value) in names.iter().zip(&line).skip(2) {
                let none = if asked.functions[0] == "count" { "0" } else { "-" };
                prop_assert_eq!(value, values.get(name).map_or(none, |value| value));
            }
        }
    }

    #[test]
    fn the_latest_rows_are_those_of_the_model((rows, asked) in case(), size in 1..50_usize) {
        let table = meters(None);
        let latest = Latest::of(batches(&rows, size), &table.arrow(), &table, asked.within).unwrap();
        let mut expected = BTreeMap::new();
        for row in rows.iter().filter(|row| asked.has(row.from)) {
            expected.insert(row.meter.clone(), row.clone());
        }
        let expected: Vec<_> = expected.into_values().collect();
        let found: Vec<_> = latest.map(Result::unwrap).collect();
        let expected = (!expected.is_empty()).then(|| batch(&expected));
        let columns = |batches: &[RecordBatch]| {
            let columns = batches.iter().map(|batch| batch.columns().to_vec());
            columns.collect::<Vec<_>>()
        };
        prop_assert_eq!(columns(&found), columns(expected.as_slice()));
    }
}
