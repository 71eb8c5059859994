//! `GET /v1/perils`: what there is, as the store says it.

use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::{
    Refusal,
    representation::{BY_CODING, Caching, Representation, coding_of_only},
    validators::Validators,
};
use crate::{
    clock::Timestamp,
    dataset::{
        Perils,
        grid::{CoverageMetadata, DimensionValues, GridShape, Value as Stored},
        perils::{Description, Origins, Served},
    },
};

/// The answer to a GET or HEAD.
///
/// # Errors
/// [`Refusal`] when JSON or its codings are not acceptable, or a precondition fails.
pub fn answer(request: &HttpRequest, perils: &Perils) -> Result<HttpResponse, Refusal> {
    let perils: Vec<_> = perils.perils().filter(|one| one.store.is_some()).collect();
    let stores = || perils.iter().filter_map(|one| one.store.as_deref());
    let representation = Representation {
        content_type: JSON,
        coding: coding_of_only(request, JSON)?,
        chosen_by: Some(BY_CODING),
        caching: Caching::Private(Validators::of_answer(
            &distinct(stores()).collect(),
            request,
            "",
        )),
    };
    let newest = stores().max_by_key(|store| store.version.id);
    let newest = newest.ok_or(Refusal::Fault)?;
    representation.whole(request, || {
        catalogue(&perils, newest).to_string().into_bytes()
    })
}

/// The stores, each once.
fn distinct<'s>(stores: impl Iterator<Item = &'s Served>) -> impl Iterator<Item = &'s Served> {
    let mut seen: Vec<&Served> = Vec::new();
    for store in stores {
        if seen.iter().all(|known| !std::ptr::eq(*known, store)) {
            seen.push(store);
        }
    }
    seen.into_iter()
}

fn catalogue(perils: &[&std::sync::Arc<Description>], newest: &Served) -> Value {
    let origins = Origins::of(perils.iter().copied());
    let is_one = |one: &&std::sync::Arc<Description>| {
        let store = one.store.as_deref();
        store.is_some_and(|store| std::ptr::eq(store, newest))
    };
    let has_one_store = perils.iter().all(is_one);
    let each = perils.iter().map(|one| peril(one, has_one_store));
    let dimensions = perils.first().map(|one| one.coverage.columns.dimensions());
    let values = |name: &str| {
        let mut dimensions = dimensions.unwrap_or_default().iter();
        dimensions
            .find(|one| *one.name == *name)
            .map(|one| &one.values)
    };
    json!({
        "store": {
            "version": newest.version.id,
            "imported_at": Timestamp::from_seconds(newest.version.imported_at).to_string(),
            "sha256": newest.checksum,
            "synthetic": origins.synthetic,
            "source": origins.source,
            "licence": origins.licence,
        },
        "grid": grid(newest),
        "scenarios": values("scenario").map(named),
        "years": values("year").map(numbers),
        "missing": {
            "not_covered": "The source has no value for this cell.",
            "not_applicable": "The metric has no meaning in this cell, as fire at sea.",
        },
        "perils": each.collect::<Vec<_>>(),
    })
}

fn grid(store: &Served) -> Value {
    let GridShape {
        latitude,
        longitude,
    } = &store.shape;
    let ((south, north), (west, east)) = (latitude.extent(), longitude.extent());
    json!({
        "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "extent": {"south": south, "north": north, "west": west, "east": east},
        "cell_size_degrees": {"latitude": latitude.step(), "longitude": longitude.step()},
        "cells": store.cells_on_grid,
        "cells_with_data": store.rows,
    })
}

/// The values of a dimension that are names.
fn named(values: &DimensionValues) -> Value {
    let DimensionValues::Text(names) = values else {
        return json!([]);
    };
    let names = names.iter();
    names
        .map(|one| json!({"name": one.name, "definition": one.definition}))
        .collect()
}

/// The values of a dimension that are numbers.
fn numbers(values: &DimensionValues) -> Value {
    let numbers = values.texts();
    numbers
        .filter_map(|text| serde_json::from_str::<Value>(&text).ok())
        .collect()
}

fn peril(description: &Description, has_one_store: bool) -> Value {
    let coverage = &description.coverage;
    let provenance = coverage.provenance.as_ref().map(|from| {
        json!({
            "source": from.source,
            "synthetic": coverage.synthetic,
            "rows": from.rows,
            "cells_with_data": from.cells_with_data,
        })
    });
    let metrics = 0..coverage.columns.variables().len();
    let mut peril = json!({
        "name": coverage.id,
        "title": coverage.title,
        "code": coverage.code,
        "version": coverage.version,
        "provenance": provenance,
        "metrics": metrics.map(|one| metric(coverage, one)).collect::<Vec<_>>(),
    });
    if let (false, Some(store), Some(peril)) =
        (has_one_store, &description.store, peril.as_object_mut())
    {
        let own = json!({
            "version": store.version.id,
            "imported_at": Timestamp::from_seconds(store.version.imported_at).to_string(),
            "sha256": store.checksum,
            "synthetic": coverage.synthetic,
            "source": coverage.source,
            "licence": coverage.licence,
        });
        peril.insert("store".to_owned(), own);
        peril.insert("grid".to_owned(), grid(store));
    }
    peril
}

fn metric(coverage: &CoverageMetadata, variable: usize) -> Value {
    let columns = &coverage.columns;
    let Some(known) = columns.variables().get(variable) else {
        return Value::Null;
    };
    let exact = |steps: i64| Stored::Known(steps).in_units(known.decimals);
    let of_variable = columns
        .all()
        .filter(|column| columns.variable_of(*column) == variable);
    let statistics = of_variable.filter_map(|column| {
        let found = coverage.statistics(column)?;
        let along = |name: &str| {
            let dimension = columns.dimension_named(name)?;
            let position = columns.position(column, dimension)?;
            let values = &columns.dimensions().get(dimension)?.values;
            values.text(position).map(std::borrow::Cow::into_owned)
        };
        let year = along("year").and_then(|year| serde_json::from_str::<Value>(&year).ok());
        Some(json!({
            "scenario": along("scenario"),
            "year": year,
            "known": found.known,
            "not_applicable": found.not_applicable,
            "not_covered": found.not_covered,
            "minimum": found.min.map(exact),
            "mean": found.mean.map(exact),
            "maximum": found.max.map(exact),
        }))
    });
    json!({
        "name": known.name,
        "definition": known.definition,
        "unit": known.unit,
        "statistics": statistics.collect::<Vec<_>>(),
    })
}

const JSON: &str = "application/json";
