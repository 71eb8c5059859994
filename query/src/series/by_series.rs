//! Sums of each series: one interval of one series is held at a time.

use std::error::Error;

use arrow_array::{ArrayRef, RecordBatch};

use super::{
    calendar::Interval,
    fault::Fault,
    pieces::Piece,
    question::Aggregation,
    rows::{Filled, Limits, Row, Rows},
    segments::Segments,
    totals::Totals,
};

/// A reader of the sums of each series.
pub(super) struct BySeries<I> {
    segments: Segments<I>,
    filled: Filled,
    limits: Limits,
    /// Rows that are not summed up yet.
    piece: Option<Piece>,
    series: Series,
}

/// The series that rows are read of.
struct Series {
    keys: Vec<ArrayRef>,
    /// The interval that rows are added to; none before the first and after the last.
    interval: Option<Interval>,
    totals: Vec<Totals>,
    phase: i64,
    /// It has no row in the answer yet.
    is_new: bool,
}

impl<I, E> BySeries<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    pub(super) fn of(batches: I, question: Aggregation, limits: Limits) -> Self {
        Self {
            segments: Segments::of(batches, question.order()),
            series: Series {
                keys: Vec::new(),
                interval: None,
                totals: question.totals(),
                phase: 0,
                is_new: true,
            },
            filled: Filled::of(question, limits),
            limits,
            piece: None,
        }
    }

    fn read(&mut self) -> Result<Option<Piece>, Fault> {
        let segment = self.segments.next()?;
        let piece = segment.map(|segment| Piece::of(segment, &self.filled.question));
        piece.transpose()
    }

    /// The row of `interval`, which has all its rows.
    fn close(&mut self, interval: Interval) -> Result<Option<Row<'_>>, Fault> {
        let series = &mut self.series;
        self.filled.outcomes(&mut series.totals)?;
        series.totals.iter_mut().for_each(Totals::clear);
        let is_new = std::mem::take(&mut series.is_new);
        let expected = self.filled.expected(interval, series.phase);
        Ok(Some(self.filled.row(
            &series.keys,
            is_new,
            interval,
            expected,
        )))
    }

    /// Begins the series that the next rows are of.
    fn begin(&mut self) -> Result<(), Fault> {
        let Some(piece) = &mut self.piece else {
            return Ok(());
        };
        piece.segment.is_new = false;
        self.filled.begin();
        self.series.is_new = true;
        self.series.keys = piece.segment.keys()?;
        Ok(())
    }
}

impl<I, E> Rows for BySeries<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    fn next_row(&mut self) -> Result<Option<Row<'_>>, Fault> {
        loop {
            if self.piece.is_none() {
                self.piece = self.read()?;
            }
            if self.piece.as_ref().is_none_or(|piece| piece.segment.is_new) {
                if let Some(last) = self.series.interval {
                    self.series.interval = self.filled.trailing(last)?;
                    return self.close(last);
                }
                self.begin()?;
            }
            let Some(piece) = &mut self.piece else {
                return Ok(None);
            };
            let Some(instant) = piece.instant() else {
                self.piece = None;
                continue;
            };
            let series = &mut self.series;
            match series.interval {
                Some(interval) if interval.has(instant) => {
                    piece.add(&mut series.totals, interval.end, self.limits.values)?;
                }
                last => {
                    series.interval = Some(self.filled.next(last, instant)?);
                    match last {
                        Some(last) => return self.close(last),
                        None => series.phase = self.filled.phase(instant),
                    }
                }
            }
        }
    }
}
