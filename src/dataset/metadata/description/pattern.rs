//! Patterns of the names of columns: `{variable}_{year}`.

use std::collections::BTreeSet;

/// A pattern of names, as `{variable}_{year}`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NamePattern {
    text: Box<str>,
    parts: Vec<Part>,
}

/// A part of a pattern.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Part {
    /// `variable`, or the name of a dimension.
    Name(Box<str>),
    /// Text as it stands.
    Text(Box<str>),
}

impl NamePattern {
    /// Reads a pattern; none when a brace does not fit another, a name is there twice, or two names touch.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut names = BTreeSet::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (before, behind) = rest.split_once('{').unwrap_or((rest, ""));
            if before.contains('}') {
                return None;
            }
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            if behind.is_empty() {
                if rest.contains('{') {
                    return None;
                }
                break;
            }
            let touches = matches!(parts.last(), Some(Part::Name(_)));
            let (name, behind) = behind.split_once('}')?;
            if touches || name.is_empty() || name.contains('{') || !names.insert(name) {
                return None;
            }
            parts.push(Part::Name(name.into()));
            rest = behind;
        }
        let text = text.into();
        (!names.is_empty()).then_some(Self { text, parts })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The names in braces, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(&**name),
            Part::Text(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_tells_names_from_text() {
        let pattern = NamePattern::parse("v_{variable}-{year}.x").unwrap();
        let text = |text: &str| Part::Text(text.into());
        let name = |name: &str| Part::Name(name.into());
        let parts = [
            text("v_"),
            name("variable"),
            text("-"),
            name("year"),
            text(".x"),
        ];
        assert_eq!(pattern.parts(), parts);
        assert_eq!(pattern.names().collect::<Vec<_>>(), ["variable", "year"]);
        for text in [
            "", "plain", "{", "}", "{}", "{a", "a}", "{a}{b}", "{a}_{a}", "{a{b}}", "{a}_{", "{a}}",
        ] {
            assert_eq!(NamePattern::parse(text), None, "{text}");
        }
    }
}
