//! The documents as pages: no script, nothing loaded from anywhere, in the style of `/docs`.

mod collection;
mod table;

use std::fmt::Write;

pub(super) use collection::collection;
use table::table;

use super::{
    Asked, CLASSES, Me, View, landing, listing,
    me::{self, readable},
    schema as json_schema,
    view::{Reading, path_of, title},
};
use crate::{
    dataset::Collection,
    description::page::{
        STYLE,
        markup::{code, escaped, prose},
    },
};

pub(super) fn landing() -> String {
    let mut body = prose(landing::DESCRIPTION);
    body.push_str("<ul>");
    for (path, words) in [
        ("/v1/collections", "What is published"),
        ("/docs", "How to ask for it"),
        ("/openapi.json", "The same for programs: OpenAPI 3.1"),
        ("/v1/conformance", "Standards that hold here"),
        (
            "/v1/me",
            "Who you are here: needs a certificate and a token",
        ),
    ] {
        let _ = write!(body, "<li>{}</li>", anchor(path, words));
    }
    body.push_str("</ul>");
    page("/v1", landing::TITLE, &[], &body)
}

pub(super) fn conformance() -> String {
    let classes = CLASSES
        .iter()
        .map(|class| format!("<li>{}</li>", code(class)));
    let list = format!("<ul>{}</ul>", classes.collect::<String>());
    page(
        "/v1/conformance",
        "Standards that hold here",
        &[LANDING],
        &list,
    )
}

pub(super) fn collections(view: &View<'_>, asked: &Asked) -> String {
    let found = listing::page(view, asked);
    let rows = found.collections.iter().map(|one| {
        let licence = one.metadata().licence.as_ref();
        let name = anchor(&format!("{}?f=html", path_of(one)), title(one));
        [
            format!("{name}<br><small>{}</small>", escaped(one.id().as_str())),
            one.kind().name().to_owned(),
            licence.map_or_else(String::new, |licence| escaped(licence.text())),
            who(view, one),
        ]
    });
    let rows: Vec<_> = rows.collect();
    let mut body = if rows.is_empty() {
        "<p>Nothing.</p>".to_owned()
    } else {
        table(["Collection", "Kind", "Licence", "Who may have it"], &rows)
    };
    if let Some(next) = listing::next(&found, asked) {
        let and = if next.contains('?') { '&' } else { '?' };
        let next = anchor(&format!("{next}{and}f=html"), "What comes after these");
        let _ = write!(body, "<p>{next}</p>");
    }
    page("/v1/collections", listing::TITLE, &[LANDING], &body)
}

pub(super) fn schema(view: &View<'_>, collection: &Collection) -> String {
    let document = json_schema::document(view, collection);
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    let body = format!("<pre>{}</pre>", escaped(&text));
    let heading = format!("Fields of {}", title(collection));
    let path = format!("{}/schema", path_of(collection));
    page(&path, &heading, &[LANDING, LISTING], &body)
}

pub(super) fn me(view: &View<'_>, me: &Me<'_>) -> String {
    let certificate = me.certificate;
    let scopes: Vec<_> = me.token.scope().iter().map(code).collect();
    let mut body = String::from("<dl>");
    for (term, words) in [
        ("Client", me.token.client_id().map(code)),
        ("Organisation", me.token.organisation_id().map(code)),
        ("Scopes", Some(scopes.join(" "))),
        ("Certificate", Some(code(certificate.subject()))),
        ("Its issuer", Some(code(certificate.issuer()))),
        ("Its end", Some(certificate.not_after().to_string())),
    ] {
        let words = words.unwrap_or_else(|| "not said".to_owned());
        let _ = write!(body, "<dt>{term}</dt><dd>{words}</dd>");
    }
    body.push_str("</dl><h2>What you may read</h2><ul>");
    let (collections, has_more) = readable(view);
    for one in collections {
        let _ = write!(body, "<li>{}</li>", anchor(&path_of(one), title(one)));
    }
    if has_more {
        body.push_str("<li>and more</li>");
    }
    body.push_str("</ul>");
    page("/v1/me", me::TITLE, &[LANDING], &body)
}

/// The access to `collection` in a sentence, with that of the caller.
fn who(view: &View<'_>, collection: &Collection) -> String {
    let rule = view.rule(collection);
    let words = rule.map_or_else(|| "nobody".to_owned(), |rule| escaped(&rule.told()));
    let you = match (view.token, view.reading(collection)) {
        (None, _) => "",
        (_, Reading::May) => "<br><strong>you may</strong>",
        (_, Reading::Lacks(_) | Reading::NeedsToken) => "<br><strong>your token may not</strong>",
    };
    words + you
}

fn anchor(target: &str, words: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(target), escaped(words))
}

/// A page called `heading`, below those of `trail`.
fn page(path: &str, heading: &str, trail: &[(&str, &str)], body: &str) -> String {
    let heading = escaped(heading);
    let trail: Vec<_> = trail
        .iter()
        .map(|(path, words)| anchor(path, words))
        .collect();
    let trail = match trail.as_slice() {
        [] => String::new(),
        trail => format!(
            "<nav aria-label=\"Above this page\"><p>{}</p></nav>",
            trail.join(" / ")
        ),
    };
    let json = anchor(&format!("{path}?f=json"), "JSON");
    let docs = anchor("/docs", "How to ask");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{heading}</title><style>{STYLE}</style></head>\n<body><header>{trail}<h1>{heading}</h1>\
         <p>{docs}. For programs: {json}.</p></header>\n<main>{body}</main></body></html>\n"
    )
}

const LANDING: (&str, &str) = ("/v1?f=html", landing::TITLE);
const LISTING: (&str, &str) = ("/v1/collections?f=html", listing::TITLE);
