//! Members of a JSON body: the array of places by its start and length, options by value.

use std::collections::HashSet;

use serde::de::IgnoredAny;

use super::{InputFormat, malformed};
use crate::dataset::perils::{
    Refused,
    places::{
        crs::is_crs84,
        json::{JsonCursor, JsonError, Kept},
        parts::without_nan,
    },
    query::Options,
};

/// Reason why the members are not read.
pub(super) enum ReadError {
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
pub(super) fn find_array(
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

/// The value of a member of the body beside the places; none when there are numbers in it that are none, or bytes
/// that are not UTF-8, which matters where it is an option.
fn member(text: &[u8]) -> Result<Option<serde_json::Value>, JsonError> {
    if let Ok(value) = serde_json::from_slice(text) {
        return Ok(Some(value));
    }
    read_over(text).map(|()| None)
}

/// `true` when `text` is a value, NaN in place of a number included.
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

/// Members of the body: the options are few, and what is none of them takes time and memory.
const MOST_MEMBERS: usize = 100;
