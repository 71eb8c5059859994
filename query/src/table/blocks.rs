//! Decoded rows that are kept in memory for the next who asks for one of them.

use std::{fmt, sync::Arc, time::Duration};

use arrow_array::RecordBatch;
use moka::sync::Cache;

use crate::layout::Digest;

/// Rows of single pages, decoded: those that are asked for most, as far as there is room. Tables that share it share its
/// room.
#[derive(Clone)]
pub struct Blocks(Cache<Place, Block>);

/// Rows, and the octets that they take.
#[derive(Clone)]
struct Block {
    rows: Arc<RecordBatch>,
    bytes: usize,
}

/// A page: its file by half of the digest, which is the same wherever the file lies; its row group and its first row, or
/// its number among the batches of an Arrow file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Place {
    pub(super) file: [u8; 16],
    pub(super) group: usize,
    pub(super) first: usize,
}

impl Blocks {
    /// Room for as many octets.
    #[must_use]
    pub fn of(bytes: u64) -> Self {
        let weight = |_: &Place, block: &Block| {
            u32::try_from(block.bytes.saturating_add(ENTRY_BYTES)).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().weigher(weight).max_capacity(bytes);
        Self(cache.time_to_idle(LONGEST_IDLE).build())
    }

    /// The rows of a page, where they are there.
    pub(super) fn get(&self, place: &Place) -> Option<Arc<RecordBatch>> {
        self.0.get(place).map(|block| block.rows)
    }

    /// Keeps the rows of a page; those that take more than [`MOST_BYTES`] are not kept.
    pub(super) fn keep(&self, place: Place, rows: &Arc<RecordBatch>) {
        let bytes = rows.get_array_memory_size();
        if bytes <= MOST_BYTES {
            let rows = Arc::clone(rows);
            self.0.insert(place, Block { rows, bytes });
        }
    }

    /// Keeps rows that lie in a file which is mapped: their columns alone take memory.
    pub(super) fn keep_mapped(&self, place: Place, rows: &Arc<RecordBatch>) {
        let bytes = rows.num_columns().saturating_mul(COLUMN_BYTES);
        let rows = Arc::clone(rows);
        self.0.insert(place, Block { rows, bytes });
    }
}

impl Place {
    pub(super) fn new(file: &Digest, group: usize, first: usize) -> Self {
        Self {
            file: file.octets(),
            group,
            first,
        }
    }
}

impl fmt::Debug for Blocks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.weighted_size();
        write!(formatter, "Blocks({bytes} octets)")
    }
}

/// Room for the pages of some hundred thousand records.
impl Default for Blocks {
    fn default() -> Self {
        Self::of(DEFAULT_BYTES)
    }
}

/// Octets of a page that are kept, at most: one of large texts would push out many others.
pub(super) const MOST_BYTES: usize = 512 << 10;
const DEFAULT_BYTES: u64 = 64 << 20;
/// Octets of a column whose values lie elsewhere, about.
const COLUMN_BYTES: usize = 256;
/// Time after which nobody asks any more. Rows of a mapped file keep its place on the disk, also when its table has
/// another version by now.
const LONGEST_IDLE: Duration = Duration::from_mins(10);
/// Octets of an entry beside its values, about.
const ENTRY_BYTES: usize = 1_024;

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Int64Array};

    use super::*;

    fn batch(rows: i64) -> RecordBatch {
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..rows));
        RecordBatch::try_from_iter([("number", numbers)]).unwrap()
    }

    fn place(first: usize) -> Place {
        Place::new(&Digest::of(b"a file"), 0, first)
    }

    fn is_kept(blocks: &Blocks, first: usize) -> bool {
        blocks.get(&place(first)).is_some()
    }

    #[test]
    fn a_page_is_that_of_its_file_its_group_and_its_first_row() {
        let blocks = Blocks::default();
        assert!(!is_kept(&blocks, 0));
        blocks.keep(place(0), &Arc::new(batch(3)));
        let kept = blocks.get(&place(0)).unwrap();
        assert_eq!(*kept, batch(3));
        for other in [
            place(3),
            Place::new(&Digest::of(b"a file"), 1, 0),
            Place::new(&Digest::of(b"another file"), 0, 0),
        ] {
            assert!(blocks.get(&other).is_none(), "{other:?}");
        }
    }

    #[test]
    fn a_large_page_is_not_kept_and_all_that_are_take_no_more_than_there_is_room() {
        let blocks = Blocks::default();
        blocks.keep(place(0), &Arc::new(batch(100_000)));
        assert!(!is_kept(&blocks, 0));
        let small = Blocks::of(1 << 20);
        for first in 0..100 {
            small.keep(place(first), &Arc::new(batch(10_000)));
        }
        small.0.run_pending_tasks();
        assert!((1..=1 << 20).contains(&small.0.weighted_size()));
    }

    #[test]
    fn rows_of_a_mapped_file_are_kept_and_take_no_more_than_their_columns() {
        let blocks = Blocks::default();
        blocks.keep_mapped(place(0), &Arc::new(batch(100_000)));
        assert_eq!(*blocks.get(&place(0)).unwrap(), batch(100_000));
        blocks.0.run_pending_tasks();
        assert_eq!(blocks.0.weighted_size(), 256 + 1_024);
        assert_eq!(format!("{blocks:?}"), "Blocks(1280 octets)");
    }

    #[test]
    fn rows_that_nobody_asks_for_any_more_are_let_go() {
        let idle = Blocks::default().0.policy().time_to_idle();
        assert_eq!(idle, Some(LONGEST_IDLE));
    }
}
