//! One operation as the document has it.

mod samples;

use serde_json::{Map, Value, json};

use super::{
    access::Access,
    problems,
    reference::{header, parameter},
    schemas,
};

/// One operation before it is written down.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) tag: &'static str,
    pub(crate) summary: String,
    pub(crate) parameters: Vec<Value>,
    pub(crate) body: Option<Value>,
    pub(crate) answers: Vec<(&'static str, Value)>,
    pub(crate) problems: Vec<u16>,
    pub(crate) access: Access,
}

/// Target of an operation: the consumers' address, the path, and the method.
#[derive(Clone, Copy)]
pub(crate) struct Target<'t> {
    pub(crate) server: &'t str,
    pub(crate) path: &'t str,
    pub(crate) method: &'t str,
}

impl Operation {
    pub(crate) fn written(self, target: Target<'_>) -> Value {
        let suffix = if target.method == "HEAD" { "-head" } else { "" };
        let samples = samples::of(&self, target);
        let mut parameters = self.parameters;
        parameters.push(parameter("x-fapi-interaction-id"));
        let mut responses: Map<String, Value> = self
            .answers
            .into_iter()
            .map(|(status, answer)| (status.to_owned(), answer))
            .collect();
        let mut statuses = problems::OF_EVERY_OPERATION.to_vec();
        statuses.extend(self.problems);
        if self.access.asks_for_tokens() {
            statuses.push(401);
        }
        responses.extend(problems::references(&statuses));
        let mut operation = json!({
            "operationId": format!("{}{suffix}", self.id),
            "tags": [self.tag],
            "summary": self.summary,
            "parameters": parameters,
            "responses": responses,
            "security": self.access.security(),
        });
        if let Some(description) = self.access.description() {
            operation["description"] = description.into();
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        if !samples.is_empty() {
            operation["x-codeSamples"] = samples.into();
        }
        operation
    }

    /// As HEAD: the same fields, no content, and no part of it.
    pub(crate) fn without_content(mut self, target: Target<'_>) -> Value {
        self.answers.retain(|(status, _)| *status != "206");
        self.problems.retain(|status| *status != 416);
        let of_parts = ["Range", "If-Range"].map(parameter);
        self.parameters.retain(|one| !of_parts.contains(one));
        for (_, answer) in &mut self.answers {
            if let Some(answer) = answer.as_object_mut() {
                answer.remove("content");
            }
        }
        self.summary = format!("The header fields of: {}", self.summary);
        self.written(target)
    }

    pub(crate) fn cacheable(mut self) -> Self {
        self.parameters.push(parameter("If-None-Match"));
        self.problems.push(412);
        for (status, answer) in &mut self.answers {
            if *status == "200" {
                for name in ["ETag", "Last-Modified"] {
                    answer["headers"][name] = header(name);
                }
            }
        }
        self.answers.push(("304", not_modified()));
        self
    }

    /// With the fields of an answer that was chosen among several codings.
    pub(crate) fn coded(mut self) -> Self {
        self.problems.push(406);
        for (status, answer) in &mut self.answers {
            answer["headers"]["Vary"] = header("Vary");
            if *status == "200" {
                answer["headers"]["Content-Encoding"] = header("Content-Encoding");
            }
        }
        self
    }

    /// With a link to what the values mean.
    pub(crate) fn linked(mut self) -> Self {
        for (_, answer) in self
            .answers
            .iter_mut()
            .filter(|(status, _)| *status == "200")
        {
            answer["headers"]["Link"] = header("Link");
        }
        self
    }
}

pub(crate) fn answer(description: &str, content: Value) -> Value {
    let mut answer = json!({
        "description": description,
        "headers": {
            "x-fapi-interaction-id": header("x-fapi-interaction-id"),
            "Cache-Control": header("Cache-Control"),
        },
    });
    if !content.is_null() {
        answer["content"] = content;
    }
    answer
}

pub(crate) fn not_modified() -> Value {
    let mut answer = answer("The version that If-None-Match names", Value::Null);
    for name in ["ETag", "Last-Modified"] {
        answer["headers"][name] = header(name);
    }
    answer
}

/// An operation at which `access` is asked for, with an answer of `schema`.
pub(crate) fn guarded(
    id: &str,
    tag: &'static str,
    summary: &str,
    access: Access,
    schema: &str,
) -> Operation {
    let mut content = json!({"schema": {"$ref": format!("#/components/schemas/{schema}")}});
    if let Some(example) = schemas::example(schema) {
        content["example"] = example;
    }
    Operation {
        id: id.to_owned(),
        tag,
        summary: summary.to_owned(),
        parameters: Vec::new(),
        body: None,
        answers: vec![(
            "200",
            answer("What was asked for", json!({"application/json": content})),
        )],
        problems: vec![404],
        access,
    }
}

/// `OPTIONS` of `path`.
pub(crate) fn options(path: &str) -> Value {
    let fields = ["Allow", "x-fapi-interaction-id"].map(|name| (name.to_owned(), header(name)));
    let fields: Map<String, Value> = fields.into_iter().collect();
    let answer = json!({"description": "The methods are in Allow", "headers": fields});
    let mut responses: Map<String, Value> =
        problems::references(&[400, 403, 414, 429, 431, 500, 502, 504]).collect();
    responses.insert("204".to_owned(), answer);
    let mut operation = json!({
        "operationId": format!("options-{}", path.trim_start_matches('/').replace(['/', '{', '}', '.'], "-")),
        "tags": ["service"],
        "summary": "The methods of this path",
        "responses": responses,
        "security": [],
    });
    let segments = path.split('/').filter_map(|one| one.strip_prefix('{'));
    let parameters = segments.filter_map(|one| one.strip_suffix('}')).map(|name| {
        json!({
            "name": name, "in": "path", "required": true, "schema": {"type": "string", "minLength": 1},
        })
    });
    let parameters: Vec<_> = parameters.collect();
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    operation
}
