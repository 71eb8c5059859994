//! The keys of one description as they stand, before profiles are laid under them.

use std::path::Path;

use strum::VariantNames;
use toml::de::{DeTable, DeValue};

use super::{
    DescriptionFault, Problem, Source,
    coverage::{CoverageKeys, Dimension, Variable},
    table::{Faults, Lined, Section, nearest, shortened},
};
use crate::{
    dataset::{
        Kind,
        metadata::{BoundingBox, Field, FieldType, Interval, Licence, Moment, Unit},
    },
    policy::{Class, Clause},
    token::Scope,
};

/// One rule of a description; any one that holds grants.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DescribedRule {
    /// The class, and the scopes that a token must carry.
    pub clause: Clause,
    /// The line it stands on.
    pub line: usize,
}

/// One description as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Whether it is a profile, and describes no collection by itself.
    pub is_profile: bool,
    pub(super) line: usize,
    pub(super) id: Option<Lined<Box<str>>>,
    pub(super) source: Option<Lined<Source>>,
    pub(super) profile: Option<Lined<Box<str>>>,
    pub(super) keys: Keys,
}

/// The keys that a profile may hold for others.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Keys {
    pub(super) title: Option<Box<str>>,
    pub(super) description: Option<Box<str>>,
    pub(super) keywords: Option<Vec<Box<str>>>,
    pub(super) licence: Option<Licence>,
    pub(super) version: Option<Box<str>>,
    pub(super) publisher: Option<Box<str>>,
    pub(super) contact: Option<Box<str>>,
    pub(super) issued: Option<Moment>,
    pub(super) modified: Option<Moment>,
    pub(super) kind: Option<Kind>,
    pub(super) listed: Option<bool>,
    pub(super) bbox: Option<BoundingBox>,
    pub(super) datetime: Option<Interval>,
    pub(super) rules: Vec<DescribedRule>,
    pub(super) variables: Vec<Variable>,
    pub(super) coverage: Option<CoverageKeys>,
    pub(super) dimensions: Vec<Dimension>,
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

    /// Whether it holds for a collection or for a profile.
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

    /// Whether it builds upon a profile.
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
                "rule" => each_table(name, value, line, faults, true, |section| {
                    draft.keys.rules.extend(rule(section));
                }),
                "field" => each_table(name, value, line, faults, true, |section| {
                    draft.keys.variables.extend(variable(section));
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
        let plain = |text: Option<Lined<Box<str>>>| text.map(|text| text.value);
        let keys = &mut self.keys;
        keys.title = plain(section.text("title"));
        keys.description = plain(section.prose("description"));
        keys.keywords = section
            .texts("keywords")
            .map(|words| words.into_iter().map(|word| word.value).collect());
        keys.licence = licence(&mut section);
        keys.version = version(&mut section);
        keys.publisher = plain(section.text("publisher"));
        keys.contact = plain(section.text("contact"));
        keys.issued = moment(&mut section, "issued");
        keys.modified = moment(&mut section, "modified");
        keys.kind = section.word("kind", Kind::VARIANTS).map(|kind| kind.value);
        keys.listed = section.flag("listed");
        keys.bbox = bounding_box(&mut section);
        keys.datetime = interval(&mut section);
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

fn rule(mut section: Section<'_, '_>) -> Option<DescribedRule> {
    let line = section.line;
    let class = section.text("class");
    let class = match class {
        Some(Lined { value, line }) => {
            let class = CLASSES.into_iter().find(|class| class.name() == &*value);
            if class.is_none() {
                let word = shortened(&value);
                let known = CLASS_NAMES;
                section.complain(line, "class", Problem::UnknownWord { word, known });
            }
            class
        }
        None if section.has("class") => None,
        None => Some(Class::default()),
    };
    let scopes = section.texts("scopes");
    let is_broken = section.has("scopes") && scopes.is_none();
    let mut named = Vec::new();
    for Lined { value, line } in scopes.unwrap_or_default() {
        let fits = |octet: u8| matches!(octet, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        if !value.bytes().all(fits) {
            let scope = shortened(&value);
            section.complain(line, "scopes", Problem::ScopeMalformed { scope });
        }
        named.push(value);
    }
    let clause = Scope::parse(&named.join(" ")).and_then(|scope| {
        let clause = Clause::new(class?, scope);
        if clause.is_err() {
            section.complain(line, "scopes", Problem::OpenWithScopes);
        }
        clause.ok()
    });
    section.finish();
    let clause = clause.filter(|_| !is_broken)?;
    Some(DescribedRule { clause, line })
}

fn variable(mut section: Section<'_, '_>) -> Option<Variable> {
    let name = section.text("name");
    if name.is_none() && !section.has("name") {
        let line = section.line;
        section.complain(line, "name", Problem::Missing { key: "name" });
    }
    let unit = section.text("unit").map(|Lined { value, line }| {
        let unit = Unit::parse(&value);
        if !unit.is_ucum() {
            let nearest = Unit::nearest(&value);
            let code = shortened(&value);
            section.complain(line, "unit", Problem::UnitUnknown { code, nearest });
        }
        unit
    });
    let title = section.text("title").map(|text| text.value);
    let field_type = section.word("type", FieldType::VARIANTS);
    let definition = section.prose("definition").map(|text| text.value);
    let decimals = section.whole("decimals", 0, 15);
    let minimum = section.number("minimum").map(|number| number.value);
    let maximum = section.number("maximum").map(|number| number.value);
    section.finish();
    Some(Variable {
        field: Field {
            name: name?.value,
            title,
            field_type: field_type.map(|word| word.value),
            unit,
            definition,
        },
        decimals: decimals.and_then(|digits| u8::try_from(digits).ok()),
        minimum,
        maximum,
    })
}

fn licence(section: &mut Section<'_, '_>) -> Option<Licence> {
    let Lined { value, line } = section.text("licence")?;
    let licence = Licence::parse(&value);
    if matches!(licence, Licence::Other(_)) {
        let problem = Problem::LicenceUnknown {
            text: shortened(&value),
            nearest: Licence::nearest(&value),
        };
        section.complain(line, "licence", problem);
    }
    Some(licence)
}

/// A version as text: `1.0` without quotes would be a number, and no longer what was written (OE-MD-6).
fn version(section: &mut Section<'_, '_>) -> Option<Box<str>> {
    let (value, line) = section.value("version")?;
    match value {
        DeValue::Integer(_) | DeValue::Float(_) => {
            section.wrong_type("version", line, value, "it in quotes, as version = \"1.0\"")
        }
        _ => section.text("version").map(|text| text.value),
    }
}

fn moment(section: &mut Section<'_, '_>, key: &'static str) -> Option<Moment> {
    let (value, line) = section.value(key)?;
    let text = match value {
        DeValue::Datetime(time) => time.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => return section.wrong_type(key, line, value, "a date, as 2026-01-31"),
    };
    let moment = Moment::parse(&text);
    if moment.is_none() {
        let text = shortened(&text);
        section.complain(line, key, Problem::NotADate { text });
    }
    moment
}

fn interval(section: &mut Section<'_, '_>) -> Option<Interval> {
    let Lined { value, line } = section.text("datetime")?;
    let interval = Interval::parse(&value);
    if interval.is_none() {
        let text = shortened(&value);
        section.complain(line, "datetime", Problem::NotASpan { text });
    }
    interval
}

fn bounding_box(section: &mut Section<'_, '_>) -> Option<BoundingBox> {
    let Lined { value, line } = section.numbers("bbox", "four numbers in [ ]")?;
    let corners = <[f64; 4]>::try_from(value).ok();
    let bounding_box = corners.and_then(BoundingBox::new);
    if bounding_box.is_none() {
        section.complain(line, "bbox", Problem::NotABox);
    }
    bounding_box
}

const TABLES: &[&str] = &[
    "collection",
    "profile",
    "rule",
    "field",
    "coverage",
    "dimension",
];

/// Entries of one list of tables: as many as a wide table has columns.
const MOST_ENTRIES: usize = 10_000;

const CLASSES: [Class; 3] = [Class::Open, Class::SharedA, Class::SharedB];

const CLASS_NAMES: &[&str] = &[CLASSES[0].name(), CLASSES[1].name(), CLASSES[2].name()];
