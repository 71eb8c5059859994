//! Terms that only a catalogue has of a collection: what it is assured by, conforms to and was made from.

use super::{Iri, Moment};

/// The entry of a collection in a catalogue, as far as its description says it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct CatalogEntry {
    /// The assurance level (`ib1:datasetAssurance`).
    pub assurance: Option<Assurance>,
    /// The scheme's requirements that it meets (`dcterms:conformsTo`).
    pub conforms_to: Vec<Iri>,
    /// The day on which the data came to be (`dcterms:created`).
    pub created: Option<Moment>,
    /// The schema of its files, where the scheme prescribes one (`ib1:dataSchema`).
    pub data_schema: Option<Iri>,
    /// Pages that explain it (`foaf:page`).
    pub documentation: Vec<Iri>,
    /// The OpenAPI document of its API, where the scheme prescribes one (`dcat:endpointDescription`).
    pub endpoint_description: Option<Iri>,
    /// The interval between two versions (`dcterms:accrualPeriodicity`).
    pub frequency: Option<Iri>,
    /// The OpenAPI document of its heartbeat (`ib1:heartbeatDescription`).
    pub heartbeat_description: Option<Iri>,
    /// `true` when the authorization server is named (`ib1:oauthIssuer`).
    pub names_issuer: Option<bool>,
    /// The page that tells how the data came to be (`dcterms:provenance`).
    pub provenance: Option<Iri>,
    /// The same for machines (`prov:has_provenance`).
    pub provenance_record: Option<Iri>,
    /// Measures of quality, for machines (`dqv:hasQualityMetadata`).
    pub quality: Option<Iri>,
    /// Roles any one of which is needed (`ib1:roleRequiredToAccess`).
    pub roles: Vec<Iri>,
    /// The page that says how its availability is maintained.
    pub schedule: Option<Iri>,
    /// The scheme within which it is published (`ib1:scheme`).
    pub scheme: Option<Iri>,
    /// The series of which it is one (`dcat:inSeries`).
    pub series: Option<Series>,
    /// Sources that it was made from (`dcterms:source`).
    pub sources: Vec<Iri>,
    /// Themes (`dcat:theme`).
    pub themes: Vec<Iri>,
    /// The trust framework (`ib1:trustFramework`).
    pub trust_framework: Option<Iri>,
    /// The changes of this version (`dcat:versionNotes`).
    pub version_notes: Option<Box<str>>,
}

/// A series of collections (`dcat:DatasetSeries`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Series {
    /// The last part of its address.
    pub id: Box<str>,
    /// The name for people.
    pub title: Box<str>,
}

/// An assurance level of a dataset.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Assurance(Iri);

impl Assurance {
    /// Reads `Level2`, or the address of a level.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let generic = (1..=HIGHEST).find(|level| text == format!("Level{level}"));
        let address = match generic {
            Some(level) => format!("{GENERIC}{level}"),
            None => text.to_owned(),
        };
        let level = address.parse().ok().map(Self);
        level.filter(|level| level.level().is_some() || !text.starts_with(GENERIC_LEVELS))
    }

    /// The address of the level.
    #[must_use]
    pub fn iri(&self) -> &Iri {
        &self.0
    }

    /// The generic level, from 1 to 4; none of a scheme's own.
    #[must_use]
    pub fn level(&self) -> Option<u8> {
        let name = self.0.as_str().strip_prefix(GENERIC)?;
        (1..=HIGHEST).find(|level| name == level.to_string())
    }
}

/// The highest of the generic levels.
const HIGHEST: u8 = 4;
/// Addresses of the generic levels are below this one.
const GENERIC_LEVELS: &str = "https://registry.trust.ib1.org/dataset-assurance-level/";
/// They begin so (IB1 Generic Dataset Assurance Levels 1.0).
const GENERIC: &str = "https://registry.trust.ib1.org/dataset-assurance-level/Level";

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: CON-24
    #[test]
    fn a_level_is_named_by_its_word_or_by_its_address_and_written_as_an_address() {
        let full = "https://registry.trust.ib1.org/dataset-assurance-level/Level3";
        for text in ["Level3", full] {
            let level = Assurance::parse(text).unwrap();
            assert_eq!((level.iri().as_str(), level.level()), (full, Some(3)));
        }
        let own = Assurance::parse("https://registry.example/levels/gold").unwrap();
        assert_eq!(own.level(), None);
        for text in ["", "Level0", "Level5", "level3", "3", "D3", "Level 3"] {
            assert_eq!(Assurance::parse(text), None, "{text}");
        }
        for none in ["Level5", "Level03", "level3", "Level3/", ""] {
            let address = format!("{GENERIC_LEVELS}{none}");
            assert_eq!(Assurance::parse(&address), None, "{address}");
        }
    }
}
