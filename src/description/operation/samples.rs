//! Lines of shell that can be pasted, from the examples that the document has already.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::{Operation, Target};
use crate::description::parameters;

/// The samples of `operation`, as the extension `x-codeSamples` has them.
pub(super) fn of(operation: &Operation, target: Target<'_>) -> Vec<Value> {
    if !matches!(target.method, "GET" | "POST") {
        return Vec::new();
    }
    let url = format!(
        "{}{}{}",
        if target.server == "/" {
            "$PERILS_URL"
        } else {
            target.server
        },
        filled(target.path, &operation.parameters),
        query(&operation.parameters, operation.body.is_none()),
    );
    let credentials = if operation.access.asks_for_tokens() {
        " --cert \"$PERILS_CERTIFICATE\" --key \"$PERILS_KEY\" -H \"Authorization: Bearer $TOKEN\""
    } else {
        ""
    };
    let curl = format!("curl -sSf{credentials}");
    let contents = operation.body.as_ref().and_then(|body| body.get("content"));
    let Some(contents) = contents.and_then(Value::as_object) else {
        return vec![sample("curl", &format!("{curl} \"{url}\""))];
    };
    let with_body = contents.iter().map(|(media_type, content)| {
        let body = match content.get("example") {
            Some(Value::String(text)) => text.replace('\n', "\\n"),
            Some(Value::Object(members)) if media_type == FORM => form(members),
            Some(example) => example.to_string(),
            None => String::new(),
        };
        let line = format!(
            "printf '{body}' |\n    {curl} -H 'Content-Type: {media_type}' --data-binary @- \"{url}\""
        );
        sample(&format!("curl, {media_type}"), &line)
    });
    with_body.collect()
}

/// The members as a form has them; `%` stands doubled, for printf takes it away.
fn form(members: &Map<String, Value>) -> String {
    let pair = |(name, value): (&String, &Value)| {
        let value = utf8_percent_encode(&plain(value), OF_A_QUERY).to_string();
        format!("{name}={}", value.replace('%', "%%"))
    };
    members.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn sample(label: &str, source: &str) -> Value {
    json!({"lang": "Shell", "label": label, "source": source})
}

/// `path` with the example of each of its parameters.
fn filled(path: &str, parameters: &[Value]) -> String {
    let all = parameters::all();
    let mut filled = path.to_owned();
    for parameter in parameters {
        let parameter = resolved(parameter, &all);
        let examples = parameter.pointer("/examples").and_then(Value::as_object);
        let first = examples.and_then(|all| all.values().next()?.get("value"));
        let example = first.or_else(|| parameter.get("example"));
        let example = example.and_then(Value::as_str).unwrap_or("NAME");
        filled = filled.replace(&format!("{{{}}}", text(parameter, "name")), example);
    }
    filled
}

/// The parameter that a reference among `all` stands for, or the parameter itself.
fn resolved<'p>(parameter: &'p Value, all: &'p Value) -> &'p Value {
    let name = text(parameter, "$ref").rsplit('/').next();
    name.and_then(|name| all.get(name)).unwrap_or(parameter)
}

/// The query with what must be there, and for `alone` what makes the answer short.
fn query(parameters: &[Value], alone: bool) -> String {
    let all = parameters::all();
    let mut pairs = Vec::new();
    for parameter in parameters {
        let parameter = resolved(parameter, &all);
        let name = text(parameter, "name");
        if text(parameter, "in") != "query" {
            continue;
        }
        let is_required = parameter.get("required") == Some(&Value::Bool(true));
        if !(is_required || alone && SHORTENING.contains(&name)) {
            continue;
        }
        let value = match parameter.get("example") {
            Some(Value::Array(items)) => {
                let items: Vec<_> = items.iter().map(plain).collect();
                items.join(",")
            }
            Some(value) => plain(value),
            None => continue,
        };
        let value = utf8_percent_encode(&value, OF_A_QUERY);
        pairs.push(format!("{name}={value}"));
    }
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Parameters without which an answer is long.
const SHORTENING: [&str; 2] = ["perils", "years"];

/// Characters that stand for themselves in a query within quotes.
const OF_A_QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',')
    .remove(b'(')
    .remove(b')');
