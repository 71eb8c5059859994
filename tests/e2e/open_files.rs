//! Files that are open to everyone, through nginx: whoever sends them, the answer is the same, and anyone may keep it.

use std::{
    fs,
    time::{Duration, UNIX_EPOCH},
};

use crate::support::{
    http::{Answer, Request},
    world::World,
};

const OPEN: &str = r#"
[collection]
title = "Generation"
licence = "CC-BY-4.0"
deprecated = 2026-10-01
sunset = 2036-04-01
successor = "open-2"
[[rule]]
class = "OE-O"
"#;

const CONTENT: &str = "site,kWh\na,1\n";

/// A world in which the daemon sends the bytes, and one in which nginx does.
fn both() -> [World; 2] {
    ["", "/_shared/"].map(|accel_prefix| {
        let world = World::with(|settings, _| settings.accel_prefix = accel_prefix);
        fs::write(world.shared("open.toml"), OPEN).unwrap();
        let next = OPEN.replace("successor = \"open-2\"\n", "");
        fs::write(world.shared("open-2.toml"), next).unwrap();
        for name in ["open.csv", "open-2.csv"] {
            fs::write(world.shared(name), CONTENT).unwrap();
            let file = fs::File::options().write(true).open(world.shared(name));
            let modified = UNIX_EPOCH + Duration::from_secs(1_768_478_401);
            file.unwrap().set_modified(modified).unwrap();
        }
        world.perild.reload();
        world
    })
}

fn ask(world: &World, method: &str, fields: &[(&str, &str)]) -> Answer {
    let request = Request::new(method, "/v1/files/open.csv");
    let request = fields
        .iter()
        .fold(request, |request, (name, value)| request.field(name, value));
    world.client(None).connect().send(&request)
}

/// Fields that are another each time, and those of nginx's own: it tells of ranges in whole answers alone.
const OTHERWISE: [&str; 4] = [
    "accept-ranges",
    "date",
    "x-content-type-options",
    "x-fapi-interaction-id",
];

/// Everything of an answer but the fields that may differ.
fn lasting(answer: Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let mut fields = answer.fields;
    fields.retain(|(name, _)| !OTHERWISE.contains(&name.as_str()));
    fields.sort();
    (answer.status, fields, answer.content)
}

/// Rows: OE-CLS-2, OE-CHG-3, HTTP-7, HTTP-8, NGX-16
#[test]
fn open_files_have_the_same_fields_whoever_sends_them_and_anyone_may_keep_them() {
    let worlds = both();
    let whole = ask(&worlds[0], "GET", &[]);
    assert_eq!((whole.status, whole.text()), (200, CONTENT));
    for (name, value) in [
        ("cache-control", "public, max-age=300"),
        ("deprecation", "@1790812800"),
        ("sunset", "Tue, 01 Apr 2036 00:00:00 GMT"),
        (
            "link",
            "<https://localhost/v1/collections/open-2>; rel=\"successor-version\"",
        ),
        ("last-modified", "Thu, 15 Jan 2026 12:00:01 GMT"),
    ] {
        assert_eq!(whole.field(name), Some(value), "{whole:?}");
    }
    let tag = whole.field("etag").unwrap();
    let modified = whole.field("last-modified").unwrap();
    for (method, fields, status) in [
        ("GET", &[][..], 200),
        ("HEAD", &[], 200),
        ("GET", &[("If-None-Match", tag)], 304),
        ("HEAD", &[("If-None-Match", tag)], 304),
        ("GET", &[("If-Modified-Since", modified)], 304),
        ("GET", &[("Range", "bytes=0-3")], 206),
        // Credentials are not looked at, good or bad.
        ("GET", &[("Authorization", "Bearer stale")], 200),
        ("GET", &[("Authorization", "Basic YTpi")], 200),
        ("GET", &[("X-OE-CLIENT-CERT", "nonsense")], 200),
    ] {
        let [daemon, nginx] = worlds
            .each_ref()
            .map(|world| lasting(ask(world, method, fields)));
        assert_eq!(daemon.0, status, "{method} {fields:?}");
        assert_eq!(daemon, nginx, "{method} {fields:?}");
    }
}
