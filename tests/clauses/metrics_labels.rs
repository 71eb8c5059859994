//! Labels of `/metrics`: the provider's own names in a bounded number, and nothing that a client sends.

use std::fs;

use super::{
    metrics_site::{check_metrics, metered, scrape},
    site::CONTENT,
};
use crate::support::http::Request;

#[test]
fn names_that_clients_make_up_become_no_label() {
    let site = metered(|_| {});
    fs::write(site.shared("new.csv"), CONTENT).unwrap();
    let before = scrape(&site);
    for number in 0..300 {
        let wanted = [404, 401][number % 2];
        let target = format!("/made-up-{number}");
        let request = Request::get(&target);
        let answer = match wanted {
            404 => site.get(&target),
            _ => site.ask(&request),
        };
        assert_eq!(answer.status, wanted);
    }
    // There, but put there since the last reload.
    assert_eq!(site.get("/new").status, 200);
    for target in [
        "/a%22%7D%205%0Aperild_forged%201",
        "/a\"}",
        "/v1/files/{name}",
        "/other",
        "/-",
    ] {
        site.ask(&Request::get(target));
        site.ask(&Request::new("perild_forged{}", target));
    }
    let after = scrape(&site);
    let text = after.text();
    for word in ["made-up", "perild_forged", "bank-a", "org-a", "tok-", "%22"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    let other = |status: u16| {
        after.value(&format!(
            "perild_requests_total{{dataset=\"other\",route=\"/{{name}}\",status=\"{status}\"}}"
        ))
    };
    assert_eq!(other(404), 150);
    assert!(other(401) >= 150);
    assert_eq!(other(200), 1);
    let more = after.names().len() - before.names().len();
    assert!(more < 20, "{more} more series");

    let ready = site.perild.reload().1;
    assert!(!ready.contains("old configuration"), "{ready}");
    assert_eq!(site.get("/new").status, 200);
    let named = r#"perild_requests_total{dataset="new",route="/{name}",status="200"}"#;
    assert_eq!(scrape(&site).value(named), 1);
}

#[test]
fn a_name_that_the_provider_chose_badly_is_one_label_and_no_more() {
    let hostile = "a\"} 7 perild_forged{x=\"";
    let site = metered(|settings| {
        settings.files = vec!["a\"} 7 perild_forged{x=\".csv", "it's \"open\".csv"];
        let rule = format!("[[datasets]]\nname = {hostile:?}\nclass = \"OE-O\"\n");
        settings.more += &rule;
        settings.more += "[[datasets]]\nname = \"it's \\\"open\\\"\"\nclass = \"OE-O\"\n";
    });
    fs::write(site.shared("it's \"open\".csv"), CONTENT).unwrap();
    let answer = site.ask(&Request::get("/it's%20%22open%22"));
    assert_eq!(answer.text(), CONTENT);
    let scrape = scrape(&site);
    let series = r#"perild_requests_total{dataset="it's \"open\"",route="/{name}",status="200"}"#;
    assert_eq!(scrape.value(series), 1);
    let (is_good, said) = check_metrics(scrape.text());
    assert!(
        is_good && !scrape.text().contains("\nperild_forged"),
        "{said}"
    );
}
