//! Questions that have no answer, and rows that are not as they should be.

use arrow_schema::Schema;

use super::*;

const HALF_HOUR: Option<u64> = Some(1_800_000);

#[test]
fn a_question_that_the_table_has_no_answer_to_is_refused_and_says_why() {
    type Change = fn(&mut Wanted);
    let cases: [(Change, Option<&str>); 9] = [
        (|_| (), None),
        (
            |wanted| wanted.every = "PT15M".parse().unwrap(),
            Some("rows of this series are PT30M apart, and PT15M is shorter"),
        ),
        (
            |wanted| wanted.columns.clear(),
            Some("there is nothing to sum up: name columns of numbers and functions"),
        ),
        (
            |wanted| wanted.functions.clear(),
            Some("there is nothing to sum up: name columns of numbers and functions"),
        ),
        (
            |wanted| wanted.columns = vec![1],
            Some("sum is of numbers, and postcode is text"),
        ),
        (
            |wanted| wanted.columns = vec![5],
            Some("the table has no such column"),
        ),
        (
            |wanted| wanted.by = By::Columns(vec![3]),
            Some(
                "series cannot be summed up by the number kwh; they can by text, integers, booleans, dates",
            ),
        ),
        (
            |wanted| wanted.functions.push(Function::Sum),
            Some("two columns of the answer would be called kwh_sum"),
        ),
        (|wanted| wanted.by = By::Columns(vec![0, 1]), None),
    ];
    for (change, expected) in cases {
        let mut wanted = wanted("P1D", "UTC", "sum,mean");
        change(&mut wanted);
        let found = Aggregation::new(&meters(HALF_HOUR), wanted).err();
        assert_eq!(
            found.map(|refused| refused.to_string()).as_deref(),
            expected
        );
    }
    let mut records = meters(HALF_HOUR);
    records.kind = Kind::Records;
    let refused = Aggregation::new(&records, wanted("P1D", "UTC", "sum")).err();
    assert_eq!(refused, Some(Refused::Kind));
}

#[test]
fn texts_are_counted() {
    let rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
    let mut wanted = wanted("P1D", "UTC", "count");
    wanted.columns = vec![1, 3];
    let lines = ask(&rows, None, wanted).unwrap();
    assert_eq!(
        lines[0],
        "meter interval_start interval_end postcode_count kwh_count"
    );
    assert_eq!(lines[1], "a 2026-01-01T00:00Z 2026-01-02T00:00Z 2 2");
}

#[test]
fn rows_out_of_order_are_a_fault_and_those_in_order_are_none() {
    type Change = fn(&mut Vec<Reading>);
    let cases: [(Change, bool); 6] = [
        (|_| (), true),
        (|rows| rows.swap(0, 1), false),
        (|rows| rows[1].from = rows[0].from, false),
        (|rows| rows.reverse(), false),
        // From one batch to the next.
        (|rows| rows[7].from = rows[6].from, false),
        (|rows| rows[7].meter = "A".to_owned(), false),
    ];
    for (change, is_fine) in cases {
        let mut rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T05:00:00Z");
        rows.extend(half_hours(
            "b",
            "2026-01-01T00:00:00Z",
            "2026-01-01T05:00:00Z",
        ));
        change(&mut rows);
        let found = ask(&rows, HALF_HOUR, wanted("P1D", "UTC", "sum"));
        assert_eq!(found.is_ok(), is_fine);
    }
}

/// Rows of other types than the table has, and without times, which no reader of ours gives.
#[test]
fn rows_whose_times_are_none_or_of_another_type_are_a_fault() {
    let rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z");
    let whole = batch(&rows);
    let with_times = |times: ArrayRef| {
        let mut columns = whole.columns().to_vec();
        let mut fields = whole.schema().fields().to_vec();
        let field = fields[2].as_ref().clone();
        fields[2] = Arc::new(
            field
                .with_data_type(times.data_type().clone())
                .with_nullable(true),
        );
        columns[2] = times;
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
    };
    let days: ArrayRef = Arc::new(Date32Array::from(vec![1, 2, 3, 4]));
    let without: ArrayRef = Arc::new(
        TimestampMillisecondArray::from(vec![Some(1), None, Some(2), Some(3)]).with_timezone("UTC"),
    );
    let mut of_days = meters(None);
    of_days.columns[2].column_type = ColumnType::Date;
    let order = "rows are not in the order of their series and times";
    let column = "rows have no column from of the type that the table has";
    for (table, batch, expected) in [
        (meters(HALF_HOUR), with_times(without), order),
        (meters(HALF_HOUR), with_times(days), column),
        (of_days, whole.clone(), column),
    ] {
        let question = Aggregation::new(&table, wanted("P1D", "UTC", "count")).unwrap();
        let batches = std::iter::once(Ok::<_, Infallible>(batch));
        let fault = lines(aggregate(batches, &question, LIMITS).unwrap()).unwrap_err();
        assert!(fault.to_string().contains(expected), "{fault}");
    }
}

#[test]
fn a_sum_that_is_too_great_ends_the_answer_and_names_its_column() {
    let mut rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
    for row in &mut rows {
        row.pulses = Some(i64::MAX);
    }
    let mut wanted = wanted("P1D", "UTC", "sum");
    wanted.columns = vec![4];
    let found = ask(&rows, HALF_HOUR, wanted.clone());
    assert_eq!(
        found,
        Err("External error: a sum of pulses is too great".to_owned())
    );
    wanted.functions = vec![Function::Max];
    assert!(ask(&rows, HALF_HOUR, wanted).is_ok());
}

#[test]
fn what_is_held_at_once_has_a_limit() {
    let rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    let ask = |wanted: Wanted, cells, values| {
        let question = Aggregation::new(&meters(HALF_HOUR), wanted).unwrap();
        let limits = Limits {
            cells,
            values,
            filled: 0,
        };
        let answer = aggregate(batches(&rows, 7), &question, limits);
        let answer = answer.map_err(|fault| fault.to_string())?;
        lines(answer).map_err(|error| error.to_string())
    };
    let wide = Wanted {
        shape: Shape::Wide,
        ..wanted("PT1H", "UTC", "sum")
    };
    let grouped = Wanted {
        by: By::Columns(vec![]),
        ..wanted("PT1H", "UTC", "sum")
    };
    let quantile = wanted("P1D", "UTC", "median");
    for (wanted, cells, values) in [(&wide, 24, 0), (&grouped, 24, 0), (&quantile, 0, 48)] {
        assert!(ask(wanted.clone(), cells, values).is_ok());
        let less = ask(
            wanted.clone(),
            cells.saturating_sub(1),
            values.saturating_sub(1),
        );
        assert!(less.unwrap_err().contains("more than"));
    }
    // So are the cells of a wide answer that no row is for: two series of a day each have four.
    let mut apart = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z");
    apart.extend(half_hours(
        "b",
        "2026-01-02T00:00:00Z",
        "2026-01-02T00:30:00Z",
    ));
    for (cells, is_taken) in [(4, true), (3, false)] {
        let question = Aggregation::new(&meters(HALF_HOUR), wide.clone()).unwrap();
        let limits = Limits { cells, ..LIMITS };
        let answer = aggregate(batches(&apart, 7), &question, limits);
        let lines = answer
            .map_err(|fault| fault.to_string())
            .and_then(|answer| lines(answer).map_err(|error| error.to_string()));
        assert_eq!(lines.is_ok(), is_taken, "{lines:?}");
    }
    // A wide answer is filled up within its limit as well.
    let filled = Wanted {
        fill: Fill::Null,
        within: Within {
            from: Some(instant("0001-01-01T00:00:00Z")),
            until: None,
        },
        ..wide
    };
    assert!(ask(filled, 1000, 0).unwrap_err().contains("more than 1000"));
}

#[test]
fn so_many_intervals_are_filled_up_and_no_more() {
    let mut rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z");
    rows.extend(half_hours(
        "a",
        "2026-01-05T00:00:00Z",
        "2026-01-05T00:30:00Z",
    ));
    let within = Within {
        from: Some(instant("2025-12-30T00:00:00Z")),
        until: Some(instant("2026-01-08T00:00:00Z")),
    };
    // Two days before the first, three between the two, two after the last.
    for by in [By::Series, By::Columns(vec![1])] {
        for (filled, is_fine) in [(7, true), (6, false)] {
            let wanted = Wanted {
                by: by.clone(),
                fill: Fill::Null,
                within,
                ..wanted("P1D", "UTC", "sum")
            };
            let question = Aggregation::new(&meters(None), wanted).unwrap();
            let limits = Limits { filled, ..LIMITS };
            let answer = aggregate(batches(&rows, 7), &question, limits).unwrap();
            assert_eq!(lines(answer).is_ok(), is_fine, "{filled}");
        }
    }
}

#[test]
fn a_reader_that_fails_ends_the_answer() {
    let rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    let broken = [
        Ok(batch(&rows)),
        Err(ArrowError::ParseError("a page is damaged".to_owned())),
    ];
    let question = Aggregation::new(&meters(None), wanted("P1D", "UTC", "sum")).unwrap();
    let mut answer = aggregate(broken.into_iter(), &question, LIMITS).unwrap();
    let error = answer.next().unwrap().unwrap_err();
    assert!(error.to_string().contains("rows cannot be read"));
    assert!(answer.next().is_none());
}

#[test]
fn a_name_that_two_columns_would_have_is_told() {
    let mut rows = half_hours("a", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z");
    let wide = Wanted {
        shape: Shape::Wide,
        ..wanted("P1D", "UTC", "sum")
    };
    assert!(ask(&rows, None, wide.clone()).is_ok());
    for row in &mut rows {
        row.meter = "interval_end".to_owned();
    }
    assert_eq!(
        ask(&rows, None, wide),
        Err("two columns of the answer would be called interval_end".to_owned())
    );
}
