//! `/v1`: many places in one request, and a daemon that stays small and free.

use std::{fmt::Write as _, time::Duration};

use crate::{
    query::{CSV, JSON, WIND},
    sample,
    site::{CERTIFICATE, Site, fresh_token},
    support::{http::Request, process::eventually},
};

#[test]
fn a_portfolio_is_answered_in_order_by_a_daemon_that_stays_small() {
    let site = sample::site();
    let count = 60_000_u32;
    let mut body = String::from("id,lat,lon\n");
    for index in 0..count {
        let offset = f64::from(index) * 1e-4;
        let _ = writeln!(body, "s{index},{:.4},{:.4}", -2.0 + offset, 3.0 - offset);
    }
    let before = resident_kib(&site);
    // Everything is sent before anything is read.
    let answer = site.csv(&format!("{WIND}&f=csv"), &body);
    assert_eq!(
        (answer.status, answer.field("transfer-encoding")),
        (200, Some("chunked"))
    );
    let lines: Vec<_> = answer.text().lines().skip(1).collect();
    assert_eq!(lines.len(), usize::try_from(count).unwrap());
    for (index, line) in lines.iter().enumerate() {
        assert!(line.starts_with(&format!("s{index},")), "{line}");
        assert!(line.contains(",ok,"), "{line}");
    }
    let all = site.csv("f=arrow", &body);
    let reader = arrow_ipc::reader::StreamReader::try_new(all.content.as_slice(), None).unwrap();
    assert_eq!(
        reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(),
        usize::try_from(count).unwrap()
    );
    assert!(all.content.len() > 60_000 * 96 * 8);
    assert!(
        resident_kib(&site) < before + 100 * 1024,
        "{before} {}",
        resident_kib(&site)
    );
}

#[test]
fn a_client_that_goes_away_stops_the_work_and_frees_its_place() {
    let site =
        sample::site_with(|settings, _| settings.more = "[perils]\nmax_streams = 1\n".into());
    let body = long_portfolio();
    let request = || question(&site, &body);
    let mut stalled = site.connect();
    stalled.write(&request().bytes());
    std::io::BufRead::fill_buf(stalled.stream()).unwrap();
    let busy = site.ask(&request());
    assert_eq!(
        (busy.status, busy.field("retry-after").is_some()),
        (503, true)
    );
    assert_eq!(site.get("/wind?lat=1&lon=1").status, 200);
    drop(stalled);
    eventually("the place is free", Duration::from_secs(20), || {
        (site.csv(&format!("{WIND}&f=csv"), &body).status == 200).then_some(())
    });
}

#[test]
fn one_consumer_has_most_places_for_long_answers_and_never_all() {
    let site =
        sample::site_with(|settings, _| settings.more = "[perils]\nmax_streams = 4\n".into());
    let body = long_portfolio();
    let request = || question(&site, &body);
    let stalled: Vec<_> = (0..3)
        .map(|_| {
            let mut stalled = site.connect();
            stalled.write(&request().bytes());
            let begun = std::io::BufRead::fill_buf(stalled.stream()).unwrap();
            assert!(begun.starts_with(b"HTTP/1.1 200 "));
            stalled
        })
        .collect();
    assert_eq!(site.csv(&format!("{WIND}&f=csv"), &body).status, 503);
    site.says_with("client_id", "bank-b".into());
    assert_eq!(site.csv(&format!("{WIND}&f=csv"), &body).status, 200);
    drop(stalled);
}

#[test]
fn long_texts_beside_few_places_do_not_gather_in_memory() {
    let site = sample::site();
    let note = "n".repeat(60_000);
    let body = format!("lat,lon,note\n{}", format!("1,1,{note}\n").repeat(1_000));
    let before = resident_kib(&site);
    let answer = site.csv(&format!("{WIND}&f=arrow"), &body);
    let batches =
        arrow_ipc::reader::StreamReader::try_new(answer.content.as_slice(), None).unwrap();
    let rows: usize = batches.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 1_000);
    let after = resident_kib(&site);
    assert!(after < before + 80 * 1024, "{before} {after}");
}

#[test]
fn readers_who_do_not_read_leave_a_worker_its_threads() {
    let processors = std::thread::available_parallelism().unwrap().get();
    // As many as a worker has threads for when nobody says how many it needs.
    let count = 512 / processors + 8;
    let site = sample::site_with(|settings, _| {
        settings.edit("[server]\n", "[server]\nworkers = 1\n");
        settings.more = format!("[perils]\nmax_streams = {0}\nmax_bodies = {0}\n", 2 * count);
    });
    let body = format!("lat,lon\n{}", "1,1\n".repeat(18_000));
    let stalled: Vec<_> = (0..count)
        .map(|_| {
            let request = Request::new("POST", "/v1/location?f=json")
                .bearer("always-the-same")
                .field(CERTIFICATE, &site.bank.escaped())
                .field(CSV.0, CSV.1)
                .content(body.as_bytes());
            let mut stalled = site.connect();
            stalled.write(&request.bytes());
            stalled
        })
        .collect();
    // Longer than what is read at once, so that another thread has to read it.
    let places = format!("lat,lon\n{}", "1,1\n".repeat(18_000));
    assert_eq!(site.csv(&format!("{WIND}&f=csv"), &places).status, 200);
    drop(stalled);
}

#[test]
fn a_body_of_the_old_contract_takes_no_more_memory_than_its_places_need() {
    let site = sample::site();
    let before = resident_kib(&site);
    let unit = "{\"\":0},";
    let sixteen_mebibytes = 16 * 1024 * 1024 - 100;
    let filler = unit.repeat(sixteen_mebibytes / unit.len());
    let body = format!("{{\"locations\":[],\"x\":[{filler}0]}}");
    let answer = site.post("/location", body.as_bytes(), &[JSON]);
    assert_eq!(answer.status, 400);
    let detail = answer.problem()["detail"].to_string();
    assert!(detail.contains("at most 321000 values"), "{detail}");
    let text = "y".repeat(15_000_000);
    let body = format!("{{\"locations\":[],\"years\":\"{text}\"}}");
    assert_eq!(site.post("/location", body.as_bytes(), &[JSON]).status, 400);
    let after = resident_kib(&site);
    assert!(after < before + 200 * 1024, "{before} {after}");

    // As long, and all of it places with what clients carry along.
    let place = format!(
        "{{\"latitude\":1,\"longitude\":1,\"locationId\":\"x\",\"tags\":[1,2,3],\"note\":\"{}\"}}",
        "n".repeat(1_500)
    );
    let places = vec![place; 10_000].join(",");
    let body = format!("{{\"perils\":[\"wind\"],\"years\":[2030],\"locations\":[{places}]}}");
    assert!(body.len() > 15_000_000);
    assert_eq!(site.post("/location", body.as_bytes(), &[JSON]).status, 200);
}

/// A worker serves others as well: work that takes long needs a place of its own, however few values it makes.
#[test]
fn a_search_or_a_long_text_for_every_value_is_no_work_for_a_moment() {
    let site =
        sample::site_with(|settings, _| settings.more = "[perils]\nmax_streams = 1\n".into());
    let mut stalled = site.connect();
    let body = format!("lat,lon\n{}", "1,1\n".repeat(60_000));
    let request = Request::new("POST", "/v1/location?f=json")
        .bearer(&fresh_token())
        .field(CERTIFICATE, &site.bank.escaped())
        .field(CSV.0, CSV.1)
        .content(body.as_bytes());
    stalled.write(&request.bytes());
    std::io::BufRead::fill_buf(stalled.stream()).unwrap();

    let places = |count: usize| format!("lat,lon\n{}", "1,1\n".repeat(count));
    let search = format!("{WIND}&radius_km=200&f=csv");
    assert_eq!(site.csv(&search, &places(5)).status, 200);
    assert_eq!(
        site.csv(&format!("{WIND}&f=csv"), &places(2_000)).status,
        200
    );
    assert_eq!(site.csv(&search, &places(2_000)).status, 503);

    let note = "n".repeat(60_000);
    let noted = format!("lat,lon,note\n{}", format!("1,1,{note}\n").repeat(10));
    assert_eq!(site.csv("layout=wide&f=csv", &noted).status, 200);
    assert_eq!(site.csv("layout=long&f=csv", &noted).status, 503);
}

pub(crate) fn resident_kib(site: &Site) -> u64 {
    let pid = site.perild.pid().as_raw_nonzero();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Places whose answer takes a slot of its own.
fn long_portfolio() -> String {
    format!("lat,lon\n{}", "1,1\n".repeat(60_000))
}

/// The bank's question about the places of `body`, with a token that nobody has used before.
fn question(site: &Site, body: &str) -> Request {
    Request::new("POST", "/v1/location?f=json")
        .bearer(&fresh_token())
        .field(CERTIFICATE, &site.bank.escaped())
        .field(CSV.0, CSV.1)
        .content(body.as_bytes())
}
