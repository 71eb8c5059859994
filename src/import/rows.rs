//! Rows on their way to the buffer, counted as they come.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Faults,
    joined_rows::SourceRows,
    line::Record,
    parsed::{MAX_COORDINATES, OfGrid, ParseError, Parsed, Turn, unkept},
    row_buffer::RowBuffer,
    statistics::ColumnStats,
    table::Table,
};
use crate::dataset::grid::WIDE_NOT_COVERED;

/// The rows of one source.
pub(super) struct Rows {
    folder: PathBuf,
    buffer: RowBuffer,
    stats: Vec<ColumnStats>,
    latitudes: HashSet<i32>,
    longitudes: HashSet<i32>,
    last_latitude: Option<i32>,
    turn: Turn,
    rounded: u64,
    count: u64,
    cells_with_data: u64,
}

impl Rows {
    /// Rows of `width` values, kept in the directory `folder`.
    pub(super) fn new(folder: &Path, width: usize) -> Result<Self, ParseError> {
        Ok(Self {
            folder: folder.to_owned(),
            buffer: RowBuffer::new(folder, width).map_err(unkept(folder))?,
            stats: vec![ColumnStats::NONE; width],
            latitudes: HashSet::new(),
            longitudes: HashSet::new(),
            last_latitude: None,
            turn: Turn::NONE,
            rounded: 0,
            count: 0,
            cells_with_data: 0,
        })
    }

    /// Counts the row of `line`, counted from 1, and keeps it where `keeps`.
    #[inline]
    pub(super) fn take(
        &mut self,
        record: Record,
        values: &[i64],
        line: u64,
        keeps: bool,
    ) -> Result<(), ParseError> {
        let Record { place, .. } = record;
        self.turn.note(record.written_longitude, line);
        self.rounded += u64::from(record.rounded);
        if self.last_latitude != Some(place.latitude) {
            self.last_latitude = Some(place.latitude);
            self.latitudes.insert(place.latitude);
        }
        self.longitudes.insert(place.longitude);
        if self.latitudes.len().max(self.longitudes.len()) > MAX_COORDINATES {
            return Err(ParseError::NoGrid { line });
        }
        self.count += 1;
        let has_data = values.iter().any(|value| *value != WIDE_NOT_COVERED);
        if has_data {
            self.cells_with_data += 1;
            for (column, value) in self.stats.iter_mut().zip(values) {
                column.count(*value);
            }
        }
        if !keeps {
            return Ok(());
        }
        let buffered = if has_data {
            self.buffer.push(place, values)
        } else {
            self.buffer.push_empty(place)
        };
        buffered.map_err(unkept(&self.folder))
    }

    /// The source, of which these are all rows.
    pub(super) fn finish(
        mut self,
        table: Arc<Table>,
        mut faults: Faults,
        gridded: Option<OfGrid>,
    ) -> Result<Parsed, ParseError> {
        if self.count == 0 && faults.is_empty() {
            return Err(ParseError::NoRow);
        }
        if let Some((line, fault)) = self.turn.fault() {
            faults.note(line, fault);
        }
        for column in &mut self.stats {
            column.count_empty(self.count - self.cells_with_data);
        }
        let rows = self.buffer.finish().map_err(unkept(&self.folder))?;
        Ok(Parsed {
            table,
            faults,
            rows: self.count,
            cells_with_data: self.cells_with_data,
            stats: self.stats,
            latitudes: self.latitudes,
            longitudes: self.longitudes,
            turn: self.turn,
            rounded: self.rounded,
            source_rows: SourceRows::Buffered(rows),
            gridded,
        })
    }
}
