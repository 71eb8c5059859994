//! The catalogue of a folder, read back from each of its forms.

use std::{collections::HashSet, fs};

use oxjsonld::JsonLdParser;
use oxrdf::{Graph, NamedNodeRef, Triple};
use oxrdfxml::RdfXmlParser;
use oxttl::TurtleParser;
use tempfile::TempDir;

use super::*;
use crate::{
    dataset::{
        Kind,
        catalog::{Held, Sources},
        metadata::Metadata,
    },
    policy::{CollectionId, Defaults, Published as Ruled, Publishers},
    response::media::Formats,
};

pub(super) const BASE: &str = "https://data.example.org";
const ISSUER: &str = "https://auth.example.org/";

/// A folder of descriptions and files, and what is said of all of them.
pub(super) struct Folder {
    pub(super) root: TempDir,
    pub(super) settings: CatalogSettings,
    pub(super) held: Vec<Held>,
    pub(super) now: Timestamp,
}

impl Folder {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self {
            root: folder,
            settings: settings(""),
            held: Vec::new(),
            now: Timestamp::from_seconds(1_800_000_000),
        }
    }

    pub(super) fn catalog(&self) -> Catalog {
        let sources = Sources {
            folder: self.root.path(),
            publish_all: false,
            ruled: HashSet::new(),
            holdings: &[&self.held],
            now: self.now,
        };
        Catalog::load(&sources, None)
    }

    pub(super) fn with<T>(&self, read: impl FnOnce(Source<'_>) -> T) -> T {
        let catalog = self.catalog();
        let faults: Vec<_> = catalog.faults().iter().map(ToString::to_string).collect();
        assert!(faults.is_empty(), "{faults:#?}");
        let policy = policy(&catalog);
        let files = catalog.iter().flat_map(|one| one.representations());
        let checksums = Checksums::default().read(self.root.path(), files, 1_000_000);
        read(Source {
            base_url: BASE,
            catalog: &catalog,
            policy: &policy,
            settings: &self.settings,
            issuer: ISSUER,
            checksums: &checksums,
            now: self.now,
        })
    }

    pub(super) fn written(&self, profile: Profile, format: Format) -> String {
        let mut texts = self.with(|source| source.write(profile, &[format], Vec::new).unwrap());
        String::from_utf8(texts.remove(0)).unwrap()
    }

    pub(super) fn graph(&self, profile: Profile) -> Graph {
        self.with(|source| source.triples(profile).into_iter().collect())
    }
}

pub(super) fn settings(more: &str) -> CatalogSettings {
    let text = format!(
        "publisher = 'https://directory.example.org/member/827252'\n\
        publisher_name = 'Example Energy'\n\
        trust_framework = 'https://registry.example.org/trust-framework'\n\
        scheme = 'https://registry.example.org/scheme/electricity'\n{more}"
    );
    toml::from_str(&text).unwrap()
}

fn policy(catalog: &Catalog) -> Policy {
    let clauses = catalog.iter().map(|one| {
        let rules = one.rules().iter();
        rules.map(|rule| rule.clause.clone()).collect::<Vec<_>>()
    });
    let clauses: Vec<_> = clauses.collect();
    let each = catalog.iter().zip(&clauses);
    let published = each.map(|(one, clauses)| Ruled {
        id: one.id(),
        group: one.group(),
        clauses,
    });
    let policy = Policy::new(&[], &Defaults::default()).unwrap();
    policy.publish(published, &Publishers::default()).0
}

pub(super) const OPEN: &str = r#"
[collection]
title = "Generation in October"
description = "What was generated, by site and day."
keywords = ["solar", "electricity"]
licence = "CC-BY-4.0"
version = "0.1.2"
contact = "data@example.org"
issued = 2024-11-01
bbox = [-8.2, 49.9, 1.8, 60.9]
datetime = "2024-10-01/2024-10-31"
[catalog]
assurance = "Level2"
created = 2024-10-31
frequency = "monthly"
series = "generation"
series_title = "Generation by month"
version_notes = "A column more."
conforms_to = ["https://registry.example.org/scheme/electricity/standard/generation"]
provenance = "https://data.example.org/how"
[[rule]]
class = "OE-O"
[[field]]
name = "kwh"
unit = "kW.h"
type = "number"
"#;

const SHARED: &str = r#"
[collection]
title = "Readings"
licence = "https://registry.example.org/scheme/electricity/license/readings/1.4"
[catalog]
roles = ["https://registry.example.org/scheme/electricity/role/report-provider"]
[[rule]]
class = "OE-SA"
scopes = ["energy:read"]
"#;

fn two() -> Folder {
    Folder::new(&[
        ("generation.toml", OPEN),
        ("generation.csv", "kwh\n1\n"),
        ("readings.toml", SHARED),
        ("readings.json", "[]"),
    ])
}

fn node(address: &str) -> NamedNodeRef<'_> {
    NamedNodeRef::new(address).unwrap()
}

/// Every value of `property` of `subject`, as N-Triples has it without datatypes and languages.
pub(super) fn values(graph: &Graph, subject: &str, property: NamedNodeRef<'_>) -> Vec<String> {
    let objects = graph.objects_for_subject_predicate(node(subject), property);
    let mut values: Vec<_> = objects
        .map(|object| match object {
            oxrdf::TermRef::Literal(literal) => literal.value().to_owned(),
            other => other.to_string().trim_matches(['<', '>']).to_owned(),
        })
        .collect();
    values.sort();
    values
}

fn subjects<'g>(graph: &'g Graph, class: NamedNodeRef<'g>) -> Vec<String> {
    let found = graph.subjects_for_predicate_object(oxrdf::vocab::rdf::TYPE, class);
    let mut found: Vec<_> = found.map(|subject| subject.to_string()).collect();
    found.sort();
    found
}

use super::vocabulary::{adms, dcat, dcterms, foaf, ib1, schema, spdx};

const GENERATION: &str = "https://data.example.org/v1/collections/generation";
const READINGS: &str = "https://data.example.org/v1/collections/readings";

/// Rows: CON-23, CON-24
#[test]
fn a_record_has_everything_that_a_directory_of_the_trust_framework_wants() {
    let graph = two().graph(Profile::Ib1);
    let value = |property| values(&graph, GENERATION, property);
    for (property, expected) in [
        (dcterms::TITLE, "Generation in October"),
        (dcterms::DESCRIPTION, "What was generated, by site and day."),
        (
            dcterms::PUBLISHER,
            "https://directory.example.org/member/827252",
        ),
        (
            dcterms::LICENSE,
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        (
            ib1::TRUST_FRAMEWORK,
            "https://registry.example.org/trust-framework",
        ),
        (
            ib1::SCHEME,
            "https://registry.example.org/scheme/electricity",
        ),
        (
            ib1::DATASET_ASSURANCE,
            "https://registry.trust.ib1.org/dataset-assurance-level/Level2",
        ),
        (
            ib1::SENSITIVITY_CLASS,
            "https://registry.trust.ib1.org/sensitivity-class/IB1-O",
        ),
        (
            ib1::DATA_SCHEMA,
            "https://data.example.org/v1/collections/generation/csvw",
        ),
        (
            dcterms::CONFORMS_TO,
            "https://registry.example.org/scheme/electricity/standard/generation",
        ),
        (dcat::VERSION, "0.1.2"),
        (dcat::VERSION_NOTES, "A column more."),
        (dcterms::CREATED, "2024-10-31"),
        (dcterms::ISSUED, "2024-11-01"),
        (
            dcat::IN_SERIES,
            "https://data.example.org/v1/catalog#series-generation",
        ),
        (
            dcterms::ACCRUAL_PERIODICITY,
            "http://publications.europa.eu/resource/authority/frequency/MONTHLY",
        ),
        (dcterms::PROVENANCE, "https://data.example.org/how"),
    ] {
        assert_eq!(value(property), [expected], "{property}");
    }
    assert_eq!(value(dcat::KEYWORD), ["electricity", "solar"]);
    assert!(value(ib1::ROLE_REQUIRED_TO_ACCESS).is_empty());

    let shared = |property| values(&graph, READINGS, property);
    assert_eq!(
        shared(ib1::SENSITIVITY_CLASS),
        ["https://registry.trust.ib1.org/sensitivity-class/IB1-SA"]
    );
    assert_eq!(
        shared(ib1::ROLE_REQUIRED_TO_ACCESS),
        ["https://registry.example.org/scheme/electricity/role/report-provider"]
    );
    // Roles that the rule asks for are those that are told.
    let asking = SHARED.replace(
        "scopes =",
        "roles = [\"https://r.example/role/b\"]\nscopes =",
    );
    let folder = Folder::new(&[("readings.toml", &asking), ("readings.json", "[]")]);
    assert_eq!(
        values(
            &folder.graph(Profile::Ib1),
            READINGS,
            ib1::ROLE_REQUIRED_TO_ACCESS
        ),
        ["https://r.example/role/b"]
    );
    // Nobody claims a level for it.
    assert!(shared(ib1::DATASET_ASSURANCE).is_empty());
    // A description is compulsory: the title stands in for it.
    assert_eq!(shared(dcterms::DESCRIPTION), ["Readings"]);
}

#[test]
fn a_distribution_says_what_is_fetched_how_long_it_is_and_what_comes_of_it() {
    let graph = two().graph(Profile::Ib1);
    let file = format!("{GENERATION}#file-generation.csv");
    assert_eq!(values(&graph, GENERATION, dcat::DISTRIBUTION), [&*file]);
    let value = |property| values(&graph, &file, property);
    let download = "https://data.example.org/v1/files/generation.csv";
    for (property, expected) in [
        (dcat::DOWNLOAD_URL, download),
        (dcat::ACCESS_URL, download),
        (dcat::MEDIA_TYPE, "text/csv"),
        (dcat::BYTE_SIZE, "6"),
        (
            dcterms::CONFORMS_TO,
            "https://www.rfc-editor.org/info/rfc4180",
        ),
    ] {
        assert_eq!(value(property), [expected], "{property}");
    }
    let [checksum] = &value(spdx::CHECKSUM)[..] else {
        panic!("one checksum");
    };
    let expected = "8a7c5dbaf0683f710de1ae984f4eb6529bb701738405f572cc65feca59cf83a9";
    assert_eq!(values(&graph, checksum, spdx::CHECKSUM_VALUE), [expected]);
    // Without fields there is no schema to lead to.
    assert!(values(&graph, READINGS, ib1::DATA_SCHEMA).is_empty());
}

#[test]
fn all_of_a_table_is_downloaded_and_one_that_was_not_imported_is_in_no_catalogue() {
    let table = OPEN.replace("[catalog]", "kind = \"records\"\nkey = \"kwh\"\n[catalog]");
    let mut folder = Folder::new(&[("generation.toml", &table)]);
    assert!(subjects(&folder.graph(Profile::Ib1), dcat::DATASET_CLASS).is_empty());
    folder.held.push(Held {
        id: CollectionId::parse("generation").unwrap(),
        group: None,
        kind: Kind::Records,
        metadata: Metadata::default(),
        digest: Some("abc".into()),
        has_data: true,
    });
    let graph = folder.graph(Profile::Ib1);
    for (format, media_type) in [
        ("csv", "text/csv"),
        ("parquet", "application/vnd.apache.parquet"),
    ] {
        let whole = format!("{GENERATION}#items-{format}");
        assert!(values(&graph, GENERATION, dcat::DISTRIBUTION).contains(&whole));
        let download = format!("{GENERATION}/items?f={format}");
        assert_eq!(values(&graph, &whole, dcat::DOWNLOAD_URL), [download]);
        assert_eq!(values(&graph, &whole, dcat::MEDIA_TYPE), [media_type]);
        // It is made when it is asked for.
        assert!(values(&graph, &whole, dcat::BYTE_SIZE).is_empty());
    }
    let services = subjects(&graph, dcat::DATA_SERVICE);
    assert_eq!(services, [format!("<{GENERATION}#service>")]);
}

#[test]
fn nodes_that_others_describe_have_their_classes_where_a_profile_judges_by_them() {
    let folder = two();
    let (ib1, dcat_ap) = (folder.graph(Profile::Ib1), folder.graph(Profile::DcatAp));
    for (class, expected) in [
        (
            dcterms::LICENSE_DOCUMENT,
            vec![
                "<https://creativecommons.org/licenses/by/4.0/>",
                "<https://registry.example.org/scheme/electricity/license/readings/1.4>",
            ],
        ),
        (
            dcterms::FREQUENCY,
            vec!["<http://publications.europa.eu/resource/authority/frequency/MONTHLY>"],
        ),
        (
            dcterms::PROVENANCE_STATEMENT,
            vec!["<https://data.example.org/how>"],
        ),
    ] {
        assert_eq!(subjects(&dcat_ap, class), expected);
        assert!(subjects(&ib1, class).is_empty(), "{class}");
    }
}

/// Rows: CON-25
#[test]
fn a_media_type_is_a_text_for_the_trust_framework_and_an_address_for_dcat_ap() {
    let folder = two();
    let file = format!("{GENERATION}#file-generation.csv");
    let ib1 = folder.graph(Profile::Ib1);
    assert_eq!(values(&ib1, &file, dcat::MEDIA_TYPE), ["text/csv"]);
    assert!(values(&ib1, &file, dcterms::LICENSE).is_empty());
    let dcat_ap = folder.graph(Profile::DcatAp);
    assert_eq!(
        values(&dcat_ap, &file, dcat::MEDIA_TYPE),
        ["https://www.iana.org/assignments/media-types/text/csv"]
    );
    assert_eq!(
        values(&dcat_ap, &file, dcterms::LICENSE),
        ["https://creativecommons.org/licenses/by/4.0/"]
    );
    assert!(values(&dcat_ap, GENERATION, ib1::SENSITIVITY_CLASS).is_empty());
    let publisher = "https://directory.example.org/member/827252";
    assert_eq!(values(&dcat_ap, publisher, foaf::NAME), ["Example Energy"]);
}

#[test]
fn every_form_says_the_same() {
    let folder = two();
    for profile in Profile::ALL {
        let triples: HashSet<Triple> =
            folder.with(|source| source.triples(profile).into_iter().collect());
        for format in Format::ALL {
            let text = folder.written(profile, *format);
            assert_eq!(parsed(*format, &text), triples, "{profile:?} {format:?}");
        }
    }
}

fn parsed(format: Format, text: &str) -> HashSet<Triple> {
    match format {
        Format::Turtle => TurtleParser::new()
            .for_slice(text)
            .map(Result::unwrap)
            .collect(),
        Format::JsonLd => JsonLdParser::new()
            .for_slice(text)
            .map(|quad| Triple::from(quad.unwrap()))
            .collect(),
        Format::RdfXml => RdfXmlParser::new()
            .for_slice(text)
            .map(Result::unwrap)
            .collect(),
    }
}

#[test]
fn what_is_in_no_public_list_or_for_nobody_is_not_in_it() {
    let unlisted = SHARED.replace("[catalog]", "listed = false\n[catalog]");
    let folder = Folder::new(&[
        ("generation.toml", OPEN),
        ("generation.csv", "kwh\n1\n"),
        ("readings.toml", &unlisted),
        ("readings.json", "[]"),
        ("stray.csv", "a\n1\n"),
    ]);
    let text = folder.written(Profile::Ib1, Format::Turtle);
    assert!(text.contains("generation") && !text.contains("readings") && !text.contains("stray"));
}

#[test]
fn what_publishers_write_stays_a_text_in_every_form() {
    let hostile =
        "\"\"\" . <https://evil.example> a ex:Evil # </dcterms:title> & \u{2028} \\\\u0000 @en";
    let written = format!("title = {}", serde_json::to_string(hostile).unwrap());
    let description = OPEN.replace("title = \"Generation in October\"", &written);
    let folder = Folder::new(&[
        ("generation.toml", &description),
        ("generation.csv", "kwh\n"),
    ]);
    for format in Format::ALL {
        let text = folder.written(Profile::Ib1, *format);
        let graph: Graph = parsed(*format, &text).into_iter().collect();
        assert_eq!(
            values(&graph, GENERATION, dcterms::TITLE),
            [hostile],
            "{format:?}"
        );
        assert!(subjects(&graph, dcat::DATASET_CLASS).len() == 1);
    }
}

#[test]
fn names_of_files_are_escaped_in_addresses() {
    let description = OPEN.replace(
        "[catalog]",
        "source = \"Übersicht 2026 <a>.csv\"\n[catalog]",
    );
    let folder = Folder::new(&[
        ("generation.toml", &description),
        ("Übersicht 2026 <a>.csv", "kwh\n"),
    ]);
    let graph = folder.graph(Profile::Ib1);
    let [file] = &values(&graph, GENERATION, dcat::DISTRIBUTION)[..] else {
        panic!("one file");
    };
    assert_eq!(
        values(&graph, file, dcat::DOWNLOAD_URL),
        ["https://data.example.org/v1/files/%C3%9Cbersicht%202026%20%3Ca%3E.csv"]
    );
    assert_eq!(
        values(&graph, file, dcterms::TITLE),
        ["Übersicht 2026 <a>.csv"]
    );
}

#[test]
fn a_deprecated_collection_leads_to_what_takes_its_place_and_back() {
    let old = SHARED.replace(
        "[catalog]",
        "deprecated = 2026-10-01\nsunset = 2027-04-01\nsuccessor = \"generation\"\n[catalog]",
    );
    let folder = Folder::new(&[
        ("generation.toml", OPEN),
        ("generation.csv", "kwh\n1\n"),
        ("readings.toml", &old),
        ("readings.json", "[]"),
    ]);
    let graph = folder.graph(Profile::Ib1);
    assert_eq!(
        values(&graph, READINGS, dcterms::IS_REPLACED_BY),
        [GENERATION]
    );
    assert_eq!(values(&graph, GENERATION, dcterms::REPLACES), [READINGS]);
    assert_eq!(
        values(&graph, GENERATION, dcat::PREVIOUS_VERSION),
        [READINGS]
    );
    assert_eq!(values(&graph, READINGS, schema::EXPIRES), ["2027-04-01"]);
    assert_eq!(values(&graph, READINGS, adms::STATUS).len(), 1);
    let before = Folder {
        now: Timestamp::from_seconds(1_700_000_000),
        ..folder
    };
    assert!(values(&before.graph(Profile::Ib1), READINGS, adms::STATUS).is_empty());
}

#[test]
fn a_publisher_is_written_octet_for_octet() {
    for publisher in [
        "https://directory.example.org/member/827252/",
        "https://Directory.example.org:443/member/%7e1",
    ] {
        let mut folder = two();
        folder.settings.publisher = Some(publisher.parse().unwrap());
        let graph = folder.graph(Profile::Ib1);
        assert_eq!(values(&graph, GENERATION, dcterms::PUBLISHER), [publisher]);
    }
}

#[test]
fn without_a_word_of_the_member_there_is_a_catalogue_all_the_same() {
    let mut folder = two();
    folder.settings = CatalogSettings::default();
    let graph = folder.graph(Profile::Ib1);
    assert!(values(&graph, GENERATION, dcterms::PUBLISHER).is_empty());
    assert_eq!(subjects(&graph, dcat::DATASET_CLASS).len(), 2);
}
