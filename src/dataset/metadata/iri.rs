//! Addresses that others compare octet for octet: they stay as they were written.

use std::{fmt, str::FromStr};

use oxrdf::{NamedNode, NamedNodeRef};
use url::Url;

/// An absolute address of the web, octet for octet as it was written.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Iri(NamedNode);

/// A text that is no [`Iri`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("it is no address; write it as https://host/path, without blanks, user and password")]
pub struct NotAnIri;

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
        let is_of_the_web = Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && text
                    .split_once(':')
                    .is_some_and(|(_, rest)| rest.starts_with("//"))
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        });
        let node = NamedNode::new(text).ok().filter(|_| is_of_the_web);
        node.map(Self).ok_or(NotAnIri)
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
            "https://user:secret@directory.example/",
            "https://user@directory.example/",
        ] {
            assert_eq!(text.parse::<Iri>(), Err(NotAnIri), "{text}");
        }
    }
}
