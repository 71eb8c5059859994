//! Parquet tables, read a few thousand rows at a time.

mod column;

use std::{
    fs::File,
    panic::{self, AssertUnwindSafe},
    path::Path,
};

use arrow_array::RecordBatch;
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
};

use super::{
    super::{FormatError, Naming, refused::shown},
    Roles, RowFault, TableFault,
    gather::{Gathered, Gatherer, Row},
    pages,
};
use column::Column;

pub(super) fn read(file: File, naming: &Naming, folder: &Path) -> Result<Gathered, FormatError> {
    let length = file.metadata()?.len();
    let looked_at = file.try_clone()?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder =
        unpanicked(|| ParquetRecordBatchReaderBuilder::try_new_with_options(file, options))?;
    let builder = builder.map_err(unreadable)?;
    let names: Vec<String> = builder
        .schema()
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let roles = Roles::of(&names, naming)?;
    let wanted = wanted(&roles);
    for group in builder.metadata().row_groups() {
        for (leaf, chunk) in group.columns().iter().enumerate() {
            let root = builder.parquet_schema().get_column_root_idx(leaf);
            let (start, octets) = unpanicked(|| chunk.byte_range())?;
            if start.checked_add(octets).is_none_or(|end| end > length) {
                return Err(TableFault::Parquet("a column lies beyond the file".to_owned()).into());
            }
            if wanted.contains(&root) {
                pages::are_bounded(&looked_at, chunk)?;
            }
        }
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted.iter().copied());
    let builder = builder.with_projection(mask).with_batch_size(BATCH);
    let mut reader = unpanicked(|| builder.build())?.map_err(unreadable)?;
    let mut gatherer = Gatherer::new(roles.clone(), naming, folder);
    let mut before = 0;
    // The reader has checks that panic where a page contradicts itself: that is a damaged file, and no more.
    while let Some(batch) = unpanicked(|| reader.next())? {
        let batch = batch.map_err(unreadable)?;
        take(&batch, &names, &roles, naming, before, &mut gatherer)?;
        before += u64::try_from(batch.num_rows()).unwrap_or(0);
    }
    gatherer.finish()
}

/// What the library makes of a file, an error when it gives up.
fn unpanicked<T>(work: impl FnOnce() -> T) -> Result<T, FormatError> {
    let worked = panic::catch_unwind(AssertUnwindSafe(work)).ok();
    worked.ok_or_else(|| TableFault::Parquet("a page contradicts itself".to_owned()).into())
}

/// The places of the columns that are read.
fn wanted(roles: &Roles) -> Vec<usize> {
    let mut wanted = vec![roles.latitude, roles.longitude];
    wanted.extend(roles.variable);
    wanted.extend(roles.dimensions.iter().map(|(_, at)| *at));
    wanted.extend(roles.values.iter().map(|(_, at)| *at));
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn take(
    batch: &RecordBatch,
    names: &[String],
    roles: &Roles,
    naming: &Naming,
    before: u64,
    gatherer: &mut Gatherer,
) -> Result<(), FormatError> {
    let column = |at: usize, role| {
        let name = names.get(at).map_or("", String::as_str);
        let found = batch.column_by_name(name);
        found.and_then(Column::of).ok_or_else(|| {
            let kind = found.map_or("nothing".to_owned(), |array| array.data_type().to_string());
            FormatError::from(TableFault::ColumnType {
                column: shown(name),
                kind,
                role,
            })
        })
    };
    let number = |at: usize, role| {
        let found = column(at, role)?;
        if found.is_numeric() {
            return Ok(found);
        }
        let column = shown(names.get(at).map_or("", String::as_str));
        let kind = "text".to_owned();
        Err(FormatError::from(TableFault::ColumnType {
            column,
            kind,
            role,
        }))
    };
    let latitude = number(roles.latitude, "latitudes")?;
    let longitude = number(roles.longitude, "longitudes")?;
    let dimensions = roles
        .dimensions
        .iter()
        .map(|(_, at)| column(*at, "a dimension"));
    let dimensions: Vec<Column<'_>> = dimensions.collect::<Result<_, _>>()?;
    let values = roles.values.iter().map(|(_, at)| number(*at, "values"));
    let values: Vec<Column<'_>> = values.collect::<Result<_, _>>()?;
    let variable = roles
        .variable
        .map(|at| column(at, "names of variables"))
        .transpose()?;
    for at in 0..batch.num_rows() {
        let row = before + u64::try_from(at).unwrap_or(0) + 1;
        let (Some(north), Some(east)) = (micro(&latitude, at), micro(&longitude, at)) else {
            gatherer.fault(row, RowFault::Missing(shown("latitude or longitude")));
            continue;
        };
        let labels: Vec<_> = dimensions.iter().map(|column| column.text(at)).collect();
        let labels: Vec<&str> = labels
            .iter()
            .map(|label| label.as_deref().unwrap_or(""))
            .collect();
        let numbers = values.iter().map(|column| {
            let number = column.number(at)?;
            let is_missing = naming.missing.iter().any(|text| text.parse() == Ok(number));
            (!is_missing).then_some(number)
        });
        let numbers: Vec<Option<f64>> = numbers.collect();
        let name = variable
            .as_ref()
            .map(|column| column.text(at).unwrap_or_default());
        gatherer.take(&Row {
            number: row,
            latitude: north,
            longitude: east,
            labels: &labels,
            variable: name.as_deref(),
            values: &numbers,
        })?;
    }
    Ok(())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "what is no degree at all is cut to the largest number, which no place has"
)]
fn micro(column: &Column<'_>, at: usize) -> Option<i64> {
    let degrees = column.number(at)?;
    (!degrees.is_nan()).then(|| (degrees * 1e6).round() as i64)
}

/// What the reader says, which may quote the file.
fn unreadable(error: impl std::fmt::Display) -> FormatError {
    let said: String = error.to_string().chars().take(300).collect();
    TableFault::Parquet(said.escape_debug().to_string()).into()
}

const BATCH: usize = 8192;
