//! Proof of a decision.

use super::CollectionId;

/// Proof that a rule lets this caller have this collection.
#[derive(Clone, Debug)]
pub struct Permit {
    collection: CollectionId,
    rule: Box<str>,
}

impl Permit {
    pub(super) fn new(collection: &CollectionId, rule: &str) -> Self {
        Self {
            collection: collection.clone(),
            rule: rule.into(),
        }
    }

    /// The collection that may be read.
    #[must_use]
    pub fn collection(&self) -> &CollectionId {
        &self.collection
    }

    /// The rule that granted, for the log.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }
}
