//! Links behind a balancer: they lead to the common name, whoever was asked and whatever was claimed.

use serde_json::Value;

use super::{CONSUMER, Machines, OWN};
use crate::support::{
    balancer::connect_from,
    http::{Answer, Request},
};

/// Documents of discovery, and whether there is a page after them.
const DOCUMENTS: [(&str, bool); 6] = [
    ("/v1", false),
    ("/v1/conformance", false),
    ("/v1/collections", false),
    ("/v1/collections?limit=2", true),
    ("/v1/collections/solar", false),
    ("/v1/collections/solar/schema", false),
];

/// Every address in `document`, with the relation that it has, if any.
fn links(document: &Value, found: &mut Vec<(String, String)>) {
    match document {
        Value::Object(members) => {
            if let Some(Value::String(href)) = members.get("href") {
                let relation = members.get("rel").and_then(Value::as_str);
                found.push((relation.unwrap_or_default().to_owned(), href.clone()));
            }
            members.values().for_each(|member| links(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| links(item, found)),
        _ => (),
    }
}

/// Each link of an answer leads to the common name.
fn expect_common(target: &str, has_next: bool, answer: &Answer) {
    assert_eq!(answer.status, 200, "{target}");
    let document: Value = serde_json::from_slice(&answer.content).unwrap();
    let mut found = Vec::new();
    links(&document, &mut found);
    for (relation, href) in &found {
        let is_elsewhere = ["license", "describedby"].contains(&&**relation);
        assert!(
            href.starts_with("https://localhost/") || is_elsewhere,
            "{target}: {relation} {href}"
        );
    }
    let next = found.iter().any(|(relation, _)| relation == "next");
    assert_eq!(next, has_next, "{target}: {found:?}");
    let text = String::from_utf8_lossy(&answer.content);
    for other in OWN.into_iter().chain(["evil.example"]) {
        assert!(!text.contains(other), "{target}: {text}");
    }
}

#[test]
fn links_of_documents_and_to_the_next_page_lead_to_the_common_name_whichever_was_asked() {
    let machines = Machines::start();
    for (target, has_next) in DOCUMENTS {
        let request = Request::get(target).field("Accept", "application/json");
        for answer in machines.answers(&request) {
            expect_common(target, has_next, &answer);
        }
        for (machine, own) in machines.both.iter().zip(OWN) {
            let port = machine.nginx.https;
            let client = machines.consumer(Some(&machines.bank), port);
            let mut connection = client.over(connect_from(CONSUMER, port), own);
            let answer = connection.send(&request.clone().host(own));
            expect_common(target, has_next, &answer);
        }
    }
}

#[test]
fn a_name_that_a_stranger_claims_is_in_no_link() {
    let machines = Machines::start();
    for (target, has_next) in DOCUMENTS {
        let request = Request::get(target).field("Accept", "application/json");
        for field in [
            "X-Forwarded-Host",
            "X-Forwarded-Server",
            "X-Host",
            "X-Original-Host",
        ] {
            let claimed = request.clone().field(field, "evil.example");
            let answer = machines.connect(None, CONSUMER).send(&claimed);
            expect_common(target, has_next, &answer);
        }
        let forwarded = "host=evil.example;proto=http";
        let claimed = request.clone().field("Forwarded", forwarded);
        let answer = machines.connect(None, CONSUMER).send(&claimed);
        expect_common(target, has_next, &answer);
        // Another name than that of the handshake is no site of ours.
        let answer = machines
            .connect(None, CONSUMER)
            .try_send(&request.host("evil.example"));
        if let Some(answer) = answer {
            let said = String::from_utf8_lossy(&answer.content);
            assert_ne!(answer.status, 200, "{target}");
            assert!(!said.contains("evil"), "{target}: {said}");
            let location = answer.field("location").unwrap_or_default();
            assert!(!location.contains("evil"), "{target}: {location}");
        }
    }
}
