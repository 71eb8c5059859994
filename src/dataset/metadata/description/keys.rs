//! The keys that a profile may hold for others.

use perild_query::source::CsvHints;
use strum::VariantNames;
use toml::de::DeValue;

use super::{
    DescribedRule, Problem, Variable,
    columned::TableKeys,
    coverage::CoverageKeys,
    lifecycle::{self, LifecycleLines},
    table::{Lined, Section, shortened},
};
use crate::dataset::{
    Kind,
    metadata::{
        BoundingBox, CatalogEntry, Dimension, Interval, Iri, Licence, Lifecycle, Moment, NotAnIri,
    },
};

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
    pub(super) entry: CatalogEntry,
    pub(super) lifecycle: Lifecycle,
    pub(super) lifecycle_lines: LifecycleLines,
    pub(super) table: TableKeys,
    pub(super) csv: Option<CsvHints>,
}

impl Keys {
    /// Reads those of `[collection]`.
    pub(super) fn read_collection(&mut self, section: &mut Section<'_, '_>) {
        let plain = |text: Option<Lined<Box<str>>>| text.map(|text| text.value);
        self.title = plain(section.text("title"));
        self.description = plain(section.prose("description"));
        self.keywords = section
            .texts("keywords")
            .map(|words| words.into_iter().map(|word| word.value).collect());
        self.licence = licence(section);
        self.version = version(section);
        self.publisher = public(section, "publisher");
        self.contact = public(section, "contact");
        self.issued = section.moment("issued");
        self.modified = section.moment("modified");
        self.kind = section.word("kind", Kind::VARIANTS).map(|kind| kind.value);
        self.listed = section.flag("listed");
        self.bbox = bounding_box(section);
        self.datetime = interval(section);
        self.table = TableKeys::read(section);
    }

    /// Reads the end of a collection, which no profile has: it is that collection's own.
    pub(super) fn read_lifecycle(&mut self, section: &mut Section<'_, '_>) {
        (self.lifecycle, self.lifecycle_lines) = lifecycle::read(section);
    }
}

/// A text that may be an address, of which everyone is told.
fn public(section: &mut Section<'_, '_>, key: &'static str) -> Option<Box<str>> {
    let Lined { value, line } = section.text(key)?;
    if value.parse::<Iri>() == Err(NotAnIri::Credentials) {
        section.complain(line, key, Problem::PublicCredentials);
        return None;
    }
    Some(value)
}

fn licence(section: &mut Section<'_, '_>) -> Option<Licence> {
    let Lined { value, line } = section.text("licence")?;
    let licence = Licence::parse(&value);
    if value.parse::<Iri>() == Err(NotAnIri::Credentials) {
        section.complain(line, "licence", Problem::PublicCredentials);
        return None;
    }
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
