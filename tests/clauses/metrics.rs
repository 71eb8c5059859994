//! `/metrics`: what it says is exactly what happened, in a format that Prometheus reads.

use std::{collections::BTreeMap, fs};

use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::{
    expect::challenged,
    metrics_site::{
        check_metrics, import_store, metered, metered_with, port, renew_certificate, scrape,
    },
    site::{CERTIFICATE, CONTENT, NAME, fresh_token, with_fields},
};
use crate::support::{
    fake_directory::Answer as Reply,
    http::{Request, plain},
    process::{PATIENCE, eventually},
};

#[test]
fn every_request_is_counted_once_under_its_route_dataset_and_status() {
    let site = metered(|settings| {
        settings.more += "[[datasets]]\nname = \"tidy_DYTS01_kWh\"\nscope = \"energy:read\"\n";
    });
    let file = format!("/{NAME}");
    let token = fresh_token();
    let known = site.request(&file, &token);
    let etag = site.ask(&known).field("etag").unwrap().to_owned();
    for _ in 0..3 {
        assert_eq!(site.ask(&known).text(), CONTENT);
    }
    let unchanged = with_fields(known, &[("If-None-Match", &etag)]);
    assert_eq!(site.ask(&unchanged).status, 304);
    for _ in 0..2 {
        assert_eq!(site.get(&format!("/v1/files/{NAME}.csv")).status, 200);
    }
    let head = Request::new("HEAD", &file)
        .bearer(&token)
        .field(CERTIFICATE, &site.bank.escaped());
    assert_eq!(site.ask(&head).status, 200);
    challenged(&site, &site.ask(&Request::get(&file)), 401, None);
    assert_eq!(site.ask(&Request::new("PUT", &file)).status, 405);
    assert_eq!(site.get("/nothing").status, 404);
    assert_eq!(site.get("/no/such/route").status, 404);
    assert_eq!(site.get("/fire?latitude=1&longitude=1").status, 404);
    site.says_with("scope", json!("other"));
    assert_eq!(site.fetch().status, 403);

    let scrape = scrape(&site);
    let requests = scrape.family("perild_requests_total");
    let requests: BTreeMap<_, _> = requests
        .into_iter()
        .filter(|(labels, _)| !labels.contains("/readyz"))
        .collect();
    let labels = |dataset: &str, route: &str, status: u16| {
        format!("dataset=\"{dataset}\",route=\"{route}\",status=\"{status}\"")
    };
    let expected = [
        (labels("-", "-", 404), 1),
        (labels("fire", "/{peril}", 404), 1),
        (labels("other", "/{name}", 404), 1),
        (labels(NAME, "/v1/files/{name}", 200), 2),
        (labels(NAME, "/{name}", 200), 5),
        (labels(NAME, "/{name}", 304), 1),
        (labels(NAME, "/{name}", 401), 1),
        (labels(NAME, "/{name}", 403), 1),
        (labels(NAME, "/{name}", 405), 1),
    ];
    assert_eq!(requests, BTreeMap::from(expected));

    let on_route =
        |family: &str, route: &str| scrape.value(&format!("{family}{{route=\"{route}\"}}"));
    assert_eq!(
        on_route("perild_request_duration_seconds_count", "/{name}"),
        10
    );
    assert_eq!(
        on_route("perild_request_duration_seconds_count", "/v1/files/{name}"),
        2
    );
    let length = i64::try_from(CONTENT.len()).unwrap();
    assert_eq!(
        on_route("perild_response_bytes_total", "/v1/files/{name}"),
        2 * length
    );

    let refused: BTreeMap<_, _> = scrape
        .family("perild_refusals_total")
        .into_iter()
        .filter(|(labels, count)| *count > 0 && !labels.contains("not-ready"))
        .collect();
    let expected = [
        "dataset-no-such-file",
        "method-not-allowed",
        "no-route",
        "no-token",
        "perils-no-store",
        "policy-insufficient-scope",
    ];
    let expected = expected.map(|reason| (format!("reason=\"{reason}\""), 1));
    assert_eq!(refused, BTreeMap::from(expected));

    // One token was used six times; six others once each.
    assert_eq!(scrape.value("perild_token_cache_hits_total"), 5);
    assert_eq!(scrape.value("perild_token_cache_misses_total"), 7);
    assert_eq!(scrape.value("perild_introspection_calls_total"), 7);
    assert_eq!(site.introspections(), 7);
    assert_eq!(scrape.value("perild_introspection_faults_total"), 0);
    assert_eq!(scrape.value("perild_token_cache_entries"), 7);
    assert_eq!(scrape.value("perild_token_cache_limit"), 10_000);
}

/// A whole answer is counted when its last octet has left.
#[test]
fn a_long_answer_counts_its_octets_when_it_ends() {
    let site = metered(|_| {});
    let length = 20_000_000;
    fs::write(site.shared("large.csv"), vec![b'x'; length]).unwrap();
    assert_eq!(site.get("/large").content.len(), length);
    let length = i64::try_from(length).unwrap();
    let large = r#"perild_response_bytes_total{route="/{name}"}"#;
    eventually("the answer is counted", PATIENCE, || {
        (scrape(&site).value(large) == length).then_some(())
    });
}

#[test]
fn what_is_scraped_is_in_the_text_format_of_prometheus() {
    let site = metered(|_| {});
    assert_eq!(site.fetch().status, 200);
    let answer = plain(port(&site)).send(&Request::get("/metrics"));
    assert_eq!(
        answer.field("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    assert_eq!(answer.field("cache-control"), Some("no-store"));
    let (is_good, said) = check_metrics(answer.text());
    assert!(is_good && said.is_empty(), "{said}");
    for (good, bad) in [
        ("# TYPE perild_ready gauge", "# TYPE perild_ready gouge"),
        ("perild_refusals_total", "perild_refusals"),
    ] {
        let (is_good, _) = check_metrics(&answer.text().replace(good, bad));
        assert!(!is_good, "promtool takes {bad}");
    }
}

#[test]
fn a_reload_keeps_what_was_counted_and_says_what_is_new() {
    let site = metered(|_| {});
    assert_eq!(site.fetch().status, 200);
    let before = scrape(&site);
    assert_eq!(before.value("perild_store_version"), 0);
    assert_eq!(before.value("perild_ready"), 1);
    let key = r#"perild_expiry_timestamp_seconds{key="directory.certificate"}"#;
    let fetched =
        format!(r#"perild_requests_total{{dataset="{NAME}",route="/{{name}}",status="200"}}"#);
    assert_eq!(before.value(&fetched), 1);

    // A newer certificate, a store, and a failure in between.
    let config = fs::read_to_string(&site.perild.config).unwrap();
    fs::write(&site.perild.config, config.replace("[server]", "[sever]")).unwrap();
    site.perild.reload();
    let failed = scrape(&site);
    assert_eq!(failed.value("perild_last_reload_successful"), 0);
    assert_eq!(failed.value(r#"perild_reloads_total{outcome="failed"}"#), 1);
    assert_eq!(failed.value(key), before.value(key));

    fs::write(&site.perild.config, config).unwrap();
    let lasting = renew_certificate(&site, 77);
    import_store(&site);
    site.perild.reload();
    let after = scrape(&site);
    assert_eq!(after.value("perild_last_reload_successful"), 1);
    assert_eq!(after.value(r#"perild_reloads_total{outcome="done"}"#), 1);
    assert_eq!(after.value(&fetched), 1);
    assert_eq!(after.value("perild_introspection_calls_total"), 1);
    assert_eq!(after.value(key), lasting);
    assert!(after.value(key) != before.value(key));
    let imported = after.value("perild_store_imported_timestamp_seconds");
    assert!(after.value("perild_store_version") >= imported && imported > 1_700_000_000);
}

#[test]
fn the_first_end_counts_among_several_revocation_lists() {
    let days = |days| {
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
        now + Duration::days(days)
    };
    let (sooner, later) = (days(3), days(9));
    let site = metered_with(|settings, pki| {
        let list_until = |end, which| {
            let path = pki.revocation_lists_until("lists.pem", &[], end);
            let lists = fs::read_to_string(path).unwrap();
            let list = lists.split_inclusive("-----END X509 CRL-----").nth(which);
            list.unwrap().to_owned()
        };
        // The issuer's own list is the later one, the root's the sooner.
        let lists = list_until(later, 0) + &list_until(sooner, 1) + "\n";
        let path = pki.path("mixed.pem");
        fs::write(&path, lists).unwrap();
        settings.revocation_lists = vec![path];
    });
    assert_eq!(site.fetch().status, 200);
    let ends = r#"perild_expiry_timestamp_seconds{key="consumers.revocation_lists"}"#;
    assert_eq!(scrape(&site).value(ends), sooner.unix_timestamp());
    // A fifth of each one's period before its end, counted from five days ago.
    let warned = r#"perild_expiry_warning_timestamp_seconds{key="consumers.revocation_lists"}"#;
    let issued = days(-5);
    let warned_of = |end: OffsetDateTime| {
        let notice: Duration = (end - issued) / 5;
        (end - notice).unix_timestamp()
    };
    let expected = warned_of(sooner).min(warned_of(later));
    assert!(
        (scrape(&site).value(warned) - expected).abs() < 60,
        "{expected}"
    );
    site.pki.revocation_lists_until("mixed.pem", &[], later);
    site.perild.reload();
    assert_eq!(scrape(&site).value(ends), later.unix_timestamp());
}

#[test]
fn a_directory_that_fails_shows_in_the_numbers() {
    let site = metered(|_| {});
    assert_eq!(scrape(&site).value("perild_introspection_faults_total"), 0);
    site.replies(Reply::Status(500));
    assert_eq!(site.fetch().status, 503);
    let scrape = scrape(&site);
    assert_eq!(scrape.value("perild_introspection_faults_total"), 1);
    let refused = r#"perild_refusals_total{reason="directory-unexpected-status"}"#;
    assert_eq!(scrape.value(refused), 1);
}
