//! `datapackage.json`, Frictionless Data Package versions 1 and 2: what lies beside the data and speaks of them.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::Value;

use super::findings::{Findings, FoundField, FoundUnit, PackageFacts};
use crate::dataset::metadata::FieldType;

/// A package that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The file is not of the form of a package.
    #[error("{} is no data package: {reason}; correct it or move it away", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The reader's own words.
        reason: serde_json::Error,
    },
    /// The file is longer than any package.
    #[error("{} has more than {MOST_BYTES} bytes; move it away", .0.display())]
    TooLong(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

#[derive(Deserialize)]
struct Package {
    #[serde(flatten)]
    facts: Facts,
    #[serde(default)]
    contributors: Vec<Contributor>,
    #[serde(default)]
    resources: Vec<Resource>,
}

/// Members that a package and a resource both may have.
#[derive(Default, Deserialize)]
struct Facts {
    title: Option<String>,
    description: Option<String>,
    version: Option<Value>,
    created: Option<String>,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    licenses: Vec<License>,
}

#[derive(Deserialize)]
struct License {
    name: Option<String>,
    path: Option<String>,
    title: Option<String>,
}

#[derive(Deserialize)]
struct Contributor {
    title: Option<String>,
    organization: Option<String>,
    email: Option<String>,
    path: Option<String>,
    role: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

#[derive(Deserialize)]
struct Resource {
    path: Option<Paths>,
    #[serde(flatten)]
    facts: Facts,
    /// A schema may be an address, which is not followed.
    schema: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Paths {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    fields: Vec<SchemaField>,
    #[serde(default, rename = "missingValues")]
    missing_values: Vec<Value>,
}

#[derive(Deserialize)]
struct SchemaField {
    name: String,
    #[serde(rename = "type")]
    field_type: Option<String>,
    title: Option<String>,
    description: Option<String>,
    unit: Option<String>,
}

/// Adds what a package beside `data` says of them; it stands before what was guessed.
pub(super) fn add(data: &Path, findings: &mut Findings) -> Result<(), PackageError> {
    let path = data.with_file_name("datapackage.json");
    let Some(package) = read(&path)? else {
        return Ok(());
    };
    let name = data.file_name().unwrap_or_default().to_string_lossy();
    let is_meant =
        |resource: &Resource| resource.path.as_ref().is_some_and(|path| path.names(&name));
    let Some(resource) = package.resources.iter().find(|resource| is_meant(resource)) else {
        findings.note(format!(
            "datapackage.json lies here and does not speak of {name}"
        ));
        return Ok(());
    };
    findings.package = facts(&package, resource);
    let schema = resource
        .schema
        .clone()
        .and_then(|schema| Schema::deserialize(schema).ok());
    if let Some(schema) = schema {
        let missing = schema.missing_values.iter().filter_map(Value::as_str);
        findings.package.missing = missing.map(str::to_owned).collect();
        schema
            .fields
            .iter()
            .for_each(|field| add_field(&mut findings.fields, field));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Option<Package>, PackageError> {
    let unreadable = |source| PackageError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file.map_err(unreadable)?,
    };
    let mut text = Vec::new();
    let mut file = file.take(MOST_BYTES + 1);
    let length = file.read_to_end(&mut text).map_err(unreadable)?;
    if u64::try_from(length).is_ok_and(|length| length > MOST_BYTES) {
        return Err(PackageError::TooLong(path.to_owned()));
    }
    let package = serde_json::from_slice(&text).map_err(|reason| PackageError::Malformed {
        path: path.to_owned(),
        reason,
    })?;
    Ok(Some(package))
}

/// The resource's own words, else the package's.
fn facts(package: &Package, resource: &Resource) -> PackageFacts {
    let (own, all) = (&resource.facts, &package.facts);
    let version = own.version.as_ref().or(all.version.as_ref());
    let publisher = package.contributor("publisher");
    let licences = if own.licenses.is_empty() {
        &all.licenses
    } else {
        &own.licenses
    };
    PackageFacts {
        title: own.title.clone().or_else(|| all.title.clone()),
        description: own.description.clone().or_else(|| all.description.clone()),
        keywords: if own.keywords.is_empty() {
            all.keywords.clone()
        } else {
            own.keywords.clone()
        },
        licence: licences.first().and_then(License::text),
        version: version.map(|version| {
            version
                .as_str()
                .map_or_else(|| version.to_string(), str::to_owned)
        }),
        publisher: publisher.and_then(Contributor::name),
        contact: package.contributors.iter().find_map(Contributor::address),
        issued: own.created.clone().or_else(|| all.created.clone()),
        missing: Vec::new(),
    }
}

fn add_field(fields: &mut Vec<FoundField>, said: &SchemaField) {
    let known = fields.iter().position(|field| field.name == said.name);
    let position = known.unwrap_or(fields.len());
    if known.is_none() {
        let name = said.name.clone();
        fields.push(FoundField {
            name,
            ..FoundField::default()
        });
    }
    let Some(field) = fields.get_mut(position) else {
        return;
    };
    let field_type = said.field_type.as_deref().and_then(field_type);
    field.field_type = field_type.or(field.field_type);
    field.title.clone_from(&said.title);
    field.definition.clone_from(&said.description);
    if let Some(unit) = &said.unit {
        field.unit = FoundUnit::Said(unit.clone());
    }
}

fn field_type(frictionless: &str) -> Option<FieldType> {
    match frictionless {
        "boolean" => Some(FieldType::Boolean),
        "date" => Some(FieldType::Date),
        "datetime" => Some(FieldType::DateTime),
        "geojson" | "geopoint" => Some(FieldType::Geometry),
        "integer" | "year" => Some(FieldType::Integer),
        "number" => Some(FieldType::Number),
        "duration" | "string" | "time" | "yearmonth" => Some(FieldType::String),
        _ => None,
    }
}

impl Paths {
    fn names(&self, file: &str) -> bool {
        let is = |path: &String| path.strip_prefix("./").unwrap_or(path) == file;
        match self {
            Self::One(path) => is(path),
            Self::Several(paths) => paths.iter().any(is),
        }
    }
}

impl License {
    fn text(&self) -> Option<String> {
        let text = self.name.as_ref().or(self.path.as_ref());
        text.or(self.title.as_ref()).cloned()
    }
}

impl Package {
    fn contributor(&self, role: &str) -> Option<&Contributor> {
        let has_role = |one: &&Contributor| {
            one.role.as_deref() == Some(role) || one.roles.iter().any(|own| own == role)
        };
        self.contributors.iter().find(has_role)
    }
}

impl Contributor {
    fn name(&self) -> Option<String> {
        self.organization.clone().or_else(|| self.title.clone())
    }

    fn address(&self) -> Option<String> {
        self.email.clone().or_else(|| self.path.clone())
    }
}

const MOST_BYTES: u64 = 4 * 1024 * 1024;
