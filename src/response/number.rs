//! Fixed-point numbers as decimal text, without formatting machinery.

/// Appends `micro` millionths with six decimals, as `-0.000500`.
pub(crate) fn push_micro(out: &mut Vec<u8>, micro: i64) {
    let magnitude = micro.unsigned_abs();
    let (whole, fraction) = (magnitude / 1_000_000, magnitude % 1_000_000);
    if micro < 0 {
        out.push(b'-');
    }
    match (u16::try_from(whole), thousands(fraction)) {
        (Ok(whole @ 0..1000), [high, low]) => {
            let mut text = *b"000.000000";
            let (units, rest) = text.split_at_mut(4);
            let (first, last) = rest.split_at_mut(3);
            for (group, digits) in [(units, digits(whole)), (first, high), (last, low)] {
                group
                    .iter_mut()
                    .zip(digits)
                    .for_each(|(to, digit)| *to = digit);
            }
            let leading = 2 - usize::from(whole > 9) - usize::from(whole > 99);
            out.extend_from_slice(text.get(leading..).unwrap_or(&text));
        }
        (_, [high, low]) => {
            push_whole(out, whole);
            out.push(b'.');
            out.extend_from_slice(&high);
            out.extend_from_slice(&low);
        }
    }
}

/// Appends a number of steps, of which `10^decimals` make one, with so many decimals.
pub(super) fn push_decimal(out: &mut Vec<u8>, steps: i64, decimals: u8) {
    if decimals == 6 {
        return push_micro(out, steps);
    }
    let magnitude = steps.unsigned_abs();
    let power = 10_u64.saturating_pow(decimals.into());
    if steps < 0 {
        out.push(b'-');
    }
    push_whole(out, magnitude / power);
    if decimals > 0 {
        out.push(b'.');
        let start = out.len();
        let mut rest = magnitude % power;
        for _ in 0..decimals {
            out.push(b'0' + u8::try_from(rest % 10).unwrap_or(0));
            rest /= 10;
        }
        if let Some(digits) = out.get_mut(start..) {
            digits.reverse();
        }
    }
}

/// Number of bytes that [`push_micro`] appends.
pub(crate) fn micro_length(micro: i64) -> usize {
    let magnitude = micro.unsigned_abs();
    let digits = if magnitude < 1_000_000_000 {
        1 + usize::from(magnitude >= 10_000_000) + usize::from(magnitude >= 100_000_000)
    } else {
        1 + usize::try_from((magnitude / 1_000_000).ilog10()).unwrap_or_default()
    };
    usize::from(micro < 0) + digits + ".000000".len()
}

/// Appends `number` in decimal.
pub(super) fn push_whole(out: &mut Vec<u8>, number: u64) {
    let mut rest = number;
    let mut text = [b'0'; 20];
    let mut first = text.len();
    for (at, digit) in text.iter_mut().enumerate().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        first = at;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(text.get(first..).unwrap_or(&text));
}

/// The six digits of a number below a million, in two groups.
fn thousands(fraction: u64) -> [[u8; 3]; 2] {
    [fraction / 1000, fraction % 1000].map(|group| digits(u16::try_from(group).unwrap_or(0)))
}

fn digits(number: u16) -> [u8; 3] {
    GROUPS.get(usize::from(number)).copied().unwrap_or(*b"000")
}

/// `000` to `999`.
static GROUPS: [[u8; 3]; 1000] = groups();

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    reason = "computed by the compiler from numbers below 1000"
)]
const fn groups() -> [[u8; 3]; 1000] {
    let mut groups = [[0; 3]; 1000];
    let mut number = 0;
    while number < 1000 {
        groups[number] = [
            b'0' + (number / 100) as u8,
            b'0' + (number / 10 % 10) as u8,
            b'0' + (number % 10) as u8,
        ];
        number += 1;
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::grid::Value;

    fn text(micro: i64) -> String {
        let mut out = Vec::new();
        push_micro(&mut out, micro);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_length_of_number_has_its_digits() {
        for (micro, expected) in [
            (0, "0.000000"),
            (1, "0.000001"),
            (-500, "-0.000500"),
            (9_999_999, "9.999999"),
            (10_000_000, "10.000000"),
            (99_000_001, "99.000001"),
            (100_000_000, "100.000000"),
            (999_999_999, "999.999999"),
            (1_000_000_000, "1000.000000"),
            (-9_999_000_000, "-9999.000000"),
            (i64::MIN, "-9223372036854.775808"),
        ] {
            assert_eq!(text(micro), expected);
            assert_eq!(micro_length(micro), expected.len());
        }
    }

    #[test]
    fn a_number_has_the_decimals_of_its_variable() {
        for (steps, decimals, expected) in [
            (15, 0, "15"),
            (-15, 1, "-1.5"),
            (5, 2, "0.05"),
            (100, 2, "1.00"),
            (27_323_177, 6, "27.323177"),
            (1, 15, "0.000000000000001"),
            (-999_999_999_999_999, 15, "-0.999999999999999"),
        ] {
            let mut out = Vec::new();
            push_decimal(&mut out, steps, decimals);
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }

    proptest! {
        #[test]
        fn a_number_is_written_as_a_value_prints(micro: i64, small in -2_000_000_000..2_000_000_000_i64) {
            prop_assert_eq!(text(micro), Value::Known(micro).to_string());
            prop_assert_eq!(text(small), Value::Known(small).to_string());
            prop_assert_eq!(micro_length(micro), text(micro).len());
            prop_assert_eq!(micro_length(small), text(small).len());
        }

        #[test]
        fn a_whole_number_is_written_as_it_prints(number: u64) {
            let mut out = Vec::new();
            push_whole(&mut out, number);
            prop_assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }
    }
}
