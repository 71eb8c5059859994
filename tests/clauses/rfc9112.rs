//! HTTP/1.1 messages that are not what they seem, RFC 9112: the raw socket, octet for octet.
//!
//! What the parser itself refuses is answered by the HTTP library, 400 without a body and without
//! our header fields; nginx in front refuses all of it before the daemon sees it.

use std::{io::Read as _, os::unix::net::UnixStream};

use super::site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token};
use crate::support::http::{Answer, Connection, Request};

/// What a smuggler would like to see answered.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";

/// Every answer to `octets` until the connection ends or waits for more.
fn answers(site: &Site, octets: &[u8]) -> Vec<Answer> {
    let mut connection: Connection<UnixStream> = site.connect();
    connection.write(octets);
    let stream = connection.stream().get_ref();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answers = Vec::new();
    while let Some(answer) = connection.read(true) {
        answers.push(answer);
    }
    let mut rest = Vec::new();
    let _ = connection.stream().read_to_end(&mut rest);
    assert_eq!(rest, b"", "{octets:?}");
    answers
}

/// One 400, and nothing of what stands behind it is answered.
#[track_caller]
fn assert_refused_and_closed(site: &Site, head: &str, body: &str) {
    let octets = format!("{head}\r\n\r\n{body}{HIDDEN}");
    let answers = answers(site, octets.as_bytes());
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [400], "{head:?} {body:?}");
    assert_eq!(site.introspections(), 0);
}

/// Rows: HTTP-22
#[test]
fn rfc9112_6_3_two_lengths_are_400_and_closed() {
    let site = Site::start();
    let post = "POST /x HTTP/1.1\r\nHost: h";
    let both = "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked";
    for lines in [
        both,
        "\r\nTransfer-Encoding: chunked\r\nContent-Length: 5",
        "\r\nContent-Length: 5\r\nContent-Length: 6",
        "\r\nContent-Length: 5, 6",
        "\r\nContent-Length: +5",
        "\r\nContent-Length: -5",
        "\r\nContent-Length: 0x5",
        "\r\nContent-Length: 5 5",
        "\r\nContent-Length: five",
        "\r\nContent-Length: 99999999999999999999999",
    ] {
        assert_refused_and_closed(&site, &format!("{post}{lines}"), "0\r\n\r\n");
    }
    assert_eq!(site.fetch().status, 200);
}

/// Rows: HTTP-22
#[test]
fn rfc9112_6_1_a_transfer_coding_other_than_chunked_is_400_and_closed() {
    let site = Site::start();
    for coding in [
        "xchunked",
        "chunked, gzip",
        "chunked, chunked",
        "\"chunked\"",
        "chunked;q=1",
    ] {
        let head = format!("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: {coding}");
        assert_refused_and_closed(&site, &head, "0\r\n\r\n");
    }
    let twice =
        "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity";
    assert_refused_and_closed(&site, twice, "0\r\n\r\n");
}

/// Rows: HTTP-22
#[test]
fn rfc9112_7_1_nothing_behind_a_bad_chunk_is_answered() {
    let site = Site::start();
    let head = "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let good = format!("{head}5\r\nhello\r\n0\r\n\r\n{HIDDEN}");
    let statuses: Vec<u16> = answers(&site, good.as_bytes())
        .iter()
        .map(|a| a.status)
        .collect();
    assert!(matches!(statuses[..], [405] | [405, 200]), "{statuses:?}");
    for body in [
        "zz\r\nhello\r\n",
        "-1\r\n",
        "0x5\r\nhello\r\n",
        "11111111111111111\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "5 x\r\nhello\r\n",
    ] {
        let octets = format!("{head}{body}{HIDDEN}");
        let statuses: Vec<u16> = answers(&site, octets.as_bytes())
            .iter()
            .map(|a| a.status)
            .collect();
        assert!(
            matches!(statuses[..], [400 | 405] | [405, 400]),
            "{body:?}: {statuses:?}"
        );
    }
    assert_eq!(site.fetch().status, 200);
}

/// Rows: HTTP-23
#[test]
fn rfc9112_3_2_exactly_one_host_is_wanted() {
    let site = Site::start();
    let good = format!("{HIDDEN}{HIDDEN}");
    assert_eq!(answers(&site, good.as_bytes()).len(), 2);
    let get = "GET /healthz HTTP/1.1";
    assert_refused_and_closed(&site, get, "");
    for hosts in ["Host: a\r\nHost: b", "Host: a\r\nhost: a"] {
        assert_refused_and_closed(&site, &format!("{get}\r\n{hosts}"), "");
    }
}

/// Rows: HTTP-24
#[test]
fn rfc9110_5_5_cr_lf_and_nul_in_a_value_are_400() {
    let site = Site::start();
    for octet in ["\0", "\r", "\u{1}", "\u{7f}"] {
        let head = format!("GET /healthz HTTP/1.1\r\nHost: h\r\nX-Field: a{octet}b");
        assert_refused_and_closed(&site, &head, "");
    }
    let plain = "GET /healthz HTTP/1.1\r\nHost: h\r\nX-Field: a\tb\r\n\r\n";
    assert_eq!(answers(&site, plain.as_bytes())[0].status, 200);
}

/// Rows: HTTP-25
#[test]
fn rfc9112_5_1_a_space_before_the_colon_is_400() {
    let site = Site::start();
    for line in [
        "Authorization : Bearer t",
        "Authorization\t: Bearer t",
        " Authorization: Bearer t",
        "Authorization",
        ": x",
        "Auth orization: x",
    ] {
        let head = format!("GET /{NAME} HTTP/1.1\r\nHost: h\r\n{line}");
        assert_refused_and_closed(&site, &head, "");
    }
}

/// Rows: HTTP-21, CON-4
#[test]
fn rfc9112_5_2_a_folded_header_is_400() {
    let site = Site::start();
    let pem = std::fs::read_to_string(&site.bank.certificate).unwrap();
    // As nginx's old $ssl_client_cert writes it.
    let folded = pem.trim_end().replace('\n', "\n\t");
    for value in [
        folded.clone(),
        folded.replace('\n', "\r\n"),
        "a\r\n b".to_owned(),
    ] {
        let head = format!("GET /{NAME} HTTP/1.1\r\nHost: h\r\n{CERTIFICATE}: {value}");
        assert_refused_and_closed(&site, &head, "");
    }
}

/// Rows: HTTP-22
#[test]
fn rfc9112_3_a_request_line_that_is_none_is_400_and_closed() {
    let site = Site::start();
    for line in [
        "GET /healthz",
        "GET  /healthz HTTP/1.1",
        "GET /heal thz HTTP/1.1",
        "GET /healthz HTTP/3.0",
        "GET /healthz http/1.1",
        "/healthz HTTP/1.1",
        "G\u{0}T / HTTP/1.1",
    ] {
        assert_refused_and_closed(&site, &format!("{line}\r\nHost: h"), "");
    }
}

/// Rows: HTTP-29
#[test]
fn rfc9110_6_4_content_of_a_get_is_no_second_request() {
    let site = Site::start();
    let mut connection = site.connect();
    let request = site.request(&format!("/{NAME}"), &fresh_token());
    for _ in 0..2 {
        let Some(answer) = connection.try_send(&request.clone().content(HIDDEN.as_bytes())) else {
            connection = site.connect();
            continue;
        };
        assert_eq!((answer.status, answer.text()), (200, CONTENT));
    }
    let octets = request.content(HIDDEN.as_bytes()).bytes();
    assert_eq!(answers(&site, &octets).len(), 1);
}

/// Rows: HTTP-31
#[test]
fn rfc9110_7_6_1_a_header_named_in_connection_is_read_all_the_same() {
    let site = Site::start();
    for named in [
        "x-oe-client-cert",
        "authorization, x-oe-client-verify",
        "close, x-oe-client-cert",
    ] {
        assert_eq!(
            site.fetch_with(&[("Connection", named)]).status,
            200,
            "{named}"
        );
    }
    let unverified = [
        ("Connection", "x-oe-client-verify"),
        ("X-OE-CLIENT-VERIFY", "NONE"),
    ];
    assert_eq!(site.fetch_with(&unverified).status, 401);
}

/// Rows: HTTP-22
#[test]
fn requests_sent_ahead_are_answered_in_order_each_by_its_own_credentials() {
    let site = Site::start();
    let good = site.request(&format!("/{NAME}"), &fresh_token()).bytes();
    let none = Request::get(&format!("/{NAME}")).bytes();
    let octets = [&good[..], &none, &good, HIDDEN.as_bytes()].concat();
    let statuses: Vec<u16> = answers(&site, &octets).iter().map(|a| a.status).collect();
    assert_eq!(statuses, [200, 401, 200, 200]);
}
