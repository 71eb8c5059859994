//! A list of places is found in any body that has one, and refused in any other.

use super::*;
use crate::dataset::perils::places::{PlaceFault, Position};

fn survey(text: &str, is_csv: bool) -> Result<(PlaceList, Options), Refused> {
    survey_with(text, is_csv, 3)
}

fn survey_with(
    text: &str,
    is_csv: bool,
    max_places: usize,
) -> Result<(PlaceList, Options), Refused> {
    let mut options = Options::default();
    let body = Body::Memory(text.as_bytes().to_vec().into());
    PlaceList::of(body, is_csv, &mut options, max_places).map(|survey| (survey, options))
}

fn positions(text: &str, is_csv: bool) -> Vec<Position> {
    survey(text, is_csv).unwrap().0.positions()
}

impl PlaceList {
    fn positions(&self) -> Vec<Position> {
        let mut places = self.reader();
        let mut positions = Vec::new();
        while let Some(place) = places.next_place(|_| ()).unwrap() {
            positions.push(place.position);
        }
        positions
    }
}

#[test]
fn places_are_found_wherever_the_array_stands() {
    let text =
        "{\"perils\":[\"fire\"],\"locations\":[{\"lat\":1,\"lon\":2},5 ],\"years\":[2030.0]}";
    assert_eq!(
        positions(text, false),
        [Ok((1.0, 2.0)), Err(PlaceFault::NotAnObject)]
    );
    let (found, options) = survey(text, false).unwrap();
    assert_eq!((found.count(), found.format()), (2, InputFormat::Json));
    assert_eq!(options.items("years"), Some(&["2030".to_owned()][..]));
    let features = "{\"type\":\"FeatureCollection\",\"name\":\"x\",\"features\":[5]}";
    assert_eq!(
        survey(features, false).unwrap().0.format(),
        InputFormat::GeoJson
    );
}

#[test]
fn csv_lines_are_places_and_a_broken_line_is_one_that_says_so() {
    let text = "lat,lon,name,\n1,2,a\n1,2\n1,2,a,\"\"\n1,2,a,note\n1,2,a,,, \n1,2,a,,b\n1\nx,2,b";
    for separator in [",", ";", "\t", "|"] {
        let text = text.replace(',', separator);
        for sent in [format!("sep={separator}\r\n{text}"), text] {
            assert_eq!(
                survey_with(&sent, true, 8).unwrap().0.positions(),
                [
                    Ok((1.0, 2.0)),
                    Ok((1.0, 2.0)),
                    Ok((1.0, 2.0)),
                    Ok((1.0, 2.0)),
                    Ok((1.0, 2.0)),
                    Err(PlaceFault::WrongNumberOfFields),
                    Err(PlaceFault::LongitudeMissing),
                    Err(PlaceFault::LatitudeNotANumber)
                ],
                "{sent}"
            );
        }
    }
}

#[test]
fn a_place_that_is_too_much_costs_itself_alone() {
    let long = "x".repeat(100_000);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for (value, fault) in [
        (format!("\"{long}\""), PlaceFault::TooLong),
        (deep, PlaceFault::TooDeep),
    ] {
        let place = "{\"lat\":1,\"lon\":2}";
        let text =
            format!("{{\"locations\":[{place},{{\"lat\":1,\"x\":{value},\"lon\":2}},{place}]}}");
        let expected = [Ok((1.0, 2.0)), Err(fault), Ok((1.0, 2.0))];
        assert_eq!(positions(&text, false), expected);
        let feature = "{\"geometry\":{\"type\":\"Point\",\"coordinates\":[2,1]}}";
        let large = feature.replace("\"Point\"", &format!("\"Point\",\"x\":{value}"));
        let text = format!("{{\"features\":[{feature},{large},{feature}]}}");
        assert_eq!(positions(&text, false)[2], expected[2]);
        assert!(positions(&text, false)[1].is_err());
    }
    let text = format!("lat,lon,note\n1,2,a\n1,2,{long}\n1,2,\"{long}\"\n");
    assert_eq!(
        positions(&text, true),
        [
            Ok((1.0, 2.0)),
            Err(PlaceFault::TooLong),
            Err(PlaceFault::TooLong)
        ]
    );
}

#[test]
fn a_number_that_is_none_beside_the_places_is_passed_over_or_refused() {
    let features = "\"features\":[5]";
    assert!(survey(&format!("{{\"bbox\":[NaN,1],{features}}}"), false).is_ok());
    for text in [
        format!("{{\"radius_km\":NaN,{features}}}"),
        "{\"radius_km\":NaN,\"locations\":[1]}".to_owned(),
    ] {
        let refused = survey(&text, false).unwrap_err().to_string();
        assert!(refused.contains("without NaN"), "{refused}");
    }
    let body = Body::Memory(b"{\"name\":\"Caf\xe9\",\"features\":[5]}".to_vec().into());
    assert!(PlaceList::of(body, false, &mut Options::default(), 3).is_ok());
}

#[test]
fn rfc7946_4_another_crs_than_crs84_is_refused_in_these_words() {
    let named = |name: &str| {
        format!(
            "{{\"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"{name}\"}}}},\"features\":[5]}}"
        )
    };
    assert!(survey(&named("urn:ogc:def:crs:OGC:1.3:CRS84"), false).is_ok());
    assert!(survey("{\"crs\":null,\"features\":[5]}", false).is_ok());
    let refused = survey(&named("EPSG:27700"), false).unwrap_err().to_string();
    assert!(refused.contains("crs must be CRS84"), "{refused}");
}

#[test]
fn a_mark_before_the_text_belongs_to_nothing() {
    let text = "\u{feff}{\"locations\":[{\"lat\":1,\"lon\":-0}]}";
    let (latitude, longitude) = positions(text, false).remove(0).unwrap();
    assert_eq!((latitude, longitude.to_string().as_str()), (1.0, "0"));
    for header in ["lat,lon", "\"lat\",\"lon\"", "\"site, name\",lat,lon"] {
        let line = if header.contains("name") {
            "a,1,2"
        } else {
            "1,2"
        };
        let text = format!("\u{feff}{header}\n{line}\n");
        assert_eq!(positions(&text, true), [Ok((1.0, 2.0))], "{header}");
    }
    assert!(survey("\u{feff}\u{feff}lat,lon\n1,2\n", true).is_err());
}

#[test]
fn a_body_of_another_shape_is_told_which_it_should_have() {
    for text in [
        "[{\"lat\":1,\"lon\":2}]",
        "{\"type\":\"Feature\",\"geometry\":null}",
        "{\"perils\":[\"fire\"]}",
    ] {
        let refused = survey(text, false).unwrap_err().to_string();
        assert!(refused.contains("feature collection"), "{refused}");
    }
}

#[test]
fn a_body_without_places_or_with_too_many_is_refused() {
    for (text, is_csv) in [
        ("", true),
        ("a,b\n", true),
        ("lat,lon\n", true),
        ("{\"locations\":[]}", false),
        ("{\"features\":[ ]}", false),
        ("{}", false),
        ("[]", false),
        ("", false),
        ("{\"locations\":5}", false),
        ("{\"locations\":[1],\"features\":[1]}", false),
        ("{\"locations\":[1],\"locations\":[1]}", false),
        ("{\"locations\":[1],\"colour\":1}", false),
        ("{\"locations\":[1]} x", false),
        ("{\"locations\":[", false),
    ] {
        assert!(survey(text, is_csv).is_err(), "{text}");
    }
    let members = (0..100).map(|n| format!("\"m{n}\":1")).collect::<Vec<_>>();
    let crowded = format!("{{{},\"features\":[1]}}", members.join(","));
    assert!(matches!(
        survey(&crowded, false),
        Err(Refused::Malformed { .. })
    ));
    let four = "{\"locations\":[1,2,3,4]}";
    assert!(matches!(
        survey(four, false),
        Err(Refused::TooManyPlaces { limit: 3 })
    ));
    let four = "lat,lon\n1,1\n1,1\n1,1\n1,1\n";
    assert!(matches!(
        survey(four, true),
        Err(Refused::TooManyPlaces { limit: 3 })
    ));
}
