//! Terms of use, as an SPDX licence expression or as an address.

mod known;

use std::fmt;

use spdx::{Expression, imprecise_license_id};

use super::Iri;
use known::{KNOWN, Known};

/// The terms under which a collection may be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Licence {
    /// Words that are neither of the others: people can read them, machines cannot.
    Other(Box<str>),
    /// An SPDX licence expression, as `CC-BY-4.0`.
    Spdx(Box<str>),
    /// The address of the terms.
    Url(Iri),
}

impl Licence {
    /// Reads `text`, which may be anything.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(address) => Self::Url(address),
            Err(_) if Expression::parse(text).is_ok() => Self::Spdx(text.into()),
            Err(_) => Self::Other(text.into()),
        }
    }

    /// The terms as they were written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Other(text) | Self::Spdx(text) => text,
            Self::Url(address) => address.as_str(),
        }
    }

    /// An address at which the terms can be read (`dct:license`): as it was written, else the one that the licence's own
    /// authors use, else that of SPDX. An expression of several licences has none.
    #[must_use]
    pub fn address(&self) -> Option<Iri> {
        match self {
            Self::Url(address) => Some(address.clone()),
            Self::Spdx(id) if spdx::license_id(id).is_some() => {
                let address = match self.known() {
                    Some(known) => known.address.to_owned(),
                    None => format!("https://spdx.org/licenses/{id}.html"),
                };
                address.parse().ok()
            }
            Self::Spdx(_) | Self::Other(_) => None,
        }
    }

    /// `true` when it is open by the Open Definition 2.1; none where nobody here knows it.
    #[must_use]
    pub fn is_open(&self) -> Option<bool> {
        self.known().map(|known| known.is_open)
    }

    /// `true` when its terms can be read by machines as well.
    #[must_use]
    pub fn is_machine_readable(&self) -> bool {
        let address = self.address();
        address.is_some_and(|address| address.as_str().starts_with(CREATIVE_COMMONS))
    }

    fn known(&self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| match self {
            Self::Other(_) => false,
            Self::Spdx(id) => known.id == &**id,
            Self::Url(address) => known.address == address.as_str(),
        })
    }

    /// The SPDX id that `text` is likely to mean, for a hint.
    #[must_use]
    pub fn nearest(text: &str) -> Option<&'static str> {
        let compact = |text: &str| -> String {
            let kept = text.chars().filter(char::is_ascii_alphanumeric);
            kept.map(|c| c.to_ascii_lowercase()).collect()
        };
        let wanted = compact(text);
        let known = spdx::identifiers::LICENSES.iter();
        known
            .map(|licence| licence.name)
            .find(|name| compact(name) == wanted)
            .or_else(|| {
                let (licence, read) = imprecise_license_id(text)?;
                (read == text.len()).then_some(licence.name)
            })
    }
}

impl fmt::Display for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Creative Commons has its terms as RDF at their addresses.
const CREATIVE_COMMONS: &str = "https://creativecommons.org/";

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Option<String> {
        let address = Licence::parse(text).address()?;
        Some(address.as_str().to_owned())
    }

    #[test]
    fn a_licence_has_the_address_that_its_authors_use_or_that_was_written_octet_for_octet() {
        for (text, expected) in [
            ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
            ("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
            ("MIT", "https://spdx.org/licenses/MIT.html"),
            (
                "https://registry.example/license/2024-09-12",
                "https://registry.example/license/2024-09-12",
            ),
            (
                "https://Registry.example:443/%7ea/../b",
                "https://Registry.example:443/%7ea/../b",
            ),
            ("https://registry.example", "https://registry.example"),
        ] {
            assert_eq!(address(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["CC-BY-4.0 OR ODbL-1.0", "our own terms", ""] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_neither_an_expression_nor_an_address_is_only_words() {
        assert!(matches!(
            Licence::parse("CC-BY-4.0 OR ODbL-1.0"),
            Licence::Spdx(_)
        ));
        for words in [
            "",
            "open",
            "cc-by-4.0 or so",
            "file:///etc/passwd",
            "CC BY 4.0",
            "javascript:alert(1)",
            "https://registry.example/a b",
            "https://user:password@registry.example/terms",
        ] {
            let read = Licence::parse(words);
            assert_eq!(read, Licence::Other(words.into()), "{words}");
        }
    }

    #[test]
    fn a_licence_is_open_or_not_by_its_id_and_by_its_address() {
        for (text, is_open) in [
            ("CC-BY-4.0", Some(true)),
            ("https://creativecommons.org/licenses/by/4.0/", Some(true)),
            ("CC-BY-NC-4.0", Some(false)),
            (
                "https://creativecommons.org/licenses/by-nc/4.0/",
                Some(false),
            ),
            ("https://registry.example/license/1", None),
            ("our own terms", None),
        ] {
            assert_eq!(Licence::parse(text).is_open(), is_open, "{text}");
        }
        assert!(Licence::parse("CC0-1.0").is_machine_readable());
        assert!(!Licence::parse("OGL-UK-3.0").is_machine_readable());
    }

    #[test]
    fn a_licence_that_is_nearly_an_id_has_a_hint() {
        for (text, hint) in [
            ("CC BY 4.0", Some("CC-BY-4.0")),
            ("cc-by-4.0", Some("CC-BY-4.0")),
            ("odbl 1.0", Some("ODbL-1.0")),
            ("our own terms", None),
        ] {
            assert_eq!(Licence::nearest(text), hint, "{text}");
        }
    }
}
