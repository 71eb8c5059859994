//! Descriptions and folders that cannot be read, and what stays served.

use super::*;

/// Rows: ACL-13
#[test]
fn a_broken_description_takes_down_its_own_collection_and_no_other() {
    let broken = meters("source = \"secret-*.csv\"\ncolour = 3");
    let provider = Provider::with(&[
        ("meters.toml", METERS),
        ("meters.csv", ""),
        ("secret.toml", &broken),
        ("secret.csv", ""),
        ("secret-1.csv", ""),
        ("torn.toml", "[collection\nsource = \"half.csv\"\n"),
        ("torn.csv", ""),
        ("half.csv", ""),
    ])
    .publishing_all();
    let catalog = provider.load(None);
    assert_eq!(ids(&catalog), ["meters"]);
    for file in [
        "secret.csv",
        "secret-1.csv",
        "secret-2.csv",
        "torn.csv",
        "half.csv",
    ] {
        assert_eq!(owner(&catalog, file), None, "{file}");
    }
    insta::assert_snapshot!(told(&catalog, provider.folder.path()), @r"
    secret.toml:5: collection.colour: there is no such key; correct or remove it; known here are id, source, profile, title, description, keywords, licence, version, publisher, contact, issued, modified, kind, listed, bbox, datetime, step, zone, alias, key, time, begin, end, geometry, longitude, latitude, deprecated, sunset, successor
    torn.toml:1: unclosed table, expected `]`; correct it
    ");
    // The operator's own rule stands before what publishers write.
    let ruled = provider.ruling(&["torn"]).load(None);
    assert_eq!(ids(&ruled), ["meters", "torn"]);
}

/// Rows: ACL-13
#[test]
fn what_was_served_stays_served_until_its_description_is_mended_or_gone() {
    let provider = Provider::with(&[("meters.toml", METERS), ("meters.csv", "")]);
    let first = provider.load(None);
    for broken in [
        "[collection\n".to_owned(),
        meters("colour = 3"),
        meters("id = \"docs\""),
        meters("source = \"meterz.csv\""),
        meters("profile = \"none.toml\""),
        "[collection]\ntitle = \"Meters\"\n".to_owned(),
    ] {
        provider.write("meters.toml", &broken);
        let second = provider.load(Some(&first));
        assert_eq!(ids(&second), ["meters"], "{broken}");
        assert_eq!(files(&second, "meters"), ["meters.csv"], "{broken}");
        assert_eq!(
            second.get("meters").unwrap().rules(),
            first.get("meters").unwrap().rules()
        );
        assert!(!second.faults().is_empty(), "{broken}");
        let third = provider.load(Some(&second));
        assert_eq!(ids(&third), ["meters"], "{broken}");
        assert_eq!(third.faults(), second.faults(), "it is told at each load");
        assert!(
            provider.load(None).is_empty(),
            "a start has nothing to go back to"
        );
    }
    provider.write("meters.toml", &METERS.replace("Meters", "Mended"));
    let mended = provider.load(Some(&first));
    assert_eq!(&*mended.get("meters").unwrap().metadata().title, "Mended");
    fs::remove_file(provider.path("meters.toml")).unwrap();
    assert!(provider.load(Some(&mended)).is_empty());
}

#[test]
fn a_description_beyond_all_bounds_is_refused_unread() {
    let provider = Provider::with(&[("a.csv", ""), ("b.csv", "")]).publishing_all();
    provider.write("a.toml", &meters(&"# comment\n".repeat(1_000_000)));
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        provider.path("b.toml"),
        rustix::fs::Mode::RUSR,
    )
    .unwrap();
    let catalog = provider.load(None);
    insta::assert_snapshot!(told(&catalog, provider.folder.path()), @"a.toml: 10000087 bytes are more than the 262144 of the longest description; keep data out of descriptions");
    // A pipe is no description.
    assert_eq!(ids(&catalog), ["b"]);
}

#[test]
fn a_folder_that_is_gone_is_told() {
    let provider = Provider::with(&[]);
    let path = provider.folder.path().to_owned();
    fs::remove_dir(&path).unwrap();
    let catalog = provider.load(None);
    assert_eq!(catalog.faults().len(), 1);
    fs::create_dir(&path).unwrap();
}

#[test]
fn of_a_folder_that_cannot_be_listed_nothing_is_published_but_what_is_named() {
    let provider = Provider::with(&[]).publishing_all().ruling(&["ruled"]);
    let path = provider.folder.path().to_owned();
    let whole = provider.load(None);
    assert!(whole.is_listed());
    assert_eq!(owner(&whole, "other.csv").as_deref(), Some("other"));
    fs::remove_dir(&path).unwrap();
    let catalog = provider.load(Some(&whole));
    assert!(!catalog.is_listed());
    assert_eq!(owner(&catalog, "other.csv"), None);
    assert_eq!(owner(&catalog, "ruled.csv").as_deref(), Some("ruled"));
    fs::create_dir(&path).unwrap();
}
