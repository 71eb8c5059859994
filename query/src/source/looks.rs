//! Single values: the types that their text could be of.

use super::{moment::MomentForm, row::Cell};
use crate::schema::ColumnType;

/// The look of one value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Looks {
    /// A whole number of 64 bits, without anything that a number would lose.
    Integer,
    /// A whole number of 64 bits with more digits than a double keeps.
    Long,
    /// The same, marked as a number by its source.
    LongNumber,
    /// Digits that a number would not keep: 007, or more than 64 bits.
    Digits,
    /// A number with a point or an exponent.
    Point,
    /// A number with a point before three digits: of thousands where others have a decimal comma, else of decimals.
    PointThousand,
    /// A number with a decimal comma.
    Comma,
    /// A number with a comma before three digits: of thousands, or of decimals.
    Thousand,
    /// True or false, in letters.
    Boolean,
    /// A day or a time.
    Moment(MomentForm),
    /// None of these.
    Text,
    /// Marked by its source as being of a type.
    Typed(ColumnType),
}

impl Looks {
    pub(super) fn of(cell: Cell<'_>) -> Self {
        match cell {
            Cell::Text(text) => Self::of_text(text),
            Cell::Quoted(text) => MomentForm::of(text).map_or(Self::Text, Self::Moment),
            Cell::Number(text) => match Self::of_text(text) {
                Self::Integer => Self::Typed(ColumnType::Integer),
                Self::Digits => Self::Digits,
                Self::Long => Self::LongNumber,
                _ => Self::Typed(ColumnType::Number),
            },
            Cell::Boolean(_) => Self::Typed(ColumnType::Boolean),
            Cell::Nested(_) => Self::Typed(ColumnType::Json),
            Cell::Geometry(_) | Cell::Wkb(_) => Self::Typed(ColumnType::Geometry),
            Cell::Integer(number) if is_exact(number) => Self::Typed(ColumnType::Integer),
            Cell::Integer(_) => Self::LongNumber,
            Cell::Real(_) => Self::Typed(ColumnType::Number),
            Cell::Day(_) => Self::Typed(ColumnType::Date),
            Cell::Instant(..) => Self::Typed(ColumnType::DateTime),
        }
    }

    fn of_text(text: &str) -> Self {
        let bytes = text.as_bytes();
        let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
        match digits.first() {
            Some(b'0'..=b'9' | b'.' | b',') => Self::of_digits(text, digits),
            Some(b't' | b'T' | b'f' | b'F') if boolean(text).is_some() => Self::Boolean,
            _ => Self::Text,
        }
    }

    fn of_digits(text: &str, digits: &[u8]) -> Self {
        let whole = digits.iter().take_while(|octet| octet.is_ascii_digit());
        let whole = whole.count();
        let has_zeros = whole > 1 && digits.first() == Some(&b'0');
        match digits.get(whole..).unwrap_or_default() {
            [] if has_zeros => Self::Digits,
            // A negative zero is no whole number that would come back.
            [] if text == "-0" => Self::Digits,
            [] if whole <= EXACT_DIGITS => Self::Integer,
            [] => match text.parse() {
                Ok(number) if is_exact(number) => Self::Integer,
                Ok(_) => Self::Long,
                Err(_) => Self::Digits,
            },
            [b'.', decimals @ ..] if is_thousand(digits, whole, decimals) => Self::PointThousand,
            [b'.' | b'e' | b'E', ..] if !has_zeros && number(text).is_some() => Self::Point,
            [b',', decimals @ ..] if !has_zeros && is_decimals(decimals) && whole > 0 => {
                if is_thousand(digits, whole, decimals) {
                    Self::Thousand
                } else {
                    Self::Comma
                }
            }
            _ => MomentForm::of(text).map_or(Self::Text, Self::Moment),
        }
    }
}

/// A number as decimals are written: `inf` and `nan` are none, and none that is beyond all bounds or so small that it
/// would be zero.
pub(super) fn number(text: &str) -> Option<f64> {
    let is_decimal = text
        .bytes()
        .all(|octet| matches!(octet, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
    let number: f64 = text.parse().ok().filter(|_| is_decimal)?;
    let is_lost = number == 0.0 && significant_digits(text) > 0;
    (number.is_finite() && !is_lost).then_some(number)
}

/// `true` of a number with more digits than those that tell doubles apart: the nearest double is another number.
pub(super) fn is_rounded(text: &str) -> bool {
    text.len() > TELLING_DIGITS && significant_digits(text) > TELLING_DIGITS
}

/// `true` of text that is a number but for marks: those between thousands, a sign, per cent, a currency, blanks around it.
pub(super) fn is_marked_number(text: &str) -> bool {
    let is_around = |mark: char| {
        mark.is_whitespace() || "+-\u{2212}%\u{2030}$\u{a3}\u{a5}\u{20ac}\u{20b9}()".contains(mark)
    };
    let bare = text.trim_matches(is_around);
    let mut groups = bare.split(|mark: char| mark.is_whitespace() || ".,'\u{2019}".contains(mark));
    let is_of_digits = |group: &str| group.bytes().all(|octet| octet.is_ascii_digit());
    let is_first = groups
        .next()
        .is_some_and(|group| (1..16).contains(&group.len()) && is_of_digits(group));
    let last = groups.next_back();
    let is_last = last.is_none_or(|group| !group.is_empty() && is_of_digits(group));
    is_first && is_last && groups.all(|group| (2..4).contains(&group.len()) && is_of_digits(group))
}

/// Digits of a number between its first and its last that is not zero.
fn significant_digits(text: &str) -> usize {
    let digits = text
        .bytes()
        .take_while(|octet| !matches!(octet, b'e' | b'E'))
        .filter(u8::is_ascii_digit)
        .skip_while(|octet| *octet == b'0');
    let counted = digits.fold((0, 0), |(all, up_to_last), octet| {
        let all = all + 1;
        (all, if octet == b'0' { up_to_last } else { all })
    });
    counted.1
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    is("true").then_some(true).or(is("false").then_some(false))
}

/// `true` where a double has all digits of the whole number.
pub(super) fn is_exact(number: i64) -> bool {
    let magnitude = number.unsigned_abs();
    let bits = u64::BITS - magnitude.leading_zeros() - magnitude.trailing_zeros().min(63);
    magnitude == 0 || bits <= f64::MANTISSA_DIGITS
}

/// `true` where a mark stands before three digits and behind one to three, as between thousands.
fn is_thousand(digits: &[u8], whole: usize, decimals: &[u8]) -> bool {
    let is_group = decimals.len() == 3 && is_decimals(decimals);
    is_group && (1..4).contains(&whole) && digits.first() != Some(&b'0')
}

fn is_decimals(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Digits of which a double keeps all, whatever they are.
const EXACT_DIGITS: usize = 15;
/// Digits that tell each double from every other.
const TELLING_DIGITS: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_looks_like_what_it_could_be_without_losing_anything() {
        for (text, looks) in [
            ("0", Looks::Integer),
            ("-17", Looks::Integer),
            ("9007199254740992", Looks::Integer),
            ("9007199254740993", Looks::Long),
            ("-9007199254740993", Looks::Long),
            ("9000000000000000000", Looks::Integer),
            ("9223372036854775807", Looks::Long),
            ("9223372036854775808", Looks::Digits),
            ("007", Looks::Digits),
            ("-0", Looks::Digits),
            ("00.5", Looks::Text),
            ("0.5", Looks::Point),
            (".5", Looks::Point),
            (".500", Looks::Point),
            ("1.500", Looks::PointThousand),
            ("-999.999", Looks::PointThousand),
            ("0.500", Looks::Point),
            ("1234.500", Looks::Point),
            ("1.5000", Looks::Point),
            ("1.500e3", Looks::Point),
            ("1e3", Looks::Point),
            ("1e999", Looks::Text),
            ("1e-999", Looks::Text),
            ("0e-999", Looks::Point),
            ("-0.000", Looks::Point),
            ("1,5", Looks::Comma),
            ("0,125", Looks::Comma),
            ("1,125", Looks::Thousand),
            ("1234,125", Looks::Comma),
            ("1,234,567", Looks::Text),
            ("1.234,5", Looks::Text),
            ("TRUE", Looks::Boolean),
            ("tru", Looks::Text),
            ("NaN", Looks::Text),
            ("inf", Looks::Text),
            ("+5", Looks::Text),
            ("-", Looks::Text),
            ("12:30", Looks::Text),
            ("AB1 2CD", Looks::Text),
        ] {
            assert_eq!(Looks::of(Cell::Text(text)), looks, "{text}");
        }
        for (text, expected) in [
            ("12%", true),
            ("\u{20ac} 12,00", true),
            (" 2.5 ", true),
            ("+5", true),
            ("(1,234.56)", true),
            ("1.234.567,89", true),
            ("1\u{202f}234,5", true),
            ("1'234", true),
            ("\u{2212}5", true),
            ("1.2.3", false),
            ("10.0.0.1", false),
            ("12 High Street", false),
            ("AB1", false),
            ("%", false),
            ("", false),
            ("1.", false),
        ] {
            assert_eq!(is_marked_number(text), expected, "{text}");
        }
        for (text, expected) in [
            ("0.12345678901234567", false),
            ("0.123456789012345678", true),
            ("-123456789012345678.5", true),
            ("100000000000000000000000.000", false),
            ("0.000000000000000000012345e-7", false),
            ("1.5e123456789012345678", false),
        ] {
            assert_eq!(is_rounded(text), expected, "{text}");
        }
        assert!(matches!(
            Looks::of(Cell::Text("2026-01-31")),
            Looks::Moment(_)
        ));
        assert_eq!(Looks::of(Cell::Quoted("17")), Looks::Text);
        assert_eq!(
            Looks::of(Cell::Number("17")),
            Looks::Typed(ColumnType::Integer)
        );
        assert_eq!(
            Looks::of(Cell::Number("1.0")),
            Looks::Typed(ColumnType::Number)
        );
        assert_eq!(
            Looks::of(Cell::Number("9007199254740993")),
            Looks::LongNumber
        );
        assert_eq!(
            Looks::of(Cell::Integer(i64::MIN)),
            Looks::Typed(ColumnType::Integer)
        );
        assert_eq!(Looks::of(Cell::Integer(i64::MAX)), Looks::LongNumber);
    }
}
