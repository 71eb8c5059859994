//! Sorted rows of many runs, merged into one.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_row::{Row, Rows};
use arrow_schema::ArrowError;
use arrow_select::interleave::interleave_record_batch;

use super::{
    batches::{BATCH_BYTES, BATCH_ROWS, row_bytes},
    order::Order,
    runs::Batches,
};

/// Rows of many runs in their order, batches of bounded size. Of equal rows that of the earlier run comes first.
pub(super) struct Merge {
    order: Arc<Order>,
    /// Runs that have rows left, a heap by their next rows.
    heap: Vec<Source>,
}

struct Source {
    run: usize,
    batches: Batches,
    batch: RecordBatch,
    rows: Rows,
    /// Octets of a row of the batch, about.
    row_bytes: usize,
    /// The next row of the batch.
    at: usize,
    /// The batch among those of the answer that is made.
    place: Option<usize>,
}

impl Merge {
    pub(super) fn new(
        order: Arc<Order>,
        runs: impl IntoIterator<Item = Batches>,
    ) -> Result<Self, ArrowError> {
        let mut heap = Vec::new();
        for (run, batches) in runs.into_iter().enumerate() {
            heap.extend(Source::begin(run, batches, &order)?);
        }
        let mut merge = Self { order, heap };
        for at in (0..merge.heap.len() / 2).rev() {
            merge.sift_down(at);
        }
        Ok(merge)
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut batches: Vec<RecordBatch> = Vec::new();
        let mut picked: Vec<(usize, usize)> = Vec::with_capacity(BATCH_ROWS);
        let mut bytes = 0;
        while picked.len() < BATCH_ROWS && bytes < BATCH_BYTES {
            let Some(count) = self.ahead(BATCH_ROWS - picked.len(), BATCH_BYTES - bytes) else {
                break;
            };
            let Some(source) = self.heap.first_mut() else {
                break;
            };
            bytes += count * source.row_bytes;
            if picked.is_empty() && count == BATCH_ROWS {
                let whole = source.batch.slice(source.at, count);
                self.advance(count)?;
                return Ok(Some(whole));
            }
            let place = *source.place.get_or_insert_with(|| {
                batches.push(source.batch.clone());
                batches.len() - 1
            });
            picked.extend((source.at..source.at + count).map(|row| (place, row)));
            self.advance(count)?;
        }
        for source in &mut self.heap {
            source.place = None;
        }
        if picked.is_empty() {
            return Ok(None);
        }
        let batches: Vec<&RecordBatch> = batches.iter().collect();
        interleave_record_batch(&batches, &picked).map(Some)
    }

    /// Rows of the first run that come before those of all others, of one batch and at most so many.
    fn ahead(&self, most: usize, most_bytes: usize) -> Option<usize> {
        let first = self.heap.first()?;
        let most = most.min(most_bytes / first.row_bytes.max(1)).max(1);
        let left = first.rows.num_rows() - first.at;
        let others = [self.heap.get(1), self.heap.get(2)];
        let next = others.into_iter().flatten().min_by(|one, other| {
            let by_row = one.row().cmp(&other.row());
            by_row.then(one.run.cmp(&other.run))
        });
        let most = most.min(left);
        let Some(next) = next else {
            return Some(most);
        };
        let limit = next.row();
        let is_before = |row: Row<'_>| row < limit || (row == limit && first.run < next.run);
        // The first is: it is the first of the heap. Steps are doubled before they are halved, as rows of a run often
        // lie together.
        let mut step = 1;
        while step < most && is_before(first.rows.row(first.at + step)) {
            step *= 2;
        }
        let (mut low, mut high) = (step / 2 + 1, step.min(most));
        while low < high {
            let middle = low.midpoint(high);
            if is_before(first.rows.row(first.at + middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(low.min(most))
    }

    fn advance(&mut self, count: usize) -> Result<(), ArrowError> {
        let Some(source) = self.heap.first_mut() else {
            return Ok(());
        };
        source.at += count;
        if source.at == source.rows.num_rows() && !source.refill(&self.order)? {
            self.heap.swap_remove(0);
        }
        self.sift_down(0);
        Ok(())
    }

    fn sift_down(&mut self, mut at: usize) {
        loop {
            let least = [2 * at + 1, 2 * at + 2]
                .into_iter()
                .fold(at, |least, child| {
                    if self.is_less(child, least) {
                        child
                    } else {
                        least
                    }
                });
            if least == at {
                return;
            }
            self.heap.swap(at, least);
            at = least;
        }
    }

    fn is_less(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.heap.get(one), self.heap.get(other)) else {
            return false;
        };
        one.row()
            .cmp(&other.row())
            .then(one.run.cmp(&other.run))
            .is_lt()
    }
}

impl Iterator for Merge {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

impl Source {
    fn begin(run: usize, batches: Batches, order: &Order) -> Result<Option<Self>, ArrowError> {
        let mut batches = batches;
        let Some((batch, rows)) = next(&mut batches, order)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            run,
            batches,
            row_bytes: row_bytes(&batch),
            batch,
            rows,
            at: 0,
            place: None,
        }))
    }

    fn refill(&mut self, order: &Order) -> Result<bool, ArrowError> {
        let Some((batch, rows)) = next(&mut self.batches, order)? else {
            return Ok(false);
        };
        self.row_bytes = row_bytes(&batch);
        (self.batch, self.rows, self.at, self.place) = (batch, rows, 0, None);
        Ok(true)
    }

    fn row(&self) -> Row<'_> {
        self.rows.row(self.at)
    }
}

/// The next batch that has rows.
fn next(batches: &mut Batches, order: &Order) -> Result<Option<(RecordBatch, Rows)>, ArrowError> {
    for batch in batches {
        let batch = batch?;
        if batch.num_rows() > 0 {
            let rows = order.rows(&batch)?;
            return Ok(Some((batch, rows)));
        }
    }
    Ok(None)
}
