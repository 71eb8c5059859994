//! The header fields of answers.

use serde_json::{Value, json};

/// Every header field, by the name under which answers refer to it.
pub(super) fn all() -> Value {
    let all = HEADERS.map(|(name, is_required, description)| {
        let schema = match name {
            "Retry-After" => json!({"type": "integer"}),
            _ => json!({"type": "string"}),
        };
        let header = json!({"description": description, "required": is_required, "schema": schema});
        (name.to_owned(), header)
    });
    Value::Object(all.into_iter().collect())
}

/// Name, whether an answer that lists it always has it, and meaning.
const HEADERS: [(&str, bool, &str); 21] = [
    (
        "Accept-Ranges",
        false,
        "`bytes`, where parts can be had by Range.",
    ),
    ("Allow", true, "The methods of the path."),
    (
        "Cache-Control",
        true,
        "Whether and how long the answer may be kept.",
    ),
    (
        "Challenge",
        false,
        "The challenge, RFC 6750 §3, when the credentials are at fault; with `scope` when a token covers too little.",
    ),
    (
        "Content-Encoding",
        false,
        "`gzip` or `zstd`, when Accept-Encoding has it.",
    ),
    (
        "Content-Crs",
        false,
        "The system of geometries, in angle brackets (OGC API Features Part 2).",
    ),
    ("Content-Range", true, "Which octets of how many."),
    (
        "Content-Security-Policy",
        true,
        "What the page may load: nothing.",
    ),
    (
        "Deprecation",
        false,
        "Since when what was used has a successor, RFC 9745.",
    ),
    (
        "ETag",
        true,
        "The version of the answer; strong, but of pages of features and of answers with a record of provenance.",
    ),
    ("Last-Modified", true, "When the version came to be."),
    (
        "Link",
        true,
        "`describedby`: what the values mean, RFC 8288.",
    ),
    ("Location", true, "Where to ask instead."),
    ("Page", false, "`next`: the rows after these, RFC 8288."),
    (
        "Perild-Note",
        false,
        "What a value is where the old contract calls it something else: those of fire are fractions from 0 to 1, not percent.",
    ),
    (
        "Retry-After",
        false,
        "Seconds until another try makes sense.",
    ),
    (
        "Successor",
        false,
        "`successor-version`: where names are checked, RFC 8288.",
    ),
    ("Vary", true, "The fields that chose the representation."),
    ("WWW-Authenticate", true, "The challenge, RFC 6750 §3."),
    (
        "Warning",
        false,
        "299, when a filter was applied as the old service did though it names nothing known.",
    ),
    (
        "x-fapi-interaction-id",
        true,
        "The UUID of this exchange: yours, or a new one.",
    ),
];
