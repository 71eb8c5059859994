//! One line of a source: where it is, and its values.

use memchr::memchr_iter;

use super::{
    LineFault, NumberFault,
    fault::Shown,
    header::{Layout, Slot},
    number::millionths,
};
use crate::dataset::grid::{Key, MICRO, Value, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED};

/// A place in millionths of a degree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// North is positive.
    pub latitude: i32,
    /// East is positive.
    pub longitude: i32,
}

impl Layout {
    /// Reads a line without its line end; `values` takes the peril's values in the order of its
    /// columns, in millionths, missing ones by the marks of 64-bit numbers.
    ///
    /// # Errors
    /// [`LineFault`].
    pub fn record(&self, line: &[u8], values: &mut [i64]) -> Result<Place, LineFault> {
        if line.is_empty() {
            return Err(LineFault::Empty);
        }
        let mut key: &[u8] = &[];
        let (mut latitude, mut longitude) = (0, 0);
        let mut slots = self.slots.iter();
        let mut start = 0;
        for end in memchr_iter(b',', line).chain(Some(line.len())) {
            let field = unquoted(line.get(start..end).unwrap_or_default());
            start = end + 1;
            match slots.next() {
                Some(Slot::Value(at)) => {
                    if let Some(value) = values.get_mut(*at) {
                        *value = self.value(*at, field)?;
                    }
                }
                Some(Slot::Key) => key = field,
                Some(Slot::Latitude) => latitude = coordinate("latitude", 90, field)?,
                Some(Slot::Longitude) => longitude = coordinate("longitude", 180, field)?,
                None => return Err(self.fields(line)),
            }
        }
        if slots.next().is_some() {
            return Err(self.fields(line));
        }
        let place = Place {
            latitude,
            longitude,
        };
        if is_key(key, place) {
            return Ok(place);
        }
        let found = Shown::new(key);
        let expected = place.key();
        Err(LineFault::KeyDiffers { expected, found })
    }

    #[inline]
    fn value(&self, at: usize, field: &[u8]) -> Result<i64, LineFault> {
        if field.is_empty() {
            return Ok(WIDE_NOT_COVERED);
        }
        match millionths(field) {
            Ok(number) if number >= 0 => Ok(number),
            Ok(Value::NOT_APPLICABLE_MICRO) => Ok(WIDE_NOT_APPLICABLE),
            other => Err(self.value_fault(at, field, other.err())),
        }
    }

    #[cold]
    fn value_fault(&self, at: usize, field: &[u8], fault: Option<NumberFault>) -> LineFault {
        let text = Shown::new(field);
        let Some(column) = self.peril.columns().nth(at) else {
            return self.fields(field);
        };
        match fault {
            Some(fault) => LineFault::NoValue {
                column,
                text,
                fault,
            },
            None => LineFault::Negative { column, text },
        }
    }

    #[cold]
    fn fields(&self, line: &[u8]) -> LineFault {
        LineFault::Fields {
            expected: self.slots.len(),
            found: memchr_iter(b',', line).count() + 1,
        }
    }
}

impl Place {
    /// Its key, as the old service names the cell.
    #[must_use]
    pub fn key(self) -> Key {
        let [latitude, longitude] = [self.latitude, self.longitude].map(f64::from);
        Key::new(latitude / MICRO_DEGREES, longitude / MICRO_DEGREES)
    }
}

fn coordinate(name: &'static str, bound: i64, field: &[u8]) -> Result<i32, LineFault> {
    match millionths(field) {
        Ok(micro) if (-bound * MICRO..=bound * MICRO).contains(&micro) => {
            Ok(i32::try_from(micro).unwrap_or_default())
        }
        Ok(_) => Err(LineFault::OutOfRange {
            coordinate: name,
            text: Shown::new(field),
            bound,
        }),
        Err(fault) => Err(LineFault::NoCoordinate {
            coordinate: name,
            text: Shown::new(field),
            fault,
        }),
    }
}

/// The field without quotes around it: a number has none within.
#[inline]
fn unquoted(field: &[u8]) -> &[u8] {
    match field {
        [b'"', inner @ .., b'"'] => inner,
        _ => field,
    }
}

fn is_key(key: &[u8], place: Place) -> bool {
    let mut expected = Text::default();
    let is_written = expected.hundredths(place.latitude) && expected.hundredths(place.longitude);
    if is_written {
        expected.as_bytes() == key
    } else {
        // Not a whole number of hundredths: rounded as the old service rounds, from the double.
        place.key().to_string().as_bytes() == key || is_rounded_otherwise(key, place)
    }
}

/// Whether `key` has the coordinates to the nearest hundredth, where halfway between two both are nearest:
/// doubles, decimals and databases each round that in their own way.
fn is_rounded_otherwise(key: &[u8], place: Place) -> bool {
    let nearest = |micro: i32| {
        let above = (micro + HUNDREDTH / 2).div_euclid(HUNDREDTH) * HUNDREDTH;
        let is_tie = above - micro == HUNDREDTH / 2;
        [above, if is_tie { above - HUNDREDTH } else { above }]
    };
    nearest(place.latitude).iter().any(|latitude| {
        nearest(place.longitude).iter().any(|longitude| {
            let mut text = Text::default();
            text.hundredths(*latitude) && text.hundredths(*longitude) && text.as_bytes() == key
        })
    })
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
/// [`MICRO`] as a double.
const MICRO_DEGREES: f64 = 1e6;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::grid::{Column, Peril};

    fn fire() -> Layout {
        let names: Vec<_> = Peril::Fire.columns().map(Column::name).collect();
        Layout::read(format!("key,latitude,longitude,{}", names.join(",")).as_bytes()).unwrap()
    }

    fn read(line: &str) -> Result<(Place, Vec<i64>), LineFault> {
        let mut values = vec![0; 12];
        let place = fire().record(line.as_bytes(), &mut values)?;
        Ok((place, values))
    }

    #[test]
    fn a_line_gives_its_place_and_both_kinds_of_missing_values() {
        let (place, values) =
            read("37.75-122.50,37.750000,\"-122.5\",0.5,,-9999,-9999.000000,1,2,3,4,5,6,7,\"8\"")
                .unwrap();
        assert_eq!(
            place,
            Place {
                latitude: 37_750_000,
                longitude: -122_500_000
            }
        );
        assert_eq!(
            values[..4],
            [
                500_000,
                WIDE_NOT_COVERED,
                WIDE_NOT_APPLICABLE,
                WIDE_NOT_APPLICABLE
            ]
        );
        assert_eq!(values[11], 8_000_000);
    }

    #[test]
    fn a_line_with_one_thing_wrong_is_refused_for_that_thing() {
        let good = "0.000.00,0,0,1,1,1,1,1,1,1,1,1,1,1,1";
        read(good).unwrap();
        for (line, part) in [
            ("", "empty"),
            ("0.000.00,0,0,1,1,1", "6 fields where the header has 15"),
            (&format!("{good},1"), "16 fields"),
            (
                &good.replace("0.000.00", "0.000.25"),
                "the key \"0.000.25\" does not belong",
            ),
            (
                &good.replace("00,0,0,", "00,91,0,"),
                "latitude \"91\" is outside 90 degrees",
            ),
            (
                &good.replace("00,0,0,", "00,0,-180.25,"),
                "longitude \"-180.25\" is outside 180",
            ),
            (
                &good.replace("00,0,0,", "00,,0,"),
                "latitude \"\" is not a decimal number",
            ),
            (
                &good.replace(",0,0,1,", ",0,0,-1,"),
                "firessp1262020metric_mean \"-1\" is below 0",
            ),
            (
                &good.replace(",0,0,1,", ",0,0,NULL,"),
                "\"NULL\" is not a decimal number; leave a value that is not covered empty",
            ),
            (
                &good.replace(",0,0,1,", ",0,0,\u{e9},"),
                "\"\\xc3\\xa9\" is not",
            ),
            (
                &good.replace(",0,0,1,", ",0,0,0.1234567,"),
                "more than six decimals",
            ),
        ] {
            let fault = read(line).unwrap_err().to_string();
            assert!(fault.contains(part), "{line}: {fault}");
        }
    }

    #[test]
    fn halfway_between_two_hundredths_a_key_may_have_either() {
        let eighth = Place {
            latitude: 50_125_000,
            longitude: -375_000,
        };
        for key in ["50.12-0.38", "50.13-0.38", "50.12-0.37", "50.13-0.37"] {
            assert!(is_key(key.as_bytes(), eighth), "{key}");
        }
        for key in ["50.11-0.38", "50.14-0.38", "50.120.38", "50.1-0.4"] {
            assert!(!is_key(key.as_bytes(), eighth), "{key}");
        }
        let third = Place {
            latitude: 333_333,
            longitude: -1_000,
        };
        assert!(is_key(b"0.33-0.00", third) && is_key(b"0.330.00", third));
        assert!(!is_key(b"0.340.00", third));
    }

    proptest! {
        #[test]
        fn the_key_that_is_expected_is_the_one_that_is_printed(
            latitude in -90_000_000..=90_000_000_i32,
            longitude in -180_000_000..=180_000_000_i32,
            step in prop::sample::select(vec![1, 10_000, 83_333, 250_000]),
        ) {
            let place = Place { latitude: latitude / step * step, longitude: longitude / step * step };
            prop_assert!(is_key(place.key().to_string().as_bytes(), place));
            let longer = place.key().to_string() + "0";
            prop_assert!(!is_key(longer.as_bytes(), place));
        }

        #[test]
        fn no_line_is_too_much(line in "[0-9.,\"eN-]{0,120}") {
            let mut values = [0; 12];
            let _ = fire().record(line.as_bytes(), &mut values);
        }
    }
}
