//! Echo of a request, as the old service wrote JSON.

use crate::{
    climatescore::request::{Json, Text},
    response::number::push_micro,
};

/// Appends `value`.
pub(super) fn push_json(out: &mut Vec<u8>, value: &Json) {
    match value {
        Json::Null => out.extend_from_slice(b"null"),
        Json::Bool(true) => out.extend_from_slice(b"true"),
        Json::Bool(false) => out.extend_from_slice(b"false"),
        Json::Integer(digits) => out.extend_from_slice(digits.as_bytes()),
        Json::Float(number) => push_float(out, *number),
        Json::Text(text) => push_text(out, text),
        Json::Array(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_json(out, item);
            }
            out.push(b']');
        }
        Json::Object(members) => {
            out.push(b'{');
            for (index, (name, member)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_text(out, name);
                out.push(b':');
                push_json(out, member);
            }
            out.push(b'}');
        }
    }
}

/// A string in ASCII: whatever is not printable there is escaped.
fn push_text(out: &mut Vec<u8>, text: &Text) {
    out.push(b'"');
    for unit in text.units() {
        match (u8::try_from(*unit), *unit) {
            (Ok(b'"'), _) => out.extend_from_slice(b"\\\""),
            (Ok(b'\\'), _) => out.extend_from_slice(b"\\\\"),
            (Ok(b'\n'), _) => out.extend_from_slice(b"\\n"),
            (Ok(b'\r'), _) => out.extend_from_slice(b"\\r"),
            (Ok(b'\t'), _) => out.extend_from_slice(b"\\t"),
            (Ok(8), _) => out.extend_from_slice(b"\\b"),
            (Ok(12), _) => out.extend_from_slice(b"\\f"),
            (Ok(byte @ b' '..=b'~'), _) => out.push(byte),
            (_, unit) => out.extend_from_slice(format!("\\u{unit:04x}").as_bytes()),
        }
    }
    out.push(b'"');
}

/// Appends a number as [`float`] has it.
pub(super) fn push_float(out: &mut Vec<u8>, number: f64) {
    let Some(micro) = whole_micro(number) else {
        out.extend_from_slice(float(number).as_bytes());
        return;
    };
    let start = out.len();
    push_micro(out, micro);
    // At least one decimal stays.
    let digits = out.get(start..).unwrap_or_default();
    let zeros = digits
        .iter()
        .rev()
        .take(5)
        .take_while(|digit| **digit == b'0');
    out.truncate(out.len() - zeros.count());
}

/// The number in millionths, when it has no more than six decimals and its text no exponent.
///
/// With up to 15 digits no two decimal numbers are the same double, so that these are its shortest digits.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "a whole number below 1e15, and whether it is exactly this one"
)]
fn whole_micro(number: f64) -> Option<i64> {
    let micro = (number * 1e6).round();
    let is_plain = (1e-4..1e9).contains(&number.abs()) && micro / 1e6 == number;
    is_plain.then_some(micro as i64)
}

/// A number as Python's `repr` has it: the shortest digits that read back, at least one decimal, an
/// exponent below 1e-4 and from 1e16 on.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(-4..16) => format!("{number:?}"),
        Ok(exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
        }
        Err(_) => scientific,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::grid::Value;

    fn pushed(number: f64) -> String {
        let mut out = Vec::new();
        push_float(&mut out, number);
        String::from_utf8(out).unwrap()
    }

    fn echoed(text: &str) -> String {
        let mut out = Vec::new();
        push_json(&mut out, &Json::read(text.as_bytes(), 1000).unwrap());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        for (number, text) in [
            (2030.0, "2030.0"),
            (-0.0, "-0.0"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.25e-05"),
            (1e16, "1e+16"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1.5e300, "1.5e+300"),
            (-122.5, "-122.5"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(float(number), text);
            assert_eq!(pushed(number), text);
        }
    }

    proptest! {
        #[test]
        fn a_number_is_pushed_as_it_is_written(number: f64, micro in -1_000_000_000_000_000..1_000_000_000_000_000_i64) {
            prop_assert_eq!(pushed(number), float(number));
            for micro in [micro, micro % 1_000_000_000, micro / 250_000 * 250_000] {
                let number = Value::Known(micro).known().unwrap();
                prop_assert_eq!(pushed(number), float(number));
            }
        }
    }

    #[test]
    fn what_was_sent_comes_back_compact_sorted_and_in_ascii() {
        for (sent, back) in [
            (" [ 1 , 2.50 , -0 ] ", "[1,2.5,0]"),
            (
                "{\"b\":null,\"a\":[true,false]}",
                "{\"a\":[true,false],\"b\":null}",
            ),
            (
                "\"\u{e9}\u{1f600}\\u0000\\/\u{7f}\"",
                "\"\\u00e9\\ud83d\\ude00\\u0000/\\u007f\"",
            ),
            ("\"\\\"\\\\\\b\\f\\n\\r\\t\"", "\"\\\"\\\\\\b\\f\\n\\r\\t\""),
            ("\"\\ud83d\"", "\"\\ud83d\""),
        ] {
            assert_eq!(echoed(sent), back);
        }
    }
}
