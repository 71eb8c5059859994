//! Collections that only those who may read them know of: nobody else can tell one from a name that is none.

use std::fs;

use serde_json::json;

use crate::{
    collections::{DESCRIPTION, site_with},
    query::json_of,
    site::{CERTIFICATE, CONTENT, Site, fresh_token},
    support::http::{Answer, Request},
};

/// A coverage and a file for who has the scope `other:read`, and for nobody else to know of.
fn site(defaults: &str) -> Site {
    let site = site_with(|settings| defaults.clone_into(&mut settings.defaults));
    let of_few = "listed = false\n";
    let rule = "[[rule]]\nscopes = [\"other:read\"]\n";
    let coverage = DESCRIPTION.replacen("[coverage]", &format!("{of_few}\n[coverage]"), 1);
    let file = format!("[collection]\ntitle = \"Plans\"\nlicence = \"CC-BY-4.0\"\n{of_few}{rule}");
    for (name, text) in [
        ("solar.toml", format!("{coverage}\n{rule}")),
        ("siteplans.toml", file),
        ("siteplans.csv", CONTENT.to_owned()),
    ] {
        fs::write(site.shared(name), text).unwrap();
    }
    site.perild.reload();
    site
}

/// Everywhere that a collection is named, with `coverage` and `file` in it.
fn requests(coverage: &str, file: &str) -> Vec<Request> {
    let targets = [
        format!("/v1/collections/{coverage}"),
        format!("/v1/collections/{coverage}/schema"),
        format!("/v1/collections/{coverage}/position?coords=POINT(1%201)"),
        format!("/v1/collections/{coverage}/position?coords=POINT(1%201)&parameter-name=none"),
        format!("/v1/collections/{coverage}/area?coords=none"),
        format!("/v1/collections/{coverage}/cube?bbox=0,0,1,1&f=none"),
        format!("/v1/collections/{coverage}/none"),
        format!("/v1/collections/{file}"),
        format!("/v1/collections/{file}/schema"),
        format!("/v1/collections/{file}/position?coords=POINT(1%201)"),
        format!("/v1/files/{file}.csv"),
        format!("/v1/files/{file}"),
        format!("/{file}"),
        format!("/{file}.csv"),
        format!("/v1/location?lat=1&lon=1&collections={coverage}"),
        format!("/v1/location?lat=1&lon=1&collections={coverage},{coverage}"),
        format!("/v1/location?lat=1&lon=1&collections=fire,{coverage}"),
        format!("/v1/location?lat=1&lon=1&collections={coverage}&variables=none"),
        format!("/v1/location?lat=1&lon=1&collections={coverage}&subset=none(1)"),
        format!("/v1/location?lat=1&lon=1&collections={file}"),
    ];
    let gets = targets.iter().map(|target| Request::get(target));
    let body = json!({"locations": [{"latitude": 1, "longitude": 1}], "collections": [coverage]})
        .to_string();
    let post = Request::new("POST", "/v1/location");
    let post = post.field("Content-Type", "application/json");
    gets.chain([post.content(body.as_bytes())]).collect()
}

/// What can be told from an answer: all but what each has of its own.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let own = ["date", "x-fapi-interaction-id"];
    let fields = answer.fields.iter();
    let mut fields: Vec<_> = fields
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .cloned()
        .collect();
    fields.sort();
    let text = answer.text().replace(answer.interaction_id(), "");
    (answer.status, fields, text)
}

/// Rows: EDR-12, DEC-4
#[test]
fn who_may_not_know_of_a_collection_is_answered_as_of_one_that_is_not_there() {
    for defaults in [
        "publish = \"described\"\n",
        "publish = \"all\"\n",
        "publish = \"all\"\nscope = \"third:read\"\n",
    ] {
        let site = site(defaults);
        let there = requests("solar", "siteplans");
        let not_there = requests("lunar", "roads");
        for (there, not_there) in there.iter().zip(&not_there) {
            for credentials in ["none", "bad", "good"] {
                let ask = |request: &Request| match credentials {
                    "none" => site.ask(request),
                    "bad" => site.ask(&request.clone().bearer("a!b")),
                    _ => site.ask(
                        &request
                            .clone()
                            .bearer(&fresh_token())
                            .field(CERTIFICATE, &site.bank.escaped()),
                    ),
                };
                let (heard, expected) = (ask(there), ask(not_there));
                assert!(heard.status >= 400, "{defaults} {credentials} {there:?}");
                assert_eq!(
                    told(&heard),
                    told(&expected),
                    "{defaults} {credentials} {there:?}"
                );
            }
        }
        let listing = site.get("/v1/collections").text().to_owned();
        let description = site.ask(&Request::get("/openapi.json")).text().to_owned();
        for id in ["solar", "siteplans"] {
            assert!(!listing.contains(id), "{defaults}: {id} is listed");
        }
        assert!(!description.contains("siteplans"), "{defaults}");
    }
}

/// Its twin: with the scope, each of them is there.
#[test]
fn who_may_read_an_unlisted_collection_finds_it_everywhere() {
    let site = site("publish = \"described\"\n");
    site.says_with("scope", json!("other:read"));
    for target in [
        "/v1/collections/solar",
        "/v1/collections/solar/schema",
        "/v1/collections/solar/position?coords=POINT(1%201)",
        "/v1/location?lat=1&lon=1&collections=solar",
        "/v1/collections/siteplans",
        "/v1/files/siteplans.csv",
        "/siteplans",
    ] {
        assert_eq!(site.get(target).status, 200, "{target}");
    }
    let listing = json_of(&site.get("/v1/collections"));
    let all = listing["collections"].as_array().unwrap();
    let is_there = |id: &str| all.iter().any(|one| one["id"] == id);
    assert!(is_there("solar") && is_there("siteplans"));
}
