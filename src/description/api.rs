//! The API of one collection: what can be asked below its own address, whoever publishes it and wherever.
//!
//! Catalogues name such a document for a data service (`dcat:endpointDescription`). It has one server, whose address
//! is a variable, so that every collection of a kind has the same (IB1 Data Catalog Records 1.0).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::reference::parameter;
use crate::dataset::{Kind, edr::QueryKind};

/// The API of collections of `kind`, out of the `document` of all; none where they have none.
pub(super) fn document(document: &Value, kind: Kind) -> Option<Value> {
    let paths = document.get("paths")?.as_object()?;
    let paths = paths.iter().filter_map(|(path, item)| {
        let resource = path.strip_prefix(COLLECTION)?;
        is_of(kind, resource).then(|| (format!("/{resource}"), below(item)))
    });
    let paths: Map<_, _> = paths.collect();
    if paths.is_empty() {
        return None;
    }
    let mut api = json!({
        "openapi": document.get("openapi"),
        "info": {
            "title": format!("Collections of the kind {}", kind.name()),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{
            "url": "{endpointURL}",
            "variables": {"endpointURL": {
                "default": "https://endpointurl-not-specified.ib1.org",
                "description": "The address of the collection.",
            }},
        }],
        "paths": paths,
    });
    api["components"] = needed(&api, document.get("components")?);
    Some(api)
}

fn is_of(kind: Kind, resource: &str) -> bool {
    let is_data_query = QueryKind::ALL.iter().any(|query| query.name() == resource);
    match (kind, resource) {
        (Kind::Files, _) => false,
        (Kind::Coverage, _) => is_data_query || resource == HEARTBEAT,
        (_, "aggregate" | "latest") => kind == Kind::Series,
        (_, "items/locate") => kind == Kind::Features,
        (_, _) => !is_data_query && !OF_EVERY_KIND.contains(&resource),
    }
}

/// The operations of `item` that ask for data, without the collection in their paths.
fn below(item: &Value) -> Value {
    let operations = item.as_object().into_iter().flatten();
    let asking = operations.filter(|(method, _)| matches!(method.as_str(), "get" | "post"));
    let mut below: Map<String, Value> = asking
        .map(|(method, operation)| (method.clone(), operation.clone()))
        .collect();
    for operation in below.values_mut() {
        let Some(operation) = operation.as_object_mut() else {
            continue;
        };
        // Samples have the address of one publisher.
        operation.remove("x-codeSamples");
        operation.remove("tags");
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        if let Some(parameters) = parameters {
            parameters.retain(|one| !is_collection(one));
        }
    }
    below.into()
}

/// `true` for the parameter that names the collection, wherever it is defined.
fn is_collection(one: &Value) -> bool {
    let is = |member: &str, text: &str| one.get(member).is_some_and(|value| value == text);
    *one == parameter("collection") || is("in", "path") && is("name", "id")
}

/// Those of `components` that `document` leads to, straight or over others.
fn needed(document: &Value, components: &Value) -> Value {
    let mut found = BTreeSet::new();
    references(document, &mut found);
    let mut next: Vec<_> = found.iter().cloned().collect();
    while let Some(name) = next.pop() {
        let Some(component) = component(components, &name) else {
            continue;
        };
        let mut more = BTreeSet::new();
        references(component, &mut more);
        next.extend(more.into_iter().filter(|name| found.insert(name.clone())));
    }
    let mut needed = json!({"securitySchemes": components.get("securitySchemes")});
    for (section, name) in found {
        if let Some(component) = component(components, &(section.clone(), name.clone())) {
            needed[&section][&name] = component.clone();
        }
    }
    needed
}

fn component<'c>(components: &'c Value, (section, name): &(String, String)) -> Option<&'c Value> {
    components.get(section)?.get(name)
}

/// Section and name of every component that `value` leads to.
fn references(value: &Value, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|text| text.strip_prefix("#/components/"));
            if let Some((section, name)) = name.and_then(|text| text.split_once('/')) {
                found.insert((section.to_owned(), name.to_owned()));
            }
            members
                .values()
                .for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// Paths of a collection begin so.
const COLLECTION: &str = "/v1/collections/{id}/";
/// A resource of every kind: a scheme asks for it below the address of the service (CON-22).
const HEARTBEAT: &str = "heartbeat";
/// Resources that every collection has, and no harvester asks for.
const OF_EVERY_KIND: [&str; 2] = ["csvw", "schema"];
