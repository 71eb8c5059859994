//! A page of rows: as many as are asked for, or fewer where they are long.

use arrow_array::RecordBatch;
use perild_query::{Cursor, Query};

use super::{PermittedTable, Refused};

/// A page of rows.
#[derive(Debug)]
pub struct Page {
    /// Its rows.
    pub batches: Vec<RecordBatch>,
    /// Their number.
    pub rows: usize,
    /// Bytes that they take in memory.
    pub bytes: usize,
    /// The place behind them, when there are more.
    pub next: Option<Cursor>,
}

/// The size of a page.
#[derive(Clone, Copy, Debug)]
pub struct PageSize {
    /// Rows.
    pub rows: usize,
    /// Rows before it that are passed over.
    pub offset: usize,
    /// Bytes, behind which it ends with the row that it has begun.
    pub bytes: usize,
}

impl Page {
    /// Reads the page of `query`'s rows from `table`.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn read(table: &PermittedTable, query: Query, size: PageSize) -> Result<Self, Refused> {
        let limit = size.rows.saturating_add(size.offset);
        let mut rows = table.select(Query {
            limit: Some(limit),
            ..query
        })?;
        let mut page = Self {
            batches: Vec::new(),
            rows: 0,
            bytes: 0,
            next: None,
        };
        let mut to_pass_over = size.offset;
        while let Some(batch) = rows.next() {
            let batch = batch?;
            let passed_over = to_pass_over.min(batch.num_rows());
            to_pass_over -= passed_over;
            let taken = page.push(&batch, passed_over, size.bytes);
            if passed_over + taken < batch.num_rows() {
                page.next = rows.cursor_after(passed_over + taken)?;
                return Ok(page);
            }
        }
        page.next = rows.cursor()?;
        Ok(page)
    }

    /// This page with each of its batches changed by `change`.
    ///
    /// # Errors
    /// [`Refused`] of `change`.
    pub fn each(
        mut self,
        change: impl Fn(RecordBatch) -> Result<RecordBatch, Refused>,
    ) -> Result<Self, Refused> {
        let changed = self.batches.into_iter().map(change);
        self.batches = changed.collect::<Result<_, _>>()?;
        Ok(self)
    }

    /// Takes the rows of `batch` from `first` on, or some of them: at least one, as long as there is room for the next.
    fn push(&mut self, batch: &RecordBatch, first: usize, most_bytes: usize) -> usize {
        let rows = batch.num_rows() - first;
        if rows == 0 {
            return 0;
        }
        let of_a_row = batch.get_array_memory_size() / batch.num_rows();
        let room = most_bytes.saturating_sub(self.bytes);
        let fitting = room.checked_div(of_a_row).unwrap_or(rows);
        let taken = fitting.max(usize::from(self.rows == 0)).min(rows);
        if taken > 0 {
            self.batches.push(batch.slice(first, taken));
            self.rows += taken;
            self.bytes += taken * of_a_row;
        }
        taken
    }
}
