//! The order of rows, as octets that compare as the rows do.

use arrow_array::{ArrayRef, RecordBatch};
use arrow_row::{RowConverter, Rows, SortField};
use arrow_schema::{ArrowError, Schema};

/// An order of rows by columns, ascending, text by its octets.
#[derive(Debug)]
pub(crate) struct Order {
    converter: RowConverter,
    columns: Vec<usize>,
}

impl Order {
    /// The order by `columns` of batches of `schema`.
    pub(crate) fn new(schema: &Schema, columns: Vec<usize>) -> Result<Self, ArrowError> {
        let fields = columns.iter().map(|column| {
            let field = schema.fields().get(*column).ok_or_else(absent)?;
            Ok(SortField::new(field.data_type().clone()))
        });
        let converter = RowConverter::new(fields.collect::<Result<_, ArrowError>>()?)?;
        Ok(Self { converter, columns })
    }

    /// The columns, the first before the others.
    pub(crate) fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Of each row its octets.
    pub(crate) fn rows(&self, batch: &RecordBatch) -> Result<Rows, ArrowError> {
        let columns = self.columns.iter();
        let columns = columns.map(|column| batch.columns().get(*column).cloned());
        let columns: Option<Vec<ArrayRef>> = columns.collect();
        self.converter.convert_columns(&columns.ok_or_else(absent)?)
    }

    /// Of each row of values, which stand in the order of the columns, its octets.
    pub(crate) fn rows_of(&self, values: &[ArrayRef]) -> Result<Rows, ArrowError> {
        self.converter.convert_columns(values)
    }
}

fn absent() -> ArrowError {
    ArrowError::SchemaError("a column to sort by is absent".to_owned())
}
