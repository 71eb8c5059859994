//! Values of Arrow arrays, of whatever width their type has.

use std::fmt::Write;

use arrow_array::{
    Array, ArrayRef,
    cast::AsArray,
    types::{
        Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type,
        Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
        Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
        UInt16Type, UInt32Type, UInt64Type,
    },
};
use arrow_schema::{DataType, TimeUnit};

use crate::source::fault::{Shown, What};

/// The digits of a decimal number, all of them.
pub(super) fn decimal(array: &ArrayRef, at: usize) -> String {
    fn of<T: DecimalType>(array: &ArrayRef, at: usize) -> String {
        array.as_primitive::<T>().value_as_string(at)
    }
    match array.data_type() {
        DataType::Decimal32(..) => of::<Decimal32Type>(array, at),
        DataType::Decimal64(..) => of::<Decimal64Type>(array, at),
        DataType::Decimal256(..) => of::<Decimal256Type>(array, at),
        _ => of::<Decimal128Type>(array, at),
    }
}

pub(super) fn integer(array: &ArrayRef, at: usize) -> Result<i64, What> {
    Ok(match array.data_type() {
        DataType::Int8 => array.as_primitive::<Int8Type>().value(at).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(at).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(at).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(at).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(at).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(at).into(),
        DataType::UInt64 => {
            let value = array.as_primitive::<UInt64Type>().value(at);
            i64::try_from(value).ok().ok_or_else(|| What::NotA {
                text: Shown::new(&value.to_string()),
                expected: "whole number of 64 bits with a sign".into(),
            })?
        }
        _ => array.as_primitive::<Int64Type>().value(at),
    })
}

pub(super) fn number(array: &ArrayRef, at: usize) -> f64 {
    match array.data_type() {
        DataType::Float16 => array.as_primitive::<Float16Type>().value(at).to_f64(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(at).into(),
        _ => array.as_primitive::<Float64Type>().value(at),
    }
}

pub(super) fn text(array: &ArrayRef, at: usize) -> &str {
    match array.data_type() {
        DataType::LargeUtf8 => array.as_string::<i64>().value(at),
        _ => array.as_string::<i32>().value(at),
    }
}

pub(super) fn binary(array: &ArrayRef, at: usize) -> &[u8] {
    match array.data_type() {
        DataType::LargeBinary => array.as_binary::<i64>().value(at),
        _ => array.as_binary::<i32>().value(at),
    }
}

/// Milliseconds since 1970; true where something finer was cut off.
pub(super) fn instant(array: &ArrayRef, at: usize, unit: TimeUnit) -> Result<(i64, bool), What> {
    let cut = |value: i64, parts: i64| (value.div_euclid(parts), value.rem_euclid(parts) != 0);
    match unit {
        TimeUnit::Second => {
            let value = array.as_primitive::<TimestampSecondType>().value(at);
            let ms = value.checked_mul(1_000).ok_or_else(|| What::NotA {
                text: Shown::new(&value.to_string()),
                expected: "time that a table can have".into(),
            })?;
            Ok((ms, false))
        }
        TimeUnit::Millisecond => Ok((
            array.as_primitive::<TimestampMillisecondType>().value(at),
            false,
        )),
        TimeUnit::Microsecond => Ok(cut(
            array.as_primitive::<TimestampMicrosecondType>().value(at),
            1_000,
        )),
        TimeUnit::Nanosecond => Ok(cut(
            array.as_primitive::<TimestampNanosecondType>().value(at),
            1_000_000,
        )),
    }
}

/// A time of day as ISO 8601 has it, with decimals of a second where there are some.
pub(super) fn time_of_day(array: &ArrayRef, at: usize, unit: TimeUnit) -> Result<String, What> {
    let (value, parts, decimals) = match unit {
        TimeUnit::Second => {
            let value = array.as_primitive::<Time32SecondType>().value(at);
            (value.into(), 1, 0)
        }
        TimeUnit::Millisecond => {
            let value = array.as_primitive::<Time32MillisecondType>().value(at);
            (value.into(), 1_000, 3)
        }
        TimeUnit::Microsecond => {
            let value = array.as_primitive::<Time64MicrosecondType>().value(at);
            (value, 1_000_000, 6)
        }
        TimeUnit::Nanosecond => {
            let value = array.as_primitive::<Time64NanosecondType>().value(at);
            (value, 1_000_000_000, 9)
        }
    };
    // Midnight at the end of a day is 24:00.
    if !(0..=DAY_SECONDS * parts).contains(&value) {
        return Err(What::NotA {
            text: Shown::new(&value.to_string()),
            expected: "time of day".into(),
        });
    }
    let (seconds, rest) = (value / parts, value % parts);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let time = format!("{hours:02}:{minutes:02}:{seconds:02}");
    if rest == 0 {
        return Ok(time);
    }
    let rest = format!("{rest:0decimals$}");
    Ok(format!("{time}.{}", rest.trim_end_matches('0')))
}

/// Octets as RFC 9562 §4 writes them.
pub(super) fn uuid(octets: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, octet) in octets.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // A string takes all that is written.
        let _ = write!(text, "{octet:02x}");
    }
    text
}

const DAY_SECONDS: i64 = 24 * 60 * 60;
