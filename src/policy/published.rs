//! Collections that bring a rule of their own, in their descriptions.

use super::{Clause, CollectionId, Publishers};

/// One collection that is published, as far as its rule is concerned.
#[derive(Clone, Copy, Debug)]
pub struct Published<'p> {
    /// Its identifier.
    pub id: &'p CollectionId,
    /// The group whose rule holds for it where the configuration has none of its own.
    pub group: Option<&'p CollectionId>,
    /// The rule in its description; empty when that has none.
    pub clauses: &'p [Clause],
}

/// A collection whose description chooses what the configuration does not let it choose: nobody may have it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Withheld {
    /// The collection.
    pub id: CollectionId,
    /// The clause that may not be; none: it may choose no rule at all.
    pub clause: Option<Clause>,
}

impl Withheld {
    /// The fault of the rule `clauses`, if any.
    pub(super) fn of(
        id: &CollectionId,
        clauses: &[Clause],
        publishers: &Publishers,
    ) -> Option<Self> {
        let is_allowed = |clause: &Clause| publishers.classes.contains(&clause.class());
        let clause = clauses.iter().find(|clause| !is_allowed(clause));
        let chooses = !clauses.is_empty() && !publishers.may_choose_rules;
        (chooses || clause.is_some()).then(|| Self {
            id: id.clone(),
            clause: clause.filter(|_| !chooses).cloned(),
        })
    }
}
