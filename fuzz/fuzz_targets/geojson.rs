//! A geometry as text, of GeoJSON or well-known: it is refused with the reason, or comes back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild_query::geometry::{Crs, GeometryFault, geojson, wkb, wkt};

fuzz_target!(|text: &str| {
    for (read, write) in [
        (geojson::to_wkb as Read, geojson::write as Write),
        (wkt::to_wkb, wkt::write),
    ] {
        let found = match read(text) {
            Ok(found) => found,
            Err(fault) => {
                assert!(!fault.to_string().is_empty());
                continue;
            }
        };
        assert_eq!(wkb::normal(&found).as_ref(), Ok(&found));
        let mut written = Vec::new();
        write(&found, Crs::Crs84, &mut written).expect("text of a geometry");
        let again = read(str::from_utf8(&written).expect("a text")).expect("a geometry");
        assert_eq!(wkb::to_geo(&again), wkb::to_geo(&found));
    }
    if let Ok(end) = wkt::read_first(text, &mut wkb::Writer::default()) {
        assert!(wkt::begins(text) && wkt::to_wkb(&text[..end]).is_ok());
    }
});

type Read = fn(&str) -> Result<Vec<u8>, GeometryFault>;
type Write = fn(&[u8], Crs, &mut Vec<u8>) -> Result<(), GeometryFault>;
