//! The old contract: the same successful answers octet for octet, and problems where it failed.

use serde_json::Value;

use crate::{
    reference::Sample,
    sample,
    site::{CERTIFICATE, Site, fresh_token, with_fields},
    support::http::{Answer, Request},
};

impl Site {
    pub(crate) fn post(&self, target: &str, body: &[u8], fields: &[(&str, &str)]) -> Answer {
        let request = Request::new("POST", target)
            .bearer(&fresh_token())
            .field(CERTIFICATE, &self.bank.escaped());
        self.ask(&with_fields(request, fields).content(body))
    }

    fn location(&self, body: &str) -> Answer {
        self.post("/location", body.as_bytes(), &[JSON])
    }
}

const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn thousands_of_answers_equal_the_old_services_octet_for_octet() {
    let site = sample::site();
    let folder = site.dir().join("csv");
    let sample = Sample {
        folder: &folder,
        count: 3000,
        seed: 20_261_120,
        corners: ["-2", "-3", "4", "3"],
    };
    sample.compare(&site);
}

#[test]
fn the_listing_is_the_old_services() {
    let site = sample::site();
    let answer = site.get("/perils?anything=ignored");
    assert_eq!((answer.status, answer.content.len()), (200, 13_939));
    let first = "{\"perils\":[{\"metric\":\"fireProbability\",\"metric_units\":\"percent\",\"peril\":\"fire\",\
                 \"peril_code\":\"FR\",\"peril_version\":\"3.2.1\",\"scenario\":\"ssp126\",\"year\":2020},";
    assert!(answer.text().starts_with(first));
    assert!(
        answer.text().contains(
            "\"peril\":\"combinedFlood\",\"peril_code\":\"FL\",\"peril_version\":\"2.1.0\""
        )
    );
    assert!(
        answer
            .text()
            .ends_with("\"year\":2100}],\"version\":\"2.2.0\"}\n")
    );
}

#[test]
fn where_the_old_service_failed_a_problem_says_what_to_mend() {
    let site = sample::site();
    for (target, status, detail) in [
        ("/fire", 400, "lat must be a finite number."),
        ("/fire?lat=1", 400, "lon must be a finite number."),
        ("/fire?lat=nan&lon=1", 400, "lat must be a finite number."),
        (
            "/allperils?lat=1&lon=1e400",
            400,
            "lon must be a finite number.",
        ),
    ] {
        let answer = site.get(target);
        assert_eq!(
            (answer.status, &answer.problem()["detail"]),
            (status, &detail.into()),
            "{target}"
        );
    }
    let place = "{\"latitude\":1,\"longitude\":1}";
    for (body, status, detail) in [
        (
            "",
            400,
            "the body is not JSON: it cannot be read past octet 0.",
        ),
        (
            "{\"locations\":[",
            400,
            "the body is not JSON: it cannot be read past octet 14.",
        ),
        ("null", 400, "the body must be an object."),
        ("{}", 404, "the body has no member locations."),
        ("[]", 404, "the body has no member locations."),
        ("{\"locations\":null}", 400, "locations must be an array."),
        (
            "{\"locations\":[{\"latitude\":1}]}",
            400,
            "locations[0].longitude must be a finite number.",
        ),
        (
            "{\"locations\":[{\"latitude\":1,\"longitude\":1}],\"years\":2030}",
            400,
            "years must be an array of numbers.",
        ),
    ] {
        let answer = site.location(body);
        assert_eq!(
            (answer.status, &answer.problem()["detail"]),
            (status, &detail.into()),
            "{body}"
        );
    }
    let off = format!("{{\"locations\":[{place},{{\"latitude\":50,\"longitude\":1}},{place}]}}");
    let answer = site.location(&off);
    let detail = "1 of the locations lie off the grid: locations[1].";
    assert_eq!(
        (answer.status, &answer.problem()["detail"]),
        (404, &detail.into())
    );
    for (content_type, status) in [
        ("text/csv", 415),
        ("application/geo+json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("application/x-www-form-urlencoded", 415),
    ] {
        let body = format!("{{\"locations\":[{place}]}}");
        let answer = site.post(
            "/location",
            body.as_bytes(),
            &[("Content-Type", content_type)],
        );
        assert_eq!(answer.status, status, "{content_type}");
    }
    assert_eq!(
        site.post("/location", b"{\"locations\":[]}", &[JSON])
            .status,
        200
    );
}

#[test]
fn hostile_bodies_are_refused_and_the_daemon_serves_on() {
    let site = sample::site();
    let deep = "[".repeat(100_000);
    for body in [
        deep.as_bytes(),
        b"{\"locations\":[{\"latitude\":\"\xff\",\"longitude\":1}]}",
        b"{\"locations\":[],\"locations\":null}",
        b"\0\0\0\0",
    ] {
        let answer = site.post("/location", body, &[JSON]);
        assert_eq!(answer.status, 400);
        answer.problem();
    }
    let many = format!("{{\"locations\":[{}1]}}", "1,".repeat(10_000));
    let answer = site.location(&many);
    assert_eq!(answer.status, 413);
    assert_eq!(
        answer.problem()["detail"],
        "a request may have 10000 places."
    );
    let large = vec![b' '; 17 * 1024 * 1024];
    assert_eq!(site.post("/location", &large, &[JSON]).status, 413);
    assert_eq!(site.get("/fire?lat=1&lon=1").status, 200);
}

/// Rows: HTTP-2, HTTP-3, HTTP-4, HTTP-8, HTTP-9
#[test]
fn rfc9110_methods_and_conditions_hold_for_perils() {
    let site = sample::site();
    let target = "/fire?lat=1&lon=1";
    let whole = site.get(target);
    let tag = whole.field("etag").unwrap();
    assert_eq!(whole.field("cache-control"), Some("private, no-cache"));
    assert_eq!(
        whole.field("last-modified"),
        Some("Thu, 15 Jan 2026 12:00:00 GMT")
    );
    let same = site.get_with(target, &[("If-None-Match", tag)]);
    assert_eq!(
        (same.status, same.field("etag"), same.text()),
        (304, Some(tag), "")
    );
    let other = site.get("/fire?lat=1&lon=2");
    assert_ne!(other.field("etag"), Some(tag));
    assert_eq!(site.get_with(target, &[("If-Match", "\"x\"")]).status, 412);
    assert_eq!(
        site.get_with("/fire?lat=1", &[("If-None-Match", "*")])
            .status,
        400
    );

    let request = |method: &str, target: &str| {
        Request::new(method, target)
            .bearer(&fresh_token())
            .field(CERTIFICATE, &site.bank.escaped())
    };
    let head = site.ask(&request("HEAD", target));
    assert_eq!((head.status, head.field("etag")), (200, Some(tag)));
    assert_eq!(head.field("content-length"), whole.field("content-length"));
    for (method, target, status, allow) in [
        ("OPTIONS", "/location", 204, "OPTIONS, POST"),
        ("GET", "/location", 405, "OPTIONS, POST"),
        ("POST", "/fire", 405, "GET, HEAD, OPTIONS"),
        ("DELETE", "/perils", 405, "GET, HEAD, OPTIONS"),
        ("PUT", "/v1/location", 405, "GET, HEAD, OPTIONS, POST"),
    ] {
        let answer = site.ask(&request(method, target));
        assert_eq!(
            (answer.status, answer.field("allow")),
            (status, Some(allow)),
            "{method} {target}"
        );
    }
}

/// Rows: DEC-4
#[test]
fn dec_4_perils_want_a_certificate_a_token_and_the_scope_of_each_peril() {
    let site = sample::site_with(|settings, _| {
        settings.more = "[[datasets]]\nname = \"fire\"\nscope = \"fire:read\"\n\
                         [[datasets]]\nname = \"perils\"\nscope = \"energy:read\"\n\
                         [[datasets]]\nname = \"hail\"\nclass = \"OE-O\"\n"
            .into();
    });
    for target in [
        "/fire?lat=1&lon=1",
        "/perils",
        "/allperils?lat=1&lon=1",
        "/v1/perils",
    ] {
        assert_eq!(site.ask(&Request::get(target)).status, 401, "{target}");
    }
    assert_eq!(site.ask(&Request::get("/hail?lat=1&lon=1")).status, 200);
    assert_eq!(site.get("/wind?lat=1&lon=1").status, 200);
    assert_eq!(site.get("/perils").status, 200);
    let refused = site.get("/fire?lat=1&lon=1");
    assert_eq!(refused.status, 403);
    assert!(
        refused
            .field("www-authenticate")
            .unwrap()
            .contains("scope=\"fire:read\"")
    );
    assert_eq!(site.get("/allperils?lat=1&lon=1").status, 403);
    let location = |perils: &str| {
        let body =
            format!("{{\"locations\":[{{\"latitude\":1,\"longitude\":1}}],\"perils\":{perils}}}");
        site.location(&body).status
    };
    assert_eq!(location("[\"wind\",\"heat\"]"), 200);
    assert_eq!(location("[\"wind\",\"fire\"]"), 403);
    assert_eq!(location("[]"), 403);
    assert_eq!(location("[\"nothing\"]"), 200);
    let unread = Request::new("POST", "/location").content(b"{");
    assert_eq!(site.ask(&unread).status, 401);
}

#[test]
fn without_a_store_there_are_no_perils_and_files_are_served() {
    let site = Site::start();
    for target in [
        "/fire?lat=1&lon=1",
        "/perils",
        "/allperils?lat=1&lon=1",
        "/v1/perils",
    ] {
        let answer = site.get(target);
        assert_eq!(answer.status, 404, "{target}");
        assert_eq!(
            answer.problem()["detail"],
            "no peril data has been imported here."
        );
    }
    assert_eq!(site.location("{\"locations\":[]}").status, 404);
    assert_eq!(site.fetch().status, 200);
    std::fs::write(site.shared("fire.csv"), "a file\n").unwrap();
    assert_eq!(site.get("/v1/files/fire").text(), "a file\n");
}

#[test]
fn a_reload_takes_a_new_store_and_keeps_the_old_one_when_the_new_is_broken() {
    let site = sample::site();
    let target = "/wind?lat=1&lon=1";
    let before = site.get(target);
    sample::write_store(&site.dir().join("state"), 8);
    assert_eq!(site.get(target).field("etag"), before.field("etag"));
    let (_, ready) = site.perild.reload();
    assert!(!ready.contains("failed"), "{ready}");
    let after = site.get(target);
    assert_eq!(after.text(), before.text());
    assert_ne!(after.field("etag"), before.field("etag"));

    let store = site.dir().join("state/perils.arrow");
    let cut = std::fs::read(&store).unwrap();
    let aside = site.dir().join("state/cut");
    std::fs::write(&aside, &cut[..cut.len() / 2]).unwrap();
    std::fs::rename(aside, &store).unwrap();
    let (_, ready) = site.perild.reload();
    assert!(ready.contains("failed"), "{ready}");
    assert_eq!(site.get(target).field("etag"), after.field("etag"));
}

#[test]
fn a_long_answer_is_streamed_and_is_the_same() {
    let site = sample::site();
    let places = vec!["{\"latitude\":1.1,\"longitude\":-0.4}"; 600].join(",");
    let answer = site.location(&format!("{{\"locations\":[{places}]}}"));
    assert_eq!(
        (answer.status, answer.field("transfer-encoding")),
        (200, Some("chunked"))
    );
    let value: Value = serde_json::from_slice(&answer.content).unwrap();
    assert_eq!(value["records"].as_array().unwrap().len(), 57_600);
    assert_eq!(
        value["settings"]["metrics"].as_array().unwrap().len(),
        4_800
    );
    let one = site.location("{\"locations\":[{\"latitude\":1.1,\"longitude\":-0.4}]}");
    let records = one.text().split("],\"settings\"").next().unwrap();
    assert!(answer.text().starts_with(records));
}

/// The listing of the old service calls the values of fire percent; its octets stay, and a field says what is true.
#[test]
fn what_is_said_of_fire_in_percent_is_corrected_beside_the_old_body() {
    let site = sample::site();
    let said = "fire: values are fractions from 0 to 1; the unit 'percent' of the listing and of records is historical";
    for target in ["/perils", "/fire?lat=1&lon=1", "/allperils?lat=1&lon=1"] {
        assert_eq!(
            site.get(target).field("perild-note"),
            Some(said),
            "{target}"
        );
    }
    let listing = site.get("/perils");
    assert!(listing.text().contains("\"metric_units\":\"percent\""));
    for target in ["/wind?lat=1&lon=1", "/v1/location?lat=1&lon=1"] {
        assert_eq!(site.get(target).field("perild-note"), None, "{target}");
    }
    for (perils, note) in [
        ("", Some(said)),
        (",\"perils\":[\"fire\"]", Some(said)),
        (",\"perils\":[\"wind\"]", None),
    ] {
        let body = format!("{{\"locations\":[{{\"latitude\":1,\"longitude\":1}}]{perils}}}");
        let answer = site.post(
            "/location",
            body.as_bytes(),
            &[("Content-Type", "application/json")],
        );
        assert_eq!(
            (answer.status, answer.field("perild-note")),
            (200, note),
            "{perils}"
        );
    }
}
