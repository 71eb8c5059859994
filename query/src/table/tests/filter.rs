//! Steps of a question, beside what each of them alone can tell.

use std::{collections::BTreeSet, sync::Arc};

use arrow_array::{BinaryArray, RecordBatch};

use super::{
    answer, options,
    plain::{self, Plain, Shape},
    written,
};
use crate::{
    geometry::{Bbox, wkb},
    layout::Writer,
    literal::Literal,
    predicate::Predicate,
    query::Query,
    table::{Table, filter::Filter},
};

fn bbox(west: f64, south: f64, east: f64, north: f64) -> Query {
    Query {
        bbox: Some(Bbox {
            west,
            south,
            east,
            north,
            vertical: None,
        }),
        ..Query::default()
    }
}

#[test]
fn the_bounds_of_what_is_asked_for_are_looked_at_and_of_geometries_those_of_their_boxes() {
    let rows = (0..9).map(plain::numbered).collect();
    let (_folder, table) = written(&Plain::new(Shape::Features, rows), 1 << 20);
    let is_null = |column| Query {
        predicate: Some(Predicate::IsNull { column }),
        ..Query::default()
    };
    for (query, columns, is_all) in [
        (Query::default(), &[][..], true),
        (is_null(4), &[4], false),
        (is_null(7), &[8, 9, 10, 11], false),
        (bbox(0.0, 0.0, 1.0, 1.0), &[8, 9, 10, 11], false),
    ] {
        let filter = table.filter(&query).unwrap();
        let expected: BTreeSet<usize> = columns.iter().copied().collect();
        assert_eq!(filter.bounds_columns(), &expected, "{query:?}");
        assert_eq!(filter.is_all(), is_all, "{query:?}");
    }
    let none = Query {
        ids: Some(vec![]),
        ..Query::default()
    };
    assert!(!table.filter(&none).unwrap().is_all());
    assert_eq!(table.count(&none).unwrap(), 0);
}

#[test]
fn rows_of_a_group_are_those_that_lie_in_it() {
    let rows = (0..27).map(plain::numbered).collect();
    let (_folder, table) = written(&Plain::new(Shape::Records, rows), 1 << 20);
    let stored = table.files.stored();
    let filter = |rows| Filter::new(stored, &Query::default(), rows).unwrap();
    let some = filter(Some(vec![0, 8, 9, 10, 17, 18]));
    for (first, expected) in [
        (0, vec![0, 8]),
        (9, vec![0, 1, 8]),
        (18, vec![0]),
        (27, vec![]),
    ] {
        let found: Vec<usize> = some.rows_of(first, 9).iter().flatten().collect();
        assert_eq!(found, expected, "{first}");
    }
    assert_eq!(filter(None).rows_of(9, 9).len(), 9);
}

#[test]
fn keys_of_two_columns_are_pairs_and_not_all_that_can_be_made_of_their_values() {
    let row = |id: &str, number: i64| {
        let mut row = plain::numbered(0);
        row[0] = plain::Cell::Is(Literal::Text(id.into()));
        row[1] = plain::Cell::Is(Literal::Integer(number));
        row
    };
    let numbers = [1, 2, 3];
    let rows = ["a", "b", "c"].into_iter();
    let rows = rows.flat_map(|id| numbers.map(|number| row(id, number)));
    let plain = Plain::new(Shape::Composite, rows.collect());
    let (_folder, table) = written(&plain, 1 << 20);
    for pairs in [
        &[("a", 2)][..],
        &[("a", 1), ("b", 2)],
        &[("a", 1), ("b", 2), ("c", 3)],
    ] {
        let ids = pairs.iter().map(|(id, number)| {
            let key = [Literal::Text((*id).into()), Literal::Integer(*number)];
            key.into()
        });
        let query = Query {
            ids: Some(ids.collect()),
            ..Query::default()
        };
        let expected: Vec<_> = pairs.iter().map(|(id, number)| row(id, *number)).collect();
        assert_eq!(answer(&table, query), expected, "{pairs:?}");
    }
}

#[test]
fn a_line_beside_a_box_that_its_own_box_meets_is_not_found() {
    let plain = Plain::new(Shape::Features, vec![plain::numbered(1)]);
    let batch = plain.batch(&plain.rows);
    let line = geo::LineString::from(vec![(0.0, 0.0), (10.0, 10.0)]);
    let line = wkb::from_geo(&line.into());
    let mut columns = batch.columns().to_vec();
    columns[7] = Arc::new(BinaryArray::from_iter_values([line]));
    let batch = RecordBatch::try_new(batch.schema(), columns).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::begin(folder.path(), plain.schema.clone(), options(1 << 20)).unwrap();
    writer.push(&batch).unwrap();
    writer.finish().unwrap();
    let table = Arc::new(Table::open(folder.path()).unwrap());
    for (query, expected) in [
        (bbox(4.0, 4.0, 6.0, 6.0), 1),
        (bbox(7.0, 1.0, 9.0, 3.0), 0),
        (bbox(11.0, 11.0, 12.0, 12.0), 0),
    ] {
        assert_eq!(table.count(&query).unwrap(), expected, "{query:?}");
    }
}
