//! One operation as the document has it.

use serde_json::{Map, Value, json};

use super::{access::Access, problems, samples};

/// One operation before it is written down.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) tag: &'static str,
    pub(super) summary: String,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: Vec<(&'static str, Value)>,
    pub(super) problems: Vec<u16>,
    pub(super) access: Access,
}

/// Where an operation stands: the consumers' address, the path, and the method.
#[derive(Clone, Copy)]
pub(super) struct Target<'t> {
    pub(super) server: &'t str,
    pub(super) path: &'t str,
    pub(super) method: &'t str,
}

impl Operation {
    pub(super) fn written(self, target: Target<'_>) -> Value {
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
    pub(super) fn without_content(mut self, target: Target<'_>) -> Value {
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

    pub(super) fn cacheable(mut self) -> Self {
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

    /// With the fields that say a leniency of the old service was used.
    pub(super) fn led_on(mut self) -> Self {
        for (status, answer) in &mut self.answers {
            if *status == "200" {
                for name in ["Warning", "Deprecation"] {
                    answer["headers"][name] = header(name);
                }
                answer["headers"]["Link"] = header("Successor");
            }
        }
        self
    }

    /// With the field that says what the values of fire are.
    pub(super) fn noted(mut self) -> Self {
        for (status, answer) in &mut self.answers {
            if *status == "200" {
                answer["headers"]["Perild-Note"] = header("Perild-Note");
            }
        }
        self
    }

    /// With the fields of an answer that was chosen among several codings.
    pub(super) fn coded(mut self) -> Self {
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
    pub(super) fn linked(mut self) -> Self {
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

pub(super) fn answer(description: &str, content: Value) -> Value {
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

pub(super) fn not_modified() -> Value {
    let mut answer = answer("The version that If-None-Match names", Value::Null);
    for name in ["ETag", "Last-Modified"] {
        answer["headers"][name] = header(name);
    }
    answer
}

pub(super) fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

pub(super) fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}
