//! A schema in words and links, as HTML.

use serde_json::Value;

use super::markup::{code, coded, escaped, prose};

/// Words for a value of `schema`; of an object its members as well.
pub(super) fn words(schema: &Value) -> String {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = escaped(name.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#{name}\">{name}</a>");
    }
    if let Some(constant) = schema.get("const") {
        return code(&constant.to_string());
    }
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        let choices: Vec<_> = choices.iter().map(|one| code(&plain(one))).collect();
        let default = schema
            .get("default")
            .map(|one| format!(" (without it {})", code(&plain(one))));
        return format!(
            "one of {}{}",
            choices.join(", "),
            default.unwrap_or_default()
        );
    }
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        let mut alternatives: Vec<_> = alternatives.iter().map(alternative).collect();
        alternatives.dedup();
        return alternatives.join(", or ");
    }
    match schema.get("type") {
        Some(Value::String(name)) => typed(name, schema),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            let names: Vec<_> = names.map(|name| typed(name, schema)).collect();
            names.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

/// One of several alternatives, with what is said of it alone.
fn alternative(schema: &Value) -> String {
    let words = words(schema);
    let Some(said) = schema.get("description").and_then(Value::as_str) else {
        return words;
    };
    let mut said = said.trim_end_matches('.').to_owned();
    if let Some(first) = said.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    format!("{words} <small>({})</small>", coded(&said))
}

fn typed(name: &str, schema: &Value) -> String {
    match name {
        "array" => {
            let bounds = bounds(schema, "minItems", "maxItems");
            match schema.get("items") {
                Some(items) if items.get("anyOf").is_some() => {
                    format!("list of ({}){bounds}", words(items))
                }
                Some(Value::Object(items)) if items.is_empty() => format!("list{bounds}"),
                Some(items) => format!("list of {}{bounds}", words(items)),
                None => format!("list{bounds}"),
            }
        }
        "integer" | "number" => format!("{name}{}", bounds(schema, "minimum", "maximum")),
        "object" => object(schema),
        "string" => match schema
            .get("format")
            .or(schema.get("pattern"))
            .and_then(Value::as_str)
        {
            Some(form) => format!("string {}", code(form)),
            None => "string".to_owned(),
        },
        other => escaped(other),
    }
}

fn object(schema: &Value) -> String {
    let Some(members) = schema.get("properties").and_then(Value::as_object) else {
        let others = schema
            .get("additionalProperties")
            .filter(|others| others.is_object());
        return others.map_or_else(
            || "object".to_owned(),
            |others| format!("object of {}", words(others)),
        );
    };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let members = members.iter().map(|(name, member)| {
        let always = if is_required(name) {
            ""
        } else {
            " <small>may be missing</small>"
        };
        let said = member.get("description").and_then(Value::as_str).map(prose);
        format!(
            "<dt>{}{always}</dt><dd>{}{}</dd>",
            code(name),
            words(member),
            said.unwrap_or_default()
        )
    });
    format!("object<dl>{}</dl>", members.collect::<String>())
}

/// The bounds under the names `least` and `most`; those that nobody can mean are left out.
fn bounds(schema: &Value, least: &str, most: &str) -> String {
    let bound = |name| {
        let number = schema.get(name).and_then(Value::as_f64)?;
        (number.abs() < 1e15).then(|| number.to_string())
    };
    match (bound(least), bound(most)) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (Some(least), None) => format!(", at least {least}"),
        (None, Some(most)) => format!(", at most {most}"),
        (None, None) => String::new(),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_said_in_a_few_words() {
        for (schema, said) in [
            (json!({}), "anything"),
            (
                json!({"$ref": "#/components/schemas/Peril"}),
                "<a href=\"#Peril\">Peril</a>",
            ),
            (
                json!({"type": "number", "minimum": -90, "maximum": 90}),
                "number from -90 to 90",
            ),
            (json!({"type": "number", "maximum": 4e300}), "number"),
            (
                json!({"type": "array", "items": {"type": "string"}, "maxItems": 3}),
                "list of string, at most 3",
            ),
            (
                json!({"type": ["string", "null"], "enum": ["a", null]}),
                "one of <code>a</code>, <code>null</code>",
            ),
            (
                json!({"anyOf": [{"type": "integer"}, {"type": "null"}]}),
                "integer, or null",
            ),
            (json!({"type": ["number", "null"]}), "number or null"),
            (
                json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"description": "Not `that`."}]}}),
                "list of (string, or anything <small>(not <code>that</code>)</small>)",
            ),
            (
                json!({"type": "string", "const": "<"}),
                "<code>&quot;&lt;&quot;</code>",
            ),
        ] {
            assert_eq!(words(&schema), said, "{schema}");
        }
        let object = json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}});
        let said = words(&object);
        assert!(
            said.contains("<dt><code>a</code></dt><dd>string</dd>"),
            "{said}"
        );
        assert!(
            said.contains("<code>b</code> <small>may be missing</small>"),
            "{said}"
        );
    }
}
