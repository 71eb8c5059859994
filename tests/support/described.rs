//! Answers held against the description: every answer that a test receives is one that it promises.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use perild::{
    app::Route,
    config::{Config, REFERENCE},
    dataset::edr::QueryKind,
    description::{Description, Version},
    policy::Policy,
};
use serde_json::{Value, json};

use super::http::{Answer, Request};

/// The description of the configuration as it is shipped.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let (config, _) = Config::parse("shipped".as_ref(), REFERENCE, Vec::new()).unwrap();
    let description = Description {
        routes: &Route::described(),
        base_url: None,
        policy: &Policy::new(&config.datasets, &config.defaults).unwrap(),
        limits: &config.perils,
        collections: &[],
        signs_records: true,
    };
    description.document(Version::V3_1)
});

/// Checks that `answer` is one that the description has for `request`: its status, its media type, its
/// header fields and, of JSON, its shape.
pub fn check(request: &Request, answer: &Answer) {
    let (method, target) = request.line();
    if let Err(fault) = judge(method, target, answer) {
        panic!("{method} {target} is not answered as described: {fault}\n{answer:?}");
    }
}

/// What of `answer` to `method` and `target` the description does not have.
pub fn judge(method: &str, target: &str, answer: &Answer) -> Result<(), String> {
    // DEC-5: whatever is answered, and whoever answers it.
    for name in ["date", "x-fapi-interaction-id"] {
        if answer.field(name).is_none() {
            return Err(format!("{name} is missing"));
        }
    }
    let Some(operation) = operation(method, target) else {
        return refusal(method, answer);
    };
    let status = answer.status.to_string();
    let response = operation["responses"].get(&status);
    let response = resolved(response.ok_or_else(|| format!("there is no status {status}"))?);
    headers(response, answer)?;
    match response.get("content") {
        _ if method == "HEAD" && answer.content.is_empty() => Ok(()),
        None if answer.content.is_empty() => Ok(()),
        None => Err("there is no content".to_owned()),
        Some(content) => self::content(content, answer),
    }
}

/// The operation at `target`; a path of a file has none but the file's.
fn operation(method: &str, target: &str) -> Option<&'static Value> {
    let mut path = target.split('?').next().unwrap().to_owned();
    while path.contains("//") {
        path = path.replace("//", "/");
    }
    // The landing page, as programs write it that put a path behind `/v1/`.
    let path = if path == "/v1/" { "/v1" } else { path.as_str() };
    let collection = path.strip_prefix("/v1/collections/");
    let resource = collection.and_then(|rest| rest.split_once('/'));
    let query = resource.and_then(|(_, query)| {
        let mut kinds = QueryKind::ALL.into_iter();
        kinds.find(|kind| kind.name() == query)
    });
    let query = query.map(|kind| format!("/v1/collections/{{id}}/{}", kind.name()));
    let template = match path.strip_prefix("/v1/files/") {
        _ if DOCUMENT["paths"].get(path).is_some() => path,
        Some(name) if !name.contains('/') => "/v1/files/{name}",
        _ if collection.is_some_and(|id| !id.is_empty() && !id.contains('/')) => {
            "/v1/collections/{id}"
        }
        _ if collection.is_some_and(|rest| rest.split('/').skip(1).eq(["schema"])) => {
            "/v1/collections/{id}/schema"
        }
        _ if collection.is_some_and(|rest| rest.split('/').skip(1).eq(["csvw"])) => {
            "/v1/collections/{id}/csvw"
        }
        _ if collection.is_some_and(|rest| rest.split('/').skip(1).eq(["heartbeat"])) => {
            "/v1/collections/{id}/heartbeat"
        }
        _ if collection.is_some_and(|rest| rest.split('/').skip(1).eq(["provenance"])) => {
            "/v1/collections/{id}/provenance"
        }
        _ if path.starts_with("/v1/provenance/") => "/v1/provenance/{id}",
        _ if query.is_some() => query.as_deref().unwrap_or_default(),
        _ if resource.is_some_and(|(_, rest)| rest == "items") => "/v1/collections/{id}/items",
        _ if resource.is_some_and(|(_, rest)| rest == "queryables") => {
            "/v1/collections/{id}/queryables"
        }
        _ if resource.is_some_and(|(_, rest)| rest == "items/locate") => {
            "/v1/collections/{id}/items/locate"
        }
        _ if resource.is_some_and(|(_, rest)| rest == "aggregate") => {
            "/v1/collections/{id}/aggregate"
        }
        _ if resource.is_some_and(|(_, rest)| rest == "latest") => "/v1/collections/{id}/latest",
        _ if resource.is_some_and(|(_, rest)| is_item(rest)) => "/v1/collections/{id}/items/{key}",
        _ if path.len() > 1 && path.rfind('/') == Some(0) => "/{name}",
        _ => return None,
    };
    let is_method = method.bytes().all(|octet| octet.is_ascii_uppercase());
    let operation = DOCUMENT["paths"][template].get(method.to_ascii_lowercase());
    operation.filter(|_| is_method)
}

/// A path below a collection that is of one item, whose key may have slashes.
fn is_item(rest: &str) -> bool {
    rest.strip_prefix("items/")
        .is_some_and(|key| !key.is_empty())
}

/// Where nothing is described, a refusal is what comes.
fn refusal(method: &str, answer: &Answer) -> Result<(), String> {
    match (method, answer.status) {
        ("OPTIONS", 204) => return Ok(()),
        (_, ..400) => return Err("nothing is described there".to_owned()),
        ("HEAD", _) if answer.content.is_empty() => return Ok(()),
        _ => {}
    }
    let content =
        json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    self::content(&content, answer)
}

fn headers(response: &'static Value, answer: &Answer) -> Result<(), String> {
    // nginx makes the fields of an answer that it is told to make.
    if answer.field("x-accel-redirect").is_some() {
        return Ok(());
    }
    let described = response["headers"].as_object().unwrap();
    for (name, header) in described {
        let is_required = resolved(header)["required"] == true;
        if is_required && answer.field(&name.to_ascii_lowercase()).is_none() {
            return Err(format!("{name} is missing"));
        }
    }
    Ok(())
}

fn content(content: &Value, answer: &Answer) -> Result<(), String> {
    let media_type = answer.field("content-type").unwrap_or_default();
    let essence = media_type.split(';').next().unwrap().trim();
    let described = content.get(essence).or(content.get("*/*"));
    let described = described.ok_or_else(|| format!("there is no {media_type:?}"))?;
    // A part of a file, and what is coded, cannot be judged by its shape.
    let is_whole = answer.status != 206 && answer.field("content-encoding").is_none();
    let Some(schema) = described.get("schema") else {
        return Ok(());
    };
    // A file is the provider's, whatever is in it.
    let is_file = schema["format"] == "binary";
    let is_json = essence.ends_with("json") && essence != "application/x-ndjson";
    if !is_json || !is_whole || is_file {
        return Ok(());
    }
    let found: Value =
        serde_json::from_slice(&answer.content).map_err(|fault| fault.to_string())?;
    valid(schema, &found)
}

/// Checks `value` against `schema`, which may refer to the shapes of the description.
pub fn valid(schema: &Value, value: &Value) -> Result<(), String> {
    let validator = validator(schema);
    let faults = validator.iter_errors(value).take(3);
    let faults: Vec<_> = faults
        .map(|fault| format!("{fault} at {}", fault.instance_path()))
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults.join("; "))
    }
}

fn validator(schema: &Value) -> Arc<Validator> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let validator = known.entry(schema.to_string()).or_insert_with(|| {
        let whole = json!({"allOf": [schema], "components": DOCUMENT["components"]});
        Arc::new(jsonschema::draft202012::new(&whole).unwrap())
    });
    Arc::clone(validator)
}

/// What `value` refers to, or itself.
pub fn resolved(value: &'static Value) -> &'static Value {
    let target = value.get("$ref").and_then(Value::as_str);
    target.map_or(value, |target| {
        DOCUMENT.pointer(target.strip_prefix('#').unwrap()).unwrap()
    })
}
