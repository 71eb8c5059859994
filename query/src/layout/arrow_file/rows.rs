//! Rows of batches, told apart by their values alone.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, PrimitiveArray, RecordBatch,
    StringArray,
    cast::AsArray,
    types::{Date32Type, Float64Type, Int64Type, TimestampMillisecondType},
};
use arrow_schema::{ArrowError, DataType, SchemaRef};

/// Octets of each row, about.
pub(super) fn sizes(rows: &RecordBatch) -> Vec<usize> {
    let mut sizes = vec![rows.num_columns() * FIXED_BYTES; rows.num_rows()];
    for column in rows.columns() {
        let offsets = match column.data_type() {
            DataType::Utf8 => column.as_string_opt::<i32>().map(StringArray::offsets),
            DataType::Binary => column.as_binary_opt::<i32>().map(BinaryArray::offsets),
            _ => None,
        };
        let Some(offsets) = offsets else { continue };
        for (size, length) in sizes.iter_mut().zip(offsets.lengths()) {
            *size = size.saturating_add(length);
        }
    }
    sizes
}

/// One batch of the rows of all. What lies where there is no value is nothing, so that the same rows are the same octets
/// whatever they were made from.
pub(super) fn together(
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> Result<RecordBatch, ArrowError> {
    let fields = schema.fields().iter().enumerate();
    let columns = fields.map(|(at, field)| {
        let pieces: Vec<&ArrayRef> = batches
            .iter()
            .filter_map(|batch| batch.columns().get(at))
            .collect();
        column(&pieces, field.data_type())
    });
    RecordBatch::try_new(Arc::clone(schema), columns.collect::<Result<_, _>>()?)
}

fn column(pieces: &[&ArrayRef], data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    let pieces = pieces.iter();
    Ok(match data_type {
        DataType::Utf8 => {
            let pieces = pieces.filter_map(|piece| piece.as_string_opt::<i32>());
            Arc::new(pieces.flatten().collect::<StringArray>())
        }
        DataType::Binary => {
            let pieces = pieces.filter_map(|piece| piece.as_binary_opt::<i32>());
            Arc::new(pieces.flatten().collect::<BinaryArray>())
        }
        DataType::Boolean => {
            let pieces = pieces.filter_map(|piece| piece.as_boolean_opt());
            Arc::new(pieces.flatten().collect::<BooleanArray>())
        }
        DataType::Int64 => primitive::<Int64Type>(pieces, data_type),
        DataType::Float64 => primitive::<Float64Type>(pieces, data_type),
        DataType::Date32 => primitive::<Date32Type>(pieces, data_type),
        DataType::Timestamp(..) => primitive::<TimestampMillisecondType>(pieces, data_type),
        other => return Err(ArrowError::SchemaError(format!("a column is {other}"))),
    })
}

fn primitive<'a, T: ArrowPrimitiveType>(
    pieces: impl Iterator<Item = &'a &'a ArrayRef>,
    data_type: &DataType,
) -> ArrayRef {
    let pieces = pieces.filter_map(|piece| piece.as_primitive_opt::<T>());
    let values: PrimitiveArray<T> = pieces.flatten().collect();
    Arc::new(values.with_data_type(data_type.clone()))
}

/// Octets of a value of a fixed length, or of the place where a text ends.
const FIXED_BYTES: usize = 8;
