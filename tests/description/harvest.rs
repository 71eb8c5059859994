//! The catalogue in the hands of those who harvest it: rdflib reads its forms, pySHACL judges its records by shapes, and
//! CKAN's own harvester finds each dataset with its files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{process::output, python};

/// A folder with open and shared collections, described as far as a directory wants it.
struct Publisher {
    place: TempDir,
}

const CONFIG: &str = r#"
base_url = "https://data.example.org"
[directory]
issuer = "https://auth.example.org/"
client_id = "example"
[catalog]
title = "Example Energy"
publisher = "https://directory.example.org/member/827252"
publisher_name = "Example Energy"
contact = "data@example.org"
trust_framework = "https://registry.example.org/trust-framework"
scheme = "https://registry.example.org/scheme/electricity"
roles = ["https://registry.example.org/scheme/electricity/role/report-provider"]
"#;

const OPEN: &str = r#"
[collection]
title = "Generation in October"
description = "What was generated,\r\nby site and day: \"kW.h\", <sites> & more: \uFFFE ]]> \u202E \U0001F9EF."
keywords = ["solar", "electricity"]
licence = "CC-BY-4.0"
version = "0.1.2"
issued = 2024-11-01
bbox = [170, -10, -170, 10]
datetime = "2024-10-01/2024-10-31"
[catalog]
assurance = "Level1"
created = 2024-10-31
frequency = "monthly"
series = "generation"
series_title = "Generation by month"
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
description = "Half-hourly readings."
licence = "https://registry.example.org/scheme/electricity/license/readings/1.4"
[catalog]
assurance = "Level1"
conforms_to = ["https://registry.example.org/scheme/electricity/standard/readings"]
[[rule]]
class = "OE-SA"
scopes = ["energy:read"]
"#;

impl Publisher {
    fn new() -> Self {
        let place = TempDir::new().unwrap();
        let publisher = Self { place };
        for folder in ["data", "public", "state"] {
            fs::create_dir(publisher.path(folder)).unwrap();
        }
        let paths = format!(
            "[paths]\nshared_data = '{}'\npublic = '{}'\nstate = '{}'\n",
            publisher.path("data").display(),
            publisher.path("public").display(),
            publisher.path("state").display()
        );
        fs::write(publisher.path("perild.toml"), format!("{CONFIG}{paths}")).unwrap();
        publisher.write("data/generation.toml", OPEN);
        publisher.write("data/generation.csv", "kwh\n1\n");
        publisher.write("data/generation.json", "[{\"kwh\": 1}]");
        publisher.write("data/readings.toml", SHARED);
        publisher.write("data/readings.csv", "time,kwh\n2024-10-01T00:00:00Z,1\n");
        publisher
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_perild"));
        command
            .args(["catalog", "--config"])
            .arg(self.path("perild.toml"))
            .args(arguments);
        command
    }

    /// The catalogue as `perild catalog` prints it, in a file.
    fn catalog(&self, profile: &str, format: &str) -> PathBuf {
        let text = output(&mut self.command(&["--profile", profile, "--format", format]));
        let path = self.path(&format!("{profile}.{format}"));
        fs::write(&path, text).unwrap();
        path
    }

    /// The output of a check, and whether it was passed.
    fn check(&self, arguments: &[&str]) -> (String, bool) {
        let ended = self.command(arguments).output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        (said, ended.status.success())
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/description/harvest")
        .join(name)
}

fn judged(publisher: &Publisher, profile: &str, shapes: &str) -> String {
    let forms = ["ttl", "jsonld", "rdf"].map(|format| publisher.catalog(profile, format));
    let [turtle, json_ld, rdf_xml] = forms.each_ref().map(|path| path.to_str().unwrap());
    let shapes = script(shapes);
    let arguments = [shapes.to_str().unwrap(), turtle, json_ld, rdf_xml];
    python::file(&python::HARVESTERS, &script("rdf.py"), &arguments)
}

/// Everything that `[catalog]` may say beside.
const ALL_OF_CATALOG: &str = r#"[catalog]
version_notes = "A column more."
themes = ["http://publications.europa.eu/resource/authority/data-theme/ENER", "https://example.org/themes#sun"]
sources = ["https://example.org/source"]
provenance = "https://example.org/how-it-is-made"
provenance_record = "https://example.org/provenance.ttl"
quality = "https://example.org/quality.ttl"
schedule = "https://example.org/maintenance"
documentation = ["https://example.org/readings"]
conforms_to = ["https://registry.example.org/scheme/electricity/standard/generation"]
"#;

#[test]
fn rdflib_reads_every_form_alike_and_each_profile_fits_its_shapes() {
    let publisher = Publisher::new();
    let all = OPEN.replace("[catalog]\n", ALL_OF_CATALOG);
    publisher.write("data/generation.toml", &all);
    for (profile, shapes) in [("ib1", "ib1.ttl"), ("dcat-ap", "dcat_ap.ttl")] {
        let count: usize = judged(&publisher, profile, shapes).trim().parse().unwrap();
        assert!(count > 40, "{profile}: {count}");
    }
}

#[test]
fn the_shapes_refuse_a_record_that_lacks_what_they_want() {
    let publisher = Publisher::new();
    let turtle = fs::read_to_string(publisher.catalog("ib1", "ttl")).unwrap();
    let shapes = script("ib1.ttl");
    for (whole, broken) in [
        ("member/827252", "member/827252/"),
        ("sensitivity-class/IB1-SA", "sensitivity-class/IB1-C"),
        ("\"text/csv\"", "\"text/csv\"@en"),
        ("dcat:byteSize", "dcterms:extent"),
        ("ib1:trustFramework", "ib1:framework"),
    ] {
        assert!(turtle.contains(whole), "{whole}");
        publisher.write("broken.ttl", &turtle.replace(whole, broken));
        let path = publisher.path("broken.ttl");
        let script = "import sys; from pyshacl import validate; from rdflib import Graph\n\
            print(validate(Graph().parse(sys.argv[2]), shacl_graph=sys.argv[1], advanced=True)[0])";
        let arguments = [shapes.to_str().unwrap(), path.to_str().unwrap()];
        let said = python::with(&python::HARVESTERS, script, &arguments);
        assert_eq!(said.trim(), "False", "{broken}");
    }
}

#[test]
fn ckan_finds_each_dataset_with_its_files() {
    let publisher = Publisher::new();
    for profile in ["ib1", "dcat-ap"] {
        for (format, form) in [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml")] {
            let path = publisher.catalog(profile, format);
            let arguments = [path.to_str().unwrap(), form, "euro_dcat_ap_3"];
            let said = python::file(&python::CKAN, &script("datasets.py"), &arguments);
            let mut found: Vec<Value> = said
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            found.sort_by_key(|dataset| dataset["title"].to_string());
            assert_eq!(found.len(), 2, "{profile} {format}: {said}");
            assert_eq!(found[0]["title"], "Generation in October");
            assert_eq!(
                found[0]["tags"],
                serde_json::json!(["electricity", "solar"])
            );
            let files = found[0]["resources"].as_array().unwrap();
            let csv = files.iter().find(|file| {
                file["download"] == "https://data.example.org/v1/files/generation.csv"
            });
            let csv = csv.unwrap();
            assert_eq!(csv["size"].to_string().trim_matches('"'), "6");
            let digest = "8a7c5dbaf0683f710de1ae984f4eb6529bb701738405f572cc65feca59cf83a9";
            assert_eq!(csv["hash"], digest);
            assert_eq!(files.len(), 2);
        }
    }
}

#[test]
fn the_check_tells_the_level_and_what_is_missing_and_passes_what_a_directory_takes() {
    let publisher = Publisher::new();
    let (said, is_passed) = publisher.check(&["--check"]);
    assert!(is_passed, "{said}");
    for told in [
        "level   generation claims Level1 and reaches Level1",
        "level   readings claims Level1 and reaches Level1",
        "readings.toml:2: collection.issued: readings: no date of publication is told (D2.2.1), as Level2 wants",
        "promise it has no personal data (D1.4)",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
    publisher.write(
        "data/readings.toml",
        &SHARED.replace("assurance = \"Level1\"\n", ""),
    );
    let (said, is_passed) = publisher.check(&["--check"]);
    assert!(!is_passed, "{said}");
    let told = "readings.toml:6: catalog.assurance: readings: no assurance level is claimed";
    assert!(said.contains(told), "{said}");
    publisher.write("data/readings.toml", SHARED);

    let misspelt = OPEN.replace("name = \"kwh\"", "name = \"kWh\"");
    publisher.write("data/generation.toml", &misspelt);
    let (said, is_passed) = publisher.check(&["--check"]);
    let told =
        "generation.toml:19: field: generation: kWh is no column of generation.csv, which has kwh";
    assert!(is_passed && said.contains(told), "{said}");

    let claims = OPEN.replace("Level1", "Level3");
    publisher.write("data/generation.toml", &claims);
    let (said, is_passed) = publisher.check(&["--check"]);
    assert!(
        !is_passed && said.contains("and Level3 is claimed"),
        "{said}"
    );
}

#[test]
fn what_a_directory_would_refuse_is_an_error_with_its_place() {
    let publisher = Publisher::new();
    let member = "https://directory.example.org/member/827252";
    assert!(publisher.check(&["--member", member]).1);
    let (said, is_passed) = publisher.check(&["--member", &format!("{member}/")]);
    assert!(
        !is_passed && said.contains("differs by a slash at its end"),
        "{said}"
    );
    assert!(said.contains("perild.toml:"), "{said}");

    let (from, to) = ("licence = \"CC-BY-4.0\"", "licence = \"CC-BY-NC-4.0\"");
    publisher.write("data/generation.toml", &OPEN.replace(from, to));
    let (said, is_passed) = publisher.check(&["--check"]);
    assert!(
        !is_passed && said.contains("their licence is not"),
        "{said}"
    );
    publisher.write("data/generation.toml", OPEN);

    // A licence that the scheme does not know, of open data and of shared.
    let config = fs::read_to_string(publisher.path("perild.toml")).unwrap();
    let licences = [
        "https://creativecommons.org/licenses/by/4.0/",
        "https://registry.example.org/scheme/electricity/license/readings/1.4",
    ];
    for (allowed, unknown) in [(licences[0], licences[1]), (licences[1], licences[0])] {
        let allowed = format!("[catalog]\nallowed_licences = [\"{allowed}\"]");
        publisher.write("perild.toml", &config.replace("[catalog]", &allowed));
        let (said, is_passed) = publisher.check(&["--check"]);
        let told = format!("{unknown} is not among catalog.allowed_licences");
        assert!(!is_passed && said.contains(&told), "{said}");
    }
    publisher.write("perild.toml", &config);

    fs::remove_file(publisher.path("data/readings.csv")).unwrap();
    let (said, is_passed) = publisher.check(&["--check"]);
    assert!(!is_passed && said.contains("readings.toml"), "{said}");
    publisher.write("data/stray.csv", "a\n1\n");
    assert!(
        publisher
            .check(&["--check"])
            .0
            .contains("belong to no collection")
    );
}

#[test]
fn what_a_directory_has_taken_is_compared_with_what_is_there_now() {
    let publisher = Publisher::new();
    let taken = publisher.catalog("ib1", "jsonld");
    let taken = taken.to_str().unwrap();
    let (said, is_passed) = publisher.check(&["--against", taken]);
    assert!(is_passed && said.is_empty(), "{said}");
    let (from, to) = ("standard/readings", "standard/readings-2");
    publisher.write("data/readings.toml", &SHARED.replace(from, to));
    let (said, is_passed) = publisher.check(&["--against", taken]);
    assert!(!is_passed && said.contains("conformsTo was"), "{said}");
    assert!(
        said.contains("readings.toml:8: catalog.conforms_to: "),
        "{said}"
    );
    publisher.write("data/readings.toml", SHARED);
    fs::rename(
        publisher.path("data/readings.toml"),
        publisher.path("data/meters.toml"),
    )
    .unwrap();
    fs::rename(
        publisher.path("data/readings.csv"),
        publisher.path("data/meters.csv"),
    )
    .unwrap();
    let (said, is_passed) = publisher.check(&["--against", taken]);
    assert!(
        !is_passed && said.contains("an entry's address must not change"),
        "{said}"
    );
}

#[test]
fn requirements_of_a_scheme_are_met_or_said_to_be_missed() {
    let publisher = Publisher::new();
    let standard = "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n\
        @prefix dcterms: <http://purl.org/dc/terms/> .\n\
        @prefix ib1: <https://registry.core.trust.ib1.org/ns/1.0#> .\n\
        <https://registry.example.org/scheme/electricity/standard/readings> a ib1:SchemeCatalogRequirements ;\n\
        ib1:requiredType dcat:Dataset ;\n\
        ib1:requiredMetadata [ a ib1:RequiredMetadata ; ib1:sensitivityClass ib1:IB1-SA ;\n\
        ib1:roleRequiredToAccess <https://registry.example.org/scheme/electricity/role/report-provider> ;\n\
        dcterms:license <https://registry.example.org/scheme/electricity/license/readings/1.4> ] ;\n\
        ib1:requireAllAndAllowAdditional ib1:roleRequiredToAccess ;\n\
        ib1:requireAbsenceOf ib1:oauthIssuer .\n";
    publisher.write("standard.ttl", standard);
    let path = publisher.path("standard.ttl");
    let path = path.to_str().unwrap();
    let (said, is_passed) = publisher.check(&["--requirements", path]);
    assert!(is_passed && said.is_empty(), "{said}");
    publisher.write(
        "standard.ttl",
        &standard.replace("readings/1.4", "readings/1.5"),
    );
    let (said, is_passed) = publisher.check(&["--requirements", path]);
    assert!(
        !is_passed && said.contains("dc/terms/license lacks"),
        "{said}"
    );
    assert!(
        said.contains("readings.toml:5: collection.licence: "),
        "{said}"
    );
    publisher.write("standard.ttl", "this is no Turtle");
    assert!(!publisher.check(&["--requirements", path]).1);
}

/// Rows: OE-MD-13
#[test]
fn the_ecosystems_own_check_takes_the_metadata_file_of_2021() {
    let publisher = Publisher::new();
    let path = publisher.catalog("ib1", "open-energy");
    let script = "import sys; from ib1.openenergy.support.metadata import load_metadata\n\
        result = load_metadata(file=sys.argv[1])\n\
        assert result.error is None, result\n\
        print(len(result.metadata), result.metadata_records_found, [m.data_sensitivity_class for m in result.metadata])";
    let said = python::run(script, &[path.to_str().unwrap()], Path::new("/dev/null"));
    assert_eq!(said.trim(), "2 2 ['OE-O', 'OE-SA']");
}
