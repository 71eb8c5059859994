//! Perils that are open to everyone, beside others that are not.

use crate::{
    sample,
    site::{CERTIFICATE, Site},
    support::http::Request,
};

fn site(rules: &str) -> Site {
    sample::site_with(|settings, _| rules.clone_into(&mut settings.more))
}

/// Whatever comes along as a credential, and would be refused were it looked at.
fn with_credentials(site: &Site, request: &Request) -> Vec<Request> {
    let expired = site.pki.expired_consumer("bank-a").escaped();
    let all = || request.clone();
    vec![
        all(),
        all().bearer("tok-bad"),
        all().bearer("a").bearer("b"),
        all().field("Authorization", "Bearer"),
        all().field("Authorization", "Bearer a!b"),
        all().field("Authorization", &format!("Bearer {}", "t".repeat(5000))),
        all().field("Authorization", "Basic YTpi"),
        all().field(CERTIFICATE, "%zz"),
        all().field(CERTIFICATE, "a").field(CERTIFICATE, "b"),
        all().bearer("tok-bad").field(CERTIFICATE, &expired),
        all()
            .bearer("tok-bad")
            .field(CERTIFICATE, &site.bank.escaped()),
        all()
            .bearer("tok-bad")
            .field("X-OE-CLIENT-VERIFY", "FAILED:certificate has expired"),
    ]
}

fn with_body(request: Request, body: &str) -> Request {
    request
        .field("Content-Type", "application/json")
        .content(body.as_bytes())
}

const PLACE: &str = r#""locations":[{"latitude":1,"longitude":1}]"#;

/// Rows: OE-CLS-2
#[test]
fn oe_cls_2_credentials_are_not_looked_at_at_any_address_where_all_perils_are_open() {
    let site = site("[[datasets]]\nname = \"perils\"\nclass = \"OE-O\"\n");
    site.says(serde_json::json!({"active": false}));
    for target in [
        "/fire?lat=1&lon=1",
        "//fire?lat=1&lon=1",
        "/allperils?lat=1&lon=1",
        "/perils",
        "/v1/perils",
        "/v1/location?lat=1&lon=1&perils=fire",
        "/v1/location?lat=1&lon=1",
        "/fire?lat=1&lon=1&access_token=t",
    ] {
        for request in with_credentials(&site, &Request::get(target)) {
            assert_eq!(site.ask(&request).status, 200, "{request:?}");
        }
    }
    let body = format!("{{{PLACE},\"perils\":[\"wind\"]}}");
    for target in ["/location", "/v1/location"] {
        let request = with_body(Request::new("POST", target), &body);
        for request in with_credentials(&site, &request) {
            let answer = site.ask(&request);
            assert_eq!(answer.status, 200, "{target}: {answer:?}");
        }
    }
    assert_eq!(site.introspections(), 0);
}

/// Rows: OE-CLS-2, DEC-2, HTTP-20
#[test]
fn oe_cls_2_one_open_peril_is_open_at_every_address_and_one_beside_a_shared_one_is_not() {
    let site = site(
        "[[datasets]]\nname = \"hail\"\nclass = \"OE-O\"\n\
         [[datasets]]\nname = \"fire\"\nscope = \"energy:read\"\n",
    );
    let get = |perils: &str| Request::get(&format!("/v1/location?lat=1&lon=1&perils={perils}"));
    let sent = |target: &str, perils: &str| {
        let body = format!("{{{PLACE},\"perils\":[{perils}]}}");
        with_body(Request::new("POST", target), &body)
    };
    for request in with_credentials(&site, &get("hail"))
        .into_iter()
        .chain(with_credentials(&site, &Request::get("/hail?lat=1&lon=1")))
        .chain(with_credentials(&site, &sent("/location", "\"hail\"")))
        .chain(with_credentials(&site, &sent("/v1/location", "\"hail\"")))
    {
        assert_eq!(site.ask(&request).status, 200, "{request:?}");
    }
    assert_eq!(site.introspections(), 0);
    for request in [
        get("hail,fire"),
        get("fire"),
        Request::get("/fire?lat=1&lon=1"),
        Request::get("/allperils?lat=1&lon=1"),
        Request::get("/v1/perils"),
        Request::get("/perils"),
        sent("/location", "\"hail\",\"fire\""),
        sent("/location", ""),
        sent("/v1/location", "\"hail\",\"fire\""),
    ] {
        assert_eq!(site.ask(&request).status, 401, "{request:?}");
        let malformed = site.ask(&request.bearer("a").bearer("b"));
        assert_eq!(malformed.status, 400, "{malformed:?}");
    }
    // With good credentials all of it; the token is looked at for what is shared alone.
    let good = site.get("/v1/location?lat=1&lon=1&perils=hail,fire");
    assert_eq!(good.status, 200);
    assert_eq!(site.introspections(), 1);
    // What needed no token is for everyone to keep, whatever was sent along; what needed one, for nobody else.
    assert_eq!(good.field("cache-control"), Some("private, no-cache"));
    for request in with_credentials(&site, &get("hail")) {
        let answer = site.ask(&request);
        assert_eq!(answer.field("cache-control"), Some("public, max-age=300"));
        let tag = answer.field("etag").unwrap();
        let again = site.ask(&request.field("if-none-match", tag));
        assert_eq!(again.status, 304);
        for name in ["cache-control", "vary", "etag"] {
            assert_eq!(again.field(name), answer.field(name), "{name}");
        }
    }
    let posted = site.ask(&sent("/v1/location", "\"hail\""));
    assert_eq!(posted.field("cache-control"), Some("no-store"));
    // What cannot be read asks for nothing that is open.
    let unread = Request::new("POST", "/location").content(b"{");
    assert_eq!(site.ask(&unread).status, 401);
    let unread = Request::get("/v1/location?lat=1&lon=1&perils=nothing");
    assert_eq!(site.ask(&unread).status, 401);
    assert_eq!(
        site.get("/v1/location?lat=1&lon=1&perils=nothing").status,
        400
    );
}
