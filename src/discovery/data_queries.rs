//! The data queries of a coverage, as OGC API Environmental Data Retrieval 1.1 says of them in a collection.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    View,
    link::Link,
    view::{path_of, title},
};
use crate::{
    dataset::{
        Collection, Kind,
        coverage::{Crs, LengthUnit},
        edr::QueryKind,
        metadata::Field,
    },
    response::{coverage::Format, media::Formats},
};

#[derive(Serialize)]
pub(super) struct Offer {
    data_queries: Map<String, Value>,
    crs: [&'static str; 2],
    output_formats: Vec<&'static str>,
    parameter_names: Map<String, Value>,
}

/// The data queries of `collection`; none where nothing lies on a grid.
pub(super) fn of(view: &View<'_>, collection: &Collection) -> Option<Offer> {
    if !is_asked(collection) {
        return None;
    }
    let query = |kind: QueryKind| {
        let mut link = json!(link(view, collection, kind, title(collection)));
        if let Some(link) = link.as_object_mut() {
            let variables = json!({
                "title": kind.name(),
                "query_type": kind.name(),
                "output_formats": Format::known(),
                "default_output_format": Format::known().first(),
            });
            let mut variables = variables.as_object().cloned().unwrap_or_default();
            if kind.requires("within-units") {
                variables.insert("within_units".to_owned(), json!(LengthUnit::LISTED));
            }
            link.insert("variables".to_owned(), variables.into());
        }
        (kind.name().to_owned(), json!({"link": link}))
    };
    let fields = collection.metadata().fields.iter();
    Some(Offer {
        data_queries: QueryKind::ALL.into_iter().map(query).collect(),
        crs: Crs::ALL.map(Crs::uri),
        output_formats: Format::known(),
        parameter_names: fields
            .map(|field| (field.name.to_string(), parameter(field)))
            .collect(),
    })
}

/// A link to each query, by which clients know that `collection` has data.
pub(super) fn links(view: &View<'_>, collection: &Collection) -> Vec<Link> {
    let kinds = QueryKind::ALL.into_iter();
    let kinds = kinds.filter(|_| is_asked(collection));
    let link = |kind: QueryKind| {
        link(
            view,
            collection,
            kind,
            &format!("Its data by {}", kind.name()),
        )
    };
    kinds.map(link).collect()
}

fn link(view: &View<'_>, collection: &Collection, kind: QueryKind, title: &str) -> Link {
    let path = format!("{}/{}", path_of(collection), kind.name());
    Link::new(
        view,
        "data",
        &path,
        Format::CoverageJson.media().essence(),
        title,
    )
}

fn is_asked(collection: &Collection) -> bool {
    match collection.kind() {
        Kind::Coverage => collection.has_data(),
        Kind::Features | Kind::Files | Kind::Records | Kind::Series => false,
    }
}

fn parameter(field: &Field) -> Value {
    let label = field.title.as_ref().unwrap_or(&field.name);
    let name = field.standard_name.as_deref();
    let id = name.map_or_else(|| field.name.to_string(), standard_name);
    let observed = json!({"id": id, "label": label});
    let mut parameter = Map::from_iter([
        ("type".to_owned(), "Parameter".into()),
        ("id".to_owned(), json!(field.name)),
        ("label".to_owned(), json!(label)),
        ("observedProperty".to_owned(), observed),
    ]);
    if let Some(definition) = &field.definition {
        parameter.insert("description".to_owned(), json!(definition));
    }
    if let Some(unit) = &field.unit {
        // What is no code of UCUM is a word for people.
        let unit = if unit.is_ucum() {
            json!({"symbol": {"value": unit.code(), "type": UCUM}})
        } else {
            json!({"label": unit.code(), "symbol": unit.code()})
        };
        parameter.insert("unit".to_owned(), unit);
    }
    parameter.into()
}

/// The address of a standard name of the CF conventions.
fn standard_name(name: &str) -> String {
    format!("http://vocab.nerc.ac.uk/standard_name/{name}/")
}

const UCUM: &str = "http://www.opengis.net/def/uom/UCUM/";
