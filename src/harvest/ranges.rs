//! Classes of the nodes that records lead to and others describe. DCAT-AP judges a value by its class, and no judge fetches
//! a licence or a list of media types to learn what it is.

use std::collections::BTreeMap;

use oxrdf::{NamedNode, NamedNodeRef};

use super::{
    dataset,
    distribution::{self, OF_API},
    record::Record,
    statements::Statements,
    vocabulary::{dcterms, foaf, skos, spdx},
};
use crate::dataset::metadata::Iri;

/// States the class of each node once, whatever number of `records` leads to it.
pub(super) fn state(statements: &mut Statements<'_>, records: &[Record<'_>]) {
    let mut classes: BTreeMap<NamedNode, NamedNodeRef<'static>> = BTreeMap::new();
    for record in records {
        for (node, class) in of(record) {
            classes.insert(node, class);
        }
    }
    for (node, class) in classes {
        let name = (class == skos::CONCEPT).then(|| last_part(node.as_str()).to_owned());
        let mut about = statements.about(node, class);
        if let Some(name) = name {
            about.says(skos::PREF_LABEL, &name);
        }
    }
}

/// The last part of `address`, by which a list names what it has: ENER of the themes of the EU.
fn last_part(address: &str) -> &str {
    let mut parts = address.rsplit(['/', '#']);
    parts.find(|part| !part.is_empty()).unwrap_or(address)
}

fn of(record: &Record<'_>) -> Vec<(NamedNode, NamedNodeRef<'static>)> {
    let entry = record.entry();
    let mut found = vec![
        (record.source.homepage(), foaf::DOCUMENT),
        (record.landing_page(), foaf::DOCUMENT),
        (
            dataset::access_rights(record.class).into(),
            dcterms::RIGHTS_STATEMENT,
        ),
    ];
    let of_files = record.files().iter().map(|file| file.media_type.essence());
    let of_wholes = distribution::wholes(record)
        .iter()
        .map(|whole| whole.essence);
    let of_api = record.has_api().then_some(OF_API);
    for essence in of_files.chain(of_wholes).chain(of_api) {
        let standard = distribution::standard(essence);
        found.extend(standard.map(|one| (one.into(), dcterms::STANDARD)));
        found.push((distribution::registered(essence), dcterms::MEDIA_TYPE));
        let file_type = distribution::file_type(essence);
        found.extend(file_type.map(|one| (one, dcterms::MEDIA_TYPE_OR_EXTENT)));
    }
    if !record.files().is_empty() {
        found.push((spdx::SHA256.into(), spdx::ALGORITHM_CLASS));
    }
    let licence = record.licence();
    found.extend(licence.map(|one| (one, dcterms::LICENSE_DOCUMENT)));
    let pages = entry.documentation.iter().chain(&entry.schedule);
    for (iris, class) in [
        (
            entry.conforms_to.iter().collect::<Vec<_>>(),
            dcterms::STANDARD,
        ),
        (entry.frequency.iter().collect(), dcterms::FREQUENCY),
        (entry.themes.iter().collect(), skos::CONCEPT),
        (
            entry.provenance.iter().collect(),
            dcterms::PROVENANCE_STATEMENT,
        ),
        (pages.collect(), foaf::DOCUMENT),
    ] {
        let nodes = iris.into_iter().map(Iri::node);
        found.extend(nodes.map(|node| (node.into(), class)));
    }
    found
}
