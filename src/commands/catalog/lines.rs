//! Lines of keys in descriptions, for those who are to write something there.

use std::{collections::HashMap, fs, path::Path};

use toml::de::{DeTable, DeValue};

/// The descriptions of a folder, each read when it is first asked for.
#[derive(Debug)]
pub(super) struct Lines<'l> {
    folder: &'l Path,
    texts: HashMap<Box<str>, String>,
}

impl<'l> Lines<'l> {
    pub(super) fn of(folder: &'l Path) -> Self {
        Self {
            folder,
            texts: HashMap::new(),
        }
    }

    /// The line of `key`, as `catalog.roles`, in the description `name`; else that of its table, else the first.
    pub(super) fn line(&mut self, name: &str, key: &str) -> usize {
        let text = self.texts.entry(name.into()).or_insert_with(|| {
            // Without the text a finding has its file all the same.
            fs::read_to_string(self.folder.join(name)).unwrap_or_default()
        });
        offset(text, key).map_or(1, |offset| {
            let before = text.get(..offset).unwrap_or_default();
            before.matches('\n').count() + 1
        })
    }
}

fn offset(text: &str, key: &str) -> Option<usize> {
    let (table, key) = key.split_once('.').unwrap_or((key, ""));
    let (document, _) = DeTable::parse_recoverable(text);
    let document = document.get_ref();
    let (name, value) = document.get_key_value(table)?;
    let of_table = name.span().start;
    let DeValue::Table(members) = value.get_ref() else {
        return Some(of_table);
    };
    let found = members.get_key_value(key);
    Some(found.map_or(of_table, |(name, _)| name.span().start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_where_it_is_written_and_one_that_is_missing_where_its_table_begins() {
        let folder = tempfile::tempdir().unwrap();
        let text =
            "# A comment.\n[collection]\ntitle = \"a\"\nlicence = \"b\"\n\n[catalog]\nroles = []\n";
        fs::write(folder.path().join("a.toml"), text).unwrap();
        let mut lines = Lines::of(folder.path());
        for (key, line) in [
            ("collection.licence", 4),
            ("collection.contact", 2),
            ("catalog.roles", 7),
            ("catalog.quality", 6),
            ("field", 1),
        ] {
            assert_eq!(lines.line("a.toml", key), line, "{key}");
        }
        assert_eq!(lines.line("gone.toml", "collection.title"), 1);
    }
}
