use perild_query::{Column, ColumnType, Kind, TableSchema};

/// A table of watches by their sku.
pub(in crate::dataset) fn watches() -> TableSchema {
    let column = |name: &str, column_type, is_nullable| Column {
        is_nullable,
        ..Column::new(name, column_type)
    };
    TableSchema {
        kind: Kind::Records,
        columns: vec![
            column("sku", ColumnType::Text, false),
            column("brand", ColumnType::Text, true),
            column("year", ColumnType::Integer, true),
            column("sold", ColumnType::Date, true),
        ],
        key: vec!["sku".into()],
        time: None,
        geometry: None,
        step_ms: None,
    }
}
