//! The description as one page of HTML: no script, and nothing loaded from anywhere.
//!
//! Everything folds: the page opens as the list of operations, and a link to a shape unfolds it.

mod json;
pub(crate) mod markup;
mod words;

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use self::{
    json::readable,
    markup::{code, escaped, prose},
    words::words,
};
use super::document::TAGS;

/// Value for `Content-Security-Policy`: the page's own style, and nothing else.
pub(crate) fn security_policy() -> String {
    let style = BASE64_STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// The page for `document`.
pub(super) fn page(document: &Value) -> String {
    let mut page = Page {
        document,
        out: String::new(),
    };
    page.whole();
    page.out
}

struct Page<'d> {
    document: &'d Value,
    out: String,
}

impl<'d> Page<'d> {
    fn whole(&mut self) {
        let info = |name: &str| text(self.document.pointer("/info"), name);
        let (title, version) = (escaped(info("title")), escaped(info("version")));
        let introduction = prose(info("description"));
        self.push(&format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title} {version}</title><style>{STYLE}</style></head>\n<body><header><h1>{title} <small>{version}</small></h1>\
             {introduction}<p><a href=\"/v1?f=html\">What is published</a>. For programs: <a href=\"/openapi.json\">OpenAPI 3.1</a>, \
             <a href=\"/openapi.json?version=3.0\">OpenAPI 3.0</a>.</p></header>\n<main>"
        ));
        for (tag, about) in TAGS {
            self.push(&format!(
                "\n<section><h2>{}</h2>{}",
                escaped(&capitalised(tag)),
                prose(about)
            ));
            self.operations(tag);
            self.push("</section>");
        }
        self.push("\n<section><h2>Shapes</h2><p>What goes in and what comes out, by name.</p>");
        self.shapes();
        self.push("</section></main></body></html>\n");
    }

    fn operations(&mut self, tag: &str) {
        let paths = self.document.get("paths").and_then(Value::as_object);
        for (path, item) in paths.into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let is_tagged = operation.pointer("/tags/0").and_then(Value::as_str) == Some(tag);
                // HEAD and OPTIONS are everywhere, and say nothing new.
                if is_tagged && !matches!(method.as_str(), "head" | "options") {
                    self.operation(path, method, operation);
                }
            }
        }
    }

    fn operation(&mut self, path: &str, method: &str, operation: &'d Value) {
        let heading = format!(
            "<b>{}</b> {} {}",
            method.to_uppercase(),
            code(path),
            escaped(text(Some(operation), "summary"))
        );
        let id = format!("operation-{}", text(Some(operation), "operationId"));
        self.fold(&id, &heading, |page| {
            page.access(operation);
            page.samples(operation);
            page.parameters(operation);
            if let Some(content) = operation.pointer("/requestBody/content") {
                page.push("<h4>Body</h4>");
                page.content(content);
            }
            page.answers(operation);
        });
    }

    fn access(&mut self, operation: &'d Value) {
        let alternatives = operation.get("security").and_then(Value::as_array);
        let alternatives = alternatives.map(Vec::as_slice).unwrap_or_default();
        let needs = match alternatives {
            [] => "<p>Open to everyone.</p>",
            [_] => "<p>Needs a client certificate and an access token bound to it.</p>",
            _ => "",
        };
        self.push(needs);
        self.push(&prose(text(Some(operation), "description")));
    }

    fn parameters(&mut self, operation: &'d Value) {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let Some(parameters) = parameters.filter(|all| !all.is_empty()) else {
            return;
        };
        self.push("<h4>Parameters</h4><dl>");
        for parameter in parameters {
            let parameter = self.resolved(parameter);
            let needed = match parameter.get("required") {
                Some(Value::Bool(true)) => ", needed",
                _ => "",
            };
            self.push(&format!(
                "<dt>{} <small>{}{needed}</small></dt><dd>{}",
                code(text(Some(parameter), "name")),
                escaped(text(Some(parameter), "in")),
                prose(text(Some(parameter), "description"))
            ));
            if let Some(schema) = parameter.get("schema") {
                self.push(&format!("<p>{}</p>", words(schema)));
            }
            self.push("</dd>");
        }
        self.push("</dl>");
    }

    fn samples(&mut self, operation: &'d Value) {
        let samples = operation.get("x-codeSamples").and_then(Value::as_array);
        let Some(samples) = samples else {
            return;
        };
        self.push("<h4>In a shell</h4>");
        for sample in samples {
            self.preformatted(text(Some(sample), "source"));
        }
    }

    fn answers(&mut self, operation: &'d Value) {
        self.push("<h4>Answers</h4><dl>");
        let responses = operation.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            let response = self.resolved(response);
            let description = escaped(text(Some(response), "description"));
            self.push(&format!("<dt>{status}</dt><dd><p>{description}</p>"));
            if !status.starts_with('2') {
                self.push("</dd>");
                continue;
            }
            let fields = response.get("headers").and_then(Value::as_object);
            let fields: Vec<_> = fields
                .into_iter()
                .flat_map(|all| all.keys())
                .map(|name| code(name))
                .collect();
            self.push(&format!("<p>Header fields: {}</p>", fields.join(", ")));
            if let Some(content) = response.get("content") {
                self.content(content);
            }
            self.push("</dd>");
        }
        self.push("</dl>");
    }

    fn content(&mut self, content: &Value) {
        for (media_type, content) in content.as_object().into_iter().flatten() {
            let schema = content
                .get("schema")
                .map_or_else(|| "octets".to_owned(), words);
            self.push(&format!("<p>{}: {schema}</p>", code(media_type)));
            match content.get("example") {
                Some(Value::String(text)) => self.preformatted(text),
                Some(example) => self.preformatted(&readable(example)),
                None => {}
            }
        }
    }

    fn shapes(&mut self) {
        let schemas = self.document.pointer("/components/schemas");
        for (name, schema) in schemas.and_then(Value::as_object).into_iter().flatten() {
            self.fold(name, &code(name), |page| {
                page.push(&prose(text(Some(schema), "description")));
                page.push(&format!("<div>{}</div>", words(schema)));
            });
        }
    }

    /// Content that `inside` writes, folded under `heading`; a link to `id` unfolds it.
    fn fold(&mut self, id: &str, heading: &str, inside: impl FnOnce(&mut Self)) {
        self.push(&format!(
            "\n<details><summary><h3>{heading}</h3></summary><div id=\"{}\">",
            escaped(id)
        ));
        inside(self);
        self.push("</div></details>");
    }

    /// The value that `value` refers to, or itself.
    fn resolved(&self, value: &'d Value) -> &'d Value {
        let target = value.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| target.strip_prefix('#'));
        target
            .and_then(|target| self.document.pointer(target))
            .unwrap_or(value)
    }

    fn preformatted(&mut self, text: &str) {
        let _ = write!(self.out, "<pre>{}</pre>", escaped(text));
    }

    fn push(&mut self, html: &str) {
        self.out.push_str(html);
    }
}

fn text<'v>(value: Option<&'v Value>, name: &str) -> &'v str {
    let found = value.and_then(|value| value.get(name));
    found.and_then(Value::as_str).unwrap_or_default()
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

pub(crate) const STYLE: &str = include_str!("style.css");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_document_says_cannot_become_markup() {
        let hostile = "<script>`\"&";
        let document = serde_json::json!({"info": {"title": hostile, "version": hostile, "description": hostile}});
        let page = page(&document);
        assert!(!page.contains("<script"));
        assert!(page.contains("&lt;script&gt;"));
    }
}
