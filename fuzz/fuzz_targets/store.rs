//! A store that may be damaged: it is refused, or every cell of it can be read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild::dataset::grid::{Cell, CellIndex, Grid};

fuzz_target!(|content: &[u8]| {
    let Ok(grid) = Grid::from_bytes(content.to_vec().into()) else {
        return;
    };
    let shape = *grid.shape();
    for number in 0..u32::try_from(shape.cells().min(10_000)).unwrap_or(0) {
        let cell: CellIndex = shape.cell(number);
        if let Cell::Row(row) = grid.cell(cell) {
            let width: u32 = grid
                .metadata()
                .coverages
                .iter()
                .map(|one| one.columns.count())
                .sum();
            assert!(u32::try_from(row.values().count()).is_ok_and(|found| found >= width));
        }
    }
    let _ = grid.verify();
});
