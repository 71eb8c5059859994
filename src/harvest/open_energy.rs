//! The metadata file of Open Energy, in its form of 2021: one list, whose items say content, access, transport and
//! representation (OE-MD-1 to OE-MD-12).
//!
//! Its rule language was withdrawn in 2024 and nothing here reads it: open data are granted under their licence, and of
//! shared data the file says that membership alone is not enough.

use std::io::{self, Write};

use serde::Serializer as _;
use serde_json::{Map, Serializer, Value, json};

use super::{
    Source,
    record::{CSV, Record},
};
use crate::dataset::{Kind, metadata::Moment};

impl Source<'_> {
    /// Writes the metadata file to `out` as JSON, which is YAML 1.2 as well, and a line's end.
    ///
    /// # Errors
    /// What `out` says.
    pub fn write_open_energy(self, mut out: impl Write) -> io::Result<()> {
        let mut json = Serializer::pretty(&mut out);
        json.collect_seq(self.records().map(|record| item(&record)))?;
        out.write_all(b"\n")
    }
}

fn item(record: &Record<'_>) -> Value {
    json!({
        "content": content(record),
        "access": [access(record)],
        "transport": {"http": transport(record)},
        "representation": representation(record),
    })
}

fn content(record: &Record<'_>) -> Value {
    let metadata = record.metadata();
    let or_title = metadata.description.as_deref();
    let notes = record.entry().version_notes.as_deref();
    let keywords: Vec<_> = metadata.keywords.iter().map(AsRef::as_ref).collect();
    let mut content = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "oe": "http://energydata.org.uk/oe/terms/",
        },
        "@id": record.address,
        "@type": "dcat:Dataset",
        "dct:title": record.title(),
        "dct:description": or_title.unwrap_or(record.title()),
        "dcat:version": metadata.version.as_deref().unwrap_or(FIRST_VERSION),
        "dcat:versionNotes": notes.unwrap_or(NO_NOTES),
        "dcat:keyword": keywords,
        "oe:sensitivityClass": record.class.name(),
        "oe:dataSetStableIdentifier": record.collection.id().as_str(),
    });
    if let (Some(content), Some(licence)) = (content.as_object_mut(), record.licence()) {
        let licence = json!({"@id": licence.as_str()});
        content.insert("dct:license".to_owned(), licence);
    }
    content
}

/// Open data have a rule without conditions, which grants what their licence does (OE-MD-8).
fn access(record: &Record<'_>) -> Value {
    let rule = if record.is_open() {
        format!("grants open:{}", capability(record))
    } else {
        "oe:member grants oe:use_any".to_owned()
    };
    let metadata = record.metadata();
    let day = |moment: Moment| moment.to_string();
    let from = metadata.issued.or(metadata.modified).map(day);
    let until = metadata.lifecycle.sunset.map(day);
    json!({
        "rule": rule,
        "sufficient": record.is_open(),
        "appliesFrom": from.as_deref().unwrap_or("2021-01-01"),
        "appliesTo": until.as_deref().unwrap_or("9999-12-31"),
    })
}

/// The licence as the file names capabilities: lower case, with an underscore for each hyphen.
fn capability(record: &Record<'_>) -> String {
    let licence = record.metadata().licence.as_ref();
    let text = licence.map_or("licence", |licence| licence.text());
    let is_id = text
        .bytes()
        .all(|octet| octet.is_ascii_alphanumeric() || b"-.".contains(&octet));
    if is_id {
        text.to_ascii_lowercase().replace('-', "_")
    } else {
        "licence".to_owned()
    }
}

fn transport(record: &Record<'_>) -> Value {
    let files = record.files().iter().map(|file| {
        let download = record.download(file);
        let path = download
            .strip_prefix(record.source.base_url)
            .unwrap_or(&download);
        let essence = file.media_type.essence();
        (path.to_owned(), operation(&file.name, essence))
    });
    let api = record.has_api().then(|| {
        let address = &record.address;
        let path = address
            .strip_prefix(record.source.base_url)
            .unwrap_or(address);
        let summary =
            "The collection, with the addresses at which it is asked for parts of its data";
        (path.to_owned(), operation(summary, "application/json"))
    });
    let paths: Map<_, _> = files.chain(api).collect();
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": record.title(),
            "version": record.metadata().version.as_deref().unwrap_or(FIRST_VERSION),
        },
        "servers": [{"url": record.source.base_url}],
        "paths": paths,
        "externalDocs": {"url": record.source.address("/openapi.json")},
    })
}

fn operation(summary: &str, media_type: &str) -> Value {
    json!({"get": {
        "summary": summary,
        "responses": {"200": {
            "description": "What was asked for",
            "content": {media_type: {}},
        }},
    }})
}

/// The media type of the first file; the columns beside it where it is a table (OE-MD-12).
fn representation(record: &Record<'_>) -> Value {
    let first = record.files().first();
    let essence = first.map_or("application/json", |file| file.media_type.essence());
    let mut representation = json!({"mime": essence});
    let is_table = essence == CSV && record.collection.kind() == Kind::Files;
    let columns = record.source.csvw(record.collection.id().as_str());
    if let (Some(members), Some(columns), true) =
        (representation.as_object_mut(), columns, is_table)
    {
        members.insert("csvw".to_owned(), columns);
    }
    representation
}

const FIRST_VERSION: &str = "1.0.0";
const NO_NOTES: &str = "No notes.";
