//! One table from the files of a configuration, remembering which line holds.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use toml::{
    Table, Value,
    de::{DeTable, DeValue},
};

use super::{
    ConfigError, Place, Places,
    layer::Layer,
    places::Line,
    reference,
    renamed::{RENAMED, carry_over},
};

/// What the files read so far say together.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) table: Table,
    pub(super) places: Places,
}

impl Merged {
    /// Lays `layer` over what is there: tables are merged key by key, `[[datasets]]` are added to those before, and
    /// any other value takes the place of the one before.
    pub(super) fn add(&mut self, layer: &Layer) -> Result<(), ConfigError> {
        let at = |error: &toml::de::Error| {
            let line = error.span().map(|span| line_of(&layer.text, span.start));
            let place = Place::File {
                path: layer.path.clone(),
                line: line.unwrap_or(0),
                key: String::new(),
            };
            reference::syntax(place, error.message())
        };
        let tree = DeTable::parse(&layer.text).map_err(|error| at(&error))?;
        let mut lines = HashMap::new();
        record_lines(&layer.text, tree.get_ref(), "", &mut lines);
        let mut table = toml::from_str::<Table>(&layer.text).map_err(|error| at(&error))?;
        if layer.is_shipped {
            keep_defaults(&mut table);
        } else {
            let notes = carry_over(RENAMED, &layer.path, &mut table, &mut lines);
            self.places.notes.extend(notes);
        }
        let mut over = Over {
            places: &mut self.places,
            lines,
            layer,
            path: Arc::new(layer.path.clone()),
        };
        over.lay(&mut self.table, table, "");
        Ok(())
    }
}

/// One file on its way over those before it.
struct Over<'l> {
    places: &'l mut Places,
    /// The line of each of its keys.
    lines: HashMap<String, usize>,
    layer: &'l Layer,
    path: Arc<PathBuf>,
}

impl Over<'_> {
    fn lay(&mut self, below: &mut Table, above: Table, prefix: &str) {
        for (key, value) in above {
            let name = joined(prefix, &key);
            match (below.get_mut(&key), value) {
                (Some(Value::Table(below)), Value::Table(above)) => {
                    self.stand(&name, true);
                    self.lay(below, above, &name);
                }
                (Some(Value::Array(below)), Value::Array(more)) if name == DATASETS => {
                    self.stand_behind(below.len());
                    below.extend(more);
                }
                (_, value) => {
                    self.forget(&name);
                    self.stand_whole(&name);
                    below.insert(key, value);
                }
            }
        }
    }

    /// `key` stands where this file has it. A table stands where the operator first names it.
    fn stand(&mut self, key: &str, is_table: bool) {
        let is_named = is_table && self.places.lines.contains_key(key);
        if let (false, Some(&number)) = (is_named, self.lines.get(key)) {
            let path = Arc::clone(&self.path);
            self.places
                .lines
                .insert(key.to_owned(), Line { path, number });
        }
    }

    /// A value with all that is in it; of what is shipped, no table: what is missing in it is the operator's to add.
    fn stand_whole(&mut self, name: &str) {
        let mut keys: Vec<_> = self.lines.keys().cloned().collect();
        keys.retain(|key| key == name || is_in(key, name));
        for key in keys {
            if !self.layer.is_shipped || key.contains('.') || !is_a_table(&self.lines, &key) {
                self.stand(&key, false);
            }
        }
    }

    /// The rules of this file, where `before` stand already.
    fn stand_behind(&mut self, before: usize) {
        for (key, &number) in &self.lines {
            let Some((index, rest)) = numbered(key) else {
                continue;
            };
            let ours = format!("{DATASETS}[{}]{rest}", before.saturating_add(index));
            let path = Arc::clone(&self.path);
            self.places.lines.insert(ours, Line { path, number });
        }
    }

    fn forget(&mut self, name: &str) {
        let lines = &mut self.places.lines;
        lines.retain(|key, _| key != name && !is_in(key, name));
    }
}

/// The number of a rule in its file, and what of it `key` is.
fn numbered(key: &str) -> Option<(usize, &str)> {
    let (index, rest) = key
        .strip_prefix(DATASETS)?
        .strip_prefix('[')?
        .split_once(']')?;
    Some((index.parse().ok()?, rest))
}

/// Whether `key` is of the table or list `name`.
fn is_in(key: &str, name: &str) -> bool {
    key.strip_prefix(name)
        .is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn is_a_table(lines: &HashMap<String, usize>, name: &str) -> bool {
    lines.keys().any(|key| is_in(key, name))
}

/// Of the shipped file, what this version knows as a default. It may be another version's while the package is
/// being replaced, and says who a provider is by way of example.
fn keep_defaults(shipped: &mut Table) {
    let known = reference::keys();
    shipped.retain(|section: &str, value| match (known.get(section), value) {
        (Some(Value::Table(known)), Value::Table(table)) => {
            table.retain(|key, value| {
                let name = joined(section, key);
                known.get(key).is_some_and(|known| known.same_type(value))
                    && !OWN.contains(&name.as_str())
            });
            true
        }
        (Some(known), value) => {
            known.same_type(value) && section != DATASETS && !OWN.contains(&section)
        }
        (None, _) => false,
    });
}

fn joined(prefix: &str, key: &str) -> String {
    if prefix.is_empty() {
        key.to_owned()
    } else {
        format!("{prefix}.{key}")
    }
}

fn record_lines(text: &str, table: &DeTable<'_>, prefix: &str, lines: &mut HashMap<String, usize>) {
    for (key, value) in table {
        let name = joined(prefix, key.get_ref());
        lines.insert(name.clone(), line_of(text, key.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => record_lines(text, inner, &name, lines),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let DeValue::Table(inner) = item.get_ref() {
                        let name = format!("{name}[{index}]");
                        lines.insert(name.clone(), line_of(text, item.span().start));
                        record_lines(text, inner, &name, lines);
                    }
                }
            }
            _ => {}
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(offset)
        .filter(|&&octet| octet == b'\n')
        .count()
        + 1
}

/// The rules, which are added up.
const DATASETS: &str = "datasets";

/// Who a provider is has no default: the shipped file has an example there, which is nobody's.
const OWN: [&str; 4] = [
    "base_url",
    "directory.client_id",
    "directory.discovery_url",
    "directory.issuer",
];

#[cfg(test)]
mod tests {
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

        fn read(&self) -> Result<(Config, Places), String> {
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

        fn place(&self, places: &Places, key: &str) -> String {
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
}
