//! The same files read a second time, plainly: text to text, nothing shared with what is tested.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use perild::dataset::grid::{Cell, Grid};

use crate::columns;

/// Text of each value by key, then by column name.
pub(crate) type Table = BTreeMap<String, BTreeMap<String, String>>;

pub(crate) fn table(folder: &Path) -> Table {
    let mut table = Table::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        let names: Vec<&str> = lines.next().unwrap().split(',').collect();
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            let row = table.entry(fields[0].to_owned()).or_default();
            for (name, field) in names.iter().zip(&fields).skip(3) {
                let text = if field.is_empty() { "None" } else { field };
                row.insert((*name).to_owned(), text.to_owned());
            }
        }
    }
    table
}

/// Every cell of the grid has what the files have, and the files have no other cell.
pub(crate) fn assert_holds(grid: &Grid, table: &Table) {
    let shape = grid.shape();
    let mut seen = BTreeSet::new();
    for latitude in 0..shape.latitude.count() {
        for longitude in 0..shape.longitude.count() {
            let (north, east) = (
                shape.latitude.coordinate(latitude),
                shape.longitude.coordinate(longitude),
            );
            let key = format!("{north:.2}{east:.2}");
            let row = table.get(&key);
            let is_empty = row.is_some_and(|row| row.values().all(|text| text == "None"));
            match grid.cell_at(north, east) {
                Cell::OffGrid => assert!(row.is_none(), "{key}"),
                Cell::Empty => assert!(is_empty, "{key}"),
                Cell::Row(values) => {
                    let row = row.unwrap();
                    assert!(!is_empty, "{key}");
                    for (name, column) in columns(grid) {
                        let expected = row.get(name).map_or("None", String::as_str);
                        let found = values.value(column).to_string();
                        assert_eq!(found, expected, "{key} {name}");
                    }
                }
            }
            if row.is_some() {
                seen.insert(key);
            }
        }
    }
    assert_eq!(seen.len(), table.len());
}
