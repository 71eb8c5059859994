//! List of places in a body: its format, the options beside it, and the number of places.

use std::{collections::HashSet, io::Read};

use serde::de::IgnoredAny;

use super::{
    Header, Record,
    crs::is_crs84,
    element::Kind,
    json::{JsonCursor, JsonError, Kept},
    parts::without_nan,
    reader::{Input, PlaceReader},
};
use crate::{
    dataset::perils::{Refused, query::Options},
    edge::Body,
};

/// Format of a list of places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum InputFormat {
    /// CSV with a header, whatever stands between its fields.
    Csv,
    /// A GeoJSON feature collection of points (RFC 7946).
    GeoJson,
    /// An object with `locations`.
    Json,
}

/// Places that a body was found to hold.
#[derive(Clone, Debug)]
pub struct PlaceList {
    format: InputFormat,
    header: Option<Header>,
    places: usize,
    start: u64,
    has_mark: bool,
    body: Body,
}

impl PlaceList {
    /// Reads through `body`, taking its options into `options`.
    ///
    /// # Errors
    /// [`Refused`] for a body that has no places to find, or more than `max_places`.
    pub fn of(
        body: Body,
        is_csv: bool,
        options: &mut Options,
        max_places: usize,
    ) -> Result<Self, Refused> {
        if is_csv {
            Self::of_csv(body, max_places)
        } else {
            Self::of_json(body, options, max_places)
        }
    }

    /// The format of the list.
    #[must_use]
    pub fn format(&self) -> InputFormat {
        self.format
    }

    /// The columns of a CSV file.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// The number of places.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places
    }

    /// `true` where a byte order mark stood before the text.
    #[must_use]
    pub fn has_mark(&self) -> bool {
        self.has_mark
    }

    /// Bytes of the whole body.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.body.length()
    }

    /// `true` where the body can be read without waiting for a disk.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        self.body.in_memory().is_some()
    }

    /// The places, from the first on.
    #[must_use]
    pub fn reader(&self) -> PlaceReader {
        let elements = |kind| {
            let cursor = JsonCursor::new(self.body.reader(self.start), self.start);
            Input::Elements(cursor, kind, self.body.clone())
        };
        PlaceReader::new(match (&self.header, self.format) {
            (Some(header), _) => Input::Records(self.body.reader(self.start), header.clone()),
            (None, InputFormat::GeoJson) => elements(Kind::Feature),
            (None, InputFormat::Json | InputFormat::Csv) => elements(Kind::Location),
        })
    }

    fn of_csv(body: Body, max_places: usize) -> Result<Self, Refused> {
        let mark = mark(&body)?;
        let (header, start) = Header::find(&body, mark)?;
        let mut reader = body.reader(start);
        let mut record = Record::default();
        let mut line = 0;
        let mut read = |record: &mut Record| {
            line += 1;
            record
                .pass(&mut *reader, header.dialect)
                .or(Err(Refused::Malformed {
                    at: format!("record {line} of the CSV"),
                    expected: "shorter; perhaps a quote is left open".into(),
                }))
        };
        let mut places = 0;
        read(&mut record)?;
        while read(&mut record)? {
            places += 1;
            if places > max_places {
                return Err(Refused::TooManyPlaces { limit: max_places });
            }
        }
        if places == 0 {
            return Err(malformed("the CSV", "a header and at least one line"));
        }
        Ok(Self {
            format: InputFormat::Csv,
            header: Some(header),
            places,
            start,
            has_mark: mark > 0,
            body,
        })
    }

    fn of_json(body: Body, options: &mut Options, max_places: usize) -> Result<Self, Refused> {
        let mark = mark(&body)?;
        let mut cursor = JsonCursor::new(body.reader(mark), mark);
        let expected = "an object with an array locations, or a GeoJSON feature collection";
        if matches!(cursor.peek(), Ok(Some(b'['))) {
            return Err(malformed("the body", expected));
        }
        let found = find_array(&mut cursor, options, max_places);
        let at = usize::try_from(cursor.at()).unwrap_or(usize::MAX);
        let found = found.map_err(|error| match error {
            ReadError::Refused(refused) => refused,
            ReadError::Json(JsonError::Syntax | JsonError::Io(_)) => Refused::NotJson { at },
        })?;
        let (format, start, places) = found.ok_or_else(|| malformed("the body", expected))?;
        Ok(Self {
            format,
            header: None,
            places,
            start,
            has_mark: mark > 0,
            body,
        })
    }
}

enum ReadError {
    Refused(Refused),
    Json(JsonError),
}

impl From<Refused> for ReadError {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<JsonError> for ReadError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

/// Walks over the members of the body: the array of places by its start and length, options by value.
fn find_array(
    cursor: &mut JsonCursor<'_>,
    options: &mut Options,
    max_places: usize,
) -> Result<Option<(InputFormat, u64, usize)>, ReadError> {
    let mut found = None;
    let mut text = Vec::new();
    let mut names = HashSet::new();
    let mut others = Vec::new();
    cursor.expect(b'{')?;
    let mut is_first = true;
    while !cursor.take(b'}')? {
        if !is_first {
            cursor.expect(b',')?;
        }
        is_first = false;
        whole(cursor, &mut text)?;
        let name: String = serde_json::from_slice(&text).or(Err(JsonError::Syntax))?;
        if !names.insert(name.clone()) {
            return Err(malformed("the body", "without members that come twice").into());
        }
        if names.len() > MOST_MEMBERS {
            return Err(malformed("the body", "an object of at most 100 members").into());
        }
        cursor.expect(b':')?;
        let format = match name.as_str() {
            "features" => Some(InputFormat::GeoJson),
            _ if name.eq_ignore_ascii_case("locations") => Some(InputFormat::Json),
            _ => None,
        };
        if let Some(format) = format {
            if found.is_some() || cursor.peek()? != Some(b'[') {
                let at = if found.is_some() { "the body" } else { &name };
                return Err(malformed(at, "one array, of locations or of features").into());
            }
            let start = cursor.at();
            let places = count(cursor, max_places)?;
            if places == 0 {
                return Err(malformed(&name, "an array of at least one place").into());
            }
            found = Some((format, start, places));
            continue;
        }
        whole(cursor, &mut text)?;
        // A value in memory is many times its text: what is none of ours is only read over.
        let value = if Options::is_known(&name) || name == "crs" {
            member(&text)?
        } else {
            read_over(&text)?;
            Some(serde_json::Value::Null)
        };
        others.push((name, value));
    }
    if cursor.peek()?.is_some() {
        return Err(JsonError::Syntax.into());
    }
    if found.is_none() {
        return Ok(None);
    }
    // A feature collection may have members that are none of ours (RFC 7946 §6.1).
    let is_geojson = matches!(found, Some((InputFormat::GeoJson, ..)));
    for (name, value) in others {
        if is_geojson && name == "crs" && !value.as_ref().is_some_and(is_crs84) {
            return Err(malformed("crs", "CRS84, as RFC 7946 §4 has it, or left out").into());
        }
        let is_option = Options::is_known(&name);
        match value {
            _ if is_geojson && !is_option => {}
            Some(value) => options.take_member(&name, &value, &["locations"])?,
            None => {
                let expected = "JSON (RFC 8259), in UTF-8 and without NaN";
                return Err(malformed("each option in the body", expected).into());
            }
        }
    }
    Ok(found)
}

/// The value of a member of the body beside the places; none when there are numbers in it that are none, or octets
/// that are not UTF-8, which matters where it is an option.
fn member(text: &[u8]) -> Result<Option<serde_json::Value>, JsonError> {
    if let Ok(value) = serde_json::from_slice(text) {
        return Ok(Some(value));
    }
    read_over(text).map(|()| None)
}

/// Whether `text` is a value, NaN in place of a number included.
fn read_over(text: &[u8]) -> Result<(), JsonError> {
    let plain: Result<IgnoredAny, _> = serde_json::from_slice(text);
    if plain.is_ok() {
        return Ok(());
    }
    let text = without_nan(&String::from_utf8_lossy(text), "null");
    let readable: Result<IgnoredAny, _> = serde_json::from_str(&text);
    readable.map(drop).or(Err(JsonError::Syntax))
}

/// Walks over a value of which all is wanted.
fn whole(cursor: &mut JsonCursor<'_>, text: &mut Vec<u8>) -> Result<(), ReadError> {
    let kept = cursor.value(text)?;
    let expected = match kept {
        Kept::Whole => return Ok(()),
        Kept::TooDeep => "nested at most 100 deep",
        Kept::TooLong => "shorter than 64 KiB",
    };
    let at = format!("the value before octet {}", cursor.at());
    Err(malformed(&at, expected).into())
}

fn count(cursor: &mut JsonCursor<'_>, max_places: usize) -> Result<usize, ReadError> {
    let mut places = 0;
    cursor.expect(b'[')?;
    while !cursor.take(b']')? {
        if places > 0 {
            cursor.expect(b',')?;
        }
        cursor.pass()?;
        places += 1;
        if places > max_places {
            return Err(Refused::TooManyPlaces { limit: max_places }.into());
        }
    }
    Ok(places)
}

/// Octets of the mark that some programs write before UTF-8.
fn mark(body: &Body) -> Result<u64, Refused> {
    let mut begin = Vec::new();
    let read = body.reader(0).take(3).read_to_end(&mut begin);
    read.or(Err(malformed("the body", "readable to its end")))?;
    Ok(if begin == b"\xef\xbb\xbf" { 3 } else { 0 })
}

fn malformed(at: &str, expected: &'static str) -> Refused {
    Refused::Malformed {
        at: at.to_owned(),
        expected: expected.into(),
    }
}

/// Members of the body: the options are few, and what is none of them takes time and memory.
const MOST_MEMBERS: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::perils::places::{PlaceFault, Position};

    fn survey(text: &str, is_csv: bool) -> Result<(PlaceList, Options), Refused> {
        survey_with(text, is_csv, 3)
    }

    fn survey_with(
        text: &str,
        is_csv: bool,
        max_places: usize,
    ) -> Result<(PlaceList, Options), Refused> {
        let mut options = Options::default();
        let body = Body::Memory(text.as_bytes().to_vec().into());
        PlaceList::of(body, is_csv, &mut options, max_places).map(|survey| (survey, options))
    }

    fn positions(text: &str, is_csv: bool) -> Vec<Position> {
        survey(text, is_csv).unwrap().0.positions()
    }

    impl PlaceList {
        fn positions(&self) -> Vec<Position> {
            let mut places = self.reader();
            let mut positions = Vec::new();
            while let Some(place) = places.next_place(|_| ()).unwrap() {
                positions.push(place.position);
            }
            positions
        }
    }

    #[test]
    fn places_are_found_wherever_the_array_stands() {
        let text =
            "{\"perils\":[\"fire\"],\"locations\":[{\"lat\":1,\"lon\":2},5 ],\"years\":[2030.0]}";
        assert_eq!(
            positions(text, false),
            [Ok((1.0, 2.0)), Err(PlaceFault::NotAnObject)]
        );
        let (found, options) = survey(text, false).unwrap();
        assert_eq!((found.count(), found.format()), (2, InputFormat::Json));
        assert_eq!(options.items("years"), Some(&["2030".to_owned()][..]));
        let features = "{\"type\":\"FeatureCollection\",\"name\":\"x\",\"features\":[5]}";
        assert_eq!(
            survey(features, false).unwrap().0.format(),
            InputFormat::GeoJson
        );
    }

    #[test]
    fn csv_lines_are_places_and_a_broken_line_is_one_that_says_so() {
        let text =
            "lat,lon,name,\n1,2,a\n1,2\n1,2,a,\"\"\n1,2,a,note\n1,2,a,,, \n1,2,a,,b\n1\nx,2,b";
        for separator in [",", ";", "\t", "|"] {
            let text = text.replace(',', separator);
            for sent in [format!("sep={separator}\r\n{text}"), text] {
                assert_eq!(
                    survey_with(&sent, true, 8).unwrap().0.positions(),
                    [
                        Ok((1.0, 2.0)),
                        Ok((1.0, 2.0)),
                        Ok((1.0, 2.0)),
                        Ok((1.0, 2.0)),
                        Ok((1.0, 2.0)),
                        Err(PlaceFault::WrongNumberOfFields),
                        Err(PlaceFault::LongitudeMissing),
                        Err(PlaceFault::LatitudeNotANumber)
                    ],
                    "{sent}"
                );
            }
        }
    }

    #[test]
    fn a_place_that_is_too_much_costs_itself_alone() {
        let long = "x".repeat(100_000);
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for (value, fault) in [
            (format!("\"{long}\""), PlaceFault::TooLong),
            (deep, PlaceFault::TooDeep),
        ] {
            let place = "{\"lat\":1,\"lon\":2}";
            let text = format!(
                "{{\"locations\":[{place},{{\"lat\":1,\"x\":{value},\"lon\":2}},{place}]}}"
            );
            let expected = [Ok((1.0, 2.0)), Err(fault), Ok((1.0, 2.0))];
            assert_eq!(positions(&text, false), expected);
            let feature = "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[2,1]}}";
            let large = feature.replace("\"Point\"", &format!("\"Point\",\"x\":{value}"));
            let text = format!("{{\"features\":[{feature},{large},{feature}]}}");
            assert_eq!(positions(&text, false)[2], expected[2]);
            assert!(positions(&text, false)[1].is_err());
        }
        let text = format!("lat,lon,note\n1,2,a\n1,2,{long}\n1,2,\"{long}\"\n");
        assert_eq!(
            positions(&text, true),
            [
                Ok((1.0, 2.0)),
                Err(PlaceFault::TooLong),
                Err(PlaceFault::TooLong)
            ]
        );
    }

    #[test]
    fn a_number_that_is_none_beside_the_places_is_passed_over_or_refused() {
        let features = "\"features\":[5]";
        assert!(survey(&format!("{{\"bbox\":[NaN,1],{features}}}"), false).is_ok());
        for text in [
            format!("{{\"radius_km\":NaN,{features}}}"),
            "{\"radius_km\":NaN,\"locations\":[1]}".to_owned(),
        ] {
            let refused = survey(&text, false).unwrap_err().to_string();
            assert!(refused.contains("without NaN"), "{refused}");
        }
        let body = Body::Memory(b"{\"name\":\"Caf\xe9\",\"features\":[5]}".to_vec().into());
        assert!(PlaceList::of(body, false, &mut Options::default(), 3).is_ok());
    }

    #[test]
    fn rfc7946_4_another_crs_than_crs84_is_refused_in_these_words() {
        let named = |name: &str| {
            format!(
                "{{\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"{name}\"}}}},\"features\":[5]}}"
            )
        };
        assert!(survey(&named("urn:ogc:def:crs:OGC:1.3:CRS84"), false).is_ok());
        assert!(survey("{\"crs\":null,\"features\":[5]}", false).is_ok());
        let refused = survey(&named("EPSG:27700"), false).unwrap_err().to_string();
        assert!(refused.contains("crs must be CRS84"), "{refused}");
    }

    #[test]
    fn a_mark_before_the_text_belongs_to_nothing() {
        let text = "\u{feff}{\"locations\":[{\"lat\":1,\"lon\":-0}]}";
        let (latitude, longitude) = positions(text, false).remove(0).unwrap();
        assert_eq!((latitude, longitude.to_string().as_str()), (1.0, "0"));
        for header in ["lat,lon", "\"lat\",\"lon\"", "\"site, name\",lat,lon"] {
            let line = if header.contains("name") {
                "a,1,2"
            } else {
                "1,2"
            };
            let text = format!("\u{feff}{header}\n{line}\n");
            assert_eq!(positions(&text, true), [Ok((1.0, 2.0))], "{header}");
        }
        assert!(survey("\u{feff}\u{feff}lat,lon\n1,2\n", true).is_err());
    }

    #[test]
    fn a_body_of_another_shape_is_told_which_it_should_have() {
        for text in [
            "[{\"lat\":1,\"lon\":2}]",
            "{\"type\":\"Feature\",\"geometry\":null}",
            "{\"perils\":[\"fire\"]}",
        ] {
            let refused = survey(text, false).unwrap_err().to_string();
            assert!(refused.contains("feature collection"), "{refused}");
        }
    }

    #[test]
    fn a_body_without_places_or_with_too_many_is_refused() {
        for (text, is_csv) in [
            ("", true),
            ("a,b\n", true),
            ("lat,lon\n", true),
            ("{\"locations\":[]}", false),
            ("{\"features\":[ ]}", false),
            ("{}", false),
            ("[]", false),
            ("", false),
            ("{\"locations\":5}", false),
            ("{\"locations\":[1],\"features\":[1]}", false),
            ("{\"locations\":[1],\"locations\":[1]}", false),
            ("{\"locations\":[1],\"colour\":1}", false),
            ("{\"locations\":[1]} x", false),
            ("{\"locations\":[", false),
        ] {
            assert!(survey(text, is_csv).is_err(), "{text}");
        }
        let members = (0..100).map(|n| format!("\"m{n}\":1")).collect::<Vec<_>>();
        let crowded = format!("{{{},\"features\":[1]}}", members.join(","));
        assert!(matches!(
            survey(&crowded, false),
            Err(Refused::Malformed { .. })
        ));
        let four = "{\"locations\":[1,2,3,4]}";
        assert!(matches!(
            survey(four, false),
            Err(Refused::TooManyPlaces { limit: 3 })
        ));
        let four = "lat,lon\n1,1\n1,1\n1,1\n1,1\n";
        assert!(matches!(
            survey(four, true),
            Err(Refused::TooManyPlaces { limit: 3 })
        ));
    }
}
