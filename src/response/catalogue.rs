//! `GET /v1/perils`: what there is, as the store says it.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::{
    Refusal,
    representation::{BY_CODING, Caching, Representation, Validators, coding_of_only},
};
use crate::{
    clock::Timestamp,
    dataset::grid::{Column, Grid, Metric, Peril, Scenario, Year},
};

/// The answer to a GET or HEAD.
///
/// # Errors
/// [`Refusal`] when JSON or its codings are not acceptable, or a precondition fails.
pub fn answer(request: &HttpRequest, grid: &Grid) -> Result<HttpResponse, Refusal> {
    let representation = Representation {
        content_type: JSON,
        coding: coding_of_only(request, JSON)?,
        chosen_by: Some(BY_CODING),
        caching: Caching::Private(Validators::of_answer(
            grid.about().version,
            grid.checksum(),
            request,
            "",
        )),
    };
    representation.whole(request, || catalogue(grid).to_string().into_bytes())
}

fn catalogue(grid: &Grid) -> Value {
    let about = grid.about();
    let shape = grid.shape();
    let (south, north) = shape.latitude.extent();
    let (west, east) = shape.longitude.extent();
    let perils: Vec<_> = Peril::ALL
        .into_iter()
        .filter(|one| about.provenance(*one).is_some())
        .map(|one| peril(grid, one))
        .collect();
    json!({
        "store": {
            "version": about.version.id,
            "imported_at": Timestamp::from_seconds(about.version.imported_at).to_string(),
            "sha256": grid.checksum(),
            "synthetic": about.synthetic,
            "source": about.source,
            "licence": about.licence,
        },
        "grid": {
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            "extent": {"south": south, "north": north, "west": west, "east": east},
            "cell_size_degrees": {"latitude": shape.latitude.step(), "longitude": shape.longitude.step()},
            "cells": about.cells_on_grid,
            "cells_with_data": about.rows,
        },
        "scenarios": Scenario::ALL.map(|one| json!({"name": one.name(), "definition": one.definition()})),
        "years": Year::ALL.map(Year::number),
        "missing": {
            "not_covered": "The source has no value for this cell.",
            "not_applicable": "The metric has no meaning in this cell, as fire at sea.",
        },
        "perils": perils,
    })
}

fn peril(grid: &Grid, peril: Peril) -> Value {
    let provenance = grid.about().provenance(peril).map(|from| {
        json!({
            "source": from.source,
            "synthetic": from.synthetic,
            "rows": from.rows,
            "cells_with_data": from.cells_with_data,
        })
    });
    let metrics = peril.metrics().iter().map(|one| metric(grid, *one));
    json!({
        "name": peril.name(),
        "title": peril.title(),
        "code": peril.code(),
        "version": peril.version(),
        "provenance": provenance,
        "metrics": metrics.collect::<Vec<_>>(),
    })
}

fn metric(grid: &Grid, metric: Metric) -> Value {
    let columns = Column::all().filter(|column| column.metric() == metric);
    let statistics = columns.filter_map(|column| {
        let found = grid.about().statistics(column)?;
        Some(json!({
            "scenario": column.scenario().name(),
            "year": column.year().number(),
            "known": found.known,
            "not_applicable": found.not_applicable,
            "not_covered": found.not_covered,
            "minimum": found.min.map(exact),
            "mean": found.mean.map(exact),
            "maximum": found.max.map(exact),
        }))
    });
    json!({
        "name": metric.name(),
        "definition": metric.definition(),
        "unit": metric.ucum(),
        "statistics": statistics.collect::<Vec<_>>(),
    })
}

/// Millionths as the nearest double: what a JSON number is to most readers.
fn exact(micro: i64) -> Option<f64> {
    crate::dataset::grid::Value::Known(micro).known()
}

const JSON: &str = "application/json";
