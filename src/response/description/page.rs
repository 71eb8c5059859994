//! The description as one page of HTML: no script, and nothing loaded from anywhere.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use super::document::TAGS;

/// Value for `Content-Security-Policy`: the page's own style, and nothing else.
pub(super) fn security_policy() -> String {
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
             {introduction}<p>For programs: <a href=\"/openapi.json\">OpenAPI 3.1</a>, \
             <a href=\"/openapi.json?version=3.0\">OpenAPI 3.0</a>.</p></header>\n<main>"
        ));
        for (tag, about) in TAGS {
            self.push(&format!(
                "\n<section><h2>{}</h2>{}",
                escaped(tag),
                prose(about)
            ));
            self.operations(tag);
            self.push("</section>");
        }
        self.push("\n<section><h2>Shapes</h2>");
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
        let method = method.to_uppercase();
        let summary = escaped(text(Some(operation), "summary"));
        self.push(&format!(
            "\n<details><summary><b>{method}</b> <code>{}</code> {summary}</summary>",
            escaped(path)
        ));
        let needs = match operation.pointer("/security/0") {
            Some(_) => "Needs a client certificate and an access token bound to it.",
            None => "Open to everyone.",
        };
        self.push(&format!("<p>{needs}</p>"));
        let scopes = operation
            .pointer("/security/0/bearer")
            .and_then(Value::as_array);
        for scope in scopes.into_iter().flatten().filter_map(Value::as_str) {
            self.push(&format!("<p>Scope: <code>{}</code></p>", escaped(scope)));
        }
        self.parameters(operation);
        if let Some(content) = operation.pointer("/requestBody/content") {
            self.push("<h3>Body</h3>");
            self.content(content);
        }
        self.push("<h3>Answers</h3><dl>");
        let responses = operation.get("responses").and_then(Value::as_object);
        for (status, response) in responses.into_iter().flatten() {
            let response = self.resolved(response);
            let description = escaped(text(Some(response), "description"));
            self.push(&format!("<dt>{status}</dt><dd>{description}"));
            if let Some(content) = response.get("content").filter(|_| status.starts_with('2')) {
                self.content(content);
            }
            self.push("</dd>");
        }
        self.push("</dl></details>");
    }

    fn parameters(&mut self, operation: &'d Value) {
        let parameters = operation.get("parameters").and_then(Value::as_array);
        let Some(parameters) = parameters.filter(|all| !all.is_empty()) else {
            return;
        };
        self.push("<h3>Parameters</h3><dl>");
        for parameter in parameters {
            let parameter = self.resolved(parameter);
            let part = |name| escaped(text(Some(parameter), name));
            let needed = match parameter.get("required") {
                Some(Value::Bool(true)) => ", needed",
                _ => "",
            };
            self.push(&format!(
                "<dt><code>{}</code> <small>{}{needed}</small></dt><dd>{}",
                part("name"),
                part("in"),
                prose(text(Some(parameter), "description"))
            ));
            if let Some(schema) = parameter.get("schema") {
                self.push(&format!("<code>{}</code>", escaped(&schema.to_string())));
            }
            self.push("</dd>");
        }
        self.push("</dl>");
    }

    fn content(&mut self, content: &Value) {
        for (media_type, content) in content.as_object().into_iter().flatten() {
            self.push(&format!("<p><code>{}</code>", escaped(media_type)));
            if let Some(name) = content.pointer("/schema/$ref").and_then(Value::as_str) {
                let name = escaped(name.rsplit('/').next().unwrap_or_default());
                self.push(&format!(": <a href=\"#{name}\">{name}</a>"));
            }
            self.push("</p>");
            match content.get("example") {
                Some(Value::String(text)) => self.preformatted(text),
                Some(example) => self.preformatted(&format!("{example:#}")),
                None => {}
            }
        }
    }

    fn shapes(&mut self) {
        let schemas = self.document.pointer("/components/schemas");
        for (name, schema) in schemas.and_then(Value::as_object).into_iter().flatten() {
            let name = escaped(name);
            self.push(&format!(
                "\n<details id=\"{name}\"><summary><code>{name}</code></summary>"
            ));
            self.push(&prose(text(Some(schema), "description")));
            self.preformatted(&format!("{:#}", without_description(schema)));
            self.push("</details>");
        }
    }

    /// What `value` refers to, or itself.
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

fn without_description(schema: &Value) -> Value {
    let members = schema.as_object().into_iter().flatten();
    let rest = members.filter(|(name, _)| *name != "description");
    let rest: Map<_, _> = rest
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    rest.into()
}

fn text<'v>(value: Option<&'v Value>, name: &str) -> &'v str {
    let found = value.and_then(|value| value.get(name));
    found.and_then(Value::as_str).unwrap_or_default()
}

/// The little of `CommonMark` that the document has: paragraphs, lists, code.
fn prose(text: &str) -> String {
    let mut html = String::new();
    for block in text
        .split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty())
    {
        let mut items = block.lines().map(|line| line.strip_prefix("- "));
        if items.clone().all(|item| item.is_some()) {
            let items = items
                .by_ref()
                .flatten()
                .map(|item| format!("<li>{}</li>", coded(item)));
            let _ = write!(html, "<ul>{}</ul>", items.collect::<String>());
        } else {
            let _ = write!(html, "<p>{}</p>", coded(block));
        }
    }
    html
}

fn coded(text: &str) -> String {
    let parts = escaped(text);
    let parts = parts.split('`').enumerate().map(|(index, part)| {
        if index % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part.to_owned()
        }
    });
    parts.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#222;background:#fff}\
    h1,h2,h3{line-height:1.2}small{color:#555;font-weight:normal}code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}\
    pre{background:#f3f3f3;padding:.75rem;overflow-x:auto;white-space:pre-wrap}details{border:1px solid #ccc;border-radius:.3rem;margin:.5rem 0;padding:.5rem .75rem}\
    summary{cursor:pointer;overflow-wrap:anywhere}dt{margin-top:.5rem;font-weight:600}dd{margin:0 0 0 1rem}dd p{margin:.1rem 0}a{color:#0b57a4}\
    @media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}pre{background:#262626}small{color:#aaa}a{color:#7ab7f5}details{border-color:#444}}";

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
