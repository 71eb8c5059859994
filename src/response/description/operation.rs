//! One operation as the document has it.

use serde_json::{Map, Value, json};

use super::problems;

/// One operation before it is written down.
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) tag: &'static str,
    pub(super) summary: String,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: Vec<(&'static str, Value)>,
    pub(super) problems: Vec<u16>,
    /// The scopes that a token must carry; none: no token is needed.
    pub(super) scopes: Option<Vec<String>>,
}

impl Operation {
    pub(super) fn written(self, method: &str) -> Value {
        let suffix = if method == "HEAD" { "-head" } else { "" };
        let mut parameters = self.parameters;
        parameters.push(parameter("x-fapi-interaction-id"));
        let mut responses: Map<String, Value> = self
            .answers
            .into_iter()
            .map(|(status, answer)| (status.to_owned(), answer))
            .collect();
        let mut statuses = vec![400, 403, 414, 429, 431, 500, 502, 503, 504];
        statuses.extend(self.problems);
        if self.scopes.is_some() {
            statuses.push(401);
        }
        responses.extend(problems::references(&statuses));
        let mut operation = json!({
            "operationId": format!("{}{suffix}", self.id),
            "tags": [self.tag],
            "summary": self.summary,
            "parameters": parameters,
            "responses": responses,
            "security": match self.scopes {
                Some(scopes) => json!([{"mutualTLS": [], "bearer": scopes}]),
                None => json!([]),
            },
        });
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }

    /// As HEAD: the same fields, and no content.
    pub(super) fn without_content(mut self) -> Value {
        for (_, answer) in &mut self.answers {
            if let Some(answer) = answer.as_object_mut() {
                answer.remove("content");
            }
        }
        self.summary = format!("The header fields of: {}", self.summary);
        self.written("HEAD")
    }

    pub(super) fn cacheable(mut self) -> Self {
        self.parameters.push(parameter("If-None-Match"));
        if !self.problems.contains(&412) {
            self.problems.push(412);
        }
        for (status, answer) in &mut self.answers {
            if *status == "200" {
                for name in ["ETag", "Last-Modified"] {
                    answer["headers"][name] = header(name);
                }
            }
        }
        if !self.answers.iter().any(|(status, _)| *status == "304") {
            self.answers.push(("304", not_modified()));
        }
        self
    }

    /// With the fields that say a leniency of the old service was used.
    pub(super) fn led_on(mut self) -> Self {
        for (status, answer) in &mut self.answers {
            if *status == "200" {
                for name in ["Warning", "Deprecation", "Link"] {
                    answer["headers"][name] = header(name);
                }
            }
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
    answer["headers"]["ETag"] = header("ETag");
    answer
}

pub(super) fn parameter(name: &str) -> Value {
    json!({"$ref": format!("#/components/parameters/{name}")})
}

pub(super) fn header(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}
