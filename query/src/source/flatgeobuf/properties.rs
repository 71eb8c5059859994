//! Values of a feature: the number of a column, and its value as its type has it.

use serde::de::IgnoredAny;

use super::{
    super::{
        fault::{Shown, What},
        moment::MomentForm,
        row::{Cell, Row},
    },
    header::Type,
};

/// Octets of values that are still to be read.
pub(super) struct Properties<'b>(pub(super) &'b [u8]);

impl<'b> Properties<'b> {
    /// The number of the column of the next value; none at the end.
    pub(super) fn next_column(&mut self) -> Result<Option<usize>, What> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let number = u16::from_le_bytes(self.take()?);
        Ok(Some(number.into()))
    }

    /// Reads a value of the type `of` into the column at `column` of `row`; false of a number that is none, which stands
    /// for no value.
    pub(super) fn read(&mut self, of: Type, column: usize, row: &mut Row) -> Result<bool, What> {
        let integer = match of {
            Type::Byte => i8::from_le_bytes(self.take()?).into(),
            Type::UByte => u8::from_le_bytes(self.take()?).into(),
            Type::Short => i16::from_le_bytes(self.take()?).into(),
            Type::UShort => u16::from_le_bytes(self.take()?).into(),
            Type::Int => i32::from_le_bytes(self.take()?).into(),
            Type::UInt => u32::from_le_bytes(self.take()?).into(),
            Type::Long => i64::from_le_bytes(self.take()?),
            Type::ULong => whole(u64::from_le_bytes(self.take()?))?,
            Type::Bool => {
                let value = truth(self.take()?)?;
                row.push(column, Cell::Boolean(value));
                return Ok(true);
            }
            Type::Float => return Ok(real(f32::from_le_bytes(self.take()?).into(), column, row)),
            Type::Double => return Ok(real(f64::from_le_bytes(self.take()?), column, row)),
            Type::Text => {
                let text = self.text()?;
                row.push(column, Cell::Quoted(text));
                return Ok(true);
            }
            Type::Json => {
                let text = self.text()?;
                serde_json::from_str::<IgnoredAny>(text)
                    .map_err(|error| What::Json(error.to_string().into()))?;
                row.push(column, Cell::Nested(text));
                return Ok(true);
            }
            Type::DateTime => {
                let text = self.text()?;
                MomentForm::of(text).ok_or_else(|| What::NotA {
                    text: Shown::new(text),
                    expected: "day or time as ISO 8601 has it".into(),
                })?;
                row.push(column, Cell::Quoted(text));
                return Ok(true);
            }
        };
        row.push(column, Cell::Integer(integer));
        Ok(true)
    }

    fn text(&mut self) -> Result<&'b str, What> {
        let length = u32::from_le_bytes(self.take()?);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let octets = self.0.get(..length);
        let octets = octets.ok_or(What::Truncated("a text"))?;
        self.0 = self.0.get(length..).unwrap_or_default();
        let text = str::from_utf8(octets);
        text.ok().ok_or(What::NotUtf8(""))
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], What> {
        let (octets, rest) = self
            .0
            .split_first_chunk()
            .ok_or(What::Truncated("the values of a feature"))?;
        self.0 = rest;
        Ok(*octets)
    }
}

fn real(number: f64, column: usize, row: &mut Row) -> bool {
    if number.is_finite() {
        row.push(column, Cell::Real(number));
    }
    number.is_finite()
}

fn truth([octet]: [u8; 1]) -> Result<bool, What> {
    match octet {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(What::NotA {
            text: Shown::new(&other.to_string()),
            expected: "truth: 0 and 1 are".into(),
        }),
    }
}

fn whole(value: u64) -> Result<i64, What> {
    let whole = i64::try_from(value);
    whole.ok().ok_or_else(|| What::NotA {
        text: Shown::new(&value.to_string()),
        expected: "whole number of 64 bits with a sign".into(),
    })
}
