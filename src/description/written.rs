//! The document as text.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Writes a document with JSON before other media types: makers of clients that understand only one of them
/// take the first that they can, and what sends no `Accept` is answered with JSON.
pub struct Written<'d>(pub &'d Value);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(Written)),
            Value::Object(members) => {
                let (first, rest): (Vec<_>, Vec<_>) =
                    members.iter().partition(|(name, _)| *name == FIRST);
                let members = first.into_iter().chain(rest);
                serializer.collect_map(members.map(|(name, value)| (name, Written(value))))
            }
            scalar => scalar.serialize(serializer),
        }
    }
}

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if f.alternate() {
            serde_json::to_string_pretty(self)
        } else {
            serde_json::to_string(self)
        };
        f.write_str(&text.or(Err(fmt::Error))?)
    }
}

const FIRST: &str = "application/json";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_stands_before_other_media_types_and_nothing_else_changes() {
        let document = json!({"content": {
            "text/csv": [{"b": 1.5, "a": null}],
            "application/json": {},
            "application/geo+json": "x",
        }});
        let written = Written(&document).to_string();
        assert_eq!(
            written,
            "{\"content\":{\"application/json\":{},\"application/geo+json\":\"x\",\"text/csv\":[{\"a\":null,\"b\":1.5}]}}"
        );
        let pretty = format!("{:#}", Written(&document));
        assert_eq!(serde_json::from_str::<Value>(&pretty).unwrap(), document);
        assert!(pretty.contains("\n  "));
    }
}
