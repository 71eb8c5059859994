//! Files through nginx: ranges, conditions and names, sent by the daemon and by nginx on its word.

use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::process::Signal;
use time::OffsetDateTime;

use crate::support::{
    http::{Answer, Request},
    world::{CONTENT, NAME, World},
};

/// A world in which the daemon sends the bytes, and one in which nginx does.
fn both() -> [World; 2] {
    [
        World::start(),
        World::with(|settings, _| settings.accel_prefix = "/_shared/"),
    ]
}

fn get(world: &World, token: &str, fields: &[(&str, &str)]) -> Answer {
    let request = Request::get(&format!("/{NAME}")).bearer(token);
    let request = fields
        .iter()
        .fold(request, |request, (name, value)| request.field(name, value));
    world.bank().send(&request)
}

/// Rows: NGX-16, NGX-17, HTTP-2, HTTP-7, HTTP-8, HTTP-9, HTTP-13, HTTP-15, HTTP-20, BRR-15, CERT-11, OE-VAL-11
#[test]
fn rfc9110_ranges_and_conditions_hold_through_nginx_with_and_without_x_accel_redirect() {
    for world in both() {
        let token = world.token();
        let id = ("x-fapi-interaction-id", "mine");
        let whole = get(&world, &token, &[id]);
        assert_eq!(
            (whole.status, whole.text(), whole.interaction_id()),
            (200, CONTENT, "mine")
        );
        assert!(whole.field("content-type").unwrap().starts_with("text/csv"));
        assert!(
            whole.field("cache-control").unwrap().contains("private"),
            "{whole:?}"
        );
        assert_eq!(whole.field("x-accel-redirect"), None);
        let tag = whole.field("etag").unwrap();
        assert!(tag.starts_with('"'), "strong: {tag}");
        assert!(whole.field("last-modified").is_some());

        let part = get(&world, &token, &[id, ("Range", "bytes=0-7")]);
        assert_eq!(
            (part.status, part.text(), part.interaction_id()),
            (206, "time,kWh", "mine")
        );
        let range = format!("bytes 0-7/{}", CONTENT.len());
        assert_eq!(part.field("content-range"), Some(range.as_str()));
        let end = get(&world, &token, &[("Range", "bytes=-4")]);
        assert_eq!(
            (end.status, end.text()),
            (206, &CONTENT[CONTENT.len() - 4..])
        );

        let same = get(&world, &token, &[id, ("If-None-Match", tag)]);
        assert_eq!(
            (same.status, same.text(), same.interaction_id()),
            (304, "", "mine")
        );
        assert_eq!(same.field("etag"), Some(tag));
        assert_eq!(
            get(&world, &token, &[("If-None-Match", "\"other\"")]).status,
            200
        );
        let matching = get(&world, &token, &[id, ("If-Match", tag)]);
        assert_eq!((matching.status, matching.text()), (200, CONTENT));
        for (tag, status) in [(tag, 206), ("\"other\"", 200)] {
            let resumed = [("Range", "bytes=8-"), ("If-Range", tag)];
            assert_eq!(get(&world, &token, &resumed).status, status, "{tag}");
        }
        let failed = get(&world, &token, &[id, ("If-Match", "\"other\"")]);
        assert_eq!((failed.status, failed.interaction_id()), (412, "mine"));
        failed.problem();

        let beyond = get(&world, &token, &[id, ("Range", "bytes=5000-")]);
        assert_eq!((beyond.status, beyond.interaction_id()), (416, "mine"));
        let length = format!("bytes */{}", CONTENT.len());
        assert_eq!(beyond.field("content-range"), Some(length.as_str()));
        beyond.problem();

        let head = world
            .bank()
            .send(&Request::new("HEAD", &format!("/{NAME}")).bearer(&token));
        assert_eq!((head.status, head.field("etag")), (200, Some(tag)));
        assert_eq!(head.field("content-length"), whole.field("content-length"));
    }
}

/// Rows: DEC-3
#[test]
fn rfc9110_13_2_1_conditions_are_not_judged_for_those_who_may_not_read() {
    for world in both() {
        for field in [("If-None-Match", "*"), ("Range", "bytes=0-0")] {
            assert_eq!(get(&world, "unknown", &[field]).status, 401);
        }
    }
}

/// Rows: HTTP-7
#[test]
fn rfc9110_8_8_3_the_same_bytes_have_the_same_entity_tag_on_every_machine() {
    let worlds = both();
    let tags = |name: &str| {
        worlds.each_ref().map(|world| {
            let request = Request::get(&format!("/v1/files/{name}")).bearer(&world.token());
            let answer = world.bank().send(&request);
            assert_eq!(answer.status, 200);
            answer.field("etag").unwrap().to_owned()
        })
    };
    for (name, length) in [("small.csv", 100), ("large.csv", 3_000_000)] {
        let mut seen = Vec::new();
        for content in ["a", "b"] {
            for (world, age) in worlds.iter().zip([0, 86_400]) {
                let path = world.shared(name);
                fs::write(&path, content.repeat(length)).unwrap();
                let file = fs::File::options().write(true).open(path).unwrap();
                let modified = UNIX_EPOCH + Duration::from_secs(1_768_478_401 - age);
                file.set_modified(modified).unwrap();
            }
            let [here, there] = tags(name);
            assert_eq!(here, there, "{name}");
            seen.push(here);
        }
        assert_ne!(seen[0], seen[1], "same length and time, other content");
    }
}

#[test]
fn a_large_file_arrives_whole_either_way() {
    for world in both() {
        let content: Vec<u8> = (0..16_000_000_u32)
            .map(|i| i.wrapping_mul(2_654_435_761).to_be_bytes()[0])
            .collect();
        fs::write(world.shared("large.csv"), &content).unwrap();
        let answer = world.get("/large", &world.token());
        assert_eq!((answer.status, answer.content.len()), (200, content.len()));
        assert!(answer.content == content);
    }
}

/// Rows: HTTP-28
#[test]
fn rfc9110_4_2_3_no_name_leads_out_of_shared_data() {
    for world in both() {
        let token = world.token();
        fs::write(world.dir().join("srv/outside.csv"), "outside").unwrap();
        fs::write(world.shared(".hidden.csv"), "hidden").unwrap();
        std::os::unix::fs::symlink(
            world.dir().join("srv/outside.csv"),
            world.shared("link.csv"),
        )
        .unwrap();
        for target in [
            "/..%2foutside",
            "/v1/files/..%2foutside.csv",
            "/../outside",
            "/%2e%2e/outside",
            "/link",
            "/.hidden",
            "/v1/files/.hidden.csv",
            "/v1/files/link.csv",
            "/a%00",
            "//outside",
            "/\\..\\outside",
        ] {
            let answer = world.get(target, &token);
            assert!(matches!(answer.status, 400 | 404), "{target}: {answer:?}");
        }
    }
}

/// Rows: HTTP-7
#[test]
fn a_file_replaced_during_a_download_is_never_mixed() {
    for world in both() {
        let token = world.token();
        let old = "a".repeat(8_000_000);
        fs::write(world.shared("replaced.csv"), &old).unwrap();
        let mut connection = world.bank();
        connection.write(&Request::get("/replaced").bearer(&token).bytes());
        // The head is here, most of the content is not.
        let fresh = world.shared("fresh.tmp");
        std::io::BufRead::fill_buf(connection.stream()).unwrap();
        fs::write(&fresh, "b".repeat(old.len())).unwrap();
        fs::rename(&fresh, world.shared("replaced.csv")).unwrap();
        let answer = connection.read(true).unwrap();
        assert_eq!((answer.status, answer.text() == old), (200, true));
        assert!(
            world
                .get("/replaced", &token)
                .text()
                .bytes()
                .all(|byte| byte == b'b')
        );
    }
}

/// Rows: DEC-5, HTTP-27, NGX-21
#[test]
fn a_daemon_that_is_gone_is_502_with_the_interaction_id() {
    let mut world = World::start();
    let token = world.token();
    assert_eq!(get(&world, &token, &[]).status, 200);
    world.perild.signal(Signal::TERM);
    world.perild.wait();
    let answer = get(&world, &token, &[("x-fapi-interaction-id", "mine")]);
    assert_eq!((answer.status, answer.interaction_id()), (502, "mine"));
    assert!(answer.field("retry-after").is_some());
    answer.problem();
}

/// Rows: HTTP-7, HTTP-16, NGX-16
#[test]
fn rfc9110_8_8_2_1_last_modified_is_never_later_than_date_whoever_sends_the_file() {
    for world in both() {
        let token = world.token();
        let path = world.shared(&format!("{NAME}.csv"));
        let file = fs::File::options().write(true).open(&path).unwrap();
        for ahead in [0, 1, 86_400] {
            let modified = SystemTime::from(OffsetDateTime::now_utc()) + Duration::from_secs(ahead);
            file.set_modified(modified).unwrap();
            let answer = get(&world, &token, &[]);
            let date = |name| httpdate::parse_http_date(answer.field(name).unwrap()).unwrap();
            assert!(date("last-modified") <= date("date"), "{answer:?}");
        }
        let claimed = httpdate::fmt_http_date(path.metadata().unwrap().modified().unwrap());
        let part = get(
            &world,
            &token,
            &[("Range", "bytes=0-3"), ("If-Range", &claimed)],
        );
        assert_eq!((part.status, part.text()), (200, CONTENT));
    }
}

#[test]
fn an_extension_has_no_case_and_slashes_may_be_doubled_through_nginx() {
    for world in both() {
        let token = world.token();
        fs::write(world.shared("Upper.CSV"), "upper").unwrap();
        for (target, content) in [
            ("/Upper", "upper"),
            ("//Upper", "upper"),
            ("/v1//files/Upper.csv", "upper"),
            ("//v1/files/Upper.Csv", "upper"),
            ("///tidy_DYTS01_kWh", CONTENT),
        ] {
            let answer = world.get(target, &token);
            assert_eq!((answer.status, answer.text()), (200, content), "{target}");
            let refused = world.client(None).connect().send(&Request::get(target));
            assert_eq!(refused.status, 401, "{target}");
        }
        for target in ["//healthz", "//docs", "///readyz"] {
            let answer = world.client(None).connect().send(&Request::get(target));
            assert_eq!(answer.status, 200, "{target}");
        }
        assert_eq!(world.get("/%2FUpper", &token).status, 404);
    }
}
