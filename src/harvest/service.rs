//! The API of a collection (`dcat:DataService`).

use oxrdf::NamedNode;

use super::{
    Profile, dataset,
    record::Record,
    statements::Statements,
    vocabulary::{dcat, dcterms, ib1},
};
use crate::dataset::metadata::Iri;

/// States everything about the API of `record`, where it has one.
pub(super) fn state(statements: &mut Statements<'_>, record: &Record<'_>, profile: Profile) {
    let Some(service) = record.service() else {
        return;
    };
    let entry = record.entry();
    let mut about = statements.about(service, dcat::DATA_SERVICE);
    dataset::common(&mut about, record, profile);
    about
        .leads_each(
            dcterms::CONFORMS_TO,
            entry.conforms_to.iter().map(Iri::node),
        )
        .leads(
            dcat::ENDPOINT_URL,
            NamedNode::new_unchecked(&record.address),
        )
        .leads(dcat::ENDPOINT_DESCRIPTION, description(record))
        .leads(dcat::SERVES_DATASET, record.dataset());
    if profile == Profile::Ib1 {
        let heartbeat = entry.heartbeat_description.as_ref();
        let heartbeat = heartbeat.or(record.source.settings.heartbeat_description.as_ref());
        about
            .leads_each(ib1::HEARTBEAT_DESCRIPTION, heartbeat.map(Iri::node))
            .leads_each(ib1::OAUTH_ISSUER, record.issuer());
    }
}

/// The OpenAPI document of the API: the one that the scheme prescribes, else ours for every collection of the kind.
fn description(record: &Record<'_>) -> NamedNode {
    if let Some(prescribed) = &record.entry().endpoint_description {
        return prescribed.node().into();
    }
    let kind = record.collection.kind().name();
    let path = format!("/v1/api/{kind}.json");
    NamedNode::new_unchecked(record.source.address(&path))
}
