//! Terms of use, as an SPDX licence expression or as an address.

use std::fmt;

use spdx::{Expression, imprecise_license_id};
use url::Url;

/// The terms under which a collection may be used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Licence {
    /// Words that are neither of the others: people can read them, machines cannot.
    Other(Box<str>),
    /// An SPDX licence expression, as `CC-BY-4.0`.
    Spdx(Box<str>),
    /// The address of the terms.
    Url(Url),
}

impl Licence {
    /// Reads `text`, which may be anything.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Self::Url(url),
            _ if Expression::parse(text).is_ok() => Self::Spdx(text.into()),
            _ => Self::Other(text.into()),
        }
    }

    /// The terms as they were written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Other(text) | Self::Spdx(text) => text,
            Self::Url(url) => url.as_str(),
        }
    }

    /// An address at which the terms can be read (`dct:license`); an expression of several licences has none.
    #[must_use]
    pub fn url(&self) -> Option<Url> {
        match self {
            Self::Url(url) => Some(url.clone()),
            Self::Spdx(id) if spdx::license_id(id).is_some() => {
                Url::parse(&format!("https://spdx.org/licenses/{id}.html")).ok()
            }
            Self::Spdx(_) | Self::Other(_) => None,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_an_spdx_expression_or_an_address_and_else_only_words() {
        for (text, url) in [
            ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html"),
            ("OGL-UK-3.0", "https://spdx.org/licenses/OGL-UK-3.0.html"),
            ("ODbL-1.0", "https://spdx.org/licenses/ODbL-1.0.html"),
        ] {
            let licence = Licence::parse(text);
            assert_eq!(licence, Licence::Spdx(text.into()));
            assert_eq!(licence.url().unwrap().as_str(), url);
        }
        let either = Licence::parse("CC-BY-4.0 OR ODbL-1.0");
        assert!(matches!(&either, Licence::Spdx(_)) && either.url().is_none());
        let own = Licence::parse("https://example.org/terms");
        assert_eq!(own.url().unwrap().as_str(), "https://example.org/terms");
        for words in [
            "",
            "open",
            "cc-by-4.0 or so",
            "file:///etc/passwd",
            "CC BY 4.0",
            "javascript:alert(1)",
        ] {
            assert_eq!(
                Licence::parse(words),
                Licence::Other(words.into()),
                "{words}"
            );
        }
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
