use proptest::prelude::*;

use super::*;
use crate::{
    config::{Class, DatasetRule, Defaults},
    dataset::{
        grid::{
            About, Axis, Column, ColumnStatistics, Grid, Metric, Peril, Scenario, StoreVersion,
            StoreWriter, WIDE_NOT_COVERED, Year,
        },
        perils::{Perils, query::Options},
    },
    policy::Policy,
};

/// Five degrees around the world; each wind value is the cell's number plus one, longitude 180 is empty.
fn world(columns: u32) -> Values {
    let longitude = Axis::new(-180_000_000, 5_000_000, 1, columns).unwrap();
    let latitude = Axis::new(-90_000_000, 5_000_000, 1, 37).unwrap();
    let shape = GridShape {
        latitude,
        longitude,
    };
    let cells = (0..37 * columns).filter(|cell| cell % columns < 72);
    let statistics = Column::all().map(|column| ColumnStatistics {
        column: column.name().to_owned(),
        known: 0,
        not_applicable: 0,
        not_covered: 0,
        min: None,
        mean: None,
        max: None,
    });
    let about = About {
        version: StoreVersion {
            id: 1,
            imported_at: 0,
        },
        source: String::new(),
        licence: String::new(),
        synthetic: true,
        grid: shape,
        cells_on_grid: shape.cells(),
        rows: u32::try_from(cells.clone().count()).unwrap(),
        perils: Vec::new(),
        statistics: statistics.collect(),
    };
    let mut writer = StoreWriter::begin(Vec::new(), about, None, false).unwrap();
    for cell in cells {
        let mut row = [WIDE_NOT_COVERED; Column::COUNT];
        row[COLUMN.index()] = i64::from(cell) + 1;
        writer.push(cell, &row).unwrap();
    }
    let grid = Grid::from_bytes(writer.finish().unwrap().into()).unwrap();
    let open = DatasetRule {
        name: "wind".into(),
        scope: String::new(),
        class: Class::Open,
    };
    let policy = Policy::new(&[open], &Defaults::default()).unwrap();
    let permit = policy.open(Perils::names(Some(Peril::Wind))).unwrap();
    Perils::of(grid).values(&[permit], &[COLUMN]).unwrap()
}

const COLUMN: Column = Column::new(Metric::WindSpeed100yr, Scenario::Ssp126, Year::Y2020);

fn subset(interpolation: &str) -> Subset {
    let mut options = Options::default();
    for (name, value) in [
        ("perils", "wind"),
        ("scenarios", "ssp126"),
        ("years", "2020"),
        ("interpolation", interpolation),
    ] {
        options.take_parameter(name, value, &[]).unwrap();
    }
    Subset::read(&options, 100).unwrap()
}

fn answered(values: &Values, subset: &Subset, latitude: f64, longitude: f64) -> Answered {
    let mut answered = Answered::default();
    Locator::new(values, subset).answer(Ok((latitude, longitude)), &mut answered);
    answered
}

fn found(values: &Values, subset: &Subset, latitude: f64, longitude: f64) -> Value {
    answered(values, subset, latitude, longitude).values[0]
}

#[test]
fn the_world_is_round_whether_its_last_column_repeats_the_first_or_not() {
    for columns in [72, 73] {
        let values = world(columns);
        let nearest = subset("nearest");
        let row = i64::from(18 * columns);
        for (longitude, column) in [
            (-180.0, 0),
            (180.0, 0),
            (179.0, 0),
            (-177.6, 0),
            (177.4, 71),
            (190.0, 2),
            (360.0, 36),
            (0.0, 36),
            (359.0, 36),
        ] {
            let value = found(&values, &nearest, 0.0, longitude);
            assert_eq!(
                value,
                Value::Known(row + column + 1),
                "{columns} {longitude}"
            );
        }
        let between = found(&values, &subset("bilinear"), 0.0, 179.0);
        // One fifth of the last column's and four of the first's; the nearest whole number.
        let fifths = (row + 72) + (row + 1) * 4;
        assert_eq!(between, Value::Known((fifths * 2 + 5).div_euclid(10)));
    }
}

#[test]
fn poles_are_places() {
    let values = world(73);
    for interpolation in ["nearest", "bilinear"] {
        let subset = subset(interpolation);
        assert_eq!(found(&values, &subset, -90.0, 0.0), Value::Known(37));
        assert_eq!(
            found(&values, &subset, 90.0, 180.0),
            Value::Known(36 * 73 + 1)
        );
    }
}

#[test]
fn columns_without_a_permit_are_not_there() {
    let values = world(72);
    let all: Vec<_> = Column::all().collect();
    let perils = Policy::new(
        &[],
        &Defaults {
            class: Class::Open,
            ..Defaults::default()
        },
    )
    .unwrap();
    let fire = perils.open(Perils::names(Some(Peril::Fire))).unwrap();
    let grid = Perils::of(Grid::from_bytes(store_bytes()).unwrap());
    let permitted = grid.values(&[fire], &all).unwrap();
    assert!(
        permitted
            .columns()
            .iter()
            .all(|column| column.peril() == Peril::Fire)
    );
    assert_eq!((permitted.columns().len(), values.columns().len()), (12, 1));
}

fn store_bytes() -> bytes::Bytes {
    let about = world(72).grid().about().clone();
    let about = About { rows: 0, ..about };
    StoreWriter::begin(Vec::new(), about, None, false)
        .unwrap()
        .finish()
        .unwrap()
        .into()
}

proptest! {
    #[test]
    fn a_bilinear_value_lies_between_its_corners(latitude in -90.0..90.0_f64, longitude in -180.0..360.0_f64) {
        let values = world(73);
        let answer = answered(&values, &subset("bilinear"), latitude, longitude);
        let nearest = subset("nearest");
        let corners = answer.cells.iter().filter_map(|cell| {
            match found(&values, &nearest, cell.latitude, cell.longitude) {
                Value::Known(micro) => Some(micro),
                _ => None,
            }
        });
        let corners: Vec<_> = corners.collect();
        let Value::Known(micro) = answer.values[0] else {
            return Err(TestCaseError::fail("no value"));
        };
        prop_assert!(corners.iter().min().unwrap() <= &micro && &micro <= corners.iter().max().unwrap());
        prop_assert!(answer.cells.iter().all(|cell| cell.distance_km < 800.0));
    }
}
