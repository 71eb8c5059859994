//! The operations of data queries.

use serde_json::{Map, Value, json};

use super::{
    Description,
    access::Access,
    operation::{Operation, answer, guarded},
    reference::header,
};
use crate::{
    dataset::{coverage::Crs, edr::QueryKind},
    response::coverage::Media,
};

/// `GET` of a data query of `kind`.
pub(crate) fn query(about: &Description<'_>, kind: QueryKind) -> Operation {
    let (id, summary) = match kind {
        QueryKind::Area => (
            "area",
            "Values of the cells that a polygon covers, with the share of each",
        ),
        QueryKind::Cube => ("cube", "Values of the cells that a box meets"),
        QueryKind::Position => ("position", "Values of the cells nearest to places"),
    };
    let content = Media::ALL.map(|media| {
        let schema = match media {
            Media::Csv => json!({"type": "string"}),
            Media::CoverageJson | Media::Json | Media::OldCoverageJson => coverage_json(),
        };
        (media.essence().to_owned(), json!({"schema": schema}))
    });
    let content: Map<_, _> = content.into_iter().collect();
    let mut nothing = answer("There is no data in what is selected", Value::Null);
    nothing["headers"]["Vary"] = header("Vary");
    let mut parameters = vec![json!({
        "name": "id", "in": "path", "required": true, "description": "The collection.",
        "schema": {"type": "string", "minLength": 1}, "example": "wind",
    })];
    parameters.extend(kind.parameters().map(|name| parameter(kind, name)));
    Operation {
        parameters,
        answers: vec![
            ("200", answer("What is selected", content.into())),
            ("204", nothing),
        ],
        problems: vec![404, 413],
        ..guarded(
            id,
            "collections",
            summary,
            Access::chosen(about.policy),
            "Problem",
        )
    }
    .cacheable()
    .coded()
}

fn coverage_json() -> Value {
    json!({
        "description": "CoverageJSON 1.0 (OGC 21-069r2): the values of `ranges` along `axisNames`, the last fastest; null is no value.",
        "type": "object",
        "required": ["type", "parameters"],
        "properties": {
            "type": {"enum": ["Coverage", "CoverageCollection"]},
            "domain": {"type": "object"},
            "parameters": {"type": "object"},
            "ranges": {"type": "object"},
            "coverages": {"type": "array", "items": {"type": "object"}},
        },
    })
}

fn parameter(kind: QueryKind, name: &str) -> Value {
    let text = json!({"type": "string"});
    let (description, schema, example) = match name {
        "bbox" => (
            "West, south, east, north in degrees (in the order of `crs`); west of more than east goes over the date line.",
            text,
            json!("-0.5,51.5,0.25,51.75"),
        ),
        "coords" if kind == QueryKind::Area => (
            "POLYGON or MULTIPOLYGON as well-known text.",
            text,
            json!("POLYGON((-0.5 51.5,0.25 51.5,0.25 51.75,-0.5 51.5))"),
        ),
        "coords" => (
            "POINT or MULTIPOINT as well-known text; for several places there is a collection of coverages in their order.",
            text,
            json!("POINT(-0.12 51.5)"),
        ),
        "crs" => (
            "The order of the numbers, and the system of the answer.",
            json!({"type": "string", "enum": Crs::ALL.map(Crs::uri)}),
            json!(Crs::Crs84.uri()),
        ),
        "datetime" => (
            "A time, or an interval as `2020/2024-06`, for collections that have times.",
            text,
            Value::Null,
        ),
        "f" => (
            "The format of the answer; without it, Accept decides.",
            json!({"type": "string", "enum": Media::NAMES}),
            Value::Null,
        ),
        "parameter-name" => (
            "Variables with commas between them; all without it.",
            text,
            Value::Null,
        ),
        "subset" => (
            "Values along dimensions, as `month(1)` or `height(2:10)`, with commas between them; all without it.",
            text,
            Value::Null,
        ),
        _ => (
            "Taken and left: no collection has a vertical extent.",
            text,
            Value::Null,
        ),
    };
    let is_required = matches!(name, "bbox" | "coords");
    let mut parameter = json!({
        "name": name, "in": "query", "required": is_required, "description": description, "schema": schema,
    });
    if !example.is_null() {
        parameter["example"] = example;
    }
    parameter
}
