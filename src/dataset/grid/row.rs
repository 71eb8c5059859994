//! The values of one cell, as they lie in the store.

use std::ops::Range;

use super::Value;

/// [`Value::NotCovered`] among 32-bit numbers.
pub const NARROW_NOT_COVERED: i32 = i32::MIN;
/// [`Value::NotApplicable`] among 32-bit numbers.
pub const NARROW_NOT_APPLICABLE: i32 = i32::MIN + 1;
/// [`Value::NotCovered`] among 64-bit numbers.
pub const WIDE_NOT_COVERED: i64 = i64::MIN;
/// [`Value::NotApplicable`] among 64-bit numbers.
pub const WIDE_NOT_APPLICABLE: i64 = i64::MIN + 1;

/// The numbers of a row in steps of their variables, missing ones by their marks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RawValues<'s> {
    /// A store whose every number fits 32 bits.
    Narrow(&'s [i32]),
    /// A store with a number that does not.
    Wide(&'s [i64]),
}

/// The values of one cell, lent by the store.
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

    /// The values at `columns`, as a row of their own; without any beyond the end.
    #[must_use]
    pub fn part(self, columns: Range<usize>) -> Self {
        Self {
            raw: match self.raw {
                RawValues::Narrow(values) => {
                    RawValues::Narrow(values.get(columns).unwrap_or_default())
                }
                RawValues::Wide(values) => RawValues::Wide(values.get(columns).unwrap_or_default()),
            },
        }
    }

    /// Reads one number out of each 64 bytes.
    pub(super) fn touch(self) -> i64 {
        match self.raw {
            RawValues::Narrow(values) => values
                .iter()
                .step_by(16)
                .fold(0, |sum, value| sum ^ i64::from(*value)),
            RawValues::Wide(values) => values.iter().step_by(8).fold(0, |sum, value| sum ^ value),
        }
    }

    /// The value at `column`; one beyond the end is not covered.
    #[must_use]
    pub fn value(self, column: u32) -> Value {
        match self.raw {
            RawValues::Narrow(values) => at(values, column).map_or(Value::NotCovered, narrow),
            RawValues::Wide(values) => at(values, column).map_or(Value::NotCovered, wide),
        }
    }

    /// Hands on the values at `columns`, in their order.
    pub fn each<C: Copy + Into<u32>>(self, columns: &[C], mut take: impl FnMut(Value)) {
        // The width is asked for once, not for each value.
        match self.raw {
            RawValues::Narrow(values) => columns.iter().for_each(|column| {
                take(at(values, (*column).into()).map_or(Value::NotCovered, narrow));
            }),
            RawValues::Wide(values) => columns.iter().for_each(|column| {
                take(at(values, (*column).into()).map_or(Value::NotCovered, wide));
            }),
        }
    }

    /// All values in the order of the columns.
    pub fn values(self) -> impl Iterator<Item = Value> + use<'s> {
        let count = match self.raw {
            RawValues::Narrow(values) => values.len(),
            RawValues::Wide(values) => values.len(),
        };
        (0..u32::try_from(count).unwrap_or(u32::MAX)).map(move |column| self.value(column))
    }
}

#[inline]
fn at<T: Copy>(values: &[T], column: u32) -> Option<T> {
    values.get(usize::try_from(column).ok()?).copied()
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
