use proptest::prelude::*;

use super::*;
use crate::{
    dataset::{
        grid::{
            Axis, ColumnIndex, Grid, StoreMetadata, StoreVersion, StoreWriter, WIDE_NOT_APPLICABLE,
            WIDE_NOT_COVERED,
        },
        perils::{
            Perils,
            query::{Options, Reach},
        },
    },
    policy::{Class, DatasetRule, Defaults, Policy},
    token::Scope,
};

/// Five degrees around the world; each wind value is the cell's number plus one, longitude 180 is empty.
fn world(columns: u32) -> Values {
    let shape = GridShape {
        latitude: Axis::new(-90_000_000, 5_000_000, 1, 37).unwrap(),
        longitude: Axis::new(-180_000_000, 5_000_000, 1, columns).unwrap(),
    };
    values(shape, |cell| {
        (cell % columns < 72).then_some(i64::from(cell) + 1)
    })
}

/// A store whose cells have the wind of `wind`, or no row.
fn values(shape: GridShape, wind: impl Fn(u32) -> Option<i64>) -> Values {
    let cells = 0..u32::try_from(shape.cells()).unwrap();
    let cells = cells.filter_map(|cell| Some((cell, wind(cell)?)));
    let grid = store(shape, cells, 1);
    let open = DatasetRule {
        name: "wind".into(),
        scope: Scope::default(),
        class: Class::Open,
    };
    let policy = Policy::new(&[open], &Defaults::default()).unwrap();
    let permit = policy.open(&Perils::members()[0]).unwrap();
    let column = ("wind", ColumnIndex::new(0));
    Perils::of([grid]).values(&[permit], [column]).unwrap()
}

/// A store of all perils whose cells have one value of wind.
fn store(shape: GridShape, cells: impl Iterator<Item = (u32, i64)> + Clone, version: u64) -> Grid {
    let version = StoreVersion {
        id: version,
        imported_at: 0,
    };
    let rows = u32::try_from(cells.clone().count()).unwrap();
    let metadata = StoreMetadata::of_perils(version, shape, rows);
    let mut writer = StoreWriter::begin(Vec::new(), metadata, None, false).unwrap();
    for (cell, wind) in cells {
        let mut row = [WIDE_NOT_COVERED; 96];
        row[0] = wind;
        writer.push(cell, &row).unwrap();
    }
    Grid::from_bytes(writer.finish().unwrap().into()).unwrap()
}

const REACH: Reach = Reach {
    max_radius_km: 20_000,
    max_search_cells: 1_000_000,
};

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
    Subset::read(&options, REACH, &Perils::default(), &[]).unwrap()
}

/// As [`subset`], with cells within `radius_km` looked through.
fn within(radius_km: f64) -> Subset {
    Subset {
        radius_km: Some(radius_km),
        ..subset("nearest")
    }
}

fn result(values: &Values, subset: &Subset, latitude: f64, longitude: f64) -> PlaceResult {
    let mut result = PlaceResult::default();
    Locator::new(values, subset).answer(Ok((latitude, longitude)), &mut result);
    result
}

fn found(values: &Values, subset: &Subset, latitude: f64, longitude: f64) -> Value {
    result(values, subset, latitude, longitude).values[0]
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
    let policy = Policy::new(
        &[],
        &Defaults {
            class: Class::Open,
            ..Defaults::default()
        },
    )
    .unwrap();
    let fire = policy.open(&Perils::members()[6]).unwrap();
    let shape = *values.parts()[0].shape();
    let perils = Perils::of([store(shape, [(0, 5)].into_iter(), 1)]);
    let first = ColumnIndex::new(0);
    let columns = [("wind", first), ("fire", first)];
    let read = |permits: &[_]| {
        let values = perils.values(permits, columns).unwrap();
        let cell = shape.cell(0);
        let found: Vec<_> = values.parts()[0].cell(cell).unwrap().iter().collect();
        found
    };
    assert_eq!(read(&[fire]), [Value::NotCovered; 2]);
    let wind = policy.open(&Perils::members()[0]).unwrap();
    assert_eq!(
        read(std::slice::from_ref(&wind)),
        [Value::Known(5), Value::NotCovered]
    );
    // What is only described has no values, and a permit for all perils opens none of them.
    let group = policy.open(Perils::group()).unwrap();
    assert_eq!(read(&[group]), [Value::NotCovered; 2]);
    assert!(perils.coverage(&wind).is_ok());
}

#[test]
fn coverages_on_other_grids_answer_each_from_its_own_cell() {
    let axis = |first, step, count| Axis::new(first, step, 1, count).unwrap();
    let world = GridShape {
        latitude: axis(-90_000_000, 5_000_000, 37),
        longitude: axis(-180_000_000, 5_000_000, 72),
    };
    let europe = GridShape {
        latitude: axis(35_000_000, 250_000, 141),
        longitude: axis(-10_000_000, 250_000, 161),
    };
    let cells = |shape: GridShape| (0..u32::try_from(shape.cells()).unwrap()).map(|cell| (cell, 7));
    for is_reversed in [false, true] {
        let mut stores = [perils_fire(europe), store(world, cells(world), 1)];
        if is_reversed {
            stores.reverse();
        }
        let perils = Perils::of(stores);
        let mut options = Options::default();
        for (name, value) in [
            ("perils", "wind,fire"),
            ("scenarios", "ssp126"),
            ("years", "2020"),
        ] {
            options.take_parameter(name, value, &[]).unwrap();
        }
        let subset = Subset::read(&options, REACH, &perils, &[]).unwrap();
        assert!(subset.has_own_cells());
        let policy = Policy::new(
            &[],
            &Defaults {
                class: Class::Open,
                ..Defaults::default()
            },
        );
        let policy = policy.unwrap();
        let permits = Perils::members().iter().map(|id| policy.open(id).unwrap());
        let permits: Vec<_> = permits.collect();
        let values = perils.values(&permits, subset.columns_by_name()).unwrap();
        assert_eq!(values.parts().len(), 2);
        let here = result(&values, &subset, 51.6, -0.1);
        assert_eq!(here.values, [Value::Known(7), Value::Known(9)]);
        let cell = |at| {
            let cell: &UsedCell = here.cell(at).unwrap();
            (cell.latitude, cell.longitude)
        };
        assert_eq!((cell(0), cell(1)), ((50.0, 0.0), (51.5, 0.0)));
        // Where one grid ends, the other goes on; where both end, the place is outside.
        let beyond = result(&values, &subset, -20.0, 30.0);
        assert_eq!(beyond.values, [Value::Known(7), Value::NotCovered]);
        assert_eq!(beyond.status, Status::Ok);
        assert!(beyond.cell(0).is_some() && beyond.cell(1).is_none());
        let nowhere = result(&values, &subset, 95.0, 0.0);
        assert_eq!(nowhere.status, Status::Outside);
        assert!(nowhere.values.is_empty());
        let near = Subset {
            radius_km: Some(10.0),
            ..subset.clone()
        };
        assert_eq!(result(&values, &near, 51.6, -0.1).values, here.values);
    }
}

/// A store of fire alone.
fn perils_fire(shape: GridShape) -> Grid {
    let version = StoreVersion {
        id: 2,
        imported_at: 0,
    };
    let rows = u32::try_from(shape.cells()).unwrap();
    let mut metadata = StoreMetadata::of_perils(version, shape, rows);
    metadata.coverages.drain(..6);
    let mut writer = StoreWriter::begin(Vec::new(), metadata, None, false).unwrap();
    for cell in 0..rows {
        writer.push(cell, &[9; 12]).unwrap();
    }
    Grid::from_bytes(writer.finish().unwrap().into()).unwrap()
}

/// A quarter of the cells of a row have a value, half of them have another one's, and the rest have no row.
fn patchy(cell: u32) -> Option<i64> {
    match cell.wrapping_mul(2_654_435_761) >> 28 {
        0..4 => Some(i64::from(cell) + 1),
        4..12 => Some(WIDE_NOT_APPLICABLE),
        _ => None,
    }
}

/// The cell that a search would find that looks at every cell of the grid.
fn nearest_of_all(values: &Values, place: (f64, f64), radius_km: f64) -> Option<(CellIndex, f64)> {
    let shape = values.parts()[0].shape();
    let cells = (0..u32::try_from(shape.cells()).unwrap()).map(|cell| shape.cell(cell));
    let known = cells.filter(|cell| {
        let values = values.parts()[0].cell(*cell);
        values.is_some_and(|cell| cell.iter().all(|value| value.known().is_some()))
    });
    known
        .map(|cell| (cell, distance_km(place, shape.coordinates(cell))))
        .filter(|(_, distance)| *distance <= radius_km)
        .min_by(|one, other| one.1.total_cmp(&other.1))
}

#[test]
fn a_cell_within_the_box_around_the_circle_but_not_within_the_circle_is_not_taken() {
    let shape = GridShape {
        latitude: Axis::new(0, 1_000_000, 1, 3).unwrap(),
        longitude: Axis::new(0, 1_000_000, 1, 3).unwrap(),
    };
    // Only the north-eastern corner has a value: 157 km away, 111 km to the north and as far to the east.
    let corner = |cell| match cell {
        8 => Some(7),
        _ => Some(WIDE_NOT_APPLICABLE),
    };
    let values = values(shape, corner);
    for (radius_km, value) in [(150.0, Value::NotApplicable), (158.0, Value::Known(7))] {
        let answer = result(&values, &within(radius_km), 1.0, 1.0);
        assert_eq!(answer.values, [value], "{radius_km}");
        assert!(
            answer
                .cells
                .iter()
                .all(|cell| cell.distance_km <= radius_km)
        );
        assert_eq!(answer.status, Status::Ok);
    }
}

#[test]
fn a_corner_of_no_weight_counts_for_nothing() {
    let shape = GridShape {
        latitude: Axis::new(0, 1_000_000, 1, 2).unwrap(),
        longitude: Axis::new(0, 1_000_000, 1, 2).unwrap(),
    };
    let values = values(shape, |cell| {
        Some([5, 9, WIDE_NOT_APPLICABLE, 7][usize::try_from(cell).unwrap()])
    });
    let bilinear = subset("bilinear");
    // On a cell, and on the edge between two: the others are neither asked nor named.
    for (place, value, cells) in [
        ((0.0, 0.0), Value::Known(5), 1),
        ((0.0, 0.5), Value::Known(7), 2),
        ((0.5, 1.0), Value::Known(8), 2),
        ((0.5, 0.5), Value::NotApplicable, 4),
    ] {
        let answer = result(&values, &bilinear, place.0, place.1);
        assert_eq!(
            (answer.values[0], answer.cells.len()),
            (value, cells),
            "{place:?}"
        );
        assert_eq!(answer.origin(0).interpolation, Interpolation::Bilinear);
    }
}

#[test]
fn a_corner_that_is_not_covered_says_more_than_one_where_nothing_applies() {
    let shape = GridShape {
        latitude: Axis::new(0, 1_000_000, 1, 2).unwrap(),
        longitude: Axis::new(0, 1_000_000, 1, 2).unwrap(),
    };
    let (nothing, sea) = (WIDE_NOT_COVERED, WIDE_NOT_APPLICABLE);
    for (corners, value) in [
        ([sea, nothing, 1, 1], Value::NotCovered),
        ([nothing, sea, 1, 1], Value::NotCovered),
        ([1, sea, 1, nothing], Value::NotCovered),
        ([1, sea, sea, 1], Value::NotApplicable),
    ] {
        let values = values(shape, |cell| Some(corners[usize::try_from(cell).unwrap()]));
        let found = found(&values, &subset("bilinear"), 0.5, 0.5);
        assert_eq!(found, value, "{corners:?}");
    }
}

/// Work a stranger can cause: near a pole a row of the grid lies within the radius from end to end.
#[test]
fn a_search_near_a_pole_looks_at_no_more_cells_than_it_may_and_says_so() {
    let shape = GridShape {
        latitude: Axis::new(88_500_000, 250_000, 1, 7).unwrap(),
        longitude: Axis::new(-180_000_000, 50_000, 1, 7_200).unwrap(),
    };
    let sea = values(shape, |_| Some(WIDE_NOT_APPLICABLE));
    let answer = result(&sea, &within(199.0), 90.0, 0.0);
    assert_eq!(answer.status, Status::OkSearchEnded);
    assert_eq!(
        (answer.status.name(), answer.status.reason()),
        ("ok", Some("search_limit"))
    );
    assert_eq!(answer.searched, CELLS_OF_A_PLACE);
    assert_eq!(answer.values, [Value::NotApplicable]);
    // Where there are no rows, all is looked through at once.
    let empty = values(shape, |cell| (cell < 7_200).then_some(WIDE_NOT_APPLICABLE));
    let answer = result(&empty, &within(150.0), 90.0, 0.0);
    assert_eq!((answer.status, answer.searched), (Status::Ok, 0));
}

#[test]
fn the_places_of_a_request_share_what_may_be_looked_through() {
    let values = values(
        GridShape {
            latitude: Axis::new(0, 1_000_000, 1, 21).unwrap(),
            longitude: Axis::new(0, 1_000_000, 1, 21).unwrap(),
        },
        |_| Some(WIDE_NOT_APPLICABLE),
    );
    let reach = Reach {
        max_search_cells: 20,
        ..REACH
    };
    let subset = Subset {
        reach,
        ..within(120.0)
    };
    let mut result = PlaceResult::default();
    let mut statuses = Vec::new();
    for _ in 0..5 {
        // A locator is made anew for each piece of an answer, and the count goes on.
        Locator::new(&values, &subset).answer(Ok((10.0, 10.0)), &mut result);
        statuses.push(result.status);
    }
    // Five cells lie within the radius.
    let (ok, ended) = (Status::Ok, Status::OkSearchEnded);
    assert_eq!(statuses, [ok, ok, ok, ok, ended]);
    assert_eq!(result.searched, 20);
}

proptest! {
    #[test]
    fn a_search_finds_what_looking_at_every_cell_would(
        latitude in prop_oneof![-90.0..90.0_f64, 84.0..90.0_f64, -90.0..-84.0_f64, Just(90.0), Just(0.0)],
        longitude in prop_oneof![-180.0..180.0_f64, Just(180.0), Just(-180.0), Just(0.0)],
        radius_km in prop_oneof![0.0..300.0_f64, 0.0..3000.0_f64],
        columns in prop_oneof![Just(72_u32), Just(73), Just(71), Just(40)],
        west in prop_oneof![Just(-180_000_000_i64), Just(0), Just(-20_000_000)],
    ) {
        let shape = GridShape {
            latitude: Axis::new(-90_000_000, 2_500_000, 1, 73).unwrap(),
            longitude: Axis::new(west, 5_000_000, 1, columns).unwrap(),
        };
        // Where the last column repeats the first, nobody looks at it.
        let is_repeated = |cell| columns == 73 && cell % columns == 72;
        let values = values(shape, |cell| patchy(cell).filter(|_| !is_repeated(cell)));
        let answer = result(&values, &within(radius_km), latitude, longitude);
        if answer.status != Status::Ok {
            return Ok(());
        }
        let longitude = turned(longitude);
        let own = answer.cells[0];
        let own_is_known = values.parts()[0].cell(own.index).is_some_and(|cell| cell.iter().all(|value| value.known().is_some()));
        let expected = if own_is_known {
            Some((own.index, own.distance_km))
        } else {
            nearest_of_all(&values, (latitude, longitude), radius_km)
        };
        match (answer.values[0].known(), expected) {
            (Some(_), Some((_, distance))) => {
                let used = answer.cell(0).unwrap();
                prop_assert_eq!(used.distance_km.to_bits(), distance.to_bits());
                let number = i64::from(shape.number(used.index)) + 1;
                prop_assert_eq!(answer.values[0], Value::Known(number));
            }
            (None, None) => {}
            (found, expected) => prop_assert!(false, "{:?} {:?}", found, expected),
        }
    }

    #[test]
    fn a_bilinear_value_lies_between_its_corners(latitude in -90.0..90.0_f64, longitude in -180.0..360.0_f64) {
        let values = world(73);
        let answer = result(&values, &subset("bilinear"), latitude, longitude);
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
