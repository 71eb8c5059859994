//! From what was read of each peril to the rows of the store.

use std::{
    collections::BTreeSet,
    io::Write,
    sync::atomic::{AtomicU64, Ordering},
};

use super::{Faults, LineFault, lattice, line::Place, scan::Scanned};
use crate::dataset::grid::{
    About, Axis, CellIndex, Column, GridShape, StoreWriter, WIDE_NOT_COVERED, WriteError,
};

/// Where the lines of one source lie: for each cell [`NO_LINE`], [`NO_ROW`], or its row and 2.
pub(super) type Positions = Vec<u32>;

/// What all sources together make.
pub(super) struct Merged {
    pub(super) rows: u32,
    pub(super) cells_on_grid: u64,
    /// None when every cell of the axes is on the grid.
    bitmap: Option<Vec<u8>>,
}

/// The grid that takes most places of all sources; none when there is no regular one.
pub(super) fn shape<'s>(sources: impl Iterator<Item = &'s Scanned> + Clone) -> Option<GridShape> {
    let all = |of: fn(&Scanned) -> &std::collections::HashSet<i32>| -> BTreeSet<i32> {
        sources.clone().flat_map(of).copied().collect()
    };
    let latitudes = all(|source| &source.latitudes);
    let longitudes = all(|source| &source.longitudes);
    let own_step = |axis: &Axis| micro_step(axis).unwrap_or(SINGLE_STEP);
    let (latitude, longitude) = if latitudes.len() == 1 {
        let longitude = lattice::fit(&longitudes, SINGLE_STEP)?;
        (lattice::fit(&latitudes, own_step(&longitude))?, longitude)
    } else {
        let latitude = lattice::fit(&latitudes, SINGLE_STEP)?;
        (latitude, lattice::fit(&longitudes, own_step(&latitude))?)
    };
    let shape = GridShape {
        latitude,
        longitude,
    };
    let places: u64 = sources.map(|source| source.rows).sum();
    let bound = MAX_EMPTY_CELLS.saturating_add(places.saturating_mul(MAX_CELLS_A_PLACE));
    (shape.is_sound() && shape.cells() <= bound).then_some(shape)
}

/// Where each line of `source` lies; what lies nowhere or where another does is noted.
pub(super) fn locate(shape: &GridShape, source: &Scanned) -> (Positions, Faults) {
    let cells = usize::try_from(shape.cells()).unwrap_or(usize::MAX);
    let mut positions = vec![NO_LINE; cells];
    let mut faults = Faults::default();
    let mut locator = Locator::new(shape);
    let mut next_row = NO_ROW + 1;
    for ((place, has_row), line) in source.spooled.places().zip(FIRST_LINE..) {
        let row = if has_row { next_row } else { NO_ROW };
        next_row += u32::from(has_row);
        let Some(cell) = locator.find(place) else {
            faults.note(line, locator.off_grid(place));
            continue;
        };
        let number = usize::try_from(shape.number(cell)).unwrap_or(usize::MAX);
        match positions.get_mut(number) {
            Some(position) if *position == NO_LINE => *position = row,
            _ => faults.note(line, LineFault::Duplicate(shape.key(cell))),
        }
    }
    (positions, faults)
}

impl Merged {
    pub(super) fn of(shape: &GridShape, positions: &[Positions]) -> Self {
        let cells = usize::try_from(shape.cells()).unwrap_or(usize::MAX);
        let mut bitmap = vec![0; cells.div_ceil(8)];
        let (mut rows, mut on_grid) = (0, 0);
        for cell in 0..cells {
            let found = |least: u32| positions.iter().any(|at| at.get(cell) >= Some(&least));
            if found(NO_ROW) {
                on_grid += 1;
                if let Some(octet) = bitmap.get_mut(cell / 8) {
                    *octet |= 1 << (cell % 8);
                }
            }
            rows += u32::from(found(NO_ROW + 1));
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
        about: About,
        sources: &[&Scanned],
        positions: &[Positions],
        sink: W,
        written: &AtomicU64,
    ) -> Result<W, WriteError> {
        let is_wide = sources.iter().any(|source| source.spooled.is_wide());
        let cells = about.grid.cells();
        let mut writer = StoreWriter::begin(sink, about, self.bitmap.as_deref(), is_wide)?;
        let mut row = [WIDE_NOT_COVERED; Column::COUNT];
        for cell in 0..u32::try_from(cells).unwrap_or(u32::MAX) {
            if gather(cell, sources, positions, &mut row) {
                writer.push(cell, &row)?;
                written.fetch_add(1, Ordering::Relaxed);
            }
        }
        writer.finish()
    }
}

/// Puts together what the sources have for `cell`; whether that is anything.
fn gather(
    cell: u32,
    sources: &[&Scanned],
    positions: &[Positions],
    row: &mut [i64; Column::COUNT],
) -> bool {
    let mut has_any = false;
    for (source, positions) in sources.iter().zip(positions) {
        let first = source.peril.columns().next().map_or(0, Column::index);
        let part = row.get_mut(first..first + source.tallies.len());
        let part = part.unwrap_or_default();
        let position = usize::try_from(cell).ok().and_then(|at| positions.get(at));
        let number = position.and_then(|position| position.checked_sub(NO_ROW + 1));
        let number = number.and_then(|number| usize::try_from(number).ok());
        match number.and_then(|number| source.spooled.read_row(number, part)) {
            Some(()) => has_any = true,
            None => part.fill(WIDE_NOT_COVERED),
        }
    }
    has_any
}

/// Finds cells quickly when places follow one another from west to east.
struct Locator<'s> {
    shape: &'s GridShape,
    longitudes: Vec<i64>,
    latitude: (i64, Option<u32>),
    next_longitude: u32,
}

impl<'s> Locator<'s> {
    fn new(shape: &'s GridShape) -> Self {
        let longitudes = 0..shape.longitude.count();
        Self {
            shape,
            longitudes: longitudes.map(|at| shape.longitude.micro(at)).collect(),
            latitude: (i64::MIN, None),
            next_longitude: 0,
        }
    }

    fn find(&mut self, place: Place) -> Option<CellIndex> {
        let (latitude, longitude) = (i64::from(place.latitude), i64::from(place.longitude));
        if self.latitude.0 != latitude {
            self.latitude = (latitude, self.shape.latitude.index_of(latitude));
        }
        let next = usize::try_from(self.next_longitude).ok()?;
        let longitude = if self.longitudes.get(next) == Some(&longitude) {
            self.next_longitude
        } else {
            self.shape.longitude.index_of(longitude)?
        };
        self.next_longitude = longitude + 1;
        Some(CellIndex {
            latitude: self.latitude.1?,
            longitude,
        })
    }

    fn off_grid(&self, place: Place) -> LineFault {
        LineFault::OffGrid {
            latitude: f64::from(place.latitude) / 1e6,
            longitude: f64::from(place.longitude) / 1e6,
            step: self.shape.latitude.step(),
        }
    }
}

/// The step of an axis in millionths, if it is a whole number of them.
fn micro_step(axis: &Axis) -> Option<i64> {
    (axis.count() > 1).then(|| axis.micro(1) - axis.micro(0))
}

const NO_LINE: u32 = 0;
const NO_ROW: u32 = 1;
/// Line of the first place: the header is line 1, and no line is left out between.
const FIRST_LINE: u64 = 2;
/// The step when all places are one.
const SINGLE_STEP: i64 = 250_000;
/// A grid may be this much larger than what lies on it.
const MAX_CELLS_A_PLACE: u64 = 64;
const MAX_EMPTY_CELLS: u64 = 50_000_000;
