//! The documents as pages: no script, nothing loaded from anywhere, in the style of `/docs`.

use std::fmt::Write;

use super::{
    Asked, CLASSES, Me, View, landing, listing,
    me::{self, readable},
    schema as json_schema,
    view::{Reading, path_of, path_of_file, title},
};
use crate::{
    dataset::{Collection, Kind, metadata::Field},
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
    page("/v1/conformance", "Standards that hold here", &[], &list)
}

pub(super) fn collections(view: &View<'_>, asked: &Asked) -> String {
    let found = listing::page(view, asked);
    let mut body = String::from(
        "<div class=\"wide\"><table><thead><tr><th>Collection<th>Kind<th>Licence<th>Who may have it</tr></thead><tbody>",
    );
    for one in &found.collections {
        let licence = one.metadata().licence.as_ref();
        let _ = write!(
            body,
            "<tr><td>{}<br><small>{}</small><td>{}<td>{}<td>{}</tr>",
            anchor(&format!("{}?f=html", path_of(one)), title(one)),
            escaped(one.id().as_str()),
            one.kind().name(),
            licence.map_or_else(String::new, |licence| escaped(licence.text())),
            who(view, one),
        );
    }
    body.push_str("</tbody></table></div>");
    if found.collections.is_empty() {
        "<p>Nothing.</p>".clone_into(&mut body);
    }
    if let Some(next) = listing::next(&found, asked) {
        let and = if next.contains('?') { '&' } else { '?' };
        let next = anchor(&format!("{next}{and}f=html"), "What comes after these");
        let _ = write!(body, "<p>{next}</p>");
    }
    page("/v1/collections", listing::TITLE, &[LANDING], &body)
}

pub(super) fn collection(view: &View<'_>, collection: &Collection) -> String {
    let metadata = collection.metadata();
    let mut body = prose(metadata.description.as_deref().unwrap_or_default());
    body.push_str("<dl>");
    let mut say = |term: &str, words: Option<String>| {
        if let Some(words) = words {
            let _ = write!(body, "<dt>{term}</dt><dd>{words}</dd>");
        }
    };
    let text = |text: &Option<Box<str>>| text.as_deref().map(escaped);
    say("Identifier", Some(code(collection.id().as_str())));
    say("Kind", Some(collection.kind().name().to_owned()));
    say("Who may have it", Some(who(view, collection)));
    say(
        "Licence",
        metadata
            .licence
            .as_ref()
            .map(|licence| match licence.url() {
                Some(url) => anchor(url.as_str(), licence.text()),
                None => escaped(licence.text()),
            }),
    );
    say("Publisher", text(&metadata.publisher));
    say("Contact", text(&metadata.contact));
    say("Version", text(&metadata.version));
    say("Issued", metadata.issued.map(|moment| moment.to_string()));
    say(
        "Modified",
        metadata.modified.map(|moment| moment.to_string()),
    );
    let extent = &metadata.extent;
    say(
        "Extent",
        extent.spatial.map(|corners| {
            let [west, south, east, north] = corners.corners();
            format!("longitude {west} to {east}, latitude {south} to {north}")
        }),
    );
    say(
        "Time",
        extent
            .temporal
            .map(|interval| escaped(&interval.to_string())),
    );
    body.push_str("</dl>");
    fields(&mut body, &metadata.fields);
    match collection.kind() {
        Kind::Coverage => in_a_shell(view, &mut body, collection, A_PLACE),
        Kind::Files => files(view, &mut body, collection),
    }
    let path = path_of(collection);
    page(&path, title(collection), &[LANDING, LISTING], &body)
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

fn fields(body: &mut String, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    body.push_str(
        "<h2>Fields</h2><div class=\"wide\"><table><thead><tr><th>Name<th>Type<th>Unit<th>Meaning</tr></thead><tbody>",
    );
    for field in fields {
        let unit = field.unit.as_ref().map(|unit| code(unit.code()));
        let _ = write!(
            body,
            "<tr><td>{}<td>{}<td>{}<td>{}</tr>",
            code(&field.name),
            field.field_type.map_or("", |one| one.name()),
            unit.unwrap_or_default(),
            escaped(field.definition.as_deref().unwrap_or_default()),
        );
    }
    body.push_str("</tbody></table></div>");
}

fn files(view: &View<'_>, body: &mut String, collection: &Collection) {
    let [first, ..] = collection.representations() else {
        return;
    };
    body.push_str("<h2>Files</h2><ul>");
    for file in collection.representations() {
        let path = path_of_file(&file.name);
        let _ = write!(
            body,
            "<li>{} <small>{}, {}</small></li>",
            anchor(&path, &file.name),
            file.media_type.essence(),
            size(file.length_bytes),
        );
    }
    body.push_str("</ul>");
    let address = view.address(&path_of_file(&first.name));
    shell(
        view,
        body,
        collection,
        &format!("--remote-name '{address}'"),
    );
}

/// A line that asks for what is at `query` below the collection.
fn in_a_shell(view: &View<'_>, body: &mut String, collection: &Collection, query: &str) {
    let address = view.address(&format!("{}{query}", path_of(collection)));
    shell(view, body, collection, &format!("'{address}'"));
}

fn shell(view: &View<'_>, body: &mut String, collection: &Collection, what: &str) {
    let credentials = match view.rule(collection) {
        Some(rule) if rule.is_open() => "",
        _ => " --cert client.pem --key client.key -H \"Authorization: Bearer $TOKEN\"",
    };
    let line = format!("curl --fail{credentials} {what}");
    let _ = write!(body, "<h2>In a shell</h2><pre>{}</pre>", escaped(&line));
}

/// Who may have `collection`, and whether that is who asks.
fn who(view: &View<'_>, collection: &Collection) -> String {
    let rule = view.rule(collection);
    let words = rule.map_or_else(|| "nobody".to_owned(), |rule| escaped(&rule.to_string()));
    let you = match (view.token, view.reading(collection)) {
        (None, _) => "",
        (_, Reading::May) => "<br><strong>you may</strong>",
        (_, Reading::Lacks(_) | Reading::NeedsToken) => "<br><strong>your token may not</strong>",
    };
    words + you
}

fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < units.len() {
        tenths /= 1000;
        unit += 1;
    }
    let unit = units.get(unit).unwrap_or(&"");
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
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
    let docs = anchor("/docs", "how to ask");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{heading}</title><style>{STYLE}</style></head>\n<body><header>{trail}<h1>{heading}</h1>\
         <p>For programs: {json}; {docs}.</p></header>\n<main>{body}</main></body></html>\n"
    )
}

/// A place, and the whole of what is known there.
const A_PLACE: &str = "/position?coords=POINT(0%2051.5)&f=csv";
const LANDING: (&str, &str) = ("/v1?f=html", landing::TITLE);
const LISTING: (&str, &str) = ("/v1/collections?f=html", listing::TITLE);
