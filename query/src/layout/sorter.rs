//! Rows in any order, sorted with bounded memory.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_row::Rows;
use arrow_schema::{ArrowError, SchemaRef};
use arrow_select::interleave::interleave_record_batch;

use super::{
    batches::{BATCH_BYTES, BATCH_ROWS, bytes, row_bytes},
    merge::Merge,
    order::Order,
    runs::{Batches, Run},
};

/// Rows that are being sorted: as many as may be in memory, the others in runs on the disk.
pub(super) struct Sorter {
    order: Arc<Order>,
    schema: SchemaRef,
    folder: PathBuf,
    most_bytes: usize,
    held: Vec<(RecordBatch, Rows)>,
    held_bytes: usize,
    /// Runs, and runs that were merged of [`MOST_RUNS`] of those, and so on.
    runs: Vec<Vec<Run>>,
    written: usize,
}

impl Sorter {
    /// Of rows of `schema`, with runs in `folder` when they have more than `most_bytes`.
    pub(super) fn new(order: Order, schema: SchemaRef, folder: &Path, most_bytes: usize) -> Self {
        Self {
            order: Arc::new(order),
            schema,
            folder: folder.to_owned(),
            most_bytes,
            held: Vec::new(),
            held_bytes: 0,
            runs: Vec::new(),
            written: 0,
        }
    }

    pub(super) fn push(&mut self, batch: RecordBatch) -> Result<(), ArrowError> {
        let rows = self.order.rows(&batch)?;
        self.held_bytes += bytes(&batch)? + rows.size() + INDEX_BYTES * batch.num_rows();
        self.held.push((batch, rows));
        if self.held_bytes > self.most_bytes {
            self.spill()?;
        }
        Ok(())
    }

    /// The rows in their order; of equal ones that which was pushed first comes first.
    pub(super) fn finish(mut self) -> Result<Batches, ArrowError> {
        let held = self.take_held();
        let runs = std::mem::take(&mut self.runs);
        // Runs of a higher level are older.
        let runs = runs.into_iter().rev().flatten().map(Run::read);
        let mut runs = runs.collect::<Result<Vec<_>, _>>()?;
        if runs.is_empty() {
            return Ok(held);
        }
        runs.push(held);
        let order = Arc::clone(&self.order);
        Ok(Box::new(Merge::new(order, runs)?))
    }

    fn spill(&mut self) -> Result<(), ArrowError> {
        let held = self.take_held();
        let mut run = self.write(held)?;
        for level in 0.. {
            if self.runs.len() == level {
                self.runs.push(Vec::new());
            }
            let Some(runs) = self.runs.get_mut(level) else {
                break;
            };
            runs.push(run);
            if runs.len() < MOST_RUNS {
                break;
            }
            let runs = std::mem::take(runs);
            let runs = runs.into_iter().map(Run::read);
            let runs = runs.collect::<Result<Vec<_>, _>>()?;
            let merged = Merge::new(Arc::clone(&self.order), runs)?;
            run = self.write(merged)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    ) -> Result<Run, ArrowError> {
        self.written += 1;
        let path = self.folder.join(format!("run-{}.arrow", self.written));
        Run::write(path, &self.schema, batches)
    }

    /// Rows in memory, sorted.
    fn take_held(&mut self) -> Batches {
        self.held_bytes = 0;
        let held = std::mem::take(&mut self.held);
        if ascends(&held) {
            return Box::new(held.into_iter().map(|(batch, _)| Ok(batch)));
        }
        let (batches, rows): (Vec<RecordBatch>, Vec<Rows>) = held.into_iter().unzip();
        let indices = sorted(&rows);
        drop(rows);
        let sizes: Vec<usize> = batches.iter().map(row_bytes).collect();
        let mut at = 0;
        Box::new(std::iter::from_fn(move || {
            let mut bytes = 0;
            let rest = indices.iter().skip(at).take(BATCH_ROWS);
            let fitting = rest.take_while(|(batch, _)| {
                let has_room = bytes < BATCH_BYTES;
                bytes += sizes.get(widened(*batch)).copied().unwrap_or_default();
                has_room
            });
            let end = at + fitting.count();
            let picked = indices.get(at..end).filter(|picked| !picked.is_empty())?;
            at = end;
            let picked = picked
                .iter()
                .map(|(batch, row)| (widened(*batch), widened(*row)));
            let batches: Vec<&RecordBatch> = batches.iter().collect();
            Some(interleave_record_batch(
                &batches,
                &picked.collect::<Vec<_>>(),
            ))
        }))
    }
}

/// True of batches that are one sorted run as they came.
fn ascends(held: &[(RecordBatch, Rows)]) -> bool {
    held.iter().flat_map(|(_, rows)| rows.iter()).is_sorted()
}

/// Batch and row of each row, sorted.
fn sorted(rows: &[Rows]) -> Vec<(u32, u32)> {
    let all = rows.iter().enumerate().flat_map(|(batch, rows)| {
        let keyed = rows.iter().enumerate();
        keyed.map(move |(row, key)| (prefix(key.as_ref()), narrowed(batch), narrowed(row)))
    });
    let mut all: Vec<_> = all.collect();
    let whole = |batch: u32, row: u32| {
        let rows = rows.get(widened(batch));
        rows.map(|rows| rows.row(widened(row)))
    };
    all.sort_unstable_by(|(prefix, batch, row), (other, other_batch, other_row)| {
        let by_prefix = prefix.cmp(other);
        by_prefix
            .then_with(|| whole(*batch, *row).cmp(&whole(*other_batch, *other_row)))
            .then_with(|| (batch, row).cmp(&(other_batch, other_row)))
    });
    all.into_iter()
        .map(|(_, batch, row)| (batch, row))
        .collect()
}

/// The first octets of a row, which tell most rows apart without a look at the rest.
fn prefix(row: &[u8]) -> u64 {
    let mut first = [0; 8];
    for (to, from) in first.iter_mut().zip(row) {
        *to = *from;
    }
    u64::from_be_bytes(first)
}

/// Batches and rows in memory are few: they are counted in octets.
fn narrowed(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn widened(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// Runs that are merged together: each has a file open and a batch in memory.
const MOST_RUNS: usize = 32;
/// Octets of a row's entry while rows in memory are sorted.
const INDEX_BYTES: usize = 24;
