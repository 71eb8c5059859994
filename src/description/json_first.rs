//! Text of the document, with JSON before other media types.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Writes a document with JSON before other media types: makers of clients that understand only one of them
/// take the first that they can, and what sends no `Accept` is answered with JSON.
pub struct JsonFirst<'d>(pub &'d Value);

impl Serialize for JsonFirst<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => serializer.collect_seq(items.iter().map(JsonFirst)),
            Value::Object(members) => {
                let (first, rest): (Vec<_>, Vec<_>) =
                    members.iter().partition(|(name, _)| *name == FIRST);
                let members = first.into_iter().chain(rest);
                serializer.collect_map(members.map(|(name, value)| (name, JsonFirst(value))))
            }
            scalar => scalar.serialize(serializer),
        }
    }
}

impl fmt::Display for JsonFirst<'_> {
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
        let written = JsonFirst(&document).to_string();
        assert_eq!(
            written,
            "{\"content\":{\"application/json\":{},\"application/geo+json\":\"x\",\"text/csv\":[{\"a\":null,\"b\":1.5}]}}"
        );
        let pretty = format!("{:#}", JsonFirst(&document));
        assert_eq!(serde_json::from_str::<Value>(&pretty).unwrap(), document);
        assert!(pretty.contains("\n  "));
    }
}
