//! What is published about the metrics: the page, the alert rules, the dashboard.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    audit::audited,
    metrics_site::{Scrape, import_store, metered_with, scrape},
};

/// What is published about the numbers names only those that exist, and leaves none out.
#[test]
fn the_page_the_rules_and_the_dashboard_name_the_numbers_that_there_are() {
    let site = metered_with(|settings, pki| audited(settings, pki, ""));
    assert_eq!(site.fetch().status, 200);
    import_store(&site);
    site.perild.reload();
    let scrape = scrape(&site);
    let there_are = scrape.families();
    for (file, must_name_all) in [
        ("docs/metrics.md", true),
        ("deploy/prometheus/perild.rules.yml", false),
        ("deploy/grafana/perild.json", false),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = fs::read_to_string(&path).unwrap();
        let named = words(&text, &["perild_", "process_"]);
        assert!(!named.is_empty(), "{file} names nothing");
        for name in &named {
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            let is_there =
                there_are.contains(name) || base.is_some_and(|base| there_are.contains(base));
            assert!(is_there, "{file} names {name}");
        }
        if must_name_all {
            let left_out: Vec<_> = there_are.difference(&named).collect();
            assert!(left_out.is_empty(), "{file} leaves out {left_out:?}");
            let reasons: BTreeSet<_> = Scrape::labels(&scrape.family("perild_refusals_total"));
            let left_out: Vec<_> = reasons
                .iter()
                .filter(|reason| !text.contains(&format!("`{reason}`")))
                .collect();
            assert!(left_out.is_empty(), "{file} leaves out {left_out:?}");
        }
    }
}

#[test]
fn each_alert_is_explained_and_tested() {
    let read = |file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        fs::read_to_string(path).unwrap()
    };
    let rules = read("deploy/prometheus/perild.rules.yml");
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let alerts: BTreeSet<_> = alerts.map(str::to_owned).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    assert_eq!(words(&read("docs/metrics.md"), &["Perild"]), alerts);
    let tested = read("deploy/prometheus/perild.rules.test.yml");
    let firing = tested
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alertname: "));
    assert_eq!(firing.map(str::to_owned).collect::<BTreeSet<_>>(), alerts);
}

/// The words of `text` that begin with one of `beginnings`.
fn words(text: &str, beginnings: &[&str]) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| {
            beginnings
                .iter()
                .any(|beginning| word.starts_with(beginning))
        })
        .map(str::to_owned)
        .collect()
}
