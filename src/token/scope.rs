//! Scope: a set of case-sensitive words, RFC 6749 §3.3.

use std::fmt;

use serde::{Deserialize, Deserializer, de};

/// Scope of an access token, a set of scope tokens (RFC 6749 §3.3); empty allows nothing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scope(Box<[Box<str>]>);

impl Scope {
    /// Reads scope tokens parted by spaces; `None` when one has a character outside RFC 6749 §3.3.
    ///
    /// More than one space in a row is borne.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if !token.bytes().all(is_scope_character) {
                return None;
            }
            tokens.push(Box::from(token));
        }
        tokens.sort_unstable();
        tokens.dedup();
        Some(Self(tokens.into_boxed_slice()))
    }

    /// `true` when `token` is among these, byte for byte.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0
            .binary_search_by(|held| held.as_ref().cmp(token))
            .is_ok()
    }

    /// `true` when each scope token of `needed` is among these.
    #[must_use]
    pub fn covers(&self, needed: &Self) -> bool {
        needed.iter().all(|token| self.contains(token))
    }

    /// `true` when nothing is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scope tokens in the order of their bytes.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl<'de> Deserialize<'de> for Scope {
    /// As it stands in a setting, so that it can stand in a challenge as it is.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let refused = || de::Error::custom("a scope has visible ASCII without \" and \\");
        Self::parse(&text).ok_or_else(refused)
    }
}

impl fmt::Display for Scope {
    /// As a `scope` parameter has it: parted by single spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// `NQCHAR` of RFC 6749 appendix A.
fn is_scope_character(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6749_3_3_scope_is_a_case_sensitive_set() {
        let scope = Scope::parse("openid  read:flood openid").unwrap();
        assert!(scope.contains("openid") && scope.contains("read:flood"));
        assert!(!scope.contains("OpenID") && !scope.contains("read") && !scope.contains(""));
        assert_eq!(scope.to_string(), "openid read:flood");
    }

    #[test]
    fn a_scope_covers_what_is_wholly_inside_it() {
        let scope = Scope::parse("a b").unwrap();
        for (needed, covered) in [("", true), ("a", true), ("b a", true), ("a c", false)] {
            assert_eq!(
                scope.covers(&Scope::parse(needed).unwrap()),
                covered,
                "{needed}"
            );
        }
        assert!(!Scope::default().covers(&scope));
    }

    #[test]
    fn rfc6749_3_3_characters_outside_the_grammar_are_no_scope() {
        for text in ["a\tb", "a\"b", "a\\b", "caf\u{e9}", "a\nb", "a\u{7f}"] {
            assert_eq!(Scope::parse(text), None, "{text:?}");
        }
    }
}
