//! From a cell's number to its row: two bits a cell, and counts among them.

use std::ops::Range;

/// The cells that are on the grid, and the rows of those that have one.
///
/// A cell with a row costs one look into memory: its block is what a processor fetches at once.
#[derive(Clone, Debug)]
pub(super) struct RowIndex {
    blocks: Vec<Block>,
    on_grid: OnGrid,
}

/// Cells that a source has a line for: only cells without a row are looked up here.
#[derive(Clone, Debug)]
enum OnGrid {
    /// All below this one.
    Below(u32),
    /// Those whose bit is set, the lowest bit first.
    Bits(Vec<u64>),
}

/// The row of a cell, or its want of one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    OffGrid,
    Empty,
    Row(u32),
}

/// 384 neighbouring cells in the 64 bytes of a cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Block {
    /// A bit for each cell, the lowest first.
    with_row: [u64; WORDS],
    /// Rows of the words of this block before each of them.
    rows_within: [u16; WORDS],
    /// Rows of all blocks before this one.
    rows_before: u32,
}

impl RowIndex {
    /// An index of `cells` cells, none of which is on the grid yet.
    pub(super) fn new(cells: u32) -> Self {
        let blocks = usize::try_from(cells.div_ceil(CELLS)).unwrap_or(usize::MAX);
        Self {
            blocks: vec![Block::default(); blocks],
            on_grid: OnGrid::Below(0),
        }
    }

    /// Puts every cell below `cells` on the grid.
    pub(super) fn put_all_on_grid(&mut self, cells: u32) {
        self.on_grid = OnGrid::Below(cells);
    }

    /// Puts the cells of a bitmap on the grid: bit 0 of the first byte is cell 0.
    pub(super) fn put_on_grid(&mut self, bitmap: &[u8]) {
        let words = bitmap.chunks(8).map(|bytes| {
            let mut bits = [0; 8];
            for (bit, byte) in bits.iter_mut().zip(bytes) {
                *bit = *byte;
            }
            u64::from_le_bytes(bits)
        });
        self.on_grid = OnGrid::Bits(words.collect());
    }

    /// Gives `cell` a row; `false` when it is off the grid or has one.
    pub(super) fn give_row(&mut self, cell: u32) -> bool {
        let is_on_grid = self.is_on_grid(cell);
        let (block, word, mask) = split(cell);
        let block = self.blocks.get_mut(block);
        match block.and_then(|block| block.with_row.get_mut(word)) {
            Some(with_row) if is_on_grid && *with_row & mask == 0 => {
                *with_row |= mask;
                true
            }
            _ => false,
        }
    }

    /// Counts the rows; those of later blocks have higher numbers.
    pub(super) fn number_rows(&mut self) {
        let mut rows = 0;
        for block in &mut self.blocks {
            block.rows_before = rows;
            let mut within = 0;
            for (word, before) in block.with_row.iter().zip(&mut block.rows_within) {
                *before = within;
                // At most 64 of a word, 384 of a block.
                within += u16::try_from(word.count_ones()).unwrap_or(0);
            }
            rows += u32::from(within);
        }
    }

    /// The row of `cell`.
    pub(super) fn find(&self, cell: u32) -> Found {
        let (block, word, mask) = split(cell);
        let block = self.blocks.get(block);
        let found = block.and_then(|block| {
            let with_row = block.with_row.get(word)?;
            let within = block.rows_within.get(word)?;
            let before = (with_row & (mask - 1)).count_ones();
            (with_row & mask != 0).then(|| block.rows_before + u32::from(*within) + before)
        });
        match found {
            Some(row) => Found::Row(row),
            None if self.is_on_grid(cell) => Found::Empty,
            None => Found::OffGrid,
        }
    }

    /// The first of `cells` that has a row.
    pub(super) fn first_with_row(&self, cells: Range<u32>) -> Option<u32> {
        let mut next = u64::from(cells.start);
        while next < u64::from(cells.end) {
            let bits = self.word(next / 64) >> (next % 64);
            if bits != 0 {
                let found = next + u64::from(bits.trailing_zeros());
                return u32::try_from(found).ok().filter(|cell| *cell < cells.end);
            }
            next = (next / 64 + 1) * 64;
        }
        None
    }

    /// The last of `cells` that has a row.
    pub(super) fn last_with_row(&self, cells: Range<u32>) -> Option<u32> {
        let mut end = u64::from(cells.end);
        while end > u64::from(cells.start) {
            let last = end - 1;
            let bits = self.word(last / 64) << (63 - last % 64);
            if bits != 0 {
                let found = last.checked_sub(u64::from(bits.leading_zeros()))?;
                return u32::try_from(found)
                    .ok()
                    .filter(|cell| *cell >= cells.start);
            }
            end = last / 64 * 64;
        }
        None
    }

    /// The cells with a row among the 64 from 64 times `number` on.
    fn word(&self, number: u64) -> u64 {
        let words = u64::from(CELLS / 64);
        let block = usize::try_from(number / words).ok();
        let block = block.and_then(|at| self.blocks.get(at));
        let word = usize::try_from(number % words).ok();
        let word = block.and_then(|block| block.with_row.get(word?));
        word.copied().unwrap_or(0)
    }

    fn is_on_grid(&self, cell: u32) -> bool {
        match &self.on_grid {
            OnGrid::Below(cells) => cell < *cells,
            OnGrid::Bits(words) => {
                let word = usize::try_from(cell / 64).ok();
                let word = word.and_then(|at| words.get(at));
                word.is_some_and(|word| word & (1 << (cell % 64)) != 0)
            }
        }
    }
}

/// The block of a cell, its word there, and its bit in that.
fn split(cell: u32) -> (usize, usize, u64) {
    let within = cell % CELLS;
    let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    (at(cell / CELLS), at(within / 64), 1 << (within % 64))
}

const WORDS: usize = 6;
/// Cells of a block.
const CELLS: u32 = 6 * 64;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cell_leads_where_a_sorted_set_says(
            cells in 1..1000_u32,
            on_grid in prop::collection::btree_set(0..1000_u32, 0..400),
            with_row in prop::collection::btree_set(0..1000_u32, 0..400),
            between in (0..1200_u32, 0..1200_u32),
        ) {
            let on_grid: BTreeSet<_> = on_grid.into_iter().filter(|cell| *cell < cells).collect();
            let with_row: BTreeSet<_> = with_row.intersection(&on_grid).copied().collect();
            let mut bitmap = vec![0_u8; 128];
            for cell in &on_grid {
                bitmap[usize::try_from(cell / 8).unwrap()] |= 1 << (cell % 8);
            }
            let mut index = RowIndex::new(cells);
            index.put_on_grid(&bitmap);
            for cell in &with_row {
                prop_assert!(index.give_row(*cell));
                prop_assert!(!index.give_row(*cell));
            }
            index.number_rows();
            for cell in 0..1200 {
                let expected = match with_row.iter().position(|with| *with == cell) {
                    Some(row) => Found::Row(u32::try_from(row).unwrap()),
                    None if on_grid.contains(&cell) => Found::Empty,
                    None => Found::OffGrid,
                };
                prop_assert_eq!(index.find(cell), expected);
            }
            let (one, other) = between;
            let range = one.min(other)..one.max(other);
            let mut within = with_row.range(range.clone());
            prop_assert_eq!(index.first_with_row(range.clone()), within.clone().next().copied());
            prop_assert_eq!(index.last_with_row(range), within.next_back().copied());
        }
    }

    #[test]
    fn a_block_is_what_a_processor_fetches_at_once() {
        assert_eq!((size_of::<Block>(), align_of::<Block>()), (64, 64));
    }

    #[test]
    fn a_full_grid_ends_with_its_last_cell() {
        for cells in [1, 63, 64, 65, 383, 384, 385, 768] {
            let mut index = RowIndex::new(cells);
            index.put_all_on_grid(cells);
            assert_eq!(index.find(cells - 1), Found::Empty);
            assert_eq!(index.find(cells), Found::OffGrid);
        }
    }
}
