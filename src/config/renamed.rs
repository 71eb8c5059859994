//! Keys that are gone, and what stands in their place: an upgrade carries their values over and says so.

use std::{collections::HashMap, path::Path};

use toml::{Table, Value};

use super::{Finding, SettingPlace, Severity};

/// A key of an earlier version and the one that means the same now, each written `table.key`.
type Renamed = (&'static str, &'static str);

/// Every key that was ever renamed; none has been so far.
pub(super) const RENAMED: &[Renamed] = &[];

/// Puts each value that stands under a key of before under its successor, where the file does not set that one too.
pub(super) fn carry_over(
    renamed: &[Renamed],
    path: &Path,
    table: &mut Table,
    lines: &mut HashMap<String, usize>,
) -> Vec<Finding> {
    let mut notes = Vec::new();
    for &(before, now) in renamed {
        let Some(value) = take(table, before) else {
            continue;
        };
        let line = lines.remove(before).unwrap_or(0);
        let is_set = put_if_free(table, now, value);
        if is_set {
            lines.insert(now.to_owned(), line);
        }
        let place = SettingPlace::File {
            path: path.into(),
            line,
            key: before.to_owned(),
        };
        let (finding, remedy) = if is_set {
            (
                format!("the key is {now} now, and is taken as that"),
                format!("write {now}"),
            )
        } else {
            (
                format!("the key is {now} now, which is set as well and holds"),
                "remove it".to_owned(),
            )
        };
        notes.push(Finding::new(Severity::Warning, place, finding, remedy));
    }
    notes
}

fn take(table: &mut Table, key: &str) -> Option<Value> {
    match key.split_once('.') {
        None => table.remove(key),
        Some((section, key)) => take(table.get_mut(section)?.as_table_mut()?, key),
    }
}

/// `true` when there was room for it.
fn put_if_free(table: &mut Table, key: &str, value: Value) -> bool {
    match key.split_once('.') {
        None if table.contains_key(key) => false,
        None => table.insert(key.to_owned(), value).is_none(),
        Some((section, key)) => table
            .entry(section)
            .or_insert_with(|| Value::Table(Table::new()))
            .as_table_mut()
            .is_some_and(|section| put_if_free(section, key, value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &[Renamed] = &[
        ("server.threads", "server.workers"),
        ("cache", "introspection.cache_seconds"),
    ];

    fn carried(text: &str) -> (Table, String) {
        let mut table = text.parse().unwrap();
        let mut lines = HashMap::from([("server.threads".to_owned(), 2), ("cache".to_owned(), 1)]);
        let notes = carry_over(HERE, Path::new("perild.toml"), &mut table, &mut lines);
        let said: Vec<_> = notes.iter().map(Finding::to_string).collect();
        (table, said.join("\n"))
    }

    #[test]
    fn a_key_that_is_gone_is_taken_as_its_successor_and_named_with_it() {
        let (table, said) = carried("cache = 5\n[server]\nthreads = 3\n");
        assert_eq!(
            table,
            "[server]\nworkers = 3\n[introspection]\ncache_seconds = 5\n"
                .parse()
                .unwrap()
        );
        insta::assert_snapshot!(said, @r"
        warning perild.toml:2: server.threads: the key is server.workers now, and is taken as that; write server.workers
        warning perild.toml:1: cache: the key is introspection.cache_seconds now, and is taken as that; write introspection.cache_seconds
        ");
    }

    #[test]
    fn a_successor_that_is_set_holds() {
        let (table, said) = carried("[server]\nthreads = 3\nworkers = 4\n");
        assert_eq!(table, "[server]\nworkers = 4\n".parse().unwrap());
        insta::assert_snapshot!(said, @"warning perild.toml:2: server.threads: the key is server.workers now, which is set as well and holds; remove it");
    }

    #[test]
    fn what_was_never_renamed_is_left_alone() {
        let (table, said) = carried("[server]\nworkers = 4\n");
        assert_eq!(
            (table, &*said),
            ("[server]\nworkers = 4\n".parse().unwrap(), "")
        );
    }
}
