//! From a cell's number to its row: two bits a cell and a count every 64 cells.

/// Which cells are on the grid, which of them have a row, and which row it is.
#[derive(Clone, Debug)]
pub(super) struct RowIndex {
    blocks: Vec<Block>,
}

/// Where a cell leads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Found {
    OffGrid,
    Empty,
    Row(u32),
}

/// 64 neighbouring cells; the lowest bit is the first of them.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    on_grid: u64,
    with_row: u64,
    /// Rows of all blocks before this one.
    rows_before: u32,
}

impl RowIndex {
    /// An index of `cells` cells, none of which is on the grid yet.
    pub(super) fn new(cells: u32) -> Self {
        let blocks = usize::try_from(cells.div_ceil(64)).unwrap_or(usize::MAX);
        Self {
            blocks: vec![Block::default(); blocks],
        }
    }

    /// Puts every cell below `cells` on the grid.
    pub(super) fn put_all_on_grid(&mut self, cells: u32) {
        let mut left = cells;
        for block in &mut self.blocks {
            block.on_grid = if left >= 64 {
                u64::MAX
            } else {
                (1 << left) - 1
            };
            left = left.saturating_sub(64);
        }
    }

    /// Puts the cells of a bitmap on the grid: bit 0 of the first octet is cell 0.
    pub(super) fn put_on_grid(&mut self, bitmap: &[u8]) {
        for (block, octets) in self.blocks.iter_mut().zip(bitmap.chunks(8)) {
            let mut bits = [0; 8];
            for (bit, octet) in bits.iter_mut().zip(octets) {
                *bit = *octet;
            }
            block.on_grid = u64::from_le_bytes(bits);
        }
    }

    /// Gives `cell` a row; `false` when it is off the grid or has one.
    pub(super) fn give_row(&mut self, cell: u32) -> bool {
        let mask = 1 << (cell % 64);
        match block_of(cell).and_then(|at| self.blocks.get_mut(at)) {
            Some(block) if block.on_grid & mask != 0 && block.with_row & mask == 0 => {
                block.with_row |= mask;
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
            rows += block.with_row.count_ones();
        }
    }

    /// Where `cell` leads.
    pub(super) fn find(&self, cell: u32) -> Found {
        let mask = 1 << (cell % 64);
        match block_of(cell).and_then(|at| self.blocks.get(at)) {
            Some(block) if block.with_row & mask != 0 => {
                Found::Row(block.rows_before + (block.with_row & (mask - 1)).count_ones())
            }
            Some(block) if block.on_grid & mask != 0 => Found::Empty,
            _ => Found::OffGrid,
        }
    }
}

fn block_of(cell: u32) -> Option<usize> {
    usize::try_from(cell / 64).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cell_leads_where_a_sorted_set_says(
            cells in 1..500_u32,
            on_grid in prop::collection::btree_set(0..500_u32, 0..200),
            with_row in prop::collection::btree_set(0..500_u32, 0..200),
        ) {
            let on_grid: BTreeSet<_> = on_grid.into_iter().filter(|cell| *cell < cells).collect();
            let with_row: BTreeSet<_> = with_row.intersection(&on_grid).copied().collect();
            let mut bitmap = vec![0_u8; 64];
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
            for cell in 0..600 {
                let expected = match with_row.iter().position(|with| *with == cell) {
                    Some(row) => Found::Row(u32::try_from(row).unwrap()),
                    None if on_grid.contains(&cell) => Found::Empty,
                    None => Found::OffGrid,
                };
                prop_assert_eq!(index.find(cell), expected);
            }
        }
    }

    #[test]
    fn a_full_grid_ends_with_its_last_cell() {
        for cells in [1, 63, 64, 65, 128] {
            let mut index = RowIndex::new(cells);
            index.put_all_on_grid(cells);
            assert_eq!(index.find(cells - 1), Found::Empty);
            assert_eq!(index.find(cells), Found::OffGrid);
        }
    }
}
