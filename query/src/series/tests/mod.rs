//! Sums of small tables by hand, and of random ones beside a plain model.

mod by_hand;
mod model;
mod refused;

use std::{convert::Infallible, sync::Arc};

use arrow_array::{
    Array, ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, RecordBatchReader,
    StringArray, TimestampMillisecondArray,
    cast::AsArray,
    types::{Date32Type, Float64Type, Int64Type, TimestampMillisecondType},
};
use arrow_schema::{ArrowError, DataType};

use super::*;
use crate::schema::{Column, ColumnType, Kind, TableSchema, Time};

/// A row of the table of meters.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) meter: String,
    pub(super) postcode: Option<String>,
    pub(super) from: i64,
    pub(super) kwh: Option<f64>,
    pub(super) pulses: Option<i64>,
}

pub(super) const LIMITS: Limits = Limits {
    filled: 1_000_000,
    cells: 100_000,
    values: 100_000,
};

pub(super) fn column(name: &str, column_type: ColumnType, unit: Option<&str>) -> Column {
    Column {
        unit: unit.map(Into::into),
        ..Column::new(name, column_type)
    }
}

/// A table of meters: `meter`, `postcode`, `from`, `kwh`, `pulses`.
pub(super) fn meters(step_ms: Option<u64>) -> TableSchema {
    TableSchema {
        kind: Kind::Series,
        columns: vec![
            column("meter", ColumnType::Text, None),
            column("postcode", ColumnType::Text, None),
            column("from", ColumnType::DateTime, None),
            column("kwh", ColumnType::Number, Some("kW.h")),
            column("pulses", ColumnType::Integer, None),
        ],
        key: vec!["meter".into()],
        time: Some(Time::At {
            column: "from".into(),
        }),
        geometry: None,
        step_ms,
    }
}

pub(super) fn batch(rows: &[Reading]) -> RecordBatch {
    let text = |of: fn(&Reading) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let times: TimestampMillisecondArray = rows.iter().map(|row| Some(row.from)).collect();
    let columns: Vec<ArrayRef> = vec![
        text(|row| Some(&row.meter)),
        text(|row| row.postcode.as_deref()),
        Arc::new(times.with_timezone("UTC")),
        Arc::new(rows.iter().map(|row| row.kwh).collect::<Float64Array>()),
        Arc::new(rows.iter().map(|row| row.pulses).collect::<Int64Array>()),
    ];
    RecordBatch::try_new(meters(None).arrow(), columns).unwrap()
}

/// Batches as a reader has them, of at most so many rows.
pub(super) fn batches(
    rows: &[Reading],
    size: usize,
) -> impl Iterator<Item = Result<RecordBatch, Infallible>> + Send + use<> {
    let batches: Vec<_> = rows.chunks(size).map(|rows| Ok(batch(rows))).collect();
    batches.into_iter()
}

pub(super) fn wanted(every: &str, zone: &str, functions: &str) -> Wanted {
    Wanted {
        every: every.parse().unwrap(),
        zone: Zone::named(zone).unwrap(),
        functions: functions
            .split(',')
            .map(|name| name.parse().unwrap())
            .collect(),
        columns: vec![3],
        fill: Fill::None,
        by: By::Series,
        within: Within::default(),
        shape: Shape::Long,
    }
}

/// The lines of an answer, the names first.
pub(super) fn lines(answer: Box<dyn RecordBatchReader + Send>) -> Result<Vec<String>, ArrowError> {
    let names = answer.schema();
    let names = names.fields().iter().map(|field| field.name().clone());
    let mut lines = vec![names.collect::<Vec<_>>().join(" ")];
    for batch in answer {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let values = batch.columns().iter().map(|column| value(column, row));
            lines.push(values.collect::<Vec<_>>().join(" "));
        }
    }
    Ok(lines)
}

fn value(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "-".to_owned();
    }
    match column.data_type() {
        DataType::Date32 => format!("d{}", column.as_primitive::<Date32Type>().value(row)),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Timestamp(_, zone) => {
            let zone = Zone::named(zone.as_ref().unwrap()).unwrap();
            let instant = column.as_primitive::<TimestampMillisecondType>().value(row);
            let text = zone.rfc3339(instant).unwrap();
            format!("{}{}", &text[..16], &text[19..])
        }
        _ => column.as_string::<i32>().value(row).to_owned(),
    }
}

pub(super) fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// Every half hour from `from` until `until`, one kilowatt hour each.
pub(super) fn half_hours(meter: &str, from: &str, until: &str) -> Vec<Reading> {
    let times = (instant(from)..instant(until)).step_by(1_800_000);
    let reading = |from| Reading {
        meter: meter.to_owned(),
        postcode: Some("AB1".to_owned()),
        from,
        kwh: Some(0.5),
        pulses: Some(3),
    };
    times.map(reading).collect()
}

pub(super) fn ask(
    rows: &[Reading],
    step: Option<u64>,
    wanted: Wanted,
) -> Result<Vec<String>, String> {
    let question =
        Aggregation::new(&meters(step), wanted).map_err(|refused| refused.to_string())?;
    let answer = aggregate(batches(rows, 7), &question, LIMITS);
    lines(answer.map_err(|fault| fault.to_string())?).map_err(|error| error.to_string())
}
