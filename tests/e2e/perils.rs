//! Peril values through nginx: bodies of every kind and size, and clients of every temper.

use std::{
    fmt::Write as _,
    io::{BufRead, Read, Write},
    time::Duration,
};

use serde_json::{Value, json};

use crate::support::{
    http::{Answer, Request},
    process::eventually,
    store,
    world::World,
};

const JSON: &str = "application/json";
const CSV: &str = "text/csv";
const HEAT: &str = "/v1/location?perils=heat&scenarios=ssp585&years=2050";

/// A world with synthetic values, and `more` in the daemon's configuration.
fn world(more: &str) -> World {
    World::with(|settings, pki| {
        store::import_sample(&pki.path(""), "5");
        settings.more = more.into();
    })
}

fn post(target: &str, token: &str, content_type: &str, body: &[u8]) -> Request {
    Request::new("POST", target)
        .bearer(token)
        .field("Content-Type", content_type)
        .content(body)
}

fn send(world: &World, target: &str, content_type: &str, body: &[u8]) -> Answer {
    let request = post(target, &world.token(), content_type, body);
    world.bank().send(&request)
}

fn portfolio(places: u32) -> String {
    let mut csv = String::from("id,lat,lon\n");
    for place in 0..places {
        let (latitude, longitude) = (place % 170, place % 350);
        let _ = writeln!(
            csv,
            "{place},{}.25,{}.5",
            i64::from(latitude) - 85,
            i64::from(longitude) - 175
        );
    }
    csv
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.content).unwrap()
}

#[test]
fn the_old_and_the_new_route_take_what_they_took_behind_nginx() {
    let world = world("");
    let old = json!({"locations": [{"latitude": 51.5, "longitude": -0.12}], "perils": ["heat"]})
        .to_string();
    let answer = json_of(&send(&world, "/location", JSON, old.as_bytes()));
    assert_eq!(answer["records"].as_array().unwrap().len(), 24);
    assert_eq!(answer["settings"]["csg_version"], "2.1.0");

    let features = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"site": "A"}, "geometry": {"type": "Point", "coordinates": [-0.12, 51.5]}},
    ]});
    for (content_type, body, value) in [
        (JSON, old.clone(), "/locations/0/values/0/value"),
        (
            "application/geo+json",
            features.to_string(),
            "/features/0/properties/perils/values/0/value",
        ),
    ] {
        let target = "/v1/location?scenarios=ssp585&years=2050&f=json";
        let target = if content_type == JSON {
            target.to_owned()
        } else {
            format!("{HEAT}&f=geojson")
        };
        let answer = json_of(&send(&world, &target, content_type, body.as_bytes()));
        assert!(answer.pointer(value).unwrap().is_number(), "{answer}");
    }
    let answer = send(&world, HEAT, CSV, b"site,lat,lon\nA,51.5,-0.12\n");
    assert_eq!(answer.status, 200);
    assert!(
        answer.text().contains("\nA,51.5,-0.12,ok,,50,0,"),
        "{}",
        answer.text()
    );
}

/// The base URL of the old service's own collection ends in a slash.
#[test]
fn doubled_slashes_lead_to_the_perils_as_one_does_with_large_bodies_too() {
    let world = world("");
    let token = world.token();
    for target in [
        "//perils",
        "//heat?lat=51.5&lon=-0.12",
        "//allperils?lat=51.5&lon=-0.12",
        "//v1//perils",
    ] {
        assert_eq!(world.get(target, &token).status, 200, "{target}");
    }
    let old = json!({"locations": [{"latitude": 50, "longitude": 0}], "perils": ["heat"]});
    assert_eq!(
        send(&world, "//location", JSON, old.to_string().as_bytes()).status,
        200
    );
    let place = format!("50,0,{}\n", "n".repeat(4000));
    let large = format!("lat,lon,note\n{}", place.repeat(300));
    for target in [
        "/v1/location",
        "//v1/location",
        "/v1//location",
        "///v1///location",
    ] {
        let target = format!("{target}?perils=heat&scenarios=ssp585&years=2050");
        assert_eq!(
            send(&world, &target, CSV, large.as_bytes()).status,
            200,
            "{target}"
        );
    }
}

/// The request shapes of the old service's own collection: its key in a field of its name, other
/// parameters, parameters in any order, types with parameters.
#[test]
fn an_old_client_notices_no_difference_but_its_credentials() {
    let world = world("");
    let token = world.token();
    let ask = |request: Request| {
        let request = request
            .bearer(&token)
            .field("X-API-Key", "1234567890")
            .field("User-Agent", "PostmanRuntime/7.36.5")
            .field("Accept", "*/*")
            .field("Cache-Control", "no-cache")
            .field("Postman-Token", "5c2e0f9e-0000-4000-8000-000000000000")
            .field("Accept-Encoding", "gzip, deflate, br");
        world.bank().send(&request)
    };
    for target in [
        "/perils",
        "/allperils?lat=49.2&lon=-102.2222222",
        "/wind?lat=49.2&lon=-102.2222222",
        "/wind?lon=-102.2222222&year=2030&lat=49.2",
        "/wind?lat=49.2&lon=-102.2222222&year=2030&scenario=ssp585",
        "/healthz",
    ] {
        let answer = ask(Request::get(target));
        assert_eq!(
            (answer.status, answer.field("content-encoding")),
            (200, None),
            "{target}"
        );
        assert!(answer.field("content-length").is_some(), "{target}");
    }
    let place = "{\"locationId\": 1,\"latitude\": 40.705619,\"longitude\": -74.013402,\"extra\": {\"city\": \"New York\", \"zipCode\": 10004}}";
    for (filters, records) in [
        ("", 96),
        (
            ",\n \"perils\": [\"drought\", \"fire\"],\n \"scenarios\": [\"ssp585\"],\n \"years\": [2030, 2040]",
            4,
        ),
        (",\"perils\": [],\"scenarios\": [],\"years\": []", 96),
    ] {
        for content_type in [JSON, "application/json; charset=utf-8"] {
            let body = format!("{{\n    \"locations\": [\n        {place}\n    ]{filters}\n}}");
            let request = Request::new("POST", "/location")
                .field("Content-Type", content_type)
                .content(body.as_bytes());
            let answer = ask(request);
            assert_eq!(answer.field("content-type"), Some(JSON));
            assert_eq!(answer.field("warning"), None, "{filters}");
            let answer = json_of(&answer);
            assert_eq!(answer["records"].as_array().unwrap().len(), records);
        }
    }
    for (request, status) in [
        (Request::get("/missing"), 404),
        (Request::get("/wind/?lat=1&lon=1"), 404),
        (Request::get("/combinedFlood?lat=1&lon=1"), 404),
        (Request::get("/location"), 405),
        (
            Request::new("POST", "/location")
                .field("Content-Type", JSON)
                .content(b"{\n    \n}\n"),
            404,
        ),
        (
            Request::new("POST", "/location")
                .field("Content-Type", "text/plain")
                .content(b"{}"),
            415,
        ),
    ] {
        assert_eq!(ask(request.clone()).status, status, "{request:?}");
    }
}

#[test]
fn a_body_over_the_limit_is_413_with_the_limit_from_perild_and_from_nginx() {
    let world = world("[perils]\nmax_body_bytes = 2000000\nbody_memory_bytes = 1000\n");
    let large = vec![b' '; 3_000_000];
    let answer = send(&world, HEAT, CSV, &large);
    assert_eq!(answer.status, 413, "{answer:?}");
    assert_eq!(
        answer.problem()["detail"],
        "the body is larger than 2000000 octets."
    );
    // Nothing of it stays, and the next one is answered.
    let kept: Vec<_> = std::fs::read_dir(world.dir().join("state"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name != "before")
        .collect();
    assert_eq!(kept, ["perils.arrow"]);
    assert_eq!(send(&world, HEAT, CSV, b"lat,lon\n1,1\n").status, 200);

    for (target, length, limit) in [
        ("/v1/location", 300_000_000, "256 MiB"),
        ("/v1/collections/a/items/locate", 300_000_000, "256 MiB"),
        ("/v1/collections/a/items", 2_000_000, "1 MiB"),
        ("/location", 20_000_000, "16 MiB"),
        ("/wind", 2_000_000, "1 MiB"),
    ] {
        let announced = Request::new("POST", target)
            .bearer(&world.token())
            .field("Content-Type", JSON)
            .field("Content-Length", &format!("{length}"));
        let mut connection = world.bank();
        connection.write(&announced.bytes());
        let answer = connection.read(true).unwrap();
        assert_eq!(answer.status, 413, "{target}: {answer:?}");
        let detail = answer.problem()["detail"].to_string();
        assert!(detail.contains(limit), "{target}: {detail}");
    }
}

/// nginx keeps a body on disk before the daemon is asked, so that its length is a matter of trust.
#[test]
fn a_large_body_is_taken_only_from_a_certificate_that_was_verified() {
    let world = world("");
    let strangers = [
        None,
        Some(world.pki.stranger("bank-a")),
        Some(world.pki.expired_consumer("bank-a")),
    ];
    for stranger in &strangers {
        let heard = |target: &str, name: &str, value: &str| {
            let head = Request::new("POST", target)
                .field("Content-Type", CSV)
                .field(name, value);
            let mut connection = world.client(stranger.as_ref()).connect();
            // The answer comes before the body, so that nothing of it is kept.
            connection.write(&head.bytes());
            let answer = connection.read(true).unwrap();
            answer.problem();
            answer.status
        };
        for target in [
            "/v1/location",
            "/v1/collections/a/items/locate",
            "/location",
            "/v1/%6cocation",
            "/wind",
            "/",
        ] {
            assert_eq!(heard(target, "Content-Length", "1048577"), 413, "{target}");
        }
        for target in ["/v1/location", "/location"] {
            assert_eq!(
                heard(target, "Transfer-Encoding", "chunked"),
                411,
                "{target}"
            );
        }
        let small = Request::new("POST", HEAT)
            .field("Content-Type", CSV)
            .content(b"lat,lon\n1,1\n");
        let answer = world.client(stranger.as_ref()).connect().send(&small);
        assert_eq!(answer.status, 401, "{answer:?}");
    }
    let large = format!("lat,lon\n{}", "1,1\n".repeat(300_000));
    let answer = send(&world, &format!("{HEAT}&f=csv"), CSV, large.as_bytes());
    assert_eq!(answer.status, 200);
    // Places for features come as far as the daemon, which has no such collection; what is no list of places does not.
    for (target, status) in [
        ("/v1/collections/none/items/locate", 404),
        ("/v1/collections/none/items", 413),
    ] {
        let answer = send(&world, target, CSV, large.as_bytes());
        assert_eq!(answer.status, status, "{target}: {answer:?}");
    }
}

#[test]
fn a_refusal_before_the_body_is_read_reaches_a_client_that_sends_all_of_it() {
    let world = world("");
    let body = portfolio(200_000);
    let request = Request::new("POST", HEAT)
        .field("Content-Type", CSV)
        .content(body.as_bytes());
    let answer = world.bank().send(&request);
    assert_eq!(
        (answer.status, answer.problem()["status"].as_u64()),
        (401, Some(401))
    );
    let answer = send(&world, HEAT, "text/xml", body.as_bytes());
    assert_eq!(answer.status, 415, "{answer:?}");
}

#[test]
fn a_client_that_sends_everything_before_it_reads_gets_a_hundred_thousand_answers() {
    let world = world("");
    let body = portfolio(100_000);
    let answer = send(&world, &format!("{HEAT}&f=csv"), CSV, body.as_bytes());
    assert_eq!(answer.status, 200);
    let lines: Vec<_> = answer.text().lines().skip(1).collect();
    assert_eq!(lines.len(), 100_000);
    for (index, line) in lines.iter().enumerate() {
        assert!(
            line.starts_with(&format!("{index},")) && line.contains(",ok,"),
            "{line}"
        );
    }
    // The answer is longer than all buffers between, so the work waits for the reader.
    let all = send(
        &world,
        "/v1/location?f=json",
        CSV,
        portfolio(1_000).as_bytes(),
    );
    let all = json_of(&all);
    assert_eq!(all["summary"]["ok"], 1_000);
}

#[test]
fn a_slow_client_is_waited_for_in_both_directions() {
    let world = world("");
    let body = portfolio(5_000);
    let request = post(
        &format!("{HEAT}&f=csv"),
        &world.token(),
        CSV,
        body.as_bytes(),
    )
    .bytes();
    let mut connection = world.bank();
    for piece in request.chunks(request.len() / 20) {
        connection.write(piece);
        // Another client is served between two pieces of this one.
        assert_eq!(world.get("/wind?lat=1&lon=1", &world.token()).status, 200);
    }
    let stream = connection.stream();
    let first = stream.fill_buf().unwrap().len();
    assert!(first > 0);
    assert_eq!(world.get("/wind?lat=1&lon=1", &world.token()).status, 200);
    let answer = connection.read(true).unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text().lines().count(), 5_001);
}

#[test]
fn a_client_that_goes_away_frees_its_place() {
    let world = world("[perils]\nmax_streams = 1\n");
    let body = portfolio(100_000);
    let target = "/v1/location?f=json";
    let token = world.token();
    let mut stalled = world.bank();
    stalled.write(&post(target, &token, CSV, body.as_bytes()).bytes());
    stalled.stream().fill_buf().unwrap();
    let busy = send(&world, target, CSV, body.as_bytes());
    assert_eq!(
        (busy.status, busy.field("retry-after").is_some()),
        (503, true)
    );
    drop(stalled);
    eventually("the place is free", Duration::from_secs(20), || {
        let small = format!("{HEAT}&f=csv");
        (send(&world, &small, CSV, body.as_bytes()).status == 200).then_some(())
    });

    // One that goes before it has sent everything leaves nothing behind either.
    let request = post(target, &token, CSV, body.as_bytes()).bytes();
    let mut broken = world.bank();
    broken.write(&request[..request.len() / 2]);
    drop(broken);
    assert_eq!(send(&world, HEAT, CSV, b"lat,lon\n1,1\n").status, 200);
}

/// Rows: HTTP-19
#[test]
fn answers_are_packed_when_asked_and_packed_bodies_are_refused() {
    let world = world("");
    let token = world.token();
    let body = portfolio(2_000);
    let plain = send(&world, &format!("{HEAT}&f=csv"), CSV, body.as_bytes());
    let request = post(&format!("{HEAT}&f=csv"), &token, CSV, body.as_bytes())
        .field("Accept-Encoding", "gzip");
    // The field goes before the blank line: the content was set already.
    let packed = world.bank().send(&request);
    assert_eq!(packed.field("content-encoding"), Some("gzip"));
    assert_eq!(packed.field("vary"), Some("Accept, Accept-Encoding"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(packed.content.as_slice())
        .read_to_end(&mut text)
        .unwrap();
    assert_eq!(text, plain.content);

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body.as_bytes()).unwrap();
    let request = Request::new("POST", HEAT)
        .bearer(&token)
        .field("Content-Type", CSV)
        .field("Content-Encoding", "gzip")
        .content(&encoder.finish().unwrap());
    let refused = world.bank().send(&request);
    assert_eq!(refused.status, 415, "{refused:?}");
    assert!(
        refused.problem()["detail"]
            .as_str()
            .unwrap()
            .contains("Content-Encoding")
    );
    // RFC 9110 §12.5.3: what would be taken.
    assert_eq!(refused.field("accept-encoding"), Some("identity"));
}

#[test]
fn a_new_store_is_taken_over_while_requests_go_on() {
    let world = world("");
    let token = world.token();
    let target = "/v1/location?lat=51.5&lon=-0.12&perils=heat";
    let before = world.get(target, &token);
    let mut reading = world.bank();
    reading.write(
        &post(
            "/v1/location?f=json",
            &token,
            CSV,
            portfolio(1_000).as_bytes(),
        )
        .bytes(),
    );
    reading.stream().fill_buf().unwrap();
    store::import(&world.dir().join("state"), &world.dir().join("csv"));
    let (_, ready) = world.perild.reload();
    assert!(!ready.contains("failed"), "{ready}");
    let after = world.get(target, &token);
    assert_ne!(after.field("etag"), before.field("etag"));
    // The answer that had begun ends with the store that it began with.
    let old = json_of(&reading.read(true).unwrap());
    assert_eq!(old["summary"]["places"], 1_000);
    assert_eq!(old["store"], json_of(&before)["store"]);
    assert_ne!(json_of(&after)["store"]["version"], old["store"]["version"]);
}
