//! A walk over the text of a JSON object, which does not recurse.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fmt,
};

use serde::{
    Deserializer as _,
    de::{self, Visitor},
};

use super::JsonFault;

/// A walk over text that is known to be JSON, with a stack of its own.
pub(super) struct Walk<'t> {
    text: &'t str,
    at: usize,
    /// The number of each object that is open, 0 for an array.
    open: Vec<usize>,
    objects: usize,
    seen: HashSet<(usize, Cow<'t, [u8]>)>,
}

impl<'t> Walk<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            open: Vec::new(),
            objects: 0,
            seen: HashSet::new(),
        }
    }

    /// The members of the outermost object, each with the text of its value.
    pub(super) fn members(mut self) -> Result<BTreeMap<String, Box<str>>, JsonFault> {
        let mut members = BTreeMap::new();
        let mut pending: Option<(Cow<'t, [u8]>, usize)> = None;
        while let Some(byte) = self.byte() {
            let ends_member = self.open.len() == 1 && matches!(byte, b',' | b'}');
            if let Some((name, begin)) = pending.take_if(|_| ends_member) {
                let value = self.text.get(begin..self.at).unwrap_or_default().trim();
                // A name that is not Unicode is nobody's to ask for.
                if let Ok(name) = String::from_utf8(name.into_owned()) {
                    members.insert(name, value.into());
                }
            }
            match byte {
                b'{' => {
                    self.objects += 1;
                    self.open.push(self.objects);
                }
                b'[' => self.open.push(0),
                b'}' | b']' => drop(self.open.pop()),
                b'"' => {
                    let name = self.name()?;
                    if self.open.len() == 1 && name.is_some() {
                        pending = name.map(|name| (name, self.at + 1));
                    }
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        Ok(members)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes the string that begins here; when it is a name, up to its colon, and says which.
    fn name(&mut self) -> Result<Option<Cow<'t, [u8]>>, JsonFault> {
        let begin = self.at;
        self.at += 1;
        while let Some(byte) = self.byte().filter(|byte| *byte != b'"') {
            self.at += if byte == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let quoted = self.text.get(begin..self.at).unwrap_or_default();
        while self.byte().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
        if self.byte() != Some(b':') {
            return Ok(None);
        }
        let name = unescaped(quoted)?;
        let object = self.open.last().copied().unwrap_or_default();
        if !self.seen.insert((object, name.clone())) {
            return Err(JsonFault::DuplicateMember);
        }
        Ok(Some(name))
    }
}

/// The bytes of a string; a lone surrogate is three bytes that are not UTF-8, and equal to itself alone.
fn unescaped(quoted: &str) -> Result<Cow<'_, [u8]>, JsonFault> {
    let plain = quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    if let Some(plain) = plain.filter(|plain| !plain.contains('\\')) {
        return Ok(Cow::Borrowed(plain.as_bytes()));
    }
    serde_json::Deserializer::from_str(quoted)
        .deserialize_bytes(BytesVisitor)
        .map(Cow::Owned)
        .map_err(|_escape| JsonFault::NotJson)
}

struct BytesVisitor;

impl Visitor<'_> for BytesVisitor {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}
