use geo::{Coord, Distance, Euclidean, Geometry, LineString, Polygon};
use proptest::prelude::*;

use super::*;
use crate::geometry::{admit, wkt};

fn simple(text: &str, offset: f64) -> Vec<u8> {
    simplify(&wkt::to_wkb(text).unwrap(), offset).unwrap()
}

#[test]
fn positions_within_the_offset_are_left_out() {
    let cases = [
        ("POINT(1 2)", 9.0, "POINT(1 2)"),
        ("MULTIPOINT(1 2,1 2)", 9.0, "MULTIPOINT(1 2,1 2)"),
        (
            "LINESTRING(0 0,1 0.1,2 0)",
            0.05,
            "LINESTRING(0 0,1 0.1,2 0)",
        ),
        ("LINESTRING(0 0,1 0.1,2 0)", 0.2, "LINESTRING(0 0,2 0)"),
        (
            "LINESTRING Z(0 0 5,1 0.1 6,2 0 7)",
            0.2,
            "LINESTRING Z(0 0 5,2 0 7)",
        ),
        (
            "POLYGON((0 0,2 0.1,4 0,4 4,0 4,0 0),(1 1,1 1.1,1.1 1.1,1 1))",
            0.2,
            "POLYGON((0 0,4 0,4 4,0 4,0 0))",
        ),
        (
            "POLYGON((0 0,0.1 0,0.1 0.1,0 0.1,0 0))",
            1.0,
            "POLYGON((0 0,0.1 0.1,0 0.1,0 0))",
        ),
        ("LINESTRING EMPTY", 1.0, "LINESTRING EMPTY"),
    ];
    for (text, offset, expected) in cases {
        assert_eq!(
            simple(text, offset),
            wkt::to_wkb(expected).unwrap(),
            "{text}"
        );
    }
}

#[test]
fn a_peninsula_in_a_bay_is_kept_from_crossing_the_shore() {
    // Without the bay's bend the shore would go through the island's ring.
    let text = "POLYGON((0 0,10 0,10 10,5.2 10,5 1,4.8 10,0 10,0 0),(5.5 0.5,5.5 0.8,4.5 0.8,4.5 0.5,5.5 0.5))";
    for offset in [0.1, 0.5, 1.0, 2.0, 5.0] {
        assert!(admit(&simple(text, offset)).is_ok(), "{offset}");
    }
}

#[test]
fn a_pixel_halves_with_each_zoom() {
    assert!((pixel_at(0) - 1.406_25).abs() < 1e-12);
    assert!((pixel_at(1) * 2.0 - pixel_at(0)).abs() < 1e-12);
    assert!(pixel_at(255) > 0.0);
}

proptest! {
    #[test]
    fn every_position_stays_within_the_offset_of_the_line(
        places in prop::collection::vec((-50.0..50.0, -50.0..50.0_f64), 2..60), offset in 0.0..40.0,
    ) {
        let line = LineString(places.iter().map(|(x, y)| Coord { x: *x, y: *y }).collect());
        let wkb = simplify(&wkb::from_geo(&line.clone().into()), offset).unwrap();
        let Geometry::LineString(fewer) = wkb::to_geo(&wkb).unwrap() else { unreachable!() };
        prop_assert!(fewer.0.len() <= line.0.len());
        prop_assert_eq!((fewer.0.first(), fewer.0.last()), (line.0.first(), line.0.last()));
        for at in &line.0 {
            prop_assert!(Euclidean.distance(&geo::Point(*at), &fewer) <= offset + 1e-9);
        }
    }

    #[test]
    fn a_polygon_whose_edges_do_not_cross_is_made_into_one_whose_do_not(
        reaches in prop::collection::vec(1.0..9.0_f64, 3..60), offset in 0.0..6.0,
    ) {
        let turn = std::f64::consts::TAU / f64::from(u32::try_from(reaches.len()).unwrap());
        let corners = reaches.iter().zip(0_u32..).map(|(reach, at)| {
            let (sine, cosine) = (turn * f64::from(at)).sin_cos();
            Coord { x: reach * cosine, y: reach * sine }
        });
        let star = Polygon::new(LineString(corners.collect()), Vec::new());
        let whole = wkb::from_geo(&star.into());
        prop_assert!(admit(&whole).is_ok());
        let simple = simplify(&whole, offset).unwrap();
        prop_assert!(admit(&simple).is_ok());
        prop_assert!(simple.len() <= whole.len());
    }
}
