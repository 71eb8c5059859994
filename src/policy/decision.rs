//! The rule that holds for a collection, and whether a token satisfies it.

use std::{collections::HashMap, sync::Arc};

use super::{
    Clause, CollectionId, DatasetRule, Defaults, NotAnId, OpenWithScope, Origin, Permit, Publish,
    Publishers, Rule, collection_id,
};
use crate::token::{BoundToken, Scope};

/// Reason why a rule does not grant.
#[derive(
    Clone, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Denied {
    /// The token's scope does not cover what the collection demands, RFC 6750 §3.1 `insufficient_scope`.
    #[error("{rule} demands the scope {needed}")]
    InsufficientScope {
        /// The rule that was applied.
        rule: Box<str>,
        /// The scope that it demands.
        needed: Scope,
    },
    /// No rule lets anybody have it: to a caller it does not exist.
    #[error("{collection} is not published: no rule holds for it")]
    NotPublished {
        /// The collection.
        collection: CollectionId,
    },
}

/// Reason why the rules of a configuration cannot stand together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Two rules for one collection: which one holds would be a matter of order.
    #[error("the dataset {id} is listed twice")]
    ListedTwice {
        /// The collection.
        id: CollectionId,
        /// Position of the first rule, counted from 0.
        first: usize,
        /// That of the second one.
        second: usize,
    },
    /// A name that no collection can have.
    #[error("the dataset {name:?} cannot be: {reason}")]
    NotAnId {
        /// The name.
        name: String,
        /// Position of its rule, counted from 0.
        index: usize,
        /// The reason why none can have it.
        reason: NotAnId,
    },
    /// A rule that is open and demands a scope.
    #[error("{reason}")]
    OpenWithScope {
        /// Position of the rule, counted from 0; none: `[defaults]`.
        index: Option<usize>,
        /// The fault.
        #[source]
        reason: OpenWithScope,
    },
}

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

/// The rule of each collection.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: HashMap<CollectionId, Arc<Rule>>,
    defaults: Arc<Rule>,
    publish: Publish,
}

impl Policy {
    /// The rules that the configuration lists, those of the perils, and `defaults`.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn new(datasets: &[DatasetRule], defaults: &Defaults) -> Result<Self, PolicyError> {
        let mut rules = HashMap::with_capacity(datasets.len());
        let mut positions = HashMap::with_capacity(datasets.len());
        for (index, dataset) in datasets.iter().enumerate() {
            let id = CollectionId::parse(&dataset.name).map_err(|reason| PolicyError::NotAnId {
                name: dataset.name.clone(),
                index,
                reason,
            })?;
            if let Some(first) = positions.insert(id.clone(), index) {
                let second = index;
                return Err(PolicyError::ListedTwice { id, first, second });
            }
            let clause = Clause::new(dataset.class, dataset.scope.clone())
                .map_err(|reason| open_with_scope(Some(index), reason))?;
            let rule = Rule::new([clause], Origin::Listed(id.clone()));
            rules.insert(id, Arc::new(rule));
        }
        let clause = Clause::new(defaults.class, defaults.scope.clone())
            .map_err(|reason| open_with_scope(None, reason))?;
        let mut policy = Self {
            rules,
            defaults: Arc::new(Rule::new([clause], Origin::Defaults)),
            publish: defaults.publish,
        };
        let (group, perils) = collection_id::perils();
        policy.hold(group, None, &[]);
        for peril in perils {
            policy.hold(peril, Some(group), &[]);
        }
        Ok(policy)
    }

    /// With the rules of the collections that are `published`, within what `publishers` may choose; and those of
    /// them that nobody may have for that.
    ///
    /// A rule in the configuration stands before one in a description: that of the collection, then that of its
    /// group. What has neither is given by the defaults.
    #[must_use]
    pub fn publish<'p>(
        mut self,
        published: impl IntoIterator<Item = Published<'p>>,
        publishers: &Publishers,
    ) -> (Self, Vec<Withheld>) {
        let mut withheld = Vec::new();
        for Published { id, group, clauses } in published {
            match Withheld::of(id, clauses, publishers) {
                Some(refused) if self.listed(id, group).is_none() => {
                    self.rules.insert(id.clone(), nobody(id));
                    withheld.push(refused);
                }
                _ => self.hold(id, group, clauses),
            }
        }
        (self, withheld)
    }

    /// The permit that everyone has for open data; none for shared data (OE-CLS-2).
    #[must_use]
    pub fn open(&self, collection: &CollectionId) -> Option<Permit> {
        let rule = self.rule(collection).filter(|rule| rule.is_open());
        rule.map(|rule| Permit::new(collection, rule))
    }

    /// The permit that `token` earns for shared data.
    ///
    /// # Errors
    /// [`Denied`] with the rule that was applied.
    pub fn decide(&self, token: &BoundToken, collection: &CollectionId) -> Result<Permit, Denied> {
        let rule = self.judge(collection, token.scope())?;
        Ok(Permit::new(collection, rule))
    }

    /// The rule by which a token with `scope` would be let in: the judgement without the permit, for who shows no
    /// token and asks what would be.
    ///
    /// # Errors
    /// [`Denied`] with the rule that was applied.
    pub fn judge(&self, collection: &CollectionId, scope: &Scope) -> Result<&Arc<Rule>, Denied> {
        let rule = self.rule(collection);
        let granting = rule.filter(|rule| rule.grants(scope));
        granting.ok_or_else(|| Denied::by(rule, scope, collection))
    }

    /// The answer to a token with `scope` about a name that no collection has: as the defaults say where everything
    /// is published, and else that there is nothing.
    #[must_use]
    pub fn deny_unknown(&self, scope: &Scope, collection: &CollectionId) -> Denied {
        let by_default = (self.publish == Publish::All).then_some(&self.defaults);
        let refusing = by_default.filter(|rule| !rule.grants(scope));
        Denied::by(refusing, scope, collection)
    }

    /// The rule that holds for `collection`; none when it is not published.
    #[must_use]
    pub fn rule(&self, collection: &CollectionId) -> Option<&Arc<Rule>> {
        let by_default = || (self.publish == Publish::All).then_some(&self.defaults);
        self.rules.get(collection).or_else(by_default)
    }

    /// The rule of what has none of its own.
    #[must_use]
    pub fn defaults(&self) -> &Rule {
        &self.defaults
    }

    /// Collections that there are beside those that have a rule here.
    #[must_use]
    pub fn publishes(&self) -> Publish {
        self.publish
    }

    /// The collection called `name`, if it has a rule here.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&CollectionId> {
        self.rules.get_key_value(name).map(|(id, _)| id)
    }

    /// `true` when the configuration has a rule for exactly `name`.
    #[must_use]
    pub fn lists(&self, name: &str) -> bool {
        let rule = self.rules.get_key_value(name);
        rule.is_some_and(|(id, rule)| *rule.origin() == Origin::Listed(id.clone()))
    }

    /// The collections that have a rule here, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &CollectionId> {
        self.rules.keys()
    }

    /// Gives `id` the rule that holds for it, unless the configuration lists one.
    fn hold(&mut self, id: &CollectionId, group: Option<&CollectionId>, clauses: &[Clause]) {
        let rule = match self.listed(id, group) {
            Some(listed) => Arc::clone(listed),
            None if clauses.is_empty() => Arc::clone(&self.defaults),
            None => Arc::new(Rule::new(clauses, Origin::Description(id.clone()))),
        };
        self.rules.insert(id.clone(), rule);
    }

    /// The configuration's rule for the collection, else for its group.
    fn listed(&self, id: &CollectionId, group: Option<&CollectionId>) -> Option<&Arc<Rule>> {
        let listed = |id: &CollectionId| {
            let rule = self.rules.get(id);
            rule.filter(|rule| matches!(rule.origin(), Origin::Listed(_)))
        };
        listed(id).or_else(|| listed(group?))
    }
}

impl Denied {
    /// The refusal by `rule` of a token with `scope`; without a rule, or with one that lets nobody in, there is nothing.
    fn by(rule: Option<&Arc<Rule>>, scope: &Scope, collection: &CollectionId) -> Self {
        let nearest = rule.and_then(|rule| Some((rule, rule.nearest(scope)?)));
        match nearest {
            Some((rule, clause)) => Self::InsufficientScope {
                rule: rule.label().into(),
                needed: clause.scope().clone(),
            },
            None => Self::NotPublished {
                collection: collection.clone(),
            },
        }
    }
}

impl Withheld {
    /// The fault of the rule `clauses`, if any.
    fn of(id: &CollectionId, clauses: &[Clause], publishers: &Publishers) -> Option<Self> {
        let is_allowed = |clause: &Clause| publishers.classes.contains(&clause.class());
        let clause = clauses.iter().find(|clause| !is_allowed(clause));
        let chooses = !clauses.is_empty() && !publishers.may_choose_rules;
        (chooses || clause.is_some()).then(|| Self {
            id: id.clone(),
            clause: clause.filter(|_| !chooses).cloned(),
        })
    }
}

fn nobody(id: &CollectionId) -> Arc<Rule> {
    Arc::new(Rule::new([], Origin::Description(id.clone())))
}

fn open_with_scope(index: Option<usize>, reason: OpenWithScope) -> PolicyError {
    PolicyError::OpenWithScope { index, reason }
}

#[cfg(test)]
mod tests;
