//! A place in an answer, as a consumer sends it back: it is refused, or the answer goes on behind it.
#![no_main]

use std::sync::{Arc, LazyLock};

use arrow_array::{Int64Array, RecordBatch};
use libfuzzer_sys::fuzz_target;
use perild_query::{
    Column, ColumnType, Cursor, Kind, Query, Table, TableSchema,
    layout::{Options, Sizes, Writer},
    query::SortKey,
};

fuzz_target!(|text: &str| {
    // As it comes, and with a true beginning, which names the version.
    let begin = TABLE.cursor.get(..BEGIN).expect("a beginning");
    for text in [text.to_owned(), format!("{begin}{text}")] {
        let Ok(cursor) = Cursor::parse(&text) else {
            continue;
        };
        assert_eq!(cursor.to_string(), text);
        for sort in [&[][..], &BACKWARDS] {
            let query = Query {
                sort: sort.to_vec(),
                after: Some(cursor.clone()),
                ..Query::default()
            };
            if let Ok(rows) = TABLE.table.select(query) {
                let rows: usize = rows.map(|rows| rows.expect("rows").num_rows()).sum();
                assert!(rows < ROWS);
            }
        }
    }
});

struct Known {
    table: Arc<Table>,
    cursor: String,
    _folder: tempfile::TempDir,
}

static TABLE: LazyLock<Known> = LazyLock::new(|| {
    let number = Column {
        is_nullable: false,
        ..Column::new("number", ColumnType::Integer)
    };
    let schema = TableSchema {
        kind: Kind::Records,
        columns: vec![number],
        key: vec!["number".into()],
        time: None,
        geometry: None,
        step_ms: None,
    };
    let sizes = Sizes {
        page: 2,
        group: 4,
        part: 8,
    };
    let options = Options {
        sizes: Some(sizes),
        ..Options::default()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = Writer::begin(folder.path(), schema.clone(), options).expect("a writer");
    let numbers = Int64Array::from_iter_values(0..20);
    let rows = RecordBatch::try_new(schema.arrow(), vec![Arc::new(numbers)]);
    writer.push(&rows.expect("rows")).expect("pushed");
    writer.finish().expect("a version");
    let table = Arc::new(Table::open(folder.path()).expect("a table"));
    let first = Query {
        limit: Some(1),
        ..Query::default()
    };
    let mut rows = table.select(first).expect("rows");
    assert_eq!(rows.by_ref().count(), 1);
    let cursor = rows.cursor().expect("a cursor").expect("more rows");
    Known {
        table,
        cursor: cursor.to_string(),
        _folder: folder,
    }
});

const ROWS: usize = 20;
const BACKWARDS: [SortKey; 1] = [SortKey {
    column: 0,
    is_descending: true,
}];
/// Characters of the version, and of the first octet of the row.
const BEGIN: usize = 23;
