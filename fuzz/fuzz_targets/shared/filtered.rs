//! A table with a column of each type, of whose rows a filter is computed.

use std::sync::{Arc, LazyLock};

use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch,
    StringArray, TimestampMillisecondArray,
};
use perild_query::{
    Column, ColumnType, Kind, Predicate, TableSchema,
    cql2::{self, Fault, Options},
    geometry::wkt,
    predicate::{Bounds, ColumnBounds, Nulls},
};

/// The predicate is read back as it is written, and true of no row where bounds say so.
pub fn check(found: Result<Predicate, Fault>) {
    let predicate = match found {
        Ok(predicate) => predicate,
        Err(fault) => {
            assert!(!fault.to_string().is_empty());
            return;
        }
    };
    let text = predicate.text(&SCHEMA);
    let mut options = Options::default();
    options.limits.octets = usize::MAX;
    // Texts that end with a backslash have no form, and a depth that is just read is one more in brackets.
    if let Ok(read) = cql2::text(&text, &SCHEMA, options) {
        assert!(read == predicate || text.contains('\\'), "{text}");
    }
    let rows = predicate.holds(&ROWS, &Some).expect("rows of the table");
    assert!(rows.null_count() == 0);
    assert!(!rows.has_true() || predicate.may_hold(&Known));
}

/// Bounds of the rows, of which some is known.
struct Known;

impl Bounds for Known {
    fn of(&self, column: usize) -> ColumnBounds {
        let nulls = ROWS.column(column).null_count();
        ColumnBounds {
            nulls: if nulls == 0 { Nulls::None } else { Nulls::Some },
            ..ColumnBounds::default()
        }
    }

    fn extent(&self, _: usize) -> Option<[f64; 4]> {
        Some([1.0, 1.0, 3.0, 3.0])
    }
}

pub static SCHEMA: LazyLock<TableSchema> = LazyLock::new(|| TableSchema {
    kind: Kind::Records,
    columns: COLUMNS
        .map(|(name, column_type)| Column {
            is_nullable: name != "name",
            ..Column::new(name, column_type)
        })
        .into(),
    key: vec!["name".into()],
    time: None,
    geometry: Some("geometry".into()),
    step_ms: None,
});

const COLUMNS: [(&str, ColumnType); 8] = [
    ("name", ColumnType::Text),
    ("floors", ColumnType::Integer),
    ("depth", ColumnType::Number),
    ("pool", ColumnType::Boolean),
    ("built", ColumnType::Date),
    ("updated", ColumnType::DateTime),
    ("geometry", ColumnType::Geometry),
    ("notes", ColumnType::Json),
];

static ROWS: LazyLock<RecordBatch> = LazyLock::new(|| {
    let shapes = ["POINT(1 1)", "POLYGON((1 1, 3 1, 3 3, 1 1))"].map(wkt::to_wkb);
    let shapes = shapes.into_iter().map(Result::ok).chain([None]);
    let updated = TimestampMillisecondArray::from(vec![Some(0), None, Some(1 << 40)]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from(vec!["", "Straße", "it's 50%\\"])),
        Arc::new(Int64Array::from(vec![Some(i64::MIN), Some(2), None])),
        Arc::new(Float64Array::from(vec![Some(-0.0), None, Some(1e300)])),
        Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])),
        Arc::new(Date32Array::from(vec![Some(-1), Some(20_000), None])),
        Arc::new(updated.with_timezone("UTC")),
        Arc::new(shapes.collect::<BinaryArray>()),
        Arc::new(StringArray::from(vec![Some("{}"), None, None])),
    ];
    RecordBatch::try_new(SCHEMA.arrow(), columns).expect("columns of the schema")
});
