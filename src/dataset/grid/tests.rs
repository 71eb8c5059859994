use std::{fs::File, io::Write, path::Path};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn shape(latitudes: u32, longitudes: u32) -> GridShape {
    GridShape {
        latitude: Axis::new(0, 250_000, 1, latitudes).unwrap(),
        longitude: Axis::new(0, 250_000, 1, longitudes).unwrap(),
    }
}

fn about(grid: GridShape, rows: usize) -> About {
    let statistics = Column::all().map(|column| ColumnStatistics {
        column: column.name().to_owned(),
        known: 0,
        not_applicable: 0,
        not_covered: 0,
        min: None,
        mean: None,
        max: None,
    });
    About {
        version: StoreVersion {
            id: 7,
            imported_at: 1_768_478_400,
        },
        source: "a test".into(),
        licence: "CC0-1.0".into(),
        synthetic: true,
        grid,
        cells_on_grid: grid.cells(),
        rows: u32::try_from(rows).unwrap(),
        perils: Vec::new(),
        statistics: statistics.collect(),
    }
}

fn write(
    path: &Path,
    grid: GridShape,
    on_grid: Option<&[u8]>,
    is_wide: bool,
    rows: &[(u32, [i64; 96])],
) {
    let file = File::create(path).unwrap();
    let mut writer = StoreWriter::begin(file, about(grid, rows.len()), on_grid, is_wide).unwrap();
    for (cell, row) in rows {
        writer.push(*cell, row).unwrap();
    }
    writer.finish().unwrap();
}

fn numbered(first: i64) -> [i64; 96] {
    let mut row = [0; 96];
    for (value, number) in row.iter_mut().zip(first..) {
        *value = number;
    }
    row[3] = WIDE_NOT_COVERED;
    row[4] = WIDE_NOT_APPLICABLE;
    row
}

fn stored(folder: &TempDir) -> std::path::PathBuf {
    let path = folder.path().join(STORE_NAME);
    write(
        &path,
        shape(3, 5),
        None,
        false,
        &[(2, numbered(100)), (14, numbered(900))],
    );
    path
}

#[test]
fn a_row_comes_back_as_it_was_written_and_missing_values_stay_apart() {
    let folder = TempDir::new().unwrap();
    let grid = Grid::open(&stored(&folder)).unwrap();
    let Cell::Row(row) = grid.cell_at(0.0, 0.5) else {
        panic!("no row")
    };
    let values: Vec<_> = row.values().collect();
    assert_eq!(values[0], Value::Known(100));
    assert_eq!(values[3], Value::NotCovered);
    assert_eq!(values[4], Value::NotApplicable);
    assert_eq!(values[95], Value::Known(195));
    assert!(matches!(row.raw(), RawValues::Narrow(raw) if raw[3] == NARROW_NOT_COVERED));
    assert_eq!(grid.cell_at(0.0, 0.0), Cell::Empty);
    assert_eq!(grid.cell_at(0.0, 1.2), Cell::OffGrid);
    assert_eq!(grid.cell_at(f64::NAN, 0.0), Cell::OffGrid);
    let outside = CellIndex {
        latitude: 0,
        longitude: 5,
    };
    assert_eq!(grid.cell(outside), Cell::OffGrid);
    let cells: Vec<_> = grid
        .rows()
        .map(|(cell, _)| grid.shape().number(cell))
        .collect();
    assert_eq!(cells, [2, 14]);
    assert_eq!(grid.about().version.id, 7);
    grid.verify().unwrap();
}

#[test]
fn a_cell_without_a_line_is_not_an_empty_cell() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(STORE_NAME);
    write(
        &path,
        shape(1, 4),
        Some(&[0b0101]),
        false,
        &[(2, numbered(1))],
    );
    let grid = Grid::open(&path).unwrap();
    assert_eq!(grid.cell_at(0.0, 0.0), Cell::Empty);
    assert_eq!(grid.cell_at(0.0, 0.25), Cell::OffGrid);
    assert!(matches!(grid.cell_at(0.0, 0.5), Cell::Row(_)));
}

#[test]
fn a_number_beyond_32_bits_makes_a_wide_store() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(STORE_NAME);
    let mut row = numbered(1);
    row[12] = 999_999_999_999;
    write(&path, shape(1, 1), None, true, &[(0, row)]);
    let grid = Grid::open(&path).unwrap();
    let Cell::Row(row) = grid.cell_at(0.0, 0.0) else {
        panic!("no row")
    };
    let values: Vec<_> = row.values().collect();
    assert_eq!(values[12].to_string(), "999999.999999");
    assert_eq!(values[3..5], [Value::NotCovered, Value::NotApplicable]);
}

#[test]
fn a_store_cut_short_anywhere_is_refused() {
    let folder = TempDir::new().unwrap();
    let whole = std::fs::read(stored(&folder)).unwrap();
    let path = folder.path().join("cut");
    for length in (0..whole.len()).step_by(97) {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = Grid::open(&path).unwrap_err();
        assert!(
            matches!(error, StoreError::CutShort | StoreError::NotAStore),
            "{length}: {error}"
        );
    }
    std::fs::write(&path, &whole).unwrap();
    Grid::open(&path).unwrap();
}

#[test]
fn a_hole_in_the_middle_of_a_store_is_refused() {
    let folder = TempDir::new().unwrap();
    let mut bytes = std::fs::read(stored(&folder)).unwrap();
    let middle = bytes.len() / 2;
    bytes.drain(middle - 640..middle);
    let path = folder.path().join("hole");
    std::fs::write(&path, &bytes).unwrap();
    Grid::open(&path).unwrap_err();
}

#[test]
fn a_store_of_another_layout_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let bytes = std::fs::read(stored(&folder)).unwrap();
    let path = folder.path().join("other");
    let mut changed = bytes.clone();
    for at in 0..bytes.len() - 14 {
        if &bytes[at..at + 12] == b"perild.forma" {
            // The value stands before its key in a flatbuffer: 4 octets of length, then the text.
            let from = at.saturating_sub(48);
            for value in from..at + 48 {
                if bytes[value..].starts_with(&[1, 0, 0, 0, b'1', 0]) {
                    changed[value + 4] = b'9';
                }
            }
        }
    }
    assert_ne!(changed, bytes);
    std::fs::write(&path, &changed).unwrap();
    let error = Grid::open(&path).unwrap_err();
    assert!(
        matches!(&error, StoreError::OtherVersion { found } if &**found == "9"),
        "{error}"
    );
}

#[test]
fn another_files_content_is_no_store() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("text");
    for content in [
        &b""[..],
        b"key,latitude\n",
        b"ARROW1",
        b"ARROW1ARROW1ARROW1ARROW1",
    ] {
        File::create(&path).unwrap().write_all(content).unwrap();
        Grid::open(&path).unwrap_err();
    }
    assert!(matches!(
        Grid::open(folder.path()),
        Err(StoreError::NotAStore)
    ));
    let nowhere = Grid::open(&folder.path().join("nowhere"));
    assert!(matches!(nowhere, Err(StoreError::Unreadable(_))));
}

#[test]
fn a_changed_value_is_found_by_the_checksum() {
    let folder = TempDir::new().unwrap();
    let path = stored(&folder);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes
        .windows(4)
        .position(|four| four == 900_i32.to_le_bytes())
        .unwrap();
    bytes[at] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let grid = Grid::open(&path).unwrap();
    assert!(matches!(grid.verify(), Err(StoreError::Changed { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_store_is_refused_or_read_but_never_ends_the_process(
        at in any::<prop::sample::Index>(),
        octet in any::<u8>(),
    ) {
        let folder = TempDir::new().unwrap();
        let path = stored(&folder);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = octet;
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(grid) = Grid::open(&path) {
            let _ = grid.cell_at(0.0, 0.5);
            let _ = grid.rows().count();
        }
    }
}
