//! The catalogue itself, its publisher, and what it lists.

use std::collections::BTreeMap;

use oxrdf::NamedNode;

use super::{
    Profile, Source, dataset, ranges,
    record::Record,
    service,
    statements::Statements,
    vocabulary::{dcat, dcterms, foaf},
};
use crate::dataset::metadata::Series;

/// States the whole.
pub(super) fn state(statements: &mut Statements<'_>, source: Source<'_>, profile: Profile) {
    let records: Vec<_> = source.records().collect();
    itself(statements, source, &records);
    publisher(statements, source, profile);
    series(statements, source, &records);
    for record in &records {
        dataset::state(statements, record, profile);
        service::state(statements, record, profile);
    }
    succession(statements, &records);
    if profile == Profile::DcatAp {
        ranges::state(statements, &records);
    }
}

fn itself(statements: &mut Statements<'_>, source: Source<'_>, records: &[Record<'_>]) {
    let settings = source.settings;
    let language = &settings.language;
    let address = NamedNode::new_unchecked(source.address("/v1/catalog"));
    let mut about = statements.about(address, dcat::CATALOG);
    let or = |text: &str, default: &str| {
        let text = if text.is_empty() { default } else { text };
        text.to_owned()
    };
    about
        .tells(dcterms::TITLE, &or(&settings.title, TITLE), language)
        .tells(
            dcterms::DESCRIPTION,
            &or(&settings.description, DESCRIPTION),
            language,
        )
        .leads_each(dcterms::PUBLISHER, source.publisher())
        .leads(foaf::HOMEPAGE, source.homepage())
        .leads_each(dcat::DATASET, records.iter().map(Record::dataset))
        .leads_each(dcat::SERVICE, records.iter().filter_map(Record::service));
}

/// This member, by its name where it is known; DCAT-AP wants one in any case.
fn publisher(statements: &mut Statements<'_>, source: Source<'_>, profile: Profile) {
    let Some(publisher) = source.publisher() else {
        return;
    };
    let name = match &*source.settings.publisher_name {
        "" if profile == Profile::DcatAp => publisher.as_str().to_owned(),
        name => name.to_owned(),
    };
    if !name.is_empty() {
        let mut about = statements.about(publisher, foaf::AGENT);
        about.says(foaf::NAME, &name);
    }
}

/// Predecessors of datasets: each says of itself what comes after it.
fn succession(statements: &mut Statements<'_>, records: &[Record<'_>]) {
    for before in records {
        if let Some(after) = before.successor() {
            statements
                .more_about(after.dataset())
                .leads(dcterms::REPLACES, before.dataset())
                .leads(dcat::PREVIOUS_VERSION, before.dataset());
        }
    }
}

/// Each series once, whatever number of datasets it has.
fn series(statements: &mut Statements<'_>, source: Source<'_>, records: &[Record<'_>]) {
    let named = records.iter().filter_map(|one| {
        let series = one.entry().series.as_ref()?;
        Some((&*series.id, series))
    });
    let each: BTreeMap<&str, &Series> = named.collect();
    for (_, one) in each {
        let mut about = statements.about(source.series(one), dcat::DATASET_SERIES);
        let language = &source.settings.language;
        about
            .tells(dcterms::TITLE, &one.title, language)
            .tells(dcterms::DESCRIPTION, &one.title, language)
            .leads_each(dcterms::PUBLISHER, source.publisher());
    }
}

const TITLE: &str = "Catalogue";
const DESCRIPTION: &str = "Data that are published here, and what is needed to have them.";
