use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::PathBuf,
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    CrlDistributionPoint, CrlIssuingDistributionPoint, DnType, IsCa, KeyIdMethod, KeyPair,
    KeyUsagePurpose, SerialNumber,
};
use time::{Duration, OffsetDateTime};

use super::{run, text};

/// Contents by their path.
type Published = Arc<Mutex<HashMap<String, Vec<u8>>>>;

type Ca = CertifiedIssuer<'static, KeyPair>;

/// A folder with a configuration, an issuing CA below a root, and a server that publishes lists.
struct Place {
    directory: tempfile::TempDir,
    root: Ca,
    issuing: Ca,
    published: Published,
    port: u16,
    urls: Vec<String>,
}

impl Place {
    /// The issuing CA's certificate names these addresses of the root's list.
    fn new(points: &[&str]) -> Self {
        let (published, port) = serve();
        let points: Vec<String> = points
            .iter()
            .map(|point| point.replace("HERE", &format!("http://127.0.0.1:{port}")))
            .collect();
        let root = CertifiedIssuer::self_signed(ca("root"), KeyPair::generate().unwrap()).unwrap();
        let mut params = ca("issuing");
        for uri in points {
            params
                .crl_distribution_points
                .push(CrlDistributionPoint { uris: vec![uri] });
        }
        let key = KeyPair::generate().unwrap();
        let issuing = CertifiedIssuer::signed_by(params, key, &root).unwrap();
        let place = Self {
            directory: tempfile::tempdir().unwrap(),
            root,
            issuing,
            published,
            port,
            urls: Vec::new(),
        };
        let bundle = place.root.pem() + &place.issuing.pem();
        fs::write(place.path("ca.pem"), bundle).unwrap();
        place
    }

    /// With these addresses in the configuration.
    fn asking(mut self, urls: &[&str]) -> Self {
        let here = format!("http://127.0.0.1:{}", self.port);
        self.urls = urls.iter().map(|url| url.replace("HERE", &here)).collect();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn publish(&self, path: &str, content: impl Into<Vec<u8>>) {
        let mut published = self.published.lock().unwrap();
        published.insert(path.to_owned(), content.into());
    }

    fn run(&self) -> Output {
        let text = format!(
            "[directory]\nissuer = \"https://as.example/\"\nclient_id = \"provider\"\n[consumers]\n\
             trust_anchors = \"{}\"\nrevocation_lists = [\"{}\"]\nrevocation_urls = {:?}\n",
            self.path("ca.pem").display(),
            self.path("lists.pem").display(),
            self.urls,
        );
        fs::write(self.path("perild.toml"), text).unwrap();
        run(self.directory.path(), &["crl", "--config", "perild.toml"])
    }

    /// Runs, and what it says where it succeeds.
    #[track_caller]
    fn succeeds(&self) -> String {
        let output = self.run();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        said
    }

    /// Runs, and what it says where it fails.
    #[track_caller]
    fn fails(&self) -> String {
        let output = self.run();
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        said
    }

    fn installed(&self) -> Vec<u8> {
        fs::read(self.path("lists.pem")).unwrap_or_default()
    }

    fn install(&self, content: impl AsRef<[u8]>) {
        fs::write(self.path("lists.pem"), content).unwrap();
    }
}

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

/// A list of a day that ends in so many hours.
fn list(issuer: &Ca, number: u64, hours: i64) -> rcgen::CertificateRevocationList {
    let end = OffsetDateTime::now_utc() + Duration::hours(hours);
    let params = CertificateRevocationListParams {
        this_update: end - Duration::days(1),
        next_update: end,
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    params.signed_by(issuer).unwrap()
}

fn pem(issuer: &Ca, number: u64, hours: i64) -> String {
    list(issuer, number, hours).pem().unwrap()
}

/// A list whose signature is not good.
fn damaged(issuer: &Ca, number: u64) -> Vec<u8> {
    let mut der = list(issuer, number, 20).der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    der
}

fn encoded(der: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    format!("-----BEGIN X509 CRL-----\n{text}\n-----END X509 CRL-----\n")
}

/// Answers each request with what is published under its path, or with 404.
fn serve() -> (Published, u16) {
    let published = Published::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let pages = Arc::clone(&published);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            let line = first_line(&mut reader).unwrap_or_default();
            let target = line.split(' ').nth(1).unwrap_or_default();
            let page = pages.lock().unwrap().get(target).cloned();
            let (status, body) =
                page.map_or(("404 Not Found", Vec::new()), |page| ("200 OK", page));
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let answer = [head.as_bytes(), &body].concat();
            let _ = reader.get_mut().write_all(&answer);
        }
    });
    (published, port)
}

/// The first line of a request; what follows it is read to the end of the head.
fn first_line(reader: &mut impl BufRead) -> Option<String> {
    let mut lines = reader.lines().map_while(Result::ok);
    let first = lines.next();
    let _ = lines.find(String::is_empty);
    first
}

fn holds(content: &[u8], pem: &str) -> bool {
    let plain = |text: &str| text.replace(['\r', '\n'], "");
    plain(&text(content)).contains(&plain(pem))
}

#[test]
fn a_newer_list_is_put_in_place_and_it_is_said_which() {
    let place = Place::new(&[]).asking(&["HERE/issuing.crl"]);
    place.publish("/issuing.crl", list(&place.issuing, 7, 20).der().to_vec());
    let said = place.succeeds();
    assert!(
        said.contains("/issuing.crl: list 7 of CN=issuing: newer, put into"),
        "{said}"
    );
    assert!(said.contains("lists.pem"), "{said}");
    let said = place.succeeds();
    assert!(
        said.contains("list 7 of CN=issuing: nothing newer than in"),
        "{said}"
    );
    place.publish("/issuing.crl", list(&place.issuing, 8, 22).der().to_vec());
    let said = place.succeeds();
    assert!(said.contains("list 8 of CN=issuing: newer"), "{said}");
}

#[test]
fn one_dead_address_is_a_note_while_another_gives_the_list() {
    for (points, urls) in [
        (&["HERE/dead.crl", "HERE/root.crl"][..], &[][..]),
        (
            &[
                "HERE/root.crl",
                "ldap://127.0.0.1/cn=root",
                "http://127.0.0.1:1/root.crl",
            ],
            &[],
        ),
        (&["HERE/dead.crl"], &["HERE/root.crl"]),
        (&[], &["HERE/dead.crl", "HERE/root.crl", "HERE/issuing.crl"]),
        (
            &["HERE/root.crl"],
            &["HERE/issuing.crl", "http://127.0.0.1:1/"],
        ),
    ] {
        let place = Place::new(points).asking(urls);
        place.publish("/root.crl", list(&place.root, 3, 20).der().to_vec());
        place.publish("/issuing.crl", pem(&place.issuing, 3, 20));
        // Both lists are there when both are asked for.
        let has_issuing = urls.iter().any(|url| url.ends_with("issuing.crl"));
        place.install(pem(&place.root, 2, 10));
        if has_issuing {
            place.install(pem(&place.root, 2, 10) + &pem(&place.issuing, 2, 10));
        }
        let said = place.succeeds();
        assert!(said.contains("list 3 of CN=root: newer"), "{said}");
        if points
            .iter()
            .chain(urls)
            .any(|address| address.contains("dead"))
        {
            assert!(said.contains("/dead.crl: not used: "), "{said}");
        }
    }
}

#[test]
fn the_only_address_of_a_list_that_is_dead_is_a_failure() {
    let place = Place::new(&["HERE/root.crl"]).asking(&["HERE/issuing.crl"]);
    place.publish("/issuing.crl", pem(&place.issuing, 3, 20));
    place.install(pem(&place.root, 2, 20) + &pem(&place.issuing, 2, 20));
    let said = place.fails();
    assert!(said.contains("list 2 of CN=root in"), "{said}");
    assert!(said.contains("could not be had anew"), "{said}");
    // What was good is in place all the same.
    assert!(said.contains("list 3 of CN=issuing: newer"), "{said}");
    place.publish("/root.crl", pem(&place.root, 3, 22));
    place.succeeds();
}

#[test]
fn at_first_the_address_of_a_list_that_is_needed_must_answer() {
    let place = Place::new(&[]).asking(&["HERE/root.crl", "HERE/issuing.crl"]);
    place.publish("/root.crl", pem(&place.root, 3, 20));
    let said = place.fails();
    assert!(said.contains("/issuing.crl gave no list"), "{said}");
    let nothing = Place::new(&[]).asking(&["http://127.0.0.1:1/"]);
    let said = nothing.fails();
    assert!(said.contains("lists.pem holds no list"), "{said}");
}

#[test]
fn each_point_that_certificates_name_needs_its_own_list() {
    let place = Place::new(&["HERE/1.crl"]).asking(&["HERE/2.crl"]);
    let of_point = |name: &str, issued: i64| {
        let now = OffsetDateTime::now_utc();
        let uri = format!("http://127.0.0.1:{}/{name}.crl", place.port);
        let params = CertificateRevocationListParams {
            this_update: now + Duration::hours(issued),
            next_update: now + Duration::hours(20),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: Some(CrlIssuingDistributionPoint {
                distribution_point: CrlDistributionPoint { uris: vec![uri] },
                scope: None,
            }),
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&place.root).unwrap().der().to_vec()
    };
    place.publish("/2.crl", of_point("2", -4));
    let said = place.fails();
    assert!(said.contains("/1.crl gave no list"), "{said}");
    place.publish("/1.crl", of_point("1", -4));
    place.succeeds();
    assert_eq!(
        text(&place.installed()).matches("BEGIN X509 CRL").count(),
        2
    );
}

#[test]
fn without_any_address_a_list_that_ends_is_a_failure_and_one_that_does_not_is_none() {
    for points in [&[][..], &["ldap://127.0.0.1/cn=root", "file:///root.crl"]] {
        let place = Place::new(points);
        place.install(pem(&place.root, 2, 20));
        let said = place.succeeds();
        if !points.is_empty() {
            assert!(
                said.contains("ldap://127.0.0.1/cn=root: not asked"),
                "{said}"
            );
        }
        place.install(pem(&place.root, 2, 3));
        let said = place.fails();
        assert!(said.contains("list 2 of CN=root in"), "{said}");
        assert!(said.contains("no address gives a newer one"), "{said}");
        place.install(pem(&place.root, 2, -3));
        assert!(place.fails().contains("ended at"));
        fs::remove_file(place.path("lists.pem")).unwrap();
        assert!(place.fails().contains("lists.pem holds no list"));
    }
}

#[test]
fn one_bad_list_of_a_bundle_does_not_keep_out_a_good_one() {
    let place = Place::new(&[]).asking(&["HERE/all.pem"]);
    let good = pem(&place.issuing, 3, 20);
    let stranger =
        CertifiedIssuer::self_signed(ca("stranger"), KeyPair::generate().unwrap()).unwrap();
    let bad = [
        encoded(&damaged(&place.root, 3)),
        pem(&stranger, 3, 20),
        encoded(b"\x30\x03\x02\x01\x05"),
        "-----BEGIN X509 CRL-----\n!!\n-----END X509 CRL-----\n".to_owned(),
        pem(&place.issuing, 4, -2),
    ];
    for bad in bad {
        for bundle in [format!("{bad}{good}"), format!("{good}{bad}")] {
            place.install("");
            place.publish("/all.pem", bundle);
            let said = place.succeeds();
            assert!(said.contains("list 3 of CN=issuing: newer"), "{said}");
            assert!(said.contains(": not used: "), "{said}");
            assert!(holds(&place.installed(), &good));
            assert!(!holds(&place.installed(), &bad));
        }
    }
    // The bad one is the only one of its issuer.
    place.install(pem(&place.root, 2, 20) + &pem(&place.issuing, 2, 10));
    place.publish("/all.pem", encoded(&damaged(&place.root, 3)) + &good);
    let said = place.fails();
    assert!(said.contains("list 2 of CN=root in"), "{said}");
    assert!(holds(&place.installed(), &good));
}

#[test]
fn what_is_beside_the_lists_in_a_file_stays() {
    let place = Place::new(&[]).asking(&["HERE/issuing.crl"]);
    let (old, new) = (pem(&place.issuing, 2, 10), pem(&place.issuing, 3, 20));
    let root = pem(&place.root, 1, 20);
    place.publish("/issuing.crl", new.clone());
    let file = |issuing: &str| {
        format!(
            "# kept by the operator\n{}\nthe root's:\n{root}# ours\n{issuing}# the end",
            place.root.pem()
        )
    };
    place.install(file(&old));
    place.succeeds();
    let plain = |text: &str| text.replace('\r', "");
    assert_eq!(plain(&text(&place.installed())), plain(&file(&new)));
    // Comments alone, and no list yet.
    place.install("# lists will stand here");
    place.succeeds();
    let expected = format!("# lists will stand here\n{new}");
    assert_eq!(plain(&text(&place.installed())), plain(&expected));
}

#[test]
fn a_file_of_one_list_in_der_stays_one() {
    let place = Place::new(&[]).asking(&["HERE/issuing.crl"]);
    let new = list(&place.issuing, 3, 20);
    place.install(list(&place.issuing, 2, 10).der());
    place.publish("/issuing.crl", new.pem().unwrap());
    place.succeeds();
    assert_eq!(place.installed(), new.der().to_vec());
}

#[test]
fn what_is_left_of_a_list_that_was_cut_short_gives_way() {
    let place = Place::new(&[]).asking(&["HERE/issuing.crl"]);
    let new = list(&place.issuing, 3, 20);
    place.publish("/issuing.crl", new.der().to_vec());
    place.install(&new.der()[..60]);
    place.succeeds();
    assert_eq!(place.installed(), new.der().to_vec());
}

#[test]
fn no_bad_list_replaces_the_good_one_and_the_reason_is_its_own() {
    let place = Place::new(&[]).asking(&["HERE/issuing.crl"]);
    let good = pem(&place.issuing, 9, 20);
    place.install(&good);
    let stranger =
        CertifiedIssuer::self_signed(ca("stranger"), KeyPair::generate().unwrap()).unwrap();
    let newer = list(&place.issuing, 10, 22).der().to_vec();
    let cases: [(Vec<u8>, &str); 6] = [
        (b"<html>not found</html>".to_vec(), "it is HTML or XML"),
        (newer[..newer.len() / 2].to_vec(), "cut short"),
        (damaged(&place.issuing, 10), "damaged or forged"),
        (
            list(&stranger, 10, 22).der().to_vec(),
            "is not signed by a CA of consumers.trust_anchors",
        ),
        (
            list(&place.issuing, 10, -1).der().to_vec(),
            "which is not now",
        ),
        (
            list(&place.issuing, 8, 22).der().to_vec(),
            "its number is lower than that of list 9 of CN=issuing",
        ),
    ];
    for (published, reason) in cases {
        place.publish("/issuing.crl", published);
        let said = place.fails();
        assert!(said.contains(reason), "{reason}: {said}");
        assert!(said.contains("list 9 of CN=issuing in"), "{said}");
        assert_eq!(text(&place.installed()), good);
    }
    place.publish("/issuing.crl", newer);
    place.succeeds();
    assert!(!holds(&place.installed(), &good));
}

#[test]
fn nothing_that_is_said_is_a_debug_form() {
    let place = Place::new(&["HERE/dead.crl", "ldap://127.0.0.1/"]).asking(&[
        "http://127.0.0.1:1/",
        "https://127.0.0.1:1/",
        "HERE/garbage.crl",
    ]);
    place.publish("/garbage.crl", "garbage");
    let said = place.fails();
    for form in ["Error(", "Some(", "Err(", " { ", "kind:", "Os "] {
        assert!(!said.contains(form), "{form}: {said}");
    }
}
