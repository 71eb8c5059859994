//! The key of a line, held against its coordinates.

use super::place::Place;

/// `true` when `key` is that of `place`: as the old service writes it, or its coordinates to the nearest
/// hundredth, where a zero may have a sign and halfway between two both are nearest. Doubles, decimals
/// and databases each round in their own way; `slack` is what rounding has moved the place, in millionths.
pub(super) fn is_key(key: &[u8], place: Place, slack: i32) -> bool {
    let mut expected = Text::default();
    let is_written = expected.hundredths(place.latitude) && expected.hundredths(place.longitude);
    (is_written && expected.as_bytes() == key) || is_key_otherwise(key, place, slack)
}

#[cold]
fn is_key_otherwise(key: &[u8], place: Place, slack: i32) -> bool {
    let is_near = |text: &[u8], micro: i32| {
        hundredths(text).is_some_and(|found| (found - micro).abs() <= HUNDREDTH / 2 + slack)
    };
    let point = key.iter().position(|octet| *octet == b'.');
    point
        .and_then(|point| key.split_at_checked(point + 3))
        .is_some_and(|(latitude, longitude)| {
            is_near(latitude, place.latitude) && is_near(longitude, place.longitude)
        })
}

/// A coordinate of a key in millionths: a sign, one to three digits, a point and two digits.
fn hundredths(text: &[u8]) -> Option<i32> {
    let (is_negative, digits) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, text),
    };
    let (whole, decimals) = digits.split_at_checked(digits.len().checked_sub(3)?)?;
    let (b'.', decimals) = decimals.split_first()? else {
        return None;
    };
    if !(1..=3).contains(&whole.len()) || (whole.len() > 1 && whole.starts_with(b"0")) {
        return None;
    }
    let mut number = 0;
    for digit in whole.iter().chain(decimals) {
        let digit = digit.is_ascii_digit().then(|| i32::from(digit - b'0'))?;
        number = number * 10 + digit;
    }
    let micro = number * HUNDREDTH;
    Some(if is_negative { -micro } else { micro })
}

/// A key as it is put together: two numbers of at most seven characters.
#[derive(Default)]
struct Text {
    octets: [u8; 16],
    length: usize,
}

impl Text {
    fn as_bytes(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    fn push(&mut self, octet: u8) {
        if let Some(free) = self.octets.get_mut(self.length) {
            *free = octet;
            self.length += 1;
        }
    }

    /// Adds a coordinate with two decimals, if that is all it has.
    fn hundredths(&mut self, micro: i32) -> bool {
        if micro % HUNDREDTH != 0 {
            return false;
        }
        if micro < 0 {
            self.push(b'-');
        }
        let hundredths = micro.unsigned_abs() / 10_000;
        let digit = |unit: u32| b'0' + u8::try_from(hundredths / unit % 10).unwrap_or(0);
        for unit in [10_000, 1_000] {
            if hundredths >= unit {
                self.push(digit(unit));
            }
        }
        for octet in [digit(100), b'.', digit(10), digit(1)] {
            self.push(octet);
        }
        true
    }
}

/// A hundredth of a degree in millionths.
const HUNDREDTH: i32 = 10_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halfway_between_two_hundredths_a_key_may_have_either() {
        let eighth = Place {
            latitude: 50_125_000,
            longitude: -375_000,
        };
        for key in ["50.12-0.38", "50.13-0.38", "50.12-0.37", "50.13-0.37"] {
            assert!(is_key(key.as_bytes(), eighth, 0), "{key}");
        }
        for key in ["50.11-0.38", "50.14-0.38", "50.120.38", "50.1-0.4"] {
            assert!(!is_key(key.as_bytes(), eighth, 0), "{key}");
        }
        let third = Place {
            latitude: 333_333,
            longitude: -1_000,
        };
        assert!(is_key(b"0.33-0.00", third, 0) && is_key(b"0.330.00", third, 0));
        assert!(!is_key(b"0.340.00", third, 0));
    }

    #[test]
    fn a_zero_may_have_a_sign_and_nothing_else_may_differ() {
        let place = |latitude, longitude| Place {
            latitude,
            longitude,
        };
        for (key, place) in [
            ("0.000.00", place(0, 0)),
            ("-0.00-0.00", place(0, 0)),
            ("51.50-0.00", place(51_500_000, 0)),
            ("-0.00-122.50", place(0, -122_500_000)),
            ("-0.000.00", place(-1, 1)),
        ] {
            assert!(is_key(key.as_bytes(), place, 0), "{key}");
        }
        for key in [
            "",
            ".",
            "0.00",
            "0.00-",
            "0.00-0.0",
            "0.00-0.000",
            "+0.000.00",
            "0.00 0.00",
            "00.000.00",
            "--0.000.00",
            "0.00-0.01",
            "0.00.00",
            "0.0x0.00",
            "0.001000.00",
            "0.000.00
",
        ] {
            assert!(!is_key(key.as_bytes(), place(0, 0), 0), "{key}");
        }
        let tail = place(51_125_002, 0);
        assert!(is_key(b"51.120.00", tail, 100) && !is_key(b"51.120.00", tail, 0));
    }

    proptest! {
        #[test]
        fn the_key_that_is_expected_is_the_one_that_is_printed(
            latitude in -90_000_000..=90_000_000_i32,
            longitude in -180_000_000..=180_000_000_i32,
            step in prop::sample::select(vec![1, 10_000, 83_333, 250_000]),
        ) {
            let place = Place { latitude: latitude / step * step, longitude: longitude / step * step };
            prop_assert!(is_key(place.key().to_string().as_bytes(), place, 0));
            let longer = place.key().to_string() + "0";
            prop_assert!(!is_key(longer.as_bytes(), place, 0));
        }
    }
}
