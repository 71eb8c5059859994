//! Rows in the order of series and time, in pieces that are of one series and one batch.

use std::{cmp::Ordering, error::Error, ops::Range, sync::Arc};

use arrow_array::{
    Array, ArrayRef, RecordBatch, UInt64Array,
    cast::AsArray,
    types::{Date32Type, TimestampMillisecondType},
};
use arrow_buffer::ScalarBuffer;
use arrow_ord::ord::{DynComparator, make_comparator};
use arrow_schema::{DataType, SortOptions, TimeUnit};
use arrow_select::take::take;

use super::{
    fault::Fault,
    question::{Order, TimeColumn},
    wanted::Within,
};

/// A reader of segments.
pub(super) struct Segments<I> {
    batches: I,
    order: Order,
    read: Option<Arc<Read>>,
    /// The row that comes next.
    at: usize,
    /// The key and the time of the row before.
    before: Option<(Vec<ArrayRef>, i64)>,
}

/// A batch.
pub(super) struct Read {
    pub(super) batch: RecordBatch,
    pub(super) times: ScalarBuffer<i64>,
    keys: Vec<ArrayRef>,
    comparators: Vec<DynComparator>,
}

/// Rows of one series in one batch, of the time that is asked for; there may be none.
pub(super) struct Segment {
    pub(super) read: Arc<Read>,
    pub(super) range: Range<usize>,
    /// The row before, if there is one, is of another series.
    pub(super) is_new: bool,
}

impl<I, E> Segments<I>
where
    I: Iterator<Item = Result<RecordBatch, E>>,
    E: Error + Send + Sync + 'static,
{
    pub(super) fn of(batches: I, order: Order) -> Self {
        Self {
            batches,
            order,
            read: None,
            at: 0,
            before: None,
        }
    }

    /// The next segment; none after the last.
    ///
    /// # Errors
    /// [`Fault`] of rows that cannot be read, or are out of order.
    pub(super) fn next(&mut self) -> Result<Option<Segment>, Fault> {
        let Some(read) = self.batch()? else {
            return Ok(None);
        };
        let start = self.at;
        let end = read.run_end(start);
        let is_new = match &self.before {
            None => true,
            Some((keys, _)) => match read.compare(start, keys)? {
                Ordering::Less => return Err(Fault::Order),
                Ordering::Equal => false,
                Ordering::Greater => true,
            },
        };
        let times = read.times.get(start..end).unwrap_or_default();
        let before = self
            .before
            .as_ref()
            .filter(|_| !is_new)
            .map(|(_, time)| *time);
        let is_later = before
            .zip(times.first())
            .is_none_or(|(before, first)| before < *first);
        if !is_later || !times.is_sorted_by(|one, next| one < next) {
            return Err(Fault::Order);
        }
        if let Some(last) = times.last() {
            let keys = || read.keys_at(start);
            match &mut self.before {
                Some((_, time)) if !is_new => *time = *last,
                before => *before = Some((keys(), *last)),
            }
        }
        self.at = end;
        let Within { from, until } = self.order.within;
        let skipped = from.map_or(0, |from| times.partition_point(|time| *time < from));
        let taken = until.map_or(times.len(), |until| {
            times.partition_point(|time| *time < until)
        });
        Ok(Some(Segment {
            range: start + skipped..start + taken.max(skipped),
            read,
            is_new,
        }))
    }

    /// The batch that the next row is in.
    fn batch(&mut self) -> Result<Option<Arc<Read>>, Fault> {
        loop {
            if let Some(read) = &self.read
                && self.at < read.batch.num_rows()
            {
                return Ok(Some(read.clone()));
            }
            let Some(batch) = self.batches.next() else {
                return Ok(None);
            };
            let batch = batch.map_err(|error| Fault::Source(Box::new(error)))?;
            self.read = Some(Arc::new(Read::of(batch, &self.order)?));
            self.at = 0;
        }
    }
}

impl Segment {
    /// The keys of its series, each an array of one that keeps no batch.
    pub(super) fn keys(&self) -> Result<Vec<ArrayRef>, Fault> {
        let keys = self.read.keys.iter();
        keys.map(|key| one_row(key, self.range.start.min(key.len() - 1)))
            .collect()
    }
}

impl Read {
    fn of(batch: RecordBatch, order: &Order) -> Result<Self, Fault> {
        let keys = order.keys.iter().map(|name| column(&batch, name).cloned());
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
        let comparators = keys.iter().map(|key| comparator(key, key));
        Ok(Self {
            comparators: comparators.collect::<Result<_, _>>()?,
            times: times(&batch, &order.time)?,
            keys,
            batch,
        })
    }

    /// The keys of a row, each an array of one.
    fn keys_at(&self, row: usize) -> Vec<ArrayRef> {
        self.keys.iter().map(|key| key.slice(row, 1)).collect()
    }

    /// The row after the last of the series that `start` is of: equal keys stand together, so it is searched for in
    /// steps that double.
    fn run_end(&self, start: usize) -> usize {
        let is_same = |row| {
            self.comparators
                .iter()
                .all(|compare| compare(start, row).is_eq())
        };
        let rows = self.batch.num_rows();
        let (mut same, mut step) = (start, 1);
        if rows > start && is_same(rows - 1) {
            return rows;
        }
        while same + step < rows && is_same(same + step) {
            same += step;
            step *= 2;
        }
        let mut other = (same + step).min(rows);
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if is_same(middle) {
                same = middle;
            } else {
                other = middle;
            }
        }
        other
    }

    /// The keys of `row` beside `others`.
    fn compare(&self, row: usize, others: &[ArrayRef]) -> Result<Ordering, Fault> {
        for (key, other) in self.keys.iter().zip(others) {
            let order = comparator(key, other)?(row, 0);
            if order != Ordering::Equal {
                return Ok(order);
            }
        }
        Ok(Ordering::Equal)
    }
}

/// The column called `name`.
pub(super) fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef, Fault> {
    batch.column_by_name(name).ok_or_else(|| Fault::Rows {
        column: name.into(),
    })
}

/// The value of `row`, copied, so that it does not keep the others.
pub(super) fn one_row(column: &ArrayRef, row: usize) -> Result<ArrayRef, Fault> {
    let row = u64::try_from(row).unwrap_or(u64::MAX);
    Ok(take(column, &UInt64Array::from(vec![row]), None)?)
}

fn comparator(left: &ArrayRef, right: &ArrayRef) -> Result<DynComparator, Fault> {
    Ok(make_comparator(left, right, SortOptions::default())?)
}

fn times(batch: &RecordBatch, time: &TimeColumn) -> Result<ScalarBuffer<i64>, Fault> {
    let column = column(batch, &time.name)?;
    if column.null_count() > 0 {
        return Err(Fault::Order);
    }
    match column.data_type() {
        DataType::Timestamp(TimeUnit::Millisecond, _) if !time.is_date => Ok(column
            .as_primitive::<TimestampMillisecondType>()
            .values()
            .clone()),
        DataType::Date32 if time.is_date => {
            let days = column.as_primitive::<Date32Type>().values().iter();
            Ok(days.map(|day| i64::from(*day) * DAY).collect())
        }
        _ => Err(Fault::Rows {
            column: time.name.clone(),
        }),
    }
}

const DAY: i64 = 86_400_000;
