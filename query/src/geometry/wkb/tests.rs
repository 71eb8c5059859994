use proptest::prelude::*;

use super::*;
use crate::geometry::{MAX_POSITIONS, wkt};

/// Texts of each type, with parts that are empty among them.
const TEXTS: [&str; 14] = [
    "POINT(1 2)",
    "POINT Z(1 2 3)",
    "POINT EMPTY",
    "LINESTRING(0 0,1 1,2 0)",
    "LINESTRING EMPTY",
    "POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,2 1,1 1))",
    "POLYGON Z((0 0 1,4 0 1,4 4 1,0 0 1))",
    "POLYGON EMPTY",
    "MULTIPOINT((1 2),(3 4))",
    "MULTIPOINT(1 2,3 4)",
    "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
    "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
    "GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION(LINESTRING(0 0,1 1)))",
    "GEOMETRYCOLLECTION EMPTY",
];

#[test]
fn what_is_written_is_read_back_octet_for_octet() {
    for text in TEXTS {
        let wkb = wkt::to_wkb(text).unwrap();
        assert_eq!(normal(&wkb).unwrap(), wkb, "{text}");
    }
}

#[test]
fn geometries_of_geo_are_told_as_they_were_built() {
    for text in TEXTS {
        let geometry = to_geo(&wkt::to_wkb(text).unwrap()).unwrap();
        assert_eq!(to_geo(&from_geo(&geometry)).unwrap(), geometry, "{text}");
    }
}

#[test]
fn a_point_of_two_numbers_is_that_of_its_text() {
    assert_eq!(point([1.0, 2.0]), wkt::to_wkb("POINT(1 2)").unwrap());
}

#[test]
fn each_dialect_of_a_point_is_one_point() {
    let number = |number: f64| number.to_le_bytes().to_vec();
    let little = |kind: u32, rest: &[f64]| {
        let numbers = rest.iter().flat_map(|one| number(*one));
        let head = std::iter::once(1).chain(kind.to_le_bytes());
        head.chain(numbers).collect::<Vec<u8>>()
    };
    let expected = little(1, &[1.0, 2.0]);
    let mut big = vec![0, 0, 0, 0, 1];
    big.extend([1.0_f64, 2.0].iter().flat_map(|one| one.to_be_bytes()));
    let mut with_srid = little(0x2000_0001, &[]);
    with_srid.extend(4326_u32.to_le_bytes());
    with_srid.extend([1.0, 2.0].iter().flat_map(|one| number(*one)));
    let measured = little(2001, &[1.0, 2.0, 9.0]);
    let measured_bit = little(0x4000_0001, &[1.0, 2.0, 9.0]);
    for wkb in [&expected, &big, &with_srid, &measured, &measured_bit] {
        assert_eq!(normal(wkb).unwrap(), expected);
    }
    let with_height = little(1001, &[1.0, 2.0, 3.0]);
    for wkb in [
        &with_height,
        &little(0x8000_0001, &[1.0, 2.0, 3.0]),
        &little(3001, &[1.0, 2.0, 3.0, 9.0]),
        &little(0xC000_0001, &[1.0, 2.0, 3.0, 9.0]),
    ] {
        assert_eq!(normal(wkb).unwrap(), with_height);
    }
}

#[test]
fn octets_that_are_no_geometry_are_refused_with_the_place() {
    let point = wkt::to_wkb("POINT(1 2)").unwrap();
    let changed = |at: usize, to: &[u8]| {
        let mut wkb = point.clone();
        wkb[at..at + to.len()].copy_from_slice(to);
        wkb
    };
    let line = |count: u32| {
        let mut wkb = vec![1, 2, 0, 0, 0];
        wkb.extend(count.to_le_bytes());
        wkb
    };
    let mut polygon_in_points = vec![1, 4, 0, 0, 0, 1, 0, 0, 0];
    polygon_in_points.extend(wkt::to_wkb("POLYGON EMPTY").unwrap());
    let mut elsewhere = vec![1, 1, 0, 0, 0x20];
    elsewhere.extend(27700_u32.to_le_bytes());
    let mut deep = Vec::new();
    for _ in 0..20 {
        deep.extend([1, 7, 0, 0, 0, 1, 0, 0, 0]);
    }
    deep.extend(&point);
    let cases = [
        (Vec::new(), "the geometry ends before its end, at octet 0"),
        (
            point[..20].to_vec(),
            "the geometry ends before its end, at octet 13",
        ),
        (
            [&*point, &[0]].concat(),
            "something follows the geometry, at octet 21",
        ),
        (
            changed(0, &[2]),
            "the byte order at octet 0 is 2, and not 0 or 1",
        ),
        (
            changed(1, &[8]),
            "at octet 1 of the geometry is a CircularString: make lines or polygons of it",
        ),
        (
            changed(1, &[18]),
            "the type 18 at octet 1 is no geometry that may stand there",
        ),
        (
            polygon_in_points,
            "the type 3 at octet 10 is no geometry that may stand there",
        ),
        (
            elsewhere,
            "the geometry is in the system 27700, and not in 4326",
        ),
        (
            changed(5, &f64::INFINITY.to_le_bytes()),
            "a coordinate is not finite, at octet 5",
        ),
        (
            changed(13, &f64::NAN.to_le_bytes()),
            "a coordinate is not finite, at octet 5",
        ),
        (
            line(u32::MAX),
            "4294967295 parts or positions are announced at octet 5, and there is no room for them",
        ),
        (deep, "collections lie deeper in each other than 8"),
    ];
    for (wkb, expected) in cases {
        assert_eq!(normal(&wkb).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_geometry_of_more_positions_than_one_may_have_is_refused() {
    let line = |count: usize| {
        let mut wkb = vec![1, 2, 0, 0, 0];
        wkb.extend(u32::try_from(count).unwrap().to_le_bytes());
        wkb.resize(wkb.len() + 16 * count, 0);
        wkb
    };
    assert!(normal(&line(MAX_POSITIONS)).is_ok());
    let limit = MAX_POSITIONS;
    let fault = normal(&line(MAX_POSITIONS + 1)).unwrap_err();
    assert_eq!(fault, GeometryFault::TooManyPositions { limit });
}

proptest! {
    #[test]
    fn octets_of_any_kind_are_read_or_refused(wkb in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(normal) = normal(&wkb) {
            prop_assert_eq!(super::normal(&normal).unwrap(), normal);
        }
    }

    #[test]
    fn a_geometry_with_an_octet_changed_is_read_or_refused(
        text in 0..TEXTS.len(), at in any::<prop::sample::Index>(), to in any::<u8>(),
    ) {
        let mut wkb = wkt::to_wkb(TEXTS[text]).unwrap();
        let at = at.index(wkb.len());
        wkb[at] = to;
        if let Ok(normal) = normal(&wkb) {
            prop_assert_eq!(super::normal(&normal).unwrap(), normal);
        }
    }
}

#[test]
fn parts_have_heights_where_the_whole_has_and_else_are_refused() {
    let whole = wkt::to_wkb("MULTIPOINT Z((1 2 3))").unwrap();
    let flat = wkt::to_wkb("MULTIPOINT((1 2))").unwrap();
    // The head of the one, which ends with the count, before the part of the other.
    let mixed = |head: &[u8], part: &[u8]| [&head[..9], &part[9..]].concat();
    assert!(normal(&mixed(&whole, &whole)).is_ok());
    for (head, part) in [(&whole, &flat), (&flat, &whole)] {
        let refused = normal(&mixed(head, part));
        assert!(matches!(refused, Err(GeometryFault::Type { at: 10, .. })));
    }
}
