//! The query of `/v1/location` and of the old addresses: it is refused, or what it selects is there.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use perild::{
    climatescore::{
        Peril,
        request::{Filter, Point},
    },
    dataset::{
        Perils,
        perils::{
            places::PlaceList,
            query::{Query, Reach, Subset},
        },
    },
    edge::Body,
};

const REACH: Reach = Reach {
    max_radius_km: 200,
    max_search_cells: 1_000_000,
};

fuzz_target!(|query: &[u8]| {
    let parameters: Vec<_> = url::form_urlencoded::parse(query).into_owned().collect();
    if let Ok(point) = Point::read(&parameters) {
        assert!(point.latitude.is_finite() && point.longitude.is_finite());
    }
    let filter = Filter::read(&parameters);
    for peril in Peril::ALL {
        let columns = filter.columns(peril);
        assert!(columns.iter().all(|column| filter.passes(column.name())));
    }
    let Ok(mut query) = Query::read(&parameters, true) else {
        return;
    };
    if let Ok(subset) = Subset::read(&query.options, REACH, &Perils::default(), &[]) {
        assert!(!subset.outputs.is_empty() && !subset.columns.is_empty());
        assert!(
            subset
                .radius_km
                .is_none_or(|radius| (0.0..=200.0).contains(&radius))
        );
    }
    if let Ok(places) = query.places() {
        let body = Body::Memory(Bytes::from(places));
        let list = PlaceList::of(body, false, &mut query.options, usize::MAX);
        assert!(list.is_ok_and(|list| list.count() > 0));
    }
});
