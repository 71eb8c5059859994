//! Values that series are told apart by, or summed up by.

use arrow_array::{
    Array, ArrayRef,
    cast::AsArray,
    types::{Date32Type, Int64Type, TimestampMillisecondType},
};
use arrow_schema::DataType;

use crate::literal::instant::{Day, Millisecond};

/// The value of a column in a row.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Value {
    /// There is none.
    None,
    Boolean(bool),
    /// Since 1 January 1970.
    Days(i32),
    Integer(i64),
    /// Since 1970.
    Milliseconds(i64),
    Text(Box<str>),
}

impl Value {
    /// The value of `row`; none of a type that is not grouped by.
    pub(super) fn of(column: &ArrayRef, row: usize) -> Option<Self> {
        if column.is_null(row) {
            return Some(Self::None);
        }
        Some(match column.data_type() {
            DataType::Boolean => Self::Boolean(column.as_boolean().value(row)),
            DataType::Date32 => Self::Days(column.as_primitive::<Date32Type>().value(row)),
            DataType::Int64 => Self::Integer(column.as_primitive::<Int64Type>().value(row)),
            DataType::Timestamp(_, _) => {
                let instants = column.as_primitive_opt::<TimestampMillisecondType>()?;
                Self::Milliseconds(instants.value(row))
            }
            DataType::Utf8 => Self::Text(column.as_string::<i32>().value(row).into()),
            _ => return None,
        })
    }

    /// The value as a name has it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::None => "null".to_owned(),
            Self::Boolean(is_true) => is_true.to_string(),
            Self::Days(days) => Day(*days).to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Milliseconds(instant) => Millisecond(*instant).to_string(),
            Self::Text(text) => text.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, TimestampMillisecondArray,
    };

    use super::*;

    #[test]
    fn series_are_grouped_by_all_types_but_numbers_between_whole_ones() {
        let columns: [(ArrayRef, Option<&str>); 6] = [
            (
                Arc::new(BooleanArray::from(vec![None, Some(true)])),
                Some("true"),
            ),
            (
                Arc::new(Date32Array::from(vec![None, Some(1)])),
                Some("1970-01-02"),
            ),
            (Arc::new(Int64Array::from(vec![None, Some(7)])), Some("7")),
            (
                Arc::new(TimestampMillisecondArray::from(vec![None, Some(0)]).with_timezone("UTC")),
                Some("1970-01-01T00:00:00Z"),
            ),
            (
                Arc::new(StringArray::from(vec![None, Some("moon")])),
                Some("moon"),
            ),
            (Arc::new(Float64Array::from(vec![None, Some(0.5)])), None),
        ];
        for (column, expected) in columns {
            let text = Value::of(&column, 1).map(|value| value.text());
            assert_eq!(text.as_deref(), expected);
            assert_eq!(Value::of(&column, 0).unwrap().text(), "null");
        }
    }

    #[test]
    fn values_are_named_as_they_are_written() {
        for (value, expected) in [
            (Value::None, "null"),
            (Value::Boolean(true), "true"),
            (Value::Days(20_455), "2026-01-02"),
            (Value::Days(2_932_896), "9999-12-31"),
            (Value::Days(i32::MAX), "2147483647"),
            (Value::Integer(-5), "-5"),
            (Value::Milliseconds(0), "1970-01-01T00:00:00Z"),
            (
                Value::Milliseconds(253_402_300_799_500),
                "9999-12-31T23:59:59.5Z",
            ),
            (Value::Milliseconds(i64::MIN), "-9223372036854775808"),
            (Value::Text("AB1 2CD".into()), "AB1 2CD"),
        ] {
            assert_eq!(value.text(), expected);
        }
    }
}
