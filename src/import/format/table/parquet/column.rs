//! One column of a batch as numbers or texts.

use std::borrow::Cow;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use time::{Date, Duration, OffsetDateTime, format_description::well_known::Rfc3339};

use super::super::{
    super::{FormatError, refused::shown},
    TableFault,
};

/// One column.
pub(in super::super) enum Column<'b> {
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
    /// The column of `batch` that is called `name`, which is to be a `role`.
    pub(in super::super) fn named(
        batch: &'b RecordBatch,
        name: &str,
        role: &'static str,
    ) -> Result<Self, FormatError> {
        let found = batch.column_by_name(name);
        found.and_then(Self::of).ok_or_else(|| {
            let kind = found.map_or("nothing".to_owned(), |array| array.data_type().to_string());
            let column = shown(name);
            TableFault::ColumnType { column, kind, role }.into()
        })
    }

    /// The same, of numbers.
    pub(in super::super) fn numeric(
        batch: &'b RecordBatch,
        name: &str,
        role: &'static str,
    ) -> Result<Self, FormatError> {
        let found = Self::named(batch, name, role)?;
        if matches!(found, Self::Number(_)) {
            return Ok(found);
        }
        let (column, kind) = (shown(name), "text".to_owned());
        Err(TableFault::ColumnType { column, kind, role }.into())
    }

    /// None when it holds neither numbers, nor texts, nor times.
    fn of(array: &'b ArrayRef) -> Option<Self> {
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

    pub(in super::super) fn number(&self, at: usize) -> Option<f64> {
        match self {
            Self::Number(number) => number(at),
            Self::Text(_) => None,
        }
    }

    /// Degrees in millionths.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "what is no degree at all is cut to the largest number, which no place has"
    )]
    pub(in super::super) fn micro(&self, at: usize) -> Option<i64> {
        let degrees = self.number(at)?;
        (!degrees.is_nan()).then(|| (degrees * 1e6).round() as i64)
    }

    pub(in super::super) fn text(&self, at: usize) -> Option<Cow<'b, str>> {
        match self {
            Self::Number(number) => number(at).map(|number| Cow::Owned(number.to_string())),
            Self::Text(text) => text(at),
        }
    }
}
