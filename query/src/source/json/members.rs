//! Members of an object, as cells of a row.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::{
    columns::Columns,
    fault::{Shown, What},
    row::{Cell, Row},
};

/// The members of an object in their order, each with its value as it stands.
pub(super) struct Members<'t>(pub(super) Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'t> Members<'t> {
    /// Those of the object `text`.
    pub(super) fn of(text: &'t str) -> Result<Self, What> {
        if !text.starts_with('{') {
            return Err(What::Json(
                format!("{} is no object", Shown::new(text)).into(),
            ));
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let members = reader
            .deserialize_map(Object)
            .map_err(|error| unreadable(&error))?;
        reader.end().map_err(|error| unreadable(&error))?;
        let mut names = HashSet::with_capacity(members.len());
        match members.iter().find(|(name, _)| !names.insert(&**name)) {
            Some((name, _)) => Err(What::Twice(Shown::new(name))),
            None => Ok(Self(members)),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'t RawValue> {
        let mut members = self.0.iter();
        members
            .find(|(other, _)| other == name)
            .map(|(_, value)| *value)
    }
}

/// Adds `value` to the column `name` of `row`; null is no value.
pub(super) fn push(
    row: &mut Row,
    columns: &mut Columns,
    name: &str,
    value: &RawValue,
) -> Result<(), What> {
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        let name = Shown::new(name);
        return Err(What::Json(format!("{name} is no name of a column").into()));
    }
    let column = columns.position(name)?;
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'n') => (),
        Some(b't' | b'f') => row.push(column, Cell::Boolean(text == "true")),
        Some(b'"') => {
            let text: Cow<'_, str> = string(text)?;
            row.push(column, Cell::Quoted(&text));
        }
        Some(b'{' | b'[') if is_deep(text) => {
            let name = Shown::new(name);
            return Err(What::Json(
                format!("{name} is nested deeper than {MOST_DEPTH}").into(),
            ));
        }
        Some(b'{' | b'[') => row.push(column, Cell::Nested(text)),
        _ => row.push(column, Cell::Number(text)),
    }
    Ok(())
}

/// `true` of a value that readers of the table may not take: many bound how deep they go.
fn is_deep(text: &str) -> bool {
    let (mut depth, mut is_quoted, mut is_escaped) = (0_usize, false, false);
    for octet in text.bytes() {
        match octet {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            _ if is_quoted => (),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => (),
        }
        if depth > MOST_DEPTH {
            return true;
        }
    }
    false
}

/// Arrays and objects in each other: beside a few that an answer has around them, less than the 128 that
/// `serde_json` reads.
const MOST_DEPTH: usize = 100;

/// The text that a string of JSON stands for.
pub(super) fn string(text: &str) -> Result<Cow<'_, str>, What> {
    let bare = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match bare {
        Some(bare) if !bare.contains('\\') => Ok(Cow::Borrowed(bare)),
        _ => serde_json::from_str::<String>(text)
            .map(Cow::Owned)
            .map_err(|error| unreadable(&error)),
    }
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(members)
    }
}

/// The name of a member; owned where it has escapes.
#[derive(serde::Deserialize)]
struct Name<'n>(#[serde(borrow)] Cow<'n, str>);

fn unreadable(error: &serde_json::Error) -> What {
    let message = error.to_string();
    // The line is that of the text that was handed in, and not of the file.
    let bare = message.split(" at line ").next().unwrap_or_default();
    What::Json(bare.into())
}
