//! Rows as they come, judged and made ready to be sorted.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, UInt64Array, cast::AsArray, types::Float64Type};

use crate::schema::{Column, ColumnType};

use super::{
    boxes,
    fault::{MOST_KEY_BYTES, RowFault, RowFaultKind, WriteError},
    stored::Stored,
};

/// `batch` with the columns that it is sorted by, its first row being the `first` of all.
pub(super) fn prepare(
    stored: &Stored,
    batch: &RecordBatch,
    first: u64,
) -> Result<RecordBatch, WriteError> {
    check_columns(stored, batch)?;
    let must = stored.unique();
    for (at, (column, values)) in stored
        .table()
        .columns
        .iter()
        .zip(batch.columns())
        .enumerate()
    {
        let found = fault(column, values, must.contains(&at));
        if let Some((row, what)) = found {
            return Err(RowFault {
                row: numbered(first, row),
                column: column.name.clone(),
                what,
            }
            .into());
        }
    }
    let mut columns = batch.columns().to_vec();
    if let Some(at) = stored.geometry() {
        let geometries = columns
            .get(at)
            .and_then(|geometries| geometries.as_binary_opt());
        let (boxes, hilbert) = boxes::of(geometries.ok_or_else(|| WriteError::columns(batch))?);
        columns.extend(boxes);
        columns.push(hilbert);
    }
    let rows = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
    let numbers = UInt64Array::from_iter_values(first..first.saturating_add(rows));
    columns.push(Arc::new(numbers));
    Ok(RecordBatch::try_new(stored.sorting(), columns)?)
}

fn check_columns(stored: &Stored, batch: &RecordBatch) -> Result<(), WriteError> {
    let found = batch.schema();
    let table = stored.table();
    let is_one = |(column, field): (&Column, &arrow_schema::FieldRef)| {
        *column.name == **field.name() && column.column_type.arrow() == *field.data_type()
    };
    let is_count = table.columns.len() == found.fields().len();
    if is_count && table.columns.iter().zip(found.fields()).all(is_one) {
        return Ok(());
    }
    Err(WriteError::columns(batch))
}

/// The first row with a fault.
fn fault(column: &Column, values: &ArrayRef, is_key: bool) -> Option<(usize, RowFaultKind)> {
    if (is_key || !column.is_nullable) && values.null_count() > 0 {
        let row = (0..values.len()).find(|row| values.is_null(*row));
        return Some((row.unwrap_or_default(), RowFaultKind::Absent));
    }
    match column.column_type {
        ColumnType::Text if is_key => {
            let keys = values.as_string_opt::<i32>()?.iter().flatten();
            let faults = keys.map(|key| match key.len() {
                0 => Some(RowFaultKind::Empty),
                length if length > MOST_KEY_BYTES => Some(RowFaultKind::Long(length)),
                _ => None,
            });
            let mut faults = faults.enumerate();
            faults.find_map(|(row, fault)| fault.map(|fault| (row, fault)))
        }
        ColumnType::Number => {
            let mut numbers = values.as_primitive_opt::<Float64Type>()?.iter();
            let row = numbers.position(|number| number.is_some_and(|number| !number.is_finite()));
            row.map(|row| (row, RowFaultKind::NotFinite))
        }
        _ => None,
    }
}

fn numbered(first: u64, row: usize) -> u64 {
    first.saturating_add(u64::try_from(row).unwrap_or(u64::MAX))
}
