//! The errors nginx makes itself: a problem body and the interaction id on each, nothing secret in its logs.

use std::time::Duration;

use crate::{
    edge::Site,
    support::{
        http::{Answer, Connection, Request, plain},
        process::eventually,
        tls,
    },
};

/// A version-4 UUID in lower case (RFC 9562 §5.4).
pub(crate) fn is_uuid_v4(id: &str) -> bool {
    let parsed = uuid::Uuid::parse_str(id);
    parsed.is_ok_and(|uuid| {
        uuid.get_version_num() == 4
            && uuid.get_variant() == uuid::Variant::RFC4122
            && uuid.hyphenated().to_string() == id
    })
}

fn raw(connection: &mut Connection<tls::Stream>, bytes: &[u8]) -> Answer {
    connection.write(bytes);
    connection.read(true).unwrap()
}

/// Rows: NGX-21, DEC-5, NGX-19, PROB-1, PROB-2, PROB-4, HTTP-22, HTTP-23, HTTP-24, HTTP-26
#[test]
fn each_error_of_nginx_has_a_problem_body_and_a_fresh_interaction_id() {
    let site = Site::start();
    let long = "a".repeat(20_000);
    let requests: [(u16, Vec<u8>); 9] = [
        (400, b"GARBAGE\r\n\r\n".to_vec()),
        (400, b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        (400, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n".to_vec()),
        (400, b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec()),
        (413, b"POST /thing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3000000\r\n\r\n".to_vec()),
        (414, Request::get(&format!("/{long}")).bytes()),
        (421, b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n".to_vec()),
        (431, Request::get("/").field("X-Long", &long).bytes()),
        (502, Request::get("/thing").bytes()),
    ];
    for (status, bytes) in requests {
        let answer = raw(&mut site.connect(None), &bytes);
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(is_uuid_v4(answer.interaction_id()), "{answer:?}");
        let problem = answer.problem();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["interaction_id"], answer.interaction_id());
        assert_eq!(
            problem["instance"],
            format!("urn:uuid:{}", answer.interaction_id())
        );
        assert!(problem["detail"].as_str().unwrap().len() > 10);
        assert_eq!(answer.field("cache-control"), Some("no-store"));
        assert!(answer.field("date").is_some());
        assert_eq!(answer.field("retry-after").is_some(), status == 502);
    }
}

/// Rows: NGX-21, FAPI1-B-11, LIM-5, OE-VAL-11
#[test]
fn an_interaction_id_within_bounds_comes_back_from_nginx_and_any_other_is_replaced() {
    let site = Site::start();
    let longest = "~".repeat(128);
    for id in [
        "c770aef3-6784-41f7-8e0e-ff5f97bddb3a",
        "x",
        r#"a"b\c{}"#,
        &longest,
    ] {
        let answer = site
            .connect(None)
            .send(&Request::get("/thing").field("X-Fapi-Interaction-Id", id));
        assert_eq!((answer.status, answer.interaction_id()), (502, id));
        answer.problem();
    }
    let too_long = "x".repeat(129);
    for id in ["", "a b", "caf\u{e9}", &too_long] {
        let answer = site
            .connect(None)
            .send(&Request::get("/thing").field("X-Fapi-Interaction-Id", id));
        assert!(is_uuid_v4(answer.interaction_id()), "{id:?}: {answer:?}");
    }
}

/// Rows: FAPI1-B-11
#[test]
fn the_uuids_of_nginx_are_well_formed_each_time() {
    let site = Site::start();
    let mut connection = site.connect(None);
    let ids: std::collections::HashSet<String> = (0..200)
        .map(|_| {
            connection
                .send(&Request::get("/open.csv"))
                .interaction_id()
                .to_owned()
        })
        .inspect(|id| assert!(is_uuid_v4(id), "{id}"))
        .collect();
    assert_eq!(ids.len(), 200);
}

/// Rows: HTTP-3, HTTP-5, HTTP-6
#[test]
fn trace_is_refused_without_an_echo() {
    let site = Site::start();
    let answer = site
        .connect(None)
        .send(&Request::new("TRACE", "/").bearer("secret"));
    assert_eq!(
        (answer.status, answer.field("allow")),
        (405, Some("GET, HEAD, OPTIONS"))
    );
    assert!(!answer.problem().to_string().contains("secret"));
}

/// Rows: PROB-7
#[test]
fn an_error_on_head_has_no_content() {
    let site = Site::start();
    let mut connection = site.connect(None);
    let answer = connection.send(&Request::new("HEAD", "/_shared/x"));
    assert_eq!(answer.status, 404);
    assert_eq!(connection.send(&Request::get("/open.csv")).status, 200);
}

/// Rows: HTTP-15
#[test]
fn a_range_past_the_end_of_an_open_file_says_how_long_it_is() {
    let site = Site::start();
    let answer = site
        .connect(None)
        .send(&Request::get("/open.csv").field("Range", "bytes=10-20"));
    assert_eq!(
        (answer.status, answer.field("content-range")),
        (416, Some("bytes */4"))
    );
    assert!(is_uuid_v4(answer.interaction_id()));
    answer.problem();
}

#[test]
fn plain_http_on_the_https_port_is_told_so() {
    let site = Site::start();
    let answer = plain(site.nginx.https).send(&Request::get("/"));
    assert_eq!(answer.status, 400);
    answer.problem();
    assert!(is_uuid_v4(answer.interaction_id()));
}

/// Rows: HTTP-26
#[test]
fn a_flood_without_a_certificate_is_slowed_and_a_certificate_holder_is_not() {
    let site = Site::start();
    let refused = flood(&site).expect("429 at last");
    assert_eq!(refused.field("retry-after"), Some("1"));
    assert!(is_uuid_v4(refused.interaction_id()));
    refused.problem();
    let bank = site.pki.consumer("bank-a");
    assert_eq!(
        site.connect(Some(&bank))
            .send(&Request::get("/open.csv"))
            .status,
        200
    );
}

/// Rows: OE-CHG-2
#[test]
fn oe_chg_2_a_limit_counts_a_client_at_old_and_versioned_addresses_alike() {
    let site = Site::start();
    let targets = ["/open.csv", "/v1/files/open.csv"];
    let refused = |bytes: &[u8], connection: &mut Connection<tls::Stream>| {
        connection.write(bytes);
        let answers: Vec<Answer> = (0..100).map(|_| connection.read(true).unwrap()).collect();
        let too_many = |answer: &Answer| answer.status == 429;
        targets.map(|target| {
            let own = answers
                .iter()
                .skip(usize::from(target != targets[0]))
                .step_by(2);
            own.filter(|answer| too_many(answer)).count()
        })
    };
    let both = targets
        .map(|target| Request::get(target).bytes())
        .concat()
        .repeat(50);
    let mut stranger = site.connect(None);
    let counts: Vec<_> = (0..80).map(|_| refused(&both, &mut stranger)).collect();
    let [old, versioned] = [0, 1].map(|at| counts.iter().map(|each| each[at]).sum::<usize>());
    assert!(old > 0 && versioned > 0, "{old} {versioned}");
    assert!(
        old.abs_diff(versioned) * 5 < old + versioned,
        "{old} {versioned}"
    );
    // A client that is known has a count of its own, at neither address with the stranger's.
    let mut bank = site.connect(Some(&site.pki.consumer("bank-a")));
    assert_eq!(refused(&both, &mut bank), [0, 0]);
}

/// Asks for an open file as fast as one connection can; the first refusal for asking too much.
fn flood(site: &Site) -> Option<Answer> {
    let mut connection = site.connect(None);
    let together = Request::get("/open.csv").bytes().repeat(100);
    (0..80).find_map(|_| {
        connection.write(&together);
        let answers: Vec<Answer> = (0..100).map(|_| connection.read(true).unwrap()).collect();
        answers.into_iter().find(|answer| answer.status == 429)
    })
}

/// Rows: BRR-16
#[test]
fn the_logs_of_nginx_hold_no_token_and_no_query() {
    let site = Site::start();
    let target = "/thing?access_token=query-secret&place=somewhere";
    let request = Request::get(target)
        .bearer("header-secret")
        .field("x-fapi-interaction-id", "findable");
    assert_eq!(
        site.connect(Some(&site.pki.consumer("bank-a")))
            .send(&request)
            .status,
        502
    );
    let long = format!("/thing?access_token=query-secret-{}", "a".repeat(20_000));
    assert_eq!(site.connect(None).send(&Request::get(&long)).status, 414);

    // A line is written a moment after its answer.
    let access = eventually("a line for each", Duration::from_secs(10), || {
        let access = site.nginx.log("perild.access.log");
        (access.lines().count() == 2 && access.ends_with('\n')).then_some(access)
    });
    assert!(
        access.contains(r#""interaction_id":"findable""#),
        "{access}"
    );
    for line in access.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let everything = format!("{access}{}", site.nginx.log("perild.error.log"));
    for secret in ["query-secret", "header-secret", "somewhere", "CERTIFICATE"] {
        assert!(!everything.contains(secret), "{everything}");
    }
}

/// Rows: NGX-21, JRN-4
#[test]
fn each_line_of_the_access_log_is_json_whatever_octets_the_path_has() {
    let site = Site::start();
    let mut targets: Vec<Vec<u8>> = (1..=255_u8)
        .filter(|octet| !matches!(octet, b'\n' | b' ' | b'?' | b'#'))
        .map(|octet| [b"/caf", &[octet][..], b"/x"].concat())
        .collect();
    targets.extend(
        [
            &b"/\xc3\xa9"[..],
            b"/\xf0\x9f\x98\x80",
            b"/\xed\xa0\x80",
            b"/a\"b\\c\\\"d",
            b"/\"}{\"status\":\"200",
            b"/%ff%22%5c",
            b"/plain",
            b"//plain//twice",
        ]
        .map(<[u8]>::to_vec),
    );
    for target in &targets {
        let request = [
            b"GET ",
            &target[..],
            b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ]
        .concat();
        let answer = raw(&mut site.connect(None), &request);
        assert!(matches!(answer.status, 400 | 404 | 502), "{answer:?}");
    }
    for bytes in [
        &b"G\xff\"T / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
        b"\xff\xfe\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \xff\"\\\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nx-fapi-interaction-id: \xff\"\r\n\r\n",
    ] {
        raw(&mut site.connect(None), bytes);
    }
    // A line is written a moment after its answer.
    let file = site.dir.path().join("log/perild.access.log");
    let log = eventually("a line for each", Duration::from_secs(10), || {
        let log = std::fs::read(&file).unwrap();
        let lines = log.split(|octet| *octet == b'\n').count() - 1;
        (lines == targets.len() + 4).then_some(log)
    });
    let log = String::from_utf8(log).expect("UTF-8");
    let mut paths = Vec::new();
    for line in log.lines() {
        let record: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(
            record["interaction_id"].as_str().unwrap().len() > 10,
            "{line}"
        );
        paths.push(record["path"].as_str().unwrap().to_owned());
    }
    for path in [
        "/plain",
        "//plain//twice",
        "/a\"b\\c\\\"d",
        "/%ff%22%5c",
        "/caf[...]",
    ] {
        assert!(paths.iter().any(|logged| logged == path), "{path}");
    }
}
