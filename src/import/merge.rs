//! From what was read of each coverage to the rows of the store.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{
    Request,
    axis_fit::{self, Known},
    join::Joined,
    parsed::Parsed,
    request::AxisStep,
    work::Sourced,
};
use crate::dataset::grid::{
    Axis, GridShape, StoreMetadata, StoreWriter, WIDE_NOT_COVERED, WriteError,
};

/// What all sources together make.
pub(super) struct Merged {
    pub(super) rows: u32,
    pub(super) cells_on_grid: u64,
    /// None when every cell of the axes is on the grid.
    bitmap: Option<Vec<u8>>,
}

/// The grid that takes most places of all sources; none when there is no regular one.
pub(super) fn shape(sources: &[Sourced], request: &Request, rounds: bool) -> Option<GridShape> {
    let all = |of: fn(&Parsed) -> &std::collections::HashSet<i32>| -> BTreeSet<i32> {
        let parsed = sources.iter().map(|source| &source.parsed);
        parsed.flat_map(of).copied().collect()
    };
    let latitudes = all(|source| &source.latitudes);
    let longitudes = all(|source| &source.longitudes);
    let own_step = |axis: &Axis| micro_step(axis).unwrap_or(SINGLE_STEP);
    let known = |step: Option<AxisStep>, single_step: i64| Known {
        step,
        single_step,
        is_rounded: rounds,
    };
    let (north, east) = request.step.map_or((None, None), |step| {
        (Some(step.latitude), Some(step.longitude))
    });
    let (latitude, longitude) = if latitudes.len() == 1 {
        let longitude = axis_fit::fit(&longitudes, known(east, SINGLE_STEP))?;
        let latitude = axis_fit::fit(&latitudes, known(north, own_step(&longitude)))?;
        (latitude, longitude)
    } else {
        let latitude = axis_fit::fit(&latitudes, known(north, SINGLE_STEP))?;
        let longitude = axis_fit::fit(&longitudes, known(east, own_step(&latitude)))?;
        (latitude, longitude)
    };
    let shape = GridShape {
        latitude,
        longitude,
    };
    let places: u64 = sources.iter().map(|source| source.parsed.rows).sum();
    let bound = MAX_EMPTY_CELLS.saturating_add(places.saturating_mul(MAX_CELLS_A_PLACE));
    (shape.is_sound() && shape.cells() <= bound).then_some(shape)
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

/// The step of an axis in millionths, if it is a whole number of them.
fn micro_step(axis: &Axis) -> Option<i64> {
    (axis.count() > 1).then(|| axis.micro(1) - axis.micro(0))
}

/// The step when all places are one.
const SINGLE_STEP: i64 = 250_000;
/// A grid may be this much larger than what lies on it.
const MAX_CELLS_A_PLACE: u64 = 64;
const MAX_EMPTY_CELLS: u64 = 50_000_000;
