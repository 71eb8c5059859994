//! The catalogue as harvesters find it: open to everyone, at addresses that a directory is told.

use std::{collections::HashSet, fs};

use oxjsonld::JsonLdParser;
use oxrdf::Triple;
use oxrdfxml::RdfXmlParser;
use oxttl::TurtleParser;
use serde_json::Value;

use crate::{
    description::judged,
    expect::has_common_fields,
    ogc_features,
    site::{CONTENT, NAME, Site},
    support::{
        http::{Answer, Request},
        tables,
    },
};

const CATALOG: &str = r#"
[catalog]
title = "Example Energy"
publisher = "https://directory.example.org/member/827252"
trust_framework = "https://registry.example.org/trust-framework"
scheme = "https://registry.example.org/scheme/electricity"
"#;

/// A site with an open collection, a shared one, and one that is in no list.
fn site() -> Site {
    let site = Site::with(|settings, _| {
        "publish = \"described\"\n".clone_into(&mut settings.defaults);
        settings.more = format!("{CATALOG}\n[[datasets]]\nname = \"{NAME}\"\n");
    });
    for (name, more, rule) in [
        ("quiet", "listed = false", "class = \"OE-SA\""),
        ("open", "", "class = \"OE-O\""),
    ] {
        fs::write(site.shared(&format!("{name}.csv")), CONTENT).unwrap();
        let text = format!(
            "[collection]\ntitle = \"About {name}\"\nlicence = \"CC-BY-4.0\"\n{more}\n[[rule]]\n{rule}\n\
            [[field]]\nname = \"time\"\ntype = \"date-time\"\n[[field]]\nname = \"kWh\"\nunit = \"kW.h\"\n"
        );
        fs::write(site.shared(&format!("{name}.toml")), text).unwrap();
    }
    site.perild.reload();
    site
}

fn open(site: &Site, target: &str) -> Answer {
    site.ask(&Request::get(target))
}

const FORMS: [(&str, &str); 3] = [
    ("/catalog.ttl", "text/turtle; charset=utf-8"),
    ("/catalog.jsonld", "application/ld+json"),
    ("/catalog.rdf", "application/rdf+xml"),
];

fn triples(answer: &Answer) -> HashSet<Triple> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let text = answer.text();
    match answer.field("content-type").unwrap() {
        "text/turtle; charset=utf-8" => {
            let parser = TurtleParser::new().for_slice(text);
            parser.map(Result::unwrap).collect()
        }
        "application/ld+json" => {
            let parser = JsonLdParser::new().for_slice(text);
            parser.map(|quad| Triple::from(quad.unwrap())).collect()
        }
        "application/rdf+xml" => {
            let parser = RdfXmlParser::new().for_slice(text);
            parser.map(Result::unwrap).collect()
        }
        other => panic!("{other}"),
    }
}

/// Values of `property`, which is named by its last part, in `triples`.
fn values(triples: &HashSet<Triple>, property: &str) -> HashSet<String> {
    let of = triples.iter().filter(|triple| {
        let name = triple.predicate.as_str();
        name.ends_with(&format!("#{property}")) || name.ends_with(&format!("/{property}"))
    });
    of.map(|triple| match &triple.object {
        oxrdf::Term::Literal(literal) => literal.value().to_owned(),
        oxrdf::Term::NamedNode(node) => node.as_str().to_owned(),
        other @ oxrdf::Term::BlankNode(_) => other.to_string(),
    })
    .collect()
}

/// Rows: OE-CLS-2
#[test]
fn a_directory_fetches_each_form_without_credentials_and_without_a_redirect() {
    let site = site();
    let all: Vec<_> = FORMS
        .map(|(target, content_type)| {
            let answer = open(&site, target);
            assert_eq!(answer.field("content-type"), Some(content_type));
            assert_eq!(answer.field("cache-control"), Some("public, max-age=300"));
            has_common_fields(&answer);
            // Whatever is sent along is not looked at.
            let bad = Request::get(target)
                .field("authorization", "Bearer stale")
                .field("x-oe-client-cert", "nonsense");
            assert_eq!(site.ask(&bad).content, answer.content, "{target}");
            let head = site.ask(&Request::new("HEAD", target));
            assert_eq!((head.status, head.content.len()), (200, 0));
            assert_eq!(head.field("content-length"), answer.field("content-length"));
            triples(&answer)
        })
        .to_vec();
    assert!(all[0].len() > 20);
    assert!(all.iter().all(|form| *form == all[0]));
    assert_eq!(site.introspections(), 0);

    let publishers = values(&all[0], "publisher");
    assert_eq!(
        publishers,
        HashSet::from(["https://directory.example.org/member/827252".to_owned()])
    );
    let datasets = values(&all[0], "dataset");
    let ids: HashSet<_> = datasets
        .iter()
        .filter_map(|one| one.rsplit('/').next())
        .collect();
    assert_eq!(ids, HashSet::from(["open", NAME]));
}

/// Rows: HTTP-7, HTTP-8
#[test]
fn what_has_not_changed_is_304_over_a_reload_and_what_has_is_sent() {
    let site = site();
    let before = open(&site, "/catalog.ttl");
    let tag = before.field("etag").unwrap().to_owned();
    let again = |target: &str| site.ask(&Request::get(target).field("if-none-match", &tag));
    assert_eq!(again("/catalog.ttl").status, 304);
    site.perild.reload();
    let unchanged = again("/catalog.ttl");
    assert_eq!(unchanged.status, 304);
    assert_eq!(
        unchanged.field("last-modified"),
        before.field("last-modified")
    );
    assert_eq!(again("/catalog.rdf").status, 200);

    let described = site.shared("open.toml");
    let text = fs::read_to_string(&described).unwrap();
    fs::write(&described, text.replace("About open", "Open")).unwrap();
    site.perild.reload();
    let changed = again("/catalog.ttl");
    assert!(changed.status == 200 && changed.text().contains("\"Open\"@en"));
}

/// Rows: HTTP-17
#[test]
fn accept_chooses_the_form_at_the_address_that_leaves_it_open() {
    let site = site();
    for (accept, content_type) in [
        ("*/*", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        (
            "application/rdf+xml, text/turtle;q=0.5",
            "application/rdf+xml",
        ),
        ("text/turtle;q=0, */*", "application/ld+json"),
    ] {
        let request = Request::get("/v1/catalog").field("accept", accept);
        let answer = site.ask(&request);
        assert_eq!(answer.field("content-type"), Some(content_type), "{accept}");
        assert_eq!(answer.field("vary"), Some("Accept, Accept-Encoding"));
    }
    let refused = site.ask(&Request::get("/v1/catalog").field("accept", "image/png"));
    assert_eq!(refused.status, 406);
    let named = open(&site, "/v1/catalog?f=rdf&profile=dcat-ap");
    assert_eq!(named.field("content-type"), Some("application/rdf+xml"));
    for target in [
        "/v1/catalog?f=n3",
        "/v1/catalog?profile=dcat",
        "/v1/catalog?profile=ib1&profile=ib1",
        "/v1/catalog?f=ttl&f=ttl",
        "/v1/catalog?limit=1",
        "/catalog.ttl?f=rdf",
    ] {
        assert_eq!(open(&site, target).status, 400, "{target}");
    }
}

/// Rows: CON-25
#[test]
fn each_harvester_is_sent_its_own_profile() {
    let site = site();
    let ib1 = triples(&open(&site, "/catalog.ttl"));
    assert_eq!(
        values(&ib1, "mediaType"),
        HashSet::from(["text/csv".to_owned()])
    );
    assert_eq!(ib1, triples(&open(&site, "/catalog.ttl?profile=ib1")));
    let dcat_ap = triples(&open(&site, "/catalog.ttl?profile=dcat-ap"));
    let registered = "https://www.iana.org/assignments/media-types/text/csv";
    assert_eq!(
        values(&dcat_ap, "mediaType"),
        HashSet::from([registered.to_owned()])
    );
}

#[test]
fn what_the_catalogue_says_of_a_download_is_what_head_answers() {
    let site = site();
    let all = triples(&open(&site, "/catalog.ttl"));
    let of = |subject: &oxrdf::NamedOrBlankNode, property: &str| {
        let about = all.iter().filter(|one| one.subject == *subject).cloned();
        let values: Vec<_> = values(&about.collect(), property).into_iter().collect();
        values.join(" ")
    };
    let files = all
        .iter()
        .filter(|one| one.predicate.as_str().ends_with("#downloadURL"));
    let mut count = 0;
    for file in files {
        let url = of(&file.subject, "downloadURL");
        let target = url.strip_prefix("https://localhost").unwrap();
        let whole = if target.contains(NAME) {
            site.get(target)
        } else {
            open(&site, target)
        };
        assert_eq!(whole.status, 200, "{target}");
        assert_eq!(
            whole.content.len().to_string(),
            of(&file.subject, "byteSize")
        );
        let content_type = whole.field("content-type").unwrap();
        let essence = content_type.split(';').next().unwrap();
        assert_eq!(essence, of(&file.subject, "mediaType"));
        if !target.contains(NAME) {
            let head = site.ask(&Request::new("HEAD", target));
            assert_eq!(
                head.field("content-length").unwrap(),
                of(&file.subject, "byteSize")
            );
            assert_eq!(head.field("content-type"), Some(content_type));
        }
        count += 1;
    }
    assert_eq!(count, 2);
}

#[test]
fn the_columns_of_tables_are_csv_on_the_web() {
    let site = site();
    let answer = open(&site, "/v1/collections/open/csvw");
    assert_eq!(answer.field("content-type"), Some("application/csvm+json"));
    let document: Value = serde_json::from_slice(&answer.content).unwrap();
    assert_eq!(
        document["tables"][0]["url"],
        "https://localhost/v1/files/open.csv"
    );
    let columns = document["tableSchema"]["columns"].as_array().unwrap();
    assert_eq!(columns[0]["datatype"], "datetime");
    assert_eq!(columns[1]["titles"][0], "kWh");
    for id in ["quiet", NAME, "no-such", ".."] {
        let answer = open(&site, &format!("/v1/collections/{id}/csvw"));
        assert_eq!(answer.status, 404, "{id}");
    }
}

#[test]
fn the_api_of_a_kind_has_one_server_whose_address_is_a_variable() {
    let site = site();
    let answer = open(&site, "/v1/api/coverage.json");
    assert_eq!(answer.field("content-type"), Some("application/json"));
    let document: Value = serde_json::from_slice(&answer.content).unwrap();
    let [server] = &document["servers"].as_array().unwrap()[..] else {
        panic!("one server");
    };
    assert_eq!(server["url"], "{endpointURL}");
    let default = &server["variables"]["endpointURL"]["default"];
    assert_eq!(default, "https://endpointurl-not-specified.ib1.org");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.contains_key("/position") && !paths.contains_key("/schema"));
    assert!(!answer.text().contains("{id}") && !answer.text().contains("https://localhost"));
    every_reference_leads_somewhere(&document, &document);
    assert_eq!(judged(answer.text()), "valid");
    for kind in ["features", "records", "series"] {
        let answer = open(&site, &format!("/v1/api/{kind}.json"));
        assert_eq!(judged(answer.text()), "valid", "{kind}");
        let document: Value = serde_json::from_slice(&answer.content).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(
            paths.contains_key("/items") && !paths.contains_key("/position"),
            "{kind}"
        );
        every_reference_leads_somewhere(&document, &document);
    }
    assert_eq!(open(&site, "/v1/api/files.json").status, 401);
}

/// Rows: CON-22
#[test]
fn each_path_of_the_api_of_a_kind_is_one_that_collections_of_the_kind_have() {
    let site = ogc_features::site();
    for (kind, id) in [
        ("records", "watches"),
        ("features", "outages"),
        ("series", "meters"),
    ] {
        let answer = open(&site, &format!("/v1/api/{kind}.json"));
        let document: Value = serde_json::from_slice(&answer.content).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.contains_key("/heartbeat"), "{kind}");
        assert_eq!(paths.contains_key("/latest"), kind == "series", "{kind}");
        for path in paths.keys() {
            let below = path.replace("{key}", "none");
            let answer = site.get(&format!("/v1/collections/{id}{below}"));
            if answer.status == 404 {
                assert_eq!(path, "/items/{key}", "{kind}: {answer:?}");
            }
        }
    }
    let coverage = open(&site, "/v1/api/coverage.json");
    let coverage: Value = serde_json::from_slice(&coverage.content).unwrap();
    assert!(coverage["paths"]["/heartbeat"]["get"].is_object());
}

fn every_reference_leads_somewhere(whole: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(whole.pointer(pointer).is_some(), "{reference}");
            }
            for member in members.values() {
                every_reference_leads_somewhere(whole, member);
            }
        }
        Value::Array(items) => {
            for item in items {
                every_reference_leads_somewhere(whole, item);
            }
        }
        _ => {}
    }
}

/// Rows: OE-CHG-1, OE-CHG-3, OE-VER-2
#[test]
fn two_versions_stand_side_by_side_and_everything_says_the_same_of_their_end() {
    let site = site();
    let old = site.shared("open.toml");
    let text = fs::read_to_string(&old).unwrap();
    let ends = "deprecated = 2026-10-01\nsunset = 2036-04-01\nsuccessor = \"open-2\"\nlicence";
    fs::write(&old, text.replacen("licence", ends, 1)).unwrap();
    fs::write(
        site.shared("open-2.toml"),
        text.replace("About open", "Open, again"),
    )
    .unwrap();
    fs::write(site.shared("open-2.csv"), CONTENT).unwrap();
    site.perild.reload();
    let successor = "https://localhost/v1/collections/open-2";
    for target in [
        "/v1/files/open.csv",
        "/open",
        "/v1/collections/open",
        "/v1/collections/open/schema",
    ] {
        let answer = open(&site, target);
        assert_eq!(answer.status, 200, "{target}");
        assert_eq!(answer.field("deprecation"), Some("@1790812800"), "{target}");
        assert_eq!(
            answer.field("sunset"),
            Some("Tue, 01 Apr 2036 00:00:00 GMT")
        );
        let link = format!("<{successor}>; rel=\"successor-version\"");
        assert!(
            answer
                .field("link")
                .is_some_and(|field| field.contains(&link)),
            "{target}"
        );
    }
    let new = open(&site, "/v1/files/open-2.csv");
    assert_eq!(
        (new.status, new.field("deprecation"), new.field("sunset")),
        (200, None, None)
    );

    let document: Value =
        serde_json::from_slice(&open(&site, "/v1/collections/open").content).unwrap();
    assert_eq!(document["deprecated"], "2026-10-01");
    let links = document["links"].as_array().unwrap();
    assert!(
        links
            .iter()
            .any(|link| link["rel"] == "successor-version" && link["href"] == successor)
    );
    let newer = open(&site, "/v1/collections/open-2");
    let newer: Value = serde_json::from_slice(&newer.content).unwrap();
    let mut links = newer["links"].as_array().unwrap().iter();
    let predecessor = "https://localhost/v1/collections/open";
    assert!(links.any(|link| link["rel"] == "predecessor-version" && link["href"] == predecessor));
    let all = triples(&open(&site, "/catalog.ttl"));
    assert_eq!(
        values(&all, "isReplacedBy"),
        HashSet::from([successor.to_owned()])
    );
    assert_eq!(
        values(&all, "replaces"),
        HashSet::from([predecessor.to_owned()])
    );

    // A successor that is not there is told at the load, and announced nowhere.
    fs::remove_file(site.shared("open-2.toml")).unwrap();
    fs::remove_file(site.shared("open-2.csv")).unwrap();
    site.perild.reload();
    site.perild
        .wait_for_line(|line| line.contains("nothing that is published is called"));
    let alone = open(&site, "/v1/files/open.csv");
    assert_eq!(alone.field("deprecation"), Some("@1790812800"));
    assert!(
        !alone
            .field("link")
            .unwrap_or_default()
            .contains("successor-version")
    );
}

/// Rows: OE-CHG-3, OE-VER-2
#[test]
fn a_successor_is_announced_everywhere_once_it_has_data_and_nowhere_before() {
    let site = site();
    let old = site.shared("open.toml");
    let text = fs::read_to_string(&old).unwrap();
    let ends = "deprecated = 2026-10-01\nsuccessor = \"watches\"\nlicence";
    fs::write(&old, text.replacen("licence", ends, 1)).unwrap();
    let next = "[collection]\ntitle = \"Watches\"\nlicence = \"CC-BY-4.0\"\nkind = \"records\"\n\
        key = [\"sku\"]\n[[rule]]\nclass = \"OE-O\"\n";
    fs::write(site.shared("watches.toml"), next).unwrap();
    site.perild.reload();
    let announced = || {
        let file = open(&site, "/v1/files/open.csv");
        let link = file.field("link").unwrap_or_default().to_owned();
        let document = open(&site, "/v1/collections/open").text().to_owned();
        let catalog = triples(&open(&site, "/catalog.ttl"));
        [
            link.contains("successor-version"),
            document.contains("successor-version"),
            !values(&catalog, "isReplacedBy").is_empty(),
            open(&site, "/v1/collections/watches").status == 200,
        ]
    };
    assert_eq!(announced(), [false; 4]);
    tables::watches(&site.dir().join("state"), "watches", 0);
    site.perild.reload();
    assert_eq!(announced(), [true; 4]);
}

/// Rows: OE-MD-1, OE-MD-2, OE-MD-3, OE-MD-4, OE-MD-5, OE-MD-6, OE-MD-7, OE-MD-8, OE-MD-9, OE-MD-10, OE-MD-12, OE-MD-13, CON-19
#[test]
fn the_metadata_file_of_2021_has_an_item_for_each_collection_as_json_and_as_yaml() {
    let site = site();
    let json = open(&site, "/metadata.json");
    assert_eq!(json.field("content-type"), Some("application/json"));
    let yaml = open(&site, "/metadata.yaml");
    assert_eq!(yaml.field("content-type"), Some("application/yaml"));
    assert_eq!(json.content, yaml.content);
    assert!(!json.text().contains('\t'));
    let items: Vec<Value> = serde_json::from_slice(&json.content).unwrap();
    assert_eq!(items.len(), 2);
    let mut ids = HashSet::new();
    for item in &items {
        let keys: HashSet<_> = item
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            HashSet::from(["content", "access", "transport", "representation"])
        );
        let content = &item["content"];
        for key in [
            "dct:title",
            "dct:description",
            "dcat:version",
            "dcat:versionNotes",
        ] {
            assert!(content[key].is_string(), "{key}");
        }
        ids.insert(content["oe:dataSetStableIdentifier"].as_str().unwrap());
        let rule = &item["access"][0];
        let is_open = content["oe:sensitivityClass"] == "OE-O";
        assert_eq!(
            rule["rule"].as_str().unwrap().starts_with("grants open:"),
            is_open
        );
        assert_eq!(rule["sufficient"], is_open);
        let http = &item["transport"]["http"];
        assert_eq!(http["openapi"], "3.0.3");
        assert!(
            http["paths"]
                .as_object()
                .unwrap()
                .keys()
                .all(|path| path.starts_with("/v1/"))
        );
        let has_columns = item["representation"].get("csvw").is_some();
        assert!(item["representation"]["mime"] == "text/csv" || !has_columns);
    }
    assert_eq!(ids, HashSet::from(["open", NAME]));
}
