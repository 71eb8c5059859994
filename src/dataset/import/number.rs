//! Decimal text to millionths, exactly: no double lies between.

/// Why a field is not a number that can be stored.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NumberFault {
    /// Digits other than 0 after the sixth decimal.
    #[error("has more than six decimals: round it to six")]
    Decimals,
    /// Not an optional sign, digits, and perhaps a point with digits.
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
    let magnitude = magnitude(digits)?;
    Ok(if is_negative { -magnitude } else { magnitude })
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

const DECIMALS: usize = 6;
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
            ("1e3", NumberFault::NotANumber),
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

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(micro in -999_999_999_999..1_000_000_000_000_i64) {
            prop_assert_eq!(millionths(Value::Known(micro).to_string().as_bytes()), Ok(micro));
        }

        #[test]
        fn no_text_is_too_much(text in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = millionths(&text);
        }
    }
}
