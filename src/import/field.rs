//! One field of a line: a value or a coordinate, as tables write them.

use super::{
    LineFault, NumberFault,
    fault::Shown,
    header::Layout,
    number::{millionths, nearest_millionth},
    table::Form,
};
use crate::dataset::grid::{MICRO, Value, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED, decimal};

impl Layout {
    #[inline]
    pub(super) fn value(
        &self,
        at: usize,
        field: &[u8],
        rounded: &mut u32,
    ) -> Result<i64, LineFault> {
        if field.is_empty() {
            return Ok(WIDE_NOT_COVERED);
        }
        if let Some(forms) = &self.table.forms {
            let form = forms.get(at).copied();
            return match form {
                Some(form) => self.described(at, form, field, rounded),
                None => Err(self.fields(field)),
            };
        }
        match millionths(field) {
            Ok(number) if number >= 0 => Ok(number),
            Ok(Value::NOT_APPLICABLE_MICRO) => Ok(WIDE_NOT_APPLICABLE),
            _ => self.value_otherwise(at, field, rounded),
        }
    }

    /// A value of a table that a description tells of.
    fn described(
        &self,
        at: usize,
        form: Form,
        field: &[u8],
        rounded: &mut u32,
    ) -> Result<i64, LineFault> {
        let bare = bare(field);
        let is_one_of = |marks: &[Box<str>]| marks.iter().any(|mark| mark.as_bytes() == bare);
        if bare.is_empty() || is_one_of(&self.table.not_covered) {
            return Ok(WIDE_NOT_COVERED);
        }
        if is_one_of(&self.table.not_applicable) {
            return Ok(WIDE_NOT_APPLICABLE);
        }
        let (steps, was_rounded) = form
            .number(bare, self.rounds)
            .map_err(|fault| self.value_fault(at, field, Some(fault)))?;
        *rounded += u32::from(was_rounded);
        match form.minimum {
            Some(minimum) if steps < minimum => Err(LineFault::BelowMinimum {
                column: self.table.name(at).into(),
                text: Shown::new(field),
                minimum: decimal(minimum, form.decimals).into(),
            }),
            _ => Ok(steps),
        }
    }

    /// A value with blanks around it, with more decimals, or none at all.
    #[cold]
    fn value_otherwise(
        &self,
        at: usize,
        field: &[u8],
        rounded: &mut u32,
    ) -> Result<i64, LineFault> {
        let bare = bare(field);
        if bare.is_empty() {
            return Ok(WIDE_NOT_COVERED);
        }
        match self.number(bare, rounded) {
            Ok(number) if number >= 0 => Ok(number),
            Ok(Value::NOT_APPLICABLE_MICRO) => Ok(WIDE_NOT_APPLICABLE),
            other => Err(self.value_fault(at, field, other.err())),
        }
    }

    fn value_fault(&self, at: usize, field: &[u8], fault: Option<NumberFault>) -> LineFault {
        let (column, text) = (self.table.name(at).into(), Shown::new(field));
        match fault {
            Some(fault) => LineFault::NoValue {
                column,
                text,
                fault,
            },
            None => LineFault::Negative { column, text },
        }
    }

    #[inline]
    pub(super) fn coordinate(
        &self,
        coordinate: &Coordinate,
        field: &[u8],
        rounded: &mut u32,
    ) -> Result<i32, LineFault> {
        let number = millionths(field).or_else(|_| self.number(bare(field), rounded));
        let name = coordinate.name;
        match number {
            Ok(micro) if (coordinate.least * MICRO..=coordinate.most * MICRO).contains(&micro) => {
                Ok(i32::try_from(micro).unwrap_or_default())
            }
            Ok(_) => Err(LineFault::OutOfRange {
                coordinate: name,
                text: Shown::new(field),
                least: coordinate.least,
                most: coordinate.most,
            }),
            Err(fault) => Err(LineFault::NoCoordinate {
                coordinate: name,
                text: Shown::new(field),
                fault,
            }),
        }
    }

    /// A number, of which more than six decimals are rounded where that was asked for.
    #[cold]
    fn number(&self, text: &[u8], rounded: &mut u32) -> Result<i64, NumberFault> {
        match millionths(text) {
            Err(NumberFault::Decimals) if self.rounds => {
                *rounded += 1;
                nearest_millionth(text)
            }
            other => other,
        }
    }
}

/// The field without quotes around it: a number has none within.
#[inline]
pub(super) fn unquoted(field: &[u8]) -> &[u8] {
    match field {
        [b'"', inner @ .., b'"'] => inner,
        _ => field,
    }
}

/// The field without blanks around it, outside the quotes and within.
pub(super) fn bare(field: &[u8]) -> &[u8] {
    unquoted(field.trim_ascii()).trim_ascii()
}

/// A coordinate and its bounds in degrees.
pub(super) struct Coordinate {
    name: &'static str,
    least: i64,
    most: i64,
}

pub(super) const LATITUDE: Coordinate = Coordinate {
    name: "latitude",
    least: -90,
    most: 90,
};
pub(super) const LONGITUDE: Coordinate = Coordinate {
    name: "longitude",
    least: -180,
    most: 360,
};
