//! One file of a source on its way: its format, its rows, and that it stays as it is.

use std::sync::{Arc, atomic::AtomicU64};

use super::{
    columns::Columns,
    csv::CsvFile,
    fault::{Place, What},
    files::{Input, Version, unpacked},
    flatgeobuf::FlatGeobufFile,
    format::Format,
    hints::Hints,
    json::{GeoJsonFile, JsonFile},
    parquet::ParquetFile,
    read::{Broken, RowReader},
    row::{Cell, Row},
    window::Window,
};
use crate::schema::ColumnType;

/// A file that is read row by row.
pub(super) struct OpenFile {
    rows: Box<dyn RowReader + Send>,
    version: Version,
    /// Values of all its rows.
    partitions: Vec<(usize, Box<str>)>,
}

impl OpenFile {
    /// `input`, read up to its first row; its columns are added to `columns`.
    pub(super) fn open(
        input: &Input,
        hints: &Hints,
        columns: &mut Columns,
        read: &Arc<AtomicU64>,
    ) -> Result<Self, What> {
        let unreadable = |error: std::io::Error| What::Unreadable(error.to_string().into());
        let (file, version) = input.open().map_err(unreadable)?;
        let mut window = Window::new(unpacked(file, read).map_err(unreadable)?);
        let format = Format::of(input, &mut window)?;
        let mut partitions = Vec::new();
        for (name, value) in &input.partitions {
            partitions.push((columns.position(name)?, value.clone()));
        }
        let rows: Box<dyn RowReader + Send> = match format {
            Format::Csv => Box::new(CsvFile::open(window, &hints.csv, columns)?),
            Format::FlatGeobuf => Box::new(FlatGeobufFile::open(
                window,
                hints.geometry_column(),
                columns,
            )?),
            Format::Json => Box::new(JsonFile::open(window)?),
            Format::GeoJson => Box::new(GeoJsonFile::open(window, hints, columns)?),
            Format::Parquet => {
                let (file, _) = input.open().map_err(unreadable)?;
                Box::new(ParquetFile::open(file, hints, columns)?)
            }
        };
        Ok(Self {
            rows,
            version,
            partitions,
        })
    }

    /// Reads the next row; false at the end.
    pub(super) fn read(&mut self, row: &mut Row, columns: &mut Columns) -> Result<bool, Broken> {
        if !self.rows.read(row, columns)? {
            return Ok(false);
        }
        for (column, value) in &self.partitions {
            if row.has(*column) {
                let name = columns.name(*column).map_or("", |name| name);
                return Err(What::Twice(super::fault::Shown::new(name)).into());
            }
            if !value.is_empty() {
                row.push(*column, Cell::Text(value));
            }
        }
        Ok(true)
    }

    pub(super) fn types(&self) -> Vec<(usize, ColumnType)> {
        self.rows.types()
    }

    pub(super) fn is_typed(&self) -> bool {
        self.rows.is_typed()
    }

    /// Values of the folders that it lies in, which hold for all its rows.
    pub(super) fn partitions(&self) -> impl Iterator<Item = (usize, Cell<'_>)> {
        let partitions = self
            .partitions
            .iter()
            .filter(|(_, value)| !value.is_empty());
        partitions.map(|(column, value)| (*column, Cell::Text(value)))
    }

    pub(super) fn has_semicolons(&self) -> bool {
        self.rows.has_semicolons()
    }

    pub(super) fn note(&self) -> Option<String> {
        self.rows.note()
    }

    /// The place that `number` is.
    pub(super) fn place(&self, number: u64) -> Place {
        if self.rows.has_lines() {
            Place::Line(number)
        } else {
            Place::Row(number)
        }
    }

    pub(super) fn has_lines(&self) -> bool {
        self.rows.has_lines()
    }

    /// The file is still as it was when it was opened.
    pub(super) fn check_unchanged(
        &self,
        input: &Input,
        expected: Option<&Version>,
    ) -> Result<(), What> {
        let now = input.open().map(|(_, version)| version);
        let is_same = now.is_ok_and(|now| now == self.version);
        if is_same && expected == Some(&self.version) {
            return Ok(());
        }
        Err(What::Unreadable(
            "it was changed while it was read: import again when it is at rest".into(),
        ))
    }

    pub(super) fn version(&self) -> Version {
        self.version
    }
}
