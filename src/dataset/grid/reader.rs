//! An open store: mapped, checked cheaply, and read without a copy.

mod container;

use std::{fs::File, hint::black_box, io, ops::Range, path::Path};

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;

use super::{
    CellIndex, GridShape, Row, StoreMetadata,
    index::{Found, RowIndex},
    row::RawValues,
};
use crate::dataset::mmap;
use container::{Batches, Container};

/// The values of one store; a store renamed over it later does not touch it.
#[derive(Debug)]
pub struct Grid {
    metadata: StoreMetadata,
    checksum: Box<str>,
    checked_bytes: usize,
    index: RowIndex,
    batches: Batches,
    bytes: Bytes,
}

/// A cell of the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cell<'s> {
    /// No source has a line for it.
    OffGrid,
    /// It is on the grid, and none of its values is covered.
    Empty,
    /// It has values.
    Row(Row<'s>),
}

/// Reason why a file is not a store that can be served.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The content is not what was written; only [`Grid::verify`] sees this.
    #[error("the content has the SHA-256 {found}, and {expected} was written: import again")]
    Changed {
        /// The checksum that the store states.
        expected: Box<str>,
        /// The checksum of the content.
        found: Box<str>,
    },
    /// Parts of the file are missing.
    #[error("the file is cut short: import again, or copy it whole")]
    CutShort,
    /// The file's parts do not fit together.
    #[error("the store is damaged ({0}): import again")]
    Damaged(&'static str),
    /// Not an Arrow IPC file written by perild.
    #[error("not a store of perild: build one with `perild import`")]
    NotAStore,
    /// A store of a layout that this version of perild does not read.
    #[error(
        "the store has layout {found}, and this perild reads layouts {} and {}: import again",
        super::first_format::FORMAT,
        super::schema::FORMAT
    )]
    OtherVersion {
        /// The layout's name, shortened.
        found: Box<str>,
    },
    /// The system does not let us read it.
    #[error("cannot read the store: {0}")]
    Unreadable(#[from] io::Error),
}

impl Grid {
    /// Of how many cells [`Grid::fetch`] should be asked at once: as many rows as the nearest cache holds
    /// beside other things.
    pub const TOGETHER: usize = 16;

    /// Maps the store at `path` and checks its structure, not its checksum.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::map(&File::open(path)?)
    }

    /// As [`Grid::open`], for a file that is open.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn map(file: &File) -> Result<Self, StoreError> {
        if !file.metadata()?.is_file() {
            return Err(StoreError::NotAStore);
        }
        Self::from_bytes(mmap::map(file)?)
    }

    /// A store that is in memory already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn from_bytes(bytes: Bytes) -> Result<Self, StoreError> {
        let container = Container::read(&bytes)?;
        let index = container.index()?;
        Ok(Self {
            metadata: container.metadata,
            checksum: container.checksum,
            checked_bytes: container.checked_bytes,
            index,
            batches: container.batches,
            bytes,
        })
    }

    /// The metadata of the store.
    #[must_use]
    pub fn metadata(&self) -> &StoreMetadata {
        &self.metadata
    }

    /// The grid of the cells.
    #[must_use]
    pub fn shape(&self) -> &GridShape {
        &self.metadata.grid
    }

    /// SHA-256 of the content in hexadecimal: another one for every other content.
    #[must_use]
    pub fn checksum(&self) -> &str {
        &self.checksum
    }

    /// The cell nearest to a place in degrees; `None` outside the grid's extent.
    #[must_use]
    pub fn nearest(&self, latitude: f64, longitude: f64) -> Option<CellIndex> {
        self.metadata.grid.nearest(latitude, longitude)
    }

    /// As [`Grid::cell`], only the values at `columns`.
    #[must_use]
    pub fn part(&self, cell: CellIndex, columns: Range<usize>) -> Cell<'_> {
        match self.cell(cell) {
            Cell::Row(row) => Cell::Row(row.part(columns)),
            other => other,
        }
    }

    /// The values of `cell`.
    #[must_use]
    pub fn cell(&self, cell: CellIndex) -> Cell<'_> {
        let GridShape {
            latitude,
            longitude,
        } = &self.metadata.grid;
        if cell.latitude >= latitude.count() || cell.longitude >= longitude.count() {
            return Cell::OffGrid;
        }
        match self.index.find(self.metadata.grid.number(cell)) {
            Found::OffGrid => Cell::OffGrid,
            Found::Empty => Cell::Empty,
            Found::Row(row) => self
                .batches
                .row(row)
                .map_or(Cell::OffGrid, |raw| Cell::Row(Row::new(raw))),
        }
    }

    /// Reads a little of every part of the rows of `cells`, so that what reads them next does not wait.
    ///
    /// A row that is not in the processor's caches takes longer to come than to be read. The rows of
    /// [`Grid::TOGETHER`] cells come in little more than the time of one, when none is waited for before
    /// the next is asked for, and nothing else is done in between: of more cells the first are read.
    pub fn fetch<'s>(cells: impl Iterator<Item = Cell<'s>>) {
        let mut rows = [None; Self::TOGETHER];
        let found = cells.filter_map(|cell| match cell {
            Cell::Row(row) => Some(row),
            Cell::Empty | Cell::OffGrid => None,
        });
        for (place, row) in rows.iter_mut().zip(found) {
            *place = Some(row);
        }
        let touched = rows.iter().flatten().map(|row| row.touch());
        black_box(touched.fold(0, i64::wrapping_add));
    }

    /// The values of the cell nearest to a place in degrees.
    #[must_use]
    pub fn cell_at(&self, latitude: f64, longitude: f64) -> Cell<'_> {
        self.nearest(latitude, longitude)
            .map_or(Cell::OffGrid, |cell| self.cell(cell))
    }

    /// The first of `columns` in which the row of the grid at `latitude` has a cell with values.
    #[must_use]
    pub fn first_with_row(&self, latitude: u32, columns: Range<u32>) -> Option<u32> {
        let (before, cells) = self.cells_of(latitude, columns)?;
        self.index.first_with_row(cells).map(|cell| cell - before)
    }

    /// As [`Grid::first_with_row`], the last of them.
    #[must_use]
    pub fn last_with_row(&self, latitude: u32, columns: Range<u32>) -> Option<u32> {
        let (before, cells) = self.cells_of(latitude, columns)?;
        self.index.last_with_row(cells).map(|cell| cell - before)
    }

    /// The number of the first cell of a row of the grid, and the numbers of those of its cells that lie in `columns`.
    fn cells_of(&self, latitude: u32, columns: Range<u32>) -> Option<(u32, Range<u32>)> {
        let shape = &self.metadata.grid;
        let end = columns.end.min(shape.longitude.count());
        if latitude >= shape.latitude.count() || columns.start >= end {
            return None;
        }
        let before = shape.number(CellIndex {
            latitude,
            longitude: 0,
        });
        Some((before, before + columns.start..before + end))
    }

    /// Every cell with values, south to north and west to east.
    pub fn rows(&self) -> impl Iterator<Item = (CellIndex, Row<'_>)> {
        let cells = self
            .batches
            .cells()
            .map(|number| self.metadata.grid.cell(number));
        cells.zip((0..self.metadata.rows).filter_map(|row| self.batches.row(row).map(Row::new)))
    }

    /// Reads the whole store and compares its checksum: seconds for a large one.
    ///
    /// # Errors
    /// [`StoreError::Changed`].
    pub fn verify(&self) -> Result<(), StoreError> {
        let checked = self
            .bytes
            .get(..self.checked_bytes)
            .ok_or(StoreError::CutShort)?;
        let found = hexadecimal(digest(&SHA256, checked).as_ref());
        if found == self.checksum {
            Ok(())
        } else {
            let expected = self.checksum.clone();
            Err(StoreError::Changed { expected, found })
        }
    }
}

/// Lower case, two digits a byte.
pub(super) fn hexadecimal(bytes: &[u8]) -> Box<str> {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text.into()
}
