//! One place out of a JSON array or a GeoJSON feature collection, in which everything is as it should be.
//!
//! What is not goes on to [`parts`](super::parts), which takes longer.

use std::{borrow::Cow, fmt, io};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    PlaceFault, Position,
    coordinates::{is_json_number, position},
    crs::is_crs84,
    header::{LATITUDE, LONGITUDE},
    json::JsonCursor,
};

/// What the text of a place holds; texts are kept for reuse.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) id: Option<String>,
    pub(super) members: String,
    /// Latitude, longitude, and what a position has beyond them; empty for none.
    coordinates: [String; 3],
}

/// How an array has its places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// RFC 7946 §3.2
    Feature,
    /// An object with latitude and longitude.
    Location,
}

/// A name that a place has for one of its members.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Named {
    Id,
    Latitude,
    Longitude,
}

impl Named {
    /// What `name` stands for. Of ids only the one in lower case is known at once: there may be others beside it.
    pub(super) fn by(name: &str) -> Option<Self> {
        let is_one_of = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        match name {
            "id" => Some(Self::Id),
            _ if is_one_of(&LATITUDE) => Some(Self::Latitude),
            _ if is_one_of(&LONGITUDE) => Some(Self::Longitude),
            _ => None,
        }
    }

    /// Whether `name` is an id where there is no other.
    pub(super) fn may_be_id(name: &str) -> bool {
        name.eq_ignore_ascii_case("id")
    }
}

impl Element {
    /// Reads a place of its `kind`.
    pub(super) fn read(&mut self, text: &[u8], kind: Kind) -> io::Result<Position> {
        self.clear();
        let read = match kind {
            Kind::Feature => self.read_feature(text),
            Kind::Location => self.read_location(text),
        };
        match read {
            Some(position) => Ok(position),
            None => self.read_apart(JsonCursor::within_a_place(Box::new(text)), kind, None),
        }
    }

    /// Latitude, longitude, and what a position has beyond them, as they were sent.
    pub(super) fn coordinates(&self) -> [Option<&str>; 3] {
        let texts = self.coordinates.each_ref();
        texts.map(|text| Some(text.as_str()).filter(|text| !text.is_empty()))
    }

    fn read_location(&mut self, text: &[u8]) -> Option<Position> {
        let location: Location<'_> = serde_json::from_slice(text).ok()?;
        if location.has_repeated {
            return None;
        }
        let is_id = |(name, _): &(String, _)| location.id.is_none() && Named::may_be_id(name);
        let id = location.others.iter().position(is_id);
        let other = id.and_then(|at| location.others.get(at));
        let value = location.id.or(other.map(|(_, value)| *value));
        self.id = value.map(|id| id.get().to_owned());
        for (at, (name, value)) in location.others.iter().enumerate() {
            if Some(at) != id {
                self.push_member(name, value.get());
            }
        }
        let [latitude, longitude] =
            [location.latitude, location.longitude].map(|raw| raw.map(RawValue::get));
        Some(self.locate(latitude, longitude))
    }

    fn read_feature(&mut self, text: &[u8]) -> Option<Position> {
        let feature: Feature<'_> = serde_json::from_slice(text).ok()?;
        let properties = feature.properties.map_or("", RawValue::get);
        if properties.starts_with('{') {
            let names: Names<'_> = serde_json::from_str(properties).ok()?;
            if has_repeated(names.0.iter().map(|Name(name)| name.as_ref()).collect()) {
                return None;
            }
            self.take_properties(properties);
        }
        self.id = feature.id.map(|id| id.get().to_owned());
        let Some(geometry) = feature.geometry else {
            return Some(Err(PlaceFault::NotAPoint));
        };
        let geometry: Geometry<'_> = serde_json::from_str(geometry.get()).ok()?;
        if [feature.crs, geometry.crs]
            .into_iter()
            .flatten()
            .any(is_other)
        {
            return Some(Err(PlaceFault::NotCrs84));
        }
        Some(self.locate_point(&geometry.r#type, geometry.coordinates.map(RawValue::get)))
    }

    /// Takes the members of the JSON object `properties`.
    pub(super) fn take_properties(&mut self, properties: &str) {
        let members = properties
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        self.members.push_str(members.unwrap_or_default().trim());
    }

    /// Takes the coordinates of a geometry of the type `kind`, which are JSON.
    pub(super) fn locate_point(&mut self, kind: &str, coordinates: Option<&str>) -> Position {
        let coordinates = coordinates.filter(|_| kind == "Point");
        let coordinates = coordinates.and_then(|text| serde_json::from_str(text).ok());
        let coordinates: Vec<&RawValue> = coordinates.ok_or(PlaceFault::NotAPoint)?;
        let coordinate = |index: usize| coordinates.get(index).map(|raw| raw.get());
        let position = self.locate(coordinate(1), coordinate(0));
        let beyond = coordinates.iter().skip(2).map(|raw| raw.get());
        if let [.., text] = &mut self.coordinates
            && beyond.clone().all(is_json_number)
        {
            text.push_str(&beyond.collect::<Vec<_>>().join(","));
        }
        position
    }

    /// Takes the coordinates, which are JSON.
    pub(super) fn locate(&mut self, latitude: Option<&str>, longitude: Option<&str>) -> Position {
        // `null` is as good as absent.
        let [latitude, longitude] =
            [latitude, longitude].map(|text| text.filter(|text| *text != "null"));
        let position = position(latitude, longitude);
        for (text, sent) in self.coordinates.iter_mut().zip([latitude, longitude]) {
            let sent = sent.filter(|sent| position.is_ok() || is_json_number(sent));
            text.push_str(sent.unwrap_or_default());
        }
        position
    }

    pub(super) fn clear(&mut self) {
        self.id = None;
        self.members.clear();
        self.coordinates.iter_mut().for_each(String::clear);
    }

    pub(super) fn push_member(&mut self, name: &str, value: &str) {
        if !self.members.is_empty() {
            self.members.push(',');
        }
        self.members
            .push_str(&serde_json::Value::from(name).to_string());
        self.members.push(':');
        self.members.push_str(value);
    }
}

/// Whether `crs` is another than the one of GeoJSON.
fn is_other(crs: &RawValue) -> bool {
    !serde_json::from_str(crs.get()).is_ok_and(|crs| is_crs84(&crs))
}

/// A place with its coordinates in any spelling, and whatever else it has.
#[derive(Default)]
struct Location<'t> {
    id: Option<&'t RawValue>,
    latitude: Option<&'t RawValue>,
    longitude: Option<&'t RawValue>,
    others: Vec<(String, &'t RawValue)>,
    has_repeated: bool,
}

impl<'de: 't, 't> Deserialize<'de> for Location<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Location<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with latitude and longitude")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Location<'de>, A::Error> {
        let mut location = Location::default();
        while let Some(name) = map.next_key::<String>()? {
            let value: &'de RawValue = map.next_value()?;
            let slot = match Named::by(&name) {
                Some(Named::Id) => &mut location.id,
                Some(Named::Latitude) => &mut location.latitude,
                Some(Named::Longitude) => &mut location.longitude,
                None => {
                    location.others.push((name, value));
                    continue;
                }
            };
            location.has_repeated |= slot.replace(value).is_some();
        }
        let names = location.others.iter().map(|(name, _)| name.as_str());
        location.has_repeated |= has_repeated(names.collect());
        Ok(location)
    }
}

/// The names of the members of an object.
struct Names<'t>(Vec<Name<'t>>);

#[derive(Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

impl<'de: 't, 't> Deserialize<'de> for Names<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamesAlone)
    }
}

struct NamesAlone;

impl<'de> Visitor<'de> for NamesAlone {
    type Value = Names<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names<'de>, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

/// Whether a name comes twice; sorted, for there may be thousands.
fn has_repeated(mut names: Vec<&str>) -> bool {
    names.sort_unstable();
    names
        .windows(2)
        .any(|pair| matches!(pair, [one, other] if one == other))
}

/// RFC 7946 §3.2
#[derive(Deserialize)]
struct Feature<'t> {
    #[serde(borrow)]
    id: Option<&'t RawValue>,
    #[serde(borrow)]
    geometry: Option<&'t RawValue>,
    #[serde(borrow)]
    properties: Option<&'t RawValue>,
    #[serde(borrow)]
    crs: Option<&'t RawValue>,
}

/// RFC 7946 §3.1
#[derive(Deserialize)]
struct Geometry<'t> {
    #[serde(borrow, default)]
    r#type: Cow<'t, str>,
    #[serde(borrow)]
    coordinates: Option<&'t RawValue>,
    #[serde(borrow)]
    crs: Option<&'t RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(element: &mut Element, text: impl AsRef<[u8]>, kind: Kind) -> Position {
        element.read(text.as_ref(), kind).unwrap()
    }

    fn location(text: impl AsRef<[u8]>) -> (Element, Position) {
        let mut element = Element::default();
        let position = read(&mut element, text, Kind::Location);
        (element, position)
    }

    fn feature(text: impl AsRef<[u8]>) -> (Element, Position) {
        let mut element = Element::default();
        let position = read(&mut element, text, Kind::Feature);
        (element, position)
    }

    #[test]
    fn a_location_has_coordinates_in_any_spelling_and_keeps_the_rest() {
        for (latitude, longitude, id) in [
            ("lat", "lon", "id"),
            ("Latitude", "LONGITUDE", "ID"),
            ("LAT", "Lng", "Id"),
            ("latitude", "Long", "id"),
        ] {
            let text = format!(
                "{{\"{longitude}\":-0.50,\"{id}\":7,\"name\":\"a \\\"b\\\"\",\"{latitude}\":51,\"x\":{{\"y\":[1]}}}}"
            );
            let (element, position) = location(&text);
            assert_eq!(position, Ok((51.0, -0.5)), "{text}");
            assert_eq!(element.coordinates(), [Some("51"), Some("-0.50"), None]);
            assert_eq!(element.id.as_deref(), Some("7"));
            assert_eq!(
                element.members,
                "\"name\":\"a \\\"b\\\"\",\"x\":{\"y\":[1]}"
            );
        }
        let (element, _) = location("{\"ID\":1,\"id\":2,\"lat\":1,\"lon\":1}");
        assert_eq!(
            (element.id.as_deref(), element.members.as_str()),
            (Some("2"), "\"ID\":1")
        );
    }

    #[test]
    fn a_location_that_is_none_says_which_thing_is_wrong_and_keeps_its_id() {
        use PlaceFault as F;
        for (members, fault) in [
            ("", F::LatitudeMissing),
            (",\"latitude\":1", F::LongitudeMissing),
            (",\"latitude\":null,\"longitude\":1", F::LatitudeMissing),
            (",\"latitude\":\"1\",\"longitude\":1", F::LatitudeNotANumber),
            (",\"latitude\":1e999,\"longitude\":1", F::LatitudeNotANumber),
            (",\"latitude\":NaN,\"longitude\":1", F::LatitudeNotANumber),
            (
                ",\"latitude\":1,\"longitude\":-Infinity",
                F::LongitudeNotANumber,
            ),
            (",\"latitude\":91,\"longitude\":1", F::LatitudeOutOfRange),
            (",\"latitude\":1,\"longitude\":-181", F::LongitudeOutOfRange),
            (",\"latitude\":1,\"longitude\":361", F::LongitudeOutOfRange),
            (",\"latitude\":1,\"lat\":1,\"longitude\":1", F::GivenTwice),
            (",\"lat\":1,\"Lat\":1,\"longitude\":1", F::GivenTwice),
            (",\"lat\":1,\"lon\":1,\"x\":1,\"x\":2", F::GivenTwice),
            (",\"lat\":1,\"lon\":1,\"id\":2", F::GivenTwice),
            (",\"lat\":1,\"lon\":1,\"x\":nothing", F::NotJson),
            (",\"lat\":1,\"lon\":1,\"x\":[1,]", F::NotJson),
            (",\"lat\":1,\"lon\":1,", F::NotJson),
            (",\"lat\":1,\"lon\":1,\"x\":\"a\tb\"", F::NotJson),
            (",\"lat\":1,\"lon\":1,x:1", F::NotJson),
            (",\"lat\":01,\"lon\":1", F::NotJson),
        ] {
            let (element, position) = location(format!("{{\"id\":\"a\"{members}}}"));
            assert_eq!(position, Err(fault), "{members}");
            assert_eq!(element.id.as_deref(), Some("\"a\""), "{members}");
        }
        for text in ["[1,2]", "5", "null", "\"x\"", "NaN", "nothing"] {
            assert_eq!(location(text).1, Err(F::NotAnObject), "{text}");
            assert_eq!(feature(text).1, Err(F::NotAnObject), "{text}");
        }
        let (element, position) = location(b"{\"lat\":1,\"lon\":1,\"x\":\"Caf\xe9\",\"id\":2}");
        assert_eq!(position, Err(F::NotUtf8));
        assert_eq!(element.members, "\"x\":\"Caf\u{fffd}\"");
        assert_eq!(element.id.as_deref(), Some("2"));
    }

    #[test]
    fn nan_in_a_property_is_null() {
        for nan in ["NaN", "Infinity", "-Infinity", "-NaN", "nan", "inf"] {
            let text = format!(
                "{{\"lat\":1,\"lon\":2.0,\"n\":{nan},\"m\":[\"NaN\",{nan} ,{{\"x\":{nan}}}]}}"
            );
            let (element, position) = location(&text);
            assert_eq!(position, Ok((1.0, 2.0)), "{text}");
            let members = "\"n\":null,\"m\":[\"NaN\",null ,{\"x\":null}]";
            assert_eq!(element.members, members);
            assert_eq!(element.coordinates(), [Some("1"), Some("2.0"), None]);
            let text = format!(
                "{{\"id\":1,\"geometry\":{{\"type\":\"Point\",\"coordinates\":[1,2]}},\"properties\":{{\"n\":{nan}}}}}"
            );
            let (element, position) = feature(&text);
            assert_eq!(
                (position, element.members.as_str()),
                (Ok((2.0, 1.0)), "\"n\":null")
            );
            let text = format!("{{\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{nan},2]}}}}");
            assert_eq!(feature(text).1, Err(PlaceFault::LongitudeNotANumber));
        }
    }

    #[test]
    fn a_feature_is_a_point_with_properties() {
        let text = "{\"type\":\"Feature\",\"id\":\"a\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[181.0,-90,5.50]},\
                    \"properties\":{\"n\":1}}";
        let (element, position) = feature(text);
        assert_eq!(position, Ok((-90.0, 181.0)));
        assert_eq!(
            element.coordinates(),
            [Some("-90"), Some("181.0"), Some("5.50")]
        );
        assert_eq!(
            (element.id.as_deref(), element.members.as_str()),
            (Some("\"a\""), "\"n\":1")
        );
    }

    #[test]
    fn a_feature_that_is_no_place_says_why_and_keeps_its_id() {
        use PlaceFault as F;
        let point = "\"type\":\"Point\",\"coordinates\":[1,2]";
        let crs = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:3857\"}}";
        for (members, fault) in [
            ("\"geometry\":null".to_owned(), F::NotAPoint),
            ("\"properties\":{}".to_owned(), F::NotAPoint),
            ("\"geometry\":{}".to_owned(), F::NotAPoint),
            ("\"geometry\":5".to_owned(), F::NotAPoint),
            (
                "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[1,2]]}".to_owned(),
                F::NotAPoint,
            ),
            (
                "\"geometry\":{\"type\":\"Point\",\"coordinates\":5}".to_owned(),
                F::NotAPoint,
            ),
            (
                "\"geometry\":{\"type\":\"Point\",\"coordinates\":[]}".to_owned(),
                F::LatitudeMissing,
            ),
            (format!("\"geometry\":{{{point},{crs}}}"), F::NotCrs84),
            (format!("\"geometry\":{{{point}}},{crs}"), F::NotCrs84),
            (format!("\"geometry\":{{{point},{point}}}"), F::GivenTwice),
            (
                format!("\"geometry\":{{{point}}},\"geometry\":null"),
                F::GivenTwice,
            ),
            (
                format!("\"geometry\":{{{point}}},\"properties\":{{\"a\":1,\"a\":2}}"),
                F::GivenTwice,
            ),
            (
                format!("\"geometry\":{{{point}}},\"properties\":{{\"a\":nope}}"),
                F::NotJson,
            ),
            (
                format!("\"geometry\":{{{point}}},\"properties\":nope"),
                F::NotJson,
            ),
        ] {
            let (element, position) = feature(format!("{{\"id\":7,{members}}}"));
            assert_eq!(position, Err(fault), "{members}");
            assert_eq!(element.id.as_deref(), Some("7"), "{members}");
        }
        let crs = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"OGC:CRS84\"}}";
        let good = format!("{{\"geometry\":{{{point},{crs}}},{crs}}}");
        assert_eq!(feature(good).1, Ok((2.0, 1.0)));
    }
}
