//! A body of `/v1/location` in any charset, CSV or JSON by its first octet: it is refused, or both readings of it find
//! the same number of places, each within the world or with a reason, and what comes back of them is UTF-8 and JSON.
#![no_main]

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use perild::{
    dataset::{
        Perils,
        perils::{
            places::{Carried, PlaceList},
            query::{Options, Reach, Subset},
        },
    },
    edge::{Body, Charset, Intake},
    fair_semaphore::FairSemaphore,
};

fuzz_target!(|octets: &[u8]| {
    let Some((kind, body)) = octets.split_first() else {
        return;
    };
    let charset = CHARSETS[usize::from(kind / 2) % CHARSETS.len()];
    let charset = Charset::declared(charset).expect("the label is known");
    let body = Body::Memory(Bytes::copy_from_slice(body));
    let Ok(body) = INTAKE.in_utf_8(body, charset) else {
        return;
    };
    let mut options = Options::default();
    let Ok(list) = PlaceList::of(body, kind % 2 == 0, &mut options, MAX_PLACES) else {
        return;
    };
    assert!((1..=MAX_PLACES).contains(&list.count()));
    let mut places = list.reader();
    let mut found = 0;
    while let Some(place) = places
        .next_place(|_| ())
        .expect("the body was read through before")
    {
        found += 1;
        let coordinates = place.coordinates(list.header());
        if let Ok((latitude, longitude)) = place.position {
            assert!((-90.0..=90.0).contains(&latitude) && (-180.0..=360.0).contains(&longitude));
            assert!(coordinates.iter().all(Option::is_some));
        }
        for number in coordinates.iter().flatten() {
            serde_json::from_str::<f64>(number).expect("a number of JSON");
        }
        match (place.carried, list.header()) {
            (Carried::Members(members), _) => {
                let members = format!("{{{members}}}");
                serde_json::from_str::<&serde_json::value::RawValue>(&members).expect("JSON");
            }
            (Carried::Record(record), Some(header)) => {
                let columns = header.names.len();
                let line = record.line(columns);
                assert!(line.is_none_or(|line| std::str::from_utf8(line).is_ok()));
                assert_eq!(record.fields(columns).count(), columns);
            }
            (Carried::Record(_), None) => unreachable!("a CSV has a header"),
        }
    }
    assert_eq!(found, list.count());
    let _ = Subset::read(&options, REACH, &Perils::default(), &[]);
});

const MAX_PLACES: usize = 100;
/// The first stands for what is not declared.
const CHARSETS: [Option<&str>; 4] = [None, Some("windows-1252"), Some("utf-16"), Some("gb18030")];

static INTAKE: LazyLock<Intake> = LazyLock::new(|| Intake {
    limit_bytes: 1 << 20,
    memory_bytes: 1 << 20,
    folder: std::env::temp_dir(),
    slots: Arc::new(FairSemaphore::new(1)),
    wait: Duration::ZERO,
});
const REACH: Reach = Reach {
    max_radius_km: 200,
    max_search_cells: 1_000_000,
};
