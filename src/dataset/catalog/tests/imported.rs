//! Collections that were imported, with a description or without.

use super::*;

/// Rows: DEC-4
#[test]
fn what_is_imported_is_not_served_by_the_defaults_when_its_description_is_broken() {
    let broken = meters("colour = 3");
    let files = [
        ("temperature.toml", broken.as_str()),
        ("other.toml", "[collection\n"),
    ];
    for publish_all in [false, true] {
        let provider = Provider::with(&files)
            .holding("temperature", None)
            .holding("wind", None);
        let provider = if publish_all {
            provider.publishing_all()
        } else {
            provider
        };
        assert_eq!(ids(&provider.load(None)), ["wind"]);
        // The operator's own rule stands before what publishers write, and what was served stays served.
        provider.write("temperature.toml", &meters("kind = \"coverage\""));
        let whole = provider.load(None);
        assert_eq!(ids(&whole), ["temperature", "wind"]);
        provider.write("temperature.toml", &broken);
        let second = provider.load(Some(&whole));
        assert_eq!(ids(&second), ["temperature", "wind"]);
        let rules = |catalog: &Catalog| catalog.get("temperature").unwrap().rules().to_vec();
        assert_eq!(rules(&second), rules(&whole));
        let bound = provider.ruling(&["temperature"]).load(None);
        assert_eq!(ids(&bound), ["temperature", "wind"]);
    }
}

/// Rows: DEC-4
#[test]
fn what_is_imported_and_neither_described_nor_ruled_is_served_where_all_is() {
    for kind in [Kind::Coverage, Kind::Records] {
        let provider = Provider::with(&[]).holding_as(kind, "snow", None);
        let provider = provider.holding("wind", Some("perils"));
        let strict = provider.load(None);
        assert_eq!(ids(&strict), ["wind"]);
        assert_eq!(strict.unpublished(), [id("snow")]);
        let provider = provider.ruling(&["snow"]);
        assert_eq!(ids(&provider.load(None)), ["snow", "wind"]);
        let provider = provider.ruling(&[]).publishing_all();
        assert_eq!(ids(&provider.load(None)), ["snow", "wind"]);
    }
}

#[test]
fn what_is_imported_is_there_with_a_description_or_without() {
    let provider = Provider::with(&[
        (
            "solar.toml",
            &meters("kind = \"coverage\"\nsource = \"solar.csv\""),
        ),
        ("solar.csv", ""),
        (
            "wind.toml",
            &meters("kind = \"coverage\"\nsource = \"wind.csv\""),
        ),
        ("wind.csv", ""),
        ("snow.csv", ""),
        ("later.toml", &meters("kind = \"coverage\"")),
    ])
    .holding("solar", None)
    .holding("snow", None)
    .holding("wind", Some("perils"))
    .publishing_all();
    let catalog = provider.load(None);
    assert_eq!(told(&catalog, provider.folder.path()), "");
    assert_eq!(
        ids(&catalog),
        ["later", "snow", "snow.csv", "solar", "wind"]
    );
    let solar = catalog.get("solar").unwrap();
    assert_eq!(
        (&*solar.metadata().title, solar.digest()),
        ("Meters", Some("abc"))
    );
    assert_eq!(
        solar.metadata().version.as_deref(),
        Some("8.2.3"),
        "the store tells"
    );
    assert!(solar.has_data() && solar.coverage().is_some());
    assert!(!catalog.get("later").unwrap().has_data());
    let wind = catalog.get("wind").unwrap();
    assert_eq!(wind.group(), Some(&id("perils")));
    // What a coverage was imported from has its rule; a rule for a peril never speaks of a file.
    assert_eq!(owner(&catalog, "solar.csv").as_deref(), Some("solar"));
    assert_eq!(owner(&catalog, "wind.csv"), None);
    assert_eq!(owner(&catalog, "snow.csv").as_deref(), Some("snow.csv"));
    let ruled = provider.ruling(&["wind.csv"]).load(None);
    assert_eq!(owner(&ruled, "wind.csv").as_deref(), Some("wind.csv"));
}

#[test]
fn a_table_has_data_where_it_was_imported_as_the_kind_that_is_described() {
    let described = meters("kind = \"records\"\nkey = [\"sku\"]");
    for (held, has_data) in [
        (Some(Kind::Records), true),
        (Some(Kind::Features), false),
        (Some(Kind::Coverage), false),
        (None, false),
    ] {
        let provider = Provider::with(&[("meters.toml", &*described), ("meters.csv", "a\n1\n")]);
        let provider = match held {
            Some(kind) => provider.holding_as(kind, "meters", None),
            None => provider,
        };
        let catalog = provider.load(None);
        let told = told(&catalog, provider.folder.path());
        assert_eq!(told, "", "{held:?}");
        let collection = catalog.get("meters").unwrap();
        assert_eq!(collection.kind(), Kind::Records);
        assert_eq!(collection.has_data(), has_data, "{held:?}");
        assert_eq!(collection.digest().is_some(), has_data, "{held:?}");
        assert_eq!(files(&catalog, "meters"), ["meters.csv"]);
    }
}
