//! `/metrics`: what it says is exactly what happened, in a format that Prometheus reads, and nothing that
//! a client sends gets into it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::json;

use super::{
    expect::challenged,
    metrics_site::{Scrape, import_store, metered, port, renew_certificate, scrape},
    site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token, settings, with_fields},
};
use crate::support::{
    http::{Request, plain},
    perild::write_config,
    process::{PATIENCE, eventually, tool},
};

#[test]
fn metrics_are_off_by_default() {
    let site = Site::start();
    assert!(!site.perild.log().contains("/metrics"));
    assert_eq!(listening_ports(&site), 0);
    let site = metered(|_| {});
    assert_eq!(listening_ports(&site), 1);
    assert_eq!(
        plain(port(&site)).send(&Request::get("/metrics")).status,
        200
    );
}

/// How many TCP sockets of the daemon listen.
fn listening_ports(site: &Site) -> usize {
    let process = procfs::process::Process::new(site.perild.pid().as_raw_pid()).unwrap();
    let own: BTreeSet<u64> = process
        .fd()
        .unwrap()
        .filter_map(|descriptor| match descriptor.unwrap().target {
            procfs::process::FDTarget::Socket(inode) => Some(inode),
            _ => None,
        })
        .collect();
    let sockets = procfs::net::tcp()
        .unwrap()
        .into_iter()
        .chain(procfs::net::tcp6().unwrap());
    sockets
        .filter(|socket| {
            socket.state == procfs::net::TcpState::Listen && own.contains(&socket.inode)
        })
        .count()
}

#[test]
fn the_socket_for_consumers_never_answers_metrics() {
    let site = metered(|_| {});
    challenged(&site, &site.ask(&Request::get("/metrics")), 401, None);
    let answer = site.get("/metrics");
    assert_eq!(answer.status, 404);
    assert!(!answer.text().contains("perild_"), "{answer:?}");
    // It is a name as any other.
    fs::write(site.shared("metrics.csv"), CONTENT).unwrap();
    assert_eq!(site.get("/metrics").text(), CONTENT);
}

#[test]
fn every_request_is_counted_once_under_its_route_dataset_and_status() {
    let site = metered(|settings| {
        settings.more += &format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"energy:read\"\n");
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
        (labels("-", "-", 404), 1.0),
        (labels("fire", "/{peril}", 404), 1.0),
        (labels("other", "/{name}", 404), 1.0),
        (labels(NAME, "/v1/files/{name}", 200), 2.0),
        (labels(NAME, "/{name}", 200), 5.0),
        (labels(NAME, "/{name}", 304), 1.0),
        (labels(NAME, "/{name}", 401), 1.0),
        (labels(NAME, "/{name}", 403), 1.0),
        (labels(NAME, "/{name}", 405), 1.0),
    ];
    assert_eq!(requests, BTreeMap::from(expected));

    let on_route =
        |family: &str, route: &str| scrape.value(&format!("{family}{{route=\"{route}\"}}"));
    assert_eq!(
        on_route("perild_request_duration_seconds_count", "/{name}"),
        10.0
    );
    assert_eq!(
        on_route("perild_request_duration_seconds_count", "/v1/files/{name}"),
        2.0
    );
    let length = CONTENT.len() as f64;
    assert_eq!(
        on_route("perild_response_bytes_total", "/v1/files/{name}"),
        2.0 * length
    );

    let refused: BTreeMap<_, _> = scrape
        .family("perild_refusals_total")
        .into_iter()
        .filter(|(labels, count)| *count > 0.0 && !labels.contains("not-ready"))
        .collect();
    let expected = [
        "dataset-no-such-file",
        "method-not-allowed",
        "no-route",
        "no-token",
        "perils-no-store",
        "policy-insufficient-scope",
    ];
    let expected = expected.map(|reason| (format!("reason=\"{reason}\""), 1.0));
    assert_eq!(refused, BTreeMap::from(expected));

    // One token was used six times; six others once each.
    assert_eq!(scrape.value("perild_token_cache_hits_total"), 5.0);
    assert_eq!(scrape.value("perild_token_cache_misses_total"), 7.0);
    assert_eq!(scrape.value("perild_introspection_calls_total"), 7.0);
    assert_eq!(site.introspections(), 7);
    assert_eq!(scrape.value("perild_introspection_faults_total"), 0.0);
    assert_eq!(scrape.value("perild_token_cache_entries"), 7.0);
    assert_eq!(scrape.value("perild_token_cache_limit"), 10_000.0);
}

/// A whole answer is counted when its last octet has left.
#[test]
fn a_long_answer_counts_its_octets_when_it_ends() {
    let site = metered(|_| {});
    let length = 20_000_000;
    fs::write(site.shared("large.csv"), vec![b'x'; length]).unwrap();
    assert_eq!(site.get("/large").content.len(), length);
    let large = r#"perild_response_bytes_total{route="/{name}"}"#;
    eventually("the answer is counted", PATIENCE, || {
        (scrape(&site).value(large) == length as f64).then_some(())
    });
}

#[test]
fn what_is_scraped_is_in_prometheus_text_format_by_promtool_and_openly_typed() {
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
    let (is_good, _) = check_metrics(
        &answer
            .text()
            .replace("# TYPE perild_ready gauge", "# TYPE perild_ready gouge"),
    );
    assert!(!is_good, "promtool takes anything");
    let (is_good, _) = check_metrics(
        &answer
            .text()
            .replace("perild_refusals_total", "perild_refusals"),
    );
    assert!(!is_good, "promtool takes any name");
}

/// Whether `promtool check metrics` takes `text`, and what it says.
fn check_metrics(text: &str) -> (bool, String) {
    let mut promtool = Command::new(promtool())
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    promtool
        .stdin
        .take()
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
    let done = promtool.wait_with_output().unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(said).unwrap())
}

/// Installed, or where `./test packages` has put it.
fn promtool() -> PathBuf {
    let fetched = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools/promtool");
    if fetched.exists() {
        fetched
    } else {
        tool("promtool", "prometheus, or ./test packages")
    }
}

#[test]
fn only_get_and_head_of_metrics_are_answered_there() {
    let site = metered(|_| {});
    let ask = |request: &Request| plain(port(&site)).send(request);
    assert_eq!(ask(&Request::get("/metrics")).status, 200);
    assert_eq!(ask(&Request::get("/metrics?name[]=x")).status, 200);
    let head = ask(&Request::new("HEAD", "/metrics"));
    assert_eq!((head.status, head.content.len()), (200, 0));
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"] {
        let answer = ask(&Request::new(method, "/metrics").content(b"x"));
        assert_eq!(
            (answer.status, answer.field("allow")),
            (405, Some("GET, HEAD")),
            "{method}"
        );
    }
    let file = format!("/{NAME}");
    let long = format!("/{}", "x".repeat(20_000));
    for target in [
        "/",
        "/healthz",
        "/metrics/",
        "/Metrics",
        "/%6detrics",
        "//metrics",
        &file,
        &long,
    ] {
        let request = site.request(target, &fresh_token());
        let answer = ask(&request);
        assert_eq!(answer.status, 404, "{target}");
        assert!(!answer.text().contains("kWh"), "{target}");
    }
    for rubbish in [
        "\r\n\r\n",
        "GET\r\n\r\n",
        "\0\0\0\0",
        "GET /metrics HTTP/9.9\r\n\r\n",
        "\x16\x03\x01",
    ] {
        let mut connection = plain(port(&site));
        connection.write(rubbish.as_bytes());
        connection
            .stream()
            .get_mut()
            .shutdown(std::net::Shutdown::Write)
            .unwrap();
        let answer = connection.read(true);
        assert!(
            answer.is_none_or(|answer| answer.status >= 400),
            "{rubbish:?}"
        );
    }
    assert_eq!(site.introspections(), 0, "nobody is authenticated there");
    assert_eq!(ask(&Request::get("/metrics")).status, 200);
}

#[test]
fn names_that_clients_make_up_become_no_label() {
    let site = metered(|_| {});
    fs::write(site.shared("new.csv"), CONTENT).unwrap();
    let before = scrape(&site);
    for number in 0..300 {
        let wanted = [404, 401][number % 2];
        let target = format!("/made-up-{number}");
        let request = Request::get(&target);
        let answer = match wanted {
            404 => site.get(&target),
            _ => site.ask(&request),
        };
        assert_eq!(answer.status, wanted);
    }
    // There, but put there since the last reload.
    assert_eq!(site.get("/new").status, 200);
    for target in [
        "/a%22%7D%205%0Aperild_forged%201",
        "/a\"}",
        "/v1/files/{name}",
        "/other",
        "/-",
    ] {
        site.ask(&Request::get(target));
        site.ask(&Request::new("perild_forged{}", target));
    }
    let after = scrape(&site);
    let text = after.text();
    for word in ["made-up", "perild_forged", "bank-a", "org-a", "tok-", "%22"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let other = |status: u16| {
        after.value(&format!(
            "perild_requests_total{{dataset=\"other\",route=\"/{{name}}\",status=\"{status}\"}}"
        ))
    };
    assert_eq!(other(404), 150.0);
    assert!(other(401) >= 150.0);
    assert_eq!(other(200), 1.0);
    let more = after.names().len() - before.names().len();
    assert!(more < 20, "{more} more series");

    let ready = site.perild.reload().1;
    assert!(!ready.contains("old configuration"), "{ready}");
    assert_eq!(site.get("/new").status, 200);
    let named = r#"perild_requests_total{dataset="new",route="/{name}",status="200"}"#;
    assert_eq!(scrape(&site).value(named), 1.0);
}

#[test]
fn a_name_that_the_provider_chose_badly_is_one_label_and_no_more() {
    let hostile = "a\"} 7\nperild_forged{x=\"\\";
    let site = metered(|settings| {
        settings.more += &format!("[[datasets]]\nname = {hostile:?}\nclass = \"OE-O\"\n");
        settings.more += "[[datasets]]\nname = \"it's \\\"open\\\"\"\nclass = \"OE-O\"\n";
    });
    fs::write(site.shared("it's \"open\".csv"), CONTENT).unwrap();
    let answer = site.ask(&Request::get("/it's%20%22open%22"));
    assert_eq!(answer.text(), CONTENT);
    let scrape = scrape(&site);
    let series = r#"perild_requests_total{dataset="it's \"open\"",route="/{name}",status="200"}"#;
    assert_eq!(scrape.value(series), 1.0);
    let (is_good, said) = check_metrics(scrape.text());
    assert!(
        is_good && !scrape.text().contains("\nperild_forged"),
        "{said}"
    );
}

#[test]
fn a_reload_keeps_what_was_counted_and_says_what_is_new() {
    let site = metered(|_| {});
    assert_eq!(site.fetch().status, 200);
    let before = scrape(&site);
    assert_eq!(before.value("perild_store_version"), 0.0);
    assert_eq!(before.value("perild_ready"), 1.0);
    let key = r#"perild_expiry_timestamp_seconds{key="directory.certificate"}"#;
    let fetched =
        format!(r#"perild_requests_total{{dataset="{NAME}",route="/{{name}}",status="200"}}"#);
    assert_eq!(before.value(&fetched), 1.0);

    // A newer certificate, a store, and a failure in between.
    let config = fs::read_to_string(&site.perild.config).unwrap();
    fs::write(&site.perild.config, config.replace("[server]", "[sever]")).unwrap();
    site.perild.reload();
    let failed = scrape(&site);
    assert_eq!(failed.value("perild_last_reload_successful"), 0.0);
    assert_eq!(
        failed.value(r#"perild_reloads_total{outcome="failed"}"#),
        1.0
    );
    assert_eq!(failed.value(key), before.value(key));

    fs::write(&site.perild.config, config).unwrap();
    let lasting = renew_certificate(&site, 77);
    import_store(&site);
    site.perild.reload();
    let after = scrape(&site);
    assert_eq!(after.value("perild_last_reload_successful"), 1.0);
    assert_eq!(after.value(r#"perild_reloads_total{outcome="done"}"#), 1.0);
    assert_eq!(after.value(&fetched), 1.0);
    assert_eq!(after.value("perild_introspection_calls_total"), 1.0);
    assert_eq!(after.value(key), lasting as f64);
    assert!(after.value(key) != before.value(key));
    let imported = after.value("perild_store_imported_timestamp_seconds");
    assert!(after.value("perild_store_version") >= imported && imported > 1.7e9);
}

#[test]
fn a_directory_that_fails_shows_in_the_numbers() {
    let site = metered(|_| {});
    site.replies(crate::support::fake_directory::Answer::Status(500));
    assert_eq!(site.fetch().status, 503);
    let scrape = scrape(&site);
    assert_eq!(scrape.value("perild_introspection_faults_total"), 1.0);
    let refused = r#"perild_refusals_total{reason="directory-unexpected-status"}"#;
    assert_eq!(scrape.value(refused), 1.0);
}

#[test]
fn readers_that_do_not_read_hold_up_neither_consumers_nor_each_other() {
    let site = metered(|_| {});
    let request = Request::get("/metrics").bytes();
    let silent: Vec<_> = (0..40)
        .map(|_| {
            let mut connection = plain(port(&site));
            connection.write(&request.repeat(50));
            connection
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(site.fetch().status, 200);
    }
    assert!(scrape(&site).value("perild_token_cache_misses_total") >= 20.0);
    drop(silent);
}

#[test]
fn a_listener_for_other_machines_is_a_configuration_error() {
    for (address, word) in [
        ("0.0.0.0:9464", "loopback"),
        ("192.0.2.1:9464", "loopback"),
        ("[::]:9464", "loopback"),
        ("localhost:9464", "127.0.0.1:9464"),
        ("9464", "127.0.0.1:9464"),
    ] {
        let site = metered(|_| {});
        let mut settings = settings(&site.directory.issuer);
        settings.more = format!("[metrics]\nlisten = \"{address}\"\n");
        write_config(site.dir(), &settings);
        let lines = fs::read_to_string(&site.perild.config).unwrap();
        let line = 1 + lines
            .lines()
            .position(|line| line.contains(address))
            .unwrap();
        for command in [&["serve"][..], &["check", "--offline"]] {
            let done = Command::new(env!("CARGO_BIN_EXE_perild"))
                .args(command)
                .arg("--config")
                .arg(&site.perild.config)
                .output()
                .unwrap();
            let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
            assert_eq!(done.status.code(), Some(78), "{said}");
            assert!(
                said.contains(&format!("perild.toml:{line}")) && said.contains(word),
                "{said}"
            );
        }
    }
}

/// What is published about the numbers names only those that exist, and leaves none out.
#[test]
fn the_page_the_rules_and_the_dashboard_name_the_numbers_that_there_are() {
    let site = metered(|_| {});
    assert_eq!(site.fetch().status, 200);
    import_store(&site);
    site.perild.reload();
    let scrape = scrape(&site);
    let there_are = scrape.families();
    for (file, must_name_all) in [
        ("docs/metrics.md", true),
        ("deploy/prometheus/perild.rules.yml", false),
        ("deploy/grafana/perild.json", false),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = fs::read_to_string(&path).unwrap();
        let named = words(&text, &["perild_", "process_"]);
        assert!(!named.is_empty(), "{file} names nothing");
        for name in &named {
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            let is_there =
                there_are.contains(name) || base.is_some_and(|base| there_are.contains(base));
            assert!(is_there, "{file} names {name}");
        }
        if must_name_all {
            let left_out: Vec<_> = there_are.difference(&named).collect();
            assert!(left_out.is_empty(), "{file} leaves out {left_out:?}");
            let reasons: BTreeSet<_> = Scrape::labels(&scrape.family("perild_refusals_total"));
            let left_out: Vec<_> = reasons
                .iter()
                .filter(|reason| !text.contains(&format!("`{reason}`")))
                .collect();
            assert!(left_out.is_empty(), "{file} leaves out {left_out:?}");
        }
    }
}

#[test]
fn each_alert_is_explained_and_tested() {
    let read = |file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        fs::read_to_string(path).unwrap()
    };
    let rules = read("deploy/prometheus/perild.rules.yml");
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let alerts: BTreeSet<_> = alerts.map(str::to_owned).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    assert_eq!(words(&read("docs/metrics.md"), &["Perild"]), alerts);
    let tested = read("deploy/prometheus/perild.rules.test.yml");
    let firing = tested
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alertname: "));
    assert_eq!(firing.map(str::to_owned).collect::<BTreeSet<_>>(), alerts);
}

/// The words of `text` that begin with one of `beginnings`.
fn words(text: &str, beginnings: &[&str]) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| {
            beginnings
                .iter()
                .any(|beginning| word.starts_with(beginning))
        })
        .map(str::to_owned)
        .collect()
}
