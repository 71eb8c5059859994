//! Addresses that others compare octet for octet: they stay as they were written.

use std::{fmt, str::FromStr};

use oxrdf::{NamedNode, NamedNodeRef};
use url::Url;

/// An absolute address of the web, octet for octet as it was written.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Iri(NamedNode);

/// Reason why a text is no [`Iri`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotAnIri {
    /// It has a user or a password in it: whoever tells of the text tells of these.
    #[error("an address that everyone reads has neither user nor password in it")]
    Credentials,
    /// It is no address.
    #[error("it is no address; write it as https://host/path, without blanks")]
    Malformed,
}

impl Iri {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The address as a node of RDF.
    #[must_use]
    pub fn node(&self) -> NamedNodeRef<'_> {
        self.0.as_ref()
    }
}

impl FromStr for Iri {
    type Err = NotAnIri;

    fn from_str(text: &str) -> Result<Self, NotAnIri> {
        // `Url` mends what is nearly an address; `NamedNode` takes what the standard has and nothing else.
        let url = Url::parse(text).map_err(|_not_an_address| NotAnIri::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAnIri::Credentials);
        }
        let (_, rest) = text.split_once(':').unwrap_or_default();
        let is_of_the_web = matches!(url.scheme(), "http" | "https") && rest.starts_with("//");
        let node = NamedNode::new(text).ok();
        let node = node.filter(|_| is_of_the_web && url.has_host());
        node.map(Self).ok_or(NotAnIri::Malformed)
    }
}

impl fmt::Display for Iri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_web_stays_as_it_was_written() {
        for text in [
            "https://directory.core.trust.ib1.org/member/827252",
            "https://directory.example",
            "https://DIRECTORY.example/a/../b",
            "http://example.org/%7Eme?a=b#c",
        ] {
            assert_eq!(text.parse::<Iri>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_is_nearly_an_address_is_none() {
        for text in [
            "",
            "directory.example/member/1",
            "https:directory.example",
            "https:directory.example/?a=://",
            "https://",
            "ftp://directory.example/",
            "javascript:alert(1)",
            "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            " https://directory.example/",
            "https://directory.example/a b",
            "https://directory.example/a\nb",
            "https://directory.example/<b>",
            "https://directory.example\\b",
            "data@example.org",
        ] {
            assert_eq!(text.parse::<Iri>(), Err(NotAnIri::Malformed), "{text}");
        }
        for text in [
            "https://user:secret@directory.example/",
            "https://user@directory.example/",
            "https://:secret@directory.example/a b",
            "postgres://user@db.example/",
        ] {
            let refused = text.parse::<Iri>().unwrap_err();
            assert_eq!(refused, NotAnIri::Credentials, "{text}");
        }
    }
}
