//! Sorted rows, of which the next can be looked at.

use arrow_array::{RecordBatch, cast::AsArray, types::UInt64Type};
use arrow_row::Rows;
use arrow_schema::ArrowError;

use crate::layout::{order::Order, runs::Batches};

/// Rows in their order.
pub(super) struct Ahead {
    batches: Batches,
    order: Order,
    next: Option<(RecordBatch, Rows)>,
    at: usize,
}

impl Ahead {
    pub(super) fn new(batches: Batches, order: Order) -> Result<Self, ArrowError> {
        let mut ahead = Self {
            batches,
            order,
            next: None,
            at: 0,
        };
        ahead.refill()?;
        Ok(ahead)
    }

    /// The next row, as octets that compare as rows do.
    pub(super) fn peek(&self) -> Option<&[u8]> {
        let (_, rows) = self.next.as_ref()?;
        (self.at < rows.num_rows()).then(|| rows.row(self.at).data())
    }

    /// The number of the next row, in the order in which rows were pushed.
    pub(super) fn number(&self) -> Option<u64> {
        let (batch, _) = self.next.as_ref()?;
        let numbers = batch.columns().last()?.as_primitive_opt::<UInt64Type>()?;
        (self.at < numbers.len()).then(|| numbers.value(self.at))
    }

    /// Passes over the next row.
    pub(super) fn skip(&mut self) -> Result<(), ArrowError> {
        self.at += 1;
        match &self.next {
            Some((_, rows)) if self.at >= rows.num_rows() => self.refill(),
            _ => Ok(()),
        }
    }

    /// Takes the next rows of one batch that are not behind `last`; all without it.
    pub(super) fn take(&mut self, last: Option<&[u8]>) -> Result<Option<RecordBatch>, ArrowError> {
        let Some((batch, rows)) = &self.next else {
            return Ok(None);
        };
        let (mut low, mut high) = (self.at, rows.num_rows());
        while low < high {
            let middle = low.midpoint(high);
            if last.is_none_or(|last| rows.row(middle).data() <= last) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low == self.at {
            return Ok(None);
        }
        let taken = batch.slice(self.at, low - self.at);
        self.at = low;
        if low == rows.num_rows() {
            self.refill()?;
        }
        Ok(Some(taken))
    }

    fn refill(&mut self) -> Result<(), ArrowError> {
        self.at = 0;
        self.next = None;
        for batch in &mut self.batches {
            let batch = batch?;
            if batch.num_rows() > 0 {
                let rows = self.order.rows(&batch)?;
                self.next = Some((batch, rows));
                break;
            }
        }
        Ok(())
    }
}
