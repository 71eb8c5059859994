//! Successors, as descriptions name them and as whoever reads of them can follow.

use super::*;
use crate::dataset::metadata::Moment;

fn successor<'c>(catalog: &'c Catalog, id: &str) -> Option<&'c str> {
    let lifecycle = &catalog.get(id).unwrap().metadata().lifecycle;
    lifecycle.successor.as_ref().map(CollectionId::as_str)
}

fn followed_by(successor: &str) -> String {
    meters(&format!("successor = \"{successor}\""))
}

fn faults(catalog: &Catalog, provider: &Provider) -> String {
    told(catalog, provider.folder.path())
}

const CSV: &str = "kwh\n1\n";

#[test]
fn a_successor_is_announced_where_whoever_reads_of_it_finds_it() {
    for (next, is_announced) in [
        (METERS.to_owned(), true),
        (meters("listed = false"), false),
        (followed_by("a"), false),
    ] {
        let first = followed_by("b");
        let files = [
            ("a.toml", &*first),
            ("a.csv", CSV),
            ("b.toml", &next),
            ("b.csv", CSV),
        ];
        let provider = Provider::with(&files);
        let catalog = provider.load(None);
        let faults = faults(&catalog, &provider);
        assert_eq!(successor(&catalog, "a").is_some(), is_announced, "{faults}");
        assert_eq!(
            faults.contains("a.toml:4: collection.successor"),
            !is_announced,
            "{faults}"
        );
    }
}

#[test]
fn of_three_versions_each_leads_to_the_next_and_one_that_was_taken_away_is_led_to_by_none() {
    let (first, second) = (followed_by("b"), followed_by("c"));
    let provider = Provider::with(&[
        ("a.toml", &first),
        ("a.csv", CSV),
        ("b.toml", &second),
        ("b.csv", CSV),
        ("c.toml", METERS),
        ("c.csv", CSV),
    ]);
    let before = provider.load(None);
    let led_to = [successor(&before, "a"), successor(&before, "b")];
    assert_eq!(led_to, [Some("b"), Some("c")]);
    let led_back: Vec<_> = before.predecessors(&id("c")).map(|one| one.id()).collect();
    assert_eq!(led_back, [&id("b")]);
    for name in ["b.toml", "b.csv"] {
        fs::remove_file(provider.path(name)).unwrap();
    }
    let after = provider.load(Some(&before));
    assert_eq!(ids(&after), ["a", "c"]);
    assert_eq!(after.predecessors(&id("c")).count(), 0);
    assert_eq!(successor(&after, "a"), None);
    assert!(faults(&after, &provider).contains("a.toml:4: collection.successor"));
    // Where it comes back, so does the word of it.
    provider.write("b.toml", METERS);
    provider.write("b.csv", CSV);
    assert_eq!(successor(&provider.load(Some(&after)), "a"), Some("b"));
}

#[test]
fn a_successor_that_nobody_can_be_sent_to_does_not_come_back_with_new_tables() {
    let records = meters("kind = \"records\"\nkey = \"id\"\nsuccessor = \"nowhere\"");
    let provider = Provider::with(&[("a.toml", &records)]);
    let catalog = provider.load(None);
    assert!(!catalog.get("a").unwrap().has_data());
    assert_eq!(successor(&catalog, "a"), None);
    let imported = provider.holding_as(Kind::Records, "a", None);
    let renewed = catalog.with_tables(&imported.held);
    assert!(renewed.get("a").unwrap().has_data());
    assert_eq!(successor(&renewed, "a"), None);
}

#[test]
fn what_was_to_be_gone_by_now_is_told_at_its_line_and_served_as_before() {
    let now = 4_000_000_000;
    let moment = |offset| Moment::at(Timestamp::from_seconds(now + offset));
    for (offset, is_over) in [(-1, true), (0, true), (1, false)] {
        let sunset = meters(&format!("version = \"1\"\nsunset = {}", moment(offset)));
        let provider = Provider {
            now: Timestamp::from_seconds(now),
            ..Provider::with(&[("a.toml", &sunset), ("a.csv", CSV)])
        };
        let catalog = provider.load(None);
        assert_eq!(files(&catalog, "a"), ["a.csv"]);
        let said = faults(&catalog, &provider);
        assert_eq!(
            said.contains("a.toml:5: collection.sunset: it was"),
            is_over,
            "{said}"
        );
        assert!(catalog.faults().iter().all(DescriptionFault::is_warning));
    }
}
