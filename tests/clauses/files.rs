//! Downloads: one version each, flat memory, and nginx as the sender.

use std::{
    fs::{self, File},
    io::{BufRead as _, Read as _},
    os::unix::{fs::FileExt as _, net::UnixStream},
    time::Duration,
};

use super::{
    expect::{challenged, has_common_fields},
    site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token},
};
use crate::support::{
    http::{Answer, Connection, Request},
    process::eventually,
};

/// A download whose head is here and whose content is not read yet.
struct Download {
    connection: Connection<UnixStream>,
    length: u64,
}

impl Download {
    fn begin(site: &Site, target: &str) -> Self {
        let mut connection = site.connect();
        connection.write(&site.request(target, &fresh_token()).bytes());
        let head: Answer = connection.read(false).unwrap();
        assert_eq!(head.status, 200);
        let length = head.field("content-length").unwrap().parse().unwrap();
        Self { connection, length }
    }

    /// Everything that still comes, at most the length that was said.
    fn finish(mut self) -> Vec<u8> {
        let mut content = Vec::new();
        let stream = self.connection.stream();
        let _ = stream.take(self.length).read_to_end(&mut content);
        content
    }

    /// Drains `octets`, looking at none.
    fn skip(&mut self, octets: u64) {
        let mut left = octets;
        while left > 0 {
            let stream = self.connection.stream();
            let here = u64::try_from(stream.fill_buf().unwrap().len()).unwrap();
            assert_ne!(here, 0, "{left} octets are missing");
            let taken = here.min(left);
            stream.consume(usize::try_from(taken).unwrap());
            left -= taken;
        }
    }
}

const LARGE: usize = 8_000_000;

/// Rows: HTTP-7
#[test]
fn a_file_replaced_by_rename_during_a_slow_download_gives_one_version() {
    let site = Site::start();
    fs::write(site.shared("large.csv"), vec![b'a'; LARGE]).unwrap();
    let download = Download::begin(&site, "/large");
    fs::write(site.shared("aside.tmp"), vec![b'b'; LARGE]).unwrap();
    fs::rename(site.shared("aside.tmp"), site.shared("large.csv")).unwrap();
    let content = download.finish();
    assert_eq!(content.len(), LARGE);
    assert!(content.iter().all(|octet| *octet == b'a'));
    let next = site.get("/large").content;
    assert!(next.len() == LARGE && next.iter().all(|octet| *octet == b'b'));
}

/// Rows: HTTP-7
#[test]
fn a_file_removed_during_a_slow_download_is_still_sent_whole() {
    let site = Site::start();
    fs::write(site.shared("large.csv"), vec![b'a'; LARGE]).unwrap();
    let download = Download::begin(&site, "/large");
    fs::remove_file(site.shared("large.csv")).unwrap();
    assert_eq!(download.finish().len(), LARGE);
    assert_eq!(site.get("/large").status, 404);
}

/// Rows: HTTP-7
#[test]
fn a_file_truncated_in_place_ends_the_download_short() {
    let site = Site::start();
    fs::write(site.shared("large.csv"), vec![b'a'; LARGE]).unwrap();
    let download = Download::begin(&site, "/large");
    let file = File::options()
        .write(true)
        .open(site.shared("large.csv"))
        .unwrap();
    file.set_len(1000).unwrap();
    assert!(download.finish().len() < LARGE);
    assert_eq!(site.get("/large").content.len(), 1000);
    assert_eq!(site.fetch().text(), CONTENT);
}

/// Rows: HTTP-7
#[test]
fn a_file_rewritten_in_place_never_ends_as_a_whole_answer() {
    let site = Site::start();
    fs::write(site.shared("large.csv"), vec![b'a'; LARGE]).unwrap();
    let download = Download::begin(&site, "/large");
    let file = File::options()
        .write(true)
        .open(site.shared("large.csv"))
        .unwrap();
    file.write_all_at(&vec![b'b'; 1000], u64::try_from(LARGE - 1000).unwrap())
        .unwrap();
    assert!(download.finish().len() < LARGE);
}

/// Rows: HTTP-7
#[test]
fn a_small_file_that_keeps_changing_is_answered_as_it_is() {
    let site = Site::start();
    let mut connection = site.connect();
    let request = site.request("/small", &fresh_token());
    for round in 0..200 {
        let content = format!("round {round:03}\n");
        if round % 2 == 0 {
            fs::write(site.shared("small.csv"), &content).unwrap();
        } else {
            fs::write(site.shared("aside.tmp"), &content).unwrap();
            fs::rename(site.shared("aside.tmp"), site.shared("small.csv")).unwrap();
        }
        for _ in 0..2 {
            assert_eq!(connection.send(&request).text(), content);
        }
    }
    fs::remove_file(site.shared("small.csv")).unwrap();
    assert_eq!(connection.send(&request).status, 404);
}

/// What happens to a file of that name.
type Change = fn(&Site, &str);

/// Octets that the daemon has read from files.
fn read_from_files(site: &Site) -> u64 {
    let path = format!("/proc/{}/io", site.perild.pid().as_raw_nonzero());
    let counts = fs::read_to_string(path).unwrap();
    let count = counts.lines().find_map(|line| line.strip_prefix("rchar: "));
    count.unwrap().parse().unwrap()
}

/// Rows: HTTP-7
#[test]
fn a_file_that_is_kept_in_memory_is_answered_from_there_until_it_changes() {
    const LENGTH: usize = 200_000;
    let site = Site::start();
    let replace: [(&str, Change); 5] = [
        ("rewritten", |site, name| {
            fs::write(site.shared(name), vec![b'b'; LENGTH]).unwrap();
        }),
        ("renamed", |site, name| {
            fs::write(site.shared("aside.tmp"), vec![b'b'; LENGTH]).unwrap();
            fs::rename(site.shared("aside.tmp"), site.shared(name)).unwrap();
        }),
        ("shortened", |site, name| {
            let file = File::options().write(true).open(site.shared(name)).unwrap();
            file.set_len(0).unwrap();
            file.write_all_at(b"b", 0).unwrap();
        }),
        ("dated-back", |site, name| {
            let file = File::options().write(true).open(site.shared(name)).unwrap();
            let before = file.metadata().unwrap().modified().unwrap();
            file.write_all_at(&vec![b'b'; LENGTH], 0).unwrap();
            file.set_modified(before).unwrap();
        }),
        ("linked", |site, name| {
            fs::write(site.shared("target.tmp"), vec![b'b'; LENGTH]).unwrap();
            fs::remove_file(site.shared(name)).unwrap();
            std::os::unix::fs::symlink("target.tmp", site.shared(name)).unwrap();
        }),
    ];
    for (name, _) in replace {
        fs::write(site.shared(&format!("{name}.csv")), vec![b'a'; LENGTH]).unwrap();
    }
    let token = fresh_token();
    let mut connection = site.connect();
    for (name, change) in replace {
        let request = site.request(&format!("/{name}"), &token);
        // It is kept once it has been left alone for two seconds.
        let first = eventually("an answer from memory", Duration::from_secs(20), || {
            let before = read_from_files(&site);
            let answer = connection.send(&request);
            let read = read_from_files(&site) - before;
            (read < 100_000).then_some(answer)
        });
        assert!(first.content == vec![b'a'; LENGTH], "{name}");
        change(&site, &format!("{name}.csv"));
        let next = connection.send(&request);
        assert_eq!(next.status, 200, "{name}");
        assert!(next.content.iter().all(|octet| *octet == b'b'), "{name}");
        assert_ne!(next.field("etag"), first.field("etag"), "{name}");
        fs::remove_file(site.shared(&format!("{name}.csv"))).unwrap();
        assert_eq!(connection.send(&request).status, 404, "{name}");
    }
}

/// Resident memory of the daemon, in octets.
fn resident(site: &Site) -> u64 {
    let path = format!("/proc/{}/status", site.perild.pid().as_raw_nonzero());
    let status = fs::read_to_string(path).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

/// Rows: NGX-16
#[test]
fn a_file_larger_than_memory_may_be_is_streamed_with_flat_memory() {
    let site = Site::start();
    let length = 3_000_000_000;
    File::create(site.shared("sparse.csv"))
        .unwrap()
        .set_len(length)
        .unwrap();
    assert_eq!(site.fetch().status, 200);
    let before = resident(&site);
    let mut download = Download::begin(&site, "/sparse");
    assert_eq!(download.length, length);
    let mut most = 0;
    for _ in 0..10 {
        download.skip(length / 10);
        most = most.max(resident(&site));
    }
    assert!(most < before + 16_000_000, "{before} grew to {most}");
}

/// Rows: NGX-16
#[test]
fn readers_that_do_not_read_cost_a_bounded_buffer_each() {
    let site = Site::start();
    File::create(site.shared("sparse.csv"))
        .unwrap()
        .set_len(3_000_000_000)
        .unwrap();
    let before = resident(&site);
    let downloads: Vec<_> = (0..50).map(|_| Download::begin(&site, "/sparse")).collect();
    assert_eq!(site.fetch().status, 200);
    let after = resident(&site);
    assert!(after < before + 50 * 1_000_000, "{before} grew to {after}");
    drop(downloads);
    assert_eq!(site.fetch().status, 200);
}

/// Rows: NGX-16, NGX-17
#[test]
fn ngx_16_with_a_prefix_the_answer_names_the_file_for_nginx_to_send() {
    let site = Site::with(|settings, _| settings.accel_prefix = "/_shared/");
    fs::write(site.shared("a b#ü.csv"), "odd").unwrap();
    for (target, redirect) in [
        (format!("/{NAME}"), format!("/_shared/{NAME}.csv")),
        (
            format!("/{NAME}?x=/_shared/other"),
            format!("/_shared/{NAME}.csv"),
        ),
        (
            "/a%20b%23%c3%bc".to_owned(),
            "/_shared/a%20b%23%C3%BC.csv".to_owned(),
        ),
    ] {
        let answer = site.get(&target);
        assert_eq!(answer.status, 200, "{target}");
        has_common_fields(&answer);
        assert_eq!(answer.field("x-accel-redirect"), Some(&*redirect));
        assert_eq!(answer.content, b"");
        assert_eq!(
            answer.field("content-type"),
            Some("text/csv; charset=utf-8")
        );
        assert!(answer.field("cache-control").unwrap().contains("private"));
    }
    let refused = site.ask(&Request::get(&format!("/{NAME}")));
    challenged(&site, &refused, 401, None);
    for answer in [refused, site.get("/no-such"), site.get("/..%2foutside")] {
        assert_ne!(answer.status, 200);
        assert_eq!(answer.field("x-accel-redirect"), None);
    }
}

/// Rows: NGX-17
#[test]
fn ngx_17_without_a_prefix_no_answer_names_a_file_for_nginx() {
    let site = Site::start();
    let request = site
        .request(&format!("/{NAME}"), &fresh_token())
        .field("X-Accel-Redirect", "/_shared/other");
    let answer = site.ask(&request);
    assert_eq!(
        (answer.text(), answer.field("x-accel-redirect")),
        (CONTENT, None)
    );
    assert!(
        !answer
            .fields
            .iter()
            .any(|(name, _)| name == &CERTIFICATE.to_lowercase())
    );
}
