use super::*;
use crate::geometry::wkt;

#[test]
fn texts_are_boxes_or_say_why_not() {
    let degrees = |west, south, east, north| Bbox {
        west,
        south,
        east,
        north,
        vertical: None,
    };
    let cases = [
        ("1,2,3,4", Crs::Crs84, Ok(degrees(1.0, 2.0, 3.0, 4.0))),
        (" 1, 2 ,3,4", Crs::Crs84, Ok(degrees(1.0, 2.0, 3.0, 4.0))),
        ("2,1,4,3", Crs::Epsg4326, Ok(degrees(1.0, 2.0, 3.0, 4.0))),
        (
            "170,-10,-170,10",
            Crs::Crs84,
            Ok(degrees(170.0, -10.0, -170.0, 10.0)),
        ),
        (
            "170,-10,190,10",
            Crs::Crs84,
            Ok(degrees(170.0, -10.0, -170.0, 10.0)),
        ),
        (
            "170,-10,180,10",
            Crs::Crs84,
            Ok(degrees(170.0, -10.0, 180.0, 10.0)),
        ),
        (
            "-180,-10,-170,10",
            Crs::Crs84,
            Ok(degrees(-180.0, -10.0, -170.0, 10.0)),
        ),
        (
            "-190,-10,-170,10",
            Crs::Crs84,
            Ok(degrees(170.0, -10.0, -170.0, 10.0)),
        ),
        (
            "-180,-90,180,90",
            Crs::Crs84,
            Ok(degrees(-180.0, -90.0, 180.0, 90.0)),
        ),
        (
            "0,-90,360,90",
            Crs::Crs84,
            Ok(degrees(-180.0, -90.0, 180.0, 90.0)),
        ),
        (
            "1,2,-5,3,4,5",
            Crs::Crs84,
            Ok(Bbox {
                vertical: Some([-5.0, 5.0]),
                ..degrees(1.0, 2.0, 3.0, 4.0)
            }),
        ),
        (
            "1,2,5,3,4,5",
            Crs::Crs84,
            Ok(Bbox {
                vertical: Some([5.0, 5.0]),
                ..degrees(1.0, 2.0, 3.0, 4.0)
            }),
        ),
        ("1,2,3", Crs::Crs84, Err(BboxFault::WrongCount)),
        ("1,2,3,4,5", Crs::Crs84, Err(BboxFault::WrongCount)),
        ("1,2,3,4,5,6,7", Crs::Crs84, Err(BboxFault::WrongCount)),
        (
            "1,2,3,",
            Crs::Crs84,
            Err(BboxFault::NotANumber { place: 4 }),
        ),
        (
            "1,nan,3,4",
            Crs::Crs84,
            Err(BboxFault::NotANumber { place: 2 }),
        ),
        (
            "1,2,inf,4",
            Crs::Crs84,
            Err(BboxFault::NotANumber { place: 3 }),
        ),
        ("1,4,3,2", Crs::Crs84, Err(BboxFault::SouthAboveNorth)),
        ("1,2,3,91", Crs::Crs84, Err(BboxFault::LatitudeOutOfRange)),
        (
            "-361,2,3,4",
            Crs::Crs84,
            Err(BboxFault::LongitudeOutOfRange),
        ),
        ("1,2,5,3,4,-5", Crs::Crs84, Err(BboxFault::UpsideDown)),
    ];
    for (text, crs, expected) in cases {
        assert_eq!(Bbox::read(text, crs), expected, "{text}");
    }
}

#[test]
fn metres_are_turned_into_degrees() {
    let text = "-20037508.342789244,0,20037508.342789244,20037508.342789244";
    let bbox = Bbox::read(text, Crs::Epsg3857).unwrap();
    assert!((bbox.west + 180.0).abs() < 1e-9 && (bbox.north - 85.051_128).abs() < 1e-5);
}

#[test]
fn geometries_are_met_on_both_sides_of_the_date_line() {
    let bbox = Bbox::read("170,-10,-170,10", Crs::Crs84).unwrap();
    let cases = [
        ("POINT(175 0)", true),
        ("POINT(-175 0)", true),
        ("POINT(180 0)", true),
        ("POINT(-180 0)", true),
        ("POINT(0 0)", false),
        ("POINT(175 11)", false),
        ("LINESTRING(160 0,180 0)", true),
        (
            "MULTIPOLYGON(((160 -20,180 -20,180 20,160 20,160 -20)))",
            true,
        ),
        ("POLYGON((-160 -20,160 -20,160 20,-160 20,-160 -20))", false),
        ("POINT EMPTY", false),
    ];
    for (text, expected) in cases {
        let wkb = wkt::to_wkb(text).unwrap();
        assert_eq!(bbox.meets(&wkb), Ok(expected), "{text}");
        if let Some(bounds) = crate::geometry::bounds(&wkb) {
            assert!(bbox.meets_box(bounds) || !expected, "{text}");
        }
    }
}

#[test]
fn heights_are_asked_for_where_a_geometry_has_them() {
    let bbox = Bbox::read("0,0,10,4,4,20", Crs::Crs84).unwrap();
    let cases = [
        ("POINT Z(1 1 15)", true),
        ("POINT Z(1 1 5)", false),
        ("LINESTRING Z(1 1 0,2 2 30)", true),
        ("POINT(1 1)", true),
        ("POINT Z(9 9 15)", false),
    ];
    for (text, expected) in cases {
        assert_eq!(
            bbox.meets(&wkt::to_wkb(text).unwrap()),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn an_edge_past_a_corner_is_not_met() {
    let bbox = Bbox::read("0,0,1,1", Crs::Crs84).unwrap();
    for (text, expected) in [
        ("LINESTRING(0.9 2,2 0.9)", false),
        ("LINESTRING(2 0.9,0.9 2)", false),
        ("LINESTRING(0.5 2,2 0.5)", false),
        ("LINESTRING(0 2,2 0)", true),
        ("LINESTRING(-1 0.5,2 0.5)", true),
        ("MULTILINESTRING((-1 0.5,-0.5 0.5),(1.5 0.5,2 0.5))", false),
        ("POLYGON((-5 -5,5 -5,5 5,-5 5,-5 -5))", true),
        ("POLYGON((-5 -5,-1 -5,-1 5,-5 5,-5 -5))", false),
        (
            "POLYGON((-5 -5,5 -5,5 5,-5 5,-5 -5),(-1 -1,2 -1,2 2,-1 2,-1 -1))",
            false,
        ),
    ] {
        assert_eq!(
            bbox.meets(&wkt::to_wkb(text).unwrap()),
            Ok(expected),
            "{text}"
        );
    }
}

#[test]
fn a_box_of_a_geometry_is_met_on_its_sides_and_on_either_side_of_the_date_line() {
    let plain = Bbox::read("0,0,1,1", Crs::Crs84).unwrap();
    let over_the_line = Bbox::read("170,0,-170,1", Crs::Crs84).unwrap();
    for (bbox, bounds, expected) in [
        (plain, [0.2, 0.2, 0.8, 0.8], true),
        (plain, [-5.0, -5.0, 5.0, 5.0], true),
        (plain, [1.0, 1.0, 2.0, 2.0], true),
        (plain, [1.1, 0.0, 2.0, 1.0], false),
        (plain, [-2.0, 0.0, -0.1, 1.0], false),
        (plain, [0.0, 1.1, 1.0, 2.0], false),
        (plain, [0.0, -2.0, 1.0, -0.1], false),
        (over_the_line, [175.0, 0.0, 176.0, 1.0], true),
        (over_the_line, [-176.0, 0.0, -175.0, 1.0], true),
        (over_the_line, [-160.0, 0.0, 160.0, 1.0], false),
    ] {
        assert_eq!(bbox.meets_box(bounds), expected, "{bounds:?}");
    }
}
