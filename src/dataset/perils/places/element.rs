//! One place out of a JSON array or a GeoJSON feature collection, in which everything is as it should be.
//!
//! What is not goes on to [`parts`](super::parts), which takes longer.

mod members;

use std::io;

use serde_json::value::RawValue;

use super::{
    PlaceFault, Position,
    coordinates::{is_json_number, position},
    crs::is_crs84,
    header::{LATITUDE, LONGITUDE},
    json::JsonCursor,
};
use members::{Feature, Geometry, Location, Name, Names, has_repeated};

/// Text of a place, part by part; its memory is used again.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) id: Option<String>,
    pub(super) members: String,
    /// Latitude, longitude, and what a position has beyond them; empty for none.
    coordinates: [String; 3],
}

/// Form in which an array has its places.
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
    /// The member that `name` stands for. Of ids only the one in lower case is known at once: there may be others
    /// beside it.
    pub(super) fn by(name: &str) -> Option<Self> {
        let is_one_of = |names: &[&str]| names.iter().any(|one| one.eq_ignore_ascii_case(name));
        match name {
            "id" => Some(Self::Id),
            _ if is_one_of(&LATITUDE) => Some(Self::Latitude),
            _ if is_one_of(&LONGITUDE) => Some(Self::Longitude),
            _ => None,
        }
    }

    /// `true` when `name` is an id where there is no other.
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

/// `true` when `crs` is another than the one of GeoJSON.
fn is_other(crs: &RawValue) -> bool {
    !serde_json::from_str(crs.get()).is_ok_and(|crs| is_crs84(&crs))
}

#[cfg(test)]
mod tests;
