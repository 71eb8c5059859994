//! Members of the objects that places are in, as serde reads them without a copy.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::Named;

/// Object with coordinates in any spelling, and whatever else it has.
#[derive(Default)]
pub(super) struct Location<'t> {
    pub(super) id: Option<&'t RawValue>,
    pub(super) latitude: Option<&'t RawValue>,
    pub(super) longitude: Option<&'t RawValue>,
    pub(super) others: Vec<(String, &'t RawValue)>,
    pub(super) has_repeated: bool,
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
pub(super) struct Names<'t>(pub(super) Vec<Name<'t>>);

#[derive(Deserialize)]
pub(super) struct Name<'t>(#[serde(borrow)] pub(super) Cow<'t, str>);

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

/// `true` when a name comes twice; sorted, for there may be thousands.
pub(super) fn has_repeated(mut names: Vec<&str>) -> bool {
    names.sort_unstable();
    names
        .windows(2)
        .any(|pair| matches!(pair, [one, other] if one == other))
}

/// GeoJSON feature, RFC 7946 §3.2.
#[derive(Deserialize)]
pub(super) struct Feature<'t> {
    #[serde(borrow)]
    pub(super) id: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) geometry: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) properties: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) crs: Option<&'t RawValue>,
}

/// GeoJSON geometry, RFC 7946 §3.1.
#[derive(Deserialize)]
pub(super) struct Geometry<'t> {
    #[serde(borrow, default)]
    pub(super) r#type: Cow<'t, str>,
    #[serde(borrow)]
    pub(super) coordinates: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) crs: Option<&'t RawValue>,
}
