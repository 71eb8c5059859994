//! Preconditions, RFC 9110 §13, on a small file kept in memory and a large one read from the disk.

use std::{
    fs::{self, File},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use super::{
    expect::{has_common_fields, unchallenged},
    site::{NAME, Site},
};
use crate::support::{
    http::{Answer, Request},
    process::eventually,
};

const SMALL: &str = "/v1/files/small.csv";
const LARGE: &str = "/v1/files/large.csv";

/// Sunday in 2001, with a fraction of a second that no header can say.
fn modified() -> SystemTime {
    UNIX_EPOCH + Duration::new(1_000_000_000, 400_000_000)
}
const MODIFIED: &str = "Sun, 09 Sep 2001 01:46:40 GMT";
const BEFORE: &str = "Sun, 09 Sep 2001 01:46:39 GMT";
const AFTER: &str = "Sun, 09 Sep 2001 01:46:41 GMT";

fn site() -> Site {
    let site = Site::start();
    for (name, octets) in [("small.csv", 1000), ("large.csv", 600_000)] {
        fs::write(site.shared(name), vec![b'x'; octets]).unwrap();
        let file = File::options().write(true).open(site.shared(name)).unwrap();
        file.set_modified(modified()).unwrap();
    }
    site
}

fn tag(site: &Site, target: &str) -> String {
    let answer = site.get(target);
    assert_eq!(answer.field("last-modified"), Some(MODIFIED));
    answer.field("etag").unwrap().to_owned()
}

/// Each case's fields, with `TAG` standing for the entity tag, lead to `status`.
fn assert_cases(cases: &[(&[(&str, &str)], u16)]) {
    let site = site();
    for target in [SMALL, LARGE] {
        let tag = tag(&site, target);
        for (fields, status) in cases {
            let fields: Vec<(&str, String)> = fields
                .iter()
                .map(|(name, value)| (*name, value.replace("TAG", &tag)))
                .collect();
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let answer = site.get_with(target, &fields);
            assert_eq!(answer.status, *status, "{target} {fields:?}");
            match status {
                304 => assert_not_modified(&answer, &tag),
                412 => unchallenged(&site, &answer, 412),
                _ => {}
            }
        }
    }
}

fn assert_not_modified(answer: &Answer, tag: &str) {
    has_common_fields(answer);
    assert_eq!(answer.field("etag"), Some(tag));
    assert_eq!(answer.field("cache-control"), Some("private, no-cache"));
    assert_eq!(answer.field("content-type"), None);
    assert!(
        !matches!(answer.field("content-length"), Some("0")),
        "{answer:?}"
    );
}

/// Rows: HTTP-8, HTTP-9
#[test]
fn rfc9110_13_1_2_if_none_match_compares_weakly() {
    assert_cases(&[
        (&[("If-None-Match", "TAG")], 304),
        (&[("If-None-Match", "W/TAG")], 304),
        (&[("If-None-Match", "\"a\", TAG")], 304),
        (&[("If-None-Match", "\"a\" , W/TAG,\"b\"")], 304),
        (&[("If-None-Match", "*")], 304),
        (&[("If-None-Match", "\"a\""), ("If-None-Match", "TAG")], 304),
        (&[("If-None-Match", "\"a\"")], 200),
        (&[("If-None-Match", "w/TAG")], 200),
        (&[("If-None-Match", "")], 200),
        (&[("If-None-Match", "nonsense")], 200),
    ]);
}

/// Rows: HTTP-10
#[test]
fn rfc9110_13_1_1_if_match_compares_strongly() {
    assert_cases(&[
        (&[("If-Match", "TAG")], 200),
        (&[("If-Match", "*")], 200),
        (&[("If-Match", "\"a\", TAG")], 200),
        (&[("If-Match", "W/TAG")], 412),
        (&[("If-Match", "\"a\"")], 412),
        (&[("If-Match", "nonsense")], 412),
    ]);
}

/// Rows: HTTP-10
#[test]
fn rfc9110_13_1_4_if_unmodified_since_fails_for_what_is_newer() {
    assert_cases(&[
        (&[("If-Unmodified-Since", MODIFIED)], 200),
        (&[("If-Unmodified-Since", AFTER)], 200),
        (&[("If-Unmodified-Since", BEFORE)], 412),
        (&[("If-Unmodified-Since", "yesterday")], 200),
        // RFC 9110 §13.2.2: If-Match decides alone.
        (&[("If-Match", "TAG"), ("If-Unmodified-Since", BEFORE)], 200),
        (
            &[("If-Match", "\"a\""), ("If-Unmodified-Since", AFTER)],
            412,
        ),
    ]);
}

/// Rows: HTTP-11
#[test]
fn rfc9110_13_1_3_if_modified_since_yields_to_if_none_match() {
    assert_cases(&[
        (&[("If-Modified-Since", MODIFIED)], 304),
        (&[("If-Modified-Since", AFTER)], 304),
        (&[("If-Modified-Since", BEFORE)], 200),
        (
            &[("If-Modified-Since", "Sunday, 09-Sep-01 01:46:40 GMT")],
            304,
        ),
        (&[("If-Modified-Since", "Sun Sep  9 01:46:40 2001")], 304),
        (&[("If-Modified-Since", "yesterday")], 200),
        (
            &[("If-None-Match", "\"a\""), ("If-Modified-Since", AFTER)],
            200,
        ),
        (
            &[("If-None-Match", "TAG"), ("If-Modified-Since", BEFORE)],
            304,
        ),
    ]);
}

/// Rows: HTTP-11
#[test]
fn rfc9110_13_2_2_the_order_of_preconditions() {
    assert_cases(&[
        (&[("If-Match", "\"a\""), ("If-None-Match", "TAG")], 412),
        (&[("If-Match", "TAG"), ("If-None-Match", "TAG")], 304),
        (
            &[("If-Unmodified-Since", BEFORE), ("If-None-Match", "TAG")],
            412,
        ),
        (&[("If-None-Match", "TAG"), ("Range", "bytes=0-0")], 304),
        (&[("If-Match", "\"a\""), ("Range", "bytes=999999999-")], 412),
        (&[("If-Match", "TAG"), ("Range", "bytes=0-0")], 206),
    ]);
}

fn now() -> SystemTime {
    time::OffsetDateTime::now_utc().into()
}

fn date(answer: &Answer, name: &str) -> SystemTime {
    let text = answer
        .field(name)
        .unwrap_or_else(|| panic!("{name}: {answer:?}"));
    httpdate::parse_http_date(text).unwrap()
}

/// Rows: HTTP-7, HTTP-10, HTTP-11
#[test]
fn rfc9110_8_8_2_1_last_modified_is_never_later_than_date_however_far_ahead_the_file_is() {
    let site = Site::start();
    let path = site.shared(&format!("{NAME}.csv"));
    let target = format!("/{NAME}");
    let hour = Duration::from_hours(1);
    let file = File::options().write(true).open(&path).unwrap();
    for ahead in [
        Duration::ZERO,
        hour,
        24 * 365 * 20 * hour,
        24 * 365 * 10_000 * hour,
    ] {
        file.set_modified(now() + ahead).unwrap();
        let answer = site.get(&target);
        assert_eq!(answer.status, 200);
        assert!(
            date(&answer, "last-modified") <= date(&answer, "date"),
            "{answer:?}"
        );
        let tag = answer.field("etag").unwrap();
        let same = site.get_with(&target, &[("If-None-Match", tag)]);
        assert_eq!((same.status, same.field("etag")), (304, Some(tag)));
        assert!(
            date(&same, "last-modified") <= date(&same, "date"),
            "{same:?}"
        );
        let part = site.get_with(&target, &[("Range", "bytes=0-3"), ("If-Range", tag)]);
        assert_eq!(part.status, 206);
        assert!(
            date(&part, "last-modified") <= date(&part, "date"),
            "{part:?}"
        );
    }
    // What it was before now is not what it will have been: no date that has passed makes it unchanged.
    file.set_modified(now() + hour).unwrap();
    let past = httpdate::fmt_http_date(now() - hour);
    assert_eq!(
        site.get_with(&target, &[("If-Modified-Since", &past)])
            .status,
        200
    );
    assert_eq!(
        site.get_with(&target, &[("If-Unmodified-Since", &past)])
            .status,
        412
    );
    for target in ["/openapi.json", "/docs"] {
        let answer = site.ask(&Request::get(target));
        assert!(
            date(&answer, "last-modified") <= date(&answer, "date"),
            "{target}"
        );
    }
}

/// Rows: HTTP-16
#[test]
fn rfc9110_8_8_2_2_if_range_by_date_waits_for_the_second_of_the_change_to_be_over() {
    let site = Site::start();
    let target = format!("/{NAME}");
    let path = site.shared(&format!("{NAME}.csv"));
    let ask = |date: &str| site.get_with(&target, &[("Range", "bytes=0-3"), ("If-Range", date)]);
    let file = File::options().write(true).open(&path).unwrap();
    // Ahead of the clock by less than the test takes: weak at first, strong soon after.
    file.set_modified(now() + Duration::from_secs(2)).unwrap();
    let modified = httpdate::fmt_http_date(path.metadata().unwrap().modified().unwrap());
    assert_eq!(ask(&modified).status, 200);
    let part = eventually("the date to be strong", Duration::from_secs(10), || {
        Some(ask(&modified)).filter(|answer| answer.status == 206)
    });
    let second = Duration::from_secs(1);
    assert!(
        date(&part, "date") >= date(&part, "last-modified") + second,
        "{part:?}"
    );
    assert_eq!(part.content, &super::site::CONTENT.as_bytes()[..4]);
}
