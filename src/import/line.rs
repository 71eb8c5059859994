//! One line of a source: where it is, and its values.

use memchr::memchr_iter;

use super::{
    LineFault, NumberFault,
    fault::Shown,
    header::{Layout, Slot},
    key::is_key,
    number::{millionths, nearest_millionth},
    table::Form,
};
use crate::dataset::grid::{Key, MICRO, Value, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED, decimal};

/// A place in millionths of a degree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// North is positive.
    pub latitude: i32,
    /// East is positive.
    pub longitude: i32,
}

/// What is taken from a line beside its values.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Record {
    /// Where it is, west of Greenwich below 0.
    pub place: Place,
    /// Its longitude as it stands there, up to 360.
    pub written_longitude: i32,
    /// How many of its numbers had more than six decimals.
    pub rounded: u32,
}

impl Layout {
    /// Reads a line without its line end; `values` takes the coverage's values in the order of its
    /// columns, in steps of their variables, missing ones by the marks of 64-bit numbers. Longitudes beyond 180 are
    /// those west of Greenwich.
    ///
    /// # Errors
    /// [`LineFault`].
    pub fn record(&self, line: &[u8], values: &mut [i64]) -> Result<Record, LineFault> {
        if line.is_empty() {
            return Err(LineFault::Empty);
        }
        let mut key: Option<&[u8]> = None;
        let (mut latitude, mut longitude, mut rounded) = (0, 0, 0);
        let mut slots = self.slots.iter();
        let mut start = 0;
        for end in memchr_iter(b',', line).chain(Some(line.len())) {
            let field = unquoted(line.get(start..end).unwrap_or_default());
            start = end + 1;
            match slots.next() {
                Some(Slot::Value(at)) => {
                    if let Some(value) = values.get_mut(*at) {
                        *value = self.value(*at, field, &mut rounded)?;
                    }
                }
                Some(Slot::Ignored) => (),
                Some(Slot::Key) => key = Some(field),
                Some(Slot::Latitude) => {
                    latitude = self.coordinate(&LATITUDE, field, &mut rounded)?;
                }
                Some(Slot::Longitude) => {
                    longitude = self.coordinate(&LONGITUDE, field, &mut rounded)?;
                }
                None => return Err(self.fields(line)),
            }
        }
        if slots.next().is_some() {
            return Err(self.fields(line));
        }
        let written = Place {
            latitude,
            longitude,
        };
        let record = Record {
            place: written.west_below_zero(),
            written_longitude: longitude,
            rounded,
        };
        if let Some(key) = key {
            self.check_key(key, written, record.place)?;
        }
        Ok(record)
    }

    #[inline]
    fn check_key(&self, key: &[u8], written: Place, place: Place) -> Result<(), LineFault> {
        let slack = if self.rounds { ROUNDED_OFF } else { 0 };
        let is_one = |key| is_key(key, written, slack) || is_key(key, place, slack);
        if is_one(key) || is_one(bare(key)) {
            return Ok(());
        }
        let found = Shown::new(key);
        let expected = written.key();
        Err(LineFault::KeyDiffers { expected, found })
    }

    #[inline]
    fn value(&self, at: usize, field: &[u8], rounded: &mut u32) -> Result<i64, LineFault> {
        if field.is_empty() {
            return Ok(WIDE_NOT_COVERED);
        }
        if let Some(forms) = &self.table.forms {
            let form = forms.get(at).copied();
            return match form {
                Some(form) => self.described(at, form, field, rounded),
                None => Err(self.fields(field)),
            };
        }
        match millionths(field) {
            Ok(number) if number >= 0 => Ok(number),
            Ok(Value::NOT_APPLICABLE_MICRO) => Ok(WIDE_NOT_APPLICABLE),
            _ => self.value_otherwise(at, field, rounded),
        }
    }

    /// A value of a table that a description tells of.
    fn described(
        &self,
        at: usize,
        form: Form,
        field: &[u8],
        rounded: &mut u32,
    ) -> Result<i64, LineFault> {
        let bare = bare(field);
        let is_one_of = |marks: &[Box<str>]| marks.iter().any(|mark| mark.as_bytes() == bare);
        if bare.is_empty() || is_one_of(&self.table.not_covered) {
            return Ok(WIDE_NOT_COVERED);
        }
        if is_one_of(&self.table.not_applicable) {
            return Ok(WIDE_NOT_APPLICABLE);
        }
        let (steps, was_rounded) = form
            .number(bare, self.rounds)
            .map_err(|fault| self.value_fault(at, field, Some(fault)))?;
        *rounded += u32::from(was_rounded);
        match form.minimum {
            Some(minimum) if steps < minimum => Err(LineFault::BelowMinimum {
                column: self.table.name(at).into(),
                text: Shown::new(field),
                minimum: decimal(minimum, form.decimals).into(),
            }),
            _ => Ok(steps),
        }
    }

    /// A value with blanks around it, with more decimals, or none at all.
    #[cold]
    fn value_otherwise(
        &self,
        at: usize,
        field: &[u8],
        rounded: &mut u32,
    ) -> Result<i64, LineFault> {
        let bare = bare(field);
        if bare.is_empty() {
            return Ok(WIDE_NOT_COVERED);
        }
        match self.number(bare, rounded) {
            Ok(number) if number >= 0 => Ok(number),
            Ok(Value::NOT_APPLICABLE_MICRO) => Ok(WIDE_NOT_APPLICABLE),
            other => Err(self.value_fault(at, field, other.err())),
        }
    }

    fn value_fault(&self, at: usize, field: &[u8], fault: Option<NumberFault>) -> LineFault {
        let (column, text) = (self.table.name(at).into(), Shown::new(field));
        match fault {
            Some(fault) => LineFault::NoValue {
                column,
                text,
                fault,
            },
            None => LineFault::Negative { column, text },
        }
    }

    #[inline]
    fn coordinate(
        &self,
        coordinate: &Coordinate,
        field: &[u8],
        rounded: &mut u32,
    ) -> Result<i32, LineFault> {
        let number = millionths(field).or_else(|_| self.number(bare(field), rounded));
        let name = coordinate.name;
        match number {
            Ok(micro) if (coordinate.least * MICRO..=coordinate.most * MICRO).contains(&micro) => {
                Ok(i32::try_from(micro).unwrap_or_default())
            }
            Ok(_) => Err(LineFault::OutOfRange {
                coordinate: name,
                text: Shown::new(field),
                least: coordinate.least,
                most: coordinate.most,
            }),
            Err(fault) => Err(LineFault::NoCoordinate {
                coordinate: name,
                text: Shown::new(field),
                fault,
            }),
        }
    }

    /// A number, of which more than six decimals are rounded where that was asked for.
    #[cold]
    fn number(&self, text: &[u8], rounded: &mut u32) -> Result<i64, NumberFault> {
        match millionths(text) {
            Err(NumberFault::Decimals) if self.rounds => {
                *rounded += 1;
                nearest_millionth(text)
            }
            other => other,
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

    /// The same place with a longitude of at most 180.
    #[inline]
    fn west_below_zero(self) -> Self {
        let is_west = self.longitude > HALF_TURN;
        let longitude = self.longitude - if is_west { 2 * HALF_TURN } else { 0 };
        Self { longitude, ..self }
    }
}

/// Whether a line holds separators and nothing between them, as spreadsheets end their tables.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter()
        .all(|octet| matches!(octet, b',' | b'"') || octet.is_ascii_whitespace())
}

/// The field without quotes around it: a number has none within.
#[inline]
fn unquoted(field: &[u8]) -> &[u8] {
    match field {
        [b'"', inner @ .., b'"'] => inner,
        _ => field,
    }
}

/// The field without blanks around it, outside the quotes and within.
fn bare(field: &[u8]) -> &[u8] {
    unquoted(field.trim_ascii()).trim_ascii()
}

/// A coordinate and its bounds in degrees.
struct Coordinate {
    name: &'static str,
    least: i64,
    most: i64,
}

const LATITUDE: Coordinate = Coordinate {
    name: "latitude",
    least: -90,
    most: 90,
};
const LONGITUDE: Coordinate = Coordinate {
    name: "longitude",
    least: -180,
    most: 360,
};
/// Half the way around the earth in millionths of a degree.
pub(super) const HALF_TURN: i32 = 180_000_000;
/// How far rounding may move a coordinate, in millionths of a degree: some eleven metres.
pub(super) const ROUNDED_OFF: i32 = 100;
/// [`MICRO`] as a double.
const MICRO_DEGREES: f64 = 1e6;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::import::table::Tables;

    fn fire() -> Layout {
        let tables = Tables::perils();
        let names = tables.all()[6].names.join(",");
        let header = format!("key,latitude,longitude,{names}");
        Layout::read(header.as_bytes(), &tables).unwrap()
    }

    fn read(line: &str) -> Result<(Place, Vec<i64>), LineFault> {
        let mut values = vec![0; 12];
        let record = fire().record(line.as_bytes(), &mut values)?;
        Ok((record.place, values))
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
                "latitude \"91\" is outside -90 to 90 degrees",
            ),
            (
                &good.replace("00,0,0,", "00,0,-180.25,"),
                "longitude \"-180.25\" is outside -180 to 360 degrees",
            ),
            (
                &good.replace("00,0,0,", "00,0,360.25,"),
                "longitude \"360.25\" is outside -180 to 360 degrees",
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
                "more than six decimals: round it to six, or import with --round",
            ),
        ] {
            let fault = read(line).unwrap_err().to_string();
            assert!(fault.contains(part), "{line}: {fault}");
        }
    }

    #[test]
    fn blanks_around_values_are_nothing() {
        let good = read("0.000.00,0,0,1,,-9999,1,1,1,1,1,1,1,1,1").unwrap();
        for line in [
            " 0.000.00 , 0,0 , 1 , ,  -9999,1,1,1,1,1,1,1,1,1 ",
            "\t0.000.00,\t0,0,1,\t,-9999\t,1,1,1,1,1,1,1,1,1",
            "\" 0.000.00 \",\" 0 \", \"0\" ,1,\" \",\"-9999 \",1,1,1,1,1,1,1,1,1",
        ] {
            assert_eq!(read(line).unwrap(), good, "{line}");
        }
        assert!(read("0.000.00,0,0,1 2,,-9999,1,1,1,1,1,1,1,1,1").is_err());
        assert!(read("0.000 .00,0,0,1,,-9999,1,1,1,1,1,1,1,1,1").is_err());
    }

    #[test]
    fn longitudes_to_360_are_those_west_of_greenwich() {
        for (written, key, west) in [
            ("359.75", "0.00359.75", -250_000),
            ("359.75", "0.00-0.25", -250_000),
            ("360", "0.00360.00", 0),
            ("360", "0.000.00", 0),
            ("180.25", "0.00180.25", -179_750_000),
            ("180", "0.00180.00", 180_000_000),
            ("-180", "0.00-180.00", -180_000_000),
        ] {
            let (place, _) = read(&format!("{key},0,{written},1,1,1,1,1,1,1,1,1,1,1,1")).unwrap();
            assert_eq!(place.longitude, west, "{written} {key}");
        }
        assert!(read("0.00359.50,0,359.75,1,1,1,1,1,1,1,1,1,1,1,1").is_err());
    }

    #[test]
    fn tails_of_32_bit_numbers_are_rounded_where_that_is_asked_for() {
        let line = "51.120.00,51.12500190734863,-1e-08,0.05000000074505806,-9999.00000000001,\
                    999999.9999994,1,1,1,1,1,1,1,1,1.0000005";
        let mut values = vec![0; 12];
        assert!(fire().record(line.as_bytes(), &mut values).is_err());
        let record = fire()
            .rounding()
            .record(line.as_bytes(), &mut values)
            .unwrap();
        assert_eq!(
            (record.place.latitude, record.place.longitude),
            (51_125_002, 0)
        );
        assert_eq!(record.rounded, 6);
        assert_eq!(values[..3], [50_000, WIDE_NOT_APPLICABLE, 999_999_999_999]);
        assert_eq!(values[11], 1_000_001);
        let too_large = line.replace("9.9999994", "9.9999996");
        assert!(
            fire()
                .rounding()
                .record(too_large.as_bytes(), &mut values)
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn no_line_is_too_much(line in "[0-9.,\"eN-]{0,120}") {
            let mut values = [0; 12];
            let _ = fire().record(line.as_bytes(), &mut values);
        }
    }
}
