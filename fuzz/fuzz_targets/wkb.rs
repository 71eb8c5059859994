//! A geometry in well-known binary, as a publisher's file has it: it is refused, or it is written and simplified like
//! the geometry that it is. Relations are held by property tests: their library panics on areas that contradict each
//! other, which is guarded, and a caught panic ends a fuzz target all the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild_query::geometry::{Bbox, Crs, admit, bounds, geojson, in_crs, simplify, wkb, wkt};

fuzz_target!(|octets: &[u8]| {
    let box_of_any = bounds(octets);
    let Ok(admitted) = admit(octets) else {
        return;
    };
    assert_eq!(box_of_any, Some(admitted.bounds));
    let own = &*admitted.wkb;
    assert_eq!(admit(own).as_ref(), Ok(&admitted));

    let mut text = Vec::new();
    wkt::write(own, Crs::Crs84, &mut text).expect("text of a geometry");
    let read = wkt::to_wkb(str::from_utf8(&text).expect("a text")).expect("a geometry");
    assert_eq!(wkb::to_geo(&read), wkb::to_geo(own));
    text.clear();
    geojson::write(own, Crs::Crs84, &mut text).expect("GeoJSON of a geometry");
    let read = geojson::to_wkb(str::from_utf8(&text).expect("a text")).expect("a geometry");
    assert_eq!(wkb::to_geo(&read), wkb::to_geo(own));
    assert!(in_crs(own, Crs::Epsg3857).is_ok());

    let simple = simplify(own, 1.0).expect("fewer positions");
    assert!(simple.len() <= own.len());
    let meets = BOX.meets(own).expect("a geometry");
    assert!(!meets || BOX.meets_box(admitted.bounds));
});

const BOX: Bbox = Bbox {
    west: 170.0,
    south: -10.0,
    east: -170.0,
    north: 10.0,
    vertical: None,
};
