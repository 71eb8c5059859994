//! Properties that came with a place, kept apart from those that are ours.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::values::quoted;

/// Gives each member behind `start` whose name `is_ours`, as in an answer that is sent again, `input_` before its name
/// until it is like no other.
///
/// What stands there are members of a JSON object, without its braces; what has no such name stays as it was sent.
pub(super) fn keep_apart(out: &mut Vec<u8>, start: usize, is_ours: impl Fn(&str) -> bool) {
    let sent = out.get(start..).unwrap_or_default();
    if sent.is_empty() {
        return;
    }
    let object = [b"{", sent, b"}"].concat();
    // What was sent has been read as JSON before; were it none, it would stay as it is.
    let Ok(Members(members)) = serde_json::from_slice(&object) else {
        return;
    };
    if !members.iter().any(|(name, _)| is_ours(name)) {
        return;
    }
    let mut taken: HashSet<String> = members.iter().map(|(name, _)| name.clone()).collect();
    out.truncate(start);
    for (name, value) in &members {
        if out.len() > start {
            out.push(b',');
        }
        let mut apart = name.clone();
        if is_ours(name) {
            while is_ours(&apart) || !taken.insert(apart.clone()) {
                apart.insert_str(0, "input_");
            }
        }
        out.extend_from_slice(quoted(&apart).as_bytes());
        out.push(b':');
        out.extend_from_slice(value.get().as_bytes());
    }
}

/// The members of an object, in their order.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            members.push((name, map.next_value()?));
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_with_a_name_of_ours_has_another_that_is_like_no_other() {
        for (sent, apart) in [
            ("", ""),
            ("\"a\": 1 , \"b\":[2]", "\"a\": 1 , \"b\":[2]"),
            ("\"a\":1,\"status\":2.50", "\"a\":1,\"input_status\":2.50"),
            ("\"st\\u0061tus\":1", "\"input_status\":1"),
            (
                "\"status\":1,\"input_status\":2",
                "\"input_input_status\":1,\"input_status\":2",
            ),
            ("not json", "not json"),
        ] {
            let mut out = b"before".to_vec();
            out.extend_from_slice(sent.as_bytes());
            keep_apart(&mut out, 6, |name| name == "status");
            assert_eq!(String::from_utf8(out).unwrap(), format!("before{apart}"));
        }
    }
}
