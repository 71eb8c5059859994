//! One place in which something is wrong, member by member, so that what is wrong with one does not lose the others.

use std::{borrow::Cow, collections::HashSet, io};

use serde_json::value::RawValue;

use super::{
    LONGEST, PlaceFault, Position,
    crs::is_crs84,
    element::{Element, Kind, Named},
    json::{JsonCursor, JsonError, Kept},
};

/// The value of a member.
#[derive(Debug, Default)]
struct Part {
    /// As JSON, with `null` for what is no number; none when it is not JSON or too much.
    json: Option<String>,
    /// The same with a number that no double holds for what is no number.
    with_numbers: Option<String>,
}

/// The first thing that is wrong.
#[derive(Debug, Default)]
struct Fault(Option<PlaceFault>);

impl Fault {
    fn is(&mut self, fault: PlaceFault) {
        self.0.get_or_insert(fault);
    }
}

/// The names that an object has had so far.
#[derive(Debug, Default)]
struct Seen {
    names: HashSet<String>,
    bytes: usize,
}

impl Seen {
    /// `true` when `name` is new. Of more than a place may bring nothing is remembered.
    fn is_new(&mut self, name: &str) -> bool {
        if self.names.contains(name) {
            return false;
        }
        self.bytes += name.len();
        if self.bytes <= LONGEST {
            self.names.insert(name.to_owned());
        }
        true
    }
}

impl Element {
    /// Reads the place that begins where `cursor` stands; `known` is already found to be wrong with it.
    pub(super) fn read_apart(
        &mut self,
        mut cursor: JsonCursor<'_>,
        kind: Kind,
        known: Option<PlaceFault>,
    ) -> io::Result<Position> {
        self.clear();
        let mut fault = Fault(known);
        let position = match kind {
            Kind::Feature => self.feature_apart(&mut cursor, &mut fault)?,
            Kind::Location => self.location_apart(&mut cursor, &mut fault)?,
        };
        Ok(fault.0.map_or(position, Err))
    }

    fn location_apart(
        &mut self,
        cursor: &mut JsonCursor<'_>,
        fault: &mut Fault,
    ) -> io::Result<Position> {
        let (mut latitude, mut longitude) = (None, None);
        let mut others: Vec<(String, String)> = Vec::new();
        let mut carried = 0;
        let mut twice = Fault::default();
        each_member(cursor, fault, |name, part| {
            let mut take = |slot: &mut Option<Part>, part| {
                if slot.is_some() {
                    twice.is(PlaceFault::GivenTwice);
                } else {
                    *slot = Some(part);
                }
            };
            match Named::by(name) {
                Some(Named::Id) => self.id = self.id.take().or(part.json),
                Some(Named::Latitude) => take(&mut latitude, part),
                Some(Named::Longitude) => take(&mut longitude, part),
                None => {
                    let json = part.json.unwrap_or_default();
                    carried += name.len() + json.len();
                    if carried <= LONGEST && !json.is_empty() {
                        others.push((name.to_owned(), json));
                    }
                }
            }
        })?;
        if let Some(twice) = twice.0 {
            fault.is(twice);
        }
        for (name, value) in others {
            if self.id.is_none() && Named::may_be_id(&name) {
                self.id = Some(value);
            } else {
                self.push_member(&name, &value);
            }
        }
        let number = |part: &Option<Part>| part.as_ref().and_then(|part| part.with_numbers.clone());
        let (latitude, longitude) = (number(&latitude), number(&longitude));
        Ok(self.locate(latitude.as_deref(), longitude.as_deref()))
    }

    fn feature_apart(
        &mut self,
        cursor: &mut JsonCursor<'_>,
        fault: &mut Fault,
    ) -> io::Result<Position> {
        let (mut geometry, mut properties) = (Part::default(), Part::default());
        let mut is_crs84 = true;
        each_member(cursor, fault, |name, part| match name {
            "id" => self.id = part.json.filter(|id| id != "null"),
            "geometry" => geometry = part,
            "properties" => properties = part,
            "crs" => is_crs84 &= names_crs84(&part),
            _ => {}
        })?;
        if let Some(properties) = properties.json.filter(|text| text.starts_with('{')) {
            let cursor = &mut JsonCursor::within_a_place(Box::new(properties.as_bytes()));
            each_member(cursor, fault, |name, part| {
                if let Some(json) = part.json {
                    self.push_member(name, &json);
                }
            })?;
        }
        let Some(text) = geometry.with_numbers.filter(|text| text.starts_with('{')) else {
            return Ok(Err(PlaceFault::NotAPoint));
        };
        let (mut kind, mut coordinates) = (None, None);
        let cursor = &mut JsonCursor::within_a_place(Box::new(text.as_bytes()));
        each_member(cursor, fault, |name, part| match name {
            "type" => kind = part.json.and_then(|text| serde_json::from_str(&text).ok()),
            "coordinates" => coordinates = part.json,
            "crs" => is_crs84 &= names_crs84(&part),
            _ => {}
        })?;
        if !is_crs84 {
            return Ok(Err(PlaceFault::NotCrs84));
        }
        let kind: String = kind.unwrap_or_default();
        Ok(self.locate_point(&kind, coordinates.as_deref()))
    }
}

fn names_crs84(part: &Part) -> bool {
    let crs = part.json.as_deref().map(serde_json::from_str);
    crs.is_some_and(|crs| crs.is_ok_and(|crs| is_crs84(&crs)))
}

/// Walks over the members of an object: shows `each` the first of a name, and tells `fault` what is wrong.
fn each_member(
    cursor: &mut JsonCursor<'_>,
    fault: &mut Fault,
    mut each: impl FnMut(&str, Part),
) -> io::Result<()> {
    let mut text = Vec::new();
    let mut seen = Seen::default();
    let mut is_first = true;
    let mut walk = || {
        if cursor.peek()? != Some(b'{') {
            fault.is(PlaceFault::NotAnObject);
            return Ok(());
        }
        cursor.expect(b'{')?;
        while !cursor.take(b'}')? {
            if !is_first {
                cursor.expect(b',')?;
            }
            is_first = false;
            let kept = cursor.value(&mut text)?;
            let name = judged(&text, kept, fault).json;
            let name: Option<String> = name.and_then(|name| serde_json::from_str(&name).ok());
            cursor.expect(b':')?;
            let kept = cursor.value(&mut text)?;
            let part = judged(&text, kept, fault);
            match name {
                None => fault.is(PlaceFault::NotJson),
                Some(name) if seen.is_new(&name) => each(&name, part),
                Some(_) => fault.is(PlaceFault::GivenTwice),
            }
        }
        Ok(())
    };
    match walk() {
        Err(JsonError::Io(error)) => Err(error),
        Err(JsonError::Syntax) => {
            fault.is(PlaceFault::NotJson);
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Text of a value; what is wrong with it goes to `fault`.
fn judged(text: &[u8], kept: Kept, fault: &mut Fault) -> Part {
    match kept {
        Kept::Whole => {}
        Kept::TooDeep => fault.is(PlaceFault::TooDeep),
        Kept::TooLong => fault.is(PlaceFault::TooLong),
    }
    if kept != Kept::Whole {
        return Part::default();
    }
    let text = String::from_utf8_lossy(text);
    if matches!(text, Cow::Owned(_)) {
        fault.is(PlaceFault::NotUtf8);
    }
    if is_json(&text) {
        return Part {
            json: Some(text.clone().into_owned()),
            with_numbers: Some(text.into_owned()),
        };
    }
    let json = without_nan(&text, "null");
    if !is_json(&json) {
        fault.is(PlaceFault::NotJson);
        return Part::default();
    }
    Part {
        json: Some(json),
        with_numbers: Some(without_nan(&text, BEYOND_A_DOUBLE)),
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

/// `text` with `instead` for each word that programs write for a number that is none, outside quotes.
pub(super) fn without_nan(text: &str, instead: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' => quoted_length(rest),
            '-' | '+' | 'a'..='z' | 'A'..='Z' => word_length(rest),
            '0'..='9' => number_length(rest),
            _ => letter.len_utf8(),
        };
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let bare = word.trim_start_matches(['-', '+']);
        let is_nan = NO_NUMBERS.iter().any(|nan| nan.eq_ignore_ascii_case(bare));
        out.push_str(if is_nan { instead } else { word });
        rest = after;
    }
    out
}

/// Bytes of the text in quotes that `rest` begins with.
fn quoted_length(rest: &str) -> usize {
    let mut is_escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(rest.len(), |end| end + 2)
}

/// Bytes of the sign and the letters that `rest` begins with.
fn word_length(rest: &str) -> usize {
    let letters = rest.bytes().skip(1);
    1 + letters.take_while(u8::is_ascii_alphabetic).count()
}

/// Bytes of the number that `rest` begins with, with the letters that may stand in it.
fn number_length(rest: &str) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+');
    rest.bytes().take_while(is_part).count()
}

const NO_NUMBERS: [&str; 3] = ["NaN", "Infinity", "inf"];
const BEYOND_A_DOUBLE: &str = "1e999";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apart(text: &str, kind: Kind) -> (Element, Position) {
        let mut element = Element::default();
        let cursor = JsonCursor::within_a_place(Box::new(text.as_bytes()));
        let position = element.read_apart(cursor, kind, None).unwrap();
        (element, position)
    }

    #[test]
    fn words_for_no_number_are_replaced_outside_quotes_alone() {
        for (text, expected) in [
            ("NaN", "null"),
            (
                "[-Infinity,\"NaN\",{\"NaN\":nan}]",
                "[null,\"NaN\",{\"NaN\":null}]",
            ),
            ("\"a\\\"NaN\"", "\"a\\\"NaN\""),
            ("[1e5,NaNa,true]", "[1e5,NaNa,true]"),
            ("\"NaN", "\"NaN"),
        ] {
            assert_eq!(without_nan(text, "null"), expected);
        }
    }

    #[test]
    fn a_value_that_is_too_much_is_left_out_and_the_id_behind_it_is_found() {
        let long = "x".repeat(LONGEST);
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        for (value, fault) in [
            (format!("\"{long}\""), PlaceFault::TooLong),
            (deep, PlaceFault::TooDeep),
        ] {
            let text = format!("{{\"lat\":1,\"x\":{value},\"id\":5,\"lon\":1,\"y\":2}}");
            let (element, position) = apart(&text, Kind::Location);
            assert_eq!(position, Err(fault));
            let found = (element.id.as_deref(), element.members.as_str());
            assert_eq!(found, (Some("5"), "\"y\":2"));
        }
        let crowd: Vec<_> = (0..20_000).map(|n| format!("\"m{n}\":{n}")).collect();
        let crowd = crowd.join(",");
        let (element, _) = apart(&format!("{{{crowd},\"id\":5}}"), Kind::Location);
        assert_eq!(element.id.as_deref(), Some("5"));
        assert!(element.members.len() < 3 * LONGEST);
    }

    proptest! {
        #[test]
        fn what_is_right_is_read_alike_apart_and_at_once(
            id in "[a-c]{0,2}", latitude in -90_i32..=90, longitude in -180_i32..=360, name in "[x-z]{1,2}",
        ) {
            let location = format!("{{\"id\":\"{id}\",\"LAT\":{latitude},\"{name}\":[1],\"lon\":{longitude}.0}}");
            let feature = format!(
                "{{\"id\":\"{id}\",\"properties\":{{\"{name}\":1}},\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{longitude},{latitude},3]}}}}"
            );
            for (text, kind) in [(location, Kind::Location), (feature, Kind::Feature)] {
                let mut at_once = Element::default();
                let position = at_once.read(text.as_bytes(), kind).unwrap();
                let (apart, found) = apart(&text, kind);
                prop_assert_eq!(found, position);
                prop_assert!(position.is_ok());
                prop_assert_eq!(&apart.id, &at_once.id);
                prop_assert_eq!(&apart.members, &at_once.members);
                prop_assert_eq!(apart.coordinates(), at_once.coordinates());
            }
        }

        #[test]
        fn no_text_upsets_the_reader(text in "[\\[\\]{}\",:\\\\ a1NnIif-]{0,40}") {
            for kind in [Kind::Location, Kind::Feature] {
                let (element, _) = apart(&text, kind);
                let members = format!("{{{}}}", element.members);
                prop_assert!(serde_json::from_str::<serde_json::Value>(&members).is_ok(), "{}", members);
            }
        }
    }
}
