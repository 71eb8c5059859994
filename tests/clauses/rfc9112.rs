//! HTTP/1.1 messages that are not what they seem, RFC 9112: the raw socket, octet for octet.
//!
//! What the HTTP library would refuse with a bare status is answered as everything else is.

use std::{io::Read as _, os::unix::net::UnixStream};

use super::{
    expect::unchallenged,
    site::{CERTIFICATE, CONTENT, NAME, Site, fresh_token},
};
use crate::support::http::{Answer, Connection, Request};

/// What a smuggler would like to see answered.
const HIDDEN: &str = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";

/// Every answer to `octets` until the connection ends or waits for more.
fn answers(site: &Site, octets: &[u8]) -> Vec<Answer> {
    answers_of(site, octets, true)
}

fn answers_of(site: &Site, octets: &[u8], with_content: bool) -> Vec<Answer> {
    let mut connection: Connection<UnixStream> = site.connect();
    connection.write(octets);
    let stream = connection.stream().get_ref();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answers = Vec::new();
    while let Some(answer) = connection.read(with_content) {
        answers.push(answer);
    }
    let mut rest = Vec::new();
    let _ = connection.stream().read_to_end(&mut rest);
    assert_eq!(rest, b"", "{octets:?}");
    answers
}

/// One 400 as every refusal is, and nothing of what stands behind it is answered.
#[track_caller]
fn assert_refused_and_closed(site: &Site, head: &str, body: &str) {
    let octets = format!("{head}\r\n\r\n{body}{HIDDEN}");
    assert_refused(site, octets.as_bytes(), 400);
}

#[track_caller]
fn assert_refused(site: &Site, octets: &[u8], status: u16) -> Answer {
    let answers = answers(site, octets);
    let [answer] = &answers[..] else {
        panic!("{:?}: {answers:?}", octets.escape_ascii().to_string())
    };
    unchallenged(site, answer, status);
    let id = answer.interaction_id();
    let record = site.perild.wait_for_line(|line| line.contains(id));
    let said = format!("PERILD_STATUS={status} ");
    assert!(
        record.contains(&said) && record.contains("refused: "),
        "{record}"
    );
    assert_eq!(site.introspections(), 0);
    answer.clone()
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
        // The method is wrong as well, and that is known first.
        assert_refused(&site, octets.as_bytes(), 405);
    }
    assert_eq!(site.fetch().status, 200);
}

/// Rows: DEC-5, HTTP-22, HTTP-23, HTTP-26
#[test]
fn what_the_parser_refuses_is_answered_and_recorded_like_everything_else() {
    let site = Site::start();
    let fields = |count: usize| "X-Many: v\r\n".repeat(count);
    let cases: [(&[u8], u16); 18] = [
        (b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /caf\xe9 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /\x80\xff HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (
            b"GET /v1/location?q=\xf0\x9f\x98\x80 HTTP/1.1\r\nHost: h\r\n\r\n",
            400,
        ),
        (b"GET /a?q=\"b\" HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GET /<script> HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (
            b"POST /location?a=<b> HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
            400,
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"POST /location HTTP/1.0\r\n\r\n", 400),
        (
            b"POST /location HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"GET / HTTP/0.9\r\nHost: h\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 400),
        (b"G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400),
        (b"GARBAGE\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX-\xff: v\r\n\r\n", 400),
    ];
    for (octets, status) in cases {
        assert_refused(&site, octets, status);
    }
    for count in [96, 100, 101, 1000] {
        let head = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", fields(count));
        assert_refused(&site, head.as_bytes(), 431);
    }
    let head = format!("GET /healthz HTTP/1.1\r\nHost: h\r\n{}\r\n", fields(95));
    assert_eq!(answers(&site, head.as_bytes())[0].status, 200);
    for target in ["/caf%C3%A9", "/a%22b", "/%3Cscript%3E", "/a'b|c"] {
        let answer = site.get(target);
        assert_eq!(answer.status, 404, "{target}");
    }
    let log = site.perild.log();
    for line in log.lines() {
        assert!(
            !line.contains(" ERROR ") && !line.contains("script"),
            "{line}"
        );
    }
}

/// Rows: DEC-5, FAPI1-B-11, PROB-7
#[test]
fn a_head_that_cannot_be_read_has_its_interaction_id_echoed_and_head_gets_no_content() {
    let site = Site::start();
    let octets = b"GET /caf\xe9 HTTP/1.1\r\nHost: h\r\nx-fapi-interaction-id: mine\r\n\r\n";
    assert_eq!(assert_refused(&site, octets, 400).interaction_id(), "mine");
    let head = b"HEAD /caf\xe9 HTTP/1.1\r\nHost: h\r\n\r\n";
    let answers = answers_of(&site, head, false);
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].status, 400);
    // What came before it is answered first.
    let good = site.request(&format!("/{NAME}"), &fresh_token()).bytes();
    let octets = [&good[..], octets, &good].concat();
    let statuses: Vec<u16> = self::answers(&site, &octets)
        .iter()
        .map(|a| a.status)
        .collect();
    assert_eq!(statuses, [200, 400]);
}

/// Rows: HTTP-22
#[test]
fn nobody_can_ask_for_what_stands_in_the_place_of_a_bad_request() {
    let site = Site::start();
    let path = format!("/{}", uuid::Uuid::new_v4());
    assert_eq!(site.ask(&Request::get(&path)).status, 401);
    let bad = b"GET /caf\xe9 HTTP/1.1\r\nHost: h\r\n\r\n";
    let octets = [&Request::get(&path).bytes()[..], bad].concat();
    let statuses: Vec<u16> = answers(&site, &octets).iter().map(|a| a.status).collect();
    assert_eq!(statuses, [401, 400]);
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
