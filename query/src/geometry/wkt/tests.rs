use super::*;
use crate::geometry::geojson;

fn geojson_of(text: &str) -> Result<String, String> {
    let wkb = to_wkb(text).map_err(|fault| fault.to_string())?;
    let mut json = Vec::new();
    geojson::write(&wkb, Crs::Crs84, &mut json).unwrap();
    Ok(String::from_utf8(json).unwrap())
}

#[test]
fn texts_are_read_as_they_are_written() {
    let cases = [
        ("POINT(1 2)", r#"{"type":"Point","coordinates":[1,2]}"#),
        (
            " point ( 1.5e1\t-2 ) ",
            r#"{"type":"Point","coordinates":[15,-2]}"#,
        ),
        ("POINTZ(1 2 3)", r#"{"type":"Point","coordinates":[1,2,3]}"#),
        ("POINT M (1 2 3)", r#"{"type":"Point","coordinates":[1,2]}"#),
        ("POINT(1 2 3)", r#"{"type":"Point","coordinates":[1,2,3]}"#),
        (
            "POINT(1 2 3 4)",
            r#"{"type":"Point","coordinates":[1,2,3]}"#,
        ),
        ("POINT EMPTY", r#"{"type":"Point","coordinates":[]}"#),
        ("POINT(-0 0)", r#"{"type":"Point","coordinates":[0,0]}"#),
        (
            "LINESTRING(0 0,1 1)",
            r#"{"type":"LineString","coordinates":[[0,0],[1,1]]}"#,
        ),
        (
            "MULTIPOINT(0 0,(1 1))",
            r#"{"type":"MultiPoint","coordinates":[[0,0],[1,1]]}"#,
        ),
        (
            "POLYGON((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))",
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0.1,0.1],[0.2,0.1],[0.2,0.2],[0.1,0.1]]]}"#,
        ),
        (
            "MULTILINESTRING(EMPTY,(0 0,1 1))",
            r#"{"type":"MultiLineString","coordinates":[[],[[0,0],[1,1]]]}"#,
        ),
        (
            "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))",
            r#"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"LineString","coordinates":[[0,0],[1,1]]}]}"#,
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(geojson_of(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn texts_that_are_none_are_refused_with_the_place() {
    let tags = "POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING, MULTIPOLYGON or GEOMETRYCOLLECTION";
    let deep = format!(
        "{}POINT(1 2){}",
        "GEOMETRYCOLLECTION(".repeat(9),
        ")".repeat(9)
    );
    let cases = [
        (
            "",
            format!("at octet 0 of the geometry {tags} was expected"),
        ),
        (
            "POINTS(1 2)",
            format!("at octet 0 of the geometry {tags} was expected"),
        ),
        (
            "CircularString(0 0,1 1,2 0)",
            "at octet 0 of the geometry is a CircularString: make lines or polygons of it".into(),
        ),
        (
            "GEOMETRYCOLLECTION(TINZ EMPTY)",
            "at octet 19 of the geometry is a TIN: make lines or polygons of it".into(),
        ),
        (
            "CURVES(1 2)",
            format!("at octet 0 of the geometry {tags} was expected"),
        ),
        (
            "POINT(1)",
            "at octet 7 of the geometry a number was expected".into(),
        ),
        (
            "POINT(1 2",
            "at octet 9 of the geometry ) was expected".into(),
        ),
        (
            "POINT(1 2)x",
            "something follows the geometry, at octet 10".into(),
        ),
        (
            "POINT(1e999 2)",
            "a coordinate is not finite, at octet 6".into(),
        ),
        (
            "POINT(nan 2)",
            "at octet 6 of the geometry a number was expected".into(),
        ),
        (
            "LINESTRING(0 0,1 1 1)",
            "at octet 19 of the geometry , or ) was expected".into(),
        ),
        (
            "LINESTRING Z(0 0 0,1 1)",
            "at octet 22 of the geometry a number was expected".into(),
        ),
        (&deep, "collections lie deeper in each other than 8".into()),
    ];
    for (text, expected) in cases {
        assert_eq!(geojson_of(text), Err(expected), "{text}");
    }
}

#[test]
fn the_first_geometry_of_a_text_says_its_length() {
    let mut writer = wkb::Writer::default();
    assert_eq!(read_first("POINT(1 2)) AND a > 1", &mut writer), Ok(10));
    assert!(begins("polygonz ((0 0"));
    assert!(!begins("pointless > 1"));
}

#[test]
fn what_is_written_is_read_as_the_same_geometry() {
    let cases = [
        "POINT(1 2)",
        "POINT Z(1 2 3)",
        "POINT EMPTY",
        "LINESTRING(0 0,1.5 -1)",
        "POLYGON((0 0,1 0,1 1,0 0),(0.1 0.1,0.2 0.1,0.2 0.2,0.1 0.1))",
        "MULTIPOINT((1 2),EMPTY)",
        "MULTILINESTRING(EMPTY,(0 0,1 1))",
        "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
        "GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION EMPTY,LINESTRING Z(0 0 1,1 1 1))",
    ];
    for expected in cases {
        let mut text = Vec::new();
        write(&to_wkb(expected).unwrap(), Crs::Crs84, &mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
    let mut text = b"x".to_vec();
    assert!(write(&[1, 1, 0], Crs::Crs84, &mut text).is_err());
    assert_eq!(text, b"x");
}
