//! Rows of answers in their audit records: places of a question, cells of a coverage, lines of statistics; and bodies,
//! of which nothing can be guessed.

use std::{
    fmt::Write as _,
    fs,
    os::unix::fs::{PermissionsExt as _, chown},
    time::Duration,
};

use aws_lc_rs::hmac;
use nix::unistd::Uid;
use serde_json::{Value, json};

use crate::{
    query::{CSV, JSON},
    sample,
    site::Site,
    support::{
        http::Answer,
        perild::{DAEMON, user},
        process::eventually,
    },
};

fn site() -> Site {
    site_with("")
}

/// A daemon with an audit file, and `more` in its table.
fn site_with(more: &str) -> Site {
    sample::site_with(|settings, pki| {
        let folder = pki.path("log");
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
        let key = pki.path("certs/audit.key");
        fs::write(&key, KEY).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        if Uid::effective().is_root() {
            chown(&key, Some(user(DAEMON).uid.as_raw()), None).unwrap();
        }
        let file = format!("\n[audit]\nfile = \"{}/audit.jsonl\"\n", folder.display());
        let more = more.replace("KEY", key.to_str().unwrap());
        settings.more.extend([file, more]);
    })
}

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn record(site: &Site, answer: &Answer) -> Value {
    let record = eventually("the record is in the file", Duration::from_secs(10), || {
        let content = fs::read_to_string(site.pki.path("log/audit.jsonl")).unwrap();
        let mut lines = content
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.rfind(|record| record["interaction_id"] == answer.interaction_id())
    });
    assert_eq!(record["status"], answer.status, "{record}");
    record
}

/// The rows of `answer` as its record has them.
fn rows(site: &Site, answer: &Answer) -> Value {
    record(site, answer)["rows"].clone()
}

/// Lines of a CSV below its header.
fn lines(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.text().lines().count() - 1
}

#[test]
fn a_coverage_has_a_row_for_each_cell_in_every_format() {
    let site = site();
    for query in [
        "position?coords=POINT(0.1 0.1)",
        "cube?bbox=-1,-1,1,1",
        "area?coords=POLYGON((-1 -1,1 -1,1 1,-1 -1))",
        "trajectory?coords=LINESTRING(-1 -1,1 1)",
    ] {
        let target = format!("/v1/collections/wind/{}", query.replace(' ', "%20"));
        let expected = lines(&site.get(&format!("{target}&f=csv")));
        assert!(expected > 0);
        for format in [
            "csv",
            "GeoJSON",
            "CoverageJSON",
            "Arrow",
            "Parquet",
            "NetCDF",
        ] {
            let answer = site.get(&format!("{target}&f={format}"));
            if answer.status == 400 {
                continue;
            }
            assert_eq!(rows(&site, &answer), expected, "{target} {format}");
        }
    }
}

#[test]
fn statistics_have_a_row_for_each_parameter_at_each_position() {
    let site = site();
    let target = "/v1/collections/wind/cube?bbox=-1,-1,1,1&statistics=max";
    let expected = lines(&site.get(&format!("{target}&f=csv")));
    for format in ["csv", "json"] {
        let answer = site.get(&format!("{target}&f={format}"));
        assert_eq!(rows(&site, &answer), expected, "{format}");
    }
}

#[test]
fn a_question_has_a_row_for_each_place_in_every_format_and_in_the_old_contract() {
    let site = site();
    let places = "id,lat,lon\na,0.1,0.1\nb,0.2,0.2\nc,80,0\n";
    for format in [
        "csv&layout=long",
        "csv",
        "geojson",
        "json",
        "arrow",
        "parquet",
    ] {
        let target = format!("/v1/location?perils=wind&f={format}");
        let answer = site.post(&target, places.as_bytes(), &[CSV]);
        assert_eq!(answer.status, 200, "{format}: {answer:?}");
        assert_eq!(rows(&site, &answer), 3, "{format}");
    }
    let one = site.get("/wind?lat=0.1&lon=0.1");
    assert_eq!((one.status, rows(&site, &one)), (200, json!(1)));
    let body = json!({"locations": [{"latitude": 0.1, "longitude": 0.1}, {"latitude": 0.2, "longitude": 0.2}], "perils": ["wind"]});
    let two = site.post("/location", body.to_string().as_bytes(), &[JSON]);
    assert_eq!((two.status, rows(&site, &two)), (200, json!(2)), "{two:?}");
}

#[test]
fn what_hands_no_row_over_counts_none() {
    let site = site();
    let target = "/v1/collections/wind/position?coords=POINT(0.1%200.1)";
    let first = site.get(target);
    let unchanged = site.get_with(target, &[("If-None-Match", first.field("etag").unwrap())]);
    assert_eq!(
        (unchanged.status, rows(&site, &unchanged)),
        (304, Value::Null)
    );
    let refused = site.get("/v1/collections/wind/position?coords=POINT(x)");
    assert_eq!((refused.status, rows(&site, &refused)), (400, Value::Null));
    let listing = site.get("/v1/perils");
    assert_eq!((listing.status, rows(&site, &listing)), (200, Value::Null));
}

/// `body` under the key, as anybody who has it may compute.
fn pseudonym(body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, KEY.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    tag.as_ref().iter().fold(String::new(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

#[test]
fn a_body_is_known_again_by_who_has_the_key_and_without_one_nothing_is_kept_of_it() {
    let long = "x,0.1,0.1\n".repeat(20_000);
    let bodies = [
        "id,lat,lon\na,0.1,0.1\n".to_owned(),
        format!("id,lat,lon\n{long}"),
    ];
    for (site, is_kept) in [(site_with("key_file = \"KEY\"\n"), true), (site(), false)] {
        for body in &bodies {
            for _ in 0..2 {
                let answer = site.post("/v1/location?perils=wind&f=csv", body.as_bytes(), &[CSV]);
                assert_eq!(answer.status, 200, "{answer:?}");
                let expected = is_kept.then(|| pseudonym(body));
                assert_eq!(record(&site, &answer)["body_hmac_sha256"], json!(expected));
            }
        }
        let refused = site.post("/v1/location?perils=none", b"id,lat,lon\n", &[CSV]);
        let expected = is_kept.then(|| pseudonym("id,lat,lon\n"));
        assert_eq!(refused.status, 400, "{refused:?}");
        assert_eq!(record(&site, &refused)["body_hmac_sha256"], json!(expected));
        let without = site.get("/wind?lat=0.1&lon=0.1");
        assert_eq!(record(&site, &without)["body_hmac_sha256"], Value::Null);
    }
}
