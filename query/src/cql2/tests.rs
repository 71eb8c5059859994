use proptest::prelude::*;

use super::*;
use crate::{
    literal::Literal,
    predicate::{Comparison, Folding},
    schema::{Column, ColumnType, Kind, TableSchema, Time},
};

mod dataset;
mod examples;
mod faults;
mod hostile;
mod standard;

/// A table with a column of each type.
fn schema() -> TableSchema {
    let column = |(name, column_type): &(&str, ColumnType)| Column {
        is_nullable: *name != "updated",
        ..Column::new(name, *column_type)
    };
    TableSchema {
        kind: Kind::Features,
        columns: COLUMNS.iter().map(column).collect(),
        key: vec!["name".into()],
        time: Some(Time::During {
            begin: "starts_at".into(),
            end: "ends_at".into(),
        }),
        geometry: Some("geometry".into()),
        step_ms: None,
    }
}

const COLUMNS: [(&str, ColumnType); 12] = [
    ("name", ColumnType::Text),
    ("eo:platform", ColumnType::Text),
    ("floors", ColumnType::Integer),
    ("depth", ColumnType::Number),
    ("swimming_pool", ColumnType::Boolean),
    ("built", ColumnType::Date),
    ("updated", ColumnType::DateTime),
    ("starts_at", ColumnType::DateTime),
    ("ends_at", ColumnType::DateTime),
    ("geometry", ColumnType::Geometry),
    ("in \"quotes\"", ColumnType::Text),
    ("notes", ColumnType::Json),
];

fn of_text(filter: &str) -> Result<Predicate, Fault> {
    text(filter, &schema(), Options::default())
}

fn of_json(filter: &str) -> Result<Predicate, Fault> {
    json(filter, &schema(), Options::default())
}

/// The predicate in its canonical form, or the fault.
fn shown(predicate: Result<Predicate, Fault>) -> String {
    match predicate {
        Ok(predicate) => predicate.text(&schema()),
        Err(fault) => fault.to_string(),
    }
}
