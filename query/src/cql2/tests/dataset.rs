//! The abstract tests of CQL2 with the standard's test dataset (OGC 21-065r2, annex A, `test-data` of each class): how many
//! countries, places and rivers of Natural Earth each of its filters is true of.
//!
//! `dataset/predicates.txt` has a line for each: the conformance class, the table, the number, and the filter. The dataset is
//! Natural Earth's, which is in the public domain, with the columns that the filters name; its longitudes that a
//! rounding had brought beyond 180 are 180.

use std::{path::Path, sync::Arc};

use crate::{
    cql2::{self, Options as Bounds},
    layout::{Options, Writer},
    query::Query,
    schema::{ColumnType, Kind},
    source::{self, ColumnHint, GeometryHint, Hints},
    table::Table,
};

/// The table of a file of the dataset, imported as a publisher's file is.
fn table(file: &str, types: &[(&str, ColumnType)]) -> (tempfile::TempDir, Arc<Table>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("src/cql2/tests/dataset")
        .join(file);
    let columns = types.iter().map(|(name, column_type)| ColumnHint {
        name: (*name).into(),
        column_type: Some(*column_type),
        ..ColumnHint::default()
    });
    let hints = Hints {
        kind: Some(Kind::Features),
        key: vec!["fid".into()],
        geometry: Some(GeometryHint::Column("geom".into())),
        columns: columns.collect(),
        ..Hints::default()
    };
    let inputs = source::files(&[path]).unwrap();
    let reader = source::open(inputs, hints, &Arc::default()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        memory_bytes: 16 << 20,
        sizes: None,
        about: serde_json::Value::Null,
        modified_ms: 0,
    };
    let mut writer = Writer::begin(dir.path(), reader.schema().clone(), options).unwrap();
    for batch in reader {
        writer.push(&batch.unwrap()).unwrap();
    }
    writer.finish().unwrap();
    let table = Arc::new(Table::open(dir.path()).unwrap());
    (dir, table)
}

fn places() -> (tempfile::TempDir, Arc<Table>) {
    let types = [
        ("date", ColumnType::Date),
        ("start", ColumnType::DateTime),
        ("end", ColumnType::DateTime),
        ("boolean", ColumnType::Boolean),
    ];
    table("places.csv", &types)
}

fn count(table: &Arc<Table>, filter: &str) -> Result<u64, String> {
    let predicate = cql2::text(filter, table.schema(), Bounds::default());
    let predicate = predicate.map_err(|fault| fault.to_string())?;
    let query = Query {
        predicate: Some(predicate),
        ..Query::default()
    };
    // The rows themselves, and not what their bounds say of them.
    let rows = table.select(query.clone()).unwrap();
    let found: usize = rows.map(|rows| rows.unwrap().num_rows()).sum();
    assert_eq!(table.count(&query).unwrap(), u64::try_from(found).unwrap());
    Ok(u64::try_from(found).unwrap())
}

/// Rows: CQL-1, CQL-2, CQL-3, CQL-4, CQL-5, CQL-6, CQL-7
#[test]
fn filters_of_the_standard_are_true_of_as_many_rows_of_its_dataset_as_it_says() {
    let (_countries, countries) = table("countries.csv.gz", &[("POP_EST", ColumnType::Number)]);
    let (_places, places) = places();
    let (_rivers, rivers) = table("rivers.csv", &[]);
    let mut asked = 0;
    let mut others = Vec::new();
    for line in include_str!("dataset/predicates.txt").lines() {
        let [class, of, expected, filter] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let table = match of {
            "countries" => &countries,
            "places" => &places,
            _ => &rivers,
        };
        let found = count(table, filter);
        asked += 1;
        if found.as_ref().map(u64::to_string) != Ok(expected.to_owned()) {
            others.push(format!(
                "{class} {of} {filter}: {expected} expected, {found:?} found"
            ));
        }
    }
    assert_eq!(asked, 338);
    // Three names of its dataset begin with Ch, and one with Chis: Chicago, Chengdu and Chișinău.
    let names = "accent-insensitive-comparison places ACCENTI";
    assert_eq!(
        others,
        [
            format!("{names}(name) LIKE accenti('Ch%'): 2 expected, Ok(3) found"),
            format!("{names}(CASEI(name)) LIKE accenti(casei('Chiș%')): 2 expected, Ok(1) found"),
            format!("{names}(CASEI(name)) LIKE accenti(casei('cHis%')): 2 expected, Ok(1) found"),
        ]
    );
}

/// Rows: CQL-6
#[test]
fn an_operator_of_time_is_unknown_of_rows_without_a_begin_and_an_end_and_so_is_its_opposite() {
    let (_dir, places) = places();
    let now = "INTERVAL('2022-04-16T10:13:19Z','2022-04-16T10:15:10Z')";
    for operator in [
        "AFTER",
        "BEFORE",
        "CONTAINS",
        "DISJOINT",
        "DURING",
        "EQUALS",
        "FINISHEDBY",
        "FINISHES",
        "INTERSECTS",
        "MEETS",
        "METBY",
        "OVERLAPPEDBY",
        "OVERLAPS",
        "STARTEDBY",
        "STARTS",
    ] {
        for operands in [
            format!("INTERVAL(start, end), {now}"),
            format!("{now}, INTERVAL(start, end)"),
            "INTERVAL(start, end), INTERVAL(start, end)".to_owned(),
        ] {
            let filter = format!("T_{operator}({operands})");
            let is_true = count(&places, &filter).unwrap();
            let is_false = count(&places, &format!("NOT {filter}")).unwrap();
            // Of 243 places three have both.
            assert_eq!(is_true + is_false, 3, "{filter}");
        }
        // One end is open where it has no value.
        let half = format!("T_{operator}(INTERVAL(start, '..'), {now})");
        let is_true = count(&places, &half).unwrap();
        assert_eq!(
            is_true + count(&places, &format!("NOT {half}")).unwrap(),
            243
        );
    }
}
