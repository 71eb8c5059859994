//! The versions of OpenAPI that the document is given in.

use serde_json::{Map, Value, json};

/// A version of OpenAPI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Version {
    /// 3.0, for readers that know no later one.
    V3_0,
    /// 3.1.
    V3_1,
}

impl Version {
    /// Every version, the default last.
    pub const ALL: [Self; 2] = [Self::V3_0, Self::V3_1];

    /// As it is asked for.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0",
            Self::V3_1 => "3.1",
        }
    }

    /// As the document states it.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::V3_0 => "3.0.3",
            Self::V3_1 => "3.1.0",
        }
    }

    /// The media type that it is sent as: OGC API Features has that of 3.0 (17-069r4 §9.1), browsers show JSON alone.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::V3_0 => "application/vnd.oai.openapi+json;version=3.0",
            Self::V3_1 => "application/json",
        }
    }

    /// The version of that name or number.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|version| version.name() == name || version.number() == name)
    }

    /// `document`, which is 3.1, in this version.
    pub(super) fn of(self, mut document: Value) -> Value {
        if self == Self::V3_0 {
            lower(&mut document);
            if let Some(document) = document.as_object_mut() {
                document.insert("openapi".to_owned(), self.number().into());
            }
        }
        document
    }
}

/// Says in 3.0 what 3.1 says otherwise: null, constants, examples, bytes, and mutual TLS, which 3.0 has
/// no word for.
fn lower(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(lower),
        Value::Object(members) => {
            lower_schema(members);
            lower_content(members);
            lower_security(members);
            members.values_mut().for_each(lower);
        }
        _ => {}
    }
}

/// A bound that is no value itself is a number since 3.1.
fn lower_bound(members: &mut Map<String, Value>) {
    if let Some(bound @ Value::Number(_)) = members.get("exclusiveMinimum").cloned() {
        members.insert("minimum".to_owned(), bound);
        members.insert("exclusiveMinimum".to_owned(), true.into());
    }
}

fn lower_schema(members: &mut Map<String, Value>) {
    if members.get("type").is_some_and(|name| name == "null") {
        members.insert("type".to_owned(), "string".into());
        members.insert("nullable".to_owned(), true.into());
        members.insert("enum".to_owned(), json!([null]));
    }
    lower_nothing(members);
    let types = members.get("type").and_then(Value::as_array).cloned();
    if let Some(types) = types {
        let named: Vec<_> = types.iter().filter(|name| *name != "null").collect();
        match named.as_slice() {
            [one] => members.insert("type".to_owned(), (*one).clone()),
            several => {
                let items = members.remove("items").unwrap_or_else(|| json!({}));
                let alternative = |name: &&Value| match name.as_str() {
                    Some("array") => json!({"type": "array", "items": items}),
                    _ => json!({"type": name}),
                };
                let alternatives = several.iter().map(alternative).collect();
                members.insert("anyOf".to_owned(), alternatives);
                members.remove("type")
            }
        };
        if named.len() < types.len() {
            members.insert("nullable".to_owned(), true.into());
        }
    }
    lower_bound(members);
    if let Some(constant) = members.remove("const") {
        members.insert("enum".to_owned(), json!([constant]));
    }
    // A schema's examples are a list; those of parameters and media types are named.
    if let Some(Value::Array(examples)) = members.get("examples").cloned() {
        members.remove("examples");
        if let Some(first) = examples.into_iter().next() {
            members.insert("example".to_owned(), first);
        }
    }
}

/// Says of a schema that its value may be null what 3.1 says by an alternative.
fn lower_nothing(members: &mut Map<String, Value>) {
    let alternatives = members.get("anyOf").and_then(Value::as_array);
    let Some([schema, nothing]) = alternatives.map(Vec::as_slice) else {
        return;
    };
    if *nothing != json!({"type": "null"}) {
        return;
    }
    let schema = schema.clone();
    members.remove("anyOf");
    members.insert("nullable".to_owned(), true.into());
    match schema {
        // Nothing may stand beside a reference.
        Value::Object(schema) if !schema.contains_key("$ref") => members.extend(schema),
        reference => {
            members.insert("allOf".to_owned(), json!([reference]));
        }
    }
}

/// Bytes have no schema in 3.1, and the format `binary` in 3.0.
fn lower_content(members: &mut Map<String, Value>) {
    let content = members.get_mut("content").and_then(Value::as_object_mut);
    for media_type in content.into_iter().flat_map(Map::values_mut) {
        if let Some(media_type) = media_type.as_object_mut() {
            let bytes = || json!({"type": "string", "format": "binary"});
            media_type.entry("schema").or_insert_with(bytes);
        }
    }
}

fn lower_security(members: &mut Map<String, Value>) {
    if let Some(schemes) = members
        .get_mut("securitySchemes")
        .and_then(Value::as_object_mut)
    {
        schemes.remove("mutualTLS");
    }
    let Some(requirements) = members.get_mut("security").and_then(Value::as_array_mut) else {
        return;
    };
    for requirement in requirements.iter_mut() {
        if let Some(requirement) = requirement.as_object_mut() {
            requirement.remove("mutualTLS");
            // Only OAuth and OpenID Connect may name scopes there.
            requirement
                .values_mut()
                .for_each(|scopes| *scopes = json!([]));
        }
    }
    requirements.dedup();
}
