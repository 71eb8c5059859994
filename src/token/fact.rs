//! Facts that the authorization server asserts of who holds a token: what else its answer has, beside what is known.
//!
//! Rules compare them exactly: a number is a decimal of any length, and never a binary approximation of it.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use super::json::Object;

/// A fact of one kind. Two are equal when their kinds are and their values: 2 is 2.0, and no text is a number.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fact {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(Decimal),
    /// A text, by code points.
    Text(Box<str>),
}

/// A decimal number of any length, exact.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decimal {
    is_negative: bool,
    /// Without zeros at either end; empty for zero.
    digits: Box<str>,
    /// The power of ten of the last digit.
    exponent: i64,
}

/// The facts of one answer, by their names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts(BTreeMap<Box<str>, Fact>);

impl Facts {
    /// The facts of `object`: texts, numbers and truth values, of a length that a rule would name. Lists, objects and
    /// `null` are none, and satisfy no condition.
    pub(super) fn read(object: &Object) -> Self {
        let facts = object.members().filter_map(|(name, text)| {
            let fact = Fact::read(text).filter(|_| name.len() <= LONGEST_BYTES)?;
            Some((Box::from(name), fact))
        });
        Self(facts.take(MOST_FACTS).collect())
    }

    /// The fact called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.0.get(name)
    }
}

impl FromIterator<(Box<str>, Fact)> for Facts {
    fn from_iter<T: IntoIterator<Item = (Box<str>, Fact)>>(facts: T) -> Self {
        Self(facts.into_iter().collect())
    }
}

impl Fact {
    /// Reads the text of a JSON value.
    fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST_BYTES {
            return None;
        }
        if let Some(number) = Decimal::parse(text) {
            return Some(Self::Number(number));
        }
        match serde_json::from_str(text).ok()? {
            Value::Bool(value) => Some(Self::Boolean(value)),
            Value::String(text) => Some(Self::Text(text.into())),
            Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "\"{}\"", text.escape_debug()),
        }
    }
}

impl Decimal {
    /// Reads a number as JSON writes it (RFC 8259 §6).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, exponent(power)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if are_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        if !are_digits(whole) || whole.len() > 1 && whole.starts_with('0') {
            return None;
        }
        let written = format!("{whole}{fraction}");
        let digits = written.trim_end_matches('0');
        let cut = written.len() - digits.len();
        let digits: Box<str> = digits.trim_start_matches('0').into();
        let shift = i64::try_from(cut).ok()? - i64::try_from(fraction.len()).ok()?;
        Some(Self {
            is_negative: is_negative && !digits.is_empty(),
            exponent: if digits.is_empty() {
                0
            } else {
                power.checked_add(shift)?
            },
            digits,
        })
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::parse(&number.to_string()).unwrap_or(Self {
            is_negative: false,
            digits: Box::default(),
            exponent: 0,
        })
    }
}

impl fmt::Display for Decimal {
    /// As people write it, with an exponent where that would be long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        let digits = if self.digits.is_empty() {
            "0"
        } else {
            &self.digits
        };
        let few = |number: i64| {
            usize::try_from(number)
                .ok()
                .filter(|few| *few <= MOST_ZEROS)
        };
        let (zeros, places) = (few(self.exponent), few(self.exponent.saturating_neg()));
        match (zeros, places) {
            (Some(zeros), _) => write!(f, "{sign}{digits}{:0<zeros$}", ""),
            (None, Some(places)) => {
                let width = places + 1;
                let padded = format!("{digits:0>width$}");
                let (whole, part) = padded.split_at(padded.len() - places);
                write!(f, "{sign}{whole}.{part}")
            }
            (None, None) => write!(f, "{sign}{digits}e{}", self.exponent),
        }
    }
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    are_digits(digits).then(|| text.parse().ok()).flatten()
}

/// Zeros, or places behind the point, that are written out.
const MOST_ZEROS: usize = 20;

const MOST_FACTS: usize = 64;
const LONGEST_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use super::{super::json::parse_object, *};

    fn number(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    /// Rows: ACL-4
    #[test]
    fn numbers_are_equal_by_value_and_not_by_what_a_double_holds() {
        for (one, other) in [
            ("2", "2.0"),
            ("100", "1e2"),
            ("0.001", "1E-3"),
            ("-0", "0.00e9"),
            ("12.50", "0.125e+2"),
        ] {
            assert_eq!(number(one), number(other), "{one} {other}");
        }
        for (one, other) in [
            ("0.1", "0.1000000000000000055511151231257827"),
            ("2", "-2"),
            ("1e400", "1e401"),
            ("9007199254740993", "9007199254740992"),
        ] {
            assert_ne!(number(one), number(other), "{one} {other}");
        }
        for broken in [
            "", "-", "01", "1.", ".5", "1e", "+1", "1_0", "0x1", "inf", "NaN", " 1",
        ] {
            assert_eq!(Decimal::parse(broken), None, "{broken}");
        }
        assert_eq!(Decimal::from(i64::MIN), number("-9223372036854775808"));
    }

    #[test]
    fn a_number_is_written_as_people_write_it_and_is_read_again() {
        for (text, written) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("10", "10"),
            ("41024448e2", "4102444800"),
            ("-0.10", "-0.1"),
            ("12.5", "12.5"),
            ("1e-3", "0.001"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e21"),
            ("12e-22", "12e-22"),
        ] {
            assert_eq!(number(text).to_string(), written);
            assert_eq!(number(written), number(text));
        }
    }

    /// Rows: ACL-2, ACL-4, ACL-7, ACL-16, OE-VAL-12
    #[test]
    fn facts_are_texts_numbers_and_truth_values_alone() {
        let long = "x".repeat(300);
        let answer = format!(
            r#"{{"a":true,"b":1.50,"c":"d","list":["d"],"object":{{}},"none":null,"long":"{long}"}}"#
        );
        let facts = Facts::read(&parse_object(answer.as_bytes()).unwrap());
        assert_eq!(facts.get("a"), Some(&Fact::Boolean(true)));
        assert_eq!(facts.get("b"), Some(&Fact::Number(number("1.5"))));
        assert_eq!(facts.get("c"), Some(&Fact::Text("d".into())));
        for none in ["list", "object", "none", "long", "absent"] {
            assert_eq!(facts.get(none), None, "{none}");
        }
        assert_ne!(facts.get("a"), Some(&Fact::Text("true".into())));
    }
}
