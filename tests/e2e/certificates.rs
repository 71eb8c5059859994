//! Certificates at the public edge: none, bad, forged, revoked, resumed.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use rustls::HandshakeKind;
use time::OffsetDateTime;

use crate::support::{
    http::{Answer, Request},
    pki::Identity,
    process::{eventually, tool},
    world::{CONTENT, NAME, World},
};

fn ask(world: &World, identity: Option<&Identity>, token: &str) -> Answer {
    world
        .client(identity)
        .connect()
        .send(&Request::get(&format!("/{NAME}")).bearer(token))
}

fn assert_refused(answer: &Answer) {
    assert_eq!(answer.status, 401, "{answer:?}");
    let challenge = answer.field("www-authenticate").unwrap();
    assert!(
        challenge.contains(r#"error="invalid_token""#),
        "{challenge}"
    );
    answer.problem();
}

/// Rows: OE-VAL-2, OE-VAL-4, DEC-1, CONF-6, MTLS-9, NGX-9, PKIX-1, CON-6
#[test]
fn oe_no_expired_or_foreign_certificate_is_401_and_the_directory_is_not_asked() {
    let world = World::start();
    let token = world.token();
    assert_refused(&ask(&world, None, &token));
    assert_refused(&ask(
        &world,
        Some(&world.pki.expired_consumer("bank-a")),
        &token,
    ));
    assert_refused(&ask(&world, Some(&world.pki.stranger("bank-a")), &token));
    assert_eq!(world.directory.introspections(), 0);
    assert_eq!(ask(&world, Some(&world.bank), &token).text(), CONTENT);
}

/// Rows: OE-VAL-2
#[test]
fn oe_without_a_token_a_bad_certificate_gets_a_challenge_without_an_error() {
    let world = World::start();
    for identity in [None, Some(&world.pki.expired_consumer("bank-a"))] {
        let answer = world
            .client(identity)
            .connect()
            .send(&Request::get(&format!("/{NAME}")));
        assert_eq!(answer.status, 401);
        assert!(!answer.field("www-authenticate").unwrap().contains("error"));
    }
}

/// Rows: MTLS-8, CERT-10, CERT-13, NGX-4, NGX-5, NGX-6, HTTP-31, IB1-HDR-1
#[test]
fn rfc8705_6_5_a_certificate_header_from_outside_has_no_effect() {
    let world = World::start();
    let token = world.token();
    let forged = world.bank.escaped();
    let names = [
        "X-OE-CLIENT-CERT",
        "x-oe-client-cert",
        "X_OE_CLIENT_CERT",
        "Client-Cert",
        "X-Amzn-Mtls-Clientcert-Leaf",
        "X-OE-CLIENT-CERT-UNVERIFIED",
    ];
    for name in names {
        let request = Request::get(&format!("/{NAME}"))
            .bearer(&token)
            .field(name, &forged)
            .field("X-OE-CLIENT-VERIFY", "SUCCESS")
            .field("Connection", "x-oe-client-cert, x-oe-client-verify");
        for identity in [
            None,
            Some(&world.pki.stranger("bank-a")),
            Some(&world.pki.consumer("bank-b")),
        ] {
            assert_refused(&world.client(identity).connect().send(&request));
        }
        // And takes nothing away from who does show a certificate.
        assert_eq!(world.bank().send(&request).status, 200, "{name}");
    }
    let twice = Request::get(&format!("/{NAME}"))
        .bearer(&token)
        .field(names[0], &forged)
        .field(names[0], "x");
    assert_refused(&world.client(None).connect().send(&twice));
    assert_eq!(world.bank().send(&twice).status, 200);
}

/// Rows: NGX-20, OE-VAL-2, OE-VAL-13, CERT-10
#[test]
fn ngx_20_who_shows_a_bad_certificate_is_told_what_is_wrong_and_named_in_the_log() {
    let world = World::start();
    let token = world.token();
    let day = Duration::from_hours(24);
    let not_yet = world.pki.consumer_with("early", |params| {
        params.not_before = OffsetDateTime::now_utc() + day;
        params.not_after = OffsetDateTime::now_utc() + 9 * day;
    });
    let server = world.pki.consumer_with("server", |params| {
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    });
    for (identity, name, word) in [
        (world.pki.expired_consumer("late"), "late", "has expired"),
        (not_yet, "early", "is not valid yet"),
        (
            world.pki.stranger("foreign"),
            "foreign",
            "not issued under the directory",
        ),
        (server, "server", "not for client authentication"),
    ] {
        let answer = ask(&world, Some(&identity), &token);
        assert_refused(&answer);
        let detail = answer.problem()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(word), "{name}: {detail}");
        let id = answer.interaction_id();
        let record = world.perild.wait_for_line(|line| line.contains(id));
        assert!(record.contains("failed the hop's verification"), "{record}");
        for field in ["SUBJECT", "ISSUER", "SERIAL", "THUMBPRINT"] {
            let unknown = format!(" PERILD_CERT_{field}=- ");
            assert!(!record.contains(&unknown), "{record}");
        }
        assert!(record.contains(name), "{record}");
        // It is written a moment after its answer.
        let line = eventually("the line of nginx's log", Duration::from_secs(10), || {
            let log = world.nginx.log("perild.access.log");
            let found = log.split_inclusive('\n').find(|line| line.contains(id));
            found.filter(|line| line.ends_with('\n')).map(str::to_owned)
        });
        assert!(line.contains("\"certificate\":\"FAILED:"), "{line}");
        // What is open stays open.
        let health = world.client(Some(&identity)).connect();
        let health = { health }.send(&Request::get("/healthz"));
        assert_eq!(health.status, 200);
    }
    let none = ask(&world, None, &token);
    assert!(none.text().contains("No client certificate was shown"));
    // Nobody names another one in the log.
    let forged = Request::get(&format!("/{NAME}"))
        .bearer(&token)
        .field("X-OE-CLIENT-CERT-UNVERIFIED", &world.bank.escaped())
        .field("X-OE-CLIENT-VERIFY", "FAILED:certificate has expired");
    for identity in [None, Some(&world.pki.stranger("foreign"))] {
        let answer = world.client(identity).connect().send(&forged);
        assert_refused(&answer);
        let id = answer.interaction_id();
        let record = world.perild.wait_for_line(|line| line.contains(id));
        assert!(!record.contains("bank-a"), "{record}");
    }
    assert_eq!(world.directory.introspections(), 0);
}

/// Rows: PKIX-8, IB1-ID-6
#[test]
fn rfc5280_6_3_a_revoked_certificate_is_refused() {
    let world = World::with(|settings, pki| {
        let revoked = pki.consumer_with("bank-b", |params| params.serial_number = Some(77.into()));
        settings.revocation_lists = vec![pki.revocation_lists("consumers.crl.pem", &[&revoked])];
    });
    let revoked = world
        .pki
        .consumer_with("bank-b", |params| params.serial_number = Some(77.into()));
    let token = world.directory.token("bank-b", &revoked);
    assert_refused(&ask(&world, Some(&revoked), &token));
    assert_eq!(world.directory.introspections(), 0);

    let other = world.pki.consumer("bank-b");
    let token = world.directory.token("bank-b", &other);
    assert_eq!(ask(&world, Some(&other), &token).status, 200);
}

/// Rows: PKIX-2
#[test]
fn rfc5280_4_1_2_5_a_certificate_that_expires_on_an_open_connection_is_refused() {
    let world = World::start();
    let brief = world.pki.consumer_with("bank-a", |params| {
        params.not_after = OffsetDateTime::now_utc() + Duration::from_secs(8);
    });
    let token = world.directory.token("bank-a", &brief);
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    let mut connection = world.client(Some(&brief)).connect();
    assert_eq!(connection.send(&request).status, 200);
    let refused = eventually(
        "the end of the certificate",
        Duration::from_secs(12),
        || Some(connection.send(&request)).filter(|answer| answer.status != 200),
    );
    assert_refused(&refused);
}

/// Rows: CERT-12
#[test]
fn rfc9440_3_3_a_resumed_session_still_shows_the_certificate() {
    let world = World::start();
    let token = world.token();
    let request = Request::get(&format!("/{NAME}")).bearer(&token);
    let client = world.client(Some(&world.bank));
    for expected in [HandshakeKind::Full, HandshakeKind::Resumed] {
        let mut connection = client.connect();
        assert_eq!(connection.send(&request).status, 200);
        let kind = connection.stream().get_ref().conn.handshake_kind();
        assert_eq!(kind, Some(expected));
    }
}

/// Rows: CERT-12
#[test]
fn rfc9440_3_3_so_does_one_of_tls_1_2_by_openssl() {
    let world = World::start();
    let token = world.token();
    let session = world.pki.path("session.pem");
    for (option, reused) in [
        ("-sess_out", "New, TLSv1.2"),
        ("-sess_in", "Reused, TLSv1.2"),
    ] {
        let mut openssl = Command::new(tool("openssl", "openssl"));
        openssl.args([
            "s_client",
            "-tls1_2",
            "-servername",
            "localhost",
            "-ign_eof",
            "-connect",
        ]);
        openssl
            .arg(format!("127.0.0.1:{}", world.nginx.https))
            .arg(option)
            .arg(&session);
        openssl
            .arg("-cert")
            .arg(&world.bank.certificate)
            .arg("-key")
            .arg(&world.bank.private_key);
        let request = Request::get(&format!("/{NAME}"))
            .bearer(&token)
            .field("Connection", "close");
        let mut child = openssl
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), &request.bytes()).unwrap();
        let said = String::from_utf8_lossy(&child.wait_with_output().unwrap().stdout).into_owned();
        assert!(said.contains(reused), "{said}");
        assert!(
            said.contains("HTTP/1.1 200") && said.contains(CONTENT),
            "{said}"
        );
    }
}
