//! The forms in which a collection can be had (`dcat:Distribution`): each of its files, and its API.

use oxrdf::{NamedNode, NamedNodeRef, vocab::xsd};

use super::{
    Profile,
    record::{CSV, Record},
    statements::{About, Statements},
    vocabulary::{dcat, dcterms, ib1, spdx},
};
use crate::{
    clock::Timestamp,
    dataset::{catalog::Representation, metadata::Moment},
};

/// The distributions of `record`.
pub(super) fn nodes(record: &Record<'_>) -> Vec<NamedNode> {
    let files = record.files().iter().map(|file| record.file(file));
    let wholes = wholes(record).iter().map(|whole| whole.node(record));
    files.chain(wholes).chain(of_api(record)).collect()
}

/// States everything about them.
pub(super) fn state(statements: &mut Statements<'_>, record: &Record<'_>, profile: Profile) {
    for file in record.files() {
        let checksum = record.source.checksums.get(file);
        let node = record.file(file);
        let checksum_node = record.part(&format!("{}-sha256", fragment(&node)));
        let mut about = statements.about(node, dcat::DISTRIBUTION_CLASS);
        of_file(&mut about, record, file, profile);
        if let Some(checksum) = checksum {
            about.leads(spdx::CHECKSUM, checksum_node.as_ref());
            let mut about = statements.about(checksum_node, spdx::CHECKSUM_CLASS);
            about.leads(spdx::ALGORITHM, spdx::SHA256).types(
                spdx::CHECKSUM_VALUE,
                checksum.to_string(),
                xsd::HEX_BINARY,
            );
        }
    }
    let language = &*record.source.settings.language;
    for whole in wholes(record) {
        let mut about = statements.about(whole.node(record), dcat::DISTRIBUTION_CLASS);
        let download = NamedNode::new_unchecked(whole.address(record));
        about
            .tells(dcterms::TITLE, whole.title, language)
            .leads(dcat::ACCESS_URL, download.clone())
            .leads(dcat::DOWNLOAD_URL, download)
            .leads_each(dcterms::CONFORMS_TO, standard(whole.essence));
        media_type(&mut about, whole.essence, profile);
        terms(&mut about, record, profile);
    }
    if let (Some(node), Some(service)) = (of_api(record), record.service()) {
        let mut about = statements.about(node, dcat::DISTRIBUTION_CLASS);
        about
            .tells(dcterms::TITLE, "Parts of it, by the API", language)
            .leads(dcat::ACCESS_URL, NamedNode::new_unchecked(&record.address))
            .leads(dcat::ACCESS_SERVICE, service);
        media_type(&mut about, OF_API, profile);
        terms(&mut about, record, profile);
    }
}

/// All of a table, as its API gives it without a filter: a directory, and CKAN, want something to download.
pub(super) struct Whole {
    format: &'static str,
    title: &'static str,
    pub(super) essence: &'static str,
}

impl Whole {
    fn node(&self, record: &Record<'_>) -> NamedNode {
        record.part(&format!("items-{}", self.format))
    }

    fn address(&self, record: &Record<'_>) -> String {
        format!("{}/items?f={}", record.address, self.format)
    }
}

/// The forms in which all of `record` is downloaded; none of what is no table.
pub(super) fn wholes(record: &Record<'_>) -> &'static [Whole] {
    let is_table = record.collection.kind().table().is_some();
    if is_table { WHOLES } else { &[] }
}

/// The API as a form of the data; a directory of the trust framework has the service itself and takes files alone.
fn of_api(record: &Record<'_>) -> Option<NamedNode> {
    record.has_api().then(|| record.part("api"))
}

fn of_file(about: &mut About<'_>, record: &Record<'_>, file: &Representation, profile: Profile) {
    let download = NamedNode::new_unchecked(record.download(file));
    about
        .says(dcterms::TITLE, &file.name)
        .leads(dcat::ACCESS_URL, download.clone())
        .leads(dcat::DOWNLOAD_URL, download)
        .types(
            dcat::BYTE_SIZE,
            file.length_bytes.to_string(),
            xsd::NON_NEGATIVE_INTEGER,
        )
        .dates(
            dcterms::MODIFIED,
            Some(Moment::at(Timestamp::from(file.modified))),
        )
        .leads_each(dcterms::CONFORMS_TO, standard(file.media_type.essence()));
    media_type(about, file.media_type.essence(), profile);
    if profile == Profile::Ib1 {
        let schema = record.schema(file.media_type.essence());
        about.leads_each(ib1::DATA_SCHEMA, schema);
    }
    terms(about, record, profile);
}

/// A text for the trust framework and an address for DCAT-AP (CON-25).
fn media_type(about: &mut About<'_>, essence: &str, profile: Profile) {
    match profile {
        Profile::Ib1 => {
            about.says(dcat::MEDIA_TYPE, essence);
        }
        Profile::DcatAp => {
            about
                .leads(dcat::MEDIA_TYPE, registered(essence))
                .leads_each(dcterms::FORMAT, file_type(essence));
        }
    }
}

/// The media type `essence` by its address at IANA.
pub(super) fn registered(essence: &str) -> NamedNode {
    NamedNode::new_unchecked(format!("{IANA_MEDIA_TYPES}{essence}"))
}

/// The media type `essence` by its address in the EU's list of file types, where that has it.
pub(super) fn file_type(essence: &str) -> Option<NamedNode> {
    let (_, name) = FORMATS.iter().find(|(of, _)| *of == essence)?;
    Some(NamedNode::new_unchecked(format!("{EU_FILE_TYPES}{name}")))
}

/// The licence stands on each distribution for DCAT-AP, on the dataset for the trust framework.
fn terms(about: &mut About<'_>, record: &Record<'_>, profile: Profile) {
    if profile == Profile::DcatAp {
        about.leads_each(dcterms::LICENSE, record.licence());
    }
}

/// The open standard of the media type `essence`, where there is one.
pub(super) fn standard(essence: &str) -> Option<NamedNodeRef<'static>> {
    let mut known = STANDARDS.iter();
    let (_, address) = known.find(|(of, _)| *of == essence)?;
    Some(NamedNodeRef::new_unchecked(address))
}

fn fragment(node: &NamedNode) -> String {
    let (_, fragment) = node.as_str().split_once('#').unwrap_or_default();
    fragment.to_owned()
}

/// Forms of a whole table that most programs read.
const WHOLES: &[Whole] = &[
    Whole {
        format: "csv",
        title: "All of it, as CSV",
        essence: CSV,
    },
    Whole {
        format: "parquet",
        title: "All of it, as Parquet",
        essence: "application/vnd.apache.parquet",
    },
];

/// The media type of answers that nobody has asked for otherwise.
pub(super) const OF_API: &str = "application/json";

const IANA_MEDIA_TYPES: &str = "https://www.iana.org/assignments/media-types/";
const EU_FILE_TYPES: &str = "http://publications.europa.eu/resource/authority/file-type/";

/// Media types that EU Vocabularies have a name for.
const FORMATS: &[(&str, &str)] = &[
    ("application/geo+json", "GEOJSON"),
    ("application/geopackage+sqlite3", "GPKG"),
    ("application/gzip", "GZIP"),
    ("application/json", "JSON"),
    ("application/netcdf", "NETCDF"),
    ("application/pdf", "PDF"),
    ("application/vnd.apache.parquet", "PARQUET"),
    ("application/xml", "XML"),
    ("application/zip", "ZIP"),
    ("image/tiff", "TIFF"),
    ("text/csv", "CSV"),
    ("text/html", "HTML"),
    ("text/plain", "TXT"),
];

/// Media types and the open standards that define them.
const STANDARDS: &[(&str, &str)] = &[
    (
        "application/geo+json",
        "https://www.rfc-editor.org/info/rfc7946",
    ),
    (
        "application/geopackage+sqlite3",
        "http://www.opengis.net/doc/IS/geopackage/1.3",
    ),
    (
        "application/json",
        "https://www.rfc-editor.org/info/rfc8259",
    ),
    (
        "application/netcdf",
        "http://www.opengis.net/doc/IS/netcdf/1.0",
    ),
    (
        "application/vnd.apache.parquet",
        "https://parquet.apache.org/docs/file-format/",
    ),
    ("application/xml", "https://www.w3.org/TR/xml/"),
    ("text/csv", "https://www.rfc-editor.org/info/rfc4180"),
];
