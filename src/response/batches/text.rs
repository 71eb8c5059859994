//! The values of a column as text: numbers with the digits that their type says, days and times in RFC 3339.

use std::{
    borrow::Cow,
    io::{self, Write},
    ops::Range,
};

use arrow_array::{
    Array, ArrowPrimitiveType, BinaryArray, BooleanArray, PrimitiveArray, RecordBatch, StringArray,
    cast::AsArray,
    types::{
        Date32Type, Decimal64Type, Float64Type, Int64Type, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampSecondType, UInt64Type,
    },
};
use arrow_schema::{DataType, Field, TimeUnit};
use perild_query::series::Zone;
use time::{UtcDateTime, format_description::well_known::Rfc3339};

use super::about::{self, Extension};
use crate::response::number::{push_decimal, push_whole};

/// A column of a batch.
pub(super) enum Column<'b> {
    Boolean(&'b BooleanArray),
    Date(&'b PrimitiveArray<Date32Type>),
    /// With digits after the point.
    Decimal(&'b PrimitiveArray<Decimal64Type>, u8),
    Double(&'b PrimitiveArray<Float64Type>),
    /// Well-known binary.
    Geometry(&'b BinaryArray),
    Integer(&'b PrimitiveArray<Int64Type>),
    /// Arrays and objects.
    Json(&'b StringArray),
    /// Instants, as the clocks of a zone show them.
    Local(&'b PrimitiveArray<TimestampMillisecondType>, Zone),
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
    /// A geometry in well-known binary.
    Geometry(&'b [u8]),
    /// An instant within the years that RFC 3339 has a form for.
    Instant(UtcDateTime),
    /// An array or an object, as it stands in JSON.
    Json(&'b str),
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

/// The columns of `batch`.
pub(super) fn columns(batch: &RecordBatch) -> io::Result<Vec<Column<'_>>> {
    (0..batch.num_columns())
        .map(|at| column(batch, at))
        .collect()
}

/// The column of `batch` at `at`, which it has.
pub(super) fn column(batch: &RecordBatch, at: usize) -> io::Result<Column<'_>> {
    Column::of(batch.schema_ref().field(at), batch.column(at)).map_err(io::Error::other)
}

impl<'b> Column<'b> {
    /// The column `array`, which `field` describes.
    ///
    /// # Errors
    /// [`NoText`] of types that answers do not have as text.
    pub(super) fn of(field: &Field, array: &'b dyn Array) -> Result<Self, NoText> {
        let no_text = || NoText {
            data_type: array.data_type().clone(),
        };
        Ok(match array.data_type() {
            DataType::Binary if about::extension(field) == Some(Extension::Wkb) => {
                Self::Geometry(array.as_binary())
            }
            DataType::Boolean => Self::Boolean(array.as_boolean()),
            DataType::Date32 => Self::Date(array.as_primitive()),
            DataType::Decimal64(_, scale) => {
                let decimals = u8::try_from(*scale).or(Err(no_text()))?;
                Self::Decimal(array.as_primitive(), decimals)
            }
            DataType::Float64 => Self::Double(array.as_primitive()),
            DataType::Int64 => Self::Integer(array.as_primitive()),
            DataType::Timestamp(TimeUnit::Millisecond, Some(zone)) if **zone != *UTC => {
                Self::Local(array.as_primitive(), Zone::named(zone).or(Err(no_text()))?)
            }
            DataType::Timestamp(unit, _) => Self::Time(match unit {
                TimeUnit::Microsecond => Times::Microseconds(array.as_primitive()),
                TimeUnit::Millisecond => Times::Milliseconds(array.as_primitive()),
                TimeUnit::Second => Times::Seconds(array.as_primitive()),
                TimeUnit::Nanosecond => return Err(no_text()),
            }),
            DataType::UInt64 => Self::Unsigned(array.as_primitive()),
            DataType::Utf8 => match about::extension(field) {
                Some(Extension::Json) => Self::Json(array.as_string()),
                _ => Self::Text(array.as_string()),
            },
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
            Self::Date(array) => some(array, row)
                .and_then(day)
                .map(|text| Value::Text(text.into())),
            Self::Decimal(array, decimals) => {
                some(array, row).map(|steps| Value::Number(Number::Decimal(steps, *decimals)))
            }
            Self::Double(array) => some(array, row)
                .filter(|number| number.is_finite())
                .map(|number| Value::Number(Number::Double(number))),
            Self::Geometry(array) => array
                .is_valid(row)
                .then(|| Value::Geometry(array.value(row))),
            Self::Integer(array) => {
                some(array, row).map(|number| Value::Number(Number::Decimal(number, 0)))
            }
            Self::Json(array) => array.is_valid(row).then(|| Value::Json(array.value(row))),
            Self::Local(array, zone) => some(array, row)
                .and_then(|instant| zone.rfc3339(instant))
                .map(|text| Value::Text(text.into())),
            Self::Text(array) => array
                .is_valid(row)
                .then(|| Value::Text(array.value(row).into())),
            Self::Time(times) => times.at(row).map(Value::Instant),
            Self::Unsigned(array) => {
                some(array, row).map(|number| Value::Number(Number::Whole(number)))
            }
        };
        value.unwrap_or(Value::Null)
    }
}

impl Times<'_> {
    /// The instant; none without a year of four digits, which RFC 3339 has no form for.
    fn at(&self, row: usize) -> Option<UtcDateTime> {
        let (number, unit) = match self {
            Self::Microseconds(array) => (some(array, row)?, 1_000),
            Self::Milliseconds(array) => (some(array, row)?, 1_000_000),
            Self::Seconds(array) => (some(array, row)?, 1_000_000_000),
        };
        let nanoseconds = i128::from(number) * unit;
        let time = UtcDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
        (0..=9999).contains(&time.year()).then_some(time)
    }
}

impl Value<'_> {
    /// The value as a text without quotes; an empty one where there is none.
    pub(super) fn plain(&self) -> Cow<'_, str> {
        let pushed = |push: &dyn Fn(&mut Vec<u8>)| {
            let mut text = Vec::new();
            push(&mut text);
            String::from_utf8(text).unwrap_or_default().into()
        };
        match self {
            Self::Json(text) | Self::Plain(text) => Cow::Borrowed(text),
            // No key is one.
            Self::Geometry(_) | Self::Null => Cow::Borrowed(""),
            Self::Instant(instant) => pushed(&|text| push_instant(text, *instant)),
            Self::Number(number) => pushed(&|text| number.push(text)),
            Self::Text(text) => Cow::Borrowed(text),
        }
    }
}

/// Appends the instant as RFC 3339 has it.
pub(super) fn push_instant(out: &mut Vec<u8>, instant: UtcDateTime) {
    // A vector takes everything, and the year has four digits.
    let _ = instant.format_into(out, &Rfc3339);
}

impl Number {
    pub(super) fn push(&self, out: &mut Vec<u8>) {
        match self {
            Self::Decimal(steps, decimals) => push_decimal(out, *steps, *decimals),
            Self::Double(number) => push_double(out, *number),
            Self::Whole(number) => push_whole(out, *number),
        }
    }
}

/// Appends the fewest digits that are the number: with an exponent from 1e21 on and below 1e-6, as ECMAScript writes
/// numbers (`Number::toString`), so that nobody takes 1e300 for a whole number of 301 digits.
fn push_double(out: &mut Vec<u8>, number: f64) {
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format_finite(number);
    if digits.contains('e') && WITHOUT_EXPONENT.contains(&number.abs()) {
        // A vector takes everything.
        let _ = write!(out, "{number}");
    } else {
        let digits = digits.strip_suffix(".0").unwrap_or(digits);
        out.extend_from_slice(digits.as_bytes());
    }
}

fn some<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

/// The day that is so many after the first of 1970; none without a year of four digits.
fn day(days: i32) -> Option<String> {
    let date = UtcDateTime::from_unix_timestamp(i64::from(days) * SECONDS_OF_A_DAY);
    let date = date.ok()?.date();
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    (0..=9999)
        .contains(&year)
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

const SECONDS_OF_A_DAY: i64 = 24 * 60 * 60;

/// Numbers that are written with digits alone.
const WITHOUT_EXPONENT: Range<f64> = 1e-6..1e21;

/// The zone that instants have without an offset beside them.
const UTC: &str = "UTC";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn double(number: f64) -> String {
        let mut text = Vec::new();
        push_double(&mut text, number);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_double_has_an_exponent_where_ecmascript_gives_it_one() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-0.1, "-0.1"),
            (0.000_001, "0.000001"),
            (0.000_001_234_5, "0.0000012345"),
            (0.000_000_999_999, "9.99999e-7"),
            (1e-7, "1e-7"),
            (5e-324, "5e-324"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (1e16, "10000000000000000"),
            (1e20, "100000000000000000000"),
            (999_999_999_999_999_900_000.0, "999999999999999900000"),
            (1e21, "1e+21"),
            (-1.5e21, "-1.5e+21"),
            (1e300, "1e+300"),
            (f64::MAX, "1.7976931348623157e+308"),
        ] {
            assert_eq!(double(number), text);
        }
    }

    proptest! {
        #[test]
        fn a_double_is_had_again_from_few_digits_which_json_has(
            bits in any::<u64>(),
            steps in -4_000_000_000_i64..4_000_000_000,
            exponent in -30..30,
        ) {
            let decimal = format!("{steps}e{exponent}").parse::<f64>().unwrap();
            for number in [f64::from_bits(bits), decimal, -decimal] {
                if number.is_finite() {
                    let text = double(number);
                    prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
                    let json = serde_json::from_str::<f64>(&text).unwrap();
                    prop_assert_eq!(json.to_bits(), number.to_bits());
                    prop_assert!(text.len() <= "-0.0000012345678901234567".len(), "{}", text);
                    // Of two that are as few and as near, either is right.
                    let is_plain = number == 0.0 || WITHOUT_EXPONENT.contains(&number.abs());
                    prop_assert_eq!(!text.contains('e'), is_plain, "{}", text);
                    if is_plain {
                        prop_assert_eq!(text.len(), number.to_string().len());
                    }
                }
            }
        }
    }

    #[test]
    fn an_instant_is_text_within_four_digits_of_a_year_and_nothing_beyond() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (-62_167_219_201, ""),
            (253_402_300_800, ""),
        ] {
            let array = PrimitiveArray::<TimestampSecondType>::from(vec![seconds]);
            let value = Column::Time(Times::Seconds(&array)).value(0);
            assert_eq!(value.plain(), text, "{seconds}");
        }
        let array = PrimitiveArray::<TimestampMillisecondType>::from(vec![1_767_225_600_250]);
        let value = Column::Time(Times::Milliseconds(&array)).value(0);
        assert_eq!(value.plain(), "2026-01-01T00:00:00.25Z");
    }
}
