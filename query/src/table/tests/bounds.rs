//! Bounds of parts, row groups and pages, beside the values of their rows.

use std::ops::Range;

use arrow_array::RecordBatch;
use proptest::prelude::*;

use super::{
    SIZES,
    plain::{Cell, Plain, Shape},
    written,
};
use crate::{
    layout::{Options, Writer, scalar::array_of},
    literal::Literal,
    predicate::{Bounds, ColumnBounds, Nulls},
    schema::{Column, ColumnType, Kind, TableSchema},
    table::{
        Table,
        bounds::{GroupBounds, PageBounds, PartBounds, rows_within},
        files::{Files, Group},
        scan::groups_of,
    },
};

/// The column of geometries, behind those that are compared.
const PLACE: usize = 7;
/// The first of the four columns of boxes.
const BOX: usize = 8;

/// The bounds of a column, from its values.
fn bounds_of(rows: &[Vec<Cell>], column: usize) -> ColumnBounds {
    let values = || rows.iter().filter_map(|row| value(row, column));
    let order = |one: &Literal, other: &Literal| one.compare(other).unwrap();
    let nulls = rows.len() - values().count();
    ColumnBounds {
        min: values().min_by(order),
        max: values().max_by(order),
        nulls: if nulls == 0 {
            Nulls::None
        } else if nulls == rows.len() {
            Nulls::All
        } else {
            Nulls::Some
        },
    }
}

/// The value of a column of the file: behind the table's own columns are the sides of the box.
fn value(row: &[Cell], column: usize) -> Option<Literal> {
    match row.get(column) {
        Some(Cell::Is(literal)) => Some(literal.clone()),
        Some(_) => None,
        None => match row[PLACE] {
            Cell::Point(point) => Some(Literal::Number(point[(column - BOX) % 2])),
            _ => None,
        },
    }
}

/// West, south, east and north of the places.
fn extent_of(rows: &[Vec<Cell>]) -> Option<[f64; 4]> {
    let sides = rows.iter().filter_map(|row| match row[PLACE] {
        Cell::Point([x, y]) => Some([x, y, x, y]),
        _ => None,
    });
    sides.reduce(|[w, s, e, n], [west, south, east, north]| {
        [w.min(west), s.min(south), e.max(east), n.max(north)]
    })
}

fn rows_of(plain: &Plain, group: Group) -> &[Vec<Cell>] {
    let first = usize::try_from(group.first).unwrap();
    &plain.rows[first..first + group.rows]
}

/// The rows of the part that the group is in.
fn part_of<'a>(plain: &'a Plain, files: &Files, group: Group) -> &'a [Vec<Cell>] {
    let groups = files.groups().iter().filter(|one| one.file == group.file);
    let (first, rows) = groups.fold((u64::MAX, 0), |(first, rows), group| {
        (first.min(group.first), rows + group.rows)
    });
    let first = usize::try_from(first).unwrap();
    &plain.rows[first..first + rows]
}

fn with_boxes(plain: &Plain) -> Vec<usize> {
    let boxes = if plain.shape == Shape::Features { 4 } else { 0 };
    (0..PLACE).chain(BOX..BOX + boxes).collect()
}

/// The bounds of a part keep of each side of the boxes the one that is wide enough.
fn of_part(rows: &[Vec<Cell>], column: usize) -> ColumnBounds {
    let bounds = bounds_of(rows, column);
    if column < BOX {
        return bounds;
    }
    let is_low = column - BOX < 2;
    ColumnBounds {
        min: bounds.min.filter(|_| is_low),
        max: bounds.max.filter(|_| !is_low),
        nulls: Nulls::Some,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn bounds_of_parts_groups_and_pages_are_those_of_their_rows(plain in super::plain()) {
        let (_folder, table) = written(&plain, 1 << 20);
        let files = &table.files;
        let stored = files.stored();
        let is_features = plain.shape == Shape::Features;
        for group in files.groups() {
            let rows = rows_of(&plain, *group);
            let part_rows = part_of(&plain, files, *group);
            let metadata = files.file(*group).unwrap().metadata();
            let of_part_found = PartBounds { part: files.part(*group).unwrap(), stored };
            let of_group = GroupBounds { group: metadata.row_group(group.at), stored };
            for column in with_boxes(&plain) {
                prop_assert_eq!(of_part_found.of(column), of_part(part_rows, column));
                prop_assert_eq!(of_group.of(column), bounds_of(rows, column));
            }
            for column in 0..=PLACE {
                let is_place = is_features && column == PLACE;
                let extent = |rows| extent_of(rows).filter(|_| is_place);
                prop_assert_eq!(of_part_found.extent(column), extent(part_rows));
                prop_assert_eq!(of_group.extent(column), extent(rows));
            }
            let pages = metadata.page_index_for_row_group(group.at);
            for (row, _) in rows.iter().enumerate() {
                let of_page = PageBounds { pages: &pages, stored, row, rows: group.rows };
                let begin = row - row % SIZES.page;
                let page = &rows[begin..(begin + SIZES.page).min(rows.len())];
                for column in with_boxes(&plain) {
                    prop_assert_eq!(of_page.of(column), bounds_of(page, column));
                }
                let expected = extent_of(page).filter(|_| is_features);
                prop_assert_eq!(of_page.extent(PLACE), expected);
            }
        }
    }
}

#[test]
fn nothing_is_known_of_columns_that_are_not_compared() {
    let rows = (0..4).map(super::plain::numbered).collect();
    let plain = Plain::new(Shape::Features, rows);
    let (_folder, table) = written(&plain, 1 << 20);
    let (files, stored) = (&table.files, table.files.stored());
    let group = files.groups()[0];
    let metadata = files.file(group).unwrap().metadata();
    let pages = metadata.page_index_for_row_group(0);
    let bounds: [&dyn Bounds; 3] = [
        &PartBounds {
            part: files.part(group).unwrap(),
            stored,
        },
        &GroupBounds {
            group: metadata.row_group(0),
            stored,
        },
        &PageBounds {
            pages: &pages,
            stored,
            row: 0,
            rows: group.rows,
        },
    ];
    for bounds in bounds {
        for column in [PLACE, BOX + 4] {
            assert_eq!(bounds.of(column), ColumnBounds::default(), "{column}");
        }
    }
}

/// A table of one column, which ascends by twos from 0.
fn ascending(column_type: ColumnType, rows: i32) -> (tempfile::TempDir, Table) {
    let schema = TableSchema {
        kind: Kind::Records,
        columns: vec![Column {
            is_nullable: false,
            ..Column::new("key", column_type)
        }],
        key: vec!["key".into()],
        time: None,
        geometry: None,
        step_ms: None,
    };
    let options = Options {
        sizes: Some(SIZES),
        ..Options::default()
    };
    let keys: Vec<_> = (0..rows).map(|row| literal(column_type, row * 2)).collect();
    let column = array_of(column_type, keys.iter().map(Some)).unwrap();
    let batch = RecordBatch::try_new(schema.arrow(), vec![column]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Writer::begin(folder.path(), schema, options).unwrap();
    writer.push(&batch).unwrap();
    writer.finish().unwrap();
    let table = Table::open(folder.path()).unwrap();
    (folder, table)
}

fn literal(column_type: ColumnType, number: i32) -> Literal {
    match column_type {
        ColumnType::Integer => Literal::Integer(number.into()),
        ColumnType::Date => Literal::Date(number),
        ColumnType::DateTime => Literal::DateTime(number.into()),
        _ => Literal::Text(format!("{number:04}").into()),
    }
}

/// Of runs, each with its least and its greatest number, those that can have a number from the one to the other.
fn within(runs: &[(i32, i32)], least: i32, greatest: i32) -> Range<usize> {
    let first = runs.iter().filter(|run| run.1 < least).count();
    first..runs.iter().filter(|run| run.0 <= greatest).count()
}

/// Numbers by twos, in runs of so many rows.
fn runs(rows: i32, length: usize) -> Vec<(i32, i32)> {
    let numbers: Vec<_> = (0..rows).map(|row| row * 2).collect();
    let runs = numbers.chunks(length);
    runs.map(|run| (run[0], run[run.len() - 1])).collect()
}

#[test]
fn groups_and_pages_of_an_ascending_column_are_found_by_its_values() {
    const ROWS: i32 = 40;
    for column_type in [
        ColumnType::Text,
        ColumnType::Integer,
        ColumnType::Date,
        ColumnType::DateTime,
    ] {
        let (_folder, table) = ascending(column_type, ROWS);
        let files = &table.files;
        // A part of 18 rows is two groups of nine.
        let groups = runs(ROWS, SIZES.group);
        assert_eq!(files.groups().len(), groups.len());
        for (least, greatest) in (0..=2 * ROWS)
            .flat_map(|least| [0, 1, 2, 5, 6, 17, 2 * ROWS].map(|length| (least, least + length)))
        {
            let asked = (literal(column_type, least), literal(column_type, greatest));
            let found = groups_of(files, 0, &asked);
            assert_eq!(found, within(&groups, least, greatest), "{asked:?}");
            for group in files.groups() {
                let metadata = files.file(*group).unwrap().metadata();
                let pages = metadata.page_index_for_row_group(group.at);
                let found = rows_within(&pages, 0, &asked, group.rows).unwrap();
                let first = i32::try_from(group.first).unwrap() * 2;
                let of_group = runs(i32::try_from(group.rows).unwrap(), SIZES.page);
                let expected = within(&of_group, least - first, greatest - first);
                let row = |page: usize| (page * SIZES.page).min(group.rows);
                assert_eq!(found, row(expected.start)..row(expected.end), "{asked:?}");
            }
        }
    }
}
