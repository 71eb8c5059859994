//! The rule of one collection, and where it comes from.

use std::fmt;

use super::{Clause, CollectionId};
use crate::token::Scope;

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

    pub(super) fn grants(&self, scope: &Scope) -> bool {
        self.clauses.iter().any(|clause| clause.grants(scope))
    }

    /// The clause that the fewest scope tokens are missing for.
    pub(super) fn nearest(&self, scope: &Scope) -> Option<&Clause> {
        let missing = |clause: &&Clause| {
            let needed = clause.scope().iter();
            needed.filter(|needed| !scope.contains(needed)).count()
        };
        self.clauses.iter().min_by_key(missing)
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
            let class = clause.class().name();
            if clause.scope().is_empty() {
                write!(f, "{or}any active token ({class})")?;
            } else {
                write!(f, "{or}a token with {} ({class})", clause.scope())?;
            }
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
