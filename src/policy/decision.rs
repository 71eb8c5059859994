//! The rule that holds for a collection, and whether a token satisfies it.

use std::{collections::HashMap, sync::Arc};

use super::{
    Applicant, Clause, CollectionId, Conditions, DatasetRule, Defaults, Denied, Lacks, Lists,
    OpenWithDemands, Origin, Permit, PolicyError, Publish, Published, Publishers, Rule, Unmet,
    Withheld, collection_id,
};
use crate::{
    clock::Timestamp,
    token::{BoundToken, Scope},
};

/// The rule of each collection.
#[derive(Clone, Debug)]
pub struct Policy {
    rules: HashMap<CollectionId, Arc<Rule>>,
    defaults: Arc<Rule>,
    publish: Publish,
    lists: Lists,
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
            let clause = Clause::new(dataset.class, dataset.scope.clone(), Conditions::default())
                .map_err(|reason| open_with_demands(Some(index), reason))?;
            let rule = Rule::new([clause], Origin::Listed(id.clone()));
            rules.insert(id, Arc::new(rule));
        }
        let clause = Clause::new(
            defaults.class,
            defaults.scope.clone(),
            Conditions::default(),
        )
        .map_err(|reason| open_with_demands(None, reason))?;
        let mut policy = Self {
            rules,
            defaults: Arc::new(Rule::new([clause], Origin::Defaults)),
            publish: defaults.publish,
            lists: Lists::default(),
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

    /// With the provider's own lists of those who are blocked and approved.
    #[must_use]
    pub fn with_lists(self, lists: Lists) -> Self {
        Self { lists, ..self }
    }

    /// The permit that everyone has for open data; none for shared data (OE-CLS-2).
    #[must_use]
    pub fn open(&self, collection: &CollectionId) -> Option<Permit> {
        let rule = self.rule(collection)?;
        let clause = rule.opening()?;
        Some(Permit::new(collection, rule, clause))
    }

    /// The permit that `token` earns for shared data at `now`.
    ///
    /// # Errors
    /// [`Denied`] with the rule that was applied.
    pub fn decide(
        &self,
        token: &BoundToken,
        collection: &CollectionId,
        now: Timestamp,
    ) -> Result<Permit, Denied> {
        let (rule, clause) = self.grant(collection, &Applicant::of(token, now))?;
        Ok(Permit::new(collection, rule, clause))
    }

    /// The rule by which `applicant` would be let in: the judgement without the permit, for who shows no token and
    /// asks what would be. Who is blocked is let in by none that is not open.
    ///
    /// # Errors
    /// [`Denied`] with the rule that was applied.
    pub fn judge(
        &self,
        collection: &CollectionId,
        applicant: &Applicant<'_>,
    ) -> Result<&Arc<Rule>, Denied> {
        Ok(self.grant(collection, applicant)?.0)
    }

    /// The rule by which `applicant` is let in, and the position of the clause that holds.
    fn grant(
        &self,
        collection: &CollectionId,
        applicant: &Applicant<'_>,
    ) -> Result<(&Arc<Rule>, usize), Denied> {
        let Some(rule) = self.rule(collection) else {
            return Err(self.denied(None, applicant, collection));
        };
        if !rule.is_open() {
            self.is_not_blocked(applicant)?;
        }
        match rule.granting(applicant, &self.lists) {
            Some(clause) => Ok((rule, clause)),
            None => Err(self.denied(Some(rule), applicant, collection)),
        }
    }

    /// Scopes and conditions that `applicant` lacks for each clause of `rule`.
    #[must_use]
    pub fn lacks(&self, rule: &Rule, applicant: &Applicant<'_>) -> Vec<Lacks> {
        let clauses = rule.clauses().iter();
        clauses
            .map(|clause| clause.lacks(applicant, &self.lists))
            .collect()
    }

    /// Refuses whom the provider's list names, whatever is asked for.
    ///
    /// # Errors
    /// [`Denied::Blocked`].
    pub fn is_not_blocked(&self, applicant: &Applicant<'_>) -> Result<(), Denied> {
        let blocked = &self.lists.blocked;
        let mut names = applicant.names().filter(|_| !blocked.is_empty());
        let name = names.find(|name| blocked.contains(name));
        name.map_or(Ok(()), |name| Err(Denied::Blocked { name: name.into() }))
    }

    /// The answer to `applicant` about a name that no collection has: as the defaults say where everything is
    /// published, and else that there is nothing.
    #[must_use]
    pub fn deny_unknown(&self, applicant: &Applicant<'_>, collection: &CollectionId) -> Denied {
        let by_default = (self.publish == Publish::All).then_some(&self.defaults);
        let refusing = by_default.filter(|rule| rule.granting(applicant, &self.lists).is_none());
        self.denied(refusing, applicant, collection)
    }

    /// The refusal by `rule`; without a rule, or with one that lets nobody in, there is nothing.
    fn denied(
        &self,
        rule: Option<&Arc<Rule>>,
        applicant: &Applicant<'_>,
        collection: &CollectionId,
    ) -> Denied {
        let nearest = rule.and_then(|rule| Some((rule, rule.nearest(applicant, &self.lists)?)));
        let Some((rule, (clause, lacks))) = nearest else {
            return Denied::NotPublished {
                collection: collection.clone(),
            };
        };
        let (rule, needed) = (rule.label().into(), clause.scope_with_licence());
        if lacks.conditions.is_empty() {
            return Denied::InsufficientScope { rule, needed };
        }
        let lacks_licence = |unmet: &Unmet| matches!(unmet, Unmet::Licence(_));
        let is_scope = !lacks.scopes.is_empty() || lacks.conditions.iter().any(lacks_licence);
        Denied::Conditions {
            rule,
            unmet: lacks.conditions,
            needed: is_scope.then_some(needed),
        }
    }

    /// The licence of the registry that a token of this scope carries; none where it carries none, or several.
    #[must_use]
    pub fn licence_of<'s>(&self, scope: &'s Scope) -> Option<&'s str> {
        let is_licence = |scope: &&str| self.lists.is_licence(scope);
        let mut licences = scope.iter().filter(is_licence);
        licences.next().filter(|_| licences.next().is_none())
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

fn nobody(id: &CollectionId) -> Arc<Rule> {
    Arc::new(Rule::new([], Origin::Description(id.clone())))
}

fn open_with_demands(index: Option<usize>, reason: OpenWithDemands) -> PolicyError {
    PolicyError::OpenWithDemands { index, reason }
}

#[cfg(test)]
mod tests;
