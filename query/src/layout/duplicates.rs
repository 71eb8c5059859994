//! Rows that nothing tells apart.

use std::fmt;

use arrow_array::{RecordBatch, cast::AsArray, types::UInt64Type};
use arrow_row::OwnedRow;
use arrow_schema::ArrowError;

use crate::{
    literal::{
        Given, Literal,
        instant::{Day, Millisecond},
    },
    schema::ColumnType,
};

use super::{
    fault::{Duplicate, WriteError},
    order::Order,
    scalar::literal_of,
};

/// Duplicates of sorted rows.
pub(super) struct Duplicates {
    order: Order,
    /// The column of the rows' numbers.
    numbers: usize,
    last: Option<(OwnedRow, u64)>,
    found: Vec<Duplicate>,
}

impl Duplicates {
    pub(super) fn new(order: Order, numbers: usize) -> Self {
        Self {
            order,
            numbers,
            last: None,
            found: Vec::new(),
        }
    }

    /// Looks at the next rows.
    pub(super) fn check(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let numbers = batch.columns().get(self.numbers);
        let Some(numbers) = numbers.and_then(|numbers| numbers.as_primitive_opt::<UInt64Type>())
        else {
            return Err(ArrowError::SchemaError("rows have no numbers".to_owned()));
        };
        let rows = self.order.rows(batch)?;
        let mut last = self.last.take();
        let mut before = last.as_ref().map(|(row, number)| (row.row(), *number));
        for (at, row) in rows.iter().enumerate() {
            let number = numbers.value(at);
            if let Some((equal, first)) = before
                && equal == row
                && self.found.len() < MOST_DUPLICATES
            {
                self.found.push(Duplicate {
                    key: described(&self.order, batch, at).into(),
                    first: first.min(number),
                    second: first.max(number),
                });
            }
            before = Some((row, number));
        }
        if let Some((row, number)) = before {
            let owned = row.owned();
            last = Some((owned, number));
        }
        self.last = last;
        Ok(())
    }

    /// True as long as none was found.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Refuses rows of which some are duplicates.
    pub(super) fn refuse(self) -> Result<(), WriteError> {
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(WriteError::Duplicates(self.found))
        }
    }
}

/// The values that are compared, as a person reads them.
pub(super) fn described(order: &Order, batch: &RecordBatch, row: usize) -> String {
    let columns = order.columns().iter().filter_map(|at| {
        let field = batch.schema_ref().fields().get(*at).cloned()?;
        let value = Value(batch, *at, row).to_string();
        Some(format!("{} {value}", field.name()))
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// A value as files and answers have it, text in quotes.
struct Value<'a>(&'a RecordBatch, usize, usize);

impl fmt::Display for Value<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(batch, column, row) = self;
        let Some(column) = batch.columns().get(*column) else {
            return Ok(());
        };
        let types = [
            ColumnType::Text,
            ColumnType::Integer,
            ColumnType::Date,
            ColumnType::DateTime,
        ];
        let column_type = types
            .into_iter()
            .find(|one| one.arrow() == *column.data_type());
        match column_type.and_then(|one| literal_of(column, *row, one)) {
            Some(Literal::Text(text)) => write!(formatter, "{}", Given(&text)),
            Some(Literal::Date(day)) => write!(formatter, "{}", Day(day)),
            Some(Literal::DateTime(instant)) => write!(formatter, "{}", Millisecond(instant)),
            Some(number) => write!(formatter, "{number}"),
            None => Ok(()),
        }
    }
}

/// Duplicates that are told.
pub(super) const MOST_DUPLICATES: usize = 20;
