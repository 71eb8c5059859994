//! Rows in a plain list, and the answers to questions by looking at each.

use std::{cmp::Ordering, sync::Arc};

use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use proptest::prelude::*;

use super::Asked;
use crate::{
    geometry::{self, Bbox, Prepared, Relation, wkb},
    layout::scalar::literal_of,
    literal::Literal,
    predicate::{Comparison, Folding, Predicate},
    query::{Interval, Query},
    schema::{Column, ColumnType, Kind, TableSchema, Time},
};

/// A value; of geometries a point.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::table) enum Cell {
    Nothing,
    Is(Literal),
    Point([f64; 2]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::table) enum Shape {
    Records,
    Composite,
    Series,
    Features,
}

#[derive(Clone, Debug)]
pub(in crate::table) struct Plain {
    pub(super) shape: Shape,
    pub(super) schema: TableSchema,
    /// In the order of the table.
    pub(in crate::table) rows: Vec<Vec<Cell>>,
    /// As they are written.
    pub(super) pushed: Vec<Vec<Cell>>,
}

/// Columns that are sorted by.
pub(super) const SORTABLE: usize = 7;
pub(super) const PREDICATES: usize = 9;

const TYPES: [(&str, ColumnType); 8] = [
    ("id", ColumnType::Text),
    ("number", ColumnType::Integer),
    ("from", ColumnType::DateTime),
    ("to", ColumnType::DateTime),
    ("value", ColumnType::Number),
    ("open", ColumnType::Boolean),
    ("day", ColumnType::Date),
    ("place", ColumnType::Geometry),
];

pub(super) fn row() -> impl Strategy<Value = Vec<Cell>> {
    let text = "[a-c]{1,3}".prop_map(|text| Cell::Is(Literal::Text(text.into())));
    let number = (0..6_i64).prop_map(|number| Cell::Is(Literal::Integer(number)));
    let instant = || (0..20_i64).prop_map(|day| Cell::Is(Literal::DateTime(day * 86_400_000)));
    let value = (-3..3_i8).prop_map(|value| Cell::Is(Literal::Number(f64::from(value) / 2.0)));
    let open = any::<bool>().prop_map(|open| Cell::Is(Literal::Boolean(open)));
    let day = (0..20_i32).prop_map(|day| Cell::Is(Literal::Date(day)));
    let point = (-9..9_i8, -9..9_i8).prop_map(|(x, y)| point(x, y));
    let maybe = |cell: BoxedStrategy<Cell>| prop_oneof![4 => cell, 1 => Just(Cell::Nothing)];
    (
        text,
        number,
        instant(),
        maybe(instant().boxed()),
        maybe(value.boxed()),
        maybe(open.boxed()),
        maybe(day.boxed()),
        maybe(point.boxed()),
    )
        .prop_map(|(id, number, from, to, value, open, day, place)| {
            vec![id, number, from, to, value, open, day, place]
        })
}

/// The row of a number, which no other has.
pub(in crate::table) fn numbered(number: i64) -> Vec<Cell> {
    let instant = Cell::Is(Literal::DateTime(number));
    vec![
        Cell::Is(Literal::Text(format!("{number:04}").into())),
        Cell::Is(Literal::Integer(number * 7 % 10)),
        instant.clone(),
        instant,
        Cell::Nothing,
        Cell::Is(Literal::Boolean(number % 2 == 0)),
        Cell::Nothing,
        point(i8::try_from(number % 9).unwrap(), 1),
    ]
}

/// Coordinates times 20, so that all of the world is asked for.
fn point(x: i8, y: i8) -> Cell {
    Cell::Point([f64::from(x) * 20.0, f64::from(y) * 10.0])
}

impl Plain {
    pub(in crate::table) fn new(shape: Shape, rows: Vec<Vec<Cell>>) -> Self {
        let (kind, key) = match shape {
            Shape::Records => (Kind::Records, vec!["id"]),
            Shape::Composite => (Kind::Records, vec!["id", "number"]),
            Shape::Series => (Kind::Series, vec!["id"]),
            Shape::Features => (Kind::Features, vec!["id"]),
        };
        let time = if shape == Shape::Series {
            Time::At {
                column: "from".into(),
            }
        } else if shape == Shape::Composite {
            Time::At {
                column: "day".into(),
            }
        } else {
            Time::During {
                begin: "from".into(),
                end: "to".into(),
            }
        };
        let columns = TYPES.map(|(name, column_type)| Column::new(name, column_type));
        let schema = TableSchema {
            kind,
            columns: columns.to_vec(),
            key: key.into_iter().map(Into::into).collect(),
            time: Some(time),
            geometry: (shape == Shape::Features).then(|| "place".into()),
            step_ms: None,
        };
        schema.check().unwrap();
        let mut plain = Self {
            shape,
            schema,
            rows: Vec::new(),
            pushed: Vec::new(),
        };
        for row in rows {
            if plain
                .pushed
                .iter()
                .all(|other| plain.key(other) != plain.key(&row))
            {
                plain.pushed.push(row);
            }
        }
        plain.rows = plain.pushed.clone();
        let mut rows = std::mem::take(&mut plain.rows);
        rows.sort_by(|one, other| plain.order(one, other));
        plain.rows = rows;
        plain
    }

    /// The values that tell rows apart.
    pub(super) fn key(&self, row: &[Cell]) -> Vec<Literal> {
        let columns: &[usize] = match self.shape {
            Shape::Records | Shape::Features => &[0],
            Shape::Composite => &[0, 1],
            Shape::Series => &[0, 2],
        };
        let cells = columns.iter().map(|column| &row[*column]);
        cells
            .map(|cell| match cell {
                Cell::Is(literal) => literal.clone(),
                _ => panic!("a key has no value"),
            })
            .collect()
    }

    fn order(&self, one: &[Cell], other: &[Cell]) -> Ordering {
        let place = |row: &[Cell]| match row[7] {
            _ if self.shape != Shape::Features => 0,
            Cell::Point(point) => geometry::hilbert(point),
            _ => u64::MAX,
        };
        let key = self.key(one).into_iter().zip(self.key(other));
        let by_key = key.fold(Ordering::Equal, |order, (one, other)| {
            order.then(one.compare(&other).unwrap())
        });
        place(one).cmp(&place(other)).then(by_key)
    }

    pub(super) fn batch(&self, rows: &[Vec<Cell>]) -> RecordBatch {
        let columns = TYPES.iter().enumerate().map(|(at, (_, column_type))| {
            let cells = rows.iter().map(|row| row[at].clone());
            array(*column_type, cells)
        });
        RecordBatch::try_new(self.schema.arrow(), columns.collect()).unwrap()
    }

    pub(super) fn query(&self, asked: &Asked) -> Query {
        let ids = asked.ids.as_ref().map(|ids| {
            let ids = ids.iter().map(|(row, is_there)| {
                let row = self.rows.get(row % self.rows.len().max(1)).cloned();
                let mut key = row.map_or_else(|| self.key(&numbered(1)), |row| self.key(&row));
                if !is_there {
                    key[0] = Literal::Text("bb0".into());
                }
                if self.shape == Shape::Series && ids.first().is_some_and(|first| first.0 % 2 == 0)
                {
                    key.truncate(1);
                }
                key.into()
            });
            ids.collect()
        });
        let is_features = self.shape == Shape::Features;
        let bbox = asked
            .bbox
            .filter(|_| is_features)
            .map(|[west, south, east, north]| Bbox {
                west: f64::from(west) * 20.0,
                south: f64::from(south.min(north)) * 10.0,
                east: f64::from(east) * 20.0,
                north: f64::from(south.max(north)) * 10.0,
                vertical: None,
            });
        Query {
            ids,
            predicate: asked.predicate.map(predicate),
            bbox,
            datetime: asked.datetime,
            properties: asked.properties.clone(),
            sort: asked.sort.clone(),
            limit: None,
            after: None,
            key_prefix: asked.prefix.as_deref().map(Into::into),
        }
    }

    pub(super) fn answer(&self, query: &Query) -> Vec<Vec<Cell>> {
        let rows = self.rows.iter().filter(|row| self.is_asked(query, row));
        let mut rows: Vec<&Vec<Cell>> = rows.collect();
        rows.sort_by(|one, other| {
            query.sort.iter().fold(Ordering::Equal, |order, key| {
                order.then_with(|| match (&one[key.column], &other[key.column]) {
                    (Cell::Is(one), Cell::Is(other)) => {
                        let order = one.compare(other).unwrap();
                        if key.is_descending {
                            order.reverse()
                        } else {
                            order
                        }
                    }
                    (Cell::Is(_), _) => Ordering::Less,
                    (_, Cell::Is(_)) => Ordering::Greater,
                    _ => Ordering::Equal,
                })
            })
        });
        let rows = rows.into_iter().map(|row| match &query.properties {
            Some(columns) => columns.iter().map(|column| row[*column].clone()).collect(),
            None => row.clone(),
        });
        rows.collect()
    }

    fn is_asked(&self, query: &Query, row: &[Cell]) -> bool {
        let key = self.key(row);
        let is_id = query
            .ids
            .as_ref()
            .is_none_or(|ids| ids.iter().any(|id| key.starts_with(id)));
        let prefix = query.key_prefix.as_deref().unwrap_or_default();
        let is_prefix = matches!(&key[0], Literal::Text(text) if text.starts_with(prefix));
        let is_within = query.bbox.is_none_or(|bbox| match row[7] {
            Cell::Point([x, y]) => {
                let is_between = if bbox.west <= bbox.east {
                    (bbox.west..=bbox.east).contains(&x)
                } else {
                    x >= bbox.west || x <= bbox.east
                };
                is_between && (bbox.south..=bbox.north).contains(&y)
            }
            // No place.
            _ => true,
        });
        let is_then = query
            .datetime
            .is_none_or(|interval| self.is_then(interval, row));
        let holds = query
            .predicate
            .as_ref()
            .is_none_or(|predicate| holds(predicate, row));
        is_id && is_prefix && is_within && is_then && holds
    }

    fn is_then(&self, interval: Interval, row: &[Cell]) -> bool {
        let ms = |cell: &Cell| match cell {
            Cell::Is(Literal::DateTime(ms)) => Some(*ms),
            _ => None,
        };
        match self.shape {
            Shape::Series => interval.meets(ms(&row[2]), ms(&row[2])),
            Shape::Composite => match &row[6] {
                Cell::Is(Literal::Date(day)) => {
                    let first = i64::from(*day) * 86_400_000;
                    interval.meets(Some(first), Some(first + 86_400_000 - 1))
                }
                // No time.
                _ => true,
            },
            _ => interval.meets(ms(&row[2]), ms(&row[3]).map(|end| end - 1)),
        }
    }
}

/// Few predicates: theirs is another room, which tests all.
pub(super) fn predicate(which: usize) -> Predicate {
    let compare = |column, comparison, literal| Predicate::Compare {
        column,
        folding: Folding::default(),
        comparison,
        literal,
    };
    match which {
        0 => compare(1, Comparison::Less, Literal::Integer(3)),
        1 => Predicate::IsNull { column: 4 },
        2 => compare(4, Comparison::GreaterOrEqual, Literal::Number(0.5)).negated(),
        3 => compare(5, Comparison::Equal, Literal::Boolean(true)),
        4 => Predicate::Constant(false),
        6 => relates(Relation::Within),
        7 => Predicate::all([
            relates(Relation::Intersects),
            compare(1, Comparison::Less, Literal::Integer(3)),
        ]),
        8 => relates(Relation::Disjoint).negated(),
        _ => Predicate::any([
            compare(6, Comparison::Greater, Literal::Date(15)),
            compare(0, Comparison::Less, Literal::Text("b".into())),
        ]),
    }
}

fn relates(relation: Relation) -> Predicate {
    let [west, south, east, north] = AREA;
    let ring = [(west, south), (east, south), (east, north), (west, north)];
    let area = geo::Polygon::new(ring.to_vec().into(), vec![]);
    Predicate::Relates {
        column: 7,
        relation,
        geometry: Prepared::of(&wkb::from_geo(&area.into())).unwrap(),
    }
}

fn holds(predicate: &Predicate, row: &[Cell]) -> bool {
    truth(predicate, row) == Some(true)
}

fn truth(predicate: &Predicate, row: &[Cell]) -> Option<bool> {
    match predicate {
        Predicate::Constant(is_true) => Some(*is_true),
        Predicate::IsNull { column } => Some(row[*column] == Cell::Nothing),
        Predicate::Not(inner) => truth(inner, row).map(|is_true| !is_true),
        Predicate::Any(parts) => {
            let truths: Vec<_> = parts.iter().map(|part| truth(part, row)).collect();
            if truths.contains(&Some(true)) {
                Some(true)
            } else if truths.contains(&None) {
                None
            } else {
                Some(false)
            }
        }
        Predicate::Compare {
            column,
            comparison,
            literal,
            ..
        } => match &row[*column] {
            Cell::Is(value) => Some(comparison.is_true(value.compare(literal).unwrap())),
            _ => None,
        },
        Predicate::All(parts) => {
            let parts: Vec<_> = parts.iter().cloned().map(Predicate::negated).collect();
            truth(&Predicate::Any(parts), row).map(|is_true| !is_true)
        }
        Predicate::Relates { relation, .. } => {
            let Cell::Point([x, y]) = row[7] else {
                return None;
            };
            let [west, south, east, north] = AREA;
            let is_met = (west..=east).contains(&x) && (south..=north).contains(&y);
            Some(match relation {
                Relation::Within => west < x && x < east && south < y && y < north,
                Relation::Disjoint => !is_met,
                _ => is_met,
            })
        }
        other => panic!("not asked: {other:?}"),
    }
}

/// An area with places on its border.
const AREA: [f64; 4] = [-60.0, -30.0, 40.0, 50.0];

pub(super) fn read(batch: &RecordBatch, properties: Option<&[usize]>) -> Vec<Vec<Cell>> {
    let all: Vec<usize> = (0..TYPES.len()).collect();
    let columns = properties.unwrap_or(&all);
    assert_eq!(batch.num_columns(), columns.len());
    let cell = |row: usize, (place, column): (usize, &usize)| {
        let (name, column_type) = TYPES[*column];
        let array = batch.column(place);
        assert_eq!(batch.schema_ref().field(place).name(), name);
        if column_type == ColumnType::Geometry {
            let wkbs = array.as_any().downcast_ref::<BinaryArray>().unwrap();
            let found = wkbs.iter().nth(row).unwrap();
            return found.map_or(Cell::Nothing, |wkb| {
                let [x, y, ..] = geometry::bounds(wkb).unwrap();
                Cell::Point([x, y])
            });
        }
        literal_of(array, row, column_type).map_or(Cell::Nothing, Cell::Is)
    };
    let rows = 0..batch.num_rows();
    rows.map(|row| {
        columns
            .iter()
            .enumerate()
            .map(|column| cell(row, column))
            .collect()
    })
    .collect()
}

fn array(column_type: ColumnType, cells: impl Iterator<Item = Cell>) -> ArrayRef {
    let literals = cells.map(|cell| match cell {
        Cell::Is(literal) => (Some(literal), None),
        Cell::Point(point) => (None, Some(wkb::point(point))),
        Cell::Nothing => (None, None),
    });
    let (literals, points): (Vec<_>, Vec<_>) = literals.unzip();
    let literals = literals.into_iter();
    let whole = |literal| match literal {
        Some(Literal::Integer(value) | Literal::DateTime(value)) => Some(value),
        _ => None,
    };
    match column_type {
        ColumnType::Text => Arc::new(literals.map(text).collect::<StringArray>()),
        ColumnType::Integer => Arc::new(literals.map(whole).collect::<Int64Array>()),
        ColumnType::DateTime => {
            let times: TimestampMillisecondArray = literals.map(whole).collect();
            Arc::new(times.with_timezone("UTC"))
        }
        ColumnType::Date => Arc::new(literals.map(day).collect::<Date32Array>()),
        ColumnType::Number => Arc::new(literals.map(number).collect::<Float64Array>()),
        ColumnType::Boolean => Arc::new(literals.map(boolean).collect::<BooleanArray>()),
        _ => Arc::new(BinaryArray::from_iter(points)),
    }
}

fn text(literal: Option<Literal>) -> Option<Box<str>> {
    match literal? {
        Literal::Text(text) => Some(text),
        _ => None,
    }
}

fn day(literal: Option<Literal>) -> Option<i32> {
    match literal? {
        Literal::Date(day) => Some(day),
        _ => None,
    }
}

fn number(literal: Option<Literal>) -> Option<f64> {
    match literal? {
        Literal::Number(number) => Some(number),
        _ => None,
    }
}

fn boolean(literal: Option<Literal>) -> Option<bool> {
    match literal? {
        Literal::Boolean(boolean) => Some(boolean),
        _ => None,
    }
}
