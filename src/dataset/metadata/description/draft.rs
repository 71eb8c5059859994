//! The keys of one description as they stand, before profiles are laid under them.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::{
    DescribedRule, DescriptionFault, Problem, Source, Variable, catalog_entry, columned,
    coverage::CoverageKeys,
    keys::Keys,
    table::{Faults, Lined, Section, nearest, shortened},
};
use crate::dataset::metadata::Dimension;

/// One description as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// `true` when it is a profile, and describes no collection by itself.
    pub is_profile: bool,
    pub(super) line: usize,
    pub(super) id: Option<Lined<Box<str>>>,
    pub(super) source: Option<Lined<Source>>,
    pub(super) profile: Option<Lined<Box<str>>>,
    pub(super) keys: Keys,
}

/// One description, read as far as it goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read {
    /// The keys; what is wrong among them is left out.
    pub draft: Draft,
    /// Everything that is wrong.
    pub faults: Vec<DescriptionFault>,
}

impl Read {
    /// Reads `text`, which may be anything; `path` is only named in what is found.
    #[must_use]
    pub fn parse(path: &Path, text: &[u8]) -> Self {
        let lossy = String::from_utf8_lossy(text);
        let (table, errors) = DeTable::parse_recoverable(&lossy);
        let mut faults = Faults::new(path, &lossy);
        if let Err(error) = std::str::from_utf8(text) {
            let offset = error.valid_up_to();
            let line = faults.line(offset);
            faults.add(line, "", Problem::NotUtf8 { offset });
        }
        for error in errors {
            let line = error.span().map_or(0, |span| faults.line(span.start));
            let message = error.message().replace(char::is_control, " ");
            let message = shortened(&message);
            faults.add(line, "", Problem::Syntax { message });
        }
        let is_text = faults.is_empty();
        let mut draft = Draft::read(table.get_ref(), &mut faults);
        let mut faults = faults.into_found();
        if !is_text {
            // What could be read says which data are meant. Complaints about it would lead astray.
            draft.read_loose(&lossy);
            let is_of_text = |fault: &DescriptionFault| {
                matches!(
                    fault.problem,
                    Problem::NotUtf8 { .. } | Problem::Syntax { .. }
                )
            };
            faults.retain(is_of_text);
        }
        Self { draft, faults }
    }

    /// `true` when it holds for a collection or for a profile.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.iter().all(DescriptionFault::is_warning)
    }
}

impl Draft {
    /// The id as it is written; none: as the file is named.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(|id| &*id.value)
    }

    /// The line of the id; 0 when there is none.
    #[must_use]
    pub fn id_line(&self) -> usize {
        self.id.as_ref().map_or(0, |id| id.line)
    }

    /// The data as they are written; none: the files that are named as the description is.
    #[must_use]
    pub fn source(&self) -> Option<&Source> {
        self.source.as_ref().map(|source| &source.value)
    }

    /// The line of the source; 0 when there is none.
    #[must_use]
    pub fn source_line(&self) -> usize {
        self.source.as_ref().map_or(0, |source| source.line)
    }

    /// `true` when it builds upon a profile.
    #[must_use]
    pub fn has_profile(&self) -> bool {
        self.profile.is_some()
    }

    /// The id and the source of a text that is no TOML: the lines that look like them.
    fn read_loose(&mut self, text: &str) {
        for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
            let mut quoted = value.split(['"', '\'']);
            let (key, line) = (key.trim(), 0);
            let Some(value) = quoted.nth(1) else {
                continue;
            };
            match (key, Source::parse(value)) {
                ("id", _) if self.id.is_none() => {
                    let value = value.into();
                    self.id = Some(Lined { value, line });
                }
                ("source", Ok(value)) if self.source.is_none() => {
                    self.source = Some(Lined { value, line });
                }
                _ => {}
            }
        }
    }

    fn read(table: &DeTable<'_>, faults: &mut Faults<'_>) -> Self {
        let mut draft = Self::default();
        let (has_collection, has_profile) = (
            table.contains_key("collection"),
            table.contains_key("profile"),
        );
        if !has_collection && !has_profile {
            faults.add(1, "", Problem::Missing { key: "collection" });
        }
        draft.is_profile = has_profile && !has_collection;
        for (key, value) in table {
            let line = faults.line(key.span().start);
            let (name, value) = (key.get_ref().as_ref(), value.get_ref());
            match name {
                "collection" | "profile" if draft.is_profile == (name == "profile") => {
                    each_table(name, value, line, faults, false, |section| {
                        draft.line = section.line;
                        draft.read_collection(section);
                    });
                }
                "coverage" => each_table(name, value, line, faults, false, |section| {
                    draft.keys.coverage = Some(CoverageKeys::read(section));
                }),
                "catalog" => each_table(name, value, line, faults, false, |section| {
                    draft.keys.entry = catalog_entry::read(section);
                }),
                "csv" => each_table(name, value, line, faults, false, |section| {
                    draft.keys.csv = Some(columned::csv(section));
                }),
                "rule" => each_table(name, value, line, faults, true, |section| {
                    draft.keys.rules.extend(DescribedRule::read(section));
                }),
                "field" => each_table(name, value, line, faults, true, |section| {
                    draft.keys.variables.extend(Variable::read(section));
                }),
                "dimension" => each_table(name, value, line, faults, true, |section| {
                    draft.keys.dimensions.extend(Dimension::read(section));
                }),
                _ => {
                    let problem = Problem::UnknownKey {
                        nearest: nearest(name, TABLES),
                        known: TABLES.to_vec(),
                    };
                    let name = shortened(name);
                    faults.add(line, name.escape_debug().to_string(), problem);
                }
            }
        }
        draft.refuse_repeated(faults);
        draft
    }

    fn read_collection(&mut self, mut section: Section<'_, '_>) {
        if !self.is_profile {
            self.id = section.text("id");
            self.source = section.text("source").and_then(|Lined { value, line }| {
                let source = Source::parse(&value);
                let source = source.map_err(|problem| section.complain(line, "source", problem));
                source.ok().map(|value| Lined { value, line })
            });
        }
        self.profile = section.text("profile");
        self.keys.read_collection(&mut section);
        if !self.is_profile {
            self.keys.read_lifecycle(&mut section);
        }
        section.finish();
    }

    fn refuse_repeated(&self, faults: &mut Faults<'_>) {
        let fields = self
            .keys
            .variables
            .iter()
            .map(|variable| &variable.field.name);
        let dimensions = self.keys.dimensions.iter().map(|dimension| &dimension.name);
        for (table, names) in [
            ("field", fields.collect::<Vec<_>>()),
            ("dimension", dimensions.collect()),
        ] {
            let mut seen = std::collections::HashSet::with_capacity(names.len());
            if let Some(name) = names.into_iter().find(|name| !seen.insert(*name)) {
                faults.add(0, table, Problem::Repeated { name: name.clone() });
            }
        }
    }
}

/// Hands `value` over as a table, or each of its tables where it is to be a list.
fn each_table(
    name: &str,
    value: &DeValue<'_>,
    line: usize,
    faults: &mut Faults<'_>,
    is_list: bool,
    mut read: impl FnMut(Section<'_, '_>),
) {
    let wrong = |found, wanted| Problem::WrongType { found, wanted };
    match (value, is_list) {
        (DeValue::Table(table), false) => read(Section::new(name, line, table, faults)),
        (DeValue::Array(items), true) => {
            for (index, item) in items.iter().enumerate() {
                let line = faults.line(item.span().start);
                if index == MOST_ENTRIES {
                    faults.add(line, name, Problem::TooMany { most: MOST_ENTRIES });
                    return;
                }
                let name = format!("{name}[{index}]");
                match item.get_ref() {
                    DeValue::Table(table) => read(Section::new(name, line, table, faults)),
                    other => faults.add(line, name, wrong(other.type_str(), "tables in [[ ]]")),
                }
            }
        }
        (other, true) => faults.add(
            line,
            name,
            wrong(other.type_str(), "tables in [[ ]], one for each"),
        ),
        (other, false) => faults.add(line, name, wrong(other.type_str(), "a table in [ ]")),
    }
}

const TABLES: &[&str] = &[
    "collection",
    "profile",
    "catalog",
    "rule",
    "field",
    "coverage",
    "dimension",
    "csv",
];

/// Entries of one list of tables: as many as a wide table has columns.
const MOST_ENTRIES: usize = 10_000;
