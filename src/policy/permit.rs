//! Proof of a decision.

use std::sync::Arc;

use super::{CollectionId, Rule};

/// Proof that a rule lets this caller have this collection.
///
/// [`Policy`](super::Policy) alone makes one:
///
/// ```
/// use perild::policy::{Class, CollectionId, DatasetRule, Defaults, Policy};
///
/// let open = DatasetRule { name: "tidy".into(), scope: Default::default(), class: Class::Open };
/// let policy = Policy::new(&[open], &Defaults::default()).unwrap();
/// let permit = policy.open(&CollectionId::parse("tidy").unwrap()).unwrap();
/// assert_eq!(permit.collection().as_str(), "tidy");
/// ```
///
/// Neither its fields nor its constructor can be reached from outside:
///
/// ```compile_fail,E0451
/// use perild::policy::{CollectionId, Permit};
///
/// let collection = CollectionId::parse("tidy").unwrap();
/// let permit = Permit { collection, rule: "mine".into(), clause: 0 };
/// ```
///
/// ```compile_fail,E0624
/// use perild::policy::{CollectionId, Permit};
///
/// let permit = Permit::new(&CollectionId::parse("tidy").unwrap(), "mine", 0);
/// ```
///
/// Nor is a judgement without a token a permit:
///
/// ```compile_fail,E0308
/// use perild::{policy::{CollectionId, Denied, Permit, Policy}, token::Scope};
///
/// fn permit(policy: &Policy, id: &CollectionId) -> Result<Permit, Denied> {
///     policy.judge(id, &Scope::default())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Permit {
    collection: CollectionId,
    rule: Arc<Rule>,
    /// Position of the clause that holds.
    clause: usize,
}

impl Permit {
    pub(super) fn new(collection: &CollectionId, rule: &Arc<Rule>, clause: usize) -> Self {
        Self {
            collection: collection.clone(),
            rule: Arc::clone(rule),
            clause,
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

    /// The clause of it that holds, in words that name nobody.
    #[must_use]
    pub fn clause(&self) -> &str {
        self.rule.clause_told(self.clause)
    }
}
