//! Rows of one answer, counted while they are written.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The number of rows of an answer, for its record; none where it is no answer of rows. Clones count the same.
#[derive(Clone, Debug, Default)]
pub struct RowCount(Arc<AtomicU64>);

impl RowCount {
    /// Counts `rows` more.
    pub fn add(&self, rows: usize) {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        let more = |held: u64| Some(held.max(COUNTING).saturating_add(rows));
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// The rows so far.
    #[must_use]
    pub fn counted(&self) -> Option<u64> {
        self.0.load(Ordering::Relaxed).checked_sub(COUNTING)
    }
}

/// Held where no row has come yet, but rows are counted.
const COUNTING: u64 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_rows_is_another_than_one_of_no_row() {
        let rows = RowCount::default();
        assert_eq!(rows.counted(), None);
        rows.add(0);
        assert_eq!(rows.counted(), Some(0));
        let same = rows.clone();
        same.add(2);
        same.add(3);
        assert_eq!(rows.counted(), Some(5));
    }
}
