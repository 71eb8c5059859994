//! A body of the old contract: it is refused, or every place of it is finite and every column is of a
//! chosen peril.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perild::climatescore::{
    Column,
    request::{Json, JsonFault, LocationRequest},
};

fuzz_target!(|body: &[u8]| {
    if let Err(JsonFault::NotJson(at)) = Json::read(body, MAX_VALUES) {
        assert!(at <= body.len());
    }
    let Ok(request) = LocationRequest::read(body, MAX_PLACES) else {
        return;
    };
    assert!(request.places.len() <= MAX_PLACES);
    for (latitude, longitude) in &request.places {
        assert!((latitude * 4.0).is_finite() && (longitude * 4.0).is_finite());
    }
    let is_chosen = |column: &Column| request.perils.contains(&column.peril());
    assert!(request.columns.iter().all(is_chosen));
});

const MAX_PLACES: usize = 100;
const MAX_VALUES: usize = 4_000;
