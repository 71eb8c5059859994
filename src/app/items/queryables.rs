//! The fields of a table that can be asked for (OGC API Features Part 3 §6.2).

use actix_web::HttpResponse;
use perild_query::{ColumnType, TableSchema};
use serde_json::{Map, Value, json};

use super::{super::context::RequestContext, route::TableRoute};
use crate::{
    dataset::{
        metadata::{Field, Metadata},
        tables::{Parameters, PermittedTable},
    },
    response::{
        Refusal,
        representation::{BY_CODING, Caching, Representation, coding_of_only},
        validators::{ContentVersion, Validators},
    },
};

impl RequestContext<'_> {
    pub(super) fn queryables(
        self,
        route: &TableRoute,
        table: &PermittedTable,
    ) -> Result<HttpResponse, Refusal> {
        Parameters::read(&self.parameters(), table.schema(), &[], false)?;
        let content = ContentVersion::from(table);
        let representation = Representation {
            content_type: SCHEMA,
            coding: coding_of_only(self.request, SCHEMA)?,
            chosen_by: Some(BY_CODING),
            caching: Caching::Private(Validators::of_answer(&content, self.request, "")),
        };
        let id = route.collection.as_ref();
        let id = id.map_or("", |id| id.as_str());
        let collection = self.site.catalog.get(id).ok_or(Refusal::NoRoute)?;
        let address = format!("{}{}", self.site.base_url, self.request.uri().path());
        representation.whole(self.request, || {
            document(table, collection.metadata(), &address)
                .to_string()
                .into_bytes()
        })
    }
}

fn document(table: &PermittedTable, metadata: &Metadata, address: &str) -> Value {
    let schema = table.schema();
    let columns = schema.columns.iter().enumerate();
    let asked = columns.filter(|(_, column)| column.column_type != ColumnType::Json);
    let properties = asked.map(|(position, column)| {
        let said = metadata
            .fields
            .iter()
            .find(|field| field.name == column.name);
        let mut property = typed(schema, position);
        if let Some(field) = said {
            describe(&mut property, field);
        }
        if let Some(values) = table.distinct(position) {
            property.insert("enum".to_owned(), json!(values));
        }
        (column.name.to_string(), Value::from(property))
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": metadata.title,
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": false,
    })
}

fn typed(schema: &TableSchema, position: usize) -> Map<String, Value> {
    let Some(column) = schema.columns.get(position) else {
        return Map::new();
    };
    let typed = match column.column_type {
        ColumnType::Boolean => json!({"type": "boolean"}),
        ColumnType::Date => json!({"type": "string", "format": "date"}),
        ColumnType::DateTime => json!({"type": "string", "format": "date-time"}),
        ColumnType::Geometry => json!({"format": "geometry-any"}),
        ColumnType::Integer => json!({"type": "integer"}),
        ColumnType::Number => json!({"type": "number"}),
        ColumnType::Json | ColumnType::Text => json!({"type": "string"}),
    };
    let mut typed = typed.as_object().cloned().unwrap_or_default();
    if schema.key.first() == Some(&column.name) {
        typed.insert("x-ogc-role".to_owned(), "id".into());
    }
    if schema.geometry.as_ref() == Some(&column.name) {
        typed.insert("x-ogc-role".to_owned(), "primary-geometry".into());
    }
    typed
}

fn describe(property: &mut Map<String, Value>, field: &Field) {
    let said = [("title", &field.title), ("description", &field.definition)];
    for (name, text) in said {
        if let Some(text) = text {
            property.insert(name.to_owned(), text.as_ref().into());
        }
    }
    if let Some(unit) = &field.unit {
        property.insert("x-ogc-unit".to_owned(), unit.code().into());
    }
}

const SCHEMA: &str = "application/schema+json";
