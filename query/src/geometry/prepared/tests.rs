use geo::{Coord, LineString, MultiPolygon, Point, Polygon, Relate, Translate};
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::*;
use crate::geometry::wkt;

fn holds(one: &str, relation: Relation, other: &str) -> bool {
    let prepared = Prepared::of(&wkt::to_wkb(other).unwrap()).unwrap();
    prepared
        .relates(relation, &wkt::to_wkb(one).unwrap())
        .unwrap()
}

#[test]
fn relations_are_those_of_simple_features() {
    use Relation::{Contains, Crosses, Disjoint, Equals, Intersects, Overlaps, Touches, Within};
    const SQUARE: &str = "POLYGON((0 0,4 0,4 4,0 4,0 0))";
    const HOLED: &str = "POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,3 1,3 3,1 3,1 1))";
    const TRIANGLE: &str = "POLYGON((0 0,8 0,0 8,0 0))";
    let cases: [(&str, &str, &[Relation]); 21] = [
        ("POINT(2 2)", SQUARE, &[Intersects, Within]),
        ("POINT(4 2)", SQUARE, &[Intersects, Touches]),
        ("POINT(4 4)", SQUARE, &[Intersects, Touches]),
        ("POINT(5 2)", SQUARE, &[Disjoint]),
        ("POINT(2 2)", HOLED, &[Disjoint]),
        ("POINT(3 2)", HOLED, &[Intersects, Touches]),
        (SQUARE, "POINT(2 2)", &[Intersects, Contains]),
        (HOLED, "POINT(2 2)", &[Disjoint]),
        (SQUARE, "POINT(0 0)", &[Intersects, Touches]),
        (SQUARE, TRIANGLE, &[Intersects, Within]),
        (
            SQUARE,
            "POLYGON((0 0,0 4,4 4,4 0,0 0))",
            &[Intersects, Within, Contains, Equals],
        ),
        (
            SQUARE,
            "POLYGON((2 2,6 2,6 6,2 6,2 2))",
            &[Intersects, Overlaps],
        ),
        (
            SQUARE,
            "POLYGON((4 0,8 0,8 4,4 4,4 0))",
            &[Intersects, Touches],
        ),
        (SQUARE, "LINESTRING(-1 2,5 2)", &[Intersects, Crosses]),
        ("LINESTRING(-1 2,5 2)", SQUARE, &[Intersects, Crosses]),
        ("POINT EMPTY", SQUARE, &[Disjoint]),
        ("MULTIPOINT(2 2,9 9)", SQUARE, &[Intersects, Crosses]),
        ("MULTIPOINT(4 2,9 9)", SQUARE, &[Intersects, Touches]),
        (
            "MULTILINESTRING(EMPTY,(1 1,2 2))",
            SQUARE,
            &[Intersects, Within],
        ),
        (
            "GEOMETRYCOLLECTION(POINT(4 2),POLYGON((1 1,2 1,2 2,1 1)))",
            SQUARE,
            &[Intersects, Within],
        ),
        (
            SQUARE,
            "GEOMETRYCOLLECTION(POINT(9 9),POLYGON((0 0,8 0,0 8,0 0)),POLYGON((0 0,9 0,9 9,0 0)))",
            &[Intersects, Within],
        ),
    ];
    for (one, other, expected) in cases {
        let found: Vec<_> = Relation::iter()
            .filter(|relation| holds(one, *relation, other))
            .collect();
        let expected = Relation::iter().filter(|relation| expected.contains(relation));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{one} to {other}");
    }
}

#[test]
fn relations_are_named_as_cql2_names_their_functions() {
    assert_eq!("S_INTERSECTS".parse(), Ok(Relation::Intersects));
    assert_eq!("s_within".parse(), Ok(Relation::Within));
    assert!("within".parse::<Relation>().is_err());
    assert_eq!(Relation::Equals.name(), "s_equals");
}

#[test]
fn boxes_that_do_not_meet_rule_out_all_but_apart() {
    let square = Prepared::of(&wkt::to_wkb("POLYGON((0 0,4 0,4 4,0 4,0 0))").unwrap()).unwrap();
    for relation in Relation::iter() {
        let is_apart = relation == Relation::Disjoint;
        assert_eq!(square.may_relate(relation, [5.0, 0.0, 6.0, 1.0]), is_apart);
        assert!(square.may_relate(relation, [4.0, 4.0, 6.0, 6.0]));
    }
}

/// A star around a place: never crossing itself, on coordinates that often meet those of another.
fn star() -> impl Strategy<Value = Polygon> {
    let corner = 1..5_i32;
    (prop::collection::vec(corner, 3..24), -3..3_i32, -3..3_i32).prop_map(|(reaches, x, y)| {
        let turn = std::f64::consts::TAU / f64::from(u32::try_from(reaches.len()).unwrap());
        let corners = reaches.iter().zip(0_u32..).map(|(reach, at)| {
            let (sine, cosine) = (turn * f64::from(at)).sin_cos();
            let reach = f64::from(*reach);
            let (x, y) = (f64::from(x) + reach * cosine, f64::from(y) + reach * sine);
            Coord { x, y }
        });
        Polygon::new(LineString(corners.collect()), Vec::new())
    })
}

fn place() -> impl Strategy<Value = Point> {
    (-12..12_i32, -12..12_i32).prop_map(|(x, y)| Point::new(f64::from(x) / 2.0, f64::from(y) / 2.0))
}

fn box_shaped() -> impl Strategy<Value = Polygon> {
    (-6..6_i32, -6..6_i32, 1..6_i32, 1..6_i32).prop_map(|(x, y, width, height)| {
        let corner = |x: i32, y: i32| Coord {
            x: f64::from(x),
            y: f64::from(y),
        };
        geo::Rect::new(corner(x, y), corner(x + width, y + height)).to_polygon()
    })
}

fn shape() -> impl Strategy<Value = Geometry> {
    prop_oneof![
        star().prop_map(Geometry::from),
        place().prop_map(Geometry::from),
        box_shaped().prop_map(Geometry::from),
        (place(), place()).prop_map(|(from, to)| LineString(vec![from.0, to.0]).into()),
        (star(), star()).prop_map(|(one, other)| {
            MultiPolygon(vec![one, other.translate(20.0, 0.0)]).into()
        }),
        (star(), star()).prop_map(|(one, other)| {
            MultiPolygon(vec![one, other.translate(0.0, -20.0)]).into()
        }),
        prop::collection::vec(place(), 1..4).prop_map(|points| geo::MultiPoint(points).into()),
        (place(), place(), place()).prop_map(|(one, two, three)| {
            let line = |from: Point, to: Point| LineString(vec![from.0, to.0]);
            geo::MultiLineString(vec![line(one, two), line(two, three)]).into()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn relations_are_those_of_the_plain_matrix(one in shape(), other in shape()) {
        let prepared = Prepared::new(&other).unwrap();
        let relating = prepared.relating();
        let matrix = one.relate(&other);
        for relation in Relation::iter() {
            let expected = match relation {
                Relation::Intersects => matrix.is_intersects(),
                Relation::Disjoint => matrix.is_disjoint(),
                Relation::Within => matrix.is_within(),
                Relation::Contains => matrix.is_contains(),
                Relation::Touches => matrix.is_touches(),
                Relation::Crosses => matrix.is_crosses(),
                Relation::Overlaps => matrix.is_overlaps(),
                Relation::Equals => matrix.is_equal_topo(),
            };
            let found = relating.relates(relation, &wkb::from_geo(&one)).unwrap();
            prop_assert_eq!(found, expected, "{:?}", relation);
        }
    }

    #[test]
    fn a_geometry_meets_a_box_as_it_intersects_its_area(one in shape(), area in box_shaped()) {
        let bounds = Prepared::new(&area.clone().into()).unwrap().bounds().unwrap();
        let bbox = crate::geometry::Bbox::of(&bounds, crate::geometry::Crs::Crs84).unwrap();
        let found = bbox.meets(&wkb::from_geo(&one)).unwrap();
        prop_assert_eq!(found, one.relate(&area).is_intersects());
    }
}

proptest! {
    #[test]
    fn geometries_of_any_parts_are_related_whichever_way_they_lie(
        one in prop::collection::vec(shape(), 1..5), other in prop::collection::vec(shape(), 1..5),
    ) {
        let collection = |parts| Geometry::GeometryCollection(geo::GeometryCollection(parts));
        let prepared = Prepared::new(&collection(other)).unwrap();
        let wkb = wkb::from_geo(&collection(one));
        for relation in Relation::iter() {
            prepared.relates(relation, &wkb).unwrap();
        }
    }
}
