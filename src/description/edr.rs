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
    response::{coverage::Format, media::Formats},
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
    let content = Format::ALL.iter().map(|format| {
        let content = match format {
            // Octets have no schema (OpenAPI 3.1 §4.8.14.3).
            Format::Arrow | Format::NetCdf | Format::Parquet => json!({}),
            Format::CoverageJson | Format::Json | Format::OldCoverageJson => {
                json!({"schema": coverage_json()})
            }
            Format::Csv => json!({"schema": {"type": "string"}}),
            Format::GeoJson => json!({"schema": features()}),
        };
        (format.media().essence().to_owned(), content)
    });
    let content: Map<_, _> = content.collect();
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

fn features() -> Value {
    json!({
        "description": "GeoJSON (RFC 7946): a feature for each cell, which is the point of its centre. Its properties are the columns of the CSV.",
        "type": "object",
        "required": ["type", "links", "parameters", "features"],
        "properties": {
            "type": {"enum": ["FeatureCollection"]},
            "links": {"type": "array", "items": {"type": "object"}},
            "parameters": {"type": "object", "description": "The variables, as CoverageJSON has them."},
            "features": {"type": "array", "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"enum": ["Feature"]},
                    "geometry": {"type": "object"},
                    "properties": {"type": "object", "additionalProperties": {"type": ["number", "null"]}},
                },
            }},
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
            json!({"type": "string", "enum": Format::known()}),
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
