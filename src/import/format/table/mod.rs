//! Tables with one value, or one value a variable, in a row: long CSV and Parquet.
//!
//! The rows of a cell may stand anywhere in the table. They are sorted on the disk, so that memory is bounded
//! however many there are.

mod csv;
mod fault;
mod gather;
mod labels;
mod pages;
mod parquet;
mod place;
mod roles;
mod sort;
mod wide;

use std::{fs::File, path::Path};

pub use fault::{RowFault, RowFaults, TableFault};

use self::{gather::Gathered, roles::Roles};
use super::{Coverage, FormatError, Gridded, Naming, Take, naming::WideColumns};
use crate::dataset::grid::WIDE_NOT_COVERED;

/// A table that was read to its end.
#[derive(Debug)]
pub(super) struct Table {
    gathered: Gathered,
    /// `true` when its places were read from text.
    is_text: bool,
}

impl Table {
    /// Reads CSV, sorted in `folder`.
    pub(super) fn csv(
        source: impl std::io::Read,
        naming: &Naming,
        folder: &Path,
    ) -> Result<Self, FormatError> {
        csv::read(source, naming, folder).map(|gathered| Self {
            gathered,
            is_text: true,
        })
    }

    /// The Parquet file with a row for each cell.
    pub(super) fn wide(
        file: File,
        naming: &Naming,
        columns: &WideColumns,
    ) -> Result<Box<dyn Gridded>, FormatError> {
        Ok(Box::new(wide::Wide::open(file, naming, columns)?))
    }

    /// Reads Parquet, sorted in `folder`.
    pub(super) fn parquet(file: File, naming: &Naming, folder: &Path) -> Result<Self, FormatError> {
        parquet::read(file, naming, folder).map(|gathered| Self {
            gathered,
            is_text: false,
        })
    }
}

impl Gridded for Table {
    fn coverage(&self) -> &Coverage {
        &self.gathered.coverage
    }

    fn has_exact_places(&self) -> bool {
        // Binary numbers were rounded to millionths, each by itself.
        self.is_text
    }

    fn read(&mut self, take: &mut Take<'_>) -> Result<(), FormatError> {
        let width = self.gathered.coverage.width();
        let mut values = vec![WIDE_NOT_COVERED; width];
        let mut faults = RowFaults::default();
        let mut entries = self.gathered.sorted.entries()?.peekable();
        while let Some(entry) = entries.next() {
            let entry = entry?;
            if let Some(place) = values.get_mut(self.gathered.rank(entry.column)) {
                *place = entry.value;
            }
            let is_last = match entries.peek() {
                Some(Ok(next)) if next.is_of_cell(&entry) => {
                    if next.column == entry.column && next.value != entry.value {
                        faults.note(next.row, RowFault::Conflict { row: entry.row });
                    }
                    false
                }
                _ => true,
            };
            if is_last {
                if faults.is_empty() {
                    take(entry.record(), &values)?;
                }
                values.fill(WIDE_NOT_COVERED);
            }
        }
        none(faults)
    }
}

/// The names of the columns of a Parquet file.
pub(super) fn names(file: File) -> Result<Vec<String>, FormatError> {
    parquet::ParquetFile::open(file).map(|file| file.names)
}

/// Nothing when there is no fault.
fn none(faults: RowFaults) -> Result<(), FormatError> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(FormatError::Rows(faults))
    }
}
