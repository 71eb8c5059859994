//! Rows that are left to be read, of tables whose pages have three rows, groups nine and parts eighteen.

use super::*;
use crate::{
    geometry::Bbox,
    predicate::{Comparison, Folding, Predicate},
    query::{Interval, Query},
    table::{
        Table,
        tests::{
            SIZES,
            plain::{self, Cell, Plain, Shape},
            written,
        },
    },
};

const ROWS: i64 = 60;

/// Rows of the pages that a scan of the question looks into.
fn left(table: &Table, query: &Query, after: Option<u64>) -> Vec<u64> {
    let filter = table.filter(query).unwrap();
    let scan = Scan::new(Arc::clone(&table.files), filter, after);
    let groups = scan.next.clone().map(|at| table.files.groups()[at]);
    let rows = groups.flat_map(|group| {
        let rows: Vec<_> = scan.pruned(group).iter().flatten().collect();
        rows.into_iter()
            .map(move |row| group.first + u64::try_from(row).unwrap())
    });
    rows.collect()
}

fn keys(keys: &[&str]) -> Query {
    let ids = keys.iter().map(|key| [Literal::Text((*key).into())].into());
    Query {
        ids: Some(ids.collect()),
        ..Query::default()
    }
}

fn condition(predicate: Predicate) -> Query {
    Query {
        predicate: Some(predicate),
        ..Query::default()
    }
}

fn compare(column: usize, comparison: Comparison, literal: Literal) -> Predicate {
    Predicate::Compare {
        column,
        folding: Folding::default(),
        comparison,
        literal,
    }
}

/// Of the plain rows `from`, the column that counts them, is 2, and `value`, which has no value, is 4.
fn from(comparison: Comparison, number: i64) -> Predicate {
    compare(2, comparison, Literal::DateTime(number))
}

#[test]
fn pages_of_which_the_question_cannot_be_true_are_not_read() {
    let rows = (0..ROWS).rev().map(plain::numbered).collect();
    let (_folder, table) = written(&Plain::new(Shape::Records, rows), 1 << 20);
    let is_null = Predicate::IsNull { column: 4 };
    let of_30 = || {
        Predicate::all([
            from(Comparison::GreaterOrEqual, 30),
            from(Comparison::Less, 33),
        ])
    };
    let during = |begin, end| Query {
        datetime: Some(Interval { begin, end }),
        ..Query::default()
    };
    let prefix = |prefix: &str| Query {
        key_prefix: Some(prefix.into()),
        ..Query::default()
    };
    for (query, after, expected) in [
        (Query::default(), None, &[(0, 60)][..]),
        (Query::default(), Some(31), &[(32, 60)]),
        (Query::default(), Some(59), &[]),
        (keys(&["0010"]), None, &[(9, 12)]),
        (keys(&["0010", "0022"]), None, &[(9, 12), (21, 24)]),
        (keys(&["0010", "0022"]), Some(10), &[(11, 12), (21, 24)]),
        (keys(&["0010", "0022"]), Some(12), &[(21, 24)]),
        (keys(&["0010x"]), None, &[(9, 12)]),
        (keys(&["0011x"]), None, &[]),
        (keys(&["9999"]), None, &[]),
        (prefix("001"), None, &[(9, 21)]),
        (prefix("1"), None, &[]),
        (condition(from(Comparison::Equal, 17)), None, &[(15, 18)]),
        (condition(of_30()), None, &[(30, 33)]),
        (condition(of_30()), Some(30), &[(31, 33)]),
        (condition(of_30().negated()), None, &[(0, 30), (33, 60)]),
        (condition(is_null.clone()), None, &[(0, 60)]),
        (condition(is_null.negated()), None, &[]),
        (
            condition(compare(1, Comparison::Greater, Literal::Integer(9))),
            None,
            &[],
        ),
        (condition(Predicate::Constant(false)), None, &[]),
        (during(Some(30), Some(31)), None, &[(30, 33)]),
        (during(None, Some(3)), None, &[(0, 6)]),
        (during(Some(56), None), None, &[(57, 60)]),
    ] {
        let expected: Vec<u64> = expected.iter().flat_map(|(from, to)| *from..*to).collect();
        assert_eq!(left(&table, &query, after), expected, "{query:?}");
    }
}

#[test]
fn keys_are_looked_for_in_the_groups_and_pages_that_can_have_them() {
    let rows = (0..ROWS).rev().map(plain::numbered).collect();
    let (_folder, table) = written(&Plain::new(Shape::Records, rows), 1 << 20);
    for (ids, groups, rows) in [
        (&["0010"][..], 1..2, 0..3),
        (&["0010", "0022"], 1..3, 0..9),
        (&["0014", "0014"], 1..2, 3..6),
        (&["0060"], 7..7, 9..9),
    ] {
        let filter = table.filter(&keys(ids)).unwrap();
        let scan = Scan::new(Arc::clone(&table.files), filter, None);
        assert_eq!(scan.next, groups, "{ids:?}");
        let group = table.files.groups()[1];
        let metadata = table.files.file(group).unwrap().metadata();
        let pages = metadata.page_index_for_row_group(group.at);
        assert_eq!(scan.key_rows(&pages, group.rows), rows, "{ids:?}");
    }
}

#[test]
fn more_rows_are_looked_at_together_the_longer_a_scan_goes_on() {
    let rows = (0..ROWS).rev().map(plain::numbered).collect();
    let (_folder, table) = written(&Plain::new(Shape::Records, rows), 1 << 20);
    let all = condition(from(Comparison::GreaterOrEqual, 0));
    let filter = table.filter(&all).unwrap();
    let mut scan = Scan::new(Arc::clone(&table.files), filter, None);
    scan.chunk = 2;
    for expected in [2, 4, 3, 9, 9, 9, 9, 9, 6] {
        let found = scan.next_matches().unwrap().unwrap();
        assert_eq!(found.rows.len(), expected);
    }
    assert!(scan.next_matches().unwrap().is_none());
}

#[test]
fn pages_of_features_that_are_beside_the_box_are_not_read() {
    let rows = (0..ROWS).rev().map(plain::numbered).collect();
    let plain = Plain::new(Shape::Features, rows);
    let (_folder, table) = written(&plain, 1 << 20);
    let pages = plain.rows.chunks(SIZES.page).enumerate();
    let pages = pages.map(|(page, rows)| {
        let wests = rows.iter().map(|row| match row[7] {
            Cell::Point([x, _]) => x,
            _ => panic!("all have a place"),
        });
        let wests: Vec<f64> = wests.collect();
        let least = wests.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = wests.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let first = page * SIZES.page;
        (first..first + rows.len(), least, greatest)
    });
    let pages: Vec<_> = pages.collect();
    for (west, east) in [(-180.0, 180.0), (40.0, 40.0), (41.0, 59.0), (161.0, 170.0)] {
        for (south, north, is_met) in [(0.0, 20.0, true), (10.0, 10.0, true), (11.0, 90.0, false)] {
            let bbox = Bbox {
                west,
                south,
                east,
                north,
                vertical: None,
            };
            let query = Query {
                bbox: Some(bbox),
                ..Query::default()
            };
            let met = pages
                .iter()
                .filter(|(_, least, greatest)| is_met && *least <= east && *greatest >= west);
            let rows = met.flat_map(|(rows, ..)| rows.clone());
            let expected: Vec<u64> = rows.map(|row| u64::try_from(row).unwrap()).collect();
            assert_eq!(left(&table, &query, None), expected, "{bbox:?}");
        }
    }
}

#[test]
fn a_batch_has_as_many_rows_as_memory_is_for() {
    let rows = (0..ROWS).rev().map(|number| {
        let mut row = plain::numbered(number);
        let text: String = format!("{number:04}").repeat(100);
        row[0] = Cell::Is(Literal::Text(text.into()));
        row
    });
    let plain = Plain::new(Shape::Records, rows.collect());
    let (_folder, table) = written(&plain, 1 << 20);
    let files = &table.files;
    let group = files.groups()[0];
    // Of 1,200 octets a row there are some 3,500 in four megabytes.
    for (columns, least, most) in [
        (&[][..], MOST_BATCH_ROWS, MOST_BATCH_ROWS),
        (&[1], MOST_BATCH_ROWS, MOST_BATCH_ROWS),
        (&[0, 0, 0], 3_300, 3_500),
        (&[0, 0, 0, 1, 2, 3, 4, 5, 6], 2_500, 3_400),
        (&[0; 6], 1_650, 1_750),
        (&[99], MOST_BATCH_ROWS, MOST_BATCH_ROWS),
    ] {
        let found = batch_rows(files, group, columns);
        assert!((least..=most).contains(&found), "{columns:?}: {found}");
    }
    let columns = vec![0; 10_000];
    assert_eq!(batch_rows(files, group, &columns), 1);
}
