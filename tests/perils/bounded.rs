//! What strangers can make the daemon do: each answer's size and work as a function of the request's, at its worst.
//!
//! The table of `docs/decisions/0009-what-an-answer-may-cost.md` in tests.

use std::{fmt::Write as _, io::BufRead as _, rc::Rc, time::Duration};

use crate::{
    portfolio::resident_kib,
    query::{CSV, JSON, WIND, json_of},
    sample,
    site::{CERTIFICATE, Site, fresh_token},
    support::{
        http::{Answer, Request},
        process::eventually,
    },
};

const FORMATS: [&str; 5] = ["json", "csv", "geojson", "arrow", "parquet"];

/// All perils are open, one long answer may be under way, and one thread answers everybody.
fn open_site(perils: &str) -> Site {
    sample::site_with(|settings, _| {
        settings.edit("[server]\n", "[server]\nworkers = 1\n");
        settings.more =
            format!("[perils]\n{perils}\n[[datasets]]\nname = \"perils\"\nclass = \"OE-O\"\n");
    })
}

/// A POST by somebody who shows neither a token nor a certificate.
fn stranger(target: &str, body: &str) -> Request {
    Request::new("POST", target)
        .field(CSV.0, CSV.1)
        .content(body.as_bytes())
}

fn asked(site: &Site, query: &str, body: &str) -> Answer {
    site.ask(&stranger(&format!("/v1/location?{query}"), body))
}

/// A CSV of so many columns whose lines have two fields only.
fn sparse(columns: usize, places: usize) -> String {
    let mut body = String::from("lat,lon");
    for column in 2..columns {
        // Short names, so that many of them fit the 64 KiB of a line.
        let _ = write!(body, ",{column:x}");
    }
    body.push('\n');
    body.push_str(&"1,1\n".repeat(places));
    body
}

fn is_too_much(answer: &Answer, what: &str, found: u64, limit: u64) {
    let problem = answer.problem();
    assert_eq!(problem["type"], "urn:perild:problem:too-much-at-once");
    assert_eq!(
        (answer.status, problem["detail"].as_str().unwrap()),
        (
            413,
            format!("{what}: {found}, where one request may have {limit}.").as_str()
        )
    );
}

#[test]
fn a_header_of_thousands_of_columns_is_refused_before_any_work_in_every_format() {
    let site = open_site("");
    let body = sparse(13_000, 4_000);
    let before = resident_kib(&site);
    for format in FORMATS {
        let answer = asked(&site, &format!("f={format}"), &body);
        is_too_much(&answer, "columns of the CSV", 13_000, 1_000);
    }
    assert!(resident_kib(&site) < before + 30 * 1024);
}

#[test]
fn columns_their_names_cells_and_octets_have_limits_and_what_just_fits_is_answered() {
    let site = open_site(
        "max_columns = 10\nmax_header_bytes = 100\nmax_cells = 1000\nmax_answer_bytes = 47000\n",
    );
    let one = format!("{WIND}&f=csv");
    assert_eq!(asked(&site, &one, &sparse(10, 2)).status, 200);
    let eleven = asked(&site, &one, &sparse(11, 2));
    is_too_much(&eleven, "columns of the CSV", 11, 10);

    let named = |length: usize| format!("lat,lon,{}\n1,1,x\n", "n".repeat(length));
    assert_eq!(asked(&site, &one, &named(94)).status, 200);
    let long = asked(&site, &one, &named(95));
    is_too_much(&long, "octets of the names of the CSV's columns", 101, 100);

    // Nine columns and one value each.
    assert_eq!(asked(&site, &one, &sparse(9, 100)).status, 200);
    let cells = "cells of the answer, places times their columns and values";
    is_too_much(&asked(&site, &one, &sparse(9, 101)), cells, 1_010, 1_000);

    let octets = asked(&site, "f=json", &sparse(2, 2));
    let problem = octets.problem();
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.starts_with("octets of the answer, as estimated: "),
        "{detail}"
    );
    assert!(
        detail.ends_with("where one request may have 47000."),
        "{detail}"
    );
    // The same by GET, where there is no body, and for years between those of the store.
    let get = Request::get("/v1/location?lat=1,1&lon=1,1");
    assert_eq!(site.ask(&get).status, 413);
    let years: Vec<_> = (2020..=2100).map(|year| year.to_string()).collect();
    let target = format!(
        "/v1/location?lat=1&lon=1&year_interpolation=linear&f=csv&years={}",
        years.join(",")
    );
    is_too_much(&site.ask(&Request::get(&target)), cells, 1_296, 1_000);
    assert_eq!(
        site.ask(&Request::get("/v1/location?lat=1&lon=1")).status,
        413
    );
    assert_eq!(
        site.ask(&Request::get(&format!("/v1/location?lat=1&lon=1&{WIND}")))
            .status,
        200
    );
}

/// An estimate that is too low would let through what the limit is there for.
#[test]
fn an_answer_is_no_larger_than_it_was_estimated() {
    let columns = "a,b,\"quoted, twice\",d";
    let noted = "\"x, \"\"y\"\"\",é,,1";
    let csv = format!(
        "id,lat,lon,{columns}\n{}",
        format!("s1,1.25,-1.75,{noted}\n").repeat(40)
    );
    let few = "lat,lon\n91,0\n1,1\n".to_owned();
    for body in [csv, few] {
        for (query, radius) in FORMATS
            .map(|format| format!("f={format}"))
            .iter()
            .chain(
                [
                    "f=csv&layout=long".to_owned(),
                    "f=geojson&layout=wide".to_owned(),
                ]
                .iter(),
            )
            .flat_map(|query| {
                [
                    (query.clone(), ""),
                    (query.clone(), "&radius_km=200&interpolation=bilinear"),
                ]
            })
        {
            let site = site();
            let query = format!("{query}{radius}");
            let answer = site.csv(&query, &body);
            assert_eq!(answer.status, 200);
            let least = estimate(&query, &body);
            let octets = u64::try_from(answer.content.len()).unwrap();
            assert!(octets < least, "{query}: {octets} of {least}");
        }
    }
}

/// One daemon that refuses everything, by its estimate.
fn estimate(query: &str, body: &str) -> u64 {
    thread_local! {
        static SITE: Rc<Site> = Rc::new(open_site("max_answer_bytes = 1\n"));
    }
    let answer = asked(&SITE.with(Rc::clone), query, body);
    let problem = answer.problem();
    let detail = problem["detail"].as_str().unwrap();
    let number = detail.trim_start_matches("octets of the answer, as estimated: ");
    number.split(',').next().unwrap().parse().unwrap()
}

/// One daemon for all cases of a test; it ends with the test's thread, as nothing that is static does.
fn site() -> Rc<Site> {
    thread_local! {
        static SITE: Rc<Site> = Rc::new(sample::site());
    }
    SITE.with(Rc::clone)
}

/// Each is the worst of its kind that the limits let through, by somebody without a token.
#[test]
fn the_worst_answers_stay_small_in_memory_and_leave_the_thread_to_others() {
    let site = open_site("max_streams = 1\n");
    let columns = sparse(1_000, 2_000);
    let note = "n".repeat(60_000);
    let years: Vec<_> = (2020..=2100).map(|year| year.to_string()).collect();
    let all_years = format!("year_interpolation=linear&years={}", years.join(","));
    let noted = format!("lat,lon,note\n1,1,{note}\n");
    let quotes = format!(
        "lat,lon,note\n{}",
        format!("1,1,\"{}\"\n", "\"\"".repeat(30_000)).repeat(300)
    );
    let many = format!("lat,lon\n{}", "1,1\n".repeat(1_500));
    for (what, query, body, mebibytes) in [
        ("columns in Arrow", "f=arrow".to_owned(), &columns, 60),
        ("columns in Parquet", "f=parquet".to_owned(), &columns, 120),
        ("columns in CSV", "f=csv".to_owned(), &columns, 20),
        ("names in JSON", format!("f=json&{WIND}"), &columns, 20),
        (
            "names in GeoJSON",
            format!("f=geojson&layout=wide&{WIND}"),
            &columns,
            20,
        ),
        (
            "a long text for each value",
            format!("f=csv&layout=long&{all_years}"),
            &noted,
            20,
        ),
        (
            "texts that double",
            format!("f=geojson&{WIND}"),
            &quotes,
            40,
        ),
        (
            "values between years",
            format!("f=arrow&{all_years}"),
            &many,
            60,
        ),
        (
            "values between years in Parquet",
            format!("f=parquet&{all_years}"),
            &many,
            150,
        ),
    ] {
        let before = resident_kib(&site);
        let request = stranger(&format!("/v1/location?{query}"), body);
        let mut reader = site.connect();
        reader.write(&request.bytes());
        let begun = reader.stream().fill_buf().unwrap();
        assert!(begun.starts_with(b"HTTP/1.1 200 "), "{what}");
        // It has the only slot, though nobody knows who asks, and the only thread goes on answering.
        let busy = site.ask(&request).status;
        assert!(busy == 503 || what.contains("Parquet"), "{what}: {busy}");
        assert_eq!(site.ask(&Request::get("/healthz")).status, 200, "{what}");
        let short = format!("/v1/location?lat=1&lon=1&{WIND}");
        assert_eq!(site.ask(&Request::get(&short)).status, 200, "{what}");
        let answer = reader.read(true).unwrap();
        assert!(!answer.content.is_empty(), "{what}");
        let grown = resident_kib(&site).saturating_sub(before) / 1024;
        assert!(grown < mebibytes, "{what}: {grown} MiB more");
        eventually("the slot is free", Duration::from_secs(10), || {
            (asked(&site, &format!("f=json&{WIND}"), &many).status == 200).then_some(())
        });
    }
}

#[test]
fn properties_of_a_place_are_answered_once_however_many_they_are() {
    let site = site();
    let properties: Vec<_> = (0..5_000).map(|n| format!("\"p{n}\":1")).collect();
    let place = format!("{{\"lat\":1,\"lon\":1,{}}}", properties.join(","));
    let body = format!("{{\"locations\":[{}]}}", vec![place; 20].join(","));
    for format in FORMATS {
        let before = resident_kib(&site);
        let target = format!("/v1/location?{WIND}&f={format}");
        let answer = site.post(&target, body.as_bytes(), &[JSON]);
        assert_eq!(answer.status, 200);
        let (octets, sent) = (answer.content.len(), body.len());
        assert!(octets < 2 * sent, "{format}: {octets} of {sent}");
        assert!(resident_kib(&site) < before + 30 * 1024, "{format}");
    }
}

#[test]
fn head_makes_nothing_that_nobody_reads_and_keeps_no_turn() {
    let site = open_site("max_streams = 1\n");
    let numbers = vec!["1"; 1_500].join(",");
    let target = format!("/v1/location?lat={numbers}&lon={numbers}");
    for _ in 0..3 {
        eventually("HEAD has a slot", Duration::from_secs(20), || {
            let head = site.ask(&Request::new("HEAD", &target));
            assert!(head.content.is_empty());
            (head.status == 200).then_some(())
        });
    }
    eventually("GET has the slot", Duration::from_secs(20), || {
        let get = site.ask(&Request::get(&target));
        (get.status == 200).then(|| assert!(get.content.len() > 1_500 * 96 * 100))
    });
}

/// A value in memory is many times its text.
#[test]
fn members_that_are_none_of_ours_take_no_memory() {
    let site = sample::site();
    let member = format!("[{}1]", "1,".repeat(32_000));
    let members: Vec<_> = (0..99).map(|n| format!("\"m{n}\":{member}")).collect();
    let body = format!(
        "{{{},\"features\":[{{\"geometry\":null}}]}}",
        members.join(",")
    );
    let before = resident_kib(&site);
    let target = format!("/v1/location?{WIND}");
    assert_eq!(site.post(&target, body.as_bytes(), &[JSON]).status, 200);
    let grown = resident_kib(&site) - before;
    assert!(grown < 20 * 1024, "{grown} KiB more");
    let broken = body.replacen("1,1,1", "1,x,1", 1);
    assert_eq!(site.post(&target, broken.as_bytes(), &[JSON]).status, 400);
}

#[test]
fn a_parquet_file_has_no_more_row_groups_than_its_footer_may_remember() {
    let site = open_site("");
    let years: Vec<_> = (2020..=2100).map(|year| year.to_string()).collect();
    let all_years = format!("year_interpolation=linear&years={}", years.join(","));
    let many = sparse(2, 26_000);
    let answer = asked(&site, &format!("f=parquet&{all_years}"), &many);
    let what = "columns of all row groups of the Parquet file (Arrow has no such limit)";
    is_too_much(&answer, what, 42_834, 40_000);
}

#[test]
fn a_packed_body_is_not_unpacked() {
    let site = site();
    for coding in ["gzip", "deflate", "zstd", "br"] {
        let answer = site.post(
            "/v1/location",
            b"\x1f\x8b",
            &[JSON, ("Content-Encoding", coding)],
        );
        assert_eq!(answer.status, 415, "{coding}");
        assert_eq!(answer.field("accept-encoding"), Some("identity"));
    }
}

/// Bodies are held as long as their answers are read: what one consumer has of the slots leaves a quarter to others.
#[test]
fn bodies_that_are_held_leave_turns_to_others() {
    let site = sample::site_with(|settings, _| {
        settings.more = "[perils]\nmax_bodies = 4\nmax_streams = 16\n".into();
    });
    let body = format!("lat,lon\n{}", "1,1\n".repeat(60_000));
    let request = || {
        Request::new("POST", "/v1/location?f=json")
            .bearer(&fresh_token())
            .field(CERTIFICATE, &site.bank.escaped())
            .field(CSV.0, CSV.1)
            .content(body.as_bytes())
    };
    let stalled: Vec<_> = (0..3)
        .map(|_| {
            let mut stalled = site.connect();
            stalled.write(&request().bytes());
            stalled.stream().fill_buf().unwrap();
            stalled
        })
        .collect();
    // A fourth body of the bank's waits for one of its three slots to come free, and then is asked to come back.
    let mut waiting = site.connect();
    waiting.write(&request().bytes());
    // One that is short needs none, and another consumer has the fourth.
    assert_eq!(
        site.csv(&format!("{WIND}&f=csv"), "lat,lon\n1,1\n").status,
        200
    );
    site.says_with("client_id", "bank-b".into());
    assert_eq!(site.csv(&format!("{WIND}&f=csv"), &body).status, 200);
    assert_eq!(waiting.read(true).unwrap().status, 503);
    drop(stalled);
    site.vouch();
    eventually("the bank has a slot", Duration::from_secs(20), || {
        (site.csv(&format!("{WIND}&f=csv"), &body).status == 200).then_some(())
    });
}

/// The last of these places would have more cells looked through than are left for it.
#[test]
fn a_place_that_was_not_looked_around_to_the_end_says_so_in_every_format() {
    let site = open_site("max_search_cells = 3\n");
    // A place without a value of hail: its own cell is the first that is looked at.
    let query = "perils=hail&scenarios=ssp126&years=2030&radius_km=150";
    let body = format!("lat,lon\n{}", "-2,-2.25\n".repeat(9));
    let found = json_of(&asked(&site, &format!("{query}&f=json"), &body));
    let reasons: Vec<_> = found["locations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| (place["status"].as_str().unwrap(), place["reason"].as_str()))
        .collect();
    let ended = ("ok", Some("search_limit"));
    assert_eq!((reasons[0], reasons[8]), (("ok", None), ended));
    assert_eq!(found["summary"]["ok"], 9);
    let last = &found["locations"][8]["values"][0];
    assert_eq!(
        (&last["value"], &last["reason"]),
        (&serde_json::Value::Null, &"not_covered".into())
    );
    let csv = asked(&site, &format!("{query}&f=csv"), &body);
    assert!(
        csv.text()
            .lines()
            .last()
            .unwrap()
            .starts_with("-2,-2.25,ok,search_limit,")
    );
}
