//! Answers with a row for each interval, and columns for each series or group.

use std::{collections::BTreeMap, iter::Peekable, sync::Arc, vec};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};

use super::{
    calendar::Interval,
    fault::Fault,
    fields::outcome_field,
    function::Function,
    group::Value,
    long::{BATCH, Intervals, Values},
    number::Outcome,
    question::{Aggregation, unambiguous},
    rows::{Limits, Rows},
    wanted::Fill,
};

/// A reader of batches; all values are held.
pub(super) struct Wide {
    schema: SchemaRef,
    intervals: vec::IntoIter<Interval>,
    columns: Vec<Cells>,
}

/// The values of a column.
struct Cells {
    field: Field,
    function: Function,
    fill: Fill,
    values: Peekable<vec::IntoIter<Cell>>,
    before: Outcome,
}

/// The begin of an interval, and the value there.
type Cell = (i64, Outcome);

/// Rows as they are collected.
struct Collected {
    /// Of each series or group its name, and the values of each of its columns.
    groups: Vec<(String, Vec<Vec<Cell>>)>,
    intervals: BTreeMap<i64, Interval>,
    cells: usize,
    limit: usize,
}

impl Wide {
    /// Reads all `rows`, which are not filled up.
    pub(super) fn of(
        rows: impl Rows,
        question: &Aggregation,
        limits: Limits,
    ) -> Result<Self, Fault> {
        let collected = Collected::of(rows, limits.cells)?;
        let intervals = collected.intervals(question)?;
        let groups = collected.groups.into_iter();
        let columns: Vec<_> = groups.flat_map(|group| columns(group, question)).collect();
        let mut fields = question.interval_fields().to_vec();
        fields.extend(columns.iter().map(|column| column.field.clone()));
        let names = fields.iter().map(|field| field.name().as_str());
        unambiguous(names).map_err(Fault::Ambiguous)?;
        Ok(Self {
            schema: Arc::new(Schema::new(fields)),
            intervals: intervals.into_iter(),
            columns,
        })
    }

    fn batch(&mut self, intervals: &[Interval]) -> Result<RecordBatch, ArrowError> {
        let mut bounds = Intervals::of(self.schema.field(0).data_type().clone());
        for interval in intervals {
            bounds.push(*interval);
        }
        let mut arrays = bounds.finish().to_vec();
        arrays.extend(self.columns.iter_mut().map(|column| column.take(intervals)));
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

impl Iterator for Wide {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = (ROOM / self.columns.len().max(1)).clamp(1, BATCH);
        let intervals: Vec<_> = self.intervals.by_ref().take(rows).collect();
        (!intervals.is_empty()).then(|| self.batch(&intervals))
    }
}

impl RecordBatchReader for Wide {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

impl Collected {
    fn of(mut rows: impl Rows, limit: usize) -> Result<Self, Fault> {
        let mut collected = Self {
            groups: Vec::new(),
            intervals: BTreeMap::new(),
            cells: 0,
            limit,
        };
        while let Some(row) = rows.next_row()? {
            if row.is_new {
                let names = row.group.iter().map(|value| Value::of(value, 0));
                let names = names.map(|value| value.as_ref().map_or_else(String::new, Value::text));
                let name = names.collect::<Vec<_>>().join("/");
                let columns = row.outcomes.iter().map(|_| Vec::new()).collect();
                collected.groups.push((name, columns));
            }
            let start = row.interval.start;
            collected.intervals.insert(start, row.interval);
            if let Some((_, columns)) = collected.groups.last_mut() {
                for (column, outcome) in columns.iter_mut().zip(row.outcomes) {
                    column.push((start, *outcome));
                }
            }
            collected.cells += row.outcomes.len();
            collected.check(collected.cells)?;
        }
        Ok(collected)
    }

    fn check(&self, cells: usize) -> Result<(), Fault> {
        let limit = self.limit;
        if cells > limit {
            return Err(Fault::Cells { limit });
        }
        Ok(())
    }

    /// The intervals of the answer: those with rows, or all from the first to the last.
    fn intervals(&self, question: &Aggregation) -> Result<Vec<Interval>, Fault> {
        let all = &self.intervals;
        let (Some((first, _)), Some((_, last))) = (all.first_key_value(), all.last_key_value())
        else {
            return Ok(Vec::new());
        };
        let mut intervals: Vec<Interval> = Vec::new();
        if question.fill == Fill::None {
            intervals.extend(all.values());
        } else {
            let mut calendar = question.calendar();
            let mut at = question.within.from.unwrap_or(*first);
            let end = question.within.until.unwrap_or(last.end);
            while at < end {
                let interval = calendar.interval(at).ok_or(Fault::Time)?;
                at = interval.end;
                intervals.push(interval);
                self.check(intervals.len().saturating_mul(self.width()))?;
            }
        }
        self.check(intervals.len().saturating_mul(self.width()))?;
        Ok(intervals)
    }

    /// Columns of all groups.
    fn width(&self) -> usize {
        self.groups.iter().map(|(_, columns)| columns.len()).sum()
    }
}

impl Cells {
    /// The values at `intervals`, which come after those that were asked for before.
    fn take(&mut self, intervals: &[Interval]) -> ArrayRef {
        let mut values = Values::of(&self.field);
        for interval in intervals {
            let cell = self.values.next_if(|(start, _)| *start == interval.start);
            let mut outcome = cell.map_or(Outcome::None, |(_, outcome)| outcome);
            if outcome == Outcome::None && self.function == Function::Count {
                outcome = Outcome::Integer(0);
            }
            if outcome == Outcome::None && self.fill == Fill::Previous {
                outcome = self.before;
            }
            self.before = outcome;
            values.push(outcome);
        }
        values.finish()
    }
}

/// The columns of a series or group; one alone has its name.
fn columns(
    (name, values): (String, Vec<Vec<Cell>>),
    question: &Aggregation,
) -> impl Iterator<Item = Cells> {
    let is_alone = values.len() == 1;
    question
        .outcomes()
        .zip(values)
        .map(move |((column, function), values)| {
            let name = if is_alone {
                name.clone()
            } else {
                format!("{name}_{}_{function}", column.name)
            };
            Cells {
                field: outcome_field(&name, column, function),
                function,
                fill: question.fill,
                values: values.into_iter().peekable(),
                before: Outcome::None,
            }
        })
}

/// Values of a batch.
const ROOM: usize = 1 << 20;
