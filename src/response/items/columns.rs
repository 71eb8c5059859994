//! The columns of an answer: those that are read, and what each is of it.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::{Schema, SchemaRef};
use perild_query::{Column, ColumnType, TableSchema, geometry::Crs};
use serde_json::json;

use super::Format;
use crate::response::batches::{
    Extension,
    feature::{FeatureColumns, GeometryColumns},
    named, parquet,
};

/// Columns of an answer.
#[derive(Clone, Debug)]
pub(crate) struct AnswerColumns {
    /// Columns of the table in the order in which they are read.
    pub(crate) read: Vec<usize>,
    /// Their fields, with what each says of itself.
    pub(crate) schema: SchemaRef,
    /// Their parts of a feature.
    pub(crate) features: FeatureColumns,
    /// The place of the geometry among them.
    pub(crate) geometry: Option<usize>,
}

impl AnswerColumns {
    /// The columns of an answer in `format` of rows of `table`: the `named` ones, or all. A feature has its id, of the
    /// columns `unique`, and its geometry whatever is named.
    pub(crate) fn of(
        table: &TableSchema,
        unique: &[usize],
        named: Option<&[usize]>,
        format: Format,
        crs: Crs,
    ) -> Self {
        let all: Vec<_> = (0..table.columns.len()).collect();
        let shown = named.unwrap_or(&all);
        let geometry = table.geometry.as_ref().and_then(|name| table.column(name));
        let geometry = geometry.map(|(column, _)| column);
        let are_features = match format {
            Format::GeoJson | Format::Json => true,
            Format::NdJson => geometry.is_some(),
            Format::Arrow | Format::Csv | Format::Parquet => false,
        };
        let mut read = shown.to_vec();
        let mut features = FeatureColumns::default();
        if are_features {
            let beside = unique.iter().copied().chain(geometry);
            read.extend(beside.filter(|column| !shown.contains(column)));
            read.dedup();
            let place = |column: usize| read.iter().position(|read| *read == column);
            features = FeatureColumns {
                id: unique.iter().filter_map(|column| place(*column)).collect(),
                geometry: geometry
                    .and_then(place)
                    .map_or(GeometryColumns::None, |at| GeometryColumns::Wkb(at, crs)),
                hidden: (shown.len()..read.len()).collect(),
            };
        }
        Self {
            schema: schema(table, &read, format),
            geometry: read.iter().position(|read| Some(*read) == geometry),
            read,
            features,
        }
    }
}

/// The fields of the columns `read`, with what each is of; a `GeoParquet` file says so of its primary column.
fn schema(table: &TableSchema, read: &[usize], format: Format) -> SchemaRef {
    let arrow = table.arrow();
    let columns = read.iter().filter_map(|column| {
        let field = arrow.fields().get(*column)?.as_ref().clone();
        Some(field.with_metadata(about(table.columns.get(*column)?)))
    });
    let primary = table.geometry.as_ref().and_then(|name| table.column(name));
    let primary = primary.filter(|(column, _)| read.contains(column) && format == Format::Parquet);
    let metadata = primary.map(|(_, column)| {
        // Without a system, longitudes come first, in degrees of WGS 84 (GeoParquet 1.1).
        let of_column = json!({"encoding": "WKB", "geometry_types": []});
        let geo = json!({
            "version": "1.1.0", "primary_column": column.name, "columns": {&*column.name: of_column},
        });
        named([(parquet::GEO, geo.to_string())])
    });
    let schema = Schema::new(columns.collect::<Vec<_>>());
    Arc::new(schema.with_metadata(metadata.unwrap_or_default()))
}

/// The field metadata of a column.
fn about(column: &Column) -> HashMap<String, String> {
    let mut about = match column.column_type {
        ColumnType::Geometry => Extension::Wkb.metadata(),
        ColumnType::Json => Extension::Json.metadata(),
        ColumnType::Boolean
        | ColumnType::Date
        | ColumnType::DateTime
        | ColumnType::Integer
        | ColumnType::Number
        | ColumnType::Text => HashMap::new(),
    };
    let said = [("unit", &column.unit), ("definition", &column.definition)];
    for (name, text) in said {
        if let Some(text) = text {
            about.insert(name.to_owned(), text.to_string());
        }
    }
    about
}

#[cfg(test)]
mod tests {
    use perild_query::Kind;

    use super::*;

    fn outages() -> TableSchema {
        let column = |name: &str, column_type| Column {
            unit: (name == "load").then(|| "MW".into()),
            ..Column::new(name, column_type)
        };
        TableSchema {
            kind: Kind::Features,
            columns: vec![
                column("id", ColumnType::Text),
                column("load", ColumnType::Number),
                column("geom", ColumnType::Geometry),
                column("tags", ColumnType::Json),
            ],
            key: vec!["id".into()],
            time: None,
            geometry: Some("geom".into()),
            step_ms: None,
        }
    }

    #[test]
    fn a_feature_has_its_id_and_its_geometry_whatever_is_named_and_a_table_what_is_named() {
        let of = |named: Option<&[usize]>, format| {
            AnswerColumns::of(&outages(), &[0], named, format, Crs::Crs84)
        };
        let geojson = of(Some(&[1]), Format::GeoJson);
        assert_eq!(geojson.read, [1, 0, 2]);
        assert_eq!(geojson.features.id, [1]);
        assert_eq!(geojson.features.hidden, [1, 2]);
        assert!(matches!(
            geojson.features.geometry,
            GeometryColumns::Wkb(2, Crs::Crs84)
        ));
        let all = of(None, Format::NdJson);
        assert_eq!(all.read, [0, 1, 2, 3]);
        assert!(all.features.hidden.is_empty());
        assert_eq!((geojson.geometry, all.geometry), (Some(2), Some(2)));
        let csv = of(Some(&[3, 1]), Format::Csv);
        assert_eq!(
            (csv.read.as_slice(), csv.geometry),
            ([3, 1].as_slice(), None)
        );
        assert!(csv.features.id.is_empty());
        assert_eq!(csv.schema.field(1).metadata().get("unit").unwrap(), "MW");
    }

    #[test]
    fn a_parquet_file_with_the_geometry_says_where_it_is_and_one_without_does_not() {
        let geo = |named: &[usize], format| {
            let columns = AnswerColumns::of(&outages(), &[0], Some(named), format, Crs::Crs84);
            columns.schema.metadata().get("geo").cloned()
        };
        let text = geo(&[0, 2], Format::Parquet).unwrap();
        let said: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(said["columns"]["geom"]["encoding"], "WKB");
        assert_eq!(geo(&[0, 1], Format::Parquet), None);
        assert_eq!(geo(&[0, 2], Format::Arrow), None);
    }
}
