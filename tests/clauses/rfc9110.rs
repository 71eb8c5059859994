//! HTTP semantics, RFC 9110 and 9111: methods, negotiation, names.

use std::{fs, os::unix::fs::symlink};

use super::{
    expect::{challenged, has_common_fields, unchallenged},
    site::{CONTENT, NAME, Site, fresh_token},
};
use crate::support::http::{Answer, Request};

fn without_date_and_id(answer: &Answer) -> Vec<(String, String)> {
    let kept = |(name, _): &&(String, String)| name != "date" && name != "x-fapi-interaction-id";
    let mut fields: Vec<_> = answer.fields.iter().filter(kept).cloned().collect();
    fields.sort();
    fields
}

fn method(site: &Site, method: &str, target: &str) -> Answer {
    let request = Request::new(method, target)
        .bearer(&fresh_token())
        .field(super::site::CERTIFICATE, &site.bank.escaped());
    site.ask(&request)
}

/// Rows: HTTP-2, FAPI1-B-1
#[test]
fn rfc9110_9_3_2_head_is_get_without_content() {
    let site = Site::start();
    fs::write(site.shared("large.csv"), vec![b'x'; 1_000_000]).unwrap();
    for target in [
        format!("/{NAME}"),
        "/v1/files/large.csv".to_owned(),
        "/no-such".to_owned(),
        "/healthz".to_owned(),
    ] {
        let get = site.get(&target);
        let mut connection = site.connect();
        let head = Request::new("HEAD", &target)
            .bearer(&fresh_token())
            .field(super::site::CERTIFICATE, &site.bank.escaped());
        let answer = connection.send(&head);
        assert_eq!(answer.status, get.status);
        has_common_fields(&answer);
        assert_eq!(
            answer.field("content-length"),
            get.field("content-length"),
            "{target}"
        );
        if get.status == 200 {
            assert_eq!(
                without_date_and_id(&answer),
                without_date_and_id(&get),
                "{target}"
            );
        }
        // Not one octet of content stands before the next answer.
        assert_eq!(connection.send(&head).status, get.status);
    }
}

/// Rows: HTTP-3, HTTP-5
#[test]
fn rfc9110_15_5_6_other_methods_are_405_with_allow_and_reflect_nothing() {
    let site = Site::start();
    for target in [
        format!("/{NAME}"),
        "/healthz".to_owned(),
        "/v1/files/x.csv".to_owned(),
    ] {
        for name in ["POST", "PUT", "DELETE", "PATCH", "TRACE"] {
            let answer = method(&site, name, &target);
            unchallenged(&site, &answer, 405);
            assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS"), "{name}");
        }
    }
    assert_eq!(site.introspections(), 0);
    assert_eq!(method(&site, "GET", &format!("/{NAME}")).text(), CONTENT);
}

/// Rows: HTTP-4
#[test]
fn rfc9110_9_3_7_options_says_what_is_allowed_and_wants_no_credentials() {
    let site = Site::start();
    for target in [
        format!("/{NAME}"),
        "/no-such".to_owned(),
        "/".to_owned(),
        "*".to_owned(),
    ] {
        let answer = site.ask(&Request::new("OPTIONS", &target));
        assert_eq!(answer.status, 204, "{target}");
        assert_eq!(answer.field("allow"), Some("GET, HEAD, OPTIONS"));
        has_common_fields(&answer);
        assert!(matches!(answer.field("content-length"), None | Some("0")));
    }
}

/// Rows: HTTP-6
#[test]
fn rfc9110_9_1_an_unknown_method_is_501() {
    let site = Site::start();
    for name in ["FOO", "get", "PROPFIND"] {
        unchallenged(&site, &method(&site, name, &format!("/{NAME}")), 501);
    }
}

/// Rows: HTTP-7
#[test]
fn rfc9110_8_8_3_entity_tags_are_strong_and_the_contents_own() {
    let site = Site::start();
    fs::write(site.shared("same.csv"), CONTENT).unwrap();
    fs::write(site.shared("other.json"), CONTENT.replace('1', "2")).unwrap();
    let tag = |name: &str| {
        let answer = site.get(&format!("/v1/files/{name}"));
        assert_eq!(answer.status, 200);
        let tag = answer.field("etag").unwrap().to_owned();
        assert!(
            tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10,
            "{tag}"
        );
        tag
    };
    assert_eq!(tag("same.csv"), tag("same.csv"));
    assert_ne!(tag("same.csv"), tag("other.json"));
    let old = tag("same.csv");
    let replace = |content: &str| {
        fs::write(site.shared("aside.tmp"), content).unwrap();
        fs::rename(site.shared("aside.tmp"), site.shared("same.csv")).unwrap();
    };
    replace(CONTENT);
    assert_eq!(tag("same.csv"), old);
    replace(&CONTENT.replace('1', "3"));
    assert_ne!(tag("same.csv"), old);
}

/// Rows: FAPI1-B-8, FAPI1-B-9, CONF-5
#[test]
fn fapi1_b_6_2_1_8_the_media_type_follows_the_extension() {
    let site = Site::start();
    for (name, media_type) in [
        ("a.csv", "text/csv; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.geojson", "application/geo+json"),
    ] {
        fs::write(site.shared(name), "{}").unwrap();
        let answer = site.get(&format!("/v1/files/{name}"));
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.field("content-type"), Some(media_type));
    }
    for name in ["a.html", "a.php", "a.exe", "a", "a."] {
        fs::write(site.shared(name), "x").unwrap();
        let answer = site.get(&format!("/v1/files/{name}"));
        assert!(
            answer.status == 404 || answer.text() == "{}",
            "{name}: {answer:?}"
        );
        assert_ne!(answer.text(), "x", "{name}");
    }
}

/// Rows: HTTP-17, CONF-8
#[test]
fn rfc9110_15_5_7_a_file_is_sent_whatever_accept_says_unless_q_0_refuses_it() {
    let site = Site::start();
    for accept in [
        "*/*",
        "text/csv",
        "text/*",
        "TEXT/CSV;q=0.1",
        "application/json, */*",
        "image/png, */*;q=0.01",
        "text/csv;header=present",
        "",
        "image/png",
        "application/json",
        "application/problem+json",
        "application/json, application/problem+json",
        "text/html, application/xhtml+xml;q=0.9",
        "application/json;q=0",
        "application/*;q=0",
        "text/csv;q=0.001, */*;q=0",
        "text/*, */*;q=0",
    ] {
        let answer = site.fetch_with(&[("Accept", accept)]);
        assert_eq!((answer.status, answer.text()), (200, CONTENT), "{accept}");
        assert_eq!(
            answer.field("content-type"),
            Some("text/csv; charset=utf-8")
        );
    }
    for accept in [
        "text/csv;q=0",
        "text/csv;q=0.000, application/json",
        "text/csv;q=0, */*",
        "text/csv; Q=0, text/*",
        "text/*;q=0",
        "text/*;q=0, */*",
        "*/*;q=0",
        "application/json, */*;q=0",
    ] {
        let answer = site.fetch_with(&[("Accept", accept)]);
        unchallenged(&site, &answer, 406);
        assert_eq!(answer.problem()["offered"], "text/csv", "{accept}");
    }
}

/// Rows: HTTP-17
#[test]
fn rfc9110_12_5_1_several_accept_lines_are_one_list() {
    let site = Site::start();
    let lines = [("Accept", "*/*;q=0"), ("Accept", "text/csv")];
    assert_eq!(site.fetch_with(&lines).status, 200);
    let lines = [("Accept", "*/*"), ("Accept", "text/csv;q=0")];
    assert_eq!(site.fetch_with(&lines).status, 406);
}

/// The old service took them so, and its Postman environment has a base URL that ends in a slash.
#[test]
fn doubled_slashes_lead_where_one_leads_by_the_same_rule() {
    let site = Site::with(|settings, _| {
        settings.files = vec!["scoped.csv"];
        settings.more = format!(
            "[[datasets]]\nname = \"{NAME}\"\nscope = \"energy:read\"\n\
             [[datasets]]\nname = \"scoped\"\nscope = \"more\"\n"
        );
    });
    fs::write(site.shared("scoped.csv"), "scoped").unwrap();
    for target in [
        format!("//{NAME}"),
        format!("///{NAME}"),
        format!("//v1/files/{NAME}.csv"),
        format!("/v1//files/{NAME}.csv"),
        format!("/v1/files//{NAME}.csv"),
        format!("////v1////files////{NAME}.csv?a=//b"),
    ] {
        let answer = site.get(&target);
        assert_eq!((answer.status, answer.text()), (200, CONTENT), "{target}");
        challenged(&site, &site.ask(&Request::get(&target)), 401, None);
    }
    for target in ["//scoped", "/v1//files/scoped.csv", "//v1/files//scoped"] {
        challenged(&site, &site.get(target), 403, Some("insufficient_scope"));
    }
    for target in ["//healthz", "///readyz", "//docs", "//openapi.json"] {
        let connection = &mut site.connect();
        assert_eq!(
            connection.send(&Request::get(target)).status,
            200,
            "{target}"
        );
    }
    // An escaped slash is no slash, and none at the end is asked for.
    for target in [
        format!("/%2F{NAME}"),
        format!("/v1/files/%2f{NAME}.csv"),
        format!("/v1%2Ffiles/{NAME}.csv"),
        format!("//{NAME}/"),
        format!("//{NAME}//"),
    ] {
        unchallenged(&site, &site.get(&target), 404);
    }
    let allowed = site.ask(&Request::new("OPTIONS", "//location"));
    assert_eq!(allowed.field("allow"), Some("OPTIONS, POST"));
}

#[test]
fn an_extension_has_no_case_in_a_request_on_the_disk_or_in_a_rule() {
    let site = Site::with(|settings, _| {
        settings.files = vec!["Ruled.csv", "guarded.CSV"];
        settings.more = "[[datasets]]\nname = \"Ruled.CSV\"\nscope = \"more\"\n\
                         [[datasets]]\nname = \"guarded.csv\"\nscope = \"more\"\n"
            .to_owned();
    });
    for (name, content) in [
        ("Upper.CSV", "upper"),
        ("Title.Csv", "title"),
        ("odd.cSv", "odd"),
        ("Map.GeoJSON", "{}"),
        ("both.csv", "lower of both"),
        ("both.CSV", "upper of both"),
        ("twice.Csv", "one"),
        ("twice.CSV", "other"),
        ("Ruled.csv", "ruled"),
        ("guarded.CSV", "guarded"),
    ] {
        fs::write(site.shared(name), content).unwrap();
    }
    for (target, content) in [
        ("/Upper", "upper"),
        ("/v1/files/Upper", "upper"),
        ("/v1/files/Upper.csv", "upper"),
        ("/v1/files/Upper.CSV", "upper"),
        ("/v1/files/Upper.cSv", "upper"),
        ("/Title", "title"),
        ("/odd", "odd"),
        ("/v1/files/Map.geojson", "{}"),
        ("/both", "lower of both"),
        ("/v1/files/both.csv", "lower of both"),
        ("/v1/files/both.CSV", "upper of both"),
        ("/v1/files/both.Csv", "lower of both"),
        ("/v1/files/twice.CSV", "other"),
        ("/v1/files/tidy_DYTS01_kWh.CSV", CONTENT),
    ] {
        let answer = site.get(target);
        assert_eq!((answer.status, answer.text()), (200, content), "{target}");
        let media_type = answer.field("content-type").unwrap();
        let is_csv = media_type == "text/csv; charset=utf-8";
        assert!(is_csv || target.contains("Map"), "{target}: {media_type}");
    }
    // Neither of them is meant more than the other; another name is another file.
    for target in [
        "/twice",
        "/v1/files/twice.csv",
        "/upper",
        "/v1/files/UPPER.CSV",
    ] {
        unchallenged(&site, &site.get(target), 404);
    }
    let record = site
        .perild
        .wait_for_line(|line| line.contains("the case of their extension"));
    assert!(record.contains("twice.CSV and twice.Csv"), "{record}");
    // No spelling goes around a rule.
    for target in [
        "/Ruled",
        "/v1/files/Ruled.csv",
        "/v1/files/Ruled.CSV",
        "/guarded",
        "/v1/files/guarded.csv",
        "/v1/files/guarded.CSV",
        "/v1/files/guarded.Csv",
    ] {
        challenged(&site, &site.get(target), 403, Some("insufficient_scope"));
    }
    // A file that comes later is found as well, and one that goes is gone.
    unchallenged(&site, &site.get("/later"), 404);
    fs::write(site.shared("later.CSV"), "later").unwrap();
    assert_eq!(site.get("/later").text(), "later");
    fs::remove_file(site.shared("Upper.CSV")).unwrap();
    unchallenged(&site, &site.get("/Upper"), 404);
}

/// Rows: HTTP-18
#[test]
fn rfc9110_12_5_3_only_q_0_excludes_identity() {
    let site = Site::start();
    for accept in [
        "gzip",
        "gzip;q=0",
        "gzip, identity;q=0.1",
        "*",
        "",
        "*;q=0, identity",
    ] {
        let answer = site.fetch_with(&[("Accept-Encoding", accept)]);
        assert_eq!((answer.status, answer.text()), (200, CONTENT), "{accept}");
        assert_eq!(answer.field("content-encoding"), None);
    }
    for accept in ["identity;q=0", "*;q=0", "gzip, identity;q=0.0"] {
        unchallenged(&site, &site.fetch_with(&[("Accept-Encoding", accept)]), 406);
    }
}

/// Rows: HTTP-20, FAPI1-B-14
#[test]
fn rfc9111_3_5_no_shared_cache_and_no_other_origin_may_keep_or_read_it() {
    let site = Site::start();
    let origin = [("Origin", "https://evil.example")];
    let answers = [
        site.fetch_with(&origin),
        site.ask(
            &Request::new("OPTIONS", &format!("/{NAME}"))
                .field("Origin", "https://evil.example")
                .field("Access-Control-Request-Method", "GET"),
        ),
    ];
    for answer in answers {
        for (name, value) in &answer.fields {
            assert!(!name.starts_with("access-control-"), "{name}: {value}");
        }
        let caching = answer.field("cache-control").unwrap_or_default();
        assert!(!caching.contains("public") && !caching.contains("s-maxage"));
    }
}

/// Rows: HTTP-27
#[test]
fn rfc9110_10_2_3_503_says_when_to_come_back() {
    let site = Site::start();
    site.replies(crate::support::fake_directory::Answer::Status(503));
    super::expect::unavailable(&site, &site.fetch());
}

/// Rows: HTTP-28
#[test]
fn rfc9110_4_2_3_no_name_leads_out_of_the_shared_data() {
    let site = Site::start();
    let outside = site.dir().join("srv/outside.csv");
    fs::write(&outside, "outside").unwrap();
    fs::write(site.shared(".hidden.csv"), "outside").unwrap();
    fs::create_dir(site.shared("folder.csv")).unwrap();
    fs::create_dir(site.shared("sub")).unwrap();
    fs::write(site.shared("sub/inner.csv"), "outside").unwrap();
    symlink(&outside, site.shared("link.csv")).unwrap();
    symlink("../outside.csv", site.shared("relative.csv")).unwrap();
    symlink(site.dir().join("srv"), site.shared("up")).unwrap();
    symlink("loop.csv", site.shared("loop.csv")).unwrap();
    assert!(
        std::process::Command::new("mkfifo")
            .arg(site.shared("pipe.csv"))
            .status()
            .unwrap()
            .success()
    );
    let long = "a".repeat(300);
    for target in [
        "/../outside",
        "/v1/files/../../outside.csv",
        "/..%2foutside",
        "/%2e%2e/outside",
        "/v1/files/..%2f..%2fetc%2fpasswd",
        "/v1/files/..%2foutside.csv",
        "/v1/files/%2e%2e%2foutside.csv",
        "/v1/..%2f..%2fetc/passwd",
        "/..%5coutside",
        "/..\\outside",
        "//outside",
        "/v1/files//outside.csv",
        "/outside%00",
        "/tidy_DYTS01_kWh%00",
        "/tidy_DYTS01_kWh.csv%00.csv",
        "/.hidden",
        "/v1/files/.hidden.csv",
        "/link",
        "/relative",
        "/loop",
        "/folder",
        "/pipe",
        "/v1/files/sub/inner.csv",
        "/v1/files/sub%2finner.csv",
        "/v1/files/up%2foutside.csv",
        "/%",
        "/%2",
        "/%zz",
        "/%c3%28",
        "/%252e%252e%252foutside",
        "/tidy_DYTS01_kWh/",
        "/tidy_DYTS01_kWh;x",
        "/TIDY_dyts01_kwh",
        &format!("/{long}"),
    ] {
        let answer = site.get(target);
        assert!(matches!(answer.status, 400 | 404), "{target}: {answer:?}");
        unchallenged(&site, &answer, answer.status);
        assert!(!answer.text().contains("outside"), "{target}");
        challenged(&site, &site.ask(&Request::get(target)), 401, None);
    }
    // A link that stays within is as good as the file, and escapes that need not be are undone.
    symlink(format!("{NAME}.csv"), site.shared("inside.csv")).unwrap();
    for target in [
        "/inside",
        "/tidy%5FDYTS01_kWh",
        "/v1/files/tidy_DYTS01_kWh",
        "/v1/files/tidy_DYTS01_kWh.csv",
    ] {
        assert_eq!(site.get(target).text(), CONTENT, "{target}");
    }
}
