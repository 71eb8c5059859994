//! Names that are compared octet for octet, and the provider's lists of them.

use std::fmt;

/// Names, each once, found by halving.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Names(Box<[Box<str>]>);

/// The provider's own lists, which hold for all collections.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Lists {
    /// Clients, organisations, members, applications and accounts that get nothing that is not open.
    pub blocked: Names,
    /// Clients and organisations that the provider has approved.
    pub approved: Names,
    /// Beginnings of the scopes that are licences of the registry.
    pub licence_prefixes: Names,
}

impl Names {
    /// `true` when `name` is one of them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.binary_search_by(|one| (**one).cmp(name)).is_ok()
    }

    /// `true` when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names, in order of their octets.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// The number of them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// One name a line; empty lines and those that begin with `#` say nothing.
    #[must_use]
    pub fn of_lines(text: &str) -> Self {
        let lines = text.lines().map(str::trim);
        let names = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        names.map(Box::from).collect()
    }
}

impl Lists {
    /// `true` when `scope` is a licence of the registry.
    pub(super) fn is_licence(&self, scope: &str) -> bool {
        let mut prefixes = self.licence_prefixes.iter();
        prefixes.any(|prefix| scope.starts_with(prefix))
    }
}

impl FromIterator<Box<str>> for Names {
    fn from_iter<T: IntoIterator<Item = Box<str>>>(names: T) -> Self {
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        Self(names.into())
    }
}

impl fmt::Display for Names {
    /// The first few, and how many more.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.iter().take(SHOWN).enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}", name.escape_debug())?;
        }
        match self.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_a_name_a_line_and_remarks() {
        let names = Names::of_lines("# withdrawn\n\nhttps://b.example/\r\n  bank \nbank\n#x");
        assert_eq!(names.to_string(), "bank, https://b.example/");
        assert!(names.contains("bank"));
        for other in ["Bank", "bank ", "", "#x", "https://b.example"] {
            assert!(!names.contains(other), "{other}");
        }
        let many: Names = (0..7).map(|n| n.to_string().into()).collect();
        assert_eq!(many.to_string(), "0, 1, 2, 3, 4 and 2 more");
    }
}
