//! JSON objects read strictly: a name said twice is a fault at any depth (RFC 8259 §4).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use thiserror::Error;

/// A JSON object in which each name is said once.
pub(super) type Object = Map<String, Value>;

/// Why octets are no such object. It quotes nothing of them: an answer may hold a secret.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum JsonFault {
    #[error("a member name is there twice")]
    DuplicateMember,
    #[error("not a JSON object")]
    NotAnObject,
    #[error("not JSON")]
    NotJson,
}

/// Reads `octets` as one JSON object and nothing after it.
pub(super) fn parse_object(octets: &[u8]) -> Result<Object, JsonFault> {
    match serde_json::from_slice::<Strict>(octets) {
        Ok(Strict(Value::Object(object))) => Ok(object),
        Ok(Strict(_)) => Err(JsonFault::NotAnObject),
        // Every type of value is welcome, so the only fault of content is the one raised below.
        Err(fault) if fault.is_data() => Err(JsonFault::DuplicateMember),
        Err(_) => Err(JsonFault::NotJson),
    }
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            if object.insert(name, value).is_some() {
                return Err(de::Error::custom(JsonFault::DuplicateMember));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_object_is_read_as_it_is() {
        let object = parse_object(br#" {"a":[1,-2,1.5,"x",null,true],"b":{"a":0}} "#).unwrap();
        assert_eq!(
            Value::Object(object),
            serde_json::json!({
                "a": [1, -2, 1.5, "x", null, true], "b": {"a": 0}
            })
        );
    }

    /// Rows: INT-9
    #[test]
    fn rfc8259_4_a_name_said_twice_is_a_fault_at_any_depth() {
        for text in [
            r#"{"active":true,"active":false}"#,
            r#"{"active":true,"act\u0069ve":true}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            r#"{"a":[0,{"b":1,"b":2}]}"#,
        ] {
            assert_eq!(
                parse_object(text.as_bytes()),
                Err(JsonFault::DuplicateMember),
                "{text}"
            );
        }
    }

    /// Rows: INT-9
    #[test]
    fn what_is_no_single_object_is_told_apart() {
        for text in ["[]", "true", "null", "\"active\"", "1"] {
            assert_eq!(
                parse_object(text.as_bytes()),
                Err(JsonFault::NotAnObject),
                "{text}"
            );
        }
        let deep = "[".repeat(200_000);
        let bom = "\u{feff}{}";
        for text in [
            "",
            "<html>",
            "{",
            "{}{}",
            "{'a':1}",
            "{\"a\":1,}",
            "{\"a\":1e999}",
            bom,
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
        fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_object(&octets);
        }

        #[test]
        fn what_is_written_is_read_back(json in any_json()) {
            let text = serde_json::to_vec(&serde_json::json!({ "it": json })).unwrap();
            prop_assert_eq!(parse_object(&text).unwrap().remove("it"), Some(json));
        }
    }
}
