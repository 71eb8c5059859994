//! Rows of a part and rows of a change, merged, and one left of those with one key.

use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch, UInt64Array, cast::AsArray, types::UInt64Type};
use arrow_ord::ord::{DynComparator, make_comparator};
use arrow_schema::{ArrowError, SortOptions};
use arrow_select::{concat::concat_batches, filter::filter_record_batch};

use crate::layout::{
    duplicates::{MOST_DUPLICATES, described},
    fault::{Duplicate, There, WriteError},
    order::Order,
};

use super::Mode;

/// The number of a row that was there before, in the place of the number of one that was pushed.
pub(super) const THERE: u64 = u64::MAX;

/// Merged rows, of which the last waits for the next: it may have the same key.
pub(super) struct Replaced {
    order: Arc<Order>,
    mode: Mode,
    waiting: Option<RecordBatch>,
    there: Vec<There>,
    duplicates: Vec<Duplicate>,
    /// Rows in whose place others are.
    pub(super) overwritten: u64,
    /// Rows that were pushed as they were there already.
    pub(super) same: u64,
    /// Rows that were pushed.
    pub(super) pushed: u64,
}

impl Replaced {
    pub(super) fn new(order: Arc<Order>, mode: Mode) -> Self {
        Self {
            order,
            mode,
            waiting: None,
            there: Vec::new(),
            duplicates: Vec::new(),
            overwritten: 0,
            same: 0,
            pushed: 0,
        }
    }

    /// The rows of those before and of `batch` that stay, but the last.
    pub(super) fn next(&mut self, batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
        let batch = match self.waiting.take() {
            Some(waiting) => concat_batches(&batch.schema(), [&waiting, &batch])?,
            None => batch,
        };
        let rows = self.order.rows(&batch)?;
        let numbers = numbers(&batch)?.clone();
        let last = batch.num_rows().saturating_sub(1);
        let mut stays = Vec::with_capacity(last);
        let mut values = None;
        for row in 0..last {
            let is_twice = rows.row(row) == rows.row(row + 1);
            if is_twice && self.twice(&batch, row, numbers.value(row), numbers.value(row + 1)) {
                let values = match &mut values {
                    Some(values) => values,
                    none => none.insert(Values::of(&batch)?),
                };
                if values.are_equal(row, row + 1) {
                    self.same += 1;
                } else {
                    self.overwritten += 1;
                }
            }
            stays.push(!is_twice);
        }
        self.pushed += numbers
            .values()
            .iter()
            .take(last)
            .map(|number| u64::from(*number != THERE))
            .sum::<u64>();
        self.waiting = Some(batch.slice(last, batch.num_rows() - last));
        filter_record_batch(&batch.slice(0, last), &BooleanArray::from(stays))
    }

    /// The last row, when no rows were refused.
    pub(super) fn finish(&mut self) -> Result<Option<RecordBatch>, WriteError> {
        if !self.there.is_empty() {
            return Err(WriteError::AlreadyThere(std::mem::take(&mut self.there)));
        }
        if !self.duplicates.is_empty() {
            let duplicates = std::mem::take(&mut self.duplicates);
            return Err(WriteError::Duplicates(duplicates));
        }
        let last = self.waiting.take();
        if let Some(last) = &last {
            let is_pushed = numbers(last)?
                .values()
                .iter()
                .any(|number| *number != THERE);
            self.pushed += u64::from(is_pushed);
        }
        Ok(last)
    }

    /// Takes note of two rows with one key; true where the second takes the place of the first.
    fn twice(&mut self, batch: &RecordBatch, row: usize, first: u64, second: u64) -> bool {
        let key = || described(&self.order, batch, row).into();
        if first != THERE {
            if self.duplicates.len() < MOST_DUPLICATES {
                let key = key();
                self.duplicates.push(Duplicate { key, first, second });
            }
        } else if self.mode == Mode::Append && self.there.len() < MOST_DUPLICATES {
            let key = key();
            self.there.push(There { key, row: second });
        }
        first == THERE && self.mode != Mode::Append
    }
}

/// The values of all columns but the numbers of rows, to be compared.
struct Values(Vec<DynComparator>);

impl Values {
    fn of(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let columns = batch.columns().split_last().map_or(&[][..], |(_, all)| all);
        let columns = columns
            .iter()
            .map(|column| make_comparator(column, column, SortOptions::default()));
        Ok(Self(columns.collect::<Result<_, _>>()?))
    }

    fn are_equal(&self, one: usize, other: usize) -> bool {
        let mut columns = self.0.iter();
        columns.all(|compare| compare(one, other).is_eq())
    }
}

fn numbers(batch: &RecordBatch) -> Result<&UInt64Array, ArrowError> {
    let numbers = batch.columns().last();
    let numbers = numbers.and_then(|numbers| numbers.as_primitive_opt::<UInt64Type>());
    numbers.ok_or_else(|| ArrowError::SchemaError("rows have no numbers".to_owned()))
}
