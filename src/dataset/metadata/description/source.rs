//! The data that a description speaks of: files of its own folder, by name or by a pattern of names.

use std::path::{Component, Path};

use super::Problem;

/// The data that a description names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Source {
    /// A table of a database, `postgres://host/database?table=name`, without user and password.
    Database(Box<str>),
    /// One file or folder, relative to the description's folder.
    Path(Box<str>),
    /// Each file of the folder whose name fits, with `*` for any characters and `?` for one.
    Pattern(Box<str>),
}

impl Source {
    /// Reads a source as it was written.
    ///
    /// # Errors
    /// The [`Problem`] that keeps it from being read.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        if let Some((scheme, rest)) = text.split_once("://") {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let query = rest.split_once('?').map_or("", |(_, query)| query);
            let mut names = query.split('&').filter_map(|pair| pair.split('=').next());
            if authority.contains('@') || names.any(|name| name.starts_with("pass")) {
                return Err(Problem::Credentials);
            }
            if !matches!(scheme, "postgres" | "postgresql") {
                return Err(Problem::SourceElsewhere {
                    scheme: scheme.into(),
                });
            }
            return if names_table(rest) {
                Ok(Self::Database(text.into()))
            } else {
                Err(Problem::SourceNoTable)
            };
        }
        let path = text.strip_prefix("./").unwrap_or(text);
        let path = path.trim_end_matches('/');
        let is_within = !path.is_empty()
            && Path::new(path)
                .components()
                .all(|component| matches!(component, Component::Normal(_)));
        if !is_within {
            return Err(Problem::OutsideFolder {
                source_text: text.into(),
            });
        }
        Ok(if path.contains(['*', '?']) {
            Self::Pattern(path.into())
        } else {
            Self::Path(path.into())
        })
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Database(text) | Self::Path(text) | Self::Pattern(text) => text,
        }
    }

    /// `true` when the file `name` of the folder is meant.
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        match self {
            Self::Database(_) => false,
            Self::Path(path) => **path == *name,
            Self::Pattern(pattern) => fits(pattern, name),
        }
    }
}

/// `true` when an address without its scheme names a table, and nothing else but the demand for TLS.
fn names_table(rest: &str) -> bool {
    let query = rest.split_once('?').map_or("", |(_, query)| query);
    let mut has_table = false;
    let are_known = query.split('&').all(|pair| match pair.split_once('=') {
        Some(("table", name)) => {
            let is_first = !has_table;
            has_table = true;
            is_first && !name.is_empty()
        }
        Some(("sslmode", mode)) => mode == "verify-full",
        _ => false,
    });
    are_known && has_table
}

/// `true` when `name` fits `pattern`; in time that grows with the product of their lengths at most.
fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&character) = name.get(read) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == character => {
                at += 1;
                read += 1;
            }
            _ => {
                // Let the last star take one character more.
                let Some((before, taken)) = star else {
                    return false;
                };
                star = Some((before, taken + 1));
                at = before + 1;
                read = taken + 1;
            }
        }
    }
    pattern
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_source_stays_in_the_folder_of_its_description() {
        for (text, source) in [
            ("meters.csv", Source::Path("meters.csv".into())),
            ("./meters.csv", Source::Path("meters.csv".into())),
            ("tiles/", Source::Path("tiles".into())),
            (
                "postgres://host/db?table=t",
                Source::Database("postgres://host/db?table=t".into()),
            ),
            ("meters-*.csv", Source::Pattern("meters-*.csv".into())),
            (
                "Übersicht 2026.csv",
                Source::Path("Übersicht 2026.csv".into()),
            ),
        ] {
            assert_eq!(Source::parse(text), Ok(source), "{text}");
        }
        for text in [
            "/etc/passwd",
            "..",
            "../a.csv",
            "a/../../b.csv",
            "",
            ".",
            "./",
            "/",
            "././a",
        ] {
            let refused = Source::parse(text);
            assert!(
                matches!(refused, Err(Problem::OutsideFolder { .. })),
                "{text} {refused:?}"
            );
        }
        for (text, problem) in [
            (
                "s3://bucket/prefix/",
                Problem::SourceElsewhere {
                    scheme: "s3".into(),
                },
            ),
            (
                "postgres://host/db?table=t&password=x",
                Problem::Credentials,
            ),
            (
                "postgres://host/db?passfile=/etc/passwd&table=t",
                Problem::Credentials,
            ),
            ("postgres://host/db", Problem::SourceNoTable),
            ("postgres://host/db?table=", Problem::SourceNoTable),
            ("postgres://host/db?table=t&table=u", Problem::SourceNoTable),
            (
                "postgres://host/db?table=t&sslmode=disable",
                Problem::SourceNoTable,
            ),
            (
                "postgres://host/db?table=t&options=-c",
                Problem::SourceNoTable,
            ),
            ("postgres://host/db?query=SELECT 1", Problem::SourceNoTable),
            ("postgres://me:secret@host/db", Problem::Credentials),
        ] {
            assert_eq!(Source::parse(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn a_pattern_takes_the_names_that_fit() {
        for (pattern, name, takes) in [
            ("*.csv", "a.csv", true),
            ("*.csv", ".csv", true),
            ("*.csv", "a.csv.gz", false),
            ("m-????.csv", "m-2026.csv", true),
            ("m-????.csv", "m-26.csv", false),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbX", false),
            ("**", "", true),
        ] {
            assert_eq!(fits(pattern, name), takes, "{pattern} {name}");
        }
        let (pattern, name) = ("*a".repeat(2_000), "a".repeat(20_000) + "b");
        assert!(!fits(&pattern, &name));
    }

    fn plain(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => (0..=name.len()).any(|taken| plain(rest, &name[taken..])),
            (Some((wanted, pattern)), Some((character, name))) => {
                (*wanted == '?' || wanted == character) && plain(pattern, name)
            }
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_take_what_the_plain_rules_take(pattern in "[ab*?]{0,7}", name in "[ab]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(fits(&pattern, &name), plain(&chars(&pattern), &chars(&name)));
        }
    }
}
