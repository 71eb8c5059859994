//! Reasons why a request for rows of a table is not answered.

use std::borrow::Cow;

use crate::dataset::Kind;

/// Fault of a request for rows, or of the table that it is asked of.
#[derive(
    Clone, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Refused {
    /// The first import of the collection has not ended yet.
    #[error("the data of this collection are being imported for the first time")]
    BeingImported,
    /// A filter that is no CQL2, or none on these columns.
    #[error("the filter cannot be read {reason}")]
    Filter {
        /// The place and the fault.
        reason: Box<str>,
    },
    /// A page of rows that are no longer there.
    #[error("the rows have been replaced since the page before this one; begin again without next")]
    Gone,
    /// A parameter is not what it must be.
    #[error("{parameter} must be {expected}")]
    Malformed {
        /// The parameter, by our own name.
        parameter: Cow<'static, str>,
        /// The form that it must have.
        expected: Cow<'static, str>,
    },
    /// The collection was never imported.
    #[error("the data of this collection have not been imported yet")]
    NoData,
    /// No row has the key.
    #[error("no item of this collection has that key")]
    NoItem,
    /// The collection has no such resource, which collections of other kinds have.
    #[error("this collection is of the kind {}, which has {}", .kind.name(), .kind.resources())]
    OtherKind {
        /// The kind of the collection.
        kind: Kind,
    },
    /// More of something than one answer may have, where nobody counts how many.
    #[error(
        "the answer would have more than {limit} {what}: ask for less time, or for fewer series"
    )]
    TooMany {
        /// Its name.
        what: &'static str,
        /// The number that it may have.
        limit: u64,
    },
    /// A parameter stands more than once.
    #[error("the query must be a list in which each name stands once")]
    Twice,
    /// A name that does not exist.
    #[error("{at} is not known{}; known are {known}", meant(.nearest.as_deref()))]
    Unknown {
        /// Its place.
        at: Cow<'static, str>,
        /// The one that was probably meant.
        nearest: Option<Box<str>>,
        /// Those that exist.
        known: Box<str>,
    },
    /// The table lies on the disk and cannot be read.
    #[error("the table cannot be read")]
    Unreadable,
}

impl Refused {
    /// The parameter of our own name `parameter` is not `expected`.
    pub(crate) fn malformed(
        parameter: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Malformed {
            parameter: parameter.into(),
            expected: expected.into(),
        }
    }

    /// The name `given` at `at` is none of `known`; the nearest of them is told.
    pub(super) fn unknown<'k>(
        at: impl Into<Cow<'static, str>>,
        given: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) -> Self {
        let listed: Vec<_> = known.clone().take(MOST_LISTED).collect();
        Self::Unknown {
            at: at.into(),
            nearest: crate::policy::nearest(given, known).map(Into::into),
            known: listed.join(", ").into(),
        }
    }
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!(", perhaps {nearest} was meant")
    })
}

/// Names that a refusal lists.
const MOST_LISTED: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_near_one_that_exists_is_told_it() {
        let unknown = |given| {
            let known = ["brand", "colour", "year"];
            Refused::unknown("a parameter of the query", given, known.into_iter()).to_string()
        };
        assert_eq!(
            unknown("color"),
            "a parameter of the query is not known, perhaps colour was meant; known are brand, colour, year"
        );
        assert_eq!(
            unknown("zzzzzz"),
            "a parameter of the query is not known; known are brand, colour, year"
        );
    }
}
