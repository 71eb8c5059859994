//! The operations of harvesters.

use serde_json::{Map, Value, json};

use super::{
    access::Access,
    operation::{Operation, answer},
    reference::{header, parameter},
};
use crate::{dataset::Kind, response::media::Media};

/// `GET` of the catalogue in the form `media`, or in one of the `forms` where there is none.
pub(crate) fn catalog(media: Option<&Media>, forms: &[&Media]) -> Operation {
    let sent = media.map_or(forms.to_vec(), |media| vec![media]);
    let content = sent.iter().map(|media| {
        let is_json = media.essence().ends_with("json");
        let sort = if is_json { "object" } else { "string" };
        let schema = json!({"schema": {"type": sort}});
        (media.essence().to_owned(), schema)
    });
    let content: Map<_, _> = content.collect();
    let names: Vec<_> = forms.iter().map(|media| media.name).collect();
    let query = |name: &str, description: &str, words: Value| {
        json!({
            "name": name, "in": "query", "description": description,
            "schema": {"type": "string", "enum": words},
        })
    };
    let mut parameters = vec![query(
        "profile",
        "The profile of DCAT: data catalogue records of the IB1 trust framework, or DCAT-AP.",
        json!(["dcat-ap", "ib1"]),
    )];
    if media.is_none() {
        parameters.push(query(
            "f",
            "The form of the document; without it, Accept decides.",
            names.into(),
        ));
    }
    let name = media.map_or("any", |media| media.name);
    let operation = Operation {
        parameters,
        problems: vec![404],
        ..open(
            &format!("catalog-{name}"),
            "What is published, for the catalogues of others: DCAT as RDF",
            answer("The catalogue", content.into()),
        )
    };
    operation.cacheable().coded()
}

/// `GET /metadata.json` and `/metadata.yaml`.
pub(crate) fn open_energy(is_yaml: bool) -> Operation {
    let (id, media_type) = if is_yaml {
        ("metadata-yaml", "application/yaml")
    } else {
        ("metadata-json", "application/json")
    };
    let schema = json!({"type": "array", "items": {"type": "object"}});
    let content = json!({media_type: {"schema": schema}});
    let summary = "What is published, as the metadata file of Open Energy of 2021";
    let mut operation = open(id, summary, answer("The file", content));
    operation.problems.push(404);
    operation.cacheable().coded()
}

/// `GET /v1/api/{kind}.json`.
pub(crate) fn api(kind: Kind) -> Operation {
    let kind = kind.name();
    let schema = json!({"type": "object", "required": ["openapi", "info", "paths"]});
    let content = json!({"application/json": {"schema": schema}});
    let mut operation = open(
        &format!("api-{kind}"),
        "Paths below the address of a collection of this kind, as OpenAPI with that address as its one server",
        answer("The description", content),
    )
    .cacheable()
    .coded();
    for (_, answer) in &mut operation.answers {
        answer["headers"]["Content-Security-Policy"] = header("Content-Security-Policy");
    }
    operation
}

/// `GET /v1/collections/{id}/csvw`.
pub(crate) fn csvw() -> Operation {
    let content = json!({"application/csvm+json": {"schema": {"type": "object"}}});
    let summary = "The columns of a collection's tables, as CSV on the Web";
    let mut operation = open("csvw", summary, answer("The document", content))
        .cacheable()
        .coded();
    for (_, answer) in &mut operation.answers {
        let headers = answer.get_mut("headers").and_then(Value::as_object_mut);
        headers.map(|headers| headers.remove("Last-Modified"));
    }
    operation.parameters.push(parameter("collection"));
    operation.problems.push(404);
    operation
}

fn open(id: &str, summary: &str, answer: Value) -> Operation {
    Operation {
        id: id.to_owned(),
        tag: "catalogue",
        summary: summary.to_owned(),
        parameters: Vec::new(),
        body: None,
        answers: vec![("200", answer)],
        problems: Vec::new(),
        access: Access::everyone(),
    }
}
