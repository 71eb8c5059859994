use std::thread;

use super::*;

const START: Timestamp = Timestamp::from_seconds(100);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn counts(period: &Period) -> Vec<(u16, u64)> {
    period
        .counts
        .iter()
        .map(|(one, two)| (*one, *two))
        .collect()
}

/// Rows: OE-HB-5, OE-HB-6
#[test]
fn a_period_begins_where_the_one_before_ended_and_has_what_is_of_the_data() {
    let heartbeats = Heartbeats::new(START);
    for (path, status) in [
        ("/v1/files/a.csv", 200),
        ("/a", 200),
        ("/v1/location", 401),
        ("/v1/collections/wind/cube", 404),
        ("/no/such/path", 404),
        ("/healthz", 200),
        ("/v1/heartbeat", 403),
        ("/heartbeat", 200),
        ("/v1/collections", 200),
    ] {
        heartbeats.count(&Route::find(path), None, status);
    }
    let first = heartbeats.end(None, at(160));
    assert_eq!(first.start, START);
    assert_eq!(counts(&first), [(200, 2), (401, 1), (404, 2)]);
    let second = heartbeats.end(None, at(220));
    assert_eq!((second.start, counts(&second)), (at(160), vec![]));
}

/// Rows: OE-HB-9
#[test]
fn collections_have_periods_of_their_own() {
    let heartbeats = Heartbeats::new(START);
    let (query, perils) = (Route::find("/v1/location"), Perils::group());
    heartbeats.count(&query, Some(perils), 200);
    heartbeats.count(&query, None, 404);
    assert_eq!(counts(&heartbeats.end(Some(perils), at(1))), [(200, 1)]);
    assert_eq!(counts(&heartbeats.end(None, at(2))), [(200, 1), (404, 1)]);
    assert_eq!(heartbeats.end(Some(perils), at(3)).start, at(1));
}

/// Rows: OE-HB-7
#[test]
fn whatever_comes_at_once_every_answer_is_in_one_period() {
    let heartbeats = Heartbeats::new(START);
    let route = Route::find("/a");
    let mut found = thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5_000).for_each(|_| heartbeats.count(&route, None, 200)));
        }
        let ending = (0..50).map(|second| {
            let heartbeats = &heartbeats;
            scope.spawn(move || heartbeats.end(None, at(second)))
        });
        let ending: Vec<_> = ending.collect();
        let found = ending.into_iter().map(|one| one.join().unwrap());
        found.collect::<Vec<_>>()
    });
    found.push(heartbeats.end(None, at(99)));
    let sum: u64 = found.iter().flat_map(|period| period.counts.values()).sum();
    assert_eq!(sum, 20_000);
}
