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

fn metadata(grid: GridShape, rows: usize) -> StoreMetadata {
    let version = StoreVersion {
        id: 7,
        imported_at: 1_768_478_400,
    };
    StoreMetadata::of_perils(version, grid, u32::try_from(rows).unwrap())
}

/// One coverage of so many columns.
fn wide(grid: GridShape, rows: u32, columns: i64) -> StoreMetadata {
    let numbers = (0..columns).map(|number| number * MICRO).collect();
    let variable = Variable {
        name: "ghi".into(),
        decimals: 2,
        ..Variable::default()
    };
    let hour = Dimension {
        name: "hour".into(),
        values: DimensionValues::Number(numbers),
        ..Dimension::default()
    };
    let peril = CoverageMetadata::of(&Profile::perils().coverages[0]);
    let columns = Columns::new([variable], [hour]).unwrap();
    let names = columns.all().map(|column| ColumnStatistics {
        column: columns.name(column),
        ..peril.statistics[0].clone()
    });
    StoreMetadata {
        coverages: vec![CoverageMetadata {
            id: "solar".into(),
            statistics: names.collect(),
            columns: columns.clone(),
            ..peril
        }],
        rows,
        ..metadata(grid, 0)
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
    let mut writer =
        StoreWriter::begin(file, metadata(grid, rows.len()), on_grid, is_wide).unwrap();
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
    assert_eq!(grid.metadata().version.id, 7);
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
            // The value stands before its key in a flatbuffer: 4 bytes of length, then the text.
            let from = at.saturating_sub(48);
            for value in from..at + 48 {
                if bytes[value..].starts_with(&[1, 0, 0, 0, b'2', 0]) {
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
fn rows_are_as_wide_as_the_coverages_of_the_store() {
    let folder = TempDir::new().unwrap();
    for (columns, latitudes) in [(1_i64, 1), (12, 100), (1000, 7), (5_000, 2)] {
        let cells = latitudes * 700;
        let grid = shape(latitudes, 700);
        let path = folder.path().join("wide");
        let mut writer = StoreWriter::begin(
            File::create(&path).unwrap(),
            wide(grid, cells, columns),
            None,
            false,
        )
        .unwrap();
        for cell in 0..cells {
            let first = i64::from(cell) * 7;
            let row: Vec<_> = (first..first + columns).collect();
            writer.push(cell, &row).unwrap();
        }
        writer.finish().unwrap();
        let grid = Grid::open(&path).unwrap();
        grid.verify().unwrap();
        for cell in (0..cells).step_by(97).chain([cells - 1]) {
            let Cell::Row(row) = grid.cell(grid.shape().cell(cell)) else {
                panic!("no row at {cell}")
            };
            let first = i64::from(cell) * 7;
            assert_eq!(row.value(0), Value::Known(first));
            let last = u32::try_from(columns).unwrap() - 1;
            assert_eq!(row.value(last), Value::Known(first + columns - 1));
            assert_eq!(row.value(last + 1), Value::NotCovered);
            assert_eq!(row.values().count(), usize::try_from(columns).unwrap());
        }
        let coverage = &grid.metadata().coverages[0];
        assert_eq!(coverage.columns.variables()[0].decimals, 2);
    }
}

#[test]
fn a_row_of_another_width_is_not_written() {
    let grid = shape(1, 4);
    let mut writer = StoreWriter::begin(Vec::new(), wide(grid, 1, 3), None, false).unwrap();
    assert!(matches!(
        writer.push(0, &[1, 2]),
        Err(WriteError::Row {
            expected: 3,
            found: 2
        })
    ));
    writer.push(0, &[1, 2, 3]).unwrap();
    writer.finish().unwrap();
}

#[test]
fn a_store_that_says_other_things_than_it_holds_is_refused() {
    let whole = || wide(shape(1, 4), 1, 3);
    let written = |metadata: StoreMetadata, row: &[i64]| {
        let mut writer = StoreWriter::begin(Vec::new(), metadata, None, false).unwrap();
        writer.push(0, row).unwrap();
        Grid::from_bytes(writer.finish().unwrap().into())
    };
    written(whole(), &[1, 2, 3]).unwrap();
    let mut fewer = whole();
    fewer.coverages[0].statistics.pop();
    // A peril has the columns that its consumers know.
    let mut other = whole();
    other.coverages[0].id = "wind".into();
    let mut twice = whole();
    twice.coverages.push(twice.coverages[0].clone());
    for (metadata, row) in [
        (fewer, &[1, 2, 3][..]),
        (other, &[1, 2, 3]),
        (twice, &[1, 2, 3, 4, 5, 6]),
    ] {
        let error = written(metadata, row).unwrap_err();
        assert!(matches!(error, StoreError::Damaged(_)), "{error}");
    }
}

#[test]
fn a_store_of_the_first_layout_is_read_as_the_coverages_that_it_has() {
    // Mapped, as it is served: bytes within a program lie at any address, and numbers do not.
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("format-1.arrow");
    std::fs::write(&path, include_bytes!("tests/format-1.arrow")).unwrap();
    let grid = Grid::open(&path).unwrap();
    grid.verify().unwrap();
    let metadata = grid.metadata();
    let coverages = metadata.coverages.iter();
    let coverages: Vec<_> = coverages.map(|one| (&*one.id, one.first_column)).collect();
    assert_eq!(coverages, [("wind", 0), ("fire", 84)]);
    assert_eq!(metadata.rows, 3);
    let wind = &metadata.coverages[0];
    assert_eq!(
        (&*wind.source, &*wind.licence),
        ("a model of ours", "CC-BY-4.0")
    );
    assert_eq!(wind.provenance.as_ref().unwrap().cells_with_data, 3);
    let Cell::Row(row) = grid.cell_at(51.5, -0.25) else {
        panic!("no row")
    };
    assert_eq!(row.value(0), Value::Known(20_500_000));
    assert_eq!(row.value(84), Value::Known(50_000));
    assert_eq!(row.value(12), Value::NotCovered);
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
        byte in any::<u8>(),
    ) {
        let folder = TempDir::new().unwrap();
        let path = stored(&folder);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(grid) = Grid::open(&path) {
            let _ = grid.cell_at(0.0, 0.5);
            let _ = grid.rows().count();
        }
    }
}
