//! A quarter-degree grid around 0, 0 as seven CSV files and as the store made of the same values.

use std::{fmt::Write as _, fs, fs::File, path::Path};

use perild::{
    climatescore::{Column, Peril},
    dataset::grid::{
        Axis, ColumnStatistics, GridShape, Provenance, STORE_NAME, StoreMetadata, StoreVersion,
        StoreWriter, Value, WIDE_NOT_APPLICABLE, WIDE_NOT_COVERED,
    },
};

use crate::{
    site::Site,
    support::{perild::Settings, pki::Pki},
};

/// South-west corner, and how many points there are each way.
const SOUTH: i64 = -2_000_000;
const WEST: i64 = -3_000_000;
const LATITUDES: u32 = 25;
const LONGITUDES: u32 = 25;

/// A daemon with the sample imported; the CSV files lie in `csv` below its folder.
pub(crate) fn site() -> Site {
    site_with(|_, _| {})
}

pub(crate) fn site_with(change: impl FnOnce(&mut Settings, &Pki)) -> Site {
    Site::with(|settings, pki| {
        let dir = pki.path("");
        fs::create_dir_all(dir.join("state")).unwrap();
        fs::create_dir_all(dir.join("csv")).unwrap();
        write_csv(&dir.join("csv"));
        write_store(&dir.join("state"), 7);
        change(settings, pki);
    })
}

pub(crate) fn shape() -> GridShape {
    GridShape {
        latitude: Axis::new(SOUTH, 250_000, 1, LATITUDES).unwrap(),
        longitude: Axis::new(WEST, 250_000, 1, LONGITUDES).unwrap(),
    }
}

/// A value that only this cell and column has; some are missing in either way.
pub(crate) fn value(cell: u32, column: Column) -> Value {
    let index = u32::try_from(column.index()).unwrap();
    if cell % 7 == 3 || (cell % 11 == 4 && column.peril() == Peril::Hail) {
        return Value::NotCovered;
    }
    let is_wet = matches!(column.peril(), Peril::Fire | Peril::CombinedFlood);
    if cell % 5 == 1 && is_wet {
        return Value::NotApplicable;
    }
    let mixed = (cell * 97 + index + 1).wrapping_mul(2_654_435_761) >> 4;
    Value::Known(match column.peril() {
        Peril::Precip => i64::from(mixed),
        Peril::Fire | Peril::CombinedFlood => i64::from(mixed % 1_000_000),
        _ => i64::from(mixed % 50_000_000),
    })
}

fn cells() -> u32 {
    LATITUDES * LONGITUDES
}

fn write_csv(folder: &Path) {
    let shape = shape();
    for peril in Peril::ALL {
        let mut text = String::from("key,latitude,longitude");
        for column in peril.columns() {
            let _ = write!(text, ",{}", column.name());
        }
        for number in 0..cells() {
            let cell = shape.cell(number);
            let (latitude, longitude) = shape.coordinates(cell);
            let _ = write!(text, "\n{},{latitude:.6},{longitude:.6}", shape.key(cell));
            for column in peril.columns() {
                match value(number, column) {
                    Value::NotCovered => text.push(','),
                    value => drop(write!(text, ",{value}")),
                }
            }
        }
        text.push('\n');
        fs::write(folder.join(format!("etl{}.csv", peril.name())), text).unwrap();
    }
}

pub(crate) fn write_store(state: &Path, version: u64) {
    let row = |cell| {
        let mut row = [WIDE_NOT_COVERED; Column::COUNT];
        for column in Column::all() {
            row[column.index()] = match value(cell, column) {
                Value::Known(micro) => micro,
                Value::NotApplicable => WIDE_NOT_APPLICABLE,
                Value::NotCovered => WIDE_NOT_COVERED,
            };
        }
        row
    };
    let rows: Vec<_> = (0..cells())
        .map(|cell| (cell, row(cell)))
        .filter(|(_, row)| row.iter().any(|value| *value != WIDE_NOT_COVERED))
        .collect();
    let metadata = metadata(version, u32::try_from(rows.len()).unwrap());
    let path = state.join(STORE_NAME);
    let aside = state.join("aside");
    let mut writer =
        StoreWriter::begin(File::create(&aside).unwrap(), metadata, None, false).unwrap();
    for (cell, row) in rows {
        writer.push(cell, &row).unwrap();
    }
    writer.finish().unwrap();
    fs::rename(aside, path).unwrap();
}

fn metadata(version: u64, rows: u32) -> StoreMetadata {
    let version = StoreVersion {
        id: version,
        imported_at: 1_768_478_400,
    };
    let statistics = |column: Column| {
        let known = (0..cells()).filter_map(|cell| match value(cell, column) {
            Value::Known(micro) => Some(micro),
            Value::NotApplicable | Value::NotCovered => None,
        });
        let known: Vec<i64> = known.collect();
        ColumnStatistics {
            column: column.name().into(),
            known: u64::try_from(known.len()).unwrap(),
            not_applicable: 0,
            not_covered: 0,
            min: known.iter().min().copied(),
            mean: known.iter().max().copied(),
            max: known.iter().max().copied(),
        }
    };
    let mut metadata = StoreMetadata::of_perils(version, shape(), rows);
    metadata.cells_on_grid = u64::from(cells());
    let mut columns = Column::all();
    for coverage in &mut metadata.coverages {
        coverage.source = "made for a test".into();
        coverage.licence = "CC0-1.0".into();
        coverage.synthetic = true;
        coverage.provenance = Some(Provenance {
            source: format!("etl{}.csv", coverage.id),
            rows: u64::from(cells()),
            cells_with_data: u64::from(rows),
        });
        let count = coverage.statistics.len();
        coverage.statistics = columns.by_ref().take(count).map(statistics).collect();
    }
    metadata
}
