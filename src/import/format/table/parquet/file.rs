//! A Parquet file whose pages were looked at: batches of some of its columns.

use std::{
    fs::File,
    panic::{self, AssertUnwindSafe},
};

use arrow_array::RecordBatch;
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
};

use super::super::{super::FormatError, TableFault, pages};

/// An open file, of which nothing but its schema is read.
pub(in super::super) struct ParquetFile {
    /// The names of its columns.
    pub(in super::super) names: Vec<String>,
    builder: ParquetRecordBatchReaderBuilder<File>,
    looked_at: File,
    octets: u64,
}

impl ParquetFile {
    pub(in super::super) fn open(file: File) -> Result<Self, FormatError> {
        let octets = file.metadata()?.len();
        let looked_at = file.try_clone()?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder =
            unpanicked(|| ParquetRecordBatchReaderBuilder::try_new_with_options(file, options))?;
        let builder = builder.map_err(unreadable)?;
        let fields = builder.schema().fields().iter();
        Ok(Self {
            names: fields.map(|field| field.name().clone()).collect(),
            builder,
            looked_at,
            octets,
        })
    }

    /// Batches of the columns at the places `wanted`, of so many `rows` at most; their pages are looked at first.
    pub(in super::super) fn batches(
        self,
        wanted: &[usize],
        rows: usize,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, FormatError>>, FormatError> {
        let Self {
            builder,
            looked_at,
            octets: length,
            ..
        } = self;
        for group in builder.metadata().row_groups() {
            for (leaf, chunk) in group.columns().iter().enumerate() {
                let root = builder.parquet_schema().get_column_root_idx(leaf);
                let (start, octets) = unpanicked(|| chunk.byte_range())?;
                if start.checked_add(octets).is_none_or(|end| end > length) {
                    let beyond = "a column lies beyond the file".to_owned();
                    return Err(TableFault::Parquet(beyond).into());
                }
                if wanted.contains(&root) {
                    pages::are_bounded(&looked_at, chunk)?;
                }
            }
        }
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().copied());
        let builder = builder.with_projection(mask).with_batch_size(rows);
        let mut reader = unpanicked(|| builder.build())?.map_err(unreadable)?;
        // The reader has checks that panic where a page contradicts itself: that is a damaged file, and no more.
        let mut is_over = false;
        Ok(std::iter::from_fn(move || {
            if is_over {
                return None;
            }
            let next = match unpanicked(|| reader.next()) {
                Ok(next) => next?.map_err(unreadable),
                Err(error) => Err(error),
            };
            is_over = next.is_err();
            Some(next)
        }))
    }
}

/// The outcome of the library's `work`, an error when it panics.
fn unpanicked<T>(work: impl FnOnce() -> T) -> Result<T, FormatError> {
    let worked = panic::catch_unwind(AssertUnwindSafe(work)).ok();
    worked.ok_or_else(|| TableFault::Parquet("a page contradicts itself".to_owned()).into())
}

/// The reader's error, which may quote the file.
fn unreadable(error: impl std::fmt::Display) -> FormatError {
    let said: String = error.to_string().chars().take(300).collect();
    TableFault::Parquet(said.escape_debug().to_string()).into()
}
