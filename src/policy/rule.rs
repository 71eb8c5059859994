//! The rule of one collection, and where it comes from.

use std::fmt;

use super::{Applicant, Clause, CollectionId, Lists, clause::Lacks};

/// Rule of one collection: any one clause that holds grants. A rule without any grants nobody.
#[derive(Clone, Debug)]
pub struct Rule {
    clauses: Box<[Clause]>,
    origin: Origin,
    label: Box<str>,
}

/// Place of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The configuration's `[defaults]`.
    Defaults,
    /// The collection's own description.
    Description(CollectionId),
    /// The configuration's `[[datasets]]`, under the name of the collection or of its group.
    Listed(CollectionId),
}

impl Rule {
    pub(super) fn new(clauses: impl Into<Box<[Clause]>>, origin: Origin) -> Self {
        Self {
            clauses: clauses.into(),
            label: origin.to_string().into(),
            origin,
        }
    }

    /// The clauses, any one of which suffices.
    #[must_use]
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Its place.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Its place, as the log says it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// `true` when no token is needed (OE-CLS-2).
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.clauses.iter().any(Clause::is_open)
    }

    pub(super) fn grants(&self, applicant: &Applicant<'_>, lists: &Lists) -> bool {
        let mut clauses = self.clauses.iter();
        clauses.any(|clause| clause.grants(applicant, lists))
    }

    /// The clause for which the least is missing, and what that is.
    pub(super) fn nearest(
        &self,
        applicant: &Applicant<'_>,
        lists: &Lists,
    ) -> Option<(&Clause, Lacks)> {
        let clauses = self.clauses.iter();
        let lacking = clauses.map(|clause| (clause, clause.lacks(applicant, lists)));
        lacking.min_by_key(|(_, lacks)| lacks.len())
    }
}

impl fmt::Display for Rule {
    /// Those who are let in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_open() {
            return f.write_str("everyone, without a token");
        }
        for (index, clause) in self.clauses.iter().enumerate() {
            let or = if index > 0 { ", or " } else { "" };
            write!(f, "{or}{clause}")?;
        }
        if self.clauses.is_empty() {
            f.write_str("nobody")?;
        }
        Ok(())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Defaults => f.write_str("defaults"),
            Self::Description(id) => write!(f, "description of {id}"),
            Self::Listed(id) => write!(f, "dataset {id}"),
        }
    }
}
