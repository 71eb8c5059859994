//! JSON objects read strictly where it matters: a name said twice is a fault at any depth (RFC 8259 §4).
//!
//! A member is read when somebody asks for it, and only then judged: numbers that nothing here can hold,
//! lone surrogates and deep nesting are no fault in a member that nobody reads. Nothing recurses.

mod walk;

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::{Value, value::RawValue};
use thiserror::Error;

use walk::Walk;

/// A JSON object in which each name is said once.
///
/// A member that is `null` is a member that is absent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Object(BTreeMap<String, Box<str>>);

/// Reason why bytes are no such object. It quotes nothing of them: an answer may hold a secret.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum JsonFault {
    #[error("a member name is there twice")]
    DuplicateMember,
    #[error("not a JSON object")]
    NotAnObject,
    #[error("not JSON")]
    NotJson,
}

/// The member is there and cannot be read as a value, or not as the kind that was asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct NotReadable;

/// Reads `bytes` as one JSON object and nothing after it; a byte order mark before it is skipped (RFC 8259 §8.1).
pub(super) fn parse_object(bytes: &[u8]) -> Result<Object, JsonFault> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_utf8| JsonFault::NotJson)?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|_syntax| JsonFault::NotJson)?;
    let members = Walk::of(text).members()?;
    if !text.trim_start().starts_with('{') {
        return Err(JsonFault::NotAnObject);
    }
    Ok(Object(members))
}

impl Object {
    /// `true` when there is a member called `name`, `null` included.
    pub(super) fn names(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// `true` when there is a member called `name` and it is `null`.
    pub(super) fn is_null(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|text| &**text == "null")
    }

    /// The member called `name`.
    pub(super) fn value(&self, name: &str) -> Result<Option<Value>, NotReadable> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        serde_json::from_str(text)
            .map(Some)
            .map_err(|_not_held| NotReadable)
    }

    /// The member called `name`, which must be a string.
    pub(super) fn string(&self, name: &str) -> Result<Option<String>, NotReadable> {
        match self.value(name)? {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(NotReadable),
        }
    }

    /// The member called `name`, which must be an object.
    pub(super) fn object(&self, name: &str) -> Result<Option<Self>, NotReadable> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        if !text.starts_with('{') {
            return Err(NotReadable);
        }
        let members = Walk::of(text).members().map_err(|_twice| NotReadable)?;
        Ok(Some(Self(members)))
    }

    /// The members with the texts of their values, by their names.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), &**text))
    }

    /// The member called `name`, which must be an array of objects.
    pub(super) fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, NotReadable> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let items: Vec<&RawValue> = serde_json::from_str(text).or(Err(NotReadable))?;
        let object = |item: &RawValue| {
            let item = item.get();
            let members = Walk::of(item).members().ok();
            let members = members.filter(|_| item.starts_with('{'));
            members.map(Self).ok_or(NotReadable)
        };
        let objects = items.into_iter().map(object);
        objects.collect::<Result<_, _>>().map(Some)
    }

    fn text(&self, name: &str) -> Option<&str> {
        let text = self.0.get(name).map(AsRef::as_ref);
        text.filter(|text| *text != "null")
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests;
