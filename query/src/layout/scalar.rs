//! Single values as a manifest keeps them.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Date32Array, Int64Array, StringArray, TimestampMillisecondArray,
    cast::AsArray,
    types::{Date32Type, Float64Type, Int64Type, TimestampMillisecondType},
};
use serde::{Deserialize, Serialize};

use crate::{literal::Literal, schema::ColumnType};

/// A value in JSON: dates are days, and date-times milliseconds, since 1970.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Scalar {
    /// True or false.
    Boolean(bool),
    /// A whole number, days or milliseconds.
    Integer(i64),
    /// A double.
    Number(f64),
    /// UTF-8.
    Text(Box<str>),
}

impl Scalar {
    /// The value as one of a column of the type; none of another type.
    #[must_use]
    pub fn literal(&self, column_type: ColumnType) -> Option<Literal> {
        match (self, column_type) {
            (Self::Boolean(value), ColumnType::Boolean) => Some(Literal::Boolean(*value)),
            (Self::Integer(value), ColumnType::Integer) => Some(Literal::Integer(*value)),
            (Self::Integer(days), ColumnType::Date) => i32::try_from(*days).ok().map(Literal::Date),
            (Self::Integer(value), ColumnType::DateTime) => Some(Literal::DateTime(*value)),
            (Self::Number(value), ColumnType::Number) => Some(Literal::Number(*value)),
            (Self::Text(value), ColumnType::Text) => Some(Literal::Text(value.clone())),
            _ => None,
        }
    }
}

impl From<Literal> for Scalar {
    fn from(literal: Literal) -> Self {
        match literal {
            Literal::Text(value) => Self::Text(value),
            Literal::Integer(value) | Literal::DateTime(value) => Self::Integer(value),
            Literal::Number(value) => Self::Number(value),
            Literal::Boolean(value) => Self::Boolean(value),
            Literal::Date(days) => Self::Integer(days.into()),
        }
    }
}

/// The value of a row; none where there is none, and of types that are not compared.
pub(crate) fn literal_of(
    column: &ArrayRef,
    row: usize,
    column_type: ColumnType,
) -> Option<Literal> {
    if row >= column.len() || column.is_null(row) {
        return None;
    }
    match column_type {
        ColumnType::Text => {
            let texts = column.as_string_opt::<i32>()?;
            Some(Literal::Text(texts.value(row).into()))
        }
        ColumnType::Integer => {
            let numbers = column.as_primitive_opt::<Int64Type>()?;
            Some(Literal::Integer(numbers.value(row)))
        }
        ColumnType::Number => {
            let numbers = column.as_primitive_opt::<Float64Type>()?;
            Some(Literal::Number(numbers.value(row)))
        }
        ColumnType::Boolean => Some(Literal::Boolean(column.as_boolean_opt()?.value(row))),
        ColumnType::Date => {
            let days = column.as_primitive_opt::<Date32Type>()?;
            Some(Literal::Date(days.value(row)))
        }
        ColumnType::DateTime => {
            let times = column.as_primitive_opt::<TimestampMillisecondType>()?;
            Some(Literal::DateTime(times.value(row)))
        }
        ColumnType::Geometry | ColumnType::Json => None,
    }
}

/// Values of one type as Arrow has them.
pub(crate) fn array_of<'a>(
    column_type: ColumnType,
    literals: impl Iterator<Item = Option<&'a Literal>>,
) -> Option<ArrayRef> {
    let whole = |literal: Option<&Literal>| match literal? {
        Literal::Integer(value) | Literal::DateTime(value) => Some(*value),
        _ => None,
    };
    let array: ArrayRef = match column_type {
        ColumnType::Text => {
            let texts = literals.map(|literal| match literal {
                Some(Literal::Text(text)) => Some(text),
                _ => None,
            });
            Arc::new(texts.collect::<StringArray>())
        }
        ColumnType::Integer => Arc::new(literals.map(whole).collect::<Int64Array>()),
        ColumnType::Date => {
            let days = literals.map(|literal| match literal {
                Some(Literal::Date(day)) => Some(*day),
                _ => None,
            });
            Arc::new(days.collect::<Date32Array>())
        }
        ColumnType::DateTime => {
            let times: TimestampMillisecondArray = literals.map(whole).collect();
            Arc::new(times.with_timezone("UTC"))
        }
        _ => return None,
    };
    (array.null_count() == 0).then_some(array)
}
