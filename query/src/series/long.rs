//! Answers with a row for each interval of each series.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, RecordBatchReader, TimestampMillisecondArray,
    UInt32Array,
    builder::{Float64Builder, Int64Builder},
};
use arrow_schema::{ArrowError, DataType, Field, SchemaRef};
use arrow_select::{concat::concat, take::take};

use super::{
    calendar::Interval,
    fault::Fault,
    number::Outcome,
    question::Aggregation,
    rows::{Row, Rows},
};

/// A reader of batches.
pub(super) struct Long<R> {
    rows: Option<R>,
    batch: Batch,
}

/// A batch that is being made.
struct Batch {
    schema: SchemaRef,
    groups: Groups,
    intervals: Intervals,
    outcomes: Vec<Values>,
    /// None where it is not known how far rows are apart.
    expected: Option<Vec<i64>>,
}

/// The series or groups of a batch.
#[derive(Default)]
struct Groups {
    /// Their values: of each an array of one for each column.
    all: Vec<Vec<ArrayRef>>,
    /// The group of each row.
    of_row: Vec<u32>,
}

/// Begins and ends of intervals.
pub(super) struct Intervals {
    data_type: DataType,
    starts: Vec<i64>,
    ends: Vec<i64>,
}

/// Values of a function.
pub(super) enum Values {
    Integers(Int64Builder),
    Numbers(Float64Builder),
}

impl<R: Rows> Long<R> {
    pub(super) fn of(rows: R, question: &Aggregation) -> Self {
        let schema = question.long();
        let first = question.groups.len() + 2;
        let outcomes = schema
            .fields()
            .iter()
            .skip(first)
            .take(question.outcomes().count());
        let [start, _] = question.interval_fields();
        Self {
            batch: Batch {
                groups: Groups::default(),
                intervals: Intervals::of(start.data_type().clone()),
                outcomes: outcomes.map(|field| Values::of(field)).collect(),
                expected: question.step.map(|_| Vec::new()),
                schema,
            },
            rows: Some(rows),
        }
    }

    fn fill(&mut self) -> Result<(), Fault> {
        while let Some(rows) = &mut self.rows {
            match rows.next_row()? {
                Some(row) => self.batch.push(&row)?,
                None => self.rows = None,
            }
            if self.batch.intervals.starts.len() == BATCH {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Rows> Iterator for Long<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.as_ref()?;
        let batch = self.fill().and_then(|()| self.batch.finish());
        if batch.is_err() {
            self.rows = None;
        }
        let batch = batch.map_err(|fault| ArrowError::ExternalError(Box::new(fault)));
        batch.transpose()
    }
}

impl<R: Rows> RecordBatchReader for Long<R> {
    fn schema(&self) -> SchemaRef {
        self.batch.schema.clone()
    }
}

impl Batch {
    fn push(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        self.groups.push(row)?;
        self.intervals.push(row.interval);
        for (values, outcome) in self.outcomes.iter_mut().zip(row.outcomes) {
            values.push(*outcome);
        }
        if let Some(expected) = &mut self.expected {
            expected.push(row.expected);
        }
        Ok(())
    }

    /// The batch; none without rows.
    fn finish(&mut self) -> Result<Option<RecordBatch>, Fault> {
        if self.intervals.starts.is_empty() {
            return Ok(None);
        }
        let mut columns = self.groups.finish()?;
        columns.extend(self.intervals.finish());
        columns.extend(self.outcomes.iter_mut().map(Values::finish));
        let expected = self.expected.as_mut().map(std::mem::take);
        columns
            .extend(expected.map(|expected| -> ArrayRef { Arc::new(Int64Array::from(expected)) }));
        Ok(Some(RecordBatch::try_new(self.schema.clone(), columns)?))
    }
}

impl Groups {
    fn push(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        if row.is_new || self.all.is_empty() {
            self.all.push(row.group.to_vec());
        }
        let at = u32::try_from(self.all.len() - 1).or(Err(Fault::Order))?;
        self.of_row.push(at);
        Ok(())
    }

    fn finish(&mut self) -> Result<Vec<ArrayRef>, Fault> {
        let of_row = UInt32Array::from(std::mem::take(&mut self.of_row));
        let all = std::mem::take(&mut self.all);
        let columns = all.first().map_or(0, Vec::len);
        let columns = (0..columns).map(|at| {
            let values = all.iter().filter_map(|group| group.get(at));
            let values: Vec<_> = values.map(AsRef::as_ref).collect();
            Ok(take(&concat(&values)?, &of_row, None)?)
        });
        columns.collect()
    }
}

impl Intervals {
    pub(super) fn of(data_type: DataType) -> Self {
        Self {
            data_type,
            starts: Vec::new(),
            ends: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, interval: Interval) {
        self.starts.push(interval.start);
        self.ends.push(interval.end);
    }

    pub(super) fn finish(&mut self) -> [ArrayRef; 2] {
        let both = [&mut self.starts, &mut self.ends].map(std::mem::take);
        both.map(|instants| -> ArrayRef {
            if let DataType::Timestamp(_, zone) = &self.data_type {
                let instants = TimestampMillisecondArray::from(instants);
                return Arc::new(instants.with_timezone_opt(zone.clone()));
            }
            let days = instants
                .into_iter()
                .map(|instant| i32::try_from(instant / DAY).ok());
            Arc::new(days.collect::<Date32Array>())
        })
    }
}

impl Values {
    pub(super) fn of(field: &Field) -> Self {
        if *field.data_type() == DataType::Int64 {
            Self::Integers(Int64Builder::new())
        } else {
            Self::Numbers(Float64Builder::new())
        }
    }

    pub(super) fn push(&mut self, outcome: Outcome) {
        match (self, outcome) {
            (Self::Integers(values), Outcome::Integer(value)) => values.append_value(value),
            (Self::Numbers(values), Outcome::Number(value)) => values.append_value(value),
            (Self::Integers(values), _) => values.append_null(),
            (Self::Numbers(values), _) => values.append_null(),
        }
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integers(values) => Arc::new(values.finish()),
            Self::Numbers(values) => Arc::new(values.finish()),
        }
    }
}

/// Rows of a batch.
pub(super) const BATCH: usize = 8192;
const DAY: i64 = 86_400_000;
