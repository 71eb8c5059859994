//! Decimal text to millionths, exactly: no double lies between.

/// Reason why a field is not a number that can be stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NumberFault {
    /// Digits other than 0 after the sixth decimal.
    #[error("has more than six decimals: round it to six")]
    Decimals,
    /// Digits other than 0 beyond the decimals of the column's variable.
    #[error("has more than {0} decimals: round it to {0}")]
    DecimalsOf(u8),
    /// More digits than a double holds exactly.
    #[error("has more than fifteen digits")]
    Digits,
    /// Not an optional sign, digits, perhaps a point with digits, and perhaps a power of ten.
    #[error("is not a decimal number")]
    NotANumber,
    /// A million or more either way, which `numeric(12,6)` does not hold.
    #[error("is a million or more")]
    TooLarge,
}

/// Reads `text` as millionths.
///
/// # Errors
/// [`NumberFault`].
pub fn millionths(text: &[u8]) -> Result<i64, NumberFault> {
    let (is_negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    let magnitude = match magnitude(digits) {
        Err(NumberFault::NotANumber) => magnitude(&written_out(digits)?)?,
        magnitude => magnitude?,
    };
    Ok(if is_negative { -magnitude } else { magnitude })
}

/// Reads `text` as millionths, rounding what it has beyond the sixth decimal; half of one is rounded away
/// from 0.
pub(super) fn nearest_millionth(text: &[u8]) -> Result<i64, NumberFault> {
    let (sign, digits) = match text.split_first() {
        Some((b'-', rest)) => (-1, rest),
        Some((b'+', rest)) => (1, rest),
        _ => (1, text),
    };
    let written = written_out(digits).unwrap_or_else(|_| digits.to_vec());
    let end = written.iter().position(|octet| *octet == b'.');
    let end = end.map_or(written.len(), |point| point + 1 + DECIMALS);
    let (kept, beyond) = written.split_at_checked(end).unwrap_or((&written, &[]));
    if !beyond.iter().all(u8::is_ascii_digit) {
        return Err(NumberFault::NotANumber);
    }
    let more = beyond.first().is_some_and(|digit| *digit >= b'5');
    let nearest = magnitude(kept)? + i64::from(more);
    if nearest >= WHOLE_LIMIT * 1_000_000 {
        return Err(NumberFault::TooLarge);
    }
    Ok(sign * nearest)
}

/// Reads `text` as steps, of which `10^decimals` make one; at most fifteen digits.
///
/// # Errors
/// [`NumberFault`].
pub(super) fn steps(text: &[u8], decimals: u8) -> Result<i64, NumberFault> {
    read_steps(text, decimals, false)
}

/// As [`steps`], rounding what the text has beyond the decimals; half of one is rounded away from 0.
pub(super) fn nearest_step(text: &[u8], decimals: u8) -> Result<i64, NumberFault> {
    read_steps(text, decimals, true)
}

fn read_steps(text: &[u8], decimals: u8, rounds: bool) -> Result<i64, NumberFault> {
    let (sign, digits) = match text.split_first() {
        Some((b'-', rest)) => (-1, rest),
        Some((b'+', rest)) => (1, rest),
        _ => (1, text),
    };
    let written = if digits.iter().any(|octet| matches!(octet, b'e' | b'E')) {
        written_out(digits)?
    } else {
        digits.to_vec()
    };
    let point = written.iter().position(|octet| *octet == b'.');
    let (whole, fraction) = match point {
        Some(point) => (
            written.get(..point).unwrap_or_default(),
            written.get(point + 1..).unwrap_or_default(),
        ),
        None => (written.as_slice(), &[][..]),
    };
    let are_digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if (whole.is_empty() && fraction.is_empty()) || !are_digits(whole) || !are_digits(fraction) {
        return Err(NumberFault::NotANumber);
    }
    let kept = fraction.len().min(decimals.into());
    let (kept, beyond) = fraction.split_at_checked(kept).unwrap_or((fraction, &[]));
    if !rounds && beyond.iter().any(|digit| *digit != b'0') {
        return Err(NumberFault::DecimalsOf(decimals));
    }
    let missing = usize::from(decimals) - kept.len();
    let mut number = 0_i64;
    let zeros = std::iter::repeat_n(&b'0', missing);
    for digit in whole.iter().chain(kept).chain(zeros) {
        number = number * 10 + i64::from(digit - b'0');
        if number >= MOST_STEPS {
            return Err(NumberFault::Digits);
        }
    }
    number += i64::from(beyond.first().is_some_and(|digit| *digit >= b'5'));
    if number >= MOST_STEPS {
        return Err(NumberFault::Digits);
    }
    Ok(sign * number)
}

fn magnitude(text: &[u8]) -> Result<i64, NumberFault> {
    let mut number = 0_i64;
    let mut octets = text.iter();
    let mut has_digit = false;
    for octet in octets.by_ref() {
        let digit = octet.wrapping_sub(b'0');
        if digit > 9 {
            if *octet == b'.' {
                break;
            }
            return Err(NumberFault::NotANumber);
        }
        has_digit = true;
        number = number * 10 + i64::from(digit);
        if number >= WHOLE_LIMIT {
            return Err(
                if octets.all(|octet| octet.is_ascii_digit() || *octet == b'.') {
                    NumberFault::TooLarge
                } else {
                    NumberFault::NotANumber
                },
            );
        }
    }
    let decimals = octets.as_slice();
    let (kept, beyond) = decimals
        .split_at_checked(DECIMALS)
        .unwrap_or((decimals, &[]));
    for octet in kept {
        let digit = octet.wrapping_sub(b'0');
        if digit > 9 {
            return Err(NumberFault::NotANumber);
        }
        has_digit = true;
        number = number * 10 + i64::from(digit);
    }
    if !has_digit || !beyond.iter().all(u8::is_ascii_digit) {
        return Err(NumberFault::NotANumber);
    }
    if beyond.iter().any(|digit| *digit != b'0') {
        return Err(NumberFault::Decimals);
    }
    let missing = SCALES.get(kept.len()).copied().unwrap_or(1);
    Ok(number * missing)
}

/// `1e-05`, as pandas writes what is below a ten-thousandth, without its power of ten.
fn written_out(text: &[u8]) -> Result<Vec<u8>, NumberFault> {
    let power_at = text
        .iter()
        .position(|octet| matches!(octet, b'e' | b'E'))
        .ok_or(NumberFault::NotANumber)?;
    let (number, power) = text.split_at(power_at);
    let power = power.get(1..).and_then(|power| str::from_utf8(power).ok());
    let power = power.and_then(|power| power.parse::<i8>().ok());
    let power = isize::from(power.ok_or(NumberFault::NotANumber)?);
    let mut parts = number.splitn(2, |octet| *octet == b'.');
    let (whole, fraction) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let mut digits = [whole, fraction].concat();
    if digits.is_empty() {
        return Err(NumberFault::NotANumber);
    }
    if let Some(before) = whole.len().checked_add_signed(power) {
        digits.resize(digits.len().max(before), b'0');
        digits.insert(before, b'.');
        return Ok(digits);
    }
    let zeros = power.unsigned_abs() - whole.len();
    Ok([b".", &vec![b'0'; zeros][..], &digits].concat())
}

const DECIMALS: usize = 6;
/// The first number of sixteen digits.
const MOST_STEPS: i64 = 1_000_000_000_000_000;
const WHOLE_LIMIT: i64 = 1_000_000;
const SCALES: [i64; DECIMALS + 1] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::grid::Value;

    #[test]
    fn a_decimal_number_is_read_exactly() {
        for (text, micro) in [
            ("27.323177", 27_323_177),
            ("-9999", -9_999_000_000),
            ("-9999.000000", -9_999_000_000),
            ("0.0067", 6_700),
            ("+1.5", 1_500_000),
            (".25", 250_000),
            ("3.", 3_000_000),
            ("-0", 0),
            ("1.50000000", 1_500_000),
            ("1e-05", 10),
            ("1.5E-3", 1_500),
            ("-9.999e+03", -9_999_000_000),
            ("25.e0", 25_000_000),
            (".25e1", 2_500_000),
            ("0e-99", 0),
            ("999999.999999", 999_999_999_999),
        ] {
            assert_eq!(millionths(text.as_bytes()), Ok(micro), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_does_not_fit_is_refused() {
        for (text, fault) in [
            ("", NumberFault::NotANumber),
            (".", NumberFault::NotANumber),
            ("-", NumberFault::NotANumber),
            ("--1", NumberFault::NotANumber),
            ("1e", NumberFault::NotANumber),
            ("e3", NumberFault::NotANumber),
            (".e3", NumberFault::NotANumber),
            ("1e3.5", NumberFault::NotANumber),
            ("1e 3", NumberFault::NotANumber),
            ("1e3e3", NumberFault::NotANumber),
            ("1.2.3e1", NumberFault::NotANumber),
            ("1-2e1", NumberFault::NotANumber),
            ("1e300", NumberFault::NotANumber),
            ("1e6", NumberFault::TooLarge),
            ("1e-07", NumberFault::Decimals),
            ("1.2.3", NumberFault::NotANumber),
            ("1.0000000x", NumberFault::NotANumber),
            ("9999999x", NumberFault::NotANumber),
            ("NaN", NumberFault::NotANumber),
            ("NULL", NumberFault::NotANumber),
            (" 1", NumberFault::NotANumber),
            ("1,5", NumberFault::NotANumber),
            ("1.0000001", NumberFault::Decimals),
            ("1000000", NumberFault::TooLarge),
            ("99999999999999999999999999", NumberFault::TooLarge),
        ] {
            assert_eq!(millionths(text.as_bytes()), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_number_has_the_decimals_of_its_variable() {
        for (text, decimals, expected) in [
            ("27", 0, Ok(27)),
            ("27.0", 0, Ok(27)),
            ("27.5", 0, Err(NumberFault::DecimalsOf(0))),
            ("-1.25", 2, Ok(-125)),
            ("1.2", 3, Ok(1200)),
            (".5", 1, Ok(5)),
            ("1e3", 1, Ok(10_000)),
            ("1.5e-3", 4, Ok(15)),
            ("1000000", 6, Ok(1_000_000_000_000)),
            ("1000000000", 6, Err(NumberFault::Digits)),
            ("99999999999999999999999999", 0, Err(NumberFault::Digits)),
            ("", 2, Err(NumberFault::NotANumber)),
            (".", 2, Err(NumberFault::NotANumber)),
            ("1.2.3", 2, Err(NumberFault::NotANumber)),
            ("--1", 2, Err(NumberFault::NotANumber)),
            ("1e", 2, Err(NumberFault::NotANumber)),
            ("nan", 2, Err(NumberFault::NotANumber)),
        ] {
            assert_eq!(steps(text.as_bytes(), decimals), expected, "{text}");
        }
        for (text, decimals, expected) in [
            ("27.5", 0, 28),
            ("27.49", 0, 27),
            ("-0.005", 2, -1),
            ("0.9999", 3, 1000),
        ] {
            assert_eq!(
                nearest_step(text.as_bytes(), decimals),
                Ok(expected),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn six_decimals_are_millionths(micro in -999_999_999_999..1_000_000_000_000_i64) {
            let text = Value::Known(micro).to_string();
            prop_assert_eq!(steps(text.as_bytes(), 6), Ok(micro));
        }

        #[test]
        fn no_text_is_too_much_for_any_decimals(text in prop::collection::vec(any::<u8>(), 0..60), decimals in 0..16_u8) {
            let _ = (steps(&text, decimals), nearest_step(&text, decimals));
        }

        #[test]
        fn what_is_printed_is_read_back(micro in -999_999_999_999..1_000_000_000_000_i64) {
            prop_assert_eq!(millionths(Value::Known(micro).to_string().as_bytes()), Ok(micro));
        }

        #[test]
        fn a_double_is_rounded_to_the_nearest_millionth(number in -999_999.0..999_999.0_f64) {
            let micro = nearest_millionth(format!("{number:.17}").as_bytes()).unwrap();
            prop_assert_eq!(Value::Known(micro).to_string(), format!("{number:.6}").replace("-0.000000", "0.000000"));
        }

        #[test]
        fn no_text_is_too_much(text in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = (millionths(&text), nearest_millionth(&text));
        }
    }
}
