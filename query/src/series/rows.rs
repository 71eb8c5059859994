//! Sums one after the other: of each series, or of each group, interval by interval.

use arrow_array::ArrayRef;

use super::{
    calendar::{Calendar, Interval},
    fault::Fault,
    function::Function,
    number::Outcome,
    question::Aggregation,
    totals::Totals,
    wanted::Fill,
};

/// Values that are held at once, at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Intervals without rows that an answer is filled up with.
    pub filled: u64,
    /// Values of an answer that is made whole before it begins: one that is wide, or of groups of series.
    pub cells: usize,
    /// Values that quantiles are computed of.
    pub values: usize,
}

/// A reader of rows of an answer.
pub(super) trait Rows {
    /// The next row; none after the last.
    ///
    /// # Errors
    /// [`Fault`].
    fn next_row(&mut self) -> Result<Option<Row<'_>>, Fault>;
}

/// A row of an answer.
pub(super) struct Row<'r> {
    /// Values that tell its series or group apart, each an array of one.
    pub(super) group: &'r [ArrayRef],
    /// The row before, if there is one, is of another.
    pub(super) is_new: bool,
    pub(super) interval: Interval,
    /// The functions of the first column, of the second, ...
    pub(super) outcomes: &'r [Outcome],
    /// Rows that the interval has when none is missing.
    pub(super) expected: i64,
}

/// Intervals of an answer, and the values that are in them.
pub(super) struct Filled {
    pub(super) question: Aggregation,
    calendar: Calendar,
    outcomes: Vec<Outcome>,
    before: Vec<Outcome>,
    /// Intervals without rows until now.
    empty: u64,
    limits: Limits,
}

impl Filled {
    pub(super) fn of(question: Aggregation, limits: Limits) -> Self {
        Self {
            calendar: question.calendar(),
            question,
            outcomes: Vec::new(),
            before: Vec::new(),
            empty: 0,
            limits,
        }
    }

    /// The interval that `instant` is in.
    pub(super) fn interval(&mut self, instant: i64) -> Result<Interval, Fault> {
        self.calendar.interval(instant).ok_or(Fault::Time)
    }

    /// The interval that comes after `last`, on the way to the one that `instant` is in.
    pub(super) fn next(&mut self, last: Option<Interval>, instant: i64) -> Result<Interval, Fault> {
        let at = match (self.question.fill, last) {
            (Fill::None, _) => instant,
            (_, Some(last)) => last.end,
            (_, None) => self.question.within.from.unwrap_or(instant),
        };
        let interval = self.interval(at)?;
        if !interval.has(instant) {
            self.count_empty()?;
        }
        Ok(interval)
    }

    /// The interval after `last` that has to be there though no row is left.
    pub(super) fn trailing(&mut self, last: Interval) -> Result<Option<Interval>, Fault> {
        let until = self.question.within.until;
        match until.filter(|until| self.question.fill != Fill::None && last.end < *until) {
            Some(_) => {
                self.count_empty()?;
                self.interval(last.end).map(Some)
            }
            None => Ok(None),
        }
    }

    fn count_empty(&mut self) -> Result<(), Fault> {
        self.empty += 1;
        let limit = self.limits.filled;
        if self.empty > limit {
            return Err(Fault::Filled { limit });
        }
        Ok(())
    }

    /// Forgets the values before, which are of another series.
    pub(super) fn begin(&mut self) {
        self.before.clear();
    }

    /// The values of `totals`, filled up.
    pub(super) fn outcomes(&mut self, totals: &mut [Totals]) -> Result<(), Fault> {
        self.outcomes.clear();
        for (totals, column) in totals.iter_mut().zip(&self.question.measures) {
            let functions = &self.question.functions;
            let computed = totals.outcomes(functions, &mut self.outcomes);
            computed.or(Err(Fault::Overflow {
                column: column.name.clone(),
            }))?;
        }
        if self.question.fill == Fill::Previous {
            let functions = self.question.functions.iter().cycle();
            fill_up(&mut self.outcomes, &self.before, functions);
            self.before.clone_from(&self.outcomes);
        }
        Ok(())
    }

    pub(super) fn row<'r>(
        &'r self,
        group: &'r [ArrayRef],
        is_new: bool,
        interval: Interval,
        expected: i64,
    ) -> Row<'r> {
        let outcomes = &self.outcomes;
        Row {
            group,
            is_new,
            interval,
            outcomes,
            expected,
        }
    }

    /// Rows that `interval` has of a series whose rows are at `phase` after each step, of the time that is asked for.
    pub(super) fn expected(&self, interval: Interval, phase: i64) -> i64 {
        let Some(step) = self.question.step else {
            return 0;
        };
        let part = self.question.within.part_of(interval);
        let before = |instant: i64| {
            (instant - phase).div_euclid(step) + i64::from((instant - phase).rem_euclid(step) > 0)
        };
        (before(part.end) - before(part.start)).max(0)
    }

    /// Milliseconds of `instant` after a step.
    pub(super) fn phase(&self, instant: i64) -> i64 {
        self.question
            .step
            .map_or(0, |step| instant.rem_euclid(step))
    }
}

/// Puts the values before where there are none; a count is never missing.
fn fill_up<'f>(
    outcomes: &mut [Outcome],
    before: &[Outcome],
    functions: impl Iterator<Item = &'f Function>,
) {
    for ((outcome, before), function) in outcomes.iter_mut().zip(before).zip(functions) {
        if *function != Function::Count && *outcome == Outcome::None {
            *outcome = *before;
        }
    }
}
