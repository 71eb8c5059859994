//! The operations of data queries.

use serde_json::{Map, Value, json};

use super::{
    Description,
    access::Access,
    operation::{Operation, answer, guarded},
    reference::header,
};
use crate::{
    dataset::{
        coverage::{Crs, LengthUnit},
        edr::{QueryKind, Statistic},
    },
    response::{coverage::Format, media::Formats},
};

/// `GET` of a data query of `kind`.
pub(crate) fn query(about: &Description<'_>, kind: QueryKind) -> Operation {
    let mut parameters = vec![collection()];
    parameters.extend(kind.parameters().iter().map(|name| parameter(kind, name)));
    Operation {
        parameters,
        problems: vec![404, 413],
        ..described(about, kind, kind.name(), summary(kind))
    }
    .cacheable()
    .coded()
}

/// `POST` of a data query of `kind`: the same parameters as a form, as EDR 1.1 has it.
pub(crate) fn form(about: &Description<'_>, kind: QueryKind) -> Operation {
    let id = format!("{}-form", kind.name());
    let summary = format!("{}, by a form that may be long", summary(kind));
    Operation {
        parameters: vec![collection()],
        body: Some(body(kind)),
        problems: vec![404, 408, 413, 415],
        ..described(about, kind, &id, &summary)
    }
    .coded()
}

fn described(about: &Description<'_>, kind: QueryKind, id: &str, summary: &str) -> Operation {
    let has_statistics = kind.parameters().contains(&"statistics");
    let content = Format::ALL.iter().map(|format| {
        let content = match format {
            // Octets have no schema (OpenAPI 3.1 §4.8.14.3).
            Format::Arrow | Format::NetCdf | Format::Parquet => json!({}),
            Format::Json if has_statistics => {
                json!({"schema": {"anyOf": [coverage_json(), statistics_json()]}})
            }
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
    let selected = match kind {
        QueryKind::Trajectory => "What is selected, in the order of the line",
        _ => "What is selected",
    };
    Operation {
        answers: vec![("200", answer(selected, content.into())), ("204", nothing)],
        ..guarded(
            id,
            "collections",
            summary,
            Access::chosen(about.policy),
            "Problem",
        )
    }
}

fn summary(kind: QueryKind) -> &'static str {
    match kind {
        QueryKind::Area => "Values of the cells that a polygon covers, with the share of each",
        QueryKind::Cube => "Values of the cells that a box meets",
        QueryKind::Position => "Values of the cells nearest to places",
        QueryKind::Radius => {
            "Values of the cells whose grid points lie within a distance of a place"
        }
        QueryKind::Trajectory => "Values of the cells that a line passes, in its order",
    }
}

fn collection() -> Value {
    json!({
        "name": "id", "in": "path", "required": true, "description": "The collection.",
        "schema": {"type": "string", "minLength": 1}, "example": "wind",
    })
}

fn body(kind: QueryKind) -> Value {
    let names = kind.parameters().iter();
    let each: Vec<_> = names.map(|name| parameter(kind, name)).collect();
    let member = |parameter: &Value| {
        let mut schema = parameter["schema"].clone();
        schema["description"] = parameter["description"].clone();
        (text(parameter), schema)
    };
    let required: Vec<_> = each.iter().filter(|one| one["required"] == true).collect();
    let members: Map<_, _> = each.iter().map(member).collect();
    let example = required
        .iter()
        .map(|one| (text(one), one["example"].clone()));
    let example: Map<_, _> = example.collect();
    let required: Vec<_> = required.iter().map(|one| text(one)).collect();
    let schema = json!({"type": "object", "properties": members, "required": required});
    json!({
        "required": true,
        "description": "The parameters; any of them may stand in the query instead, and each stands once.",
        "content": {"application/x-www-form-urlencoded": {"schema": schema, "example": example}},
    })
}

fn text(parameter: &Value) -> String {
    parameter["name"].as_str().unwrap_or_default().to_owned()
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

fn statistics_json() -> Value {
    let share = json!({
        "type": "array",
        "items": {"type": "object", "required": ["limit", "share"], "properties": {
            "limit": {"type": "number"}, "share": {"type": ["number", "null"]},
        }},
    });
    let mut members = json!({
        "parameter": {"type": "string"},
        "unit": {"type": "string"},
        "dimensions": {"type": "object"},
        "above": share,
        "below": share,
    });
    for one in Statistic::ALL {
        members[one.name()] = json!({"type": ["number", "null"]});
    }
    json!({
        "description": "Statistics of the values of all cells, one for each variable and place along dimensions; null is no value.",
        "type": "object",
        "required": ["collection", "cells", "area_km2", "off_grid_km2", "statistics"],
        "properties": {
            "collection": {"type": "string"},
            "cells": {"type": "integer"},
            "area_km2": {"type": "number"},
            "off_grid_km2": {"type": "number"},
            "statistics": {"type": "array", "items": {
                "type": "object", "required": ["parameter", "unit", "dimensions"], "properties": members,
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
        "coords" if kind == QueryKind::Radius => (
            "The POINT in the middle as well-known text.",
            text,
            json!("POINT(-0.12 51.5)"),
        ),
        "coords" if kind == QueryKind::Trajectory => (
            "LINESTRING or MULTILINESTRING as well-known text, without M.",
            text,
            json!("LINESTRING(-0.12 51.5,2.35 48.86)"),
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
            "Values along dimensions, as `month(1)` or `height(2:10)`, with commas between them; all without it. A dimension \
             is a parameter of its own as well, as `month=1,2`, `height=2/10` or `height=R5/2/2`.",
            text,
            Value::Null,
        ),
        "statistics" => (
            "Statistics in place of values, as JSON or CSV: any of `mean`, `min`, `max`, `count`, `missing` and `covered` with \
             commas between them. Each value counts by the area of its cell that is covered.",
            text,
            Value::Null,
        ),
        "above" | "below" => (
            "Numbers with commas between them: of each the share of the area with values whose values are greater, or less.",
            text,
            Value::Null,
        ),
        "within" => (
            "The distance along a great circle within which grid points lie.",
            text,
            json!("180"),
        ),
        "within-units" => (
            "The unit of the distance.",
            json!({"type": "string", "enum": LengthUnit::LISTED}),
            json!("km"),
        ),
        _ => (
            "Taken and left: no collection has a vertical extent.",
            text,
            Value::Null,
        ),
    };
    let is_required = kind.requires(name);
    let mut parameter = json!({
        "name": name, "in": "query", "required": is_required, "description": description, "schema": schema,
    });
    if !example.is_null() {
        parameter["example"] = example;
    }
    parameter
}
