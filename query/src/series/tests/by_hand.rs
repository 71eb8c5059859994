//! Sums that can be done by hand.

use super::*;
use crate::series::long::BATCH;

const HALF_HOUR: Option<u64> = Some(1_800_000);

#[test]
fn local_days_have_46_half_hours_or_50_where_the_clocks_change() {
    for (from, until, expected) in [
        (
            "2026-03-28T00:00:00Z",
            "2026-03-30T23:00:00Z",
            [
                "a 2026-03-28T00:00+00:00 2026-03-29T00:00+00:00 24 48 48",
                "a 2026-03-29T00:00+00:00 2026-03-30T00:00+01:00 23 46 46",
                "a 2026-03-30T00:00+01:00 2026-03-31T00:00+01:00 24 48 48",
            ],
        ),
        (
            "2026-10-23T23:00:00Z",
            "2026-10-27T00:00:00Z",
            [
                "a 2026-10-24T00:00+01:00 2026-10-25T00:00+01:00 24 48 48",
                "a 2026-10-25T00:00+01:00 2026-10-26T00:00+00:00 25 50 50",
                "a 2026-10-26T00:00+00:00 2026-10-27T00:00+00:00 24 48 48",
            ],
        ),
    ] {
        let rows = half_hours("a", from, until);
        let lines = ask(
            &rows,
            HALF_HOUR,
            wanted("P1D", "Europe/London", "sum,count"),
        )
        .unwrap();
        assert_eq!(
            lines[0],
            "meter interval_start interval_end kwh_sum kwh_count expected"
        );
        assert_eq!(lines[1..], expected);
    }
}

#[test]
fn the_hour_that_comes_twice_is_two_hours() {
    let rows = half_hours("a", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
    let lines = ask(&rows, HALF_HOUR, wanted("PT1H", "Europe/London", "count")).unwrap();
    assert_eq!(
        lines[1..],
        [
            "a 2026-10-25T01:00+01:00 2026-10-25T01:00+00:00 2 2",
            "a 2026-10-25T01:00+00:00 2026-10-25T02:00+00:00 2 2",
        ]
    );
}

/// Three days, of which the second has no rows, and the third half of them.
fn with_a_gap() -> Vec<Reading> {
    let mut rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    rows.extend(half_hours(
        "a",
        "2026-01-03T12:00:00Z",
        "2026-01-04T00:00:00Z",
    ));
    rows.extend(half_hours(
        "b",
        "2026-01-03T00:00:00Z",
        "2026-01-03T00:30:00Z",
    ));
    rows
}

fn filled(fill: Fill, within: Within) -> Vec<String> {
    let wanted = Wanted {
        fill,
        within,
        ..wanted("P1D", "UTC", "sum,count")
    };
    let lines = ask(&with_a_gap(), HALF_HOUR, wanted).unwrap();
    let short = |line: &String| line.replace("2026-01-", "").replace("T00:00Z", "");
    lines[1..].iter().map(short).collect()
}

#[test]
fn a_gap_is_left_out_or_empty_or_as_before_and_its_count_is_always_told() {
    let open = Within::default();
    let with_rows = ["a 01 02 24 48 48", "a 03 04 12 24 48", "b 03 04 0.5 1 48"];
    assert_eq!(filled(Fill::None, open), with_rows);
    assert_eq!(
        filled(Fill::Null, open),
        [
            "a 01 02 24 48 48",
            "a 02 03 - 0 48",
            "a 03 04 12 24 48",
            "b 03 04 0.5 1 48"
        ]
    );
    assert_eq!(
        filled(Fill::Previous, open),
        [
            "a 01 02 24 48 48",
            "a 02 03 24 0 48",
            "a 03 04 12 24 48",
            "b 03 04 0.5 1 48"
        ]
    );
}

#[test]
fn the_time_that_is_asked_for_is_half_open_and_is_filled_to_its_ends() {
    let within = Within {
        from: Some(instant("2026-01-01T12:00:00Z")),
        until: Some(instant("2026-01-04T12:00:00Z")),
    };
    assert_eq!(
        filled(Fill::None, within),
        ["a 01 02 12 24 24", "a 03 04 12 24 48", "b 03 04 0.5 1 48"]
    );
    assert_eq!(
        filled(Fill::Null, within),
        [
            "a 01 02 12 24 24",
            "a 02 03 - 0 48",
            "a 03 04 12 24 48",
            "a 04 05 - 0 24",
            "b 01 02 - 0 24",
            "b 02 03 - 0 48",
            "b 03 04 0.5 1 48",
            "b 04 05 - 0 24",
        ]
    );
    let none = Within {
        from: within.until,
        until: within.from,
    };
    assert!(filled(Fill::Null, none).is_empty());
}

#[test]
fn series_are_summed_up_together_by_what_they_have_in_common() {
    let mut rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
    rows.extend(half_hours(
        "b",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:30:00Z",
    ));
    let mut others = half_hours("c", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
    others[0].postcode = Some("ZE2".to_owned());
    others[1].postcode = None;
    rows.extend(others);
    let by = |columns: &[usize]| {
        let wanted = Wanted {
            by: By::Columns(columns.to_vec()),
            ..wanted("P1D", "UTC", "sum,count")
        };
        ask(&rows, HALF_HOUR, wanted).unwrap()
    };
    assert_eq!(
        by(&[1]),
        [
            "postcode interval_start interval_end kwh_sum kwh_count expected",
            "- 2026-01-01T00:00Z 2026-01-02T00:00Z 0.5 1 48",
            "AB1 2026-01-01T00:00Z 2026-01-02T00:00Z 1.5 3 96",
            "ZE2 2026-01-01T00:00Z 2026-01-02T00:00Z 0.5 1 48",
        ]
    );
    assert_eq!(
        by(&[]),
        [
            "interval_start interval_end kwh_sum kwh_count expected",
            "2026-01-01T00:00Z 2026-01-02T00:00Z 2.5 5 144",
        ]
    );
}

#[test]
fn a_wide_answer_has_columns_for_each_series() {
    let wide = |functions, fill| {
        let wanted = Wanted {
            shape: Shape::Wide,
            fill,
            ..wanted("P1D", "UTC", functions)
        };
        ask(&with_a_gap(), HALF_HOUR, wanted).unwrap()
    };
    assert_eq!(
        wide("sum", Fill::None),
        [
            "interval_start interval_end a b",
            "2026-01-01T00:00Z 2026-01-02T00:00Z 24 -",
            "2026-01-03T00:00Z 2026-01-04T00:00Z 12 0.5",
        ]
    );
    assert_eq!(
        wide("sum,count", Fill::Previous),
        [
            "interval_start interval_end a_kwh_sum a_kwh_count b_kwh_sum b_kwh_count",
            "2026-01-01T00:00Z 2026-01-02T00:00Z 24 48 - 0",
            "2026-01-02T00:00Z 2026-01-03T00:00Z 24 0 - 0",
            "2026-01-03T00:00Z 2026-01-04T00:00Z 12 24 0.5 1",
        ]
    );
}

#[test]
fn fields_have_the_units_of_their_columns() {
    let mut wanted = wanted("P1D", "Europe/London", "sum,count");
    wanted.columns = vec![3, 4];
    let question = Aggregation::new(&meters(HALF_HOUR), wanted).unwrap();
    assert_eq!(question.reads(), [0, 2, 3, 4]);
    let answer = aggregate(batches(&[], 1), &question, LIMITS).unwrap();
    let schema = answer.schema();
    let units = schema.fields().iter().map(|field| {
        let unit = field.metadata().get("unit").map_or("-", |unit| unit);
        format!("{} {unit}", field.name())
    });
    assert_eq!(
        units.collect::<Vec<_>>(),
        [
            "meter -",
            "interval_start -",
            "interval_end -",
            "kwh_sum kW.h",
            "kwh_count 1",
            "pulses_sum -",
            "pulses_count 1",
            "expected 1",
        ]
    );
    assert_eq!(answer.count(), 0);
}

#[test]
fn days_are_summed_up_by_weeks_and_months_whatever_the_zone() {
    let mut table = meters(None);
    table.columns[2].column_type = ColumnType::Date;
    let days: Vec<i32> = (20_450..20_470).collect();
    let count = days.len();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["a"; count])),
        Arc::new(Date32Array::from(days)),
        Arc::new(Float64Array::from(vec![1.0; count])),
    ];
    let schema = table.arrow().project(&[0, 2, 3]).unwrap();
    let batch = RecordBatch::try_new(Arc::new(schema), columns).unwrap();
    let question = Aggregation::new(&table, wanted("P1M", "America/Los_Angeles", "sum")).unwrap();
    let batches = vec![Ok::<_, Infallible>(batch)].into_iter();
    let lines = lines(aggregate(batches, &question, LIMITS).unwrap()).unwrap();
    assert_eq!(
        lines[1..],
        ["a d20423 d20454 4 31", "a d20454 d20485 16 31"]
    );
    let finer = Aggregation::new(&table, wanted("PT1H", "UTC", "sum"));
    let Err(Refused::Finer { step, .. }) = finer else {
        panic!("{finer:?}");
    };
    assert_eq!(&*step, "P1D", "as intervals are asked for");
}

#[test]
fn the_latest_row_of_each_series_is_had_as_it_is() {
    let rows = with_a_gap();
    let latest = |within| {
        let table = meters(HALF_HOUR);
        let latest = Latest::of(batches(&rows, 5), &table.arrow(), &table, within).unwrap();
        lines(Box::new(latest)).unwrap()[1..].to_vec()
    };
    assert_eq!(
        latest(Within::default()),
        [
            "a AB1 2026-01-03T23:30Z 0.5 3",
            "b AB1 2026-01-03T00:00Z 0.5 3"
        ]
    );
    let until = Some(instant("2026-01-02T00:00:00Z"));
    let before = Within { from: None, until };
    assert_eq!(latest(before), ["a AB1 2026-01-01T23:30Z 0.5 3"]);
}

#[test]
fn the_latest_row_has_the_units_of_its_columns() {
    let mut table = meters(HALF_HOUR);
    table.columns[3].unit = Some("kW.h".into());
    let latest = Latest::of(
        batches(&with_a_gap(), 5),
        &table.arrow(),
        &table,
        Within::default(),
    );
    let latest = latest.unwrap();
    let of_field = |at: usize| latest.schema().field(at).metadata().get("unit").cloned();
    assert_eq!(of_field(3).as_deref(), Some("kW.h"));
    assert_eq!(of_field(0), None);
}

#[test]
fn a_long_answer_comes_in_batches_and_not_row_by_row() {
    let rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-07-20T00:00:00Z");
    let question = Aggregation::new(&meters(HALF_HOUR), wanted("PT30M", "UTC", "sum")).unwrap();
    let answer = aggregate(batches(&rows, 1_000), &question, LIMITS).unwrap();
    let sizes: Vec<_> = answer.map(|batch| batch.unwrap().num_rows()).collect();
    assert_eq!(sizes, [BATCH, rows.len() - BATCH]);
}

#[test]
fn days_of_one_batch_have_their_own_rows_however_many_the_day_before_has() {
    let days = [
        ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("2026-01-02T10:00:00Z", "2026-01-02T11:00:00Z"),
        ("2026-01-03T00:00:00Z", "2026-01-03T00:30:00Z"),
        ("2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z"),
    ];
    let rows: Vec<_> = days
        .iter()
        .flat_map(|(from, until)| half_hours("a", from, until))
        .collect();
    let question = Aggregation::new(&meters(HALF_HOUR), wanted("P1D", "UTC", "count")).unwrap();
    let answer = aggregate(batches(&rows, 1_000), &question, LIMITS).unwrap();
    let counts = lines(answer).unwrap();
    let counts = counts[1..]
        .iter()
        .map(|line| line.split(' ').nth(3).unwrap());
    assert_eq!(counts.collect::<Vec<_>>(), ["48", "2", "1", "48"]);
}

fn wanted_within(every: &str, from: Option<&str>, until: Option<&str>) -> Wanted {
    let [from, until] = [from, until].map(|end| end.map(instant));
    Wanted {
        within: Within { from, until },
        ..wanted(every, "UTC", "count")
    }
}

#[test]
fn a_time_that_is_asked_for_ends_before_its_last_instant() {
    let rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z");
    let until = wanted_within("P1D", None, Some("2026-01-02T00:00:00Z"));
    let found = ask(&rows, HALF_HOUR, until).unwrap();
    assert_eq!(found.len(), 2, "the names and one day: {found:?}");
    assert!(found[1].ends_with(" 48 48"), "{found:?}");
}

#[test]
fn rows_between_steps_are_expected_where_they_are() {
    // At seven minutes past and at 37.
    let rows = half_hours("a", "2026-01-01T00:07:00Z", "2026-01-02T00:00:00Z");
    for (from, expected) in [
        ("2026-01-01T00:07:00Z", 48),
        ("2026-01-01T00:08:00Z", 47),
        ("2026-01-01T00:23:00Z", 47),
        ("2026-01-01T00:38:00Z", 46),
    ] {
        let found = ask(&rows, HALF_HOUR, wanted_within("P1D", Some(from), None)).unwrap();
        let counts = format!(" {expected} {expected}");
        assert!(found[1].ends_with(&counts), "{from}: {found:?}");
    }
}

#[test]
fn a_series_has_a_key_of_all_its_columns() {
    let mut table = meters(HALF_HOUR);
    table.key = vec!["meter".into(), "postcode".into()];
    let mut rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    let moved = rows.clone().into_iter().map(|row| Reading {
        postcode: Some("AB2".to_owned()),
        ..row
    });
    rows.extend(moved.collect::<Vec<_>>());
    let question = Aggregation::new(&table, wanted("P1D", "UTC", "count")).unwrap();
    let answer = aggregate(batches(&rows, 7), &question, LIMITS).unwrap();
    let found = lines(answer).unwrap();
    let keys = found[1..].iter().map(|line| &line[..5]);
    assert_eq!(keys.collect::<Vec<_>>(), ["a AB1", "a AB2"]);
}

#[test]
fn batches_of_a_wide_answer_are_the_shorter_the_more_columns_it_has() {
    let limits = Limits {
        cells: 10_000_000,
        ..LIMITS
    };
    for (meters_of_it, sizes) in [(1, &[6_000][..]), (200, &[5_242, 758])] {
        let meter = |number| {
            half_hours(
                &format!("{number:03}"),
                "2026-01-01T00:00:00Z",
                "2026-01-01T00:30:00Z",
            )
        };
        let rows: Vec<_> = (0..meters_of_it).flat_map(meter).collect();
        let begin = instant("2026-01-01T00:00:00Z");
        let wanted = Wanted {
            shape: Shape::Wide,
            fill: Fill::Null,
            within: Within {
                from: Some(begin),
                until: Some(begin + 6_000 * 1_800_000),
            },
            ..wanted("PT30M", "UTC", "sum")
        };
        let question = Aggregation::new(&meters(HALF_HOUR), wanted).unwrap();
        let answer = aggregate(batches(&rows, 1_000), &question, limits).unwrap();
        let found: Vec<_> = answer.map(|batch| batch.unwrap().num_rows()).collect();
        assert_eq!(found, sizes);
    }
}
