//! OGC API Common: what is published, told to everyone, as JSON and as a page.

use std::fs;

use serde_json::Value;

use crate::{
    site::{CONTENT, NAME, Site},
    support::http::{Answer, Request},
};

/// A site with a collection for everyone to know of, one for those who may read it, and one that is open.
fn site() -> Site {
    let site = Site::with(|settings, _| {
        "publish = \"described\"\n".clone_into(&mut settings.defaults);
        settings.more = format!("[[datasets]]\nname = \"{NAME}\"\n");
    });
    let describe = |name: &str, more: &str, rule: &str| {
        fs::write(site.shared(&format!("{name}.csv")), CONTENT).unwrap();
        let text = format!(
            "[collection]\ntitle = \"About {name}\"\nlicence = \"CC-BY-4.0\"\n{more}\n[[rule]]\n{rule}\n"
        );
        fs::write(site.shared(&format!("{name}.toml")), text).unwrap();
    };
    describe("quiet", "listed = false", "class = \"OE-SA\"");
    describe("secret", "", "scopes = [\"other:read\"]");
    describe("two words", "", "class = \"OE-O\"");
    site.perild.reload();
    site
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.content).unwrap()
}

fn ids(listing: &Value) -> Vec<&str> {
    let all = listing["collections"].as_array().unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

fn link<'l>(document: &'l Value, rel: &str) -> &'l str {
    let links = document["links"].as_array().unwrap();
    let found = links.iter().find(|link| link["rel"] == rel);
    found.unwrap_or_else(|| panic!("{rel}: {document}"))["href"]
        .as_str()
        .unwrap()
}

/// The path of an address that a document has.
fn path(address: &str) -> &str {
    address.find("/v1").map_or(address, |at| &address[at..])
}

/// Rows: OAF-1, OAF-2, EDR-1, EDR-12
#[test]
fn everyone_finds_the_way_from_the_landing_page_to_each_collection() {
    let site = site();
    let open = |target: &str| site.ask(&Request::get(target));
    let landing = json(&open("/v1"));
    for rel in [
        "self",
        "alternate",
        "service-desc",
        "service-doc",
        "conformance",
        "data",
    ] {
        assert!(!link(&landing, rel).is_empty());
    }
    let classes = json(&open(path(link(&landing, "conformance"))));
    assert!(classes["conformsTo"].as_array().unwrap().len() > 3);
    let listing = json(&open(path(link(&landing, "data"))));
    assert_eq!(ids(&listing), ["secret", NAME, "two words"]);
    for one in listing["collections"].as_array().unwrap() {
        let document = json(&open(path(link(one, "self"))));
        assert_eq!(&document, one);
        let schema = open(&format!("{}/schema", path(link(one, "self"))));
        assert_eq!(
            schema.field("content-type"),
            Some("application/schema+json")
        );
        assert_eq!(schema.status, 200);
    }
    let words = json(&open("/v1/collections/two%20words"));
    assert_eq!(open(path(link(&words, "enclosure"))).text(), CONTENT);
}

/// Rows: OAF-3
#[test]
fn what_is_not_there_or_not_listed_is_404_alike() {
    let site = site();
    for target in [
        "/v1/collections/no-such",
        "/v1/collections/quiet",
        "/v1/collections/quiet/schema",
        "/v1/collections/..",
        "/v1/collections/%2e%2e%2fsecret",
        "/v1/collections/secret%00",
        "/v1/collections/SECRET",
        "/v1/collections/secret.toml",
        &format!("/v1/collections/{}", "a".repeat(4000)),
    ] {
        assert_eq!(site.ask(&Request::get(target)).status, 404, "{target}");
    }
    // Its twin: who may read it finds it.
    assert_eq!(
        json(&site.get("/v1/collections/quiet"))["title"],
        "About quiet"
    );
    let mine = json(&site.get("/v1/collections"));
    assert!(ids(&mine).contains(&"quiet"));
}

/// Rows: OAF-5, OAF-8
#[test]
fn a_parameter_that_is_none_is_400_and_names_those_there_are() {
    let site = site();
    for target in [
        "/v1/collections?limit=0",
        "/v1/collections?limit=-1",
        "/v1/collections?limit=ten",
        "/v1/collections?offset=3",
        "/v1/collections?f=xml",
        "/v1?limit=3",
        "/v1/collections/secret?bbox=1,2,3,4",
    ] {
        let answer = site.ask(&Request::get(target));
        assert_eq!(answer.status, 400, "{target}");
        assert!(answer.problem()["detail"].as_str().is_some(), "{target}");
    }
    let large = site.ask(&Request::get("/v1/collections?limit=1000000000"));
    assert_eq!(large.status, 200);
}

/// Rows: OAF-9
#[test]
fn pages_follow_each_other_by_their_links() {
    let site = site();
    let mut target = "/v1/collections?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = json(&site.ask(&Request::get(&target)));
        seen.extend(ids(&page).into_iter().map(str::to_owned));
        let links = page["links"].as_array().unwrap();
        let Some(next) = links.iter().find(|link| link["rel"] == "next") else {
            break;
        };
        target = path(next["href"].as_str().unwrap()).to_owned();
    }
    assert_eq!(seen, ["secret", NAME, "two words"]);
}

#[test]
fn a_token_is_told_what_it_may_read_and_one_that_is_bad_is_refused() {
    let site = site();
    let listing = json(&site.get("/v1/collections"));
    let word = |id: &str| {
        let all = listing["collections"].as_array().unwrap();
        let one = all.iter().find(|one| one["id"] == id).unwrap();
        one["access"]["caller"].clone()
    };
    assert_eq!(word(NAME)["may_read"], true);
    assert_eq!(word("two words")["may_read"], true);
    assert_eq!(word("secret")["may_read"], false);
    assert_eq!(word("secret")["lacks_one_of"][0], "other:read");
    assert_eq!(
        site.get("/v1/files/secret.csv").status,
        403,
        "as it was told"
    );

    let private = site.get("/v1/collections");
    assert_eq!(private.field("cache-control"), Some("private, no-cache"));
    let open = site.ask(&Request::get("/v1/collections"));
    assert_eq!(open.field("cache-control"), Some("public, max-age=300"));
    assert!(open.field("vary").unwrap().contains("Authorization"));
    assert_ne!(open.field("etag"), private.field("etag"));
    let bare = Request::get("/v1/collections").bearer("unknown");
    assert_eq!(site.ask(&bare).status, 401);
}

#[test]
fn who_asks_is_told_who_that_is() {
    let site = site();
    let me = json(&site.get("/v1/me"));
    assert_eq!(me["client_id"], "bank-a");
    assert_eq!(me["organisation_id"], "org-a");
    assert_eq!(me["certificate"]["subject"], "CN=bank-a.example");
    assert!(me["certificate"]["days_left"].as_i64().unwrap() > 0);
    let may_read = me["may_read"].as_array().unwrap();
    assert!(may_read.contains(&"quiet".into()) && !may_read.contains(&"secret".into()));
    assert!(me["limits"]["places_per_request"].as_u64().unwrap() > 0);
    assert_eq!(site.ask(&Request::get("/v1/me")).status, 401);
}

/// Rows: OAF-10, HTTP-17
#[test]
fn a_browser_gets_a_page_and_both_forms_are_kept_apart() {
    let site = site();
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for target in [
        "/v1",
        "/v1/conformance",
        "/v1/collections",
        "/v1/collections/secret",
    ] {
        let page = site.ask(&Request::get(target).field("accept", browser));
        assert_eq!(page.status, 200);
        assert_eq!(page.field("content-type"), Some("text/html; charset=utf-8"));
        assert!(
            page.field("content-security-policy")
                .unwrap()
                .starts_with("default-src 'none'")
        );
        assert!(page.text().starts_with("<!DOCTYPE html>"));
        let tag = page.field("etag").unwrap();
        let again = Request::get(target)
            .field("accept", browser)
            .field("if-none-match", tag);
        assert_eq!(site.ask(&again).status, 304);
        let json = Request::get(target).field("if-none-match", tag);
        assert_eq!(site.ask(&json).status, 200, "another form has another tag");
        let named = site.ask(&Request::get(&format!("{target}?f=html")));
        assert_eq!(named.text(), page.text());
        let none = Request::get(target).field("accept", "image/png");
        assert_eq!(site.ask(&none).status, 406);
        let head = site.ask(&Request::new("HEAD", target));
        assert_eq!((head.status, head.text()), (200, ""));
        assert_eq!(site.ask(&Request::new("POST", target)).status, 405);
    }
}

#[test]
fn a_reload_shows_what_was_described_since() {
    let site = site();
    fs::write(site.shared("new.csv"), CONTENT).unwrap();
    assert_eq!(site.ask(&Request::get("/v1/collections/new")).status, 404);
    let text =
        "[collection]\ntitle = \"New\"\nlicence = \"CC0-1.0\"\n[[rule]]\nclass = \"OE-SB\"\n";
    fs::write(site.shared("new.toml"), text).unwrap();
    site.perild.reload();
    assert_eq!(
        json(&site.ask(&Request::get("/v1/collections/new")))["title"],
        "New"
    );
}
