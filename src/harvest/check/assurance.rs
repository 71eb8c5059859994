//! The assurance level that a record reaches: IB1 Generic Dataset Assurance Levels 1.0, as far as a record shows it.

use super::{
    super::{Source, distribution, record::Record},
    key::Key,
};
use crate::dataset::{
    Collection, Kind,
    catalog::Representation,
    metadata::{Assurance, DimensionValues, FieldType, Licence},
};

/// One collection, judged.
#[derive(Clone, Debug)]
pub struct Assessed<'r> {
    /// The collection.
    pub collection: &'r Collection,
    /// `true` when a level is claimed, be it a generic one or one of a scheme: no record is taken without it.
    pub has_claim: bool,
    /// The level that its description claims, as far as that is a generic one.
    pub claims: Option<u8>,
    /// The level that its record reaches; 0 where a directory would not take it.
    pub reaches: u8,
    /// Everything that is missing, lowest level first.
    pub lacks: Vec<Lack>,
}

/// One thing that a level wants and a record has not.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lack {
    /// The level.
    pub level: u8,
    /// The requirement, as the specification numbers it.
    pub requirement: &'static str,
    /// The matter.
    pub matter: String,
    /// The key that says it.
    pub key: Key,
    /// A line to write there.
    pub example: &'static str,
}

/// Every listed collection of `source`, judged.
#[must_use]
pub fn assess(source: Source<'_>) -> Vec<Assessed<'_>> {
    source.records().map(|record| judge(&record)).collect()
}

fn judge<'r>(record: &Record<'r>) -> Assessed<'r> {
    let mut lacks = Lacks(Vec::new());
    first_level(record, &mut lacks);
    second_level(record, &mut lacks);
    third_level(record, &mut lacks);
    fourth_level(record, &mut lacks);
    let lacks = lacks.0;
    let lowest = lacks.iter().map(|lack| lack.level).min();
    Assessed {
        collection: record.collection,
        has_claim: record.assurance().is_some(),
        claims: record.assurance().and_then(Assurance::level),
        reaches: lowest.map_or(HIGHEST, |lowest| lowest - 1),
        lacks,
    }
}

struct Lacks(Vec<Lack>);

impl Lacks {
    fn unless(
        &mut self,
        is_met: bool,
        (level, requirement): (u8, &'static str),
        matter: impl Into<String>,
        (key, example): (Key, &'static str),
    ) {
        if !is_met {
            self.0.push(Lack {
                level,
                requirement,
                matter: matter.into(),
                key,
                example,
            });
        }
    }
}

use Key::{Description, Setting};

fn first_level(record: &Record<'_>, lacks: &mut Lacks) {
    let settings = record.source.settings;
    lacks.unless(
        settings.publisher.is_some(),
        (1, "D1.1"),
        "there is no publisher",
        (
            Setting("catalog.publisher"),
            "publisher = \"https://directory.core.trust.ib1.org/member/827252\", octet for octet as in the directory",
        ),
    );
    lacks.unless(
        record.trust_framework().is_some(),
        (1, "D1.1"),
        "there is no trust framework",
        (
            Setting("catalog.trust_framework"),
            "trust_framework = \"https://registry.core.trust.ib1.org/trust-framework\"",
        ),
    );
    lacks.unless(
        record.scheme().is_some(),
        (1, "D1.1"),
        "there is no scheme",
        (
            Setting("catalog.scheme"),
            "scheme = \"https://registry.core.trust.ib1.org/scheme/electricity\"",
        ),
    );
    lacks.unless(
        record.metadata().description.is_some(),
        (1, "D1.1"),
        "there is no description, by which people search",
        (
            Description("collection.description"),
            "description = \"Some sentences.\"",
        ),
    );
    lacks.unless(
        !record.files().is_empty() || record.has_api(),
        (1, "D1.1"),
        "there is neither a file nor an API",
        (
            Description("collection.source"),
            "source = \"readings.csv\", a file of this folder",
        ),
    );
    let unreadable = record
        .files()
        .iter()
        .find(|file| !is_machine_readable(file));
    lacks.unless(
        unreadable.is_none(),
        (1, "D1.2"),
        format!(
            "{} is for people and not for machines",
            unreadable.map_or("a file", |file| &file.name)
        ),
        (
            Description("collection.source"),
            "publish it as CSV, JSON, GeoJSON, Parquet or NetCDF",
        ),
    );
    terms(record, lacks);
    if !record.is_open() {
        lacks.unless(
            !record.roles().is_empty(),
            (1, "D1.6.1"),
            "no role is named whose holders may have it",
            (
                Description("catalog.roles"),
                "roles = [\"https://registry.core.trust.ib1.org/scheme/electricity/role/report-provider\"]",
            ),
        );
        lacks.unless(
            !record.entry().conforms_to.is_empty(),
            (1, "D1.6.1"),
            "it conforms to no requirements of the scheme",
            (
                Description("catalog.conforms_to"),
                "conforms_to = [\"https://registry.core.trust.ib1.org/scheme/electricity/standard/supply-voltage\"]",
            ),
        );
    }
}

/// The licence has an address, is open where the data are, and is one that the scheme allows.
fn terms(record: &Record<'_>, lacks: &mut Lacks) {
    const EXAMPLE: &str = "licence = \"CC-BY-4.0\", or the address of the terms";
    let at = (Description("collection.licence"), EXAMPLE);
    let Some(licence) = record.licence() else {
        lacks.unless(false, (1, "D1.1"), "the licence has no address", at);
        return;
    };
    let allowed = &record.source.settings.allowed_licences;
    let is_allowed = allowed.iter().any(|one| one.as_str() == licence.as_str());
    let requirement = if record.is_open() { "D1.5.1" } else { "D1.6.1" };
    lacks.unless(
        allowed.is_empty() || is_allowed,
        (1, requirement),
        format!("{} is not among catalog.allowed_licences", licence.as_str()),
        at,
    );
    let is_closed = record
        .metadata()
        .licence
        .as_ref()
        .and_then(Licence::is_open)
        == Some(false);
    lacks.unless(
        !(record.is_open() && is_closed),
        (1, "D1.5.1"),
        format!(
            "the data are open and their licence is not: {}",
            licence.as_str()
        ),
        at,
    );
}

fn second_level(record: &Record<'_>, lacks: &mut Lacks) {
    let (entry, metadata) = (record.entry(), record.metadata());
    lacks.unless(
        !entry.sources.is_empty() || entry.provenance.is_some(),
        (2, "D2.1.2"),
        "neither sources nor provenance are cited",
        (
            Description("catalog.provenance"),
            "provenance = \"https://example.org/how-it-is-made\", or sources = [\"https://example.org/source\"]",
        ),
    );
    lacks.unless(
        entry.created.is_some(),
        (2, "D2.2.1"),
        "no date of creation is told",
        (Description("catalog.created"), "created = 2026-01-31"),
    );
    lacks.unless(
        metadata.issued.is_some(),
        (2, "D2.2.1"),
        "no date of publication is told",
        (Description("collection.issued"), "issued = 2026-01-31"),
    );
    lacks.unless(
        !has_time(record.collection) || metadata.extent.temporal.is_some(),
        (2, "D2.2.2"),
        "it has times, and does not say from when to when",
        (
            Description("collection.datetime"),
            "datetime = \"2020-01-01/2024-12-31\"",
        ),
    );
    lacks.unless(
        !has_place(record.collection) || metadata.extent.spatial.is_some(),
        (2, "D2.2.3"),
        "it has places, and does not say where",
        (
            Description("collection.bbox"),
            "bbox = [-8.2, 49.9, 1.8, 60.9]",
        ),
    );
    lacks.unless(
        !metadata.fields.is_empty() || !entry.documentation.is_empty(),
        (2, "D2.2.6"),
        "neither its fields nor a page that documents it are told",
        (
            Description("catalog.documentation"),
            "documentation = [\"https://example.org/readings\"], or a [[field]] for each column",
        ),
    );
    lacks.unless(
        record.contact().is_some(),
        (2, "D2.2.7"),
        "nobody is named to be asked about it",
        (
            Description("collection.contact"),
            "contact = \"data@example.org\"",
        ),
    );
}

fn third_level(record: &Record<'_>, lacks: &mut Lacks) {
    let entry = record.entry();
    lacks.unless(
        entry.schedule.is_some(),
        (3, "D3.2.1"),
        "no page says how its availability is maintained",
        (
            Description("catalog.schedule"),
            "schedule = \"https://example.org/maintenance\"",
        ),
    );
    lacks.unless(
        entry.provenance.is_some(),
        (3, "D3.2.3"),
        "no page tells its provenance",
        (
            Description("catalog.provenance"),
            "provenance = \"https://example.org/how-it-is-made\"",
        ),
    );
    let mut files = record.files().iter();
    let has_standard =
        files.any(|file| distribution::standard(file.media_type.essence()).is_some());
    lacks.unless(
        has_standard || record.has_api() || !entry.conforms_to.is_empty(),
        (3, "D3.3.1"),
        "no open standard is cited",
        (
            Description("catalog.conforms_to"),
            "publish it in an open format, or name the standard in conforms_to",
        ),
    );
    let has_fields = !record.metadata().fields.is_empty();
    lacks.unless(
        has_fields || entry.data_schema.is_some(),
        (3, "D3.3.3"),
        "nothing describes its content for machines",
        (
            Description("field"),
            "a table [[field]] for each column, or catalog.data_schema",
        ),
    );
}

fn fourth_level(record: &Record<'_>, lacks: &mut Lacks) {
    let (entry, metadata) = (record.entry(), record.metadata());
    let licence = metadata.licence.as_ref();
    let is_readable = licence.is_some_and(Licence::is_machine_readable);
    lacks.unless(
        is_readable,
        (4, "D4.1.1"),
        "the terms of its licence are not known to be machine-readable",
        (
            Description("collection.licence"),
            "licence = \"CC-BY-4.0\", whose address has them as RDF",
        ),
    );
    lacks.unless(
        entry.quality.is_some(),
        (4, "D4.2.1"),
        "no measures of quality are there for machines",
        (
            Description("catalog.quality"),
            "quality = \"https://example.org/quality.ttl\"",
        ),
    );
    lacks.unless(
        entry.provenance_record.is_some(),
        (4, "D4.3.1"),
        "its provenance is not there for machines",
        (
            Description("catalog.provenance_record"),
            "provenance_record = \"https://example.org/provenance.ttl\"",
        ),
    );
}

fn has_time(collection: &Collection) -> bool {
    let metadata = collection.metadata();
    let is_time = |of: Option<FieldType>| matches!(of, Some(FieldType::Date | FieldType::DateTime));
    collection.kind() == Kind::Series
        || metadata
            .fields
            .iter()
            .any(|field| is_time(field.field_type))
        || metadata
            .dimensions
            .iter()
            .any(|one| matches!(one.values, DimensionValues::Times(_)))
}

fn has_place(collection: &Collection) -> bool {
    let fields = &collection.metadata().fields;
    matches!(collection.kind(), Kind::Coverage | Kind::Features)
        || fields
            .iter()
            .any(|field| field.field_type == Some(FieldType::Geometry))
}

fn is_machine_readable(file: &Representation) -> bool {
    !FOR_PEOPLE.contains(&file.media_type.essence())
}

/// The highest level.
const HIGHEST: u8 = 4;

/// Media types of pages and pictures.
const FOR_PEOPLE: &[&str] = &["application/pdf", "image/jpeg", "image/png", "text/html"];

/// Requirements that no record shows: who claims a level answers for them.
pub const BY_HAND: &[(u8, &str, &str)] = &[
    (
        1,
        "D1.3",
        "you have the right to share it under its licence",
    ),
    (1, "D1.4", "it has no personal data"),
    (
        2,
        "D2.1.1",
        "how it was decided to publish it so is documented",
    ),
    (2, "D2.1.3", "its description is reviewed each year"),
    (2, "D2.2.4", "it stays for a year at least"),
    (
        2,
        "D2.2.5",
        "its withdrawal is announced as the scheme prescribes",
    ),
    (2, "D2.2.8", "questions are answered within 30 days"),
    (
        3,
        "D3.2.2",
        "it is watched for changes by others, and restored",
    ),
    (3, "D3.3.5", "it can be had 99.5 % of the time"),
    (4, "D4.3.2", "identifiers within it are addresses"),
    (4, "D4.3.3", "it can be had 99.9 % of the time"),
];
