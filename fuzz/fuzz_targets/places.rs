//! A body of `/v1/location`, CSV or JSON by its first octet: it is refused, or both readings of it find the
//! same number of places, each within the world or with a reason.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use perild::{
    dataset::perils::{
        places::Survey,
        query::{Options, Reach, Subset},
    },
    edge::Body,
};

fuzz_target!(|octets: &[u8]| {
    let Some((kind, body)) = octets.split_first() else {
        return;
    };
    let body = Body::Memory(Bytes::copy_from_slice(body));
    let mut options = Options::default();
    let Ok(survey) = Survey::of(body, kind % 2 == 0, &mut options, MAX_PLACES) else {
        return;
    };
    assert!((1..=MAX_PLACES).contains(&survey.count()));
    let mut places = survey.places();
    let mut found = 0;
    while let Some(place) = places
        .next_place(|_| ())
        .expect("the body was read through before")
    {
        found += 1;
        if let Ok((latitude, longitude)) = place.position {
            assert!((-90.0..=90.0).contains(&latitude) && (-180.0..=360.0).contains(&longitude));
        }
    }
    assert_eq!(found, survey.count());
    let _ = Subset::read(&options, REACH);
});

const MAX_PLACES: usize = 100;
const REACH: Reach = Reach {
    max_radius_km: 200,
    max_search_cells: 1_000_000,
};
