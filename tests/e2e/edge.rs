//! nginx by itself, with the files we ship: TLS, names, what is open, and that no request gets around it.

use std::{fs, os::unix::fs::symlink, process::Command, time::Duration};

use tempfile::TempDir;

use crate::support::{
    http::{Connection, Request, plain},
    nginx::{Nginx, check},
    pki::{Identity, Pki},
    process::{eventually, output, tool},
    tls, world,
};

/// nginx with the final site and no daemon behind it.
pub(crate) struct Site {
    pub(crate) nginx: Nginx,
    pub(crate) pki: Pki,
    pub(crate) dir: TempDir,
}

impl Site {
    pub(crate) fn start() -> Self {
        let dir = world::place();
        let pki = Pki::new(dir.path());
        let public = dir.path().join("srv/public");
        fs::create_dir_all(public.join("about")).unwrap();
        fs::write(public.join("index.html"), "<h1>perild</h1>").unwrap();
        fs::write(public.join("about/index.html"), "<h1>about</h1>").unwrap();
        fs::write(public.join("open.csv"), "a,b\n").unwrap();
        let nginx = Nginx::start(dir.path(), "perild.conf");
        Self { nginx, pki, dir }
    }

    pub(crate) fn connect(&self, identity: Option<&Identity>) -> Connection<tls::Stream> {
        tls::Client::new(&self.pki.path("web.pem"), identity, self.nginx.https).connect()
    }

    /// What openssl's client makes of a handshake with `options`; true when it is completed.
    fn handshake(&self, options: &[&str]) -> bool {
        let mut openssl = Command::new(tool("openssl", "openssl"));
        openssl
            .arg("s_client")
            .arg("-connect")
            .arg(format!("127.0.0.1:{}", self.nginx.https));
        if !options.iter().any(|option| option.contains("servername")) {
            openssl.args(["-servername", "localhost"]);
        }
        openssl.args(options);
        let done = openssl.stdin(std::process::Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(
            said.contains("CONNECTED"),
            "{said}{}",
            String::from_utf8_lossy(&done.stderr)
        );
        done.status.success() && said.contains("Cipher is ") && !said.contains("Cipher is (NONE)")
    }
}

#[test]
fn nginx_finds_both_site_files_right_and_without_a_warning() {
    for site in ["perild-before-certbot.conf", "perild.conf"] {
        let dir = world::place();
        Pki::new(dir.path());
        assert_eq!(check(dir.path(), site), Ok(()), "{site}");
    }
}

/// The twin of the check: a file with one directive broken is refused.
#[test]
fn nginx_refuses_a_site_whose_certificate_is_missing() {
    let dir = world::place();
    Pki::new(dir.path());
    fs::remove_file(dir.path().join("letsencrypt/live/localhost/fullchain.pem")).unwrap();
    assert!(
        check(dir.path(), "perild.conf")
            .unwrap_err()
            .contains("fullchain.pem")
    );
}

/// Rows: FAPI1-B-16, FAPI2-NET-1, CONF-1
#[test]
fn fapi1_b_7_1_tls_1_2_and_1_3_are_spoken_and_older_versions_are_not() {
    let site = Site::start();
    for version in ["-tls1_2", "-tls1_3"] {
        assert!(site.handshake(&[version]), "{version}");
    }
    for version in ["-tls1", "-tls1_1"] {
        assert!(
            !site.handshake(&[version, "-cipher", "ALL:@SECLEVEL=0"]),
            "{version}"
        );
    }
}

/// Rows: IB1-TLS-1
#[test]
fn ib1_tls_1_the_part_with_the_versions_makes_it_tls_1_3_alone_at_every_server_of_the_site() {
    let site = Site::start();
    let part = site.dir.path().join("nginx/perild.d/tls-versions.inc");
    let shipped = fs::read_to_string(&part).unwrap();
    let ours = shipped.replace(
        "\nssl_protocols TLSv1.2 TLSv1.3;",
        "\nssl_protocols TLSv1.3;",
    );
    assert_ne!(shipped, ours);
    fs::write(&part, ours).unwrap();
    assert!(site.handshake(&["-tls1_2"]));
    site.nginx.reload();
    eventually("nginx without TLS 1.2", Duration::from_secs(10), || {
        (!site.handshake(&["-tls1_2"])).then_some(())
    });
    assert!(site.handshake(&["-tls1_3"]));
}

/// Rows: FAPI1-A-4, FAPI2-NET-2, NGX-14, CONF-1, CON-8
#[test]
fn fapi1_a_8_5_of_all_tls_1_2_suites_only_the_recommended_four_are_accepted() {
    let site = Site::start();
    // The server's key is ECDSA; the RSA pair is offered to a second site with an RSA key below.
    let accepted = accepted_suites(&site);
    assert_eq!(
        accepted,
        [
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384"
        ]
    );

    let rsa = site_with_rsa_key();
    assert_eq!(
        accepted_suites(&rsa),
        ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"]
    );
}

fn accepted_suites(site: &Site) -> Vec<String> {
    let listed = output(Command::new(tool("openssl", "openssl")).args([
        "ciphers",
        "-s",
        "-tls1_2",
        "ALL:@SECLEVEL=0",
    ]));
    let suites: Vec<&str> = listed
        .trim()
        .split(':')
        .filter(|suite| !suite.starts_with("TLS_"))
        .collect();
    for offered in [
        "DHE-RSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES128-SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
    ] {
        assert!(suites.contains(&offered), "openssl cannot offer {offered}");
    }
    let mut accepted: Vec<String> = suites
        .into_iter()
        .filter(|suite| site.handshake(&["-tls1_2", "-cipher", &format!("{suite}:@SECLEVEL=0")]))
        .map(str::to_owned)
        .collect();
    accepted.sort();
    accepted
}

fn site_with_rsa_key() -> Site {
    let dir = world::place();
    let pki = Pki::new(dir.path());
    let live = pki.path("letsencrypt/live/localhost");
    output(
        Command::new(tool("openssl", "openssl"))
            .args([
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=localhost",
                "-days",
                "2",
            ])
            .arg("-keyout")
            .arg(live.join("privkey.pem"))
            .arg("-out")
            .arg(live.join("fullchain.pem")),
    );
    let nginx = Nginx::start(dir.path(), "perild.conf");
    Site { nginx, pki, dir }
}

/// Rows: NGX-12
#[test]
fn an_unknown_server_name_gets_no_handshake() {
    let site = Site::start();
    assert!(site.handshake(&[]));
    assert!(!site.handshake(&["-servername", "other.example"]));
    assert!(!site.handshake(&["-noservername"]));
}

/// Rows: FAPI1-B-17
#[test]
fn fapi1_b_7_1_open_pages_ask_browsers_to_stay_with_https() {
    let site = Site::start();
    let answer = site.connect(None).send(&Request::get("/"));
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .field("strict-transport-security")
            .unwrap()
            .contains("max-age=31536000")
    );
    // RFC 6797 §7.2: not over plain HTTP.
    let plainly = plain(site.nginx.http).send(&Request::get("/"));
    assert_eq!(plainly.field("strict-transport-security"), None);
}

/// Rows: DEC-5, FAPI1-B-8, MTLS-6
#[test]
fn a_file_of_public_is_open_to_everyone_with_an_interaction_id() {
    let site = Site::start();
    for (target, content) in [
        ("/", "<h1>perild</h1>"),
        ("/about/", "<h1>about</h1>"),
        ("/open.csv", "a,b\n"),
    ] {
        let answer = site
            .connect(None)
            .send(&Request::get(target).field("x-fapi-interaction-id", "mine"));
        assert_eq!((answer.status, answer.text()), (200, content), "{target}");
        assert_eq!(answer.interaction_id(), "mine");
        assert!(answer.field("date").is_some());
        assert!(
            answer
                .field("content-type")
                .unwrap()
                .ends_with("; charset=utf-8"),
            "{answer:?}"
        );
    }
}

/// Rows: OE-CLS-2
#[test]
fn oe_o_a_certificate_that_fails_does_not_close_what_is_open() {
    let site = Site::start();
    for identity in [
        site.pki.expired_consumer("bank-a"),
        site.pki.stranger("bank-a"),
    ] {
        let answer = site
            .connect(Some(&identity))
            .send(&Request::get("/open.csv"));
        assert_eq!((answer.status, answer.text()), (200, "a,b\n"));
        let index = site.connect(Some(&identity)).send(&Request::get("/about/"));
        assert_eq!((index.status, index.text()), (200, "<h1>about</h1>"));
    }
}

/// With no daemon there is 502 for everything that is the daemon's: nothing in public/ stands in for it.
#[test]
fn a_file_in_public_never_shadows_what_the_daemon_guards() {
    let site = Site::start();
    let public = site.dir.path().join("srv/public");
    fs::create_dir_all(public.join("v1/files")).unwrap();
    fs::create_dir_all(public.join(".well-known")).unwrap();
    for file in [
        "location",
        world::NAME,
        "v1/files/open.csv",
        ".well-known/oauth-protected-resource",
        ".secret.csv",
    ] {
        fs::write(public.join(file), "shadow").unwrap();
        for identity in [None, Some(&site.pki.stranger("bank-a"))] {
            let answer = site
                .connect(identity)
                .send(&Request::get(&format!("/{file}")));
            assert_eq!(answer.status, 502, "{file}");
        }
    }
    let posted = site
        .connect(None)
        .send(&Request::new("POST", "/open.csv").content(b"x"));
    assert_eq!(posted.status, 502);
}

/// Rows: HTTP-28
#[test]
fn nothing_outside_public_is_reached_by_dots_or_links() {
    let site = Site::start();
    let shared = format!("{}.csv", world::NAME);
    symlink(
        site.dir.path().join("srv/shared_data").join(&shared),
        site.dir.path().join("srv/public/link.csv"),
    )
    .unwrap();
    symlink(
        site.dir.path().join("srv/shared_data"),
        site.dir.path().join("srv/public/linked"),
    )
    .unwrap();
    for target in [
        "/link.csv".to_owned(),
        format!("/linked/{shared}"),
        format!("/../shared_data/{shared}"),
        format!("/about/../../shared_data/{shared}"),
        format!("/%2e%2e/shared_data/{shared}"),
        format!("/..%2fshared_data/{shared}"),
        format!("/about/..%2f..%2fshared_data%2f{shared}"),
        format!("//shared_data/{shared}"),
        format!("/\\..\\shared_data\\{shared}"),
        "/open.csv%00.html".to_owned(),
    ] {
        let answer = site.connect(None).send(&Request::get(&target));
        assert!(
            matches!(answer.status, 400 | 404 | 502),
            "{target}: {answer:?}"
        );
        assert!(!answer.text().contains("kWh\n"), "{target}");
    }
}

/// Rows: NGX-16
#[test]
fn the_internal_location_is_not_there_for_anyone_outside() {
    let site = Site::start();
    for target in [
        format!("/_shared/{}.csv", world::NAME),
        "/_perild/problem".to_owned(),
    ] {
        let answer = site.connect(None).send(&Request::get(&target));
        assert_eq!(answer.status, 404, "{target}");
        answer.problem();
    }
}

/// Rows: OE-VAL-1, NGX-7
#[test]
fn port_80_sends_people_on_and_refuses_credentials_and_queries() {
    let site = Site::start();
    let moved = plain(site.nginx.http).send(&Request::get("/open.csv"));
    assert_eq!(
        (moved.status, moved.field("location")),
        (308, Some("https://localhost/open.csv"))
    );
    assert!(!moved.interaction_id().is_empty());
    for request in [
        Request::get(&format!("/{}", world::NAME)).bearer("secret"),
        Request::get(&format!("/{}?access_token=secret", world::NAME)),
    ] {
        let answer = plain(site.nginx.http).send(&request);
        assert_eq!(answer.status, 403);
        assert!(!answer.problem().to_string().contains("secret"));
    }
}

/// Rows: OE-VAL-1, NGX-7, ACME-1
#[test]
fn certbot_finds_its_answer_on_port_80_before_and_after_there_is_a_certificate() {
    for site in ["perild-before-certbot.conf", "perild.conf"] {
        let dir = world::place();
        Pki::new(dir.path());
        let nginx = Nginx::start(dir.path(), site);
        fs::write(
            dir.path().join("acme/.well-known/acme-challenge/token"),
            "proof",
        )
        .unwrap();
        let answer = plain(nginx.http).send(&Request::get("/.well-known/acme-challenge/token"));
        assert_eq!((answer.status, answer.text()), (200, "proof"), "{site}");
        let data = plain(nginx.http).send(&Request::get(&format!("/{}", world::NAME)));
        assert!(data.status == 404 || data.status == 308, "{site}: {data:?}");
    }
}
