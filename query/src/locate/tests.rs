use std::sync::Arc;

use arrow_array::{BinaryArray, StringArray};
use arrow_schema::{DataType, Field, Schema};
use geo::{Coord, Geometry, Intersects, LineString, MultiPolygon, Point, Polygon};
use proptest::prelude::*;

use super::*;
use crate::geometry::wkt;

fn schema() -> SchemaRef {
    let fields = [
        Field::new("name", DataType::Utf8, true),
        Field::new("area", DataType::Binary, true),
    ];
    Arc::new(Schema::new(fields.to_vec()))
}

fn batch(rows: &[(&str, Option<Vec<u8>>)]) -> RecordBatch {
    let names: StringArray = rows.iter().map(|(name, _)| Some(*name)).collect();
    let areas: BinaryArray = rows.iter().map(|(_, area)| area.as_deref()).collect();
    RecordBatch::try_new(schema(), vec![Arc::new(names), Arc::new(areas)]).unwrap()
}

fn locator(batches: Vec<RecordBatch>) -> Result<Locator, LocateFault<ArrowError>> {
    Locator::new(&schema(), batches.into_iter().map(Ok), 1, 1 << 20)
}

fn area(wkt: &str) -> Vec<u8> {
    wkt::to_wkb(wkt).unwrap()
}

/// Places with the names of the features around them.
fn named(locator: &Locator, places: &[Option<[f64; 2]>]) -> Vec<(u32, Option<String>)> {
    let located = locator.locate(places, usize::MAX);
    assert_eq!(located.taken, places.len());
    let columns = locator.properties(&located.features).unwrap();
    let names = columns[0].as_string::<i32>().iter();
    let names = names.map(|name| name.map(str::to_owned));
    located.places.values().iter().copied().zip(names).collect()
}

#[test]
fn each_place_has_the_features_around_it_or_a_row_with_none() {
    let outages = locator(vec![
        batch(&[
            (
                "west",
                Some(area("POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,2 1,2 2,1 2,1 1))")),
            ),
            ("unknown", None),
            ("a mast", Some(area("POINT(3 3)"))),
        ]),
        batch(&[
            ("east", Some(area("POLYGON((4 0,8 0,8 4,4 4,4 0))"))),
            (
                "both",
                Some(area(
                    "MULTIPOLYGON(((0 0,8 0,8 4,0 4,0 0)),((7 3,9 3,9 5,7 5,7 3)))",
                )),
            ),
            (
                "all",
                Some(area(
                    "GEOMETRYCOLLECTION(POINT(0 0),POLYGON((0 0,8 0,8 4,0 4,0 0)))",
                )),
            ),
        ]),
    ])
    .unwrap();
    assert_eq!(outages.len(), 6);
    let places = [
        Some([3.0, 3.0]),
        Some([1.5, 1.5]),
        Some([4.0, 2.0]),
        None,
        Some([20.0, 2.0]),
        Some([7.5, 3.5]),
        Some([9.0, 5.0]),
    ];
    let expected = [
        (0, Some("west")),
        (0, Some("both")),
        (0, Some("all")),
        (1, Some("both")),
        (1, Some("all")),
        (2, Some("west")),
        (2, Some("east")),
        (2, Some("both")),
        (2, Some("all")),
        (3, None),
        (4, None),
        (5, Some("east")),
        (5, Some("both")),
        (5, Some("all")),
        (6, Some("both")),
    ];
    let expected = expected.map(|(place, name)| (place, name.map(str::to_owned)));
    assert_eq!(named(&outages, &places), expected);
}

#[test]
fn a_place_in_many_features_ends_the_pairs_that_are_had_at_once() {
    let square = || Some(area("POLYGON((0 0,4 0,4 4,0 4,0 0))"));
    let squares = locator(vec![batch(&[("a", square()), ("b", square())])]).unwrap();
    let places = [Some([1.0, 1.0]), Some([9.0, 9.0]), Some([2.0, 2.0])];
    for (most, taken, pairs) in [(0, 1, 2), (2, 1, 2), (3, 2, 3), (4, 3, 5)] {
        let located = squares.locate(&places, most);
        assert_eq!(
            (located.taken, located.places.len()),
            (taken, pairs),
            "{most}"
        );
    }
}

#[test]
fn a_table_without_features_is_around_no_place() {
    let nothing = locator(Vec::new()).unwrap();
    assert!(nothing.is_empty());
    assert_eq!(named(&nothing, &[Some([0.0, 0.0])]), [(0, None)]);
    assert!(nothing.properties(&UInt32Array::from(vec![0])).is_err());
}

#[test]
fn features_are_refused_that_take_more_memory_than_they_may() {
    let row = batch(&[("west", Some(area("POLYGON((0 0,4 0,4 4,0 0))")))]);
    let rows = |count: usize| std::iter::repeat_n(row.clone(), count).map(Ok::<_, ArrowError>);
    let limit = 4096;
    assert!(Locator::new(&schema(), rows(1), 1, limit).is_ok());
    let fault = Locator::new(&schema(), rows(100), 1, limit).unwrap_err();
    assert!(
        matches!(fault, LocateFault::TooLarge { limit: 4096 }),
        "{fault}"
    );
}

#[test]
fn rows_that_cannot_be_read_are_refused() {
    let no_geometry = batch(&[("west", Some(vec![1, 2, 3]))]);
    assert!(matches!(
        locator(vec![no_geometry]),
        Err(LocateFault::Geometry(_))
    ));
    let row = batch(&[("west", Some(area("POINT(1 2)")))]);
    let of_names = Locator::new(&schema(), [Ok::<_, ArrowError>(row)], 0, 1 << 20);
    assert!(matches!(of_names, Err(LocateFault::NoGeometry(0))));
    let damaged = [Err(std::io::Error::other("damaged"))];
    let damaged = Locator::new(&schema(), damaged, 1, 1 << 20);
    assert!(matches!(damaged, Err(LocateFault::Rows(_))));
}

/// A star around a place, of many edges, with a hole in its middle.
fn star() -> impl Strategy<Value = Polygon> {
    let reach = 2..7_u32;
    (prop::collection::vec(reach, 3..80), -8..8_i32, -8..8_i32).prop_map(|(reaches, x, y)| {
        let turn = std::f64::consts::TAU / f64::from(u32::try_from(reaches.len()).unwrap());
        let ring = |share: f64| {
            let corners = reaches.iter().zip(0_u32..).map(|(reach, at)| {
                let (sine, cosine) = (turn * f64::from(at)).sin_cos();
                let reach = f64::from(*reach) * share;
                Coord {
                    x: f64::from(x) + reach * cosine,
                    y: f64::from(y) + reach * sine,
                }
            });
            LineString(corners.collect())
        };
        Polygon::new(ring(1.0), vec![ring(0.25)])
    })
}

fn shape() -> impl Strategy<Value = Geometry> {
    prop_oneof![
        3 => star().prop_map(Geometry::from),
        1 => (star(), star()).prop_map(|(one, other)| MultiPolygon(vec![one, other]).into()),
    ]
}

proptest! {
    #[test]
    fn the_features_found_are_those_that_a_plain_look_at_each_finds(
        shapes in prop::collection::vec(shape(), 0..40),
        places in prop::collection::vec((-30..30_i32, -30..30_i32), 1..40),
    ) {
        let names: Vec<_> = (0..shapes.len()).map(|row| row.to_string()).collect();
        let rows = names.iter().zip(&shapes);
        let rows: Vec<_> = rows.map(|(name, shape)| (&**name, Some(wkb::from_geo(shape)))).collect();
        let batches = rows.chunks(7).map(batch).collect();
        let places: Vec<_> = places.iter().map(|(x, y)| [f64::from(*x) / 2.0, f64::from(*y) / 2.0]).collect();
        let mut expected = Vec::new();
        for (place, [x, y]) in (0_u32..).zip(&places) {
            let around = shapes.iter().zip(&names).filter(|(shape, _)| match shape {
                // Parts may overlap, so each is asked.
                Geometry::MultiPolygon(parts) => parts.iter().any(|part| part.intersects(&Point::new(*x, *y))),
                shape => shape.intersects(&Point::new(*x, *y)),
            });
            let around: Vec<_> = around.map(|(_, name)| (place, Some(name.clone()))).collect();
            expected.extend(if around.is_empty() { vec![(place, None)] } else { around });
        }
        let places: Vec<_> = places.into_iter().map(Some).collect();
        prop_assert_eq!(named(&locator(batches).unwrap(), &places), expected);
    }
}

#[test]
fn features_are_counted_and_so_are_the_octets_of_all_their_parts() {
    let none = locator(vec![]).unwrap();
    assert!(none.is_empty());
    let two = [
        ("a", Some(area("POLYGON((0 0,4 0,4 4,0 4,0 0))"))),
        ("b", Some(area("POLYGON((4 0,8 0,8 4,4 4,4 0))"))),
    ];
    let two = locator(vec![batch(&two)]).unwrap();
    assert_eq!((two.len(), two.is_empty()), (2, false));
    let parts = [
        two.areas.bytes(),
        two.boxes.bytes(),
        size_of_val(&*two.polygons),
        two.properties.get_array_memory_size(),
    ];
    assert!(parts.iter().all(|part| *part > 1), "{parts:?}");
    assert_eq!(two.bytes(), parts.iter().sum::<usize>());
}
