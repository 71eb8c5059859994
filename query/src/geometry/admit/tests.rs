use proptest::prelude::*;

use super::*;
use crate::geometry::wkt;

fn of(text: &str) -> Result<Admitted, String> {
    admit(&wkt::to_wkb(text).unwrap()).map_err(|fault| fault.to_string())
}

#[test]
fn geometries_are_admitted_or_refused_with_the_reason() {
    let cases = [
        ("POINT(1 2)", None),
        ("POINT(180 -90)", None),
        ("MULTIPOINT(EMPTY,1 2)", None),
        ("POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,1 1))", None),
        ("POLYGON((0 0,4 0,4 4,0 4,0 0),(0 0,1 2,2 2,0 0))", None),
        ("POINT EMPTY", Some("the geometry is empty")),
        (
            "GEOMETRYCOLLECTION(POINT EMPTY)",
            Some("the geometry is empty"),
        ),
        ("LINESTRING(0 0)", Some("a line has two positions or more")),
        (
            "POINT(51.5 -100)",
            Some(
                "the latitude -100 is not within -90 and 90: perhaps latitude and longitude are swapped",
            ),
        ),
        (
            "POINT(530000 180000)",
            Some("the longitude 530000 is not within -180 and 180: perhaps these are metres"),
        ),
        (
            "POINT(181 1)",
            Some("the longitude 181 is not within -180 and 180"),
        ),
        (
            "POLYGON((0 0,1 0,1 1,0 1))",
            Some("a ring is not closed: it begins at 0 0 and does not end there"),
        ),
        (
            "POLYGON((0 0,1 0,0 0))",
            Some("a ring has four positions or more, the last as the first"),
        ),
        ("POLYGON EMPTY", Some("the geometry is empty")),
        (
            "POLYGON((0 0,4 4,4 0,0 4,0 0))",
            Some("a polygon's edges cross, beside 0 0"),
        ),
        (
            "POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,5 1,5 2,1 2,1 1))",
            Some("a polygon's edges cross, beside 4 0"),
        ),
        (
            "POLYGON((0 0,4 0,4 4,0 4,0 0),(5 5,5 6,6 6,5 5))",
            Some("a hole is not within its polygon, at 5 5"),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(of(text).err().as_deref(), expected, "{text}");
    }
}

#[test]
fn what_other_programs_round_is_no_position_beyond_the_date_line_or_a_pole() {
    for (odd, plain) in [
        ("POINT(180.00000000000006 1)", "POINT(180 1)"),
        ("POINT(-180.000000001 1)", "POINT(-180 1)"),
        ("POINT(1 90.0000000001)", "POINT(1 90)"),
        ("POINT(1 -90.00000000000001)", "POINT(1 -90)"),
    ] {
        let (odd, plain) = (of(odd).unwrap(), of(plain).unwrap());
        assert_eq!((odd.wkb, odd.bounds), (plain.wkb, plain.bounds));
    }
    for beyond in ["POINT(180.00000001 1)", "POINT(1 -90.00000001)"] {
        assert!(of(beyond).is_err(), "{beyond}");
    }
}

#[test]
fn oddities_are_told_and_let_in() {
    let cases: [(&str, &[Warning]); 6] = [
        ("POINT(0 0)", &[Warning::NullIsland]),
        ("LINESTRING(0 0,0 1)", &[]),
        ("POLYGON((0 0,4 0,4 4,0 4,0 0))", &[]),
        ("POLYGON((0 0,4 0,4 0,4 4,0 4,0 0))", &[]),
        (
            "POLYGON((0 0,4 0,4 4,2 0,0 4,0 0))",
            &[Warning::TouchesItself],
        ),
        (
            "POLYGON((0 0,4 0,4 4,4 6,4 4,0 4,0 0))",
            &[Warning::TouchesItself],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(of(text).unwrap().warnings, expected, "{text}");
    }
}

/// RFC 7946 §3.1.3: a position has two numbers or more.
#[test]
fn parts_without_a_place_are_left_out_and_told() {
    for (odd, plain) in [
        ("MULTIPOINT(EMPTY,1 2)", "MULTIPOINT(1 2)"),
        (
            "MULTILINESTRING(EMPTY,(0 0,1 1))",
            "MULTILINESTRING((0 0,1 1))",
        ),
        (
            "MULTIPOLYGON Z(EMPTY,((0 0 1,1 0 2,1 1 3,0 0 1)),EMPTY)",
            "MULTIPOLYGON Z(((0 0 1,1 0 2,1 1 3,0 0 1)))",
        ),
        (
            "GEOMETRYCOLLECTION(POINT EMPTY,GEOMETRYCOLLECTION(POINT(1 2),MULTIPOINT EMPTY))",
            "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2)))",
        ),
    ] {
        let (odd, plain) = (of(odd).unwrap(), of(plain).unwrap());
        assert_eq!((&odd.wkb, odd.bounds), (&plain.wkb, plain.bounds));
        assert_eq!(odd.warnings, [Warning::EmptyPart]);
        assert_eq!(plain.warnings, []);
    }
    // An empty ring is no part without a place: its polygon has a fault.
    let ring = of("POLYGON((0 0,4 0,4 4,0 0),EMPTY)");
    assert_eq!(
        ring.unwrap_err(),
        "a ring has four positions or more, the last as the first"
    );
}

/// RFC 7946 §3.1.6.
#[test]
fn rings_are_wound_to_the_left_around_and_to_the_right_within() {
    let expected = wkt::to_wkb("POLYGON Z((0 0 1,4 0 2,4 4 3,0 0 1),(2 1 1,3 2 1,3 1 1,2 1 1))");
    for text in [
        "POLYGON Z((0 0 1,4 0 2,4 4 3,0 0 1),(2 1 1,3 2 1,3 1 1,2 1 1))",
        "POLYGON Z((0 0 1,4 4 3,4 0 2,0 0 1),(2 1 1,3 1 1,3 2 1,2 1 1))",
    ] {
        assert_eq!(of(text).unwrap().wkb, expected.clone().unwrap(), "{text}");
    }
}

#[test]
fn edges_in_each_others_boxes_are_judged_while_they_are_few() {
    let teeth = |count: u32, last: &str| {
        let corners = (0..=count).map(|at| {
            let along = f64::from(at) * 0.001;
            let across = if at % 2 == 0 { 0.0 } else { 50.0 };
            format!("{} {}", across + along, across - along)
        });
        let corners: Vec<_> = corners.collect();
        of(&format!("POLYGON(({},{last}))", corners.join(",")))
    };
    assert!(teeth(400, "3 -5,-1 -1,0 0").is_ok());
    let crossed = teeth(400, "9 9,-1 -1,0 0").unwrap_err();
    assert!(crossed.contains("edges cross"), "{crossed}");
    let tangled = teeth(4000, "3 -5,-1 -1,0 0").unwrap_err();
    assert_eq!(tangled, "the edges of a polygon are tangled");
}

proptest! {
    #[test]
    fn a_polygon_is_refused_when_two_of_its_edges_cross(
        corners in prop::collection::vec((0..6_i32, 0..6_i32), 3..8),
    ) {
        let mut ring: Vec<_> = corners.iter().map(|(x, y)| [f64::from(*x), f64::from(*y)]).collect();
        ring.push(ring[0]);
        let edges: Vec<_> = ring.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let crosses = |one: &([f64; 2], [f64; 2]), other: &([f64; 2], [f64; 2])| {
            let side = |from: [f64; 2], to: [f64; 2], at: [f64; 2]| {
                (to[0] - from[0]) * (at[1] - from[1]) - (to[1] - from[1]) * (at[0] - from[0])
            };
            side(one.0, one.1, other.0) * side(one.0, one.1, other.1) < 0.0
                && side(other.0, other.1, one.0) * side(other.0, other.1, one.1) < 0.0
        };
        let expected = edges.iter().any(|one| edges.iter().any(|other| crosses(one, other)));
        let text: Vec<_> = ring.iter().map(|[x, y]| format!("{x} {y}")).collect();
        let found = of(&format!("POLYGON(({}))", text.join(",")));
        prop_assert_eq!(found.is_err(), expected, "{:?}", found);
    }

    #[test]
    fn what_was_admitted_is_admitted_unchanged(wkb in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(admitted) = admit(&wkb) {
            prop_assert_eq!(admit(&admitted.wkb).unwrap(), admitted);
        }
    }
}
