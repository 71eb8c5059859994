//! The columns of a file, and those that rows are sorted by.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};

use crate::schema::{Column, ColumnType, Kind, TableSchema, Time};

use super::{geo, order::Order};

/// A table's columns as they lie in files.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    table: TableSchema,
    file: SchemaRef,
    key: Vec<usize>,
    time: Option<usize>,
    geometry: Option<usize>,
}

impl Stored {
    /// The columns of `table`, which has been checked.
    pub(crate) fn new(table: TableSchema) -> Self {
        let place = |name: &str| table.column(name).map(|(column, _)| column);
        let key = table.key.iter().filter_map(|name| place(name)).collect();
        let time = match &table.time {
            Some(Time::At { column }) if table.kind == Kind::Series => place(column),
            _ => None,
        };
        let geometry = table.geometry.as_deref().and_then(place);
        let geometry = geometry.filter(|_| table.kind == Kind::Features);
        Self {
            file: file(&table, geometry),
            key,
            time,
            geometry,
            table,
        }
    }

    /// The table's columns.
    pub(crate) fn table(&self) -> &TableSchema {
        &self.table
    }

    /// The columns of a file: those of the table, and of features the boxes of their geometries.
    pub(crate) fn file(&self) -> &SchemaRef {
        &self.file
    }

    /// The columns of rows on their way to a file: beside those of the file the place on the curve, and the number of the
    /// row as it came.
    pub(super) fn sorting(&self) -> SchemaRef {
        let of_file = self.file.fields().iter().map(Arc::clone);
        let hilbert = self.geometry.map(|_| number(HILBERT));
        let fields = of_file.chain(hilbert).chain([number(ROW)]);
        Arc::new(Schema::new(fields.collect::<Vec<FieldRef>>()))
    }

    /// The columns of the key.
    pub(crate) fn key(&self) -> &[usize] {
        &self.key
    }

    /// The column of geometries of features.
    pub(crate) fn geometry(&self) -> Option<usize> {
        self.geometry
    }

    /// Columns that tell rows apart, in the order in which they are compared.
    pub(crate) fn unique(&self) -> Vec<usize> {
        self.key.iter().copied().chain(self.time).collect()
    }

    /// Of features the columns of the file of keys: those of the key, and the place of the row among all rows.
    pub(crate) fn keys(&self) -> Self {
        let place = Column {
            is_nullable: false,
            ..Column::new(PLACE, ColumnType::Integer)
        };
        self.of_key(Some(place))
    }

    /// The columns of the key alone.
    pub(super) fn key_only(&self) -> Self {
        self.of_key(None)
    }

    fn of_key(&self, beside: Option<Column>) -> Self {
        let key = self.key.iter().filter_map(|at| self.table.columns.get(*at));
        Self::new(TableSchema {
            kind: Kind::Records,
            columns: key.cloned().chain(beside).collect(),
            key: self.table.key.clone(),
            time: None,
            geometry: None,
            step_ms: None,
        })
    }

    /// The first of those columns.
    pub(crate) fn first_unique(&self) -> Option<usize> {
        self.key.first().copied()
    }

    /// The order of rows on their way to a file.
    pub(super) fn sorting_order(&self) -> Result<Order, ArrowError> {
        let hilbert = self.geometry.map(|_| self.file.fields().len());
        let columns = hilbert.into_iter().chain(self.unique()).collect();
        Order::new(&self.sorting(), columns)
    }

    /// The order by what tells rows apart; of all kinds but features it is that of files.
    pub(crate) fn unique_order(&self) -> Result<Order, ArrowError> {
        Order::new(&self.file, self.unique())
    }
}

fn file(table: &TableSchema, geometry: Option<usize>) -> SchemaRef {
    let columns = table.arrow();
    let of_table = columns.fields().iter().map(Arc::clone);
    let Some(name) = geometry.and(table.geometry.as_deref()) else {
        return columns;
    };
    let bounds = BOX.map(|side| Arc::new(Field::new(side, DataType::Float64, true)));
    let fields: Vec<FieldRef> = of_table.chain(bounds).collect();
    let geo = (geo::GEO.to_owned(), geo::metadata(name));
    Arc::new(Schema::new_with_metadata(fields, HashMap::from([geo])))
}

fn number(name: &str) -> FieldRef {
    Arc::new(Field::new(name, DataType::UInt64, false))
}

/// Columns of boxes: west, south, east, north.
pub(crate) const BOX: [&str; 4] = ["_xmin", "_ymin", "_xmax", "_ymax"];
const HILBERT: &str = "_hilbert";
const ROW: &str = "_row";
const PLACE: &str = "_place";
