use arrow_array::StringArray;

use super::*;
use crate::{
    layout::{Options, Sizes, Writer, tests::arrow::without as without_arrow},
    schema::{Column, ColumnType, Kind, TableSchema},
    table::{
        Table,
        tests::{
            plain::{Plain, Shape, numbered},
            written,
        },
    },
};

#[test]
fn a_key_is_looked_for_in_the_page_that_has_it_or_in_the_batches_of_that_page() {
    let plain = Plain::new(Shape::Records, (0..27).map(numbered).collect());
    for has_arrow in [true, false] {
        let (folder, _) = written(&plain, 1 << 20);
        without_arrow(folder.path(), |_| !has_arrow);
        let table = Table::open(folder.path()).unwrap();
        let looked_at = |key: &str| {
            let key = [Literal::Text(key.into())];
            pieces(&table.files, &[0], &key).unwrap()
        };
        for row in 0..27_usize {
            let pieces = looked_at(&format!("{row:04}"));
            let has_it = pieces.iter().filter(|piece| match piece {
                Piece::Batch(group, at) => {
                    let rows = table.files.arrow(*group).unwrap().batch(*at).unwrap();
                    let ids = rows.column(0).as_string::<i32>();
                    ids.iter().flatten().any(|id| id == format!("{row:04}"))
                }
                Piece::Page(page) => {
                    let first = usize::try_from(page.group.first).unwrap();
                    page.rows.contains(&(row - first))
                }
            });
            assert_eq!(has_it.count(), 1, "{row}");
            let most = if has_arrow { 2 } else { 1 };
            assert!(pieces.len() <= most, "{row}");
        }
        for apart in ["9", ""] {
            assert!(looked_at(apart).len() <= 1, "{apart}");
        }
    }
}

#[test]
fn a_page_of_more_rows_than_a_batch_has_is_left_to_the_question() {
    let schema = TableSchema {
        kind: Kind::Records,
        columns: vec![Column {
            name: "sku".into(),
            column_type: ColumnType::Text,
            is_nullable: false,
            unit: None,
            definition: None,
        }],
        key: vec!["sku".into()],
        time: None,
        geometry: None,
        step_ms: None,
    };
    for (rows, is_decoded) in [(8_192, true), (8_193, false)] {
        let skus = StringArray::from_iter_values((0..rows).map(|row| format!("{row:04}")));
        let batch = RecordBatch::try_new(schema.arrow(), vec![Arc::new(skus)]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let sizes = Sizes {
            page: 10_000,
            group: 10_000,
            part: 10_000,
        };
        let options = Options {
            sizes: Some(sizes),
            ..Options::default()
        };
        let mut writer = Writer::begin(folder.path(), schema.clone(), options).unwrap();
        writer.push(&batch).unwrap();
        writer.finish().unwrap();
        without_arrow(folder.path(), |_| true);
        let table = Arc::new(Table::open(folder.path()).unwrap());
        let key = [Literal::Text("0042".into())];
        let looked = row(&table.files, &key).unwrap();
        assert_eq!(matches!(looked, Lookup::Is(Some(_))), is_decoded, "{rows}");
        assert_eq!(table.item(&key).unwrap().unwrap().num_rows(), 1);
    }
}
