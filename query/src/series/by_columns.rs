//! Sums of groups of series: those whose rows have the same values of some columns. All sums are held until the last
//! row, because the series of a group do not lie beside each other.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map},
    error::Error,
    ops::Range,
};

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_ord::partition::partition;

use super::{
    calendar::Interval,
    fault::Fault,
    group::Value,
    pieces::Piece,
    question::Aggregation,
    rows::{Filled, Limits, Row, Rows},
    segments::{Segments, column, one_row},
    totals::Totals,
};

/// A reader of the sums of groups.
pub(super) struct ByColumns<I> {
    /// None once all are read.
    segments: Option<Segments<I>>,
    filled: Filled,
    limits: Limits,
    groups: btree_map::IntoValues<Key, Group>,
    current: Option<Current>,
    /// The sums of an interval without rows.
    nothing: Vec<Totals>,
}

/// Values of the columns of a group.
type Key = Vec<Value>;

struct Group {
    keys: Vec<ArrayRef>,
    intervals: BTreeMap<i64, (Interval, Vec<Totals>)>,
    /// For how far rows are after a step, the number of series that are so.
    phases: BTreeMap<i64, i64>,
}

/// The group whose rows are read.
struct Current {
    group: Group,
    last: Option<Interval>,
}

/// Sums that are held while rows are read.
struct Groups {
    all: BTreeMap<Key, Group>,
    /// Groups that the series has rows of.
    of_series: BTreeSet<Key>,
    intervals: usize,
}

impl<I, E> ByColumns<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    pub(super) fn of(batches: I, question: Aggregation, limits: Limits) -> Self {
        Self {
            segments: Some(Segments::of(batches, question.order())),
            nothing: question.totals(),
            filled: Filled::of(question, limits),
            limits,
            groups: BTreeMap::new().into_values(),
            current: None,
        }
    }

    fn sum_up(&mut self, mut segments: Segments<I>) -> Result<BTreeMap<Key, Group>, Fault> {
        let mut groups = Groups {
            all: BTreeMap::new(),
            of_series: BTreeSet::new(),
            intervals: 0,
        };
        while let Some(segment) = segments.next()? {
            if segment.is_new {
                groups.of_series.clear();
            }
            let names = self.filled.question.groups.iter();
            let columns = names.map(|group| column(&segment.read.batch, &group.name).cloned());
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            let mut piece = Piece::of(segment, &self.filled.question)?;
            for range in alike(&columns, piece.segment.range.clone())? {
                piece.segment.range = range;
                self.add(&mut groups, &columns, &mut piece)?;
            }
        }
        Ok(groups.all)
    }

    /// Adds the rows of `piece`, which are of one group.
    fn add(
        &mut self,
        groups: &mut Groups,
        columns: &[ArrayRef],
        piece: &mut Piece,
    ) -> Result<(), Fault> {
        let row = piece.segment.range.start;
        let names = self.filled.question.groups.iter().map(|group| &group.name);
        let key = columns.iter().zip(names).map(|(column, name)| {
            let column_of_rows = || Fault::Rows {
                column: name.clone(),
            };
            Value::of(column, row).ok_or_else(column_of_rows)
        });
        let key = key.collect::<Result<Key, _>>()?;
        if !groups.all.contains_key(&key) {
            let keys = columns.iter().map(|column| one_row(column, row));
            let group = Group {
                keys: keys.collect::<Result<_, _>>()?,
                intervals: BTreeMap::new(),
                phases: BTreeMap::new(),
            };
            groups.all.insert(key.clone(), group);
        }
        let Some(group) = groups.all.get_mut(&key) else {
            return Ok(());
        };
        if let Some(instant) = piece.instant()
            && groups.of_series.insert(key)
        {
            *group.phases.entry(self.filled.phase(instant)).or_default() += 1;
        }
        while let Some(instant) = piece.instant() {
            let interval = self.filled.interval(instant)?;
            let (_, totals) = group.intervals.entry(interval.start).or_insert_with(|| {
                groups.intervals += 1;
                (interval, self.nothing.clone())
            });
            piece.add(totals, interval.end, self.limits.values)?;
            self.within_limits(groups.intervals)?;
        }
        Ok(())
    }

    fn within_limits(&self, intervals: usize) -> Result<(), Fault> {
        let columns = self.filled.question.outcomes().count();
        let limit = self.limits.cells;
        if intervals.saturating_mul(columns) > limit {
            return Err(Fault::Cells { limit });
        }
        Ok(())
    }
}

impl<I, E> Rows for ByColumns<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    fn next_row(&mut self) -> Result<Option<Row<'_>>, Fault> {
        if let Some(segments) = self.segments.take() {
            self.groups = self.sum_up(segments)?.into_values();
        }
        loop {
            let Some(current) = &mut self.current else {
                let Some(group) = self.groups.next() else {
                    return Ok(None);
                };
                self.filled.begin();
                self.current = Some(Current { group, last: None });
                continue;
            };
            let next = match current.group.intervals.first_key_value() {
                Some((start, _)) => Some(self.filled.next(current.last, *start)?),
                None => match current.last {
                    Some(last) => self.filled.trailing(last)?,
                    None => None,
                },
            };
            match next {
                Some(interval) => return self.row(interval),
                None => self.current = None,
            }
        }
    }
}

impl<I> ByColumns<I> {
    /// The row of `interval` of the current group.
    fn row(&mut self, interval: Interval) -> Result<Option<Row<'_>>, Fault> {
        let Some(Current { group, last }) = &mut self.current else {
            return Ok(None);
        };
        let mut totals = group.intervals.remove(&interval.start);
        let totals = totals
            .as_mut()
            .map_or(&mut self.nothing, |(_, totals)| totals);
        self.filled.outcomes(totals)?;
        let is_new = last.replace(interval).is_none();
        let phases = group.phases.iter();
        let expected = phases.map(|(phase, count)| {
            self.filled
                .expected(interval, *phase)
                .saturating_mul(*count)
        });
        let expected = expected.fold(0, i64::saturating_add);
        Ok(Some(self.filled.row(
            &group.keys,
            is_new,
            interval,
            expected,
        )))
    }
}

/// Parts of `range` in which no column changes.
fn alike(columns: &[ArrayRef], range: Range<usize>) -> Result<Vec<Range<usize>>, Fault> {
    if range.is_empty() {
        return Ok(Vec::new());
    }
    if columns.is_empty() {
        return Ok(vec![range]);
    }
    let columns: Vec<_> = columns
        .iter()
        .map(|column| column.slice(range.start, range.len()))
        .collect();
    let parts = partition(&columns)?.ranges();
    let parts = parts
        .into_iter()
        .map(|part| part.start + range.start..part.end + range.start);
    Ok(parts.collect())
}
