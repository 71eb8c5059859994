use std::{
    collections::HashSet,
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use super::*;
use crate::{clock::Timestamp, dataset::metadata::Metadata};

/// A folder of data, and how it is published.
struct Provider {
    folder: tempfile::TempDir,
    ruled: HashSet<CollectionId>,
    publish_all: bool,
    held: Vec<Held>,
    now: Timestamp,
}

impl Provider {
    fn with(files: &[(&str, &str)]) -> Self {
        let provider = Self {
            folder: tempfile::tempdir().unwrap(),
            ruled: HashSet::new(),
            publish_all: false,
            held: Vec::new(),
            // Everything was written long ago.
            now: Timestamp::from_seconds(Timestamp::now().seconds() + 3600),
        };
        for (name, content) in files {
            provider.write(name, content);
        }
        provider
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        // A new file each time: another inode, whatever the clock says.
        let beside = self.path(".new");
        fs::write(&beside, content).unwrap();
        fs::rename(beside, self.path(name)).unwrap();
    }

    fn ruling(mut self, names: &[&str]) -> Self {
        self.ruled = names.iter().map(|name| id(name)).collect();
        self
    }

    fn publishing_all(mut self) -> Self {
        self.publish_all = true;
        self
    }

    fn holding(self, name: &str, group: Option<&str>) -> Self {
        self.holding_as(Kind::Coverage, name, group)
    }

    fn holding_as(mut self, kind: Kind, name: &str, group: Option<&str>) -> Self {
        self.held.push(Held {
            id: id(name),
            group: group.map(id),
            kind,
            metadata: Metadata {
                title: "as imported".into(),
                version: Some("8.2.3".into()),
                ..Metadata::default()
            },
            digest: Some("abc".into()),
            has_data: true,
        });
        self
    }

    fn load(&self, previous: Option<&Catalog>) -> Catalog {
        let sources = Sources {
            folder: self.folder.path(),
            publish_all: self.publish_all,
            ruled: self.ruled.clone(),
            holdings: &[&self.held],
            now: self.now,
        };
        Catalog::load(&sources, previous)
    }
}

fn id(text: &str) -> CollectionId {
    CollectionId::parse(text).unwrap()
}

fn ids(catalog: &Catalog) -> Vec<&str> {
    catalog.iter().map(|one| one.id().as_str()).collect()
}

fn owner(catalog: &Catalog, name: &str) -> Option<String> {
    let file = FileName::with_extension(name).unwrap();
    catalog.collection_of(&file).map(|id| id.to_string())
}

fn files(catalog: &Catalog, id: &str) -> Vec<String> {
    let files = catalog.get(id).unwrap().representations();
    files.iter().map(|file| file.name.to_string()).collect()
}

/// What is wrong, without the folder's name.
fn told(catalog: &Catalog, folder: &Path) -> String {
    let lines: Vec<_> = catalog.faults().iter().map(ToString::to_string).collect();
    let text = lines.join("\n");
    text.replace(&format!("{}/", folder.display()), "")
}

const METERS: &str = "[collection]\ntitle = \"Meters\"\nlicence = \"CC-BY-4.0\"\n[[rule]]\nscopes = [\"energy:read\"]\n";

fn meters(more: &str) -> String {
    METERS.replace("[[rule]]", &format!("{more}\n[[rule]]"))
}

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
    secret.toml:5: collection.colour: there is no such key; correct or remove it; known here are id, source, profile, title, description, keywords, licence, version, publisher, contact, issued, modified, kind, listed, bbox, datetime, deprecated, sunset, successor, step, zone, alias, key, time, begin, end, geometry, longitude, latitude
    torn.toml:1: unclosed table, expected `]`; correct it
    ");
    // The operator's own rule stands before what publishers write.
    let ruled = provider.ruling(&["torn"]).load(None);
    assert_eq!(ids(&ruled), ["meters", "torn"]);
}

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

#[test]
fn a_reload_makes_anew_only_what_has_changed() {
    let provider = Provider::with(&[
        ("a.toml", METERS),
        ("a.csv", ""),
        ("b.toml", METERS),
        ("b.csv", ""),
    ]);
    let first = provider.load(None);
    provider.write("b.toml", &METERS.replace("Meters", "Others"));
    let second = provider.load(Some(&first));
    let same = |id| Arc::ptr_eq(first.get(id).unwrap(), second.get(id).unwrap());
    assert!(same("a") && !same("b"));
    provider.write("a.csv", "longer");
    let third = provider.load(Some(&second));
    assert_eq!(
        third
            .get("a")
            .unwrap()
            .representations()
            .first()
            .unwrap()
            .length_bytes,
        6
    );
}

#[test]
fn a_profile_of_the_folder_is_laid_under_and_is_no_collection() {
    let provider = Provider::with(&[
        (
            "base.toml",
            "[profile]\nlicence = \"CC-BY-4.0\"\npublisher = \"Ours\"\n[[rule]]\n",
        ),
        (
            "a.toml",
            "[collection]\ntitle = \"A\"\nprofile = \"base.toml\"\n",
        ),
        ("a.csv", ""),
        ("base.csv", ""),
    ]);
    let first = provider.load(None);
    assert_eq!(ids(&first), ["a"]);
    let publisher = |catalog: &Catalog| catalog.get("a").unwrap().metadata().publisher.clone();
    assert_eq!(publisher(&first).as_deref(), Some("Ours"));
    provider.write(
        "base.toml",
        "[profile]\nlicence = \"CC-BY-4.0\"\npublisher = \"Others\"\n",
    );
    assert_eq!(
        publisher(&provider.load(Some(&first))).as_deref(),
        Some("Others")
    );
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
