//! Patterns of `LIKE`: `%` is any text, `_` one character, and a backslash takes either at its word.
//!
//! A pattern is split at its `%`, and its pieces are looked for one after the other, each behind the one before, so that
//! nothing is tried twice. A piece without `_` is found by the standard library's search, which reads a text once; one
//! with `_` is tried at each character, and has few.

use std::fmt;

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The pattern as it was written, with one `%` for several.
    text: Box<str>,
    /// Pieces before, between and behind the `%`; one, if there is none.
    pieces: Vec<Piece>,
}

/// Characters between two `%`.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// Characters, each as it is.
    Plain(Box<str>),
    /// Characters, of which some may be any.
    Open(Box<[Option<char>]>),
}

/// A pattern that is not looked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PatternFault {
    /// A piece that is too long for one with `_`.
    #[error("a pattern has at most {OPEN} characters between two %, if it has a _ there")]
    Long,
}

impl Pattern {
    /// The pattern that `text` is.
    ///
    /// # Errors
    /// [`PatternFault`]
    pub fn new(text: &str) -> Result<Self, PatternFault> {
        let (mut pieces, mut piece, mut whole) = (Vec::new(), Vec::new(), String::new());
        let mut characters = text.chars().peekable();
        let mut was_any = false;
        while let Some(character) = characters.next() {
            let is_any = character == '%';
            if is_any && was_any {
                continue;
            }
            was_any = is_any;
            whole.push(character);
            match character {
                '%' => pieces.push(Piece::new(std::mem::take(&mut piece))?),
                '_' => piece.push(None),
                '\\' => {
                    let escaped = characters.next_if(|next| ['%', '_', '\\'].contains(next));
                    whole.extend(escaped);
                    piece.push(escaped.or(Some('\\')));
                }
                character => piece.push(Some(character)),
            }
        }
        pieces.push(Piece::new(piece)?);
        let text = whole.into();
        Ok(Self { text, pieces })
    }

    /// Texts that begin with `prefix`.
    #[must_use]
    pub fn beginning(prefix: &str) -> Self {
        let mut text = String::new();
        for character in prefix.chars() {
            if ['%', '_', '\\'].contains(&character) {
                text.push('\\');
            }
            text.push(character);
        }
        text.push('%');
        let pieces = vec![Piece::Plain(prefix.into()), Piece::Plain("".into())];
        let text = text.into();
        Self { text, pieces }
    }

    /// True of a text that has the pattern.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else {
            return text.is_empty();
        };
        let Some(behind) = first.strip(text) else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return behind.is_empty();
        };
        let behind = middle
            .iter()
            .try_fold(behind, |behind, piece| piece.find(behind));
        behind.is_some_and(|behind| last.ends(behind))
    }

    /// The begin that all texts with the pattern have.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self.pieces.first() {
            Some(Piece::Plain(text)) => text.to_string(),
            Some(Piece::Open(piece)) => piece.iter().map_while(|character| *character).collect(),
            None => String::new(),
        }
    }

    /// True when each text with the prefix has the pattern.
    #[must_use]
    pub fn is_prefix(&self) -> bool {
        matches!(&*self.pieces, [Piece::Plain(_), Piece::Plain(rest)] if rest.is_empty())
    }
}

/// The pattern as it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Piece {
    fn new(characters: Vec<Option<char>>) -> Result<Self, PatternFault> {
        if let Some(plain) = characters.iter().copied().collect::<Option<String>>() {
            return Ok(Self::Plain(plain.into()));
        }
        if characters.len() > OPEN {
            return Err(PatternFault::Long);
        }
        Ok(Self::Open(characters.into()))
    }

    /// The rest of `text` behind the piece at its begin.
    fn strip<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Plain(plain) => text.strip_prefix(&**plain),
            Self::Open(piece) => {
                let mut characters = text.chars();
                let is_here = piece.iter().all(|expected| {
                    characters
                        .next()
                        .is_some_and(|found| fits(*expected, found))
                });
                is_here.then_some(characters.as_str())
            }
        }
    }

    /// True when `text` has the piece at its end.
    fn ends(&self, text: &str) -> bool {
        match self {
            Self::Plain(plain) => text.ends_with(&**plain),
            Self::Open(piece) => {
                let mut characters = text.chars().rev();
                let mut expected = piece.iter().rev();
                expected.all(|expected| {
                    characters
                        .next()
                        .is_some_and(|found| fits(*expected, found))
                })
            }
        }
    }

    /// The rest of `text` behind the first place that has the piece.
    fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        match self {
            Self::Plain(plain) => {
                let at = text.find(&**plain)?;
                text.get(at + plain.len()..)
            }
            Self::Open(_) => {
                let mut begins = text.char_indices();
                begins.find_map(|(begin, _)| self.strip(text.get(begin..)?))
            }
        }
    }
}

fn fits(expected: Option<char>, found: char) -> bool {
    expected.is_none_or(|expected| expected == found)
}

/// The characters of a piece with open places at most: so often is a character of a text looked at.
const OPEN: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows: CQL-2
    #[test]
    fn texts_have_a_pattern_or_not() {
        for (pattern, has, has_not) in [
            ("", vec![""], vec!["a"]),
            ("%", vec!["", "a", "%"], vec![]),
            ("abc", vec!["abc"], vec!["abcd", "xabc", "ab", "ABC"]),
            (
                "Smith%",
                vec!["Smith", "Smithson"],
                vec!["A Smith", "smith"],
            ),
            ("%son", vec!["son", "Smithson"], vec!["sons"]),
            ("%it%", vec!["it", "Smith"], vec!["i t"]),
            ("a%b%c", vec!["abc", "axxbxxc", "abbcc"], vec!["ac", "acb"]),
            ("ab%ba", vec!["abba"], vec!["aba"]),
            ("_", vec!["a", "é", "%"], vec!["", "ab"]),
            ("a_c%", vec!["abc", "aécd"], vec!["ac", "abd"]),
            ("%a_c%", vec!["xxabcxx", "aacac_c"], vec!["xxacxx"]),
            ("%_a", vec!["xa", "éa"], vec!["a", "ab"]),
            ("__%__", vec!["abcd", "abcde"], vec!["abc"]),
            (r"50\%", vec!["50%"], vec!["50", "500"]),
            (r"a\_b", vec!["a_b"], vec!["acb"]),
            (r"a\b", vec![r"a\b"], vec!["ab"]),
            (r"a\\%", vec![r"a\", r"a\b"], vec!["a%", "ab"]),
            (r"a\", vec![r"a\"], vec!["a"]),
        ] {
            let read = Pattern::new(pattern).unwrap();
            for text in has {
                assert!(read.is_match(text), "{text} has {pattern}");
            }
            for text in has_not {
                assert!(!read.is_match(text), "{text} has not {pattern}");
            }
        }
    }

    #[test]
    fn a_pattern_of_many_wildcards_is_one_and_a_long_piece_is_refused() {
        let many = Pattern::new(&"%".repeat(1_000_000)).unwrap();
        assert_eq!(many.to_string(), "%");
        assert_eq!(many, Pattern::new("%").unwrap());
        assert!(Pattern::new(&"_".repeat(OPEN)).is_ok());
        assert_eq!(Pattern::new(&"_".repeat(OPEN + 1)), Err(PatternFault::Long));
        assert!(Pattern::new(&"a".repeat(100_000)).is_ok());
    }

    /// Rows: CQL-9
    #[test]
    fn a_pattern_made_to_be_slow_is_bounded() {
        let text = "a".repeat(1_000_000);
        for pattern in [
            format!("{}b", "%a".repeat(8_000)),
            format!("%{}b%", "a_".repeat(OPEN / 2 - 1)),
            format!("{}b%", "%_a".repeat(5_000)),
        ] {
            assert!(!Pattern::new(&pattern).unwrap().is_match(&text));
        }
    }

    #[test]
    fn a_prefix_is_what_all_texts_begin_with() {
        for (pattern, prefix, is_prefix) in [
            ("AB%", "AB", true),
            ("AB", "AB", false),
            ("A_B%", "A", false),
            ("%AB", "", false),
            (r"A\%B%", "A%B", true),
            ("%", "", true),
        ] {
            let pattern = Pattern::new(pattern).unwrap();
            assert_eq!(pattern.prefix(), prefix);
            assert_eq!(pattern.is_prefix(), is_prefix, "{pattern}");
        }
    }

    /// The pattern read character by character, with all that may follow tried.
    fn model(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], text) => text.is_empty(),
            (['%', rest @ ..], text) => {
                model(rest, text)
                    || text
                        .split_first()
                        .is_some_and(|(_, text)| model(pattern, text))
            }
            (['\\', escaped @ ('%' | '_' | '\\'), rest @ ..], [first, text @ ..]) => {
                escaped == first && model(rest, text)
            }
            (['_', rest @ ..], [_, text @ ..]) => model(rest, text),
            ([expected, rest @ ..], [first, text @ ..]) => expected == first && model(rest, text),
            (_, []) => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_match_as_a_plain_search_does(
            pattern in r"[ab%_\\é]{0,9}",
            text in r"[ab%_\\é]{0,12}",
        ) {
            let read = Pattern::new(&pattern).unwrap();
            let characters: Vec<char> = pattern.chars().collect();
            let expected = model(&characters, &text.chars().collect::<Vec<_>>());
            prop_assert_eq!(read.is_match(&text), expected);
            prop_assert!(!expected || text.starts_with(&read.prefix()));
            prop_assert_eq!(Pattern::new(&read.to_string()), Ok(read));
            let beginning = Pattern::beginning(&pattern);
            prop_assert_eq!(Pattern::new(&beginning.to_string()), Ok(beginning.clone()));
            prop_assert_eq!(beginning.is_match(&text), text.starts_with(&pattern));
        }
    }
}
