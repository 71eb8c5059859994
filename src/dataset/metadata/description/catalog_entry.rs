//! `[catalog]` of a description: what only its entry in a catalogue says.

use super::{
    Problem,
    table::{Lined, Section, shortened},
};
use crate::dataset::metadata::{Assurance, CatalogEntry, Iri, NotAnIri, Series};

/// Reads the table.
pub(super) fn read(mut section: Section<'_, '_>) -> CatalogEntry {
    let entry = CatalogEntry {
        assurance: assurance(&mut section),
        conforms_to: iris(&mut section, "conforms_to"),
        created: section.moment("created"),
        data_schema: iri(&mut section, "data_schema"),
        documentation: iris(&mut section, "documentation"),
        endpoint_description: iri(&mut section, "endpoint_description"),
        frequency: frequency(&mut section),
        heartbeat_description: iri(&mut section, "heartbeat_description"),
        names_issuer: section.flag("names_issuer"),
        provenance: iri(&mut section, "provenance"),
        provenance_record: iri(&mut section, "provenance_record"),
        quality: iri(&mut section, "quality"),
        roles: iris(&mut section, "roles"),
        schedule: iri(&mut section, "schedule"),
        scheme: iri(&mut section, "scheme"),
        series: series(&mut section),
        sources: iris(&mut section, "sources"),
        themes: iris(&mut section, "themes"),
        trust_framework: iri(&mut section, "trust_framework"),
        version_notes: section.prose("version_notes").map(|notes| notes.value),
    };
    section.finish();
    entry
}

/// Adds what `profile` says to `entry` where that says nothing.
pub(super) fn lay_under(entry: &mut CatalogEntry, profile: &CatalogEntry) {
    fn add<T: Clone>(said: &mut Option<T>, profile: Option<&T>) {
        if said.is_none() {
            *said = profile.cloned();
        }
    }
    fn add_all<T: Clone>(said: &mut Vec<T>, profile: &[T]) {
        if said.is_empty() {
            said.extend_from_slice(profile);
        }
    }
    let CatalogEntry {
        assurance,
        conforms_to,
        created,
        data_schema,
        documentation,
        endpoint_description,
        frequency,
        heartbeat_description,
        names_issuer,
        provenance,
        provenance_record,
        quality,
        roles,
        schedule,
        scheme,
        series,
        sources,
        themes,
        trust_framework,
        version_notes,
    } = profile;
    add(&mut entry.assurance, assurance.as_ref());
    add(&mut entry.created, created.as_ref());
    add(&mut entry.data_schema, data_schema.as_ref());
    add(
        &mut entry.endpoint_description,
        endpoint_description.as_ref(),
    );
    add(&mut entry.frequency, frequency.as_ref());
    add(
        &mut entry.heartbeat_description,
        heartbeat_description.as_ref(),
    );
    add(&mut entry.names_issuer, names_issuer.as_ref());
    add(&mut entry.provenance, provenance.as_ref());
    add(&mut entry.provenance_record, provenance_record.as_ref());
    add(&mut entry.quality, quality.as_ref());
    add(&mut entry.schedule, schedule.as_ref());
    add(&mut entry.scheme, scheme.as_ref());
    add(&mut entry.series, series.as_ref());
    add(&mut entry.trust_framework, trust_framework.as_ref());
    add(&mut entry.version_notes, version_notes.as_ref());
    add_all(&mut entry.conforms_to, conforms_to);
    add_all(&mut entry.documentation, documentation);
    add_all(&mut entry.roles, roles);
    add_all(&mut entry.sources, sources);
    add_all(&mut entry.themes, themes);
}

fn iri(section: &mut Section<'_, '_>, key: &'static str) -> Option<Iri> {
    let Lined { value, line } = section.text(key)?;
    address(section, key, &value, line)
}

fn iris(section: &mut Section<'_, '_>, key: &'static str) -> Vec<Iri> {
    let mut iris = Vec::new();
    for Lined { value, line } in section.texts(key).unwrap_or_default() {
        iris.extend(address(section, key, &value, line));
    }
    iris
}

/// The address `text`; where it is none, that is told, and of one with a password no more than that.
fn address(
    section: &mut Section<'_, '_>,
    key: &'static str,
    text: &str,
    line: usize,
) -> Option<Iri> {
    let problem = match text.parse() {
        Ok(iri) => return Some(iri),
        Err(NotAnIri::Credentials) => Problem::PublicCredentials,
        Err(NotAnIri::Malformed) => Problem::NotAnIri {
            text: shortened(text),
        },
    };
    section.complain(line, key, problem);
    None
}

fn assurance(section: &mut Section<'_, '_>) -> Option<Assurance> {
    let Lined { value, line } = section.text("assurance")?;
    let assurance = Assurance::parse(&value);
    if assurance.is_none() {
        let problem = Problem::UnknownWord {
            word: shortened(&value),
            known: &[
                "Level1",
                "Level2",
                "Level3",
                "Level4",
                "the address of a level",
            ],
        };
        section.complain(line, "assurance", problem);
    }
    assurance
}

/// A word of the EU's list of frequencies, or an address.
fn frequency(section: &mut Section<'_, '_>) -> Option<Iri> {
    let Lined { value, line } = section.text("frequency")?;
    if let Some(word) = FREQUENCIES.iter().find(|word| **word == &*value) {
        let address = format!("{FREQUENCY}{}", word.to_ascii_uppercase());
        return address.parse().ok();
    }
    if !value.contains(':') {
        let problem = Problem::UnknownWord {
            word: shortened(&value),
            known: FREQUENCIES,
        };
        section.complain(line, "frequency", problem);
        return None;
    }
    address(section, "frequency", &value, line)
}

fn series(section: &mut Section<'_, '_>) -> Option<Series> {
    let id = section.text("series");
    let title = section.text("series_title");
    match (id, title) {
        (Some(id), Some(title)) => Some(Series {
            id: id.value,
            title: title.value,
        }),
        (Some(alone), None) => {
            let key = "series_title";
            section.complain(alone.line, key, Problem::Missing { key });
            None
        }
        (None, Some(alone)) => {
            let key = "series";
            section.complain(alone.line, key, Problem::Missing { key });
            None
        }
        (None, None) => None,
    }
}

/// Addresses of frequencies begin so (EU Vocabularies, which DCAT-AP wants).
const FREQUENCY: &str = "http://publications.europa.eu/resource/authority/frequency/";

/// Its words, in lower case.
const FREQUENCIES: &[&str] = &[
    "annual",
    "annual_2",
    "annual_3",
    "biennial",
    "bimonthly",
    "biweekly",
    "cont",
    "daily",
    "daily_2",
    "decennial",
    "hourly",
    "irreg",
    "monthly",
    "monthly_2",
    "monthly_3",
    "never",
    "quarterly",
    "quinquennial",
    "triennial",
    "unknown",
    "update_cont",
    "weekly",
    "weekly_2",
    "weekly_3",
];
