//! Values that a question names, and values that bounds of stored columns are told in.

pub mod instant;
pub(crate) mod number;

use std::{
    cmp::Ordering,
    fmt::{self, Write},
};

use crate::schema::ColumnType;

/// A value of a type that is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// UTF-8.
    Text(Box<str>),
    /// A whole number.
    Integer(i64),
    /// A double; those of questions are finite.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// Days since 1970.
    Date(i32),
    /// Milliseconds since 1970, in UTC.
    DateTime(i64),
}

/// Text that is no value of the type of a column.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{} is no {}", Given(.text), .column_type)]
pub struct LiteralFault {
    /// The text.
    pub text: Box<str>,
    /// The type, as descriptions call it.
    pub column_type: &'static str,
}

impl Literal {
    /// The value that `text` is in a column of the type, as it stands in an address: numbers in decimals, `true` and
    /// `false`, dates and times as in RFC 3339.
    ///
    /// # Errors
    /// [`LiteralFault`], as well for columns of geometries and of JSON, which are not compared.
    pub fn parse(text: &str, column_type: ColumnType) -> Result<Self, LiteralFault> {
        let value = match column_type {
            ColumnType::Text => Some(Self::Text(text.into())),
            ColumnType::Integer => text.parse().ok().map(Self::Integer),
            ColumnType::Number => double(text).map(Self::Number),
            ColumnType::Boolean => text.parse().ok().map(Self::Boolean),
            ColumnType::Date => instant::day(text).map(Self::Date),
            ColumnType::DateTime => instant::millisecond(text).map(Self::DateTime),
            ColumnType::Geometry | ColumnType::Json => None,
        };
        value.ok_or_else(|| LiteralFault {
            text: text.into(),
            column_type: column_type.name(),
        })
    }

    /// The type of a column that holds such values.
    #[must_use]
    pub fn column_type(&self) -> ColumnType {
        match self {
            Self::Text(_) => ColumnType::Text,
            Self::Integer(_) => ColumnType::Integer,
            Self::Number(_) => ColumnType::Number,
            Self::Boolean(_) => ColumnType::Boolean,
            Self::Date(_) => ColumnType::Date,
            Self::DateTime(_) => ColumnType::DateTime,
        }
    }

    /// The number that it is, as a double.
    #[must_use]
    pub fn as_double(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(number::nearest(*value)),
            Self::Number(value) => Some(*value),
            _ => None,
        }
    }

    /// The order of two values of one type: of text that of its octets; none of two types, and none with a NaN.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => Some(one.cmp(other)),
            (Self::Integer(one), Self::Integer(other))
            | (Self::DateTime(one), Self::DateTime(other)) => Some(one.cmp(other)),
            (Self::Number(one), Self::Number(other)) => one.partial_cmp(other),
            (Self::Boolean(one), Self::Boolean(other)) => Some(one.cmp(other)),
            (Self::Date(one), Self::Date(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

/// The value as CQL2 text writes it.
impl fmt::Display for Literal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => quoted(text, formatter),
            Self::Integer(value) => write!(formatter, "{value}"),
            Self::Number(value) if is_plain(*value) => write!(formatter, "{value}"),
            Self::Number(value) => write!(formatter, "{value:E}"),
            Self::Boolean(true) => formatter.write_str("TRUE"),
            Self::Boolean(false) => formatter.write_str("FALSE"),
            Self::Date(day) => write!(formatter, "DATE('{}')", instant::Day(*day)),
            Self::DateTime(millisecond) => {
                write!(
                    formatter,
                    "TIMESTAMP('{}')",
                    instant::Millisecond(*millisecond)
                )
            }
        }
    }
}

/// Text as a message repeats it: in quotes, and no more of it than finds room in a line.
pub(crate) struct Given<'a>(pub(crate) &'a str);

impl fmt::Display for Given<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("\"")?;
        for character in self.0.chars().take(GIVEN) {
            let is_shown = !character.is_control();
            formatter.write_char(if is_shown { character } else { '?' })?;
        }
        let is_cut = self.0.chars().nth(GIVEN).is_some();
        formatter.write_str(if is_cut { "...\"" } else { "\"" })
    }
}

/// A quote is written with a backslash, since one behind a backslash of the text would end it.
fn quoted(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(formatter, "'{}'", text.replace('\'', "\\'"))
}

/// True of a number that is short without an exponent.
fn is_plain(value: f64) -> bool {
    let size = value.abs();
    size == 0.0 || (1e-5..1e15).contains(&size)
}

/// Decimals with a point and an exponent, and neither the words for what is not finite nor what is too large.
fn double(text: &str) -> Option<f64> {
    let is_decimal = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    let value: f64 = text.parse().ok().filter(|_| text.bytes().all(is_decimal))?;
    value.is_finite().then_some(value)
}

/// The characters of a text that a message repeats.
const GIVEN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_a_value_of_the_column_or_refused() {
        use ColumnType as Type;
        for (text, column_type, expected) in [
            ("AB", Type::Text, Some(Literal::Text("AB".into()))),
            ("", Type::Text, Some(Literal::Text("".into()))),
            ("-12", Type::Integer, Some(Literal::Integer(-12))),
            ("007", Type::Integer, Some(Literal::Integer(7))),
            ("1.0", Type::Integer, None),
            ("", Type::Integer, None),
            ("9223372036854775808", Type::Integer, None),
            ("1.5e3", Type::Number, Some(Literal::Number(1500.0))),
            ("NaN", Type::Number, None),
            ("inf", Type::Number, None),
            ("1e999", Type::Number, None),
            ("true", Type::Boolean, Some(Literal::Boolean(true))),
            ("TRUE", Type::Boolean, None),
            ("1", Type::Boolean, None),
            ("1970-01-02", Type::Date, Some(Literal::Date(1))),
            ("1970-01-02T00:00:00Z", Type::Date, None),
            (
                "1970-01-01T00:00:01Z",
                Type::DateTime,
                Some(Literal::DateTime(1000)),
            ),
            ("1970-01-02", Type::DateTime, None),
            ("POINT(0 0)", Type::Geometry, None),
            ("{}", Type::Json, None),
        ] {
            assert_eq!(
                Literal::parse(text, column_type).ok(),
                expected,
                "{text} as {}",
                column_type.name()
            );
        }
    }

    #[test]
    fn a_refusal_repeats_a_line_of_the_text_at_most() {
        let fault = Literal::parse(&"x\n".repeat(1000), ColumnType::Integer).unwrap_err();
        let expected = format!("\"{}...\" is no integer", "x?".repeat(20));
        assert_eq!(fault.to_string(), expected);
    }

    #[test]
    fn values_are_written_as_cql2_does() {
        for (literal, expected) in [
            (Literal::Text("it's".into()), r"'it\'s'"),
            (Literal::Text(r"a\'b".into()), r"'a\\'b'"),
            (Literal::Integer(-5), "-5"),
            (Literal::Number(2.0), "2"),
            (Literal::Number(1e300), "1E300"),
            (Literal::Boolean(true), "TRUE"),
            (Literal::Date(-1), "DATE('1969-12-31')"),
            (
                Literal::DateTime(-1),
                "TIMESTAMP('1969-12-31T23:59:59.999Z')",
            ),
        ] {
            assert_eq!(literal.to_string(), expected);
        }
    }

    #[test]
    fn values_of_one_type_have_an_order_and_others_none() {
        let zero = Literal::Number(0.0);
        assert_eq!(
            zero.compare(&Literal::Number(-0.0)),
            Some(Ordering::Equal),
            "zeros are one number"
        );
        assert_eq!(zero.compare(&Literal::Number(f64::NAN)), None);
        assert_eq!(zero.compare(&Literal::Integer(0)), None);
        let (one, other) = (Literal::Text("B".into()), Literal::Text("a".into()));
        assert_eq!(one.compare(&other), Some(Ordering::Less));
    }
}
