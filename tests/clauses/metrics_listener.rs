//! The socket of `/metrics`: off by default, on loopback alone, for `/metrics` alone, and no burden to consumers.

use std::{collections::BTreeSet, fs, net::Shutdown, process::Command};

use procfs::{
    net::{TcpState, tcp, tcp6},
    process::{FDTarget, Process},
};

use super::{
    expect::challenged,
    metrics_site::{metered, port, scrape},
    site::{CONTENT, NAME, Site, fresh_token, settings},
};
use crate::support::{
    http::{Request, plain},
    perild::write_config,
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
    let process = Process::new(site.perild.pid().as_raw_pid()).unwrap();
    let own: BTreeSet<u64> = process
        .fd()
        .unwrap()
        .filter_map(|descriptor| match descriptor.ok()?.target {
            FDTarget::Socket(inode) => Some(inode),
            _ => None,
        })
        .collect();
    let sockets = tcp().unwrap().into_iter().chain(tcp6().unwrap());
    sockets
        .filter(|socket| socket.state == TcpState::Listen && own.contains(&socket.inode))
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
            .shutdown(Shutdown::Write)
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
    assert!(scrape(&site).value("perild_token_cache_misses_total") >= 20);
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
