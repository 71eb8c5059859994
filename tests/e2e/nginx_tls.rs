//! What nginx is told of certificates, sessions and connections, seen from outside and in its files.

use std::{
    collections::BTreeSet,
    fs,
    process::{Command, Stdio},
};

use super::edge::Site;
use crate::support::{
    http::Request,
    process::tool,
    world::{NAME, World},
};

/// What openssl's client prints of a handshake with `options`.
fn handshake(port: u16, options: &[&str]) -> String {
    let mut openssl = Command::new(tool("openssl", "openssl"));
    let done = openssl
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}")])
        .args(options)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    String::from_utf8_lossy(&said).into_owned()
}

/// The files of the site without their comments.
fn directives() -> String {
    let mut text = String::new();
    for folder in ["nginx", "nginx/perild.d"] {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let content = fs::read_to_string(path).unwrap();
                let lines = content.lines().filter(|line| !line.trim().starts_with('#'));
                text += &lines.collect::<Vec<_>>().join("\n");
                text.push('\n');
            }
        }
    }
    text
}

/// Rows: NGX-1, NGX-2, NGX-3
#[test]
fn ngx_2_the_certificate_is_passed_on_escaped_and_in_no_other_form() {
    let text = directives();
    assert!(text.contains("SUCCESS $ssl_client_escaped_cert;"), "{text}");
    for form in ["$ssl_client_cert", "$ssl_client_raw_cert"] {
        let is_used = text.match_indices(form).any(|(at, _)| {
            !text[at + form.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
        });
        assert!(!is_used, "{form}");
    }
}

/// Rows: NGX-10
#[test]
fn ngx_10_only_the_directorys_authorities_are_named_to_clients_and_trusted() {
    let site = Site::start();
    for version in ["-tls1_2", "-tls1_3"] {
        let said = handshake(
            site.nginx.https,
            &[version, "-servername", "localhost", "-nameopt", "RFC2253"],
        );
        let names = said
            .split_once("Acceptable client certificate CA names\n")
            .unwrap_or_else(|| panic!("{said}"))
            .1;
        let names: BTreeSet<&str> = names
            .lines()
            .take_while(|line| line.contains('='))
            .collect();
        let expected = BTreeSet::from(["CN=Consumers' issuer", "CN=Consumers' root"]);
        assert_eq!(names, expected, "{version}: {said}");
    }
    let text = directives();
    assert!(
        !text.contains("ssl_trusted_certificate"),
        "names would not be sent"
    );
    // Root, issuer and consumer: the depth fits. A stranger's certificate is none (NGX-9, MTLS-9).
    let world = World::start();
    let token = world.token();
    let get = |identity| {
        let request = Request::get(&format!("/{NAME}")).bearer(&token);
        world.client(Some(identity)).connect().send(&request).status
    };
    assert_eq!(get(&world.bank), 200);
    assert_eq!(get(&world.pki.stranger("bank-a")), 401);
}

/// Rows: NGX-13
#[test]
fn ngx_13_a_session_opens_its_own_name_and_no_other() {
    let site = Site::start();
    let session = site.pki.path("session.pem").display().to_string();
    let client = site.pki.consumer("bank-a");
    let (certificate, key) = (
        client.certificate.display().to_string(),
        client.private_key.display().to_string(),
    );
    for version in ["-tls1_2", "-tls1_3"] {
        let with = |name: &[&str], sessions: &str, host: &str| {
            let own = [
                version,
                "-cert",
                &certificate,
                "-key",
                &key,
                sessions,
                &session,
            ];
            // With TLS 1.3 the session comes after the handshake, with the first answer.
            ask(site.nginx.https, host, &[&own[..], name].concat())
        };
        let own = ["-servername", "localhost"];
        let said = with(&own, "-sess_out", "localhost");
        assert!(said.contains("New, TLSv1."), "{said}");
        let said = with(&own, "-sess_in", "localhost");
        assert!(
            said.contains("Reused, TLSv1.") && said.contains("HTTP/1.1 200"),
            "{said}"
        );
        // A session of TLS 1.2 keeps its own name, whatever name is sent with it: what is asked of another
        // is misdirected. With TLS 1.3 there is no handshake.
        for other in [&["-servername", "other.example"][..], &["-noservername"]] {
            let said = with(other, "-sess_in", "other.example");
            let is_misdirected = version == "-tls1_2" && said.contains("HTTP/1.1 421");
            assert!(
                is_misdirected || !said.contains("HTTP/1.1"),
                "{version} {other:?}: {said}"
            );
            assert!(
                version == "-tls1_2" || !said.contains("Reused, TLSv1."),
                "{other:?}: {said}"
            );
        }
    }
}

/// As [`handshake`], with a question after it.
fn ask(port: u16, host: &str, options: &[&str]) -> String {
    let mut openssl = Command::new(tool("openssl", "openssl"));
    let mut child = openssl
        .args([
            "s_client",
            "-ign_eof",
            "-connect",
            &format!("127.0.0.1:{port}"),
        ])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let request = format!("GET /open.csv HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    // A handshake that was refused reads nothing.
    let _ = std::io::Write::write_all(child.stdin.as_mut().unwrap(), request.as_bytes());
    let done = child.wait_with_output().unwrap();
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Rows: NGX-14
#[test]
fn ngx_14_no_early_data_is_taken() {
    let site = Site::start();
    let said = ask(
        site.nginx.https,
        "localhost",
        &["-tls1_3", "-servername", "localhost"],
    );
    assert!(said.contains("Post-Handshake New Session Ticket"), "{said}");
    let most: BTreeSet<&str> = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Max Early Data: "))
        .collect();
    assert_eq!(most, BTreeSet::from(["0"]), "{said}");
    for version in ["-tls1_2", "-tls1_3"] {
        let said = handshake(site.nginx.https, &[version, "-servername", "localhost"]);
        assert!(
            said.contains("Cipher is ") && !said.contains("Cipher is (NONE)"),
            "{said}"
        );
    }
}

/// The sockets that the daemon holds.
fn sockets(world: &World) -> BTreeSet<String> {
    let folder = format!("/proc/{}/fd", world.perild.pid().as_raw_nonzero());
    let links = fs::read_dir(folder).unwrap();
    let targets = links.filter_map(|entry| fs::read_link(entry.unwrap().path()).ok());
    targets
        .map(|target| target.display().to_string())
        .filter(|target| target.starts_with("socket:"))
        .collect()
}

/// Rows: NGX-18
#[test]
fn ngx_18_many_requests_share_one_connection_to_the_daemon() {
    let world = World::start();
    let token = world.token();
    let mut connection = world.bank();
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    assert_eq!(connection.send(&request).status, 200);
    let before = sockets(&world);
    for _ in 0..50 {
        assert_eq!(connection.send(&request).status, 200);
        let now = sockets(&world);
        let new: Vec<_> = now.difference(&before).collect();
        assert!(new.is_empty(), "{new:?} beside {before:?}");
    }
    // The twin: who comes to the socket itself is a connection more.
    let own = crate::support::http::unix(&world.perild.socket);
    crate::support::process::eventually("a connection", std::time::Duration::from_secs(10), || {
        sockets(&world).difference(&before).next().map(drop)
    });
    drop(own);
    let text = directives();
    for directive in [
        "proxy_http_version 1.1;",
        "proxy_set_header Connection \"\";",
        "keepalive 64;",
    ] {
        assert!(text.contains(directive), "{directive}");
    }
}
