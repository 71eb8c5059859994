use proptest::prelude::*;

use super::*;
use crate::geometry::wkt;

fn of(text: &str) -> Result<Vec<u8>, String> {
    to_wkb(text).map_err(|fault| fault.to_string())
}

#[test]
fn geometries_are_read_whatever_the_order_of_their_members() {
    let cases = [
        (r#"{"type":"Point","coordinates":[1,2]}"#, "POINT(1 2)"),
        (
            r#"{"coordinates":[1,2.5,3],"type":"Point"}"#,
            "POINT Z(1 2.5 3)",
        ),
        (
            r#"{"type":"Point","coordinates":[1,2,3,4,5]}"#,
            "POINT Z(1 2 3)",
        ),
        (r#"{"type":"Point","coordinates":[]}"#, "POINT EMPTY"),
        (
            r#" { "type" : "LineString" , "bbox":[0,0,1,1], "coordinates" : [ [ 0 , 0 ] , [ 1e0 , 1 ] ] } "#,
            "LINESTRING(0 0,1 1)",
        ),
        (
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}"#,
            "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))",
        ),
        (
            r#"{"type":"MultiPolygon","coordinates":[]}"#,
            "MULTIPOLYGON EMPTY",
        ),
        (
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}"#,
            "GEOMETRYCOLLECTION(POINT(1 2))",
        ),
        (
            r#"{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}}"#,
            "POINT(1 2)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(of(text), Ok(wkt::to_wkb(expected).unwrap()), "{text}");
    }
}

#[test]
fn texts_that_are_no_geometry_are_refused_with_the_reason() {
    let mut deep = r#"{"type":"Point","coordinates":[1,2]}"#.to_owned();
    for _ in 0..9 {
        deep = format!(r#"{{"type":"GeometryCollection","geometries":[{deep}]}}"#);
    }
    let cases = [
        ("null", "the geometry is no GeoJSON"),
        (
            r#"{"type":"Feature","geometry":null}"#,
            "its type is no geometry",
        ),
        (r#"{"type":"Point"}"#, "it has no coordinates"),
        (r#"{"type":"GeometryCollection"}"#, "it has no geometries"),
        (
            r#"{"type":"Point","coordinates":["1",2]}"#,
            "a number was expected",
        ),
        (
            r#"{"type":"Point","coordinates":[1]}"#,
            "a second number was expected",
        ),
        (
            r#"{"type":"Point","coordinates":[1,null]}"#,
            "a number was expected",
        ),
        (r#"{"type":"Point","coordinates":[1e999,2]}"#, "not finite"),
        (
            r#"{"type":"LineString","coordinates":[1,2]}"#,
            "a position was expected",
        ),
        (
            r#"{"type":"LineString","coordinates":[[1,2],[1,2,3]]}"#,
            "a height in all positions or in none was expected",
        ),
        (
            r#"{"type":"Point","coordinates":[1,2],"type":"Point"}"#,
            "duplicate field",
        ),
        (
            r#"{"type":"Point","coordinates":[1,2],"crs":{"type":"name","properties":{"name":"EPSG:27700"}}}"#,
            "a crs of its own",
        ),
        (&deep, "collections lie deeper in each other than 8"),
    ];
    for (text, expected) in cases {
        let fault = of(text).unwrap_err();
        assert!(fault.contains(expected), "{text}: {fault}");
    }
}

#[test]
fn positions_are_written_in_the_order_and_unit_of_the_system() {
    let wkb = wkt::to_wkb("POINT Z(-0.5 51.25 7)").unwrap();
    let written = |crs| {
        let mut text = Vec::new();
        write(&wkb, crs, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    };
    assert_eq!(
        written(Crs::Crs84),
        r#"{"type":"Point","coordinates":[-0.5,51.25,7]}"#
    );
    assert_eq!(
        written(Crs::Epsg4326),
        r#"{"type":"Point","coordinates":[51.25,-0.5,7]}"#
    );
    assert!(written(Crs::Epsg3857).starts_with(r#"{"type":"Point","coordinates":[-55659.74"#));
}

#[test]
fn octets_that_are_no_geometry_leave_the_text_as_it_was() {
    let mut text = b"before".to_vec();
    let mut wkb = wkt::to_wkb("LINESTRING(0 0,1 1)").unwrap();
    wkb.pop();
    assert!(write(&wkb, Crs::Crs84, &mut text).is_err());
    assert_eq!(text, b"before");
}

proptest! {
    #[test]
    fn numbers_come_back_as_they_were(x in -180.0..180.0, y in -90.0..90.0_f64) {
        let wkb = wkb::from_geo(&geo::Point::new(x, y).into());
        let mut text = Vec::new();
        write(&wkb, Crs::Crs84, &mut text).unwrap();
        prop_assert_eq!(to_wkb(std::str::from_utf8(&text).unwrap()).unwrap(), wkb);
    }

    #[test]
    fn any_text_is_read_or_refused(text in r#"\{"type":"[A-Za-z]{5,12}","coordinates":[\[\],0-9.eE+-]{0,40}\}"#) {
        let _ = to_wkb(&text);
    }
}
