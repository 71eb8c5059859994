//! Identifiers of collections: one name space for rules, permits, paths, metrics and logs.

use std::{
    borrow::Borrow,
    fmt,
    sync::{Arc, LazyLock},
};

/// Identifier of a collection, compared byte for byte.
///
/// One path segment of 1 to 200 bytes: no slash or backslash, no control character, no dot at the start. A file's
/// name fits it, with its extension or without.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CollectionId(Arc<str>);

/// A text that is no [`CollectionId`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotAnId {
    /// A character that would end a path segment, or a line.
    #[error("it has {}, which no name may have", .0.escape_default())]
    Character(char),
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// A hidden file, or a way out of the folder.
    #[error("it begins with a dot")]
    LeadingDot,
    /// More bytes than [`CollectionId::MAX_BYTES`].
    #[error("it has more than {} bytes", CollectionId::MAX_BYTES)]
    TooLong,
}

impl CollectionId {
    /// The most bytes that an identifier has.
    pub const MAX_BYTES: usize = 200;

    /// Reads an identifier.
    ///
    /// # Errors
    /// [`NotAnId`].
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        let is_refused = |c: &char| c.is_control() || matches!(c, '/' | '\\');
        if text.is_empty() {
            Err(NotAnId::Empty)
        } else if text.starts_with('.') {
            Err(NotAnId::LeadingDot)
        } else if text.len() > Self::MAX_BYTES {
            Err(NotAnId::TooLong)
        } else if let Some(refused) = text.chars().find(is_refused) {
            Err(NotAnId::Character(refused))
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for CollectionId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for CollectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// `true` when `name` is that of a fixed path, a peril or their group, in any case: no file's collection has it.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let mut reserved = PERILS.iter().chain([&PERILS_GROUP]).chain(&FIXED_PATHS);
    reserved.any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// The group of the perils, and each of them: collections whether they are imported or not.
pub(super) fn perils() -> (&'static CollectionId, &'static [CollectionId]) {
    static IDS: LazyLock<(CollectionId, [CollectionId; 7])> =
        LazyLock::new(|| (fixed(PERILS_GROUP), PERILS.map(fixed)));
    (&IDS.0, &IDS.1)
}

fn fixed(name: &'static str) -> CollectionId {
    CollectionId(name.into())
}

/// The collections of the `ClimateScore` profile.
const PERILS: [&str; 7] = [
    "combinedflood",
    "drought",
    "fire",
    "hail",
    "heat",
    "precip",
    "wind",
];
/// Their group.
const PERILS_GROUP: &str = "perils";
/// The first segment of each fixed path.
const FIXED_PATHS: [&str; 18] = [
    "allperils",
    "catalog",
    "catalog.jsonld",
    "catalog.rdf",
    "catalog.ttl",
    "collections",
    "conformance",
    "docs",
    "healthz",
    "heartbeat",
    "location",
    "me",
    "metadata.json",
    "metadata.yaml",
    "metrics",
    "openapi.json",
    "readyz",
    "v1",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_identifier_is_one_segment_of_a_path() {
        let longest = "a".repeat(CollectionId::MAX_BYTES);
        for text in ["a", "tidy_DYTS01_kWh", "v1.2", "Übersicht 2026", &longest] {
            assert_eq!(CollectionId::parse(text).unwrap().as_str(), text);
        }
        let too_long = format!("{longest}a");
        for (text, expected) in [
            ("", NotAnId::Empty),
            (".", NotAnId::LeadingDot),
            ("..", NotAnId::LeadingDot),
            (".hidden", NotAnId::LeadingDot),
            ("/wind", NotAnId::Character('/')),
            ("a\\b", NotAnId::Character('\\')),
            ("a\nb", NotAnId::Character('\n')),
            ("a\0", NotAnId::Character('\0')),
            ("a\u{85}", NotAnId::Character('\u{85}')),
            (&too_long, NotAnId::TooLong),
        ] {
            assert_eq!(CollectionId::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn case_tells_identifiers_apart() {
        let id = |text| CollectionId::parse(text).unwrap();
        assert_ne!(id("tidy"), id("Tidy"));
        assert_eq!(id("tidy"), id("tidy"));
    }

    #[test]
    fn names_of_paths_and_perils_are_reserved_in_any_case() {
        for name in ["docs", "wind", "perils", "Wind", "V1", "openapi.json"] {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["tidy", "wind.csv", "winds", "docs.csv", ""] {
            assert!(!is_reserved(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(text in "\\PC{0,220}") {
            if let Ok(id) = CollectionId::parse(&text) {
                prop_assert_eq!(id.as_str(), &text);
                prop_assert!(!text.contains(['/', '\\']) && !text.starts_with('.'));
            }
        }
    }
}
