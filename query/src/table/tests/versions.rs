//! Versions of a table: the one that is served, the one before, and those that end while somebody looks.

use std::{cell::Cell as Counter, fs, path::Path, sync::Arc};

use super::{
    answer, limited, options,
    plain::{self, Cell, Plain, Shape},
};
use crate::{
    layout::{Digest, Folder, FolderError, Options, Scalar, Writer},
    literal::Literal,
    query::Query,
    table::{QueryError, Table, TableError, settled},
};

fn of_rows(count: i64) -> Plain {
    Plain::new(Shape::Records, (0..count).map(plain::numbered).collect())
}

fn imported(folder: &Path, plain: &Plain) -> Digest {
    let mut writer = Writer::begin(folder, plain.schema.clone(), options(1 << 20)).unwrap();
    writer.push(&plain.batch(&plain.pushed)).unwrap();
    writer.finish().unwrap().version
}

#[test]
fn the_version_before_is_there_from_the_second_import_and_is_the_one_of_the_last_but_one() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Table::open(folder.path()).is_err());
    let mut before: Option<(String, u64)> = None;
    for count in [3, 5, 4] {
        let version = imported(folder.path(), &of_rows(count));
        let now = Table::open(folder.path()).unwrap();
        assert_eq!(now.version(), version.as_str());
        let found = Table::open_before(folder.path()).unwrap();
        let found = found.map(|table| (table.version().to_owned(), table.len()));
        assert_eq!(found, before);
        before = Some((now.version().to_owned(), now.len()));
    }
}

#[test]
fn an_answer_goes_on_in_its_version_and_after_two_imports_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let first = of_rows(5);
    let version = imported(folder.path(), &first);
    let table = Arc::new(Table::open(folder.path()).unwrap());
    let mut rows = table.select(limited(2)).unwrap();
    assert_eq!(
        rows.by_ref()
            .map(|batch| batch.unwrap().num_rows())
            .sum::<usize>(),
        2
    );
    let query = Query {
        after: rows.cursor().unwrap(),
        ..Query::default()
    };
    for (count, goes_on) in [(7, true), (9, false)] {
        imported(folder.path(), &of_rows(count));
        let table = Arc::new(Table::open(folder.path()).unwrap());
        if goes_on {
            assert_eq!(answer(&table, query.clone()), first.rows[2..]);
            let rows = table.select(query.clone()).unwrap();
            assert_eq!(rows.version(), version.as_str());
            assert_ne!(rows.version(), table.version());
        } else {
            let gone = table.select(query.clone());
            assert!(matches!(gone, Err(QueryError::Gone)));
        }
    }
}

#[test]
fn a_table_is_looked_at_again_where_it_failed_while_an_import_ended_and_not_for_ever() {
    for (imports, fails, looks) in [
        // Nothing ended meanwhile, so that another look is as the first.
        (0, 9, 1),
        (0, 0, 1),
        (9, 0, 1),
        (9, 1, 2),
        (1, 9, 2),
        (9, 3, 4),
        (9, 9, 4),
    ] {
        let folder = tempfile::tempdir().unwrap();
        imported(folder.path(), &of_rows(1));
        let looked = Counter::new(0);
        let found = settled(&Folder::new(folder.path()), |versions| {
            let look = looked.replace(looked.get() + 1);
            if look < imports {
                imported(folder.path(), &of_rows(look + 2));
            }
            if look < fails {
                return Err(TableError::from(FolderError::Absent));
            }
            Ok(versions.current.clone())
        });
        assert_eq!(looked.get(), looks, "{imports}, {fails}");
        assert_eq!(found.is_ok(), fails < looks, "{imports}, {fails}");
    }
}

#[test]
fn what_is_told_of_a_table_is_that_of_its_import() {
    let folder = tempfile::tempdir().unwrap();
    imported(folder.path(), &of_rows(0));
    let empty = Arc::new(Table::open(folder.path()).unwrap());
    assert_eq!((empty.is_empty(), empty.len()), (true, 0));
    assert!(empty.statistics(1).is_none() && empty.bounds().is_none());
    assert!(answer(&empty, Query::default()).is_empty());

    // Of several parts, with places at -20, 0 and 140 degrees.
    let mut rows: Vec<Vec<Cell>> = (0..60)
        .map(|number| plain::numbered(number % 8 + 60))
        .collect();
    rows.iter_mut().zip(0_i64..).for_each(|(row, at)| {
        row[0] = Cell::Is(Literal::Text(format!("{at:03}").into()));
        row[1] = Cell::Is(Literal::Integer(at - 7));
    });
    rows[59][7] = Cell::Point([-20.0, -30.0]);
    let plain = Plain::new(Shape::Features, rows);
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        about: serde_json::json!({"title": "Made up"}),
        modified_ms: 17,
        ..options(1 << 20)
    };
    let mut writer = Writer::begin(folder.path(), plain.schema.clone(), options).unwrap();
    writer.push(&plain.batch(&plain.pushed)).unwrap();
    writer.finish().unwrap();
    let table = Table::open(folder.path()).unwrap();
    assert!(!table.is_empty() && table.len() == 60);
    assert_eq!(table.schema(), &plain.schema);
    assert_eq!(
        (table.modified_ms(), &table.about()["title"]),
        (17, &"Made up".into())
    );
    let files = fs::read_dir(folder.path().join("parts")).unwrap();
    let lengths: Vec<u64> = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .collect();
    assert!(lengths.len() > 3, "several parts, and one of keys");
    assert_eq!(table.bytes(), lengths.iter().sum::<u64>());
    let statistics = table.statistics(1).unwrap();
    assert_eq!(statistics.min, Some(Scalar::Integer(-7)));
    assert_eq!(statistics.max, Some(Scalar::Integer(52)));
    assert!(table.statistics(plain.schema.columns.len()).is_none());
    let [west, south, east, north] = table.bounds().unwrap();
    let longitudes = plain.rows.iter().filter_map(|row| match row[7] {
        Cell::Point([longitude, _]) => Some(longitude),
        _ => None,
    });
    assert_eq!((west, south, north), (-20.0, -30.0, 10.0));
    assert_eq!(Some(east), longitudes.reduce(f64::max));
}

#[test]
fn octets_that_are_not_those_of_the_import_are_found_in_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let plain = Plain::new(Shape::Features, (0..40).map(plain::numbered).collect());
    imported(folder.path(), &plain);
    let paths = fs::read_dir(folder.path().join("parts")).unwrap();
    for path in paths.map(|file| file.unwrap().path()) {
        let octets = fs::read(&path).unwrap();
        let mut other = octets.clone();
        // Among the values of the first page, where nothing is looked at that is not asked for.
        other[40] ^= 1;
        fs::remove_file(&path).unwrap();
        fs::write(&path, &other).unwrap();
        let opened = Table::open(folder.path());
        let found = opened.and_then(|table| table.verify());
        assert!(matches!(found, Err(TableError::Damaged { .. })), "{path:?}");
        fs::remove_file(&path).unwrap();
        fs::write(&path, &octets).unwrap();
        Table::open(folder.path()).unwrap().verify().unwrap();
    }
}
