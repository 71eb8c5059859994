//! The operations: what each path takes and gives.

use serde_json::{Map, Value, json};

use super::{
    Description,
    access::{self, Access},
    operation::{Operation, answer, guarded, not_modified},
    reference::{header, parameter},
    schemas,
    version::Version,
};
use crate::response::{location::Format, media::Formats};

/// `GET /docs`.
pub(crate) fn docs() -> Operation {
    described(open(
        "docs",
        "This description as a page",
        "text/html",
        &json!({"type": "string"}),
    ))
}

/// `GET /healthz`.
pub(crate) fn health() -> Operation {
    open(
        "health",
        "Whether the process lives",
        "text/html",
        &json!({"type": "string", "const": "OK"}),
    )
}

/// `GET /v1/heartbeat`.
pub(crate) fn heartbeat() -> Operation {
    let collection = json!({
        "name": "collection", "in": "query", "schema": {"type": "string"},
        "description": "Answers of this collection alone; without it, of all data.",
    });
    Operation {
        access: Access::any_token(),
        problems: vec![404],
        parameters: vec![collection],
        ..open(
            "heartbeat",
            "How often what was answered since the heartbeat before",
            "application/json",
            &json!({
                "type": "object",
                "required": ["period_start", "period_end"],
                "properties": {
                    "period_start": {"type": "string", "format": "date-time"},
                    "period_end": {"type": "string", "format": "date-time"},
                },
                "additionalProperties": {
                    "type": "integer",
                    "description": "`api_call_response_200_count`: answers with the status 200; a member for each status.",
                },
            }),
        )
    }
}

/// `GET /heartbeat` and `GET /v1/collections/{id}/heartbeat`.
pub(crate) fn short_heartbeat(path: &str) -> Operation {
    let of_a_collection = path.contains("{id}");
    Operation {
        problems: if of_a_collection {
            vec![404]
        } else {
            Vec::new()
        },
        parameters: if of_a_collection {
            vec![parameter("collection")]
        } else {
            Vec::new()
        },
        ..open(
            if of_a_collection {
                "collectionHeartbeat"
            } else {
                "shortHeartbeat"
            },
            "Whether the service answers",
            "application/json",
            &json!({
                "type": "object",
                "required": ["status", "timestamp"],
                "properties": {
                    "status": {"type": "string", "const": "ok"},
                    "timestamp": {"type": "string", "format": "date-time"},
                },
            }),
        )
    }
}

/// `GET /openapi.json`.
pub(crate) fn openapi() -> Operation {
    let schema = json!({"type": "object", "required": ["openapi", "info", "paths"]});
    let mut operation = open("openapi", "This description", "application/json", &schema);
    // 3.0 by its own name, whose parameter says the version.
    let older = Version::V3_0.media_type().split(';').next();
    for (status, answer) in &mut operation.answers {
        if let Some(older) = older.filter(|_| *status == "200") {
            answer["content"][older] = json!({"schema": schema});
        }
    }
    operation.parameters = vec![parameter("version")];
    described(operation)
}

/// `GET /readyz`.
pub(crate) fn readiness() -> Operation {
    open(
        "readiness",
        "Whether requests can be answered",
        "text/plain",
        &json!({"type": "string"}),
    )
}

/// `GET /.well-known/oauth-protected-resource` for what stands at `about`.
pub(crate) fn resource_metadata(about: &str) -> Operation {
    let name = if about.is_empty() {
        "resourceMetadata"
    } else {
        "versionedResourceMetadata"
    };
    let operation = open(
        name,
        "The directory that issues access tokens for this, and how they are shown (RFC 9728)",
        "application/json",
        &json!({
            "type": "object",
            "required": ["resource", "authorization_servers"],
            "properties": {
                "resource": {"type": "string", "format": "uri"},
                "authorization_servers": {"type": "array", "items": {"type": "string", "format": "uri"}},
                "scopes_supported": {"type": "array", "items": {"type": "string"}},
                "bearer_methods_supported": {"type": "array", "items": {"type": "string"}},
                "resource_name": {"type": "string"},
                "resource_documentation": {"type": "string", "format": "uri"},
                "tls_client_certificate_bound_access_tokens": {"type": "boolean"},
            },
        }),
    );
    let problems = vec![404];
    Operation {
        problems,
        ..operation
    }
    .tagged()
    .coded()
}

/// `GET /`.
pub(crate) fn root() -> Operation {
    let mut led = answer("What is published is at Location", json!({}));
    if let Some(led) = led.as_object_mut() {
        led.remove("content");
    }
    led["headers"]["Location"] = header("Location");
    Operation {
        answers: vec![("303", led)],
        ..open(
            "root",
            "The way to what is published",
            "text/html",
            &json!({}),
        )
    }
}

/// `GET /{name}`.
pub(crate) fn plain_file(about: &Description<'_>) -> Operation {
    let summary = "A CSV file by its name without extension";
    file(about, "file", summary, |file| file.strip_suffix(".csv"))
}

/// `GET /v1/files/{name}`.
pub(crate) fn versioned_file(about: &Description<'_>) -> Operation {
    let summary = "A file by its name, with or without .csv";
    file(about, "versionedFile", summary, |file| Some(file))
}

/// `GET /v1/perils`.
pub(crate) fn perils(about: &Description<'_>) -> Operation {
    guarded(
        "perils",
        "perils",
        "Perils, metrics, scenarios, years, extent and statistics of the store",
        Access::catalogue(about.policy),
        "Catalogue",
    )
    .cacheable()
    .coded()
}

/// `GET /v1/location`.
pub(crate) fn location(about: &Description<'_>) -> Operation {
    Operation {
        parameters: [&["lat", "lon", "id"][..], &OPTIONS]
            .concat()
            .into_iter()
            .map(parameter)
            .collect(),
        problems: vec![404, 413],
        ..values(about, "location", "Values of a few places")
    }
    .cacheable()
    .coded()
    .linked()
}

/// `POST /v1/location`.
pub(crate) fn locations(about: &Description<'_>) -> Operation {
    Operation {
        parameters: OPTIONS.into_iter().map(parameter).collect(),
        body: Some(schemas::location_body(about.limits)),
        problems: vec![404, 408, 413, 415],
        ..values(about, "locations", "Values of many places")
    }
    .coded()
    .linked()
}

fn open(id: &str, summary: &str, media_type: &str, schema: &Value) -> Operation {
    Operation {
        id: id.to_owned(),
        tag: "service",
        summary: summary.to_owned(),
        parameters: Vec::new(),
        body: None,
        answers: vec![("200", answer("OK", json!({media_type: {"schema": schema}})))],
        problems: Vec::new(),
        access: Access::everyone(),
    }
}

/// `operation` as one of those that send this description.
fn described(operation: Operation) -> Operation {
    let mut operation = operation.cacheable().coded();
    for (_, answer) in &mut operation.answers {
        answer["headers"]["Content-Security-Policy"] = header("Content-Security-Policy");
    }
    operation
}

/// An operation that answers in every format.
fn values(about: &Description<'_>, id: &str, summary: &str) -> Operation {
    let content = Format::ALL.iter().map(|format| {
        let media_type = format.media().essence();
        (media_type.to_owned(), schemas::format(*format))
    });
    let content: Map<_, _> = content.collect();
    let answer = answer(
        "The places in the order in which they were sent",
        content.into(),
    );
    Operation {
        answers: vec![("200", answer)],
        ..guarded(
            id,
            "perils",
            summary,
            Access::chosen(about.policy),
            "Locations",
        )
    }
}

/// The operation of a file; `named` is what its address calls it, where there is one.
fn file(
    about: &Description<'_>,
    id: &str,
    summary: &str,
    named: fn(&str) -> Option<&str>,
) -> Operation {
    let bytes = json!({"type": "string", "format": "binary"});
    let content = json!({"text/csv": {"schema": {"type": "string"}}, "*/*": {"schema": bytes}});
    let mut whole = answer("The file", content.clone());
    let mut part = answer("The part that Range names", content);
    for answer in [&mut whole, &mut part] {
        for name in ["ETag", "Last-Modified", "Accept-Ranges"] {
            answer["headers"][name] = header(name);
        }
    }
    part["headers"]["Content-Range"] = header("Content-Range");
    let examples = access::files(about.collections).filter_map(|one| {
        let file = named(one.file.as_deref()?)?;
        Some((one.id.to_string(), json!({"value": file})))
    });
    let examples: Map<String, Value> = examples.collect();
    let mut name = json!({
        "name": "name", "in": "path", "required": true,
        "description": "The file's name. The provider's catalogue lists them.",
        "schema": {"type": "string", "minLength": 1},
    });
    if !examples.is_empty() {
        name["examples"] = examples.into();
    }
    let fields = ["If-None-Match", "Range", "If-Range"];
    Operation {
        parameters: [name].into_iter().chain(fields.map(parameter)).collect(),
        answers: vec![("200", whole), ("206", part), ("304", not_modified())],
        problems: vec![404, 406, 412, 416],
        ..guarded(
            id,
            "files",
            summary,
            Access::files(about.policy, about.collections),
            "Problem",
        )
    }
}

/// The parameters of both methods of `/v1/location`.
const OPTIONS: [&str; 14] = [
    "f",
    "perils",
    "metrics",
    "scenarios",
    "years",
    "interpolation",
    "year_interpolation",
    "collections",
    "variables",
    "subset",
    "dimension_interpolation",
    "radius_km",
    "layout",
    "provenance",
];
