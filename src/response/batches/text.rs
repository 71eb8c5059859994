//! The values of a column as text: numbers with the digits that their type says, times in RFC 3339.

use std::{borrow::Cow, io::Write};

use arrow_array::{
    Array, ArrowPrimitiveType, BooleanArray, PrimitiveArray, StringArray,
    cast::AsArray,
    types::{
        Decimal64Type, Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
        TimestampSecondType, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};
use time::{UtcDateTime, format_description::well_known::Rfc3339};

use crate::response::number::{push_decimal, push_whole};

/// A column of a batch.
pub(super) enum Column<'b> {
    Boolean(&'b BooleanArray),
    /// With digits after the point.
    Decimal(&'b PrimitiveArray<Decimal64Type>, u8),
    Double(&'b PrimitiveArray<Float64Type>),
    Integer(&'b PrimitiveArray<Int64Type>),
    Text(&'b StringArray),
    Time(Times<'b>),
    Unsigned(&'b PrimitiveArray<UInt64Type>),
}

/// Instants as they are counted since 1970.
pub(super) enum Times<'b> {
    Microseconds(&'b PrimitiveArray<TimestampMicrosecondType>),
    Milliseconds(&'b PrimitiveArray<TimestampMillisecondType>),
    Seconds(&'b PrimitiveArray<TimestampSecondType>),
}

/// A value as it stands in a row.
pub(super) enum Value<'b> {
    /// There is none.
    Null,
    /// True or false, or a number.
    Plain(&'static str),
    /// Digits.
    Number(Number),
    Text(Cow<'b, str>),
}

/// A number that is not text yet.
pub(super) enum Number {
    Decimal(i64, u8),
    Double(f64),
    Whole(u64),
}

/// A column that no text is written of.
#[derive(Debug, thiserror::Error)]
#[error("a column of {data_type} has no form as text")]
pub(super) struct NoText {
    data_type: DataType,
}

impl<'b> Column<'b> {
    /// The column `array`.
    ///
    /// # Errors
    /// [`NoText`] of types that answers do not have as text.
    pub(super) fn of(array: &'b dyn Array) -> Result<Self, NoText> {
        let no_text = || NoText {
            data_type: array.data_type().clone(),
        };
        Ok(match array.data_type() {
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::Decimal64(_, scale) => {
                let decimals = u8::try_from(*scale).or(Err(no_text()))?;
                Self::Decimal(array.as_primitive(), decimals)
            }
            DataType::Float64 => Self::Double(array.as_primitive()),
            DataType::Int64 => Self::Integer(array.as_primitive()),
            DataType::Timestamp(unit, _) => Self::Time(match unit {
                TimeUnit::Microsecond => Times::Microseconds(array.as_primitive()),
                TimeUnit::Millisecond => Times::Milliseconds(array.as_primitive()),
                TimeUnit::Second => Times::Seconds(array.as_primitive()),
                TimeUnit::Nanosecond => return Err(no_text()),
            }),
            DataType::UInt64 => Self::Unsigned(array.as_primitive()),
            DataType::Utf8 => Self::Text(array.as_string()),
            _ => return Err(no_text()),
        })
    }

    /// The value of `row`; none of those that JSON has no number for.
    pub(super) fn value(&self, row: usize) -> Value<'b> {
        let value = match self {
            Self::Boolean(array) => {
                let text = |is_true| if is_true { "true" } else { "false" };
                array
                    .is_valid(row)
                    .then(|| Value::Plain(text(array.value(row))))
            }
            Self::Decimal(array, decimals) => {
                some(array, row).map(|steps| Value::Number(Number::Decimal(steps, *decimals)))
            }
            Self::Double(array) => some(array, row)
                .filter(|number| number.is_finite())
                .map(|number| Value::Number(Number::Double(number))),
            Self::Integer(array) => {
                some(array, row).map(|number| Value::Number(Number::Decimal(number, 0)))
            }
            Self::Text(array) => array
                .is_valid(row)
                .then(|| Value::Text(array.value(row).into())),
            Self::Time(times) => times.at(row).map(|text| Value::Text(text.into())),
            Self::Unsigned(array) => {
                some(array, row).map(|number| Value::Number(Number::Whole(number)))
            }
        };
        value.unwrap_or(Value::Null)
    }
}

impl Times<'_> {
    /// The instant as text; none without a year of four digits, which RFC 3339 has no form for.
    fn at(&self, row: usize) -> Option<String> {
        let (number, unit) = match self {
            Self::Microseconds(array) => (some(array, row)?, 1_000),
            Self::Milliseconds(array) => (some(array, row)?, 1_000_000),
            Self::Seconds(array) => (some(array, row)?, 1_000_000_000),
        };
        let nanoseconds = i128::from(number) * unit;
        let time = UtcDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
        time.format(&Rfc3339).ok()
    }
}

impl Number {
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        match self {
            Self::Decimal(steps, decimals) => push_decimal(out, *steps, *decimals),
            Self::Double(number) => {
                // A vector takes everything.
                let _ = write!(out, "{number}");
            }
            Self::Whole(number) => push_whole(out, *number),
        }
    }
}

fn some<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}
