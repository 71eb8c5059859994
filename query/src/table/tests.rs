//! Questions to random tables of tiny pages, beside the same rows in a plain list.

mod bounds;
mod filter;
pub(super) mod plain;
mod versions;
mod whole;

use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    layout::{Options, Sizes, Writer, tests::arrow::without as without_arrow},
    literal::Literal,
    query::{Interval, Query, SortKey},
    table::{
        Table,
        lookup::{self, Lookup},
    },
};

use super::FEW_ROWS;
use plain::{Cell, Plain, Shape};

/// Sizes so small that few rows have many pages, groups and parts.
pub(super) const SIZES: Sizes = Sizes {
    page: 3,
    group: 9,
    part: 18,
};

fn options(memory_bytes: usize) -> Options {
    Options {
        memory_bytes,
        sizes: Some(SIZES),
        ..Options::default()
    }
}

pub(super) fn written(plain: &Plain, memory_bytes: usize) -> (tempfile::TempDir, Arc<Table>) {
    let folder = tempfile::tempdir().unwrap();
    let mut writer =
        Writer::begin(folder.path(), plain.schema.clone(), options(memory_bytes)).unwrap();
    for rows in plain.pushed.chunks(7) {
        writer.push(&plain.batch(rows)).unwrap();
    }
    let manifest = writer.finish().unwrap();
    assert_eq!(manifest.rows, u64::try_from(plain.rows.len()).unwrap());
    let table = Table::open(folder.path()).unwrap();
    table.verify().unwrap();
    (folder, Arc::new(table))
}

fn answer(table: &Arc<Table>, query: Query) -> Vec<Vec<Cell>> {
    let properties = query.properties.clone();
    let rows = table.select(query).unwrap();
    let batches = rows.map(Result::unwrap);
    batches
        .flat_map(|batch| plain::read(&batch, properties.as_deref()))
        .collect()
}

/// All pages of an answer, each asked for behind the one before.
fn pages(table: &Arc<Table>, query: &Query, limit: usize) -> Vec<Vec<Cell>> {
    let mut all = Vec::new();
    let mut query = Query {
        limit: Some(limit),
        ..query.clone()
    };
    loop {
        let mut rows = table.select(query.clone()).unwrap();
        let mut page = Vec::new();
        for batch in &mut rows {
            page.extend(plain::read(&batch.unwrap(), query.properties.as_deref()));
        }
        assert!(page.len() <= limit);
        let cursor = rows.cursor().unwrap();
        assert!(
            cursor.is_none() || page.len() == limit,
            "a page that goes on is full"
        );
        all.extend(page);
        match cursor {
            Some(cursor) => {
                query.after = Some(crate::Cursor::parse(&cursor.to_string()).unwrap());
            }
            None => return all,
        }
    }
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Records),
        Just(Shape::Composite),
        Just(Shape::Series),
        Just(Shape::Features),
    ]
}

fn plain() -> impl Strategy<Value = Plain> {
    (shape(), prop::collection::vec(plain::row(), 0..90))
        .prop_map(|(shape, rows)| Plain::new(shape, rows))
}

fn instant() -> impl Strategy<Value = Option<i64>> {
    prop::option::of((0..40_i64).prop_map(|day| day * 43_200_000))
}

fn interval() -> impl Strategy<Value = Interval> {
    (instant(), instant()).prop_map(|(begin, end)| Interval { begin, end })
}

fn sort() -> impl Strategy<Value = Vec<SortKey>> {
    let key = (0..plain::SORTABLE, any::<bool>()).prop_map(|(column, is_descending)| SortKey {
        column,
        is_descending,
    });
    prop::collection::vec(key, 0..3)
}

/// A question, in which places of rows stand for keys.
#[derive(Clone, Debug)]
struct Asked {
    ids: Option<Vec<(usize, bool)>>,
    predicate: Option<usize>,
    bbox: Option<[i8; 4]>,
    datetime: Option<Interval>,
    properties: Option<Vec<usize>>,
    sort: Vec<SortKey>,
    prefix: Option<String>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let bbox = [-9..9_i8, -9..9_i8, -9..9_i8, -9..9_i8];
    (
        prop::option::weighted(
            0.3,
            prop::collection::vec((0..90_usize, prop::bool::weighted(0.8)), 0..5),
        ),
        prop::option::weighted(0.4, 0..plain::PREDICATES),
        prop::option::weighted(0.4, bbox),
        prop::option::weighted(0.3, interval()),
        prop::option::weighted(0.3, prop::collection::vec(0..plain::SORTABLE, 0..4)),
        sort(),
        prop::option::weighted(0.2, "[a-c]{0,2}"),
    )
        .prop_map(
            |(ids, predicate, bbox, datetime, properties, sort, prefix)| Asked {
                ids,
                predicate,
                bbox,
                datetime,
                properties,
                sort,
                prefix,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_answer_is_that_of_a_plain_list_whole_and_page_by_page(
        plain in plain(),
        asked in asked(),
        limit in 1_usize..12,
        memory in prop_oneof![Just(1_usize), Just(2_000), Just(1 << 20)],
    ) {
        let (_folder, table) = written(&plain, memory);
        let query = plain.query(&asked);
        let expected = plain.answer(&query);
        prop_assert_eq!(&answer(&table, query.clone()), &expected);
        prop_assert_eq!(&pages(&table, &query, limit), &expected);
        prop_assert_eq!(table.count(&query).unwrap(), u64::try_from(expected.len()).unwrap());
        let first = answer(&table, Query { limit: Some(limit), ..query });
        prop_assert_eq!(&first[..], &expected[..limit.min(expected.len())]);
    }

    #[test]
    fn an_item_is_the_row_with_the_key_and_no_other(
        plain in plain(),
        other in plain::row(),
        without in prop_oneof![Just(0_usize), 0..8_usize, Just(7)],
    ) {
        let (folder, table) = written(&plain, 4_000);
        // Parts of before, beside those that have an Arrow file.
        without_arrow(folder.path(), |part| without >> (part % 3) & 1 == 1);
        drop(table);
        let table = Arc::new(Table::open(folder.path()).unwrap());
        let others = Plain::new(plain.shape, vec![other]);
        for row in plain.rows.iter().chain(&others.rows) {
            let key = plain.key(row);
            let expected = plain.rows.iter().find(|row| plain.key(row) == key);
            let found = table.item(&key).unwrap();
            let found = found.map(|batch| plain::read(&batch, None));
            prop_assert_eq!(&found, &expected.map(|row| vec![row.clone()]));
            // By the path of any question, and by what the first look has kept.
            let asked = answer(&table, Query { ids: Some(vec![key.clone().into()]), ..Query::default() });
            prop_assert_eq!(&asked, &found.clone().unwrap_or_default());
            let again = table.item(&key).unwrap();
            prop_assert_eq!(again.map(|batch| plain::read(&batch, None)), found);
        }
    }
}

#[test]
fn an_answer_ends_early_where_its_reader_has_enough() {
    let rows = (0..60).map(plain::numbered).collect();
    let plain = Plain::new(Shape::Records, rows);
    let (_folder, table) = written(&plain, 1 << 20);
    for sort in [
        vec![],
        vec![SortKey {
            column: 1,
            is_descending: true,
        }],
    ] {
        let query = Query {
            sort,
            ..Query::default()
        };
        let expected = plain.answer(&query);
        for enough in 1..expected.len() {
            let mut rows = table.select(query.clone()).unwrap();
            let mut taken = Vec::new();
            let cursor = loop {
                let batch = plain::read(&rows.next().unwrap().unwrap(), None);
                let count = batch.len().min(enough - taken.len());
                taken.extend(batch.into_iter().take(count));
                if taken.len() == enough {
                    break rows.cursor_after(count).unwrap();
                }
            };
            let rest = Query {
                after: cursor,
                ..query.clone()
            };
            taken.extend(answer(&table, rest));
            assert_eq!(taken, expected, "{enough}");
        }
        let mut rows = table.select(query).unwrap();
        let count = rows.by_ref().map(Result::unwrap).last().unwrap().num_rows();
        assert_eq!(rows.cursor_after(count).unwrap(), None);
        assert_eq!(rows.cursor().unwrap(), None);
    }
}

/// The table of rows in pages of so many.
fn paged(plain: &Plain, page: usize) -> (tempfile::TempDir, Arc<Table>) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        sizes: Some(Sizes {
            page,
            group: page * 20,
            part: page * 20,
        }),
        ..Options::default()
    };
    let mut writer = Writer::begin(folder.path(), plain.schema.clone(), options).unwrap();
    for rows in plain.pushed.chunks(100) {
        writer.push(&plain.batch(rows)).unwrap();
    }
    writer.finish().unwrap();
    let table = Arc::new(Table::open(folder.path()).unwrap());
    (folder, table)
}

#[test]
fn keys_that_begin_alike_are_found_in_batches_and_in_pages_that_are_not_too_large() {
    // Bounds of pages are cut long before the ids differ, and ids take much more memory than room in the file.
    let rows = (0..1_500).map(|number| {
        let mut row = plain::numbered(number);
        row[0] = Cell::Is(Literal::Text(
            format!("{}{number:04}", "a".repeat(400)).into(),
        ));
        row
    });
    let plain = Plain::new(Shape::Records, rows.collect());
    for (page, has_arrow, is_decoded) in [
        (100, true, true),
        (1_500, true, true),
        (100, false, true),
        (1_500, false, false),
    ] {
        let (folder, _) = paged(&plain, page);
        without_arrow(folder.path(), |_| !has_arrow);
        let table = Arc::new(Table::open(folder.path()).unwrap());
        for row in plain.rows.iter().step_by(97) {
            let key = plain.key(row);
            let looked = lookup::row(&table.files, &key).unwrap();
            assert_eq!(matches!(looked, Lookup::Is(Some(_))), is_decoded, "{page}");
            let found = table.item(&key).unwrap().unwrap();
            assert_eq!(plain::read(&found, None), std::slice::from_ref(row));
        }
        for absent in ["a", "b"].map(|end| "a".repeat(400) + end) {
            let absent = [Literal::Text(absent.into())];
            assert!(table.item(&absent).unwrap().is_none());
        }
    }
}

#[test]
fn a_page_is_decoded_once_for_all_who_ask_for_its_rows() {
    let plain = Plain::new(Shape::Records, (0..9).map(plain::numbered).collect());
    let (folder, _) = written(&plain, 1 << 20);
    without_arrow(folder.path(), |_| true);
    let table = Arc::new(Table::open(folder.path()).unwrap());
    let values = |row: usize| {
        let found = table.item(&plain.key(&plain.rows[row])).unwrap().unwrap();
        found.column(1).to_data().buffers()[0].data_ptr()
    };
    assert_eq!(values(0), values(0));
    assert_eq!(values(0), values(2), "of the same page");
    assert_ne!(values(0), values(3), "of the next one");
}

#[test]
fn a_key_of_other_columns_or_types_is_refused() {
    let plain = Plain::new(Shape::Composite, vec![plain::numbered(1)]);
    let (_folder, table) = written(&plain, 1 << 20);
    let text = || Literal::Text("a".into());
    for (key, is_key) in [
        (vec![text(), Literal::Integer(1)], true),
        (vec![text()], false),
        (vec![Literal::Integer(1), text()], false),
        (vec![text(), Literal::Number(1.0)], false),
        (vec![text(), Literal::Integer(1), text()], false),
        (vec![], false),
    ] {
        assert_eq!(table.item(&key).is_ok(), is_key, "{key:?}");
    }
}

#[test]
fn a_question_of_few_rows_is_quick_and_a_walk_through_many_is_not() {
    let count = 900_i64;
    let rows: Vec<_> = (0..count).map(plain::numbered).collect();
    let moon = plain::predicate(0);
    let key = |number: i64| Box::from([Literal::Text(format!("{number:04}").into())]);
    let ids = |keys: i64| Some((0..keys).map(key).collect());
    let by_number = vec![SortKey {
        column: 1,
        is_descending: false,
    }];
    let cases: [(&str, Query, bool); 8] = [
        ("all", Query::default(), false),
        ("the first", limited(10), true),
        (
            "few keys",
            Query {
                ids: ids(3),
                ..Query::default()
            },
            true,
        ),
        (
            "many keys",
            Query {
                ids: ids(17),
                ..Query::default()
            },
            false,
        ),
        (
            "sorted",
            Query {
                sort: by_number,
                ..limited(10)
            },
            false,
        ),
        (
            "a filter of no bound",
            Query {
                predicate: Some(moon),
                ..limited(10)
            },
            false,
        ),
        (
            "keys that begin alike",
            Query {
                key_prefix: Some("0000".into()),
                ..Query::default()
            },
            true,
        ),
        (
            "a time",
            Query {
                datetime: Some(Interval {
                    begin: Some(5),
                    end: Some(9),
                }),
                ..Query::default()
            },
            true,
        ),
    ];
    let plain = Plain::new(Shape::Records, rows);
    let (_folder, table) = paged(&plain, 50);
    for (words, query, is_quick) in cases {
        assert_eq!(
            table.looks_at_most(&query, 500).unwrap(),
            is_quick,
            "{words}"
        );
    }
    // So many rows, and one more.
    for (count, is_quick) in [(FEW_ROWS, true), (FEW_ROWS + 1, false)] {
        let mut plain = Plain::new(Shape::Records, vec![]);
        plain.pushed = (0..).map(plain::numbered).take(count).collect();
        let (_folder, table) = paged(&plain, 2_000);
        assert_eq!(table.is_quick(&Query::default()).unwrap(), is_quick);
    }
}

fn limited(limit: usize) -> Query {
    Query {
        limit: Some(limit),
        ..Query::default()
    }
}
