//! Proof of a decision.

use std::sync::Arc;

use super::{CollectionId, Rule};

/// Proof that a rule lets this caller have this collection.
#[derive(Clone, Debug)]
pub struct Permit {
    collection: CollectionId,
    rule: Arc<Rule>,
}

impl Permit {
    pub(super) fn new(collection: &CollectionId, rule: &Arc<Rule>) -> Self {
        Self {
            collection: collection.clone(),
            rule: Arc::clone(rule),
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
        self.rule.label()
    }
}
