//! `[catalog]`: what a member says of itself and of everything that it publishes.

use serde::{Deserialize, Deserializer, de};

use crate::dataset::metadata::{Assurance, Iri, NotAnIri};

/// The catalogue as harvesters find it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CatalogSettings {
    /// The name for people; empty: "Catalogue".
    pub title: String,
    /// Some sentences.
    pub description: String,
    /// The address of this member in the directory, octet for octet.
    #[serde(deserialize_with = "iri")]
    pub publisher: Option<Iri>,
    /// The name of this member.
    pub publisher_name: String,
    /// The contact where a description names none.
    #[serde(deserialize_with = "public")]
    pub contact: String,
    /// The language of titles and descriptions (BCP 47).
    #[serde(deserialize_with = "language")]
    pub language: String,
    /// The trust framework.
    #[serde(deserialize_with = "iri")]
    pub trust_framework: Option<Iri>,
    /// The scheme.
    #[serde(deserialize_with = "iri")]
    pub scheme: Option<Iri>,
    /// The assurance level where a description has none.
    #[serde(deserialize_with = "assurance")]
    pub assurance: Option<Assurance>,
    /// Roles, where a description of shared data has none.
    #[serde(deserialize_with = "iris")]
    pub roles: Vec<Iri>,
    /// Licences that the scheme allows; empty: any.
    #[serde(deserialize_with = "iris")]
    pub allowed_licences: Vec<Iri>,
    /// The OpenAPI document of the heartbeat.
    #[serde(deserialize_with = "iri")]
    pub heartbeat_description: Option<Iri>,
    /// `true` when services of shared data name the authorization server.
    pub names_issuer: bool,
}

impl Default for CatalogSettings {
    fn default() -> Self {
        Self {
            title: String::new(),
            description: String::new(),
            publisher: None,
            publisher_name: String::new(),
            contact: String::new(),
            language: "en".to_owned(),
            trust_framework: None,
            scheme: None,
            assurance: None,
            roles: Vec::new(),
            allowed_licences: Vec::new(),
            heartbeat_description: None,
            names_issuer: true,
        }
    }
}

fn iri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Iri>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    parse(&text).map(Some)
}

fn iris<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Iri>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts.iter().map(|text| parse(text)).collect()
}

/// A text that may be an address, of which everyone is told.
fn public<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.parse::<Iri>() {
        Err(error @ NotAnIri::Credentials) => Err(de::Error::custom(error)),
        Ok(_) | Err(NotAnIri::Malformed) => Ok(text),
    }
}

fn parse<E: de::Error>(text: &str) -> Result<Iri, E> {
    text.parse().map_err(|error| match error {
        NotAnIri::Credentials => E::custom(error),
        NotAnIri::Malformed => {
            E::custom(format!("\"{}\" does not fit: {error}", text.escape_debug()))
        }
    })
}

fn assurance<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Assurance>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        let wanted = "write Level1, Level2, Level3, Level4 or the address of a level";
        let text = text.escape_debug();
        de::Error::custom(format!("\"{text}\" is no assurance level; {wanted}"))
    };
    Assurance::parse(&text).map(Some).ok_or_else(wrong)
}

/// A tag that RDF takes: it would refuse a catalogue that says another one.
fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match oxrdf::Literal::new_language_tagged_literal("", &text) {
        Ok(_) => Ok(text),
        Err(_) => Err(de::Error::custom(format!(
            "\"{}\" is no language; write its tag, as en or cy",
            text.escape_debug()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_password_is_refused_without_a_word_of_it_and_a_plain_one_is_taken() {
        for key in ["contact", "publisher", "scheme"] {
            let read = |address: &str| {
                let text = format!("{key} = \"{address}\"");
                toml::from_str::<CatalogSettings>(&text).map_err(|error| error.message().to_owned())
            };
            read("https://example.org/a").unwrap();
            let said = read("https://me:secret@example.org/a").unwrap_err();
            assert!(
                said.contains("neither user nor password") && !said.contains("secret"),
                "{said}"
            );
        }
        for contact in ["data@example.org", "mailto:data@example.org", "Ask us", ""] {
            let read: CatalogSettings =
                toml::from_str(&format!("contact = \"{contact}\"")).unwrap();
            assert_eq!(read.contact, contact);
        }
    }
}
