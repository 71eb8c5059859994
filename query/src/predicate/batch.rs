//! Columns of a batch, by their positions in the schema of the table and with the types that it gives them.

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray, cast::AsArray,
};
use arrow_schema::ArrowError;

use crate::geometry::GeometryFault;

/// A batch that a predicate cannot be computed on: none that the layout writes.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationFault {
    /// A column that is read is not there.
    #[error("the batch has no column {0}, which the predicate reads")]
    Absent(usize),
    /// Columns of two lengths.
    #[error("columns of a batch do not fit each other")]
    Arrow(#[from] ArrowError),
    /// A geometry that is none.
    #[error("a geometry of column {column}")]
    Geometry {
        /// The column.
        column: usize,
        /// The fault.
        source: GeometryFault,
    },
    /// A column of another type than the predicate was made for.
    #[error("column {column} of the batch is {found}")]
    Type {
        /// The column.
        column: usize,
        /// The type in Arrow.
        found: Box<str>,
    },
}

/// Columns of a batch.
#[derive(Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) batch: &'a RecordBatch,
    /// The place in the batch of a column of the schema.
    pub(super) at: &'a dyn Fn(usize) -> Option<usize>,
}

impl Columns<'_> {
    pub(super) fn column(&self, column: usize) -> Result<&ArrayRef, EvaluationFault> {
        let place = (self.at)(column).and_then(|at| self.batch.columns().get(at));
        place.ok_or(EvaluationFault::Absent(column))
    }

    pub(super) fn text(&self, column: usize) -> Result<&StringArray, EvaluationFault> {
        let found = self.column(column)?.as_string_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    pub(super) fn wholes(&self, column: usize) -> Result<&Int64Array, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    pub(super) fn numbers(&self, column: usize) -> Result<&Float64Array, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    pub(super) fn booleans(&self, column: usize) -> Result<&BooleanArray, EvaluationFault> {
        let found = self.column(column)?.as_boolean_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    pub(super) fn days(&self, column: usize) -> Result<&Date32Array, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    pub(super) fn instants(
        &self,
        column: usize,
    ) -> Result<&TimestampMillisecondArray, EvaluationFault> {
        let found = self.column(column)?.as_primitive_opt();
        found.ok_or_else(|| self.mistyped(column))
    }

    pub(super) fn mistyped(&self, column: usize) -> EvaluationFault {
        let found = self
            .column(column)
            .map(|column| column.data_type().to_string());
        match found {
            Ok(found) => EvaluationFault::Type {
                column,
                found: found.into(),
            },
            Err(fault) => fault,
        }
    }

    pub(super) fn geometries(&self, column: usize) -> Result<&BinaryArray, EvaluationFault> {
        let found = self.column(column)?.as_binary_opt();
        found.ok_or_else(|| self.mistyped(column))
    }
}
