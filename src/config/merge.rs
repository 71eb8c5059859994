//! One table from the files of a configuration, remembering which line holds.

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use toml::{
    Table, Value,
    de::{DeTable, DeValue},
};

use super::{
    ConfigError, SettingPlace, SettingPlaces,
    layer::Layer,
    places::Line,
    reference,
    renamed::{RENAMED, carry_over},
};

/// Table of the files read so far.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) table: Table,
    pub(super) places: SettingPlaces,
}

impl Merged {
    /// Lays `layer` over what is there: tables are merged key by key, `[[datasets]]` are added to those before, and
    /// any other value takes the place of the one before.
    pub(super) fn add(&mut self, layer: &Layer) -> Result<(), ConfigError> {
        let at = |error: &toml::de::Error| {
            let line = error.span().map(|span| line_of(&layer.text, span.start));
            let place = SettingPlace::File {
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
    places: &'l mut SettingPlaces,
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

/// `true` when `key` is of the table or list `name`.
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
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// The rules, which are added up.
const DATASETS: &str = "datasets";

/// Keys without a default, since they say who a provider is: the shipped file has an example there, which is nobody's.
const OWN: [&str; 4] = [
    "base_url",
    "directory.client_id",
    "directory.discovery_url",
    "directory.issuer",
];

#[cfg(test)]
mod tests;
