//! The coordinates of a place: understood as numbers, and given back as they were sent.

use std::borrow::Cow;

use super::{Carried, Header, Place, PlaceFault};

/// Latitude from -90 to 90 and longitude from -180 to 360, in degrees.
pub type Position = Result<(f64, f64), PlaceFault>;

impl<'p> Place<'p> {
    /// Latitude and longitude as JSON has them: as they were sent where that is a JSON number, else the same number
    /// in JSON, and none where there is no number.
    #[must_use]
    pub fn coordinates(&self, header: Option<&Header>) -> [Option<Cow<'p, str>>; 2] {
        match (self.carried, header) {
            (Carried::Members(_), _) => {
                let [latitude, longitude, _] = self.sent;
                [latitude, longitude].map(|text| text.map(Cow::Borrowed))
            }
            (Carried::Record(record), Some(header)) => {
                [header.latitude, header.longitude].map(|column| in_json(record.field(column)))
            }
            (Carried::Record(_), None) => [None, None],
        }
    }

    /// Numbers of a GeoJSON position beyond latitude and longitude, as they were sent.
    #[must_use]
    pub fn beyond(&self) -> Option<&'p str> {
        let [.., beyond] = self.sent;
        beyond
    }
}

/// The position of two texts, each a JSON number or what CSV has for one.
pub(super) fn position(latitude: Option<&str>, longitude: Option<&str>) -> Position {
    use PlaceFault as F;
    let latitude = latitude.map(str::trim).filter(|text| !text.is_empty());
    let longitude = longitude.map(str::trim).filter(|text| !text.is_empty());
    let latitude = number(latitude.ok_or(F::LatitudeMissing)?).ok_or(F::LatitudeNotANumber)?;
    let longitude = number(longitude.ok_or(F::LongitudeMissing)?).ok_or(F::LongitudeNotANumber)?;
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(F::LatitudeOutOfRange);
    }
    if !(-180.0..=360.0).contains(&longitude) {
        return Err(F::LongitudeOutOfRange);
    }
    // Adding zero turns a negative zero into a plain one.
    Ok((latitude + 0.0, longitude + 0.0))
}

/// A finite number; a comma may stand for its point.
pub(crate) fn number(text: &str) -> Option<f64> {
    let number: f64 = match text.parse() {
        Ok(number) => number,
        Err(_) => with_point(text)?.parse().ok()?,
    };
    number.is_finite().then_some(number)
}

/// `text` with a point for its one comma.
fn with_point(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once(',')?;
    let is_whole = |part: &str| !part.contains(['.', ',', 'e', 'E']);
    (is_whole(whole) && is_whole(fraction)).then(|| format!("{whole}.{fraction}"))
}

fn in_json(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let trimmed = text.trim();
    if !is_json_number(trimmed) {
        return number(trimmed).map(|number| Cow::Owned(number.to_string()));
    }
    if trimmed.len() == text.len() {
        Some(text)
    } else {
        Some(Cow::Owned(trimmed.to_owned()))
    }
}

/// `true` when `text` is a number in JSON (RFC 8259 §6) that a double can hold.
pub(crate) fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let whole = unsigned.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let digits = unsigned.len() - whole.len();
    if digits == 0 || (digits > 1 && unsigned.starts_with('0')) {
        return false;
    }
    let after_fraction = match whole.strip_prefix('.') {
        Some(fraction) => {
            let rest = fraction.trim_start_matches(|letter: char| letter.is_ascii_digit());
            if rest.len() == fraction.len() {
                return false;
            }
            rest
        }
        None => whole,
    };
    let exponent = after_fraction
        .strip_prefix(['e', 'E'])
        .map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let ends = match exponent {
        Some(exponent) => {
            !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit())
        }
        None => after_fraction.is_empty(),
    };
    let is_small = exponent.is_none() && text.len() < DIGITS_OF_A_DOUBLE;
    ends && (is_small || text.parse().is_ok_and(f64::is_finite))
}

/// A number with fewer digits than that is within the range of a double.
const DIGITS_OF_A_DOUBLE: usize = 300;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_comma_may_stand_for_the_point_and_for_nothing_else() {
        for (text, expected) in [
            ("51,5", Some(51.5)),
            ("-0,12", Some(-0.12)),
            ("51.5", Some(51.5)),
            ("+1", Some(1.0)),
            ("1e1", Some(10.0)),
            ("1.234,5", None),
            ("1,234,5", None),
            (",", None),
            ("1,5e1", None),
            ("nan", None),
            ("inf", None),
            ("1e999", None),
            ("n,an", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_of_a_file_is_one_of_json_or_becomes_one() {
        for (text, expected) in [
            ("51.500", Some("51.500")),
            (" -0 ", Some("-0")),
            ("51,50", Some("51.5")),
            ("+1", Some("1")),
            (".5", Some("0.5")),
            ("007", Some("7")),
            ("x", None),
            ("", None),
        ] {
            let found = in_json(Cow::Borrowed(text));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_json_number_is_what_a_reader_of_json_takes(text in "-?[0-9.eE+-]{0,8}") {
            let is_number = serde_json::from_str::<f64>(&text).is_ok();
            prop_assert_eq!(is_json_number(&text), is_number);
        }
    }
}
