//! Ranges, RFC 9110 §14, on a small file kept in memory and a large one read from the disk.

use std::{
    fs::{self, File},
    time::{Duration, UNIX_EPOCH},
};

use super::{
    expect::{has_common_fields, unchallenged},
    site::{CERTIFICATE, Site, fresh_token},
};
use crate::support::http::Request;

const FILES: [(&str, usize); 2] = [("small", 1000), ("large", 700_000)];
const MODIFIED: &str = "Sun, 09 Sep 2001 01:46:40 GMT";

fn content(octets: usize) -> Vec<u8> {
    (0..octets)
        .map(|n| b"0123456789abcdefghijklmnopqrstuvwxyz\n"[n % 37])
        .collect()
}

fn site() -> Site {
    let site = Site::start();
    for (name, octets) in FILES {
        let path = site.shared(&format!("{name}.csv"));
        fs::write(&path, content(octets)).unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(1_000_000_000))
            .unwrap();
    }
    site
}

/// Rows: HTTP-13
#[test]
fn rfc9110_15_3_7_a_single_range_is_206_with_exactly_its_octets() {
    let site = site();
    for (name, length) in FILES {
        let whole = content(length);
        for (range, first, last) in [
            ("bytes=0-99".to_owned(), 0, 99),
            ("bytes=0-0".to_owned(), 0, 0),
            ("bytes=100-".to_owned(), 100, length - 1),
            ("bytes=-100".to_owned(), length - 100, length - 1),
            (format!("bytes=-{}", length * 9), 0, length - 1),
            (format!("bytes={}-", length - 1), length - 1, length - 1),
            (format!("bytes=990-{}", length * 9), 990, length - 1),
            ("BYTES=1-2".to_owned(), 1, 2),
            (
                "bytes=5-99999999999999999999999999".to_owned(),
                5,
                length - 1,
            ),
        ] {
            let answer = site.get_with(&format!("/{name}"), &[("Range", &range)]);
            assert_eq!(answer.status, 206, "{name} {range}");
            has_common_fields(&answer);
            let said = format!("bytes {first}-{last}/{length}");
            assert_eq!(answer.field("content-range"), Some(&*said));
            assert!(answer.content == whole[first..=last], "{name} {range}");
            assert!(answer.field("etag").is_some() && answer.field("content-type").is_some());
        }
    }
}

/// Rows: HTTP-12, HTTP-14
#[test]
fn rfc9110_14_2_what_is_no_single_range_of_bytes_is_ignored() {
    let site = site();
    let thousand: Vec<String> = (0..1000).map(|n| format!("{n}-{n}")).collect();
    let thousand = format!("bytes={}", thousand.join(","));
    let overlapping = format!("bytes={}", vec!["0-"; 1000].join(","));
    for (name, length) in FILES {
        for range in [
            "items=0-1",
            "bytes=5-2",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=a-b",
            "bytes=+1-2",
            "0-1",
            "bytes=0-1,5-6",
            "",
            &thousand,
            &overlapping,
        ] {
            let answer = site.get_with(&format!("/{name}"), &[("Range", range)]);
            assert_eq!(answer.status, 200, "{name} {range:.40}");
            assert_eq!(answer.field("content-range"), None);
            assert_eq!(answer.content.len(), length);
        }
    }
}

/// Rows: HTTP-15
#[test]
fn rfc9110_15_5_17_a_range_beyond_the_end_is_416_with_the_length() {
    let site = site();
    fs::write(site.shared("empty.csv"), "").unwrap();
    for (name, length) in FILES.into_iter().chain([("empty", 0)]) {
        let (at_end, beyond) = (
            format!("bytes={length}-"),
            format!("bytes={0}-{0}", length + 7),
        );
        for range in [
            &*at_end,
            &beyond,
            "bytes=-0",
            "bytes=99999999999999999999999-",
        ] {
            let answer = site.get_with(&format!("/{name}"), &[("Range", range)]);
            unchallenged(&site, &answer, 416);
            let said = format!("bytes */{length}");
            assert_eq!(answer.field("content-range"), Some(&*said), "{range}");
        }
    }
    let empty = site.get("/empty");
    assert_eq!((empty.status, empty.content.len()), (200, 0));
    assert_eq!(empty.field("content-length"), Some("0"));
}

/// Rows: HTTP-12
#[test]
fn rfc9110_14_2_a_range_is_for_get_alone() {
    let site = site();
    for (name, length) in FILES {
        let head = Request::new("HEAD", &format!("/{name}"))
            .bearer(&fresh_token())
            .field(CERTIFICATE, &site.bank.escaped())
            .field("Range", "bytes=0-0");
        let answer = site.ask(&head);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.field("content-length"), Some(&*length.to_string()));
        assert_eq!(answer.field("accept-ranges"), Some("bytes"));
    }
}

/// Rows: HTTP-16
#[test]
fn rfc9110_13_1_5_if_range_wants_the_strong_tag_or_the_exact_date() {
    let site = site();
    for (name, length) in FILES {
        let tag = site
            .get(&format!("/{name}"))
            .field("etag")
            .unwrap()
            .to_owned();
        let weak = format!("W/{tag}");
        for (condition, status) in [
            (&*tag, 206),
            (MODIFIED, 206),
            (&weak, 200),
            ("\"other\"", 200),
            ("Sun, 09 Sep 2001 01:46:39 GMT", 200),
            ("Sun, 09 Sep 2001 01:46:41 GMT", 200),
            ("*", 200),
            ("", 200),
        ] {
            let fields = [("Range", "bytes=0-9"), ("If-Range", condition)];
            let answer = site.get_with(&format!("/{name}"), &fields);
            assert_eq!(answer.status, status, "{name} {condition}");
            let octets = if status == 206 { 10 } else { length };
            assert_eq!(answer.content.len(), octets);
        }
        // A range beyond the end of another version is no error.
        let fields = [("Range", "bytes=999999999-"), ("If-Range", "\"other\"")];
        assert_eq!(site.get_with(&format!("/{name}"), &fields).status, 200);
    }
}
