//! A collection as a dataset (`dcat:Dataset`).

use oxrdf::{NamedNode, NamedNodeRef};

use super::{
    Profile, distribution,
    record::Record,
    statements::{About, Statements},
    vocabulary::{adms, dcat, dcterms, dqv, foaf, geosparql, ib1, prov, schema, vcard},
};
use crate::{
    dataset::metadata::{BoundingBox, Interval, Iri, Moment},
    policy::Class,
};

/// States everything about the dataset of `record`.
pub(super) fn state(statements: &mut Statements<'_>, record: &Record<'_>, profile: Profile) {
    let metadata = record.metadata();
    let language = &*record.source.settings.language;
    let mut about = statements.about(record.dataset(), dcat::DATASET_CLASS);
    about.says(dcterms::IDENTIFIER, record.collection.id().as_str());
    common(&mut about, record, profile);
    // Schemes set their requirements for one type of entry: where there is an API, for that.
    if !record.has_api() {
        about.leads_each(dcterms::CONFORMS_TO, nodes(&record.entry().conforms_to));
    }
    for keyword in &metadata.keywords {
        about.tells(dcat::KEYWORD, keyword, language);
    }
    if let Some(version) = &metadata.version {
        about.says(dcat::VERSION, version);
    }
    if let Some(notes) = &record.entry().version_notes {
        about.tells(dcat::VERSION_NOTES, notes, language);
    }
    about
        .dates(dcterms::CREATED, record.entry().created)
        .dates(dcterms::ISSUED, metadata.issued)
        .dates(dcterms::MODIFIED, metadata.modified)
        .leads(dcat::LANDING_PAGE, record.landing_page());
    origin(&mut about, record, profile);
    life(&mut about, record);
    if profile == Profile::Ib1 {
        about.leads_each(ib1::DATA_SCHEMA, schema_of_all(record));
    }
    if let Some(series) = &record.entry().series {
        about.leads(dcat::IN_SERIES, record.source.series(series));
    }
    if metadata.extent.spatial.is_some() {
        about.leads(dcterms::SPATIAL, record.part(EXTENT));
    }
    if metadata.extent.temporal.is_some() {
        about.leads(dcterms::TEMPORAL, record.part(PERIOD));
    }
    about.leads_each(dcat::DISTRIBUTION, distribution::nodes(record));
    parts(statements, record);
    distribution::state(statements, record, profile);
}

/// Statements that a dataset and a service have in common.
pub(super) fn common(about: &mut About<'_>, record: &Record<'_>, profile: Profile) {
    let language = &*record.source.settings.language;
    let description = record.metadata().description.as_deref();
    about
        .tells(dcterms::TITLE, record.title(), language)
        .tells(
            dcterms::DESCRIPTION,
            description.unwrap_or(record.title()),
            language,
        )
        .leads_each(dcterms::PUBLISHER, record.source.publisher())
        .leads_each(dcterms::LICENSE, record.licence())
        .leads(dcterms::ACCESS_RIGHTS, access_rights(record.class))
        .leads_each(dcat::THEME, nodes(&record.entry().themes));
    if record.contact().is_some() {
        about.leads(dcat::CONTACT_POINT, record.part(CONTACT));
    }
    if profile == Profile::Ib1 {
        let assurance = record.assurance().map(|level| level.iri().node());
        about
            .leads_each(
                ib1::TRUST_FRAMEWORK,
                record.trust_framework().map(Iri::node),
            )
            .leads_each(ib1::SCHEME, record.scheme().map(Iri::node))
            .leads_each(ib1::DATASET_ASSURANCE, assurance)
            .leads(ib1::SENSITIVITY_CLASS, sensitivity_class(record.class))
            .leads_each(ib1::ROLE_REQUIRED_TO_ACCESS, record.roles());
    }
}

/// Origin of the data, and how good they are.
fn origin(about: &mut About<'_>, record: &Record<'_>, profile: Profile) {
    let entry = record.entry();
    let source = match profile {
        Profile::Ib1 => dcterms::SOURCE,
        // Its shapes want each source to be a dataset of the same catalogue, which a page of others is not.
        Profile::DcatAp => prov::WAS_DERIVED_FROM,
    };
    about
        .leads_each(source, nodes(&entry.sources))
        .leads_each(
            dcterms::PROVENANCE,
            entry.provenance.as_ref().map(Iri::node),
        )
        .leads_each(
            prov::HAS_PROVENANCE,
            entry.provenance_record.as_ref().map(Iri::node),
        )
        .leads_each(
            dqv::HAS_QUALITY_METADATA,
            entry.quality.as_ref().map(Iri::node),
        )
        .leads_each(foaf::PAGE, nodes(&entry.documentation))
        .leads_each(foaf::PAGE, entry.schedule.as_ref().map(Iri::node))
        .leads_each(
            dcterms::ACCRUAL_PERIODICITY,
            entry.frequency.as_ref().map(Iri::node),
        );
}

/// The announced end, and what comes before and after.
fn life(about: &mut About<'_>, record: &Record<'_>) {
    let lifecycle = &record.metadata().lifecycle;
    let is_over = |moment: Moment| moment.time() <= record.source.now;
    if lifecycle.deprecated.is_some_and(is_over) {
        about.leads(adms::STATUS, DEPRECATED);
    }
    about.dates(schema::EXPIRES, lifecycle.sunset);
    let successor = record.successor();
    about.leads_each(
        dcterms::IS_REPLACED_BY,
        successor.map(|successor| successor.dataset()),
    );
}

/// The nodes that the dataset leads to: who is asked, where and when.
fn parts(statements: &mut Statements<'_>, record: &Record<'_>) {
    let metadata = record.metadata();
    if let Some(contact) = record.contact() {
        let mut about = statements.about(record.part(CONTACT), vcard::KIND);
        let name = &record.source.settings.publisher_name;
        let name = if name.is_empty() { contact } else { name };
        about.says(vcard::FN, name);
        if let Ok(page) = contact.parse::<Iri>() {
            about.leads(vcard::HAS_URL, page.node());
        } else if let Some(mailbox) = mailbox(contact) {
            about.leads(vcard::HAS_EMAIL, mailbox);
        }
    }
    if let Some(spatial) = &metadata.extent.spatial {
        let mut about = statements.about(record.part(EXTENT), dcterms::LOCATION);
        about.types(dcat::BBOX, well_known_text(spatial), geosparql::WKT_LITERAL);
    }
    if let Some(temporal) = &metadata.extent.temporal {
        let mut about = statements.about(record.part(PERIOD), dcterms::PERIOD_OF_TIME);
        about
            .dates(dcat::START_DATE, Interval::from(temporal))
            .dates(dcat::END_DATE, temporal.until());
    }
}

/// The schema of the files: the one that is prescribed, else that of the first of them which has one.
fn schema_of_all(record: &Record<'_>) -> Option<NamedNode> {
    let mut files = record.files().iter();
    let schema = files.find_map(|file| record.schema(file.media_type.essence()));
    let prescribed = record.entry().data_schema.as_ref();
    schema.or_else(|| prescribed.map(|schema| schema.node().into()))
}

/// An address of mail as a node.
fn mailbox(contact: &str) -> Option<NamedNode> {
    let address = contact.strip_prefix("mailto:").unwrap_or(contact);
    let (name, host) = address.split_once('@')?;
    let is_plain = !name.is_empty() && host.contains('.') && !address.contains([' ', '<', '?']);
    let node = NamedNode::new(format!("mailto:{address}")).ok();
    node.filter(|_| is_plain)
}

/// A box as polygon, one that crosses the antimeridian as two.
fn well_known_text(spatial: &BoundingBox) -> String {
    let [west, south, east, north] = spatial.corners();
    let ring = |west: f64, east: f64| {
        format!(
            "(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"
        )
    };
    if west <= east {
        format!("POLYGON{}", ring(west, east))
    } else {
        format!(
            "MULTIPOLYGON({}, {})",
            ring(west, 180.0),
            ring(-180.0, east)
        )
    }
}

fn nodes(iris: &[Iri]) -> impl Iterator<Item = NamedNodeRef<'_>> {
    iris.iter().map(Iri::node)
}

/// The class by its full address (CON-24).
pub(super) fn sensitivity_class(class: Class) -> NamedNodeRef<'static> {
    NamedNodeRef::new_unchecked(match class {
        Class::Open => "https://registry.trust.ib1.org/sensitivity-class/IB1-O",
        Class::SharedA => "https://registry.trust.ib1.org/sensitivity-class/IB1-SA",
        Class::SharedB => "https://registry.trust.ib1.org/sensitivity-class/IB1-SB",
    })
}

pub(super) fn access_rights(class: Class) -> NamedNodeRef<'static> {
    NamedNodeRef::new_unchecked(match class {
        Class::Open => "http://publications.europa.eu/resource/authority/access-right/PUBLIC",
        Class::SharedA | Class::SharedB => {
            "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"
        }
    })
}

const CONTACT: &str = "contact";
const EXTENT: &str = "extent";
const PERIOD: &str = "period";
const DEPRECATED: NamedNodeRef<'static> = NamedNodeRef::new_unchecked(
    "http://publications.europa.eu/resource/authority/dataset-status/DEPRECATED",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_across_the_antimeridian_is_two_polygons() {
        let text = |corners| well_known_text(&BoundingBox::new(corners).unwrap());
        assert_eq!(
            text([-8.2, 49.9, 1.8, 60.9]),
            "POLYGON((-8.2 49.9, 1.8 49.9, 1.8 60.9, -8.2 60.9, -8.2 49.9))"
        );
        let pacific = text([170.0, -10.0, -170.0, 10.0]);
        assert!(
            pacific.starts_with("MULTIPOLYGON(((170 -10, 180 -10,"),
            "{pacific}"
        );
        assert!(pacific.contains("((-180 -10, -170 -10,"), "{pacific}");
    }

    #[test]
    fn a_contact_is_a_mailbox_only_where_it_is_plainly_one() {
        for contact in ["data@example.org", "mailto:data@example.org"] {
            let node = mailbox(contact).unwrap();
            assert_eq!(node.as_str(), "mailto:data@example.org");
        }
        for contact in [
            "Data Team",
            "@example.org",
            "a@b",
            "a@b.c <d>",
            "a@b.c?subject=x",
            "a b@c.d",
        ] {
            assert_eq!(mailbox(contact), None, "{contact}");
        }
    }
}
