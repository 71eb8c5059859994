//! One column of a batch as numbers or texts.

use std::borrow::Cow;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, LargeStringArray, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use time::{Date, Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// One column.
pub(super) enum Column<'b> {
    Number(Box<dyn Fn(usize) -> Option<f64> + 'b>),
    Text(Box<dyn Fn(usize) -> Option<Cow<'b, str>> + 'b>),
}

/// Numbers that a double holds exactly.
macro_rules! numbers {
    ($array:expr, $($kind:ty),+) => {
        $(if let Some(array) = $array.downcast_ref::<$kind>() {
            return Some(Column::Number(Box::new(|at| {
                array.is_valid(at).then(|| f64::from(array.value(at)))
            })));
        })+
    };
}

/// Whole numbers of 64 bits: beyond 2 to the power of 53 none is stored.
macro_rules! wide_numbers {
    ($array:expr, $($kind:ty),+) => {
        $(if let Some(array) = $array.downcast_ref::<$kind>() {
            #[expect(
                clippy::as_conversions,
                clippy::cast_precision_loss,
                reason = "beyond 2 to the power of 53 no number is stored"
            )]
            return Some(Column::Number(Box::new(|at| {
                array.is_valid(at).then(|| array.value(at) as f64)
            })));
        })+
    };
}

macro_rules! times {
    ($array:expr, $($kind:ty: $nanoseconds:literal),+) => {
        $(if let Some(array) = $array.downcast_ref::<$kind>() {
            return Some(Column::Text(Box::new(|at| {
                let nanoseconds = i128::from(array.is_valid(at).then(|| array.value(at))?) * $nanoseconds;
                let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?;
                time.format(&Rfc3339).ok().map(Cow::Owned)
            })));
        })+
    };
}

impl<'b> Column<'b> {
    /// None when it holds neither numbers, nor texts, nor times.
    pub(super) fn of(array: &'b ArrayRef) -> Option<Self> {
        let any = array.as_any();
        numbers!(
            any,
            Float32Array,
            Float64Array,
            Int8Array,
            Int16Array,
            Int32Array,
            UInt8Array,
            UInt16Array,
            UInt32Array
        );
        wide_numbers!(any, Int64Array, UInt64Array);
        times!(
            any,
            TimestampSecondArray: 1_000_000_000,
            TimestampMillisecondArray: 1_000_000,
            TimestampMicrosecondArray: 1_000,
            TimestampNanosecondArray: 1
        );
        if let Some(array) = any.downcast_ref::<StringArray>() {
            return Some(Self::Text(Box::new(|at| {
                array.is_valid(at).then(|| Cow::Borrowed(array.value(at)))
            })));
        }
        if let Some(array) = any.downcast_ref::<LargeStringArray>() {
            return Some(Self::Text(Box::new(|at| {
                array.is_valid(at).then(|| Cow::Borrowed(array.value(at)))
            })));
        }
        if let Some(array) = any.downcast_ref::<Date32Array>() {
            return Some(Self::Text(Box::new(|at| {
                let days = Duration::days(i64::from(array.is_valid(at).then(|| array.value(at))?));
                let epoch = Date::from_ordinal_date(1970, 1).ok()?;
                epoch
                    .checked_add(days)
                    .map(|date| Cow::Owned(date.to_string()))
            })));
        }
        let array = any.downcast_ref::<BooleanArray>()?;
        Some(Self::Text(Box::new(|at| {
            array
                .is_valid(at)
                .then(|| Cow::Borrowed(if array.value(at) { "true" } else { "false" }))
        })))
    }

    pub(super) fn is_numeric(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    pub(super) fn number(&self, at: usize) -> Option<f64> {
        match self {
            Self::Number(number) => number(at),
            Self::Text(_) => None,
        }
    }

    pub(super) fn text(&self, at: usize) -> Option<Cow<'b, str>> {
        match self {
            Self::Number(number) => number(at).map(|number| Cow::Owned(number.to_string())),
            Self::Text(text) => text(at),
        }
    }
}
