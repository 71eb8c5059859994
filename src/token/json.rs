//! JSON objects read strictly where it matters: a name said twice is a fault at any depth (RFC 8259 §4).
//!
//! A member is read when somebody asks for it, and only then judged: numbers that nothing here can hold,
//! lone surrogates and deep nesting are no fault in a member that nobody reads. Nothing recurses.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
    fmt,
};

use serde::{
    Deserializer as _,
    de::{self, IgnoredAny, Visitor},
};
use serde_json::{Value, value::RawValue};
use thiserror::Error;

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

/// A walk over text that is known to be JSON, with a stack of its own.
struct Walk<'t> {
    text: &'t str,
    at: usize,
    /// The number of each object that is open, 0 for an array.
    open: Vec<usize>,
    objects: usize,
    seen: HashSet<(usize, Cow<'t, [u8]>)>,
}

impl<'t> Walk<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            open: Vec::new(),
            objects: 0,
            seen: HashSet::new(),
        }
    }

    /// The members of the outermost object, each with the text of its value.
    fn members(mut self) -> Result<BTreeMap<String, Box<str>>, JsonFault> {
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

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn object(text: &str) -> Object {
        parse_object(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_object_is_read_as_it_is() {
        let object = object(r#" {"a":[1,-2,1.5,"x",null,true] , "b" : {"a":0},"c\u0021":"d,}"} "#);
        assert_eq!(
            object.value("a"),
            Ok(Some(json!([1, -2, 1.5, "x", null, true])))
        );
        assert_eq!(object.value("b"), Ok(Some(json!({"a": 0}))));
        assert_eq!(object.string("c!"), Ok(Some("d,}".to_owned())));
        assert_eq!(object.value("d"), Ok(None));
        assert_eq!(
            object.object("b").unwrap().unwrap().value("a"),
            Ok(Some(json!(0)))
        );
        assert_eq!(object.object("a"), Err(NotReadable));
        assert_eq!(object.objects("a"), Err(NotReadable));
        assert_eq!(object.objects("b"), Err(NotReadable));
        assert_eq!(object.objects("d"), Ok(None));
        assert_eq!(object.string("a"), Err(NotReadable));
    }

    #[test]
    fn an_array_of_objects_is_read_object_by_object() {
        let object = object(r#"{"a": [ {"b":1} ,{"b":{"c":2}}, {} ], "e":[]}"#);
        let read = object.objects("a").unwrap().unwrap();
        let values: Vec<_> = read.iter().map(|one| one.value("b").unwrap()).collect();
        assert_eq!(values, [Some(json!(1)), Some(json!({"c": 2})), None]);
        assert_eq!(object.objects("e"), Ok(Some(Vec::new())));
    }

    #[test]
    fn a_member_that_is_null_is_a_member_that_is_absent() {
        let object = object(r#"{"a": null,"b":{"c":null}}"#);
        assert_eq!(object.value("a"), Ok(None));
        assert_eq!(object.string("a"), Ok(None));
        assert_eq!(object.object("a"), Ok(None));
        assert_eq!(object.object("b").unwrap().unwrap().value("c"), Ok(None));
        assert!(object.names("a") && object.is_null("a") && !object.is_null("b"));
    }

    /// Rows: INT-9
    #[test]
    fn rfc8259_4_a_name_said_twice_is_a_fault_at_any_depth() {
        for text in [
            r#"{"active":true,"active":false}"#,
            r#"{"active":true,"act\u0069ve":true}"#,
            r#"{"active":null,"active":true}"#,
            r#"{"active":true,"active":null}"#,
            r#"{"a":null,"a":null}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[0,{"b":1,"b":2}]}"#,
            r#"{"a":{"":1,"":2}}"#,
            r#"{"\ud800":1,"\uD800":2}"#,
            r#"[{"b":1,"b":2}]"#,
        ] {
            assert_eq!(
                parse_object(text.as_bytes()),
                Err(JsonFault::DuplicateMember),
                "{text}"
            );
        }
        for text in [
            r#"{"a":{"a":{"a":1}}}"#,
            r#"{"a":[{"b":1},{"b":2}],"b":{"b":3}}"#,
            r#"{"a":"\"a\":","b":"a"}"#,
            r#"{"\ud800":1,"\ud801":2}"#,
        ] {
            assert!(parse_object(text.as_bytes()).is_ok(), "{text}");
        }
    }

    /// Rows: INT-7
    #[test]
    fn what_nobody_reads_is_not_judged() {
        let deep = format!(
            r#"{{"a":1,"x":{}{}}}"#,
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        let nested = format!(
            r#"{{"a":1,"x":{}1{}}}"#,
            r#"{"y":"#.repeat(40_000),
            "}".repeat(40_000)
        );
        for text in [
            r#"{"a":1,"x":"\ud800"}"#,
            r#"{"a":1,"x":["\udfff\ud800"]}"#,
            r#"{"a":1,"\ud800":0}"#,
            r#"{"a":1,"x":1e400}"#,
            r#"{"a":1,"x":-1E+99999}"#,
            r#"{"a":1,"x":123456789012345678901234567890123456789012345678901234567890}"#,
            r#"{"a":1,"x":"\u0000"}"#,
            "\u{feff}{\"a\":1}",
            &deep,
            &nested,
        ] {
            assert_eq!(object(text).value("a"), Ok(Some(json!(1))), "{text:.40}");
        }
        for text in [r#"{"x":"\ud800"}"#, r#"{"x":1e400}"#, &deep] {
            assert_eq!(object(text).value("x"), Err(NotReadable), "{text:.40}");
        }
    }

    /// Rows: INT-9
    #[test]
    fn what_is_no_single_object_is_told_apart() {
        for text in ["[]", "true", "null", "\"active\"", "1", "\u{feff}[]"] {
            assert_eq!(
                parse_object(text.as_bytes()),
                Err(JsonFault::NotAnObject),
                "{text}"
            );
        }
        let deep = "[".repeat(200_000);
        for text in [
            "",
            "<html>",
            "{",
            "{}{}",
            "{'a':1}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\n\"}",
            "{} \u{feff}",
            "\u{feff}\u{feff}{}",
            &deep,
        ] {
            assert_eq!(
                parse_object(text.as_bytes()),
                Err(JsonFault::NotJson),
                "{text:.20}"
            );
        }
        assert_eq!(parse_object(b"{\"a\":\"\xff\"}"), Err(JsonFault::NotJson));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_object(&bytes);
        }

        #[test]
        fn nothing_json_like_makes_it_panic(text in r#"[{}\[\]:,"\\ud80a1 \-.e+]{0,60}"#) {
            let _ = parse_object(text.as_bytes());
        }

        #[test]
        fn what_is_written_is_read_back(json in any_json()) {
            let text = serde_json::to_vec(&json!({ "it": json })).unwrap();
            let expected = Some(json).filter(|json| !json.is_null());
            prop_assert_eq!(parse_object(&text).unwrap().value("it"), Ok(expected));
        }
    }
}
