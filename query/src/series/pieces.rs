//! Segments with the columns that are summed up, cut into intervals.

use std::ops::Range;

use arrow_array::{Array, ArrayRef};

use super::{
    fault::Fault,
    question::Aggregation,
    segments::{Segment, column},
    totals::Totals,
};

/// Rows of one series in one batch, of which some are summed up already.
pub(super) struct Piece {
    pub(super) segment: Segment,
    measures: Vec<ArrayRef>,
    /// Rows that the interval before had: the next has as many nearly always.
    hint: usize,
}

impl Piece {
    pub(super) fn of(segment: Segment, question: &Aggregation) -> Result<Self, Fault> {
        let measures = question.measures.iter().map(|measure| {
            let column = column(&segment.read.batch, &measure.name)?;
            if *column.data_type() == measure.column_type.arrow() {
                Ok(column.clone())
            } else {
                Err(Fault::Rows {
                    column: measure.name.clone(),
                })
            }
        });
        Ok(Self {
            measures: measures.collect::<Result<_, _>>()?,
            segment,
            hint: 1,
        })
    }

    /// The time of the row that comes next.
    pub(super) fn instant(&self) -> Option<i64> {
        let range = &self.segment.range;
        let next = (!range.is_empty()).then_some(range.start)?;
        self.segment.read.times.get(next).copied()
    }

    /// Adds the rows before `end`.
    ///
    /// # Errors
    /// [`Fault::Values`] when more than `limit` are kept.
    pub(super) fn add(
        &mut self,
        totals: &mut [Totals],
        end: i64,
        limit: usize,
    ) -> Result<(), Fault> {
        let range = self.take(end);
        let times = self
            .segment
            .read
            .times
            .get(range.clone())
            .unwrap_or_default();
        for (totals, column) in totals.iter_mut().zip(&self.measures) {
            totals.add(column, range.clone(), times);
        }
        let kept: usize = totals.iter().map(Totals::kept).sum();
        if kept > limit {
            return Err(Fault::Values { limit });
        }
        Ok(())
    }

    /// The rows before `end`, which are no longer left then.
    fn take(&mut self, end: i64) -> Range<usize> {
        let left = self.segment.range.clone();
        let times = self
            .segment
            .read
            .times
            .get(left.clone())
            .unwrap_or_default();
        let is_before = |at: usize| times.get(at).is_some_and(|time| *time < end);
        let is_hint = is_before(self.hint - 1) && !is_before(self.hint);
        let count = if is_hint {
            self.hint
        } else {
            times.partition_point(|time| *time < end)
        };
        self.hint = count.max(1);
        self.segment.range.start += count;
        left.start..left.start + count
    }
}
