//! Text without what does not count: case and accents.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Differences between texts that do not count when they are compared: none, as a rule.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Folding {
    /// Case does not count (`CASEI`).
    pub ignores_case: bool,
    /// Accents do not count (`ACCENTI`).
    pub ignores_accents: bool,
}

impl Folding {
    /// True when all of a text counts.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }

    /// Differences that do not count in one of the two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            ignores_case: self.ignores_case || other.ignores_case,
            ignores_accents: self.ignores_accents || other.ignores_accents,
        }
    }

    /// The text of which all counts. Case is folded by way of capitals, so that `Straße` is `STRASSE` and a final
    /// sigma a sigma.
    #[must_use]
    pub fn apply(self, text: &str) -> Cow<'_, str> {
        if self.is_none() {
            return Cow::Borrowed(text);
        }
        if text.is_ascii() {
            let has_capitals = text.bytes().any(|byte| byte.is_ascii_uppercase());
            return if self.ignores_case && has_capitals {
                Cow::Owned(text.to_ascii_lowercase())
            } else {
                Cow::Borrowed(text)
            };
        }
        let text = if self.ignores_case {
            Cow::Owned(caseless(text))
        } else {
            Cow::Borrowed(text)
        };
        if self.ignores_accents {
            let letters = text
                .nfd()
                .filter(|character| !is_combining_mark(*character));
            return Cow::Owned(letters.nfc().collect());
        }
        text
    }
}

fn caseless(text: &str) -> String {
    let capitals = text.chars().flat_map(char::to_uppercase);
    capitals.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: Folding = Folding {
        ignores_case: true,
        ignores_accents: false,
    };
    const ACCENTS: Folding = Folding {
        ignores_case: false,
        ignores_accents: true,
    };

    /// Rows: CQL-3, CQL-4
    #[test]
    fn texts_are_one_when_only_what_does_not_count_differs() {
        let both = CASE.and(ACCENTS);
        for (folding, one, other, is_one) in [
            (Folding::default(), "a", "A", false),
            (CASE, "Planet", "pLANET", true),
            (CASE, "Straße", "STRASSE", true),
            (CASE, "Οδος", "ΟΔΟΣ", true),
            (CASE, "é", "É", true),
            (CASE, "é", "e", false),
            (ACCENTS, "débárquér", "debarquer", true),
            (ACCENTS, "e\u{301}", "é", true),
            (ACCENTS, "é", "E", false),
            (ACCENTS, "ø", "o", false),
            (both, "PAPÁ", "papa", true),
            (both, "papá", "popo", false),
        ] {
            assert_eq!(
                folding.apply(one) == folding.apply(other),
                is_one,
                "{one} and {other}"
            );
        }
    }

    #[test]
    fn text_of_which_all_counts_is_not_copied() {
        for folding in [Folding::default(), CASE, ACCENTS] {
            assert!(matches!(folding.apply("plain"), Cow::Borrowed(_)));
        }
    }
}
