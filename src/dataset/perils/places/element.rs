//! One place out of a JSON array or a GeoJSON feature collection.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{PlaceFault, position};

/// What the text of a place holds; texts are kept for reuse.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) id: Option<String>,
    pub(super) members: String,
}

impl Element {
    /// Reads a member of `locations`.
    pub(super) fn read_location(&mut self, text: &[u8]) -> Result<(f64, f64), PlaceFault> {
        self.clear();
        let location: Location<'_> = serde_json::from_slice(text).or(Err(PlaceFault::Malformed))?;
        self.id = location.id.map(|id| id.get().to_owned());
        for (name, value) in &location.others {
            self.push_member(name, value.get());
        }
        if location.has_repeated {
            return Err(PlaceFault::Malformed);
        }
        position(
            number_text(location.latitude),
            number_text(location.longitude),
        )
    }

    /// Reads a member of `features`.
    pub(super) fn read_feature(&mut self, text: &[u8]) -> Result<(f64, f64), PlaceFault> {
        self.clear();
        let feature: Feature<'_> = serde_json::from_slice(text).or(Err(PlaceFault::Malformed))?;
        self.id = feature.id.map(|id| id.get().to_owned());
        if let Some(properties) = feature.properties.map(RawValue::get).map(str::trim) {
            let members = properties
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            self.members.push_str(members.unwrap_or_default().trim());
        }
        let geometry = feature.geometry.ok_or(PlaceFault::NotAPoint)?;
        let point: Geometry<'_> =
            serde_json::from_str(geometry.get()).or(Err(PlaceFault::NotAPoint))?;
        if point.r#type != "Point" {
            return Err(PlaceFault::NotAPoint);
        }
        let coordinate = |index: usize| point.coordinates.get(index).map(|raw| raw.get());
        position(coordinate(1), coordinate(0))
    }

    fn clear(&mut self) {
        self.id = None;
        self.members.clear();
    }

    fn push_member(&mut self, name: &str, value: &str) {
        if !self.members.is_empty() {
            self.members.push(',');
        }
        self.members
            .push_str(&serde_json::Value::from(name).to_string());
        self.members.push(':');
        self.members.push_str(value);
    }
}

/// The text of a coordinate; `null` is as good as absent.
fn number_text(value: Option<&RawValue>) -> Option<&str> {
    value.map(RawValue::get).filter(|text| *text != "null")
}

/// A place with its coordinates in either spelling, and whatever else it has.
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
            let slot = match name.as_str() {
                "latitude" | "lat" => &mut location.latitude,
                "longitude" | "lon" | "lng" => &mut location.longitude,
                "id" => &mut location.id,
                _ => {
                    location.others.push((name, value));
                    continue;
                }
            };
            location.has_repeated |= slot.replace(value).is_some();
        }
        location.has_repeated |= has_repeated(&location.others);
        Ok(location)
    }
}

/// Whether a name comes twice; sorted, for there may be thousands.
fn has_repeated(members: &[(String, &RawValue)]) -> bool {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
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
}

/// RFC 7946 §3.1
#[derive(Deserialize)]
struct Geometry<'t> {
    #[serde(borrow)]
    r#type: Cow<'t, str>,
    #[serde(borrow)]
    coordinates: Vec<&'t RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_has_coordinates_in_either_spelling_and_keeps_the_rest() {
        let mut element = Element::default();
        let text = b"{\"lon\":-0.5,\"id\":7,\"name\":\"a \\\"b\\\"\",\"lat\":51,\"x\":{\"y\":[1]}}";
        assert_eq!(element.read_location(text), Ok((51.0, -0.5)));
        assert_eq!(element.id.as_deref(), Some("7"));
        assert_eq!(
            element.members,
            "\"name\":\"a \\\"b\\\"\",\"x\":{\"y\":[1]}"
        );
    }

    #[test]
    fn a_location_that_is_none_says_why() {
        use PlaceFault as F;
        let mut element = Element::default();
        for (text, fault) in [
            ("{}", F::LatitudeMissing),
            ("{\"latitude\":1}", F::LongitudeMissing),
            ("{\"latitude\":null,\"longitude\":1}", F::LatitudeMissing),
            (
                "{\"latitude\":\"1\",\"longitude\":1}",
                F::LatitudeNotANumber,
            ),
            (
                "{\"latitude\":1e999,\"longitude\":1}",
                F::LatitudeNotANumber,
            ),
            ("{\"latitude\":NaN,\"longitude\":1}", F::Malformed),
            ("{\"latitude\":91,\"longitude\":1}", F::LatitudeOutOfRange),
            (
                "{\"latitude\":1,\"longitude\":-181}",
                F::LongitudeOutOfRange,
            ),
            ("{\"latitude\":1,\"longitude\":361}", F::LongitudeOutOfRange),
            ("{\"latitude\":1,\"lat\":1,\"longitude\":1}", F::Malformed),
            ("[1,2]", F::Malformed),
            ("{\"latitude\":1,\"longitude\":1", F::Malformed),
        ] {
            assert_eq!(element.read_location(text.as_bytes()), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_feature_is_a_point_with_properties() {
        let mut element = Element::default();
        let text = "{\"type\":\"Feature\",\"id\":\"a\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[181,-90,5]},\
                    \"properties\":{\"n\":1}}";
        assert_eq!(element.read_feature(text.as_bytes()), Ok((-90.0, 181.0)));
        assert_eq!(
            (element.id.as_deref(), element.members.as_str()),
            (Some("\"a\""), "\"n\":1")
        );
        for geometry in [
            "null",
            "{\"type\":\"LineString\",\"coordinates\":[[1,2]]}",
            "{}",
            "5",
        ] {
            let text = format!("{{\"geometry\":{geometry}}}");
            assert_eq!(
                element.read_feature(text.as_bytes()),
                Err(PlaceFault::NotAPoint)
            );
        }
    }
}
