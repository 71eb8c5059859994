//! The description: complete, in step with the routes, and open to everyone.

use std::{
    collections::BTreeSet,
    fs,
    process::{Command, Stdio},
};

use perild::{
    app::Route,
    climatescore::{Metric, Peril},
    config::REFERENCE,
    dataset::perils::query::Options,
};
use serde_json::{Value, json};

use super::site::{Site, fresh_token, now};
use crate::support::{
    http::{Answer, Request},
    perild::write_config,
    process::{PATIENCE, eventually},
    python,
};

/// What `perild openapi` prints of the configuration as it is shipped, with a signer of records.
fn printed(version: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let configuration = dir.path().join("perild.toml");
    fs::write(&configuration, REFERENCE).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_perild"))
        .args(["openapi", "--version", version])
        .env("PERILD_CONFIG", &configuration)
        .env("PERILD_PROVENANCE__CERTIFICATE", "/etc/perild/signing.pem")
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn document(version: &str) -> Value {
    serde_json::from_str(&printed(version)).unwrap()
}

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_slice(&answer.content).unwrap()
}

#[test]
fn every_method_of_every_route_is_described_and_nothing_else() {
    let document = document("3.1");
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let mut answered = BTreeSet::new();
    for route in Route::described() {
        for method in route.allow.split(", ") {
            answered.insert(format!("{method} {}", route.path));
        }
    }
    assert_eq!(described, answered);
    assert!(described.contains("GET /combinedflood"));
    assert!(described.contains("POST /v1/location"));
}

/// What generators of clients make classes of: a list has items of one plain type, a media type has a schema of its
/// own, and no query of a POST has a default, which a client would send also where the body says otherwise.
#[test]
fn what_is_sent_has_plain_types_one_schema_a_media_type_and_no_default() {
    for version in ["3.1", "3.0"] {
        let document = document(version);
        each(&document, &mut |name, value| {
            if name == "items" {
                let is_plain = value["type"].is_string() || value["$ref"].is_string();
                assert!(is_plain, "{version}: {value}");
            }
            assert!(name != "default", "{version}: {value}");
        });
        let content = &document["paths"]["/v1/location"]["post"]["requestBody"]["content"];
        for (media_type, name) in [
            ("application/json", "Query"),
            ("application/geo+json", "FeatureQuery"),
        ] {
            let reference = format!("#/components/schemas/{name}");
            assert_eq!(content[media_type]["schema"]["$ref"], reference);
        }
    }
}

/// Shows `found` every member of every object in `value`.
fn each(value: &Value, found: &mut impl FnMut(&str, &Value)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                found(name, member);
                each(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, found)),
        _ => {}
    }
}

#[test]
fn every_name_that_a_request_may_use_is_described() {
    let document = document("3.1");
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["Peril"]["enum"].as_array().unwrap().len(),
        Peril::ALL.len()
    );
    assert_eq!(
        schemas["Metric"]["enum"].as_array().unwrap().len(),
        Metric::ALL.len()
    );
    let taken = document["paths"]["/v1/location"]["get"]["parameters"].to_string();
    for (name, _) in Options::KNOWN {
        assert!(taken.contains(&format!("/{name}\"")), "{name}");
        assert!(schemas["Query"]["properties"][name].is_object(), "{name}");
    }
}

#[test]
fn every_problem_that_the_page_of_errors_explains_is_an_example() {
    let responses = document("3.1")["components"]["responses"].to_string();
    let explained: BTreeSet<_> = include_str!("../../docs/errors.md")
        .split("urn:perild:problem:")
        .skip(1)
        .map(|rest| rest.split(['`', '"']).next().unwrap())
        .collect();
    assert!(explained.len() > 8);
    for name in explained {
        assert!(
            responses.contains(&format!("urn:perild:problem:{name}\"")),
            "{name}"
        );
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_id_is_one_of_a_kind() {
    for version in ["3.0", "3.1"] {
        let document = document(version);
        let mut ids = BTreeSet::new();
        let mut rest = vec![&document];
        while let Some(value) = rest.pop() {
            match value {
                Value::Array(items) => rest.extend(items),
                Value::Object(members) => {
                    if let Some(target) = members.get("$ref").and_then(Value::as_str) {
                        let found = document.pointer(target.strip_prefix('#').unwrap());
                        assert!(found.is_some(), "{target}");
                    }
                    if let Some(id) = members.get("operationId") {
                        assert!(ids.insert(id.to_string()), "{id}");
                    }
                    rest.extend(members.values());
                }
                _ => {}
            }
        }
    }
}

/// `OpenAPI` 3.0 asks for it, and makers of clients leave out what uses a list of they know not what.
#[test]
fn every_list_says_what_it_holds() {
    for version in ["3.0", "3.1"] {
        let document = document(version);
        let mut lists = 0;
        let mut rest = vec![&document];
        while let Some(value) = rest.pop() {
            rest.extend(value.as_array().into_iter().flatten());
            rest.extend(
                value
                    .as_object()
                    .into_iter()
                    .flat_map(|members| members.values()),
            );
            let is_list = match value.get("type") {
                Some(Value::String(name)) => name == "array",
                Some(Value::Array(names)) => names.iter().any(|name| name == "array"),
                _ => false,
            };
            if is_list {
                assert!(value.get("items").is_some(), "{version}: {value}");
                lists += 1;
            }
        }
        assert!(lists > 10, "{version}");
    }
}

#[test]
fn the_description_is_the_one_that_was_reviewed() {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("openapi-3.1", printed("3.1"));
    });
}

#[test]
fn both_versions_are_valid_openapi_and_a_broken_one_is_not() {
    for version in ["3.0", "3.1"] {
        let document = printed(version);
        assert_eq!(judged(&document), "valid");
        let broken = document.replacen("\"operationId\"", "\"operationid\"", 1);
        assert_ne!(judged(&broken), "valid", "{version}");
    }
}

/// `valid`, or what is wrong with `document` as `OpenAPI`.
pub(crate) fn judged(document: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("openapi.json");
    fs::write(&path, document).unwrap();
    let said = python::with(&python::OPENAPI, VALIDATE, &[path.to_str().unwrap()]);
    said.trim().to_owned()
}

const VALIDATE: &str = "
import json, sys
from openapi_spec_validator import validate
try:
    validate(json.load(open(sys.argv[1])))
    print('valid')
except Exception as fault:
    print(type(fault).__name__, str(fault)[:2000])
";

#[test]
fn a_variable_stands_over_the_file_and_a_file_that_is_not_there_is_exit_code_78() {
    let dir = tempfile::tempdir().unwrap();
    let configuration = dir.path().join("perild.toml");
    let run = || {
        Command::new(env!("CARGO_BIN_EXE_perild"))
            .args(["openapi", "--config"])
            .arg(&configuration)
            .env("PERILD_PERILS__MAX_PLACES", "77")
            .output()
            .unwrap()
    };
    let refused = run();
    assert_eq!(refused.status.code(), Some(78));
    assert!(refused.stdout.is_empty());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains(configuration.to_str().unwrap()), "{said}");

    fs::write(&configuration, REFERENCE).unwrap();
    let document: Value = serde_json::from_slice(&run().stdout).unwrap();
    let places = &document["components"]["schemas"]["Query"]["properties"]["locations"];
    assert_eq!(places["maxItems"], 77);
}

#[test]
fn what_a_site_publishes_says_its_address_its_caps_and_its_scopes() {
    let site = Site::with(|settings, _| {
        settings.files = vec!["open.csv"];
        settings.more.push_str(
            "[perils]\nmax_places = 321\nmax_contract_places = 54\nmax_radius_km = 77\nmax_body_bytes = 4321\n\
             max_columns = 1313\nmax_header_bytes = 1414\nmax_cells = 151515\nmax_answer_bytes = 161616\n\
             max_search_cells = 171717\n\
             [[datasets]]\nname = \"hail\"\nscope = \"energy:hail\"\n\
             [[datasets]]\nname = \"fire\"\nclass = \"OE-O\"\n\
             [[datasets]]\nname = \"open.csv\"\nclass = \"OE-O\"\n",
        );
    });
    let document = json_of(&site.ask(&Request::get("/openapi.json")));
    let schemas = &document["components"]["schemas"];
    let places = &schemas["Query"]["properties"]["locations"]["maxItems"];
    let of_contract = &schemas["ContractQuery"]["properties"]["locations"]["maxItems"];
    assert_eq!((places, of_contract), (&321.into(), &54.into()));
    assert_eq!(schemas["Radius"]["maximum"], 77);
    let too_large = document["components"]["responses"]["Problem413"].to_string();
    for limit in ["321 places", "54 places", "4321", "1313"] {
        assert!(too_large.contains(limit), "{limit}: {too_large}");
    }
    let body = document["paths"]["/v1/location"]["post"]["requestBody"]["content"].to_string();
    let said = [
        body,
        schemas["Query"].to_string(),
        schemas["Radius"].to_string(),
    ]
    .concat();
    for limit in [
        "At most 1313 columns",
        "at most 1414 octets",
        "at most 151515",
        "about 161616 octets",
        "at most 171717 cells",
    ] {
        assert!(said.contains(limit), "{limit}: {said}");
    }

    let of = |path: &str, method: &str| &document["paths"][path][method];
    let token = |scopes: &[&str]| json!({"mutualTLS": [], "bearer": scopes});
    for (path, method, security) in [
        ("/hail", "get", json!([token(&["energy:hail"])])),
        ("/wind", "get", json!([token(&[])])),
        ("/fire", "get", json!([])),
        ("/allperils", "get", json!([token(&["energy:hail"])])),
        ("/v1/perils", "get", json!([token(&[])])),
        (
            "/v1/location",
            "post",
            json!([{}, token(&[]), token(&["energy:hail"])]),
        ),
        (
            "/location",
            "post",
            json!([{}, token(&[]), token(&["energy:hail"])]),
        ),
        ("/{name}", "get", json!([{}, token(&[])])),
        ("/v1/files/{name}", "head", json!([{}, token(&[])])),
    ] {
        assert_eq!(of(path, method)["security"], security, "{path}");
    }
    let names = &of("/{name}", "get")["parameters"][0]["examples"];
    assert!(names["open.csv"].is_object() && names["hail"].is_null());
    let page = site.ask(&Request::get("/docs"));
    for said in [
        "energy:hail",
        "The token must have <code>energy:hail</code>",
        "open.csv: open to everyone",
    ] {
        assert!(page.text().contains(said), "{said}");
    }
}

#[test]
fn a_reload_without_a_change_leaves_the_validators_as_they_are() {
    let mut changed = None;
    let site = Site::with(|settings, _| {
        let mut other = settings.clone();
        other.more.push_str("[perils]\nmax_places = 5\n");
        changed = Some(other);
    });
    let validators = || {
        ["/openapi.json", "/openapi.json?version=3.0", "/docs"].map(|target| {
            let answer = site.ask(&Request::get(target));
            ["etag", "last-modified"].map(|name| answer.field(name).unwrap().to_owned())
        })
    };
    let before = validators();
    let began = now();
    eventually("the second is over", PATIENCE, || {
        (now() > began).then_some(())
    });
    site.perild.reload();
    assert_eq!(validators(), before);

    write_config(site.dir(), &changed.unwrap());
    site.perild.reload();
    let after = validators();
    for (before, after) in before.iter().zip(&after) {
        assert_ne!(before[0], after[0]);
        assert_ne!(before[1], after[1]);
    }
}

#[test]
fn the_description_is_open_and_has_validators_and_versions() {
    let site = Site::start();
    for (target, content_type, start) in [
        ("/openapi.json", "application/json", "{"),
        ("/docs", "text/html; charset=utf-8", "<!DOCTYPE html>"),
    ] {
        let answer = site.ask(&Request::get(target));
        assert_eq!(
            (answer.status, answer.field("content-type")),
            (200, Some(content_type))
        );
        assert!(answer.text().starts_with(start));
        assert!(!answer.interaction_id().is_empty());
        let tag = answer.field("etag").unwrap();
        let known = site.ask(&Request::get(target).field("If-None-Match", tag));
        assert_eq!((known.status, known.content.len()), (304, 0));
        assert_eq!(known.field("etag"), Some(tag));
        let other = site.ask(&Request::get(target).field("If-None-Match", "\"other\""));
        assert_eq!(other.status, 200);
        let head = site.ask(&Request::new("HEAD", target));
        assert_eq!((head.status, head.content.len()), (200, 0));
        assert_eq!(head.field("etag"), Some(tag));
        let post = site.ask(&Request::new("POST", target));
        assert_eq!(
            (post.status, post.field("allow")),
            (405, Some("GET, HEAD, OPTIONS"))
        );
        let bearer = site.ask(&Request::get(target).bearer(&fresh_token()));
        assert_eq!(bearer.status, 200);
    }
    let version = |query: &str| {
        json_of(&site.ask(&Request::get(&format!("/openapi.json{query}"))))["openapi"].clone()
    };
    assert_eq!(version(""), "3.1.0");
    assert_eq!(version("?version=3.1"), "3.1.0");
    assert_eq!(version("?version=3.0"), "3.0.3");
    let unknown = site.ask(&Request::get("/openapi.json?version=2.0"));
    assert_eq!(unknown.status, 400);
    assert!(
        unknown.problem()["detail"]
            .as_str()
            .unwrap()
            .contains("3.0, 3.1")
    );
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let site = Site::start();
    let answer = site.ask(&Request::get("/docs"));
    let page = answer.text();
    let policy = answer.field("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"));
    let markup = page.to_lowercase();
    for loader in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "<object",
        "<embed",
        "@import",
        "url(",
        " src=",
        " style=",
        "javascript:",
        " onload",
    ] {
        assert!(!markup.contains(loader), "{loader}");
    }
    for target in markup.split("href=\"").skip(1) {
        assert!(
            target.starts_with('/') || target.starts_with('#'),
            "{target:.40}"
        );
    }
    assert!(markup.contains("name=\"viewport\""));
    for path in [
        "/v1/location",
        "/v1/perils",
        "/combinedflood",
        "/openapi.json",
    ] {
        assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for target in page.split("href=\"#").skip(1) {
        let id = target.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
}
