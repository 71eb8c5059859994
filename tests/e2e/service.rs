//! What systemd does to the daemon: reload, stop, refuse to start.

use std::{fs, time::Duration};

use rustix::process::Signal;
use sd_notify::NotifyState;

use crate::support::{
    http::{Request, unix},
    perild::{Launch, Perild, Settings, write_config},
    pki::Pki,
    process::eventually,
    world::{CONTENT, NAME, World, place},
};

/// Rows: SYSD-3, SYSD-4
#[test]
fn sysd_4_readiness_is_told_when_requests_are_answered() {
    let dir = place();
    Pki::new(dir.path());
    // Nobody answers as the directory: up, and not ready for data.
    let settings = Settings::new("https://localhost:9");
    let perild = Perild::launch(dir.path(), &settings, &Launch::Itself);
    let message = perild.await_state("READY=1");
    assert!(
        message.lines().any(|line| line.starts_with("STATUS=")),
        "{message}"
    );
    let _ = unix(&perild.socket);
}

/// Rows: SYSD-4
#[test]
fn sysd_4_a_signal_at_the_moment_of_readiness_is_heeded() {
    let dir = place();
    Pki::new(dir.path());
    for _ in 0..10 {
        let mut perild = Perild::start(dir.path(), &Settings::new("https://localhost:9"));
        perild.signal(Signal::HUP);
        perild.await_state("READY=1");
        perild.stop();
    }
}

/// Rows: SYSD-5, PKIX-12
#[test]
fn sysd_5_sighup_takes_new_revocation_lists_and_a_bad_one_leaves_the_old() {
    let world = World::with(|settings, pki| {
        settings.revocation_lists = vec![pki.revocation_lists("consumers.crl.pem", &[])];
    });
    let token = world.token();
    let target = format!("/{NAME}");
    assert_eq!(world.get(&target, &token).status, 200);

    fs::write(world.pki.path("consumers.crl.pem"), "garbage").unwrap();
    let (_, kept) = world.perild.reload();
    assert!(
        kept.lines()
            .any(|line| line.starts_with("STATUS=") && line.contains("old configuration")),
        "{kept}"
    );
    assert_eq!(world.get(&target, &token).status, 200);

    world
        .pki
        .revocation_lists("consumers.crl.pem", &[&world.bank]);
    let (reloading, ready) = world.perild.reload();
    let begun = reloading
        .lines()
        .find_map(|line| line.strip_prefix("MONOTONIC_USEC="))
        .unwrap();
    assert!(begun.parse::<i128>().unwrap() <= monotonic_usec());
    assert!(!ready.contains("old configuration"), "{ready}");
    assert_eq!(world.get(&target, &token).status, 401);
}

fn monotonic_usec() -> i128 {
    match NotifyState::monotonic_usec_now().unwrap() {
        NotifyState::MonotonicUsec(now) => now,
        other => panic!("{other:?}"),
    }
}

/// Rows: SYSD-5
#[test]
fn sysd_5_sighup_takes_a_new_configuration_without_a_lost_request() {
    let world = World::start();
    let token = world.token();
    let mut connection = world.bank();
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    assert_eq!(connection.send(&request).status, 200);
    let settings = Settings {
        more: format!("[[datasets]]\nname = \"{NAME}\"\nscope = \"flood:read\"\n"),
        ..Settings::new(&world.directory.issuer)
    };
    write_config(world.dir(), &settings);
    world.perild.reload();
    let answer = connection.send(&request);
    assert_eq!(answer.status, 403);
    let challenge = answer.field("www-authenticate").unwrap();
    assert!(challenge.contains(r#"scope="flood:read""#), "{challenge}");
}

/// Rows: SYSD-6
#[test]
fn sysd_6_sigterm_lets_a_running_download_finish() {
    let mut world = World::start();
    let token = world.token();
    let length = 64_000_000;
    fs::write(world.shared("large.csv"), vec![b'x'; length]).unwrap();
    let mut connection = world.bank();
    connection.write(&Request::get("/large").bearer(&token).bytes());
    std::io::BufRead::fill_buf(connection.stream()).unwrap();

    world.perild.signal(Signal::TERM);
    world.perild.await_state("STOPPING=1");
    let answer = connection.read(true).unwrap();
    assert_eq!((answer.status, answer.content.len()), (200, length));
    world.perild.wait();
    assert!(!world.perild.socket.exists());
}

/// Rows: SYSD-11
#[test]
fn sysd_11_a_wrong_configuration_ends_with_78_and_names_the_remedy() {
    let dir = place();
    Pki::new(dir.path());
    let settings = Settings {
        more: "[surprise]\nkey = 1\n".to_owned(),
        ..Settings::new("https://localhost:9")
    };
    let mut perild = Perild::launch(dir.path(), &settings, &Launch::Itself);
    let (code, said) = perild.failure();
    assert_eq!(code, Some(78), "{said}");
    assert!(
        said.contains("perild.toml") && said.contains("surprise"),
        "{said}"
    );
}

/// Rows: DISC-6
#[test]
fn disc_6_without_a_directory_the_daemon_is_up_and_not_ready() {
    let world = World::with(|settings, _| settings.issuer = "https://localhost:9".to_owned());
    let answer = world.bank().send(&Request::get("/healthz"));
    assert_eq!((answer.status, answer.text()), (200, "OK"));
    let ready = world.bank().send(&Request::get("/readyz"));
    assert_eq!(ready.status, 503);
    let data = world.get(&format!("/{NAME}"), "token");
    assert_eq!((data.status, data.field("www-authenticate")), (503, None));
    assert!(data.field("retry-after").is_some());
    assert!(!data.text().contains(CONTENT));
}

/// Rows: DEC-5, NGX-21, HTTP-22, HTTP-23, HTTP-26
#[test]
fn what_no_parser_takes_is_answered_like_everything_else_through_the_site() {
    let world = World::start();
    let many = "X-Many: v\r\n".repeat(101);
    let cases: [(&[u8], u16); 8] = [
        (b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /\xff\x80 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /<script> HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /x?q=\"<>\" HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (
            b"GET /v1/location?q=\xe9 HTTP/1.1\r\nHost: localhost\r\n\r\n",
            400,
        ),
        (b"G\xe9T / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nHost : x\r\n\r\n",
            400,
        ),
        (
            &[
                b"GET /x HTTP/1.1\r\nHost: localhost\r\n",
                many.as_bytes(),
                b"\r\n",
            ]
            .concat(),
            431,
        ),
    ];
    for (octets, status) in cases {
        for identity in [None, Some(&world.bank)] {
            let mut connection = world.client(identity).connect();
            connection.write(octets);
            let answer = connection.read(true).expect("an answer");
            assert_eq!(answer.status, status, "{answer:?}");
            answer.problem();
            assert!(answer.field("date").is_some(), "{answer:?}");
            let id = answer.interaction_id().to_owned();
            eventually("the line of nginx's log", Duration::from_secs(10), || {
                let log = world.nginx.log("perild.access.log");
                log.contains(&id).then_some(())
            });
        }
    }
    // The daemon has a record of each that reached it, and no error.
    let octets = b"GET /caf\xe9 HTTP/1.1\r\nHost: localhost\r\nx-fapi-interaction-id: mine\r\n\r\n";
    let mut connection = world.bank();
    connection.write(octets);
    let answer = connection.read(true).unwrap();
    assert_eq!((answer.status, answer.interaction_id()), (400, "mine"));
    let record = world
        .perild
        .wait_for_line(|line| line.contains("_ID=mine "));
    assert!(record.contains(" PERILD_STATUS=400 "), "{record}");
    // The connection to the client, and that of nginx to the daemon, go on.
    assert_eq!(world.get(&format!("/{NAME}"), &world.token()).status, 200);
    assert!(
        !world.perild.log().contains(" ERROR "),
        "{}",
        world.perild.log()
    );
}

/// Rows: HTTP-23
#[test]
fn two_host_fields_are_never_told_apart_by_the_daemon() {
    let world = World::start();
    let mut connection = world.bank();
    connection.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n");
    let answer = connection.read(true).expect("an answer");
    // nginx takes the first before 1.23 and none after, and passes one on in any case.
    assert!(matches!(answer.status, 200 | 400), "{answer:?}");
    assert!(!answer.interaction_id().is_empty());
}
