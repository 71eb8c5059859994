use proptest::prelude::*;

use super::{
    reader::{GEOMETRY, KINDS},
    *,
};
use crate::dataset::coverage::{Position, Ring, Waypoint};

const LIMITS: WktLimits = WktLimits {
    max_bytes: 1000,
    max_positions: 12,
};

fn read(text: &str) -> Result<Geometry, WktError> {
    Geometry::read(text, Crs::Crs84, LIMITS)
}

fn at(longitude: f64, latitude: f64) -> Waypoint {
    let position = Position {
        longitude,
        latitude,
    };
    Waypoint {
        position,
        height: None,
        seconds: None,
    }
}

/// Rows: EDR-3
#[test]
fn points_are_read_in_each_of_their_forms() {
    let one = Geometry::Points(vec![at(-0.12, 51.5)]);
    for text in [
        "POINT(-0.12 51.5)",
        " point ( -0.12\t51.5 ) ",
        "POINT(-12e-2 +51.50)",
        "MULTIPOINT((-0.12 51.5))",
        "MULTIPOINT(-.12 51.5)",
        "Point\n(-1.2E-1 515e-1)",
    ] {
        assert_eq!(read(text), Ok(one.clone()), "{text}");
    }
    let two = Geometry::Points(vec![at(1.0, 2.0), at(-0.0, 4.0)]);
    for text in [
        "MULTIPOINT((1 2),(0 4))",
        "MULTIPOINT(1 2, -0 4)",
        "MULTIPOINT (1. 2.0 , (0 4))",
    ] {
        assert_eq!(read(text), Ok(two.clone()), "{text}");
    }
}

#[test]
fn the_reference_system_says_the_order_of_axes() {
    let text = "POINT(51.5 -0.12)";
    let found = Geometry::read(text, Crs::Epsg4326, LIMITS);
    assert_eq!(found, Ok(Geometry::Points(vec![at(-0.12, 51.5)])));
    let fault = Geometry::read("POINT(100 5)", Crs::Epsg4326, LIMITS).unwrap_err();
    assert_eq!(fault.fault, WktFault::LatitudeOutOfRange);
}

#[test]
fn heights_and_times_are_kept_for_each_form_of_the_tag() {
    let with = |height, seconds| {
        let of = |waypoint| Waypoint {
            height,
            seconds,
            ..waypoint
        };
        Geometry::Lines(vec![vec![of(at(1.0, 2.0)), of(at(3.0, 4.0))]])
    };
    for (text, height, seconds) in [
        ("LINESTRING(1 2, 3 4)", None, None),
        ("LINESTRINGZ(1 2 9, 3 4 9)", Some(9.0), None),
        ("LINESTRING Z (1 2 9, 3 4 9)", Some(9.0), None),
        ("linestring(1 2 9, 3 4 9)", Some(9.0), None),
        ("LINESTRINGM(1 2 8, 3 4 8)", None, Some(8.0)),
        ("LINESTRING M(1 2 8, 3 4 8)", None, Some(8.0)),
        ("LINESTRINGZM(1 2 9 8, 3 4 9 8)", Some(9.0), Some(8.0)),
        ("LINESTRING ZM (1 2 9 8, 3 4 9 8)", Some(9.0), Some(8.0)),
        ("LINESTRING(1 2 9 8, 3 4 9 8)", Some(9.0), Some(8.0)),
        (
            "MULTILINESTRINGZM((1 2 9 8, 3 4 9 8))",
            Some(9.0),
            Some(8.0),
        ),
    ] {
        assert_eq!(read(text), Ok(with(height, seconds)), "{text}");
    }
}

/// Rows: EDR-5
#[test]
fn polygons_have_rings_and_several_of_them_have_theirs() {
    let square = |from: f64, to: f64| -> Ring {
        let corners = [(from, from), (to, from), (to, to), (from, to), (from, from)];
        corners
            .into_iter()
            .map(|(x, y)| at(x, y).position)
            .collect()
    };
    let holed = "((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))";
    let expected = vec![square(0.0, 9.0), square(1.0, 2.0)];
    assert_eq!(
        read(&format!("POLYGON{holed}")),
        Ok(Geometry::Polygons(vec![expected.clone()]))
    );
    let text = format!("MULTIPOLYGON({holed})");
    assert_eq!(read(&text), Ok(Geometry::Polygons(vec![expected])));
    let text = "MULTIPOLYGON(((0 0, 9 0, 9 9, 0 9, 0 0)), ((1 1, 2 1, 2 2, 1 2, 1 1)))";
    let expected = vec![vec![square(0.0, 9.0)], vec![square(1.0, 2.0)]];
    assert_eq!(read(text), Ok(Geometry::Polygons(expected)));
    let text = "POLYGON Z ((0 0 5, 9 0 5, 9 9 5, 0 9 5, 0 0 5))";
    assert_eq!(
        read(text),
        Ok(Geometry::Polygons(vec![vec![square(0.0, 9.0)]]))
    );
}

/// Rows: EDR-3, EDR-5
#[test]
fn each_fault_is_told_with_its_place() {
    use WktFault as F;
    for (text, at, fault) in [
        ("", 0, GEOMETRY),
        ("  5 5", 2, GEOMETRY),
        ("GEOMETRYCOLLECTION(POINT(1 2))", 0, GEOMETRY),
        ("CIRCLE(1 2)", 0, GEOMETRY),
        ("POINTY(1 2)", 0, GEOMETRY),
        ("SRID=4326;POINT(1 2)", 0, GEOMETRY),
        ("POINT EMPTY", 6, F::Empty),
        ("MULTIPOLYGON Z EMPTY", 15, F::Empty),
        ("POINT Q (1 2)", 6, F::Expected("(")),
        ("POINTZ Z (1 2 3)", 7, F::Expected("(")),
        ("POINT", 5, F::Expected("(")),
        ("POINT(", 6, F::Expected("a number")),
        ("POINT(1", 7, F::Expected("a number")),
        ("POINT(1 2", 9, F::Expected(")")),
        ("POINT(1, 2)", 7, F::Expected("a number")),
        ("POINT(1 2, 3 4)", 9, F::Expected(")")),
        ("POINT(1 2))", 10, F::Expected("the end")),
        ("POINT(1 2) x", 11, F::Expected("the end")),
        ("POINT(1 x)", 8, F::Expected("a number")),
        ("POINT(1 -)", 8, F::Expected("a number")),
        ("POINT(. 2)", 6, F::Expected("a number")),
        ("POINT(NaN 2)", 6, F::Expected("a number")),
        ("POINT(inf 2)", 6, F::Expected("a number")),
        ("POINT(1-2 3)", 7, F::Expected("a space, a comma or )")),
        ("POINT(1 2e)", 9, F::Expected("a space, a comma or )")),
        ("POINT(0x1 2)", 7, F::Expected("a space, a comma or )")),
        ("POINT(1e999 2)", 6, F::NumberTooLarge),
        ("POINT(1 90.1)", 6, F::LatitudeOutOfRange),
        ("POINT(361 2)", 6, F::LongitudeOutOfRange),
        ("POINTZ(1 2)", 7, F::WrongNumberOfOrdinates { expected: 3 }),
        (
            "POINTM(1 2 3 4)",
            7,
            F::WrongNumberOfOrdinates { expected: 3 },
        ),
        (
            "POINTZM(1 2 3)",
            8,
            F::WrongNumberOfOrdinates { expected: 4 },
        ),
        (
            "MULTIPOINT(1 2, 3 4 5)",
            16,
            F::WrongNumberOfOrdinates { expected: 2 },
        ),
        ("POINT(1 2 3 4 5)", 14, F::Expected(")")),
        ("MULTIPOINT()", 11, F::Expected("a number")),
        ("MULTIPOINT(1 2,)", 15, F::Expected("a number")),
        ("MULTIPOINT((1 2) (3 4))", 17, F::Expected(", or )")),
        (
            "LINESTRING(1 2)",
            10,
            F::TooFewPositions {
                of: "line",
                least: 2,
            },
        ),
        (
            "POLYGON((0 0, 1 1, 0 0))",
            8,
            F::TooFewPositions {
                of: "ring",
                least: 4,
            },
        ),
        ("POLYGON((0 0, 1 0, 1 1, 0 1))", 28, F::NotClosed),
        ("POLYGON(0 0, 1 0, 1 1, 0 0)", 8, F::Expected("(")),
        ("POLYGON((0 0, 1 0, 1 1, 0 0)", 28, F::Expected(", or )")),
        (
            "POLYGON(((0 0, 1 0, 1 1, 0 0)))",
            9,
            F::Expected("a number"),
        ),
        ("MULTIPOLYGON((0 0, 1 0, 1 1, 0 0))", 14, F::Expected("(")),
        ("POINT(1\u{a0}2)", 7, F::Expected("a space, a comma or )")),
        ("POINT(１ 2)", 6, F::Expected("a number")),
    ] {
        let found = read(text).unwrap_err();
        assert_eq!(found, WktError { at, fault }, "{text}");
    }
    let said = read("POINT(1 90.1)").unwrap_err().to_string();
    assert_eq!(said, "at byte 6: a latitude lies within -90 and 90");
}

#[test]
fn length_and_positions_are_bounded_and_depth_is_that_of_the_grammar() {
    let points = |count: usize| format!("MULTIPOINT({})", vec!["1 2"; count].join(","));
    read(&points(12)).unwrap();
    let fault = read(&points(13)).unwrap_err().fault;
    assert_eq!(fault, WktFault::TooManyPositions { limit: 12 });
    let long = format!("POINT(1 2){}", " ".repeat(990));
    read(&long).unwrap();
    assert_eq!(
        read(&format!("{long} ")).unwrap_err().fault,
        WktFault::TooLong { limit: 1000 }
    );
    let wide = WktLimits {
        max_bytes: usize::MAX,
        max_positions: usize::MAX,
    };
    for text in [
        "(".repeat(1 << 20),
        format!("MULTIPOLYGON{}", "(".repeat(1 << 20)),
        "A".repeat(1 << 20),
    ] {
        assert!(Geometry::read(&text, Crs::Crs84, wide).is_err());
    }
    let digits = format!("POINT(1.{} 2)", "3".repeat(1 << 20));
    assert!(Geometry::read(&digits, Crs::Crs84, wide).is_ok());
}

#[test]
fn a_million_positions_are_read_or_refused_at_the_limit() {
    let text = format!("POLYGON(({}0 0))", "0 0,".repeat(1_000_000));
    let limits = |max_positions| WktLimits {
        max_bytes: 1 << 24,
        max_positions,
    };
    let Ok(Geometry::Polygons(polygons)) = Geometry::read(&text, Crs::Crs84, limits(1_000_001))
    else {
        panic!("a million positions are within the limit");
    };
    assert_eq!(polygons[0][0].len(), 1_000_001);
    let fault = Geometry::read(&text, Crs::Crs84, limits(1000)).unwrap_err();
    assert_eq!(fault.fault, WktFault::TooManyPositions { limit: 1000 });
    assert!(fault.at < 5000);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        line in prop::collection::vec((-360.0..360.0_f64, -90.0..90.0_f64, -1e9..1e9_f64), 2..9),
    ) {
        let texts: Vec<_> = line.iter().map(|(x, y, z)| format!("{x:?} {y:?}  {z:e}")).collect();
        let text = format!("LINESTRING Z({})", texts.join(" ,"));
        let expected = line.iter().map(|(x, y, z)| Waypoint { height: Some(*z), ..at(*x, *y) });
        let expected = Geometry::Lines(vec![expected.collect()]);
        prop_assert_eq!(read(&text), Ok(expected));
    }

    #[test]
    fn no_text_does_more_than_be_refused(text in "(?i)[MULTIPONYGZ]{0,12}[ ()0-9,.eE+-]{0,40}") {
        if let Err(fault) = read(&text) {
            prop_assert!(fault.at <= text.len());
        }
    }

    #[test]
    fn no_text_at_all_does_more_than_be_refused(text in ".{0,40}", tag in 0..6_usize) {
        let text = format!("{}{text}", KINDS[tag].0);
        let _ = read(&text);
    }
}
