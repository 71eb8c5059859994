//! From what was read of each coverage to the rows of the store.

use std::{
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use super::join::Joined;
use crate::dataset::grid::{GridShape, StoreMetadata, StoreWriter, WIDE_NOT_COVERED, WriteError};

/// The rows of all sources together.
pub(super) struct Merged {
    pub(super) rows: u32,
    pub(super) cells_on_grid: u64,
    /// None when every cell of the axes is on the grid.
    bitmap: Option<Vec<u8>>,
}

impl Merged {
    pub(super) fn of(shape: &GridShape, coverages: &[Joined<'_>]) -> Self {
        let cells = usize::try_from(shape.cells()).unwrap_or(usize::MAX);
        let mut bitmap = vec![0; cells.div_ceil(8)];
        let (mut rows, mut on_grid) = (0, 0);
        for cell in 0..cells {
            if coverages.iter().any(|one| one.has_line(cell)) {
                on_grid += 1;
                if let Some(octet) = bitmap.get_mut(cell / 8) {
                    *octet |= 1 << (cell % 8);
                }
            }
            rows += u32::from(coverages.iter().any(|one| one.has_row(cell)));
        }
        Self {
            rows,
            cells_on_grid: on_grid,
            bitmap: (on_grid < shape.cells()).then_some(bitmap),
        }
    }

    /// Writes the store to `sink`, counting its rows in `written`.
    pub(super) fn write<W: Write>(
        &self,
        metadata: StoreMetadata,
        coverages: &[Joined<'_>],
        sink: W,
        written: &AtomicU64,
    ) -> Result<W, WriteError> {
        let is_wide = coverages.iter().any(Joined::is_wide);
        let cells = metadata.grid.cells();
        let mut writer = StoreWriter::begin(sink, metadata, self.bitmap.as_deref(), is_wide)?;
        let width = coverages.iter().map(|one| one.stats.len()).sum();
        let mut row = vec![WIDE_NOT_COVERED; width];
        for cell in 0..u32::try_from(cells).unwrap_or(u32::MAX) {
            if gather(cell, coverages, &mut row) {
                writer.push(cell, &row)?;
                written.fetch_add(1, Ordering::Relaxed);
            }
        }
        writer.finish()
    }
}

/// Puts together what the coverages have for `cell`; whether that is anything.
fn gather(cell: u32, coverages: &[Joined<'_>], row: &mut [i64]) -> bool {
    let mut has_any = false;
    let mut rest = row;
    for coverage in coverages {
        let Some((part, after)) = rest.split_at_mut_checked(coverage.stats.len()) else {
            return has_any;
        };
        rest = after;
        match coverage.read_row(cell, part) {
            Some(()) => has_any = true,
            None => part.fill(WIDE_NOT_COVERED),
        }
    }
    has_any
}
