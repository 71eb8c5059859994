//! Files of the parts' octets, beside the same rows as they are read.

use std::{collections::HashMap, sync::Arc};

use arrow_schema::Schema;
use bytes::Bytes;
use parquet::{
    arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
    basic::Compression,
    file::{
        metadata::{KeyValue, RowGroupMetaData},
        properties::WriterProperties,
        statistics::Statistics,
    },
};
use proptest::{prelude::*, sample::subsequence};

use super::{
    answer, paged, plain as rows_of_a_table,
    plain::{self, Cell, Plain, Shape},
    written,
};
use crate::{
    geometry::{Bbox, Crs},
    literal::Literal,
    query::{Interval, Query, SortKey},
    table::{Table, WholeFile},
};

/// A Parquet file without rows, of the columns of `query`, which says something of itself.
fn empty(table: &Arc<Table>, query: &Query) -> Bytes {
    let rows = table.select(query.clone()).unwrap();
    let said = HashMap::from([("said".to_owned(), "of the whole".to_owned())]);
    let schema = Schema::clone(rows.schema()).with_metadata(said);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("a test".to_owned())
        .build();
    let mut octets = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut octets, Arc::new(schema), Some(properties)).unwrap();
    writer.append_key_value_metadata(KeyValue::new("geo".to_owned(), "of a test".to_owned()));
    writer.close().unwrap();
    octets.into()
}

fn file(table: &Arc<Table>, query: &Query) -> Option<WholeFile> {
    table.file(query, &empty(table, query)).unwrap()
}

fn octets(file: &WholeFile) -> Bytes {
    let octets: Vec<u8> = file
        .pieces()
        .iter()
        .flat_map(|piece| piece.bytes.to_vec())
        .collect();
    assert_eq!(file.length(), u64::try_from(octets.len()).unwrap());
    octets.into()
}

fn of_columns(columns: Vec<usize>) -> Query {
    Query {
        properties: Some(columns),
        ..Query::default()
    }
}

fn columns() -> impl Strategy<Value = Vec<usize>> {
    subsequence((0..8).collect::<Vec<_>>(), 1..=8).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_file_of_the_parts_has_the_rows_and_columns_of_the_answer_and_no_other(
        plain in rows_of_a_table(),
        columns in columns(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 2..6),
    ) {
        let (_folder, table) = written(&plain, 1 << 20);
        let query = of_columns(columns.clone());
        let whole = file(&table, &query).unwrap();
        let octets = octets(&whole);
        let reader = ParquetRecordBatchReaderBuilder::try_new(octets.clone()).unwrap();
        let metadata = Arc::clone(reader.metadata());
        let about = metadata.file_metadata();
        prop_assert_eq!(about.num_rows(), i64::try_from(plain.rows.len()).unwrap());
        prop_assert_eq!(about.created_by(), Some("a test"));
        let said = about.key_value_metadata().unwrap();
        prop_assert!(said.iter().any(|pair| pair.key == "geo" && pair.value.as_deref() == Some("of a test")));
        prop_assert_eq!(reader.schema().metadata().get("said").map(String::as_str), Some("of the whole"));
        let names: Vec<_> = about.schema_descr().columns().iter().map(|column| column.name().to_owned()).collect();
        let expected = columns.iter().map(|column| plain.schema.columns[*column].name.to_string());
        prop_assert_eq!(names, expected.collect::<Vec<_>>());
        for chunk in metadata.row_groups().iter().flat_map(RowGroupMetaData::columns) {
            prop_assert_eq!(chunk.offset_index_offset().or(chunk.column_index_offset()), None);
        }
        let rows = reader.build().unwrap().map(Result::unwrap);
        let rows: Vec<Vec<Cell>> = rows.flat_map(|batch| plain::read(&batch, Some(&columns))).collect();
        prop_assert_eq!(rows, answer(&table, query));
        let counted: usize = whole.pieces().iter().map(|piece| piece.rows).sum();
        prop_assert_eq!(counted, plain.rows.len());

        // Parts that follow each other are the whole, and so are the rows that end in them.
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(octets.len())).collect();
        cuts.extend([0, octets.len()]);
        cuts.sort_unstable();
        let mut counted = 0;
        for cut in cuts.windows(2).filter(|cut| cut[0] < cut[1]) {
            let [first, last] = [cut[0], cut[1] - 1].map(|at| u64::try_from(at).unwrap());
            let part = whole.clone().part(first, last);
            prop_assert_eq!(self::octets(&part), octets.slice(cut[0]..cut[1]));
            counted += part.pieces().iter().map(|piece| piece.rows).sum::<usize>();
        }
        prop_assert_eq!(counted, plain.rows.len());
    }
}

#[test]
fn columns_that_lie_beside_each_other_are_one_piece() {
    let rows = (0..60).map(plain::numbered).collect();
    let (_folder, table) = paged(&Plain::new(Shape::Records, rows), 1);
    let groups = table.files.groups().len();
    for (columns, pieces) in [((0..8).collect(), groups), (vec![0, 2, 3], 2 * groups)] {
        let whole = file(&table, &of_columns(columns)).unwrap();
        // Before them four octets, and the footer behind.
        assert_eq!(whole.pieces().len(), 1 + pieces + 1);
    }
}

#[test]
fn bounds_of_chunks_are_those_of_the_rows_of_their_groups() {
    let rows = (0..60).map(plain::numbered).collect();
    let plain = Plain::new(Shape::Records, rows);
    let (_folder, table) = paged(&plain, 1);
    let whole = octets(&file(&table, &of_columns(vec![2, 0])).unwrap());
    let reader = ParquetRecordBatchReaderBuilder::try_new(whole).unwrap();
    let bounds = reader.metadata().row_groups().iter().map(|group| {
        let statistics = group.column(1).statistics().unwrap();
        let Statistics::ByteArray(texts) = statistics else {
            unreachable!()
        };
        [texts.min_bytes_opt(), texts.max_bytes_opt()]
            .map(|bound| String::from_utf8(bound.unwrap().to_vec()).unwrap())
    });
    let bounds: Vec<_> = bounds.collect();
    assert_eq!(
        bounds,
        [["0000", "0019"], ["0020", "0039"], ["0040", "0059"]]
    );
}

#[test]
fn only_all_rows_in_the_order_of_the_table_are_had_as_they_lie() {
    type Change = fn(&mut Query);
    let cases: [(Change, [bool; 2]); 9] = [
        (|_| (), [true, true]),
        (|query| query.properties = Some(vec![7, 0]), [true, true]),
        (
            |query| {
                query.sort = vec![SortKey {
                    column: 0,
                    is_descending: false,
                }];
            },
            [true, false],
        ),
        (
            |query| {
                query.sort = vec![SortKey {
                    column: 0,
                    is_descending: true,
                }];
            },
            [false, false],
        ),
        (|query| query.limit = Some(1_000), [false, false]),
        (
            |query| query.ids = Some(vec![[Literal::Text("0001".into())].into()]),
            [false, false],
        ),
        (
            |query| query.datetime = Some(Interval::default()),
            [false, false],
        ),
        (|query| query.key_prefix = Some("".into()), [false, false]),
        (|query| query.properties = Some(vec![]), [false, false]),
    ];
    let rows: Vec<_> = (0..60).map(plain::numbered).collect();
    for (change, expected) in cases {
        for (shape, is_had) in [Shape::Records, Shape::Features].into_iter().zip(expected) {
            let (_folder, table) = written(&Plain::new(shape, rows.clone()), 1 << 20);
            let mut query = Query::default();
            change(&mut query);
            assert_eq!(
                file(&table, &query).is_some(),
                is_had,
                "{shape:?} {query:?}"
            );
        }
    }
    let (_folder, table) = written(&Plain::new(Shape::Features, rows.clone()), 1 << 20);
    let boxed = Query {
        bbox: Bbox::of(&[-180.0, -90.0, 180.0, 90.0], Crs::Crs84).ok(),
        ..Query::default()
    };
    assert!(boxed.bbox.is_some() && file(&table, &boxed).is_none());
    let mut first = table
        .select(Query {
            limit: Some(1),
            ..Query::default()
        })
        .unwrap();
    assert!(first.next().is_some());
    let after = Query {
        after: first.cursor().unwrap(),
        ..Query::default()
    };
    assert!(after.after.is_some() && file(&table, &after).is_none());
}

#[test]
fn columns_of_another_form_than_is_wanted_are_not_had_as_they_lie() {
    let (_folder, table) = written(
        &Plain::new(Shape::Records, vec![plain::numbered(1)]),
        1 << 20,
    );
    for (asked, shown, is_had) in [
        (vec![0, 1], vec![0, 1], true),
        (vec![0, 1], vec![1, 0], false),
        (vec![0, 1], vec![0], false),
        (vec![0], vec![0, 1], false),
        (vec![4], vec![1], false),
    ] {
        let empty = empty(&table, &of_columns(shown.clone()));
        let found = table.file(&of_columns(asked.clone()), &empty).unwrap();
        assert_eq!(found.is_some(), is_had, "{asked:?} {shown:?}");
    }
    assert!(
        table
            .file(&Query::default(), &Bytes::from_static(b"PAR1PAR1"))
            .is_err()
    );
    assert!(
        table
            .file(&of_columns(vec![99]), &empty(&table, &of_columns(vec![0])))
            .is_err()
    );
}
