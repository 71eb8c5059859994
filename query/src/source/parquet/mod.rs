//! Parquet, `GeoParquet` among it: rows of typed columns. Statistics of the file are never looked at.

mod geo;
mod nested;
mod scalar;
mod value;

use std::{collections::HashSet, fs::File, panic::AssertUnwindSafe};

use arrow_array::RecordBatch;
use arrow_schema::DataType;
use parquet::{
    arrow::arrow_reader::{
        ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    },
    basic::{Compression, LogicalType},
    file::metadata::{ParquetMetaData, RowGroupMetaData},
};

use super::{
    columns::Columns,
    fault::{Shown, What},
    hints::Hints,
    read::{Broken, RowReader},
    row::Row,
};
use crate::schema::ColumnType;
use geo::Geo;
use value::Reading;

/// A Parquet file.
pub(super) struct ParquetFile {
    batches: ParquetRecordBatchReader,
    /// For each column of the file the position of the table's; none of those that are left out.
    readings: Vec<Option<(usize, Reading)>>,
    batch: Option<RecordBatch>,
    /// The next row of the batch.
    at: usize,
    number: u64,
    /// Lines between positions of its geometries are arcs.
    has_arcs: bool,
    /// Numbers that are none, which stand for no value.
    not_numbers: u64,
}

impl ParquetFile {
    /// The file, whose columns are added to `columns`.
    pub(super) fn open(file: File, hints: &Hints, columns: &mut Columns) -> Result<Self, What> {
        // The types are those of Parquet: what a writer remembers of its own types may be anything.
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder =
            guarded(|| ParquetRecordBatchReaderBuilder::try_new_with_options(file, options))?;
        check_packing(builder.metadata())?;
        let metadata = builder.metadata().file_metadata().key_value_metadata();
        let geo = Geo::of(metadata.map_or(&[], Vec::as_slice))?;
        let (mut readings, mut names) = (Vec::new(), HashSet::new());
        let described = builder.parquet_schema().root_schema().get_fields();
        for (field, described) in builder.schema().fields().iter().zip(described) {
            let name = field.name();
            if !names.insert(name) {
                return Err(What::Twice(Shown::new(name)));
            }
            let is_box = matches!(field.data_type(), DataType::Struct(_));
            if is_box && geo.as_ref().is_some_and(|geo| geo.is_covering(name)) {
                readings.push(None);
                continue;
            }
            let shape = geo.as_ref().and_then(|geo| geo.crs(name));
            let is_geometry = hints.declared(name) == Some(ColumnType::Geometry);
            let is_uuid = described.get_basic_info().logical_type_ref() == Some(&LogicalType::Uuid);
            let reading = if is_uuid {
                Ok(Reading::Uuid)
            } else {
                Reading::of(field, shape, is_geometry, hints.zone.as_ref())
            };
            let reading =
                reading.map_err(|what| What::Refused(format!("{name}: {what}").into()))?;
            readings.push(Some((columns.position(name)?, reading)));
        }
        let batches = guarded(|| builder.with_batch_size(ROWS).build())?;
        Ok(Self {
            batches,
            readings,
            batch: None,
            at: 0,
            number: 0,
            has_arcs: geo.is_some_and(|geo| geo.has_arcs),
            not_numbers: 0,
        })
    }

    /// The batch that the next row is in; none at the end.
    fn fill(&mut self) -> Result<Option<&RecordBatch>, What> {
        while self
            .batch
            .as_ref()
            .is_none_or(|batch| self.at >= batch.num_rows())
        {
            let batches = AssertUnwindSafe(&mut self.batches);
            let next = guarded(move || {
                let AssertUnwindSafe(batches) = batches;
                batches.next().transpose()
            })?;
            self.at = 0;
            match next {
                Some(batch) => self.batch = Some(batch),
                None => return Ok(None),
            }
        }
        Ok(self.batch.as_ref())
    }
}

impl RowReader for ParquetFile {
    fn read(&mut self, row: &mut Row, columns: &mut Columns) -> Result<bool, Broken> {
        self.number += 1;
        row.begin(self.number);
        let last = |what| Broken {
            what,
            column: None,
            is_last: true,
        };
        if self.fill().map_err(last)?.is_none() {
            return Ok(false);
        }
        let at = self.at;
        self.at += 1;
        let arrays = self.batch.iter().flat_map(RecordBatch::columns);
        for (reading, array) in self.readings.iter().zip(arrays) {
            let Some((column, reading)) = reading else {
                continue;
            };
            match reading.push(array, at, *column, row) {
                Ok(is_number) => self.not_numbers += u64::from(!is_number),
                Err(what) => {
                    let column = columns.name(*column).cloned();
                    let is_last = false;
                    return Err(Broken {
                        what,
                        column,
                        is_last,
                    });
                }
            }
        }
        Ok(true)
    }

    fn types(&self) -> Vec<(usize, ColumnType)> {
        let readings = self.readings.iter().flatten();
        let types =
            readings.filter_map(|(column, reading)| Some((*column, reading.column_type()?)));
        types.collect()
    }

    fn is_typed(&self) -> bool {
        true
    }

    fn note(&self) -> Option<String> {
        let count = self.not_numbers;
        let numbers =
            (count > 0).then(|| format!("{count} numbers are NaN or infinite, and are no value"));
        let arcs = self.has_arcs.then(|| {
            "edges of its geometries are arcs on a sphere, and are taken for straight lines of degrees".to_owned()
        });
        let notes: Vec<String> = numbers.into_iter().chain(arcs).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }

    fn has_lines(&self) -> bool {
        false
    }
}

/// Refuses columns that are packed in a way that is not read.
fn check_packing(metadata: &ParquetMetaData) -> Result<(), What> {
    let groups = metadata.row_groups().iter();
    let mut columns = groups.flat_map(RowGroupMetaData::columns);
    let is_read = |packing| {
        matches!(
            packing,
            Compression::UNCOMPRESSED
                | Compression::SNAPPY
                | Compression::GZIP(_)
                | Compression::ZSTD(_)
        )
    };
    match columns.find(|column| !is_read(column.compression())) {
        None => Ok(()),
        Some(column) => {
            let packing = column.compression().to_string();
            let name = packing.split('(').next().unwrap_or_default();
            Err(What::Foreign {
                found: format!("Parquet packed by {name}").into(),
                remedy: "write it with zstd, gzip, snappy or none",
            })
        }
    }
}

/// The value that the reader makes of a file, and a fault when it gives up: it panics where a file contradicts itself.
fn guarded<T, E: std::fmt::Display>(work: impl FnOnce() -> Result<T, E>) -> Result<T, What> {
    let broken = |reason: &str| {
        let reason: String = reason.chars().take(MOST_REASON).collect();
        What::Unreadable(
            format!(
                "as Parquet: {}: copy it again from where it was made, and see that it is not encrypted",
                reason.escape_debug()
            )
            .into(),
        )
    };
    match std::panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(broken(&error.to_string())),
        Err(_panic) => Err(broken("it contradicts itself")),
    }
}

const ROWS: usize = 1_024;
const MOST_REASON: usize = 200;
