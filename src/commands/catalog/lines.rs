//! Lines of keys in descriptions, for those who are to write something there.

use std::{collections::HashMap, fs, path::Path};

use toml::de::{DeTable, DeValue};

/// The descriptions of a folder, each read when it is first asked for.
#[derive(Debug)]
pub(super) struct Lines<'l> {
    folder: &'l Path,
    of_keys: HashMap<Box<str>, HashMap<String, usize>>,
}

impl<'l> Lines<'l> {
    pub(super) fn of(folder: &'l Path) -> Self {
        Self {
            folder,
            of_keys: HashMap::new(),
        }
    }

    /// The line of `key`, as `catalog.roles`, in the description `name`; else that of its table, else the first.
    pub(super) fn line(&mut self, name: &str, key: &str) -> usize {
        let of_keys = self.of_keys.entry(name.into()).or_insert_with(|| {
            // Without the text a finding has its file all the same.
            let text = fs::read_to_string(self.folder.join(name)).unwrap_or_default();
            lines(&text)
        });
        let table = key.split('.').next().unwrap_or_default();
        let found = of_keys.get(key).or_else(|| of_keys.get(table));
        found.copied().unwrap_or(1)
    }
}

/// The lines of the tables of `text`, and of the keys in them.
fn lines(text: &str) -> HashMap<String, usize> {
    let (document, _) = DeTable::parse_recoverable(text);
    let line = |offset: usize| {
        let before = text.get(..offset).unwrap_or_default();
        before.matches('\n').count() + 1
    };
    let mut lines = HashMap::new();
    for (table, value) in document.get_ref() {
        let name = table.get_ref().to_string();
        if let DeValue::Table(members) = value.get_ref() {
            let keys = members.keys();
            lines.extend(
                keys.map(|key| (format!("{name}.{}", key.get_ref()), line(key.span().start))),
            );
        }
        lines.insert(name, line(table.span().start));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_where_it_is_written_and_one_that_is_missing_where_its_table_begins() {
        let folder = tempfile::tempdir().unwrap();
        let text = "# A comment.\n[collection]\ntitle = \"a\"\nlicence = \"b\"\n\n[catalog]\nroles = []\n\n[[rule]]\nclass = \"OE-O\"\n";
        fs::write(folder.path().join("a.toml"), text).unwrap();
        let mut lines = Lines::of(folder.path());
        for (key, line) in [
            ("collection.licence", 4),
            ("collection.contact", 2),
            ("catalog.roles", 7),
            ("catalog.quality", 6),
            ("rule.class", 9),
            ("field", 1),
        ] {
            assert_eq!(lines.line("a.toml", key), line, "{key}");
        }
        assert_eq!(lines.line("gone.toml", "collection.title"), 1);
    }
}
