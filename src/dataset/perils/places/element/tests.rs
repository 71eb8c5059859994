//! Places are read from JSON objects and GeoJSON features, or say what is wrong with them.

use super::*;

fn read(element: &mut Element, text: impl AsRef<[u8]>, kind: Kind) -> Position {
    element.read(text.as_ref(), kind).unwrap()
}

fn location(text: impl AsRef<[u8]>) -> (Element, Position) {
    let mut element = Element::default();
    let position = read(&mut element, text, Kind::Location);
    (element, position)
}

fn feature(text: impl AsRef<[u8]>) -> (Element, Position) {
    let mut element = Element::default();
    let position = read(&mut element, text, Kind::Feature);
    (element, position)
}

#[test]
fn a_location_has_coordinates_in_any_spelling_and_keeps_the_rest() {
    for (latitude, longitude, id) in [
        ("lat", "lon", "id"),
        ("Latitude", "LONGITUDE", "ID"),
        ("LAT", "Lng", "Id"),
        ("latitude", "Long", "id"),
    ] {
        let text = format!(
            "{{\"{longitude}\":-0.50,\"{id}\":7,\"name\":\"a \\\"b\\\"\",\"{latitude}\":51,\"x\":{{\"y\":[1]}}}}"
        );
        let (element, position) = location(&text);
        assert_eq!(position, Ok((51.0, -0.5)), "{text}");
        assert_eq!(element.coordinates(), [Some("51"), Some("-0.50"), None]);
        assert_eq!(element.id.as_deref(), Some("7"));
        assert_eq!(
            element.members,
            "\"name\":\"a \\\"b\\\"\",\"x\":{\"y\":[1]}"
        );
    }
    let (element, _) = location("{\"ID\":1,\"id\":2,\"lat\":1,\"lon\":1}");
    assert_eq!(
        (element.id.as_deref(), element.members.as_str()),
        (Some("2"), "\"ID\":1")
    );
}

#[test]
fn a_location_that_is_none_says_which_thing_is_wrong_and_keeps_its_id() {
    use PlaceFault as F;
    for (members, fault) in [
        ("", F::LatitudeMissing),
        (",\"latitude\":1", F::LongitudeMissing),
        (",\"latitude\":null,\"longitude\":1", F::LatitudeMissing),
        (",\"latitude\":\"1\",\"longitude\":1", F::LatitudeNotANumber),
        (",\"latitude\":1e999,\"longitude\":1", F::LatitudeNotANumber),
        (",\"latitude\":NaN,\"longitude\":1", F::LatitudeNotANumber),
        (
            ",\"latitude\":1,\"longitude\":-Infinity",
            F::LongitudeNotANumber,
        ),
        (",\"latitude\":91,\"longitude\":1", F::LatitudeOutOfRange),
        (",\"latitude\":1,\"longitude\":-181", F::LongitudeOutOfRange),
        (",\"latitude\":1,\"longitude\":361", F::LongitudeOutOfRange),
        (",\"latitude\":1,\"lat\":1,\"longitude\":1", F::GivenTwice),
        (",\"lat\":1,\"Lat\":1,\"longitude\":1", F::GivenTwice),
        (",\"lat\":1,\"lon\":1,\"x\":1,\"x\":2", F::GivenTwice),
        (",\"lat\":1,\"lon\":1,\"id\":2", F::GivenTwice),
        (",\"lat\":1,\"lon\":1,\"x\":nothing", F::NotJson),
        (",\"lat\":1,\"lon\":1,\"x\":[1,]", F::NotJson),
        (",\"lat\":1,\"lon\":1,", F::NotJson),
        (",\"lat\":1,\"lon\":1,\"x\":\"a\tb\"", F::NotJson),
        (",\"lat\":1,\"lon\":1,x:1", F::NotJson),
        (",\"lat\":01,\"lon\":1", F::NotJson),
    ] {
        let (element, position) = location(format!("{{\"id\":\"a\"{members}}}"));
        assert_eq!(position, Err(fault), "{members}");
        assert_eq!(element.id.as_deref(), Some("\"a\""), "{members}");
    }
    for text in ["[1,2]", "5", "null", "\"x\"", "NaN", "nothing"] {
        assert_eq!(location(text).1, Err(F::NotAnObject), "{text}");
        assert_eq!(feature(text).1, Err(F::NotAnObject), "{text}");
    }
    let (element, position) = location(b"{\"lat\":1,\"lon\":1,\"x\":\"Caf\xe9\",\"id\":2}");
    assert_eq!(position, Err(F::NotUtf8));
    assert_eq!(element.members, "\"x\":\"Caf\u{fffd}\"");
    assert_eq!(element.id.as_deref(), Some("2"));
}

#[test]
fn nan_in_a_property_is_null() {
    for nan in ["NaN", "Infinity", "-Infinity", "-NaN", "nan", "inf"] {
        let text =
            format!("{{\"lat\":1,\"lon\":2.0,\"n\":{nan},\"m\":[\"NaN\",{nan} ,{{\"x\":{nan}}}]}}");
        let (element, position) = location(&text);
        assert_eq!(position, Ok((1.0, 2.0)), "{text}");
        let members = "\"n\":null,\"m\":[\"NaN\",null ,{\"x\":null}]";
        assert_eq!(element.members, members);
        assert_eq!(element.coordinates(), [Some("1"), Some("2.0"), None]);
        let text = format!(
            "{{\"id\":1,\"geometry\":{{\"type\":\"Point\",\"coordinates\":[1,2]}},\"properties\":{{\"n\":{nan}}}}}"
        );
        let (element, position) = feature(&text);
        assert_eq!(
            (position, element.members.as_str()),
            (Ok((2.0, 1.0)), "\"n\":null")
        );
        let text = format!("{{\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{nan},2]}}}}");
        assert_eq!(feature(text).1, Err(PlaceFault::LongitudeNotANumber));
    }
}

#[test]
fn a_feature_is_a_point_with_properties() {
    let text = "{\"type\":\"Feature\",\"id\":\"a\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[181.0,-90,5.50]},\
                \"properties\":{\"n\":1}}";
    let (element, position) = feature(text);
    assert_eq!(position, Ok((-90.0, 181.0)));
    assert_eq!(
        element.coordinates(),
        [Some("-90"), Some("181.0"), Some("5.50")]
    );
    assert_eq!(
        (element.id.as_deref(), element.members.as_str()),
        (Some("\"a\""), "\"n\":1")
    );
}

#[test]
fn a_feature_that_is_no_place_says_why_and_keeps_its_id() {
    use PlaceFault as F;
    let point = "\"type\":\"Point\",\"coordinates\":[1,2]";
    let crs = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:3857\"}}";
    for (members, fault) in [
        ("\"geometry\":null".to_owned(), F::NotAPoint),
        ("\"properties\":{}".to_owned(), F::NotAPoint),
        ("\"geometry\":{}".to_owned(), F::NotAPoint),
        ("\"geometry\":5".to_owned(), F::NotAPoint),
        (
            "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[1,2]]}".to_owned(),
            F::NotAPoint,
        ),
        (
            "\"geometry\":{\"type\":\"Point\",\"coordinates\":5}".to_owned(),
            F::NotAPoint,
        ),
        (
            "\"geometry\":{\"type\":\"Point\",\"coordinates\":[]}".to_owned(),
            F::LatitudeMissing,
        ),
        (format!("\"geometry\":{{{point},{crs}}}"), F::NotCrs84),
        (format!("\"geometry\":{{{point}}},{crs}"), F::NotCrs84),
        (format!("\"geometry\":{{{point},{point}}}"), F::GivenTwice),
        (
            format!("\"geometry\":{{{point}}},\"geometry\":null"),
            F::GivenTwice,
        ),
        (
            format!("\"geometry\":{{{point}}},\"properties\":{{\"a\":1,\"a\":2}}"),
            F::GivenTwice,
        ),
        (
            format!("\"geometry\":{{{point}}},\"properties\":{{\"a\":nope}}"),
            F::NotJson,
        ),
        (
            format!("\"geometry\":{{{point}}},\"properties\":nope"),
            F::NotJson,
        ),
    ] {
        let (element, position) = feature(format!("{{\"id\":7,{members}}}"));
        assert_eq!(position, Err(fault), "{members}");
        assert_eq!(element.id.as_deref(), Some("7"), "{members}");
    }
    let crs = "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"OGC:CRS84\"}}";
    let good = format!("{{\"geometry\":{{{point},{crs}}},{crs}}}");
    assert_eq!(feature(good).1, Ok((2.0, 1.0)));
}
