//! The 96 values of one cell, as they lie in the store.

use super::{Column, Value};

/// [`Value::NotCovered`] among 32-bit numbers.
pub const NARROW_NOT_COVERED: i32 = i32::MIN;
/// [`Value::NotApplicable`] among 32-bit numbers.
pub const NARROW_NOT_APPLICABLE: i32 = i32::MIN + 1;
/// [`Value::NotCovered`] among 64-bit numbers.
pub const WIDE_NOT_COVERED: i64 = i64::MIN;
/// [`Value::NotApplicable`] among 64-bit numbers.
pub const WIDE_NOT_APPLICABLE: i64 = i64::MIN + 1;

/// The numbers of a row in millionths, by [`Column::index`], missing ones by their marks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RawValues<'s> {
    /// A store whose every number fits 32 bits.
    Narrow(&'s [i32; Column::COUNT]),
    /// A store with a number that does not.
    Wide(&'s [i64; Column::COUNT]),
}

/// The 96 values of one cell, lent by the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Row<'s> {
    raw: RawValues<'s>,
}

impl<'s> Row<'s> {
    pub(super) fn new(raw: RawValues<'s>) -> Self {
        Self { raw }
    }

    /// The numbers as they lie in the store: for writers of whole rows.
    #[must_use]
    pub fn raw(self) -> RawValues<'s> {
        self.raw
    }

    /// Reads one number out of each 64 octets.
    pub(super) fn touch(self) -> i64 {
        match self.raw {
            RawValues::Narrow(values) => values
                .iter()
                .step_by(16)
                .fold(0, |sum, value| sum ^ i64::from(*value)),
            RawValues::Wide(values) => values.iter().step_by(8).fold(0, |sum, value| sum ^ value),
        }
    }

    /// The value of one column.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "a column's index is below the length of the array"
    )]
    pub fn value(self, column: Column) -> Value {
        match self.raw {
            RawValues::Narrow(values) => narrow(values[column.index()]),
            RawValues::Wide(values) => wide(values[column.index()]),
        }
    }

    /// Hands on the values of `columns`, in their order.
    #[expect(
        clippy::indexing_slicing,
        reason = "a column's index is below the length of the array"
    )]
    pub fn each(self, columns: &[Column], mut take: impl FnMut(Value)) {
        // The width is asked for once, not for each value.
        match self.raw {
            RawValues::Narrow(values) => columns
                .iter()
                .for_each(|column| take(narrow(values[column.index()]))),
            RawValues::Wide(values) => columns
                .iter()
                .for_each(|column| take(wide(values[column.index()]))),
        }
    }

    /// All values in the order of [`Column::all`].
    pub fn values(self) -> impl Iterator<Item = Value> + use<'s> {
        Column::all().map(move |column| self.value(column))
    }
}

fn narrow(raw: i32) -> Value {
    match raw {
        NARROW_NOT_COVERED => Value::NotCovered,
        NARROW_NOT_APPLICABLE => Value::NotApplicable,
        micro => Value::Known(i64::from(micro)),
    }
}

fn wide(raw: i64) -> Value {
    match raw {
        WIDE_NOT_COVERED => Value::NotCovered,
        WIDE_NOT_APPLICABLE => Value::NotApplicable,
        micro => Value::Known(micro),
    }
}
