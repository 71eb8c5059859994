//! Files are laid over each other key by key, and each key knows the file and line that holds it.

use std::fs;

use super::*;
use crate::config::{Config, REFERENCE, layer};

/// A folder with the files given, `shipped.toml` among them or not.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("perild.d")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn read(&self) -> Result<(Config, SettingPlaces), String> {
        let at = |name| self.0.path().join(name);
        let layers = layer::of(&at("shipped.toml"), &at("perild.toml"));
        let read = layers.and_then(|layers| {
            crate::config::source::layered(&at("perild.toml"), &layers, Vec::new())
        });
        read.map_err(|error| self.named(&error.to_string()))
    }

    fn named(&self, said: &str) -> String {
        said.replace(&format!("{}/", self.0.path().display()), "")
    }

    fn place(&self, places: &SettingPlaces, key: &str) -> String {
        self.named(&places.of(key).to_string())
    }
}

const OWNS: &str = "[directory]\nissuer = \"https://as.example/\"\nclient_id = \"provider\"\n";

#[test]
fn a_later_file_holds_key_by_key_and_each_key_names_the_file_that_holds_it() {
    let folder = Folder::with(&[
        ("shipped.toml", REFERENCE),
        (
            "perild.toml",
            &format!("{OWNS}[server]\nworkers = 3\nproxy_uids = [\"caddy\"]\n"),
        ),
        (
            "perild.d/20-more.toml",
            "[server]\nworkers = 5\n[introspection]\ntimeout_ms = 9\n",
        ),
        (
            "perild.d/10-first.toml",
            "[server]\nworkers = 4\nshutdown_seconds = 7\n",
        ),
        ("perild.d/.30-hidden.toml", "nonsense"),
        ("perild.d/30-old.toml.dpkg-old", "nonsense"),
        ("perild.d/30-more.toml~", "nonsense"),
    ]);
    let (config, places) = folder.read().unwrap();
    assert_eq!(
        (config.server.workers, config.server.shutdown_seconds),
        (5, 7)
    );
    assert_eq!(
        (
            config.introspection.timeout_ms,
            config.server.proxy_uids.len()
        ),
        (9, 1)
    );
    for (key, place) in [
        ("server.workers", "perild.d/20-more.toml:2: server.workers"),
        (
            "server.shutdown_seconds",
            "perild.d/10-first.toml:3: server.shutdown_seconds",
        ),
        (
            "server.proxy_uids[0]",
            "perild.toml:6: server.proxy_uids[0]",
        ),
        ("server", "perild.toml:4: server"),
        ("paths", "perild.toml: paths"),
    ] {
        assert_eq!(folder.place(&places, key), place);
    }
    let shipped = folder.place(&places, "directory.audience");
    assert!(shipped.starts_with("shipped.toml:"), "{shipped}");
}

#[test]
fn what_is_wrong_is_said_with_file_and_line_of_the_drop_in() {
    for (text, said) in [
        (
            "[server]\nworker = 1\n",
            "perild.d/a.toml:2: server.worker: there is no such key",
        ),
        (
            "\n\n[surprise]\nkey = 1\n",
            "perild.d/a.toml:3: surprise: there is no such key",
        ),
        (
            "server = 3\n",
            "perild.d/a.toml:1: server: integer 3 does not fit",
        ),
        (
            "[server]\nworkers = \"2\"\n",
            "perild.d/a.toml:2: server.workers: string \"2\" does not fit",
        ),
        ("[server\n", "perild.d/a.toml:1: unclosed table"),
        ("[[server]]\nworkers = 1\n", "perild.d/a.toml:1: server"),
        (
            "datasets = 1\n",
            "perild.d/a.toml:1: datasets: integer 1 does not fit",
        ),
        (
            "[[datasets]]\nname = \"b\"\n[[datasets]]\nname = \"c\"\nclass = \"OE-C\"\n",
            "perild.d/a.toml:5: datasets[2].class",
        ),
        (
            "[[datasets]]\nscope = \"b\"\n",
            "perild.d/a.toml:1: datasets[1]: name is missing",
        ),
    ] {
        let own = format!("{OWNS}[[datasets]]\nname = \"a\"\n");
        let folder = Folder::with(&[
            ("shipped.toml", REFERENCE),
            ("perild.toml", &own),
            ("perild.d/a.toml", text),
        ]);
        let refused = folder.read().unwrap_err();
        assert!(refused.starts_with(&format!("error   {said}")), "{refused}");
    }
}

#[test]
fn datasets_are_added_to_those_before() {
    let folder = Folder::with(&[
        (
            "perild.toml",
            &format!("{OWNS}[[datasets]]\nname = \"a\"\n"),
        ),
        (
            "perild.d/more.toml",
            "[[datasets]]\nname = \"b\"\nscope = \"s\"\n",
        ),
    ]);
    let (config, places) = folder.read().unwrap();
    let names: Vec<_> = config
        .datasets
        .iter()
        .map(|dataset| &*dataset.name)
        .collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(
        folder.place(&places, "datasets[0].name"),
        "perild.toml:5: datasets[0].name"
    );
    assert_eq!(
        folder.place(&places, "datasets[1].scope"),
        "perild.d/more.toml:3: datasets[1].scope"
    );
}

#[test]
fn who_a_provider_is_is_never_taken_from_what_is_shipped() {
    for own in [
        "",
        "[directory]\nissuer = \"https://as.example/\"\n",
        "[server]\nworkers = 1\n",
    ] {
        let folder = Folder::with(&[("shipped.toml", REFERENCE), ("perild.toml", own)]);
        let refused = folder.read().unwrap_err();
        assert!(
            refused.contains("perild.toml") && refused.contains("is missing"),
            "{refused}"
        );
        assert!(!refused.contains("shipped.toml"), "{refused}");
    }
    let folder = Folder::with(&[("shipped.toml", REFERENCE), ("perild.toml", OWNS)]);
    let (config, _) = folder.read().unwrap();
    assert!(config.base_url.is_none() && config.directory.discovery_url.is_none());
}

#[test]
fn what_another_version_ships_is_read_as_far_as_this_one_knows_it() {
    let shipped = "novelty = 1\n[server]\nworkers = 2\nfuture = true\nshutdown_seconds = \"soon\"\n[news]\na = 1\n[[datasets]]\nname = \"x\"\n";
    let folder = Folder::with(&[("shipped.toml", shipped), ("perild.toml", OWNS)]);
    let (config, _) = folder.read().unwrap();
    assert_eq!(
        (config.server.workers, config.server.shutdown_seconds),
        (2, 30)
    );
    assert!(config.datasets.is_empty());
    // The operator's twin is refused.
    let folder = Folder::with(&[("perild.toml", &format!("novelty = 1\n{OWNS}"))]);
    assert!(folder.read().is_err());
}

#[test]
fn without_anything_of_the_operators_there_is_no_configuration() {
    let folder = Folder::with(&[("shipped.toml", REFERENCE)]);
    assert!(
        folder
            .read()
            .unwrap_err()
            .contains("cannot read the configuration perild.toml")
    );
    assert!(!Config::is_there(&folder.0.path().join("perild.toml")));
    let folder = Folder::with(&[("shipped.toml", REFERENCE), ("perild.d/all.toml", OWNS)]);
    assert_eq!(folder.read().unwrap().0.directory.client_id, "provider");
    assert!(Config::is_there(&folder.0.path().join("perild.toml")));
}

#[test]
fn a_drop_in_that_cannot_be_read_is_named_and_never_passed_over() {
    let folder = Folder::with(&[("perild.toml", OWNS)]);
    let place = folder.0.path().join("perild.d/a.toml");
    std::os::unix::fs::symlink("nowhere", &place).unwrap();
    assert!(folder.read().unwrap_err().contains("perild.d/a.toml"));
    fs::remove_file(&place).unwrap();
    fs::create_dir(&place).unwrap();
    assert!(folder.read().unwrap_err().contains("perild.d/a.toml"));
    fs::remove_dir(&place).unwrap();
    fs::write(&place, b"# \xff\n").unwrap();
    assert!(folder.read().unwrap_err().contains("perild.d/a.toml"));
    fs::write(&place, "").unwrap();
    folder.read().unwrap();
    let folder = Folder::with(&[("perild.toml", OWNS)]);
    fs::remove_dir(folder.0.path().join("perild.d")).unwrap();
    fs::write(folder.0.path().join("perild.d"), "").unwrap();
    assert!(folder.read().unwrap_err().contains("perild.d"));
}
