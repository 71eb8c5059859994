//! The rule of one collection, and where it comes from.

use std::fmt;

use super::{Applicant, Clause, CollectionId, Lists, clause::Lacks};

/// Rule of one collection: any one clause that holds grants. A rule without any grants nobody.
#[derive(Clone, Debug)]
pub struct Rule {
    clauses: Box<[Clause]>,
    origin: Origin,
    label: Box<str>,
    /// Each clause in words that name nobody, for records: made once, for each request has one.
    told: Box<[Box<str>]>,
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
        let clauses = clauses.into();
        Self {
            told: clauses.iter().map(|clause| clause.told().into()).collect(),
            clauses,
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

    /// Those who are let in, for everyone: nobody is named.
    #[must_use]
    pub fn told(&self) -> String {
        self.words(Clause::told)
    }

    fn words(&self, of: impl Fn(&Clause) -> String) -> String {
        if self.is_open() {
            return "everyone, without a token".to_owned();
        }
        let clauses: Vec<_> = self.clauses.iter().map(of).collect();
        match clauses.as_slice() {
            [] => "nobody".to_owned(),
            clauses => clauses.join(", or "),
        }
    }

    /// The first clause that lets `applicant` in, by its position.
    pub(super) fn granting(&self, applicant: &Applicant<'_>, lists: &Lists) -> Option<usize> {
        let mut clauses = self.clauses.iter();
        clauses.position(|clause| clause.grants(applicant, lists))
    }

    /// The first clause for which no token is needed, by its position.
    pub(super) fn opening(&self) -> Option<usize> {
        self.clauses.iter().position(Clause::is_open)
    }

    /// The clause at `position`, in words that name nobody.
    pub(super) fn clause_told(&self, position: usize) -> &str {
        self.told.get(position).map_or("", |told| told)
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
    /// Those who are let in, for the operator: by name where the rule names them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(Clause::to_string))
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
