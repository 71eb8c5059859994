//! Files and the collections that they belong to.

use super::*;

#[test]
fn a_description_beside_a_file_makes_a_collection_of_it() {
    let provider = Provider::with(&[
        ("meters.toml", METERS),
        ("meters.csv", "a\n1\n"),
        ("meters.json", "[]"),
        ("other.csv", "a\n"),
        ("notes.doc", ""),
    ]);
    let catalog = provider.load(None);
    assert_eq!(ids(&catalog), ["meters"]);
    let collection = catalog.get("meters").unwrap();
    assert_eq!(&*collection.metadata().title, "Meters");
    assert_eq!(collection.kind(), Kind::Files);
    assert_eq!(collection.described_in(), Some("meters.toml"));
    assert_eq!(collection.rules().len(), 1);
    assert!(collection.metadata().modified.is_some(), "the files tell");
    assert_eq!(files(&catalog, "meters"), ["meters.csv", "meters.json"]);
    assert_eq!(
        collection.representations().first().unwrap().length_bytes,
        4
    );
    assert_eq!(catalog.unpublished(), [id("other")]);
    assert_eq!(owner(&catalog, "other.csv"), None);
    assert_eq!(owner(&catalog, "meters.parquet").as_deref(), Some("meters"));
    assert_eq!(catalog.faults(), []);
    assert!(catalog.get("Meters").is_none());
}

#[test]
fn what_nothing_speaks_of_is_published_only_where_all_is() {
    let files = [("tidy.csv", ""), ("tidy.json", ""), ("wind.csv", "")];
    let closed = Provider::with(&files).load(None);
    assert!(closed.is_empty());
    assert_eq!(closed.unpublished(), [id("tidy"), id("wind.csv")]);
    let ruled = Provider::with(&files)
        .ruling(&["tidy.json", "wind"])
        .load(None);
    assert_eq!(ids(&ruled), ["tidy.json"]);
    let open = Provider::with(&files).publishing_all().load(None);
    assert_eq!(ids(&open), ["tidy", "wind.csv"]);
    assert_eq!(owner(&open, "later.csv").as_deref(), Some("later"));
    let both = Provider::with(&files)
        .ruling(&["tidy.json"])
        .publishing_all()
        .load(None);
    assert_eq!(ids(&both), ["tidy", "tidy.json", "wind.csv"]);
}

#[test]
fn a_file_belongs_to_the_nearest_word_that_is_said_of_it() {
    let provider = Provider::with(&[
        ("tidy.toml", METERS),
        ("tidy.csv.toml", METERS),
        ("bundle.toml", &meters("source = \"part-*.csv\"")),
        (
            "named.toml",
            &meters("source = \"data 2026.csv\"\nid = \"data\""),
        ),
        ("tidy.csv", ""),
        ("tidy.json", ""),
        ("part-1.csv", ""),
        ("part-2.csv", ""),
        ("part-3.csv", ""),
        ("part-3.toml", METERS),
        ("data 2026.csv", ""),
        ("named.csv", ""),
        ("data.csv", ""),
    ])
    .publishing_all();
    let catalog = provider.load(None);
    assert_eq!(told(&catalog, provider.folder.path()), "");
    for (file, collection) in [
        ("tidy.csv", Some("tidy.csv")),
        ("tidy.csv.gz", Some("tidy.csv")),
        ("tidy.json", Some("tidy")),
        ("part-1.csv", Some("bundle")),
        ("part-9.csv", Some("bundle")),
        ("part-3.csv", Some("part-3")),
        ("data%202026.csv", Some("data")),
        // A description that names its data speaks of nothing else, and what has its name is nobody's.
        ("named.csv", None),
        ("data.csv", None),
        ("bundle.csv", None),
        ("else.csv", Some("else")),
    ] {
        assert_eq!(owner(&catalog, file).as_deref(), collection, "{file}");
    }
    assert_eq!(files(&catalog, "bundle"), ["part-1.csv", "part-2.csv"]);
}

#[test]
fn a_pattern_takes_a_file_of_its_descriptions_own_name_as_well() {
    let provider = Provider::with(&[
        ("readings.toml", &meters("source = \"readings*.csv\"")),
        (
            "named.toml",
            &meters("source = \"named*.csv\"\nid = \"data\""),
        ),
        ("other.toml", &meters("source = \"part-*.csv\"")),
        ("broken.toml", "[collection]\nsource = \"broken*.csv\"\n"),
        ("readings.csv", ""),
        ("readings-2.csv", ""),
        ("named.csv", ""),
        ("part-1.csv", ""),
        ("broken.csv", ""),
    ])
    .publishing_all();
    let catalog = provider.load(None);
    for (file, collection) in [
        ("readings.csv", Some("readings")),
        ("readings-2.csv", Some("readings")),
        ("named.csv", Some("data")),
        ("readings.json", None),
        ("other.csv", None),
        ("broken.csv", None),
    ] {
        assert_eq!(owner(&catalog, file).as_deref(), collection, "{file}");
    }
    assert_eq!(
        files(&catalog, "readings"),
        ["readings-2.csv", "readings.csv"]
    );
}

#[test]
fn two_descriptions_of_one_id_are_told_and_the_one_named_so_holds() {
    let provider = Provider::with(&[
        ("meters.toml", METERS),
        ("meters.csv", ""),
        ("evil.toml", &meters("id = \"meters\"")),
        ("evil.csv", ""),
        ("a.toml", &meters("id = \"same\"")),
        ("a.csv", ""),
        ("b.toml", &meters("id = \"same\"")),
        ("b.csv", ""),
    ])
    .publishing_all();
    let catalog = provider.load(None);
    assert_eq!(ids(&catalog), ["meters"]);
    assert_eq!(
        catalog.get("meters").unwrap().described_in(),
        Some("meters.toml")
    );
    for file in ["evil.csv", "a.csv", "b.csv", "same.csv"] {
        assert_eq!(owner(&catalog, file), None, "{file}");
    }
    insta::assert_snapshot!(told(&catalog, provider.folder.path()), @r"
    a.toml:4: collection.id: same is described by b.toml already; give one of them another `id`, or remove one
    b.toml:4: collection.id: same is described by a.toml already; give one of them another `id`, or remove one
    evil.toml:4: collection.id: meters is described by meters.toml already; give one of them another `id`, or remove one
    ");

    fs::remove_file(provider.path("b.toml")).unwrap();
    let one = provider.load(None);
    assert_eq!(owner(&one, "a.csv").as_deref(), Some("same"));
    provider.write("b.toml", &meters("id = \"same\""));
    let both = provider.load(Some(&one));
    assert_eq!(
        both.get("same").unwrap().described_in(),
        Some("a.toml"),
        "it held before"
    );
}

#[test]
fn a_description_of_anothers_file_is_refused() {
    let provider = Provider::with(&[
        ("meters.toml", METERS),
        ("meters.csv", ""),
        (
            "evil.toml",
            &METERS.replace(
                "[[rule]]",
                "source = \"meters.csv\"\n[[rule]]\nclass = \"OE-O\"\n[[rule]]",
            ),
        ),
        ("open.toml", &meters("source = \"ruled.csv\"")),
        ("ruled.csv", ""),
        ("c.toml", &meters("source = \"shared.csv\"")),
        ("d.toml", &meters("source = \"shared.csv\"")),
        ("shared.csv", ""),
        ("e.toml", &meters("source = \"x-*.csv\"")),
        ("f.toml", &meters("source = \"*-1.csv\"")),
        ("x-1.csv", ""),
    ])
    .ruling(&["ruled"])
    .publishing_all();
    let catalog = provider.load(None);
    assert_eq!(ids(&catalog), ["meters", "ruled"]);
    assert_eq!(owner(&catalog, "shared.csv"), None);
    assert_eq!(owner(&catalog, "x-1.csv"), None);
    insta::assert_snapshot!(told(&catalog, provider.folder.path()), @r#"
    c.toml:4: collection.source: shared.csv belongs to the collection that d.toml describes; describe it in one of them
    d.toml:4: collection.source: shared.csv belongs to the collection that c.toml describes; describe it in one of them
    e.toml:4: collection.source: x-1.csv belongs to the collection that f.toml describes; describe it in one of them
    evil.toml:4: collection.source: meters.csv belongs to the collection that meters.toml describes; describe it in one of them
    f.toml:4: collection.source: x-1.csv belongs to the collection that e.toml describes; describe it in one of them
    open.toml:4: collection.source: ruled.csv has a rule in the configuration, as ruled; write id = "ruled", or ask the operator to remove that rule
    "#);
}

#[test]
fn ids_that_are_reserved_and_sources_that_lead_out_are_refused() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.csv"), "secret").unwrap();
    fs::write(outside.path().join("out.toml"), METERS).unwrap();
    let provider = Provider::with(&[
        ("docs.toml", METERS),
        ("docs.csv", ""),
        ("wind.toml", METERS),
        ("wind.csv", ""),
        ("Perils.toml", &meters("source = \"docs.csv\"")),
        ("dotted.toml", &meters("id = \"..\"")),
        ("slash.toml", &meters("id = \"a/b\"")),
        ("linked.toml", METERS),
        ("named.toml", &meters("source = \"leak.csv\"")),
        ("folder.toml", &meters("source = \"sub/a.csv\"")),
        ("empty.toml", METERS),
        ("form.toml", &meters("source = \"form.exe\"")),
        ("form.exe", ""),
    ])
    .publishing_all();
    fs::create_dir(provider.path("sub")).unwrap();
    fs::write(provider.path("sub/a.csv"), "").unwrap();
    symlink(
        outside.path().join("secret.csv"),
        provider.path("linked.csv"),
    )
    .unwrap();
    symlink(outside.path().join("secret.csv"), provider.path("leak.csv")).unwrap();
    symlink(outside.path().join("out.toml"), provider.path("out.toml")).unwrap();
    symlink("docs.csv", provider.path("within.csv")).unwrap();
    let catalog = provider.load(None);
    insta::assert_snapshot!(told(&catalog, provider.folder.path()), @r#"
    Perils.toml: collection.id: Perils is reserved; write another `id` in [collection]
    docs.toml: collection.id: docs is reserved; write another `id` in [collection]
    dotted.toml:4: collection.id: ".." is no id: it begins with a dot; write another `id` in [collection]
    empty.toml: collection.source: there is no file empty.csv beside it, nor empty with another extension that is served; put it there, or write the `source`
    folder.toml:4: collection.source: sub/a.csv is not among the files that are served; name a file in this very folder whose extension is served, as meters.csv
    form.toml:4: collection.source: form.exe is not among the files that are served; name a file in this very folder whose extension is served, as meters.csv
    linked.toml: collection.source: there is no file linked.csv beside it, nor linked with another extension that is served; put it there, or write the `source`
    named.toml:4: collection.source: "leak.csv" leads out of the folder; name a file in the folder of the description, and no link out of it
    out.toml: "out.toml" leads out of the folder; name a file in the folder of the description, and no link out of it
    slash.toml:4: collection.id: "a/b" is no id: it has /, which no name may have; write another `id` in [collection]
    wind.toml: collection.id: wind is reserved; write another `id` in [collection]
    "#);
    assert_eq!(ids(&catalog), ["within"]);
}
