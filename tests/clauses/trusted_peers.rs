//! TCP sockets beyond loopback: for the peers that are named, and for nobody else (CERT-14).
//!
//! Every address of 127.0.0.0/8 is this machine's, so that one machine can be many peers.

use std::{
    io::Read as _,
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
};

use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use super::{
    service::{handed_with, listen_for_notices, next_notice},
    site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token, settings},
};
use crate::support::{
    http::{Answer, Connection, Request},
    perild::{Settings, write_config},
    process::{PATIENCE, eventually, free_port},
    world::place,
};

/// A peer that is listed, alone and in a network, and one that is neither.
const LISTED: &str = "127.0.0.2";
const IN_NETWORK: &str = "127.0.3.9";
const STRANGER: &str = "127.0.0.3";
const PEERS: &str = r#"["127.0.0.2", "127.0.3.0/24"]"#;

/// A connection to `port` of this machine that comes from the address `source`.
fn from(source: &str, port: u16) -> Connection<TcpStream> {
    let source: IpAddr = source.parse().unwrap();
    let stream = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&stream, &SocketAddr::new(source, 0)).unwrap();
    connect(&stream, &SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
    let stream = TcpStream::from(stream);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    Connection::new(stream)
}

/// Has the daemon listen on `address` for `peers`, a TOML array.
pub(crate) fn listen(settings: &mut Settings, address: &str, peers: &str) {
    // What the unix socket's path was is a comment.
    settings.edit("listen = \"unix:", &format!("listen = \"{address}\" # "));
    settings.edit(
        "proxy_uids =",
        &format!("trusted_peers = {peers}\nproxy_uids ="),
    );
}

/// A site at `host`'s port, for `peers`.
fn site(host: &str, peers: &str) -> (Site, u16) {
    let port = free_port();
    let site = Site::unready("localhost", |settings, _| {
        listen(settings, &format!("{host}:{port}"), peers);
    });
    eventually("the directory is known", PATIENCE, || {
        let ready = from(LISTED, port).send(&Request::get("/readyz"));
        (ready.status == 200).then_some(())
    });
    (site, port)
}

fn fetch(site: &Site) -> Request {
    site.request(&format!("/{NAME}"), &fresh_token())
}

fn assert_served(source: &str, port: u16, request: &Request) {
    let answer: Answer = from(source, port).send(request);
    assert_eq!((answer.status, answer.text()), (200, CONTENT), "{source}");
}

/// Not one octet comes back, whatever is asked.
fn assert_cut_off(source: &str, port: u16, request: &Request) {
    let mut connection = from(source, port);
    connection.write(&request.bytes());
    let mut heard = Vec::new();
    // The end of the connection, or its reset, because what was sent stays unread.
    let _ = connection.stream().read_to_end(&mut heard);
    assert_eq!(heard, b"", "{source}");
}

/// Rows: CERT-14, MTLS-8
#[test]
fn cert_14_a_listed_peer_is_served_and_any_other_is_cut_off() {
    let (site, port) = site("0.0.0.0", PEERS);
    for source in [LISTED, IN_NETWORK] {
        assert_served(source, port, &fetch(&site));
        let health = from(source, port).send(&Request::get("/healthz"));
        assert_eq!((health.status, health.text()), (200, "OK"));
    }
    let asked = site.introspections();
    for source in [STRANGER, "127.0.0.1", "127.0.4.9"] {
        assert_cut_off(source, port, &fetch(&site));
        assert_cut_off(source, port, &Request::get("/healthz"));
    }
    assert_eq!(site.introspections(), asked);
    assert_served(LISTED, port, &fetch(&site));
}

/// Rows: CERT-14
#[test]
fn cert_14_no_header_field_makes_a_peer() {
    let (site, port) = site("0.0.0.0", PEERS);
    for name in ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP"] {
        let value = if name == "Forwarded" {
            "for=127.0.0.2"
        } else {
            LISTED
        };
        assert_cut_off(STRANGER, port, &fetch(&site).field(name, value));
        let other = if name == "Forwarded" {
            "for=127.0.0.3"
        } else {
            STRANGER
        };
        assert_served(LISTED, port, &fetch(&site).field(name, other));
    }
}

/// Rows: CERT-14
#[test]
fn cert_14_many_strangers_are_one_line_in_the_log() {
    let (site, port) = site("0.0.0.0", PEERS);
    for _ in 0..20 {
        assert_cut_off(STRANGER, port, &fetch(&site));
    }
    assert_served(LISTED, port, &fetch(&site));
    site.perild
        .wait_for_line(|line| line.contains("WARN") && line.contains(STRANGER));
    let log = site.perild.log();
    let said = log.lines().filter(|line| line.contains(STRANGER));
    assert_eq!(said.count(), 1, "{log}");
}

/// Rows: CERT-14
#[test]
fn cert_14_an_ipv4_peer_at_an_ipv6_socket_is_known_by_its_ipv4_address() {
    let (site, port) = site("[::]", PEERS);
    assert_served(LISTED, port, &fetch(&site));
    assert_cut_off(STRANGER, port, &fetch(&site));
}

/// Rows: CERT-14
#[test]
fn cert_14_a_list_holds_for_a_port_of_loopback_as_well() {
    let (site, port) = site("127.0.0.1", PEERS);
    assert_served(LISTED, port, &fetch(&site));
    assert_cut_off("127.0.0.1", port, &fetch(&site));
}

/// Rows: CERT-14
#[test]
fn cert_14_a_reload_changes_who_is_let_in_even_on_open_connections() {
    let (site, port) = site("0.0.0.0", PEERS);
    let mut open = from(LISTED, port);
    assert_eq!(open.send(&fetch(&site)).status, 200);
    let reload = |peers: &str| {
        let mut settings = settings(&site.directory.issuer);
        listen(&mut settings, &format!("0.0.0.0:{port}"), peers);
        write_config(site.dir(), &settings);
        site.perild.reload().1
    };
    assert!(reload("[\"127.0.0.3\"]").contains("STATUS=serving"));
    assert_eq!(open.send(&fetch(&site)).status, 403);
    assert_cut_off(LISTED, port, &fetch(&site));
    assert_served(STRANGER, port, &fetch(&site));
    // Without a list the port would be open to all: the reload fails, the old list stays.
    assert!(reload("[]").contains("the last reload failed"));
    assert_served(STRANGER, port, &fetch(&site));
    assert_cut_off("127.0.0.1", port, &fetch(&site));
}

/// Rows: CERT-14, SYSD-1
#[test]
fn cert_14_a_socket_from_systemd_is_judged_like_one_of_our_own() {
    for (host, peers, serves) in [
        ("0.0.0.0", "[]", false),
        ("0.0.0.0", PEERS, true),
        ("127.0.0.1", "[]", true),
    ] {
        let dir = place();
        let notify = listen_for_notices(dir.path());
        let socket: OwnedFd = TcpListener::bind((host, 0)).unwrap().into();
        let mut settings = settings("https://localhost:9/");
        settings.edit(
            "proxy_uids =",
            &format!("trusted_peers = {peers}\nproxy_uids ="),
        );
        let mut perild = handed_with(dir.path(), &settings, &[("http", socket)], "$$");
        if serves {
            assert!(next_notice(&notify).contains("READY=1"), "{host}");
            perild.signal(rustix::process::Signal::TERM);
            assert!(perild.wait().success());
        } else {
            assert_eq!(perild.wait().code(), Some(78));
            let said = perild.lines().join("\n");
            assert!(said.contains("server.trusted_peers"), "{said}");
        }
    }
}

/// Rows: CERT-3, IB1-HDR-1, IB1-HDR-2
#[test]
fn ib1_hdr_2_behind_a_balancer_the_three_escapings_are_one_certificate() {
    let leaf = "X-Amzn-Mtls-Clientcert-Leaf";
    let port = free_port();
    let site = Site::unready("localhost", |settings, _| {
        listen(settings, &format!("0.0.0.0:{port}"), PEERS);
        settings.edit("\"X-OE-CLIENT-CERT\"", &format!("{leaf:?}"));
    });
    eventually("the directory is known", PATIENCE, || {
        let ready = from(LISTED, port).send(&Request::get("/readyz"));
        (ready.status == 200).then_some(())
    });
    let ask = |fields: &[(&str, &str)]| {
        let request = Request::get(&format!("/{NAME}")).bearer(&fresh_token());
        let request = super::site::with_fields(request, fields);
        from(LISTED, port).send(&request).status
    };
    // Some certificate of many has all three characters that are escaped here and not there.
    let has_all = |pem: &String| ["+", "/", "="].iter().all(|sign| pem.contains(sign));
    let (bank, pem) = (0..400)
        .map(|_| site.pki.consumer("bank-a"))
        .map(|bank| {
            (
                bank.clone(),
                std::fs::read_to_string(bank.certificate).unwrap(),
            )
        })
        .find(|(_, pem)| has_all(pem))
        .unwrap();
    let thumbprint = super::site::thumbprint(&bank);
    site.says_with("cnf", serde_json::json!({ "x5t#S256": thumbprint }));

    let nginx = bank.escaped();
    let quote = python_quote(&pem, "/");
    let alb = python_quote(&pem, "+=/");
    assert!(!nginx.contains(['+', '/', '=']));
    assert!(!quote.contains(['+', '=']) && quote.contains('/'));
    assert!(alb.contains('+') && alb.contains('/') && alb.contains('='));
    for value in [&nginx, &quote, &alb] {
        assert_eq!(ask(&[(leaf, value)]), 200, "{value}");
    }
    for broken in [
        alb.replace('+', " "),
        alb.replace('+', "%20"),
        alb.replace("%20", "+"),
        alb.replace('%', "%25"),
        alb.replacen("%0A", "", 1),
        format!("{alb},{alb}"),
        format!("{alb}{alb}"),
        alb[..alb.len() / 2].to_owned(),
    ] {
        assert_eq!(ask(&[(leaf, &broken)]), 400, "{broken}");
    }
    assert_eq!(ask(&[(leaf, &alb), (leaf, &alb)]), 400);
    // The header of the pass-through mode, and that of another hop, are no source.
    for name in ["X-Amzn-Mtls-Clientcert", CERTIFICATE] {
        assert_eq!(ask(&[(name, &alb)]), 401, "{name}");
    }
}

/// `text` as Python's `urllib.parse.quote` writes it.
fn python_quote(text: &str, safe: &str) -> String {
    let program = "import sys, urllib.parse as u; print(u.quote(sys.argv[1], safe=sys.argv[2]))";
    let python = crate::support::process::tool("python3", "python3");
    let mut command = std::process::Command::new(python);
    let said = crate::support::process::output(command.args(["-c", program, text, safe]));
    said.trim_end().to_owned()
}
