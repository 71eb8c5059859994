//! The tables as the catalogue lists them: what they say of themselves, in the words of DCAT and OGC API.

use perild_query::{Column, ColumnType, Literal, Table, Time};
use serde::Deserialize;

use super::Tables;
use crate::{
    clock::Timestamp,
    dataset::{
        catalog::{Held, Holding},
        metadata::{
            BoundingBox, Extent, Field, FieldType, Interval, Licence, Metadata, Moment, Unit,
        },
    },
    policy::CollectionId,
};

/// Words of an import on a table: all of it may be absent, and more may be there.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    title: Option<Box<str>>,
    description: Option<Box<str>>,
    licence: Option<Box<str>>,
    version: Option<Box<str>>,
    publisher: Option<Box<str>>,
    contact: Option<Box<str>>,
    keywords: Vec<Box<str>>,
}

impl Holding for Tables {
    fn held(&self) -> Vec<Held> {
        self.iter().map(|(id, table)| held(id, table)).collect()
    }
}

fn held(id: &CollectionId, table: &Table) -> Held {
    let about = About::deserialize(table.about()).unwrap_or_default();
    let schema = table.schema();
    let metadata = Metadata {
        title: about.title.unwrap_or_else(|| id.as_str().into()),
        description: about.description,
        keywords: about.keywords,
        licence: about.licence.map(|text| Licence::parse(&text)),
        publisher: about.publisher,
        contact: about.contact,
        version: about.version,
        modified: Some(Moment::at(Timestamp::from_seconds(
            table.modified_ms().div_euclid(1000),
        ))),
        extent: Extent {
            spatial: spatial(table),
            temporal: temporal(table),
        },
        fields: schema.columns.iter().map(field).collect(),
        ..Metadata::default()
    };
    Held {
        id: id.clone(),
        group: None,
        kind: schema.kind.into(),
        metadata,
        digest: Some(table.version().into()),
        has_data: true,
    }
}

/// The box around all geometries, as far as the globe goes.
fn spatial(table: &Table) -> Option<BoundingBox> {
    let [west, south, east, north] = table.bounds()?;
    let within = |degrees: f64, bound: f64| degrees.clamp(-bound, bound);
    BoundingBox::new([
        within(west, 180.0),
        within(south, 90.0),
        within(east, 180.0),
        within(north, 90.0),
    ])
}

/// From the first time that a row has to the last; a row that holds from one to another may be open at either.
fn temporal(table: &Table) -> Option<Interval> {
    let (begin, end) = match table.schema().time.as_ref()? {
        Time::At { column } => (column, column),
        Time::During { begin, end } => (begin, end),
    };
    let bound = |name: &str, is_last: bool| {
        let (at, column) = table.schema().column(name)?;
        let statistics = table.statistics(at)?;
        let is_open = statistics.nulls.is_none_or(|nulls| nulls > 0);
        let value = if is_last {
            statistics.max
        } else {
            statistics.min
        };
        let value = value.filter(|_| !is_open || begin == end)?;
        moment(&value.literal(column.column_type)?)
    };
    Interval::new(bound(begin, false), bound(end, true))
}

fn moment(value: &Literal) -> Option<Moment> {
    match value {
        Literal::Date(days) => {
            Moment::parse(&perild_query::literal::instant::Day(*days).to_string())
        }
        Literal::DateTime(ms) => Some(Moment::at(Timestamp::from_seconds(ms.div_euclid(1000)))),
        Literal::Boolean(_) | Literal::Integer(_) | Literal::Number(_) | Literal::Text(_) => None,
    }
}

fn field(column: &Column) -> Field {
    Field {
        name: column.name.clone(),
        title: None,
        field_type: match column.column_type {
            ColumnType::Boolean => Some(FieldType::Boolean),
            ColumnType::Date => Some(FieldType::Date),
            ColumnType::DateTime => Some(FieldType::DateTime),
            ColumnType::Geometry => Some(FieldType::Geometry),
            ColumnType::Integer => Some(FieldType::Integer),
            // Arrays and objects: there is no one type that both are.
            ColumnType::Json => None,
            ColumnType::Number => Some(FieldType::Number),
            ColumnType::Text => Some(FieldType::String),
        },
        unit: column.unit.as_deref().map(Unit::parse),
        definition: column.definition.clone(),
        standard_name: None,
    }
}
