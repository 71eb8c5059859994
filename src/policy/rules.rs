//! The rule that holds for a collection, and whether a token satisfies it.

use std::collections::HashMap;

use super::{Class, CollectionId, DatasetRule, Defaults, NotAnId, Permit};
use crate::token::{BoundToken, Scope};

/// What one collection demands.
#[derive(Clone, Debug)]
pub struct Rule {
    class: Class,
    scope: Scope,
    label: Box<str>,
}

impl Rule {
    pub(super) fn label(&self) -> &str {
        &self.label
    }
}

/// Why a rule does not grant.
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
}

/// Why the rules of a configuration cannot stand together.
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
        /// Why none can have it.
        reason: NotAnId,
    },
}

/// Every rule of a configuration.
#[derive(Clone, Debug)]
pub struct Policy {
    listed: HashMap<CollectionId, Rule>,
    defaults: Rule,
}

impl Policy {
    /// The rules for `datasets`, and `defaults` for what is not listed.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn new(datasets: &[DatasetRule], defaults: &Defaults) -> Result<Self, PolicyError> {
        let mut listed = HashMap::with_capacity(datasets.len());
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
            let rule = Rule {
                class: dataset.class,
                scope: dataset.scope.clone(),
                label: format!("dataset {id}").into(),
            };
            listed.insert(id, rule);
        }
        let defaults = Rule {
            class: defaults.class,
            scope: defaults.scope.clone(),
            label: "defaults".into(),
        };
        Ok(Self { listed, defaults })
    }

    /// The permit that everyone has for open data; none for shared data (OE-CLS-2).
    #[must_use]
    pub fn open(&self, collection: &CollectionId) -> Option<Permit> {
        let rule = self.rule(collection);
        (rule.class == Class::Open).then(|| Permit::new(collection, rule.label()))
    }

    /// The permit that `token` earns for shared data.
    ///
    /// # Errors
    /// [`Denied`] with the rule that was applied.
    pub fn decide(&self, token: &BoundToken, collection: &CollectionId) -> Result<Permit, Denied> {
        let rule = self.rule(collection);
        if !token.scope().covers(&rule.scope) {
            return Err(Denied::InsufficientScope {
                rule: rule.label.clone(),
                needed: rule.scope.clone(),
            });
        }
        Ok(Permit::new(collection, rule.label()))
    }

    /// Scopes that a token must carry for `collection`; none when it needs no token.
    #[must_use]
    pub fn scopes_needed(&self, collection: &CollectionId) -> Option<Vec<&str>> {
        needed(self.rule(collection))
    }

    /// Scopes that a token must carry for what has no rule of its own; none when that needs no token.
    #[must_use]
    pub fn scopes_by_default(&self) -> Option<Vec<&str>> {
        needed(&self.defaults)
    }

    /// The collections that have a rule of their own, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &CollectionId> {
        self.listed.keys()
    }

    /// The collection called `name`, if a rule names it.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&CollectionId> {
        self.listed.get_key_value(name).map(|(id, _)| id)
    }

    /// The collection's own rule, else that of its group, else the defaults.
    fn rule(&self, collection: &CollectionId) -> &Rule {
        let own = self.listed.get(collection);
        let listed = own.or_else(|| self.listed.get(collection.group()?));
        listed.unwrap_or(&self.defaults)
    }
}

fn needed(rule: &Rule) -> Option<Vec<&str>> {
    (rule.class != Class::Open).then(|| rule.scope.iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(datasets: &[(&str, &str, Class)]) -> Result<Policy, PolicyError> {
        let datasets: Vec<_> = datasets
            .iter()
            .map(|&(name, scope, class)| DatasetRule {
                name: name.into(),
                scope: Scope::parse(scope).unwrap(),
                class,
            })
            .collect();
        let defaults = Defaults {
            scope: Scope::parse("read").unwrap(),
            class: Class::SharedA,
        };
        Policy::new(&datasets, &defaults)
    }

    fn token(scope: &str) -> BoundToken {
        BoundToken::for_test(Some("bank"), None, scope)
    }

    fn id(text: &str) -> CollectionId {
        CollectionId::parse(text).unwrap()
    }

    /// Rows: BRR-17, FAPI1-B-5
    #[test]
    fn rfc6749_3_3_scope_is_compared_by_case_and_without_order() {
        let policy = policy(&[("tidy", "a:b c", Class::SharedA)]).unwrap();
        for scope in ["a:b c", "c x a:b"] {
            assert!(policy.decide(&token(scope), &id("tidy")).is_ok(), "{scope}");
        }
        for scope in ["", "a:b", "A:B c", "a:bc"] {
            assert!(
                policy.decide(&token(scope), &id("tidy")).is_err(),
                "{scope}"
            );
        }
    }

    #[test]
    fn what_is_not_listed_has_the_defaults() {
        let policy = policy(&[("tidy", "", Class::SharedA)]).unwrap();
        let permit = policy.decide(&token("read"), &id("other")).unwrap();
        assert_eq!(
            (permit.collection(), permit.rule()),
            (&id("other"), "defaults")
        );
        assert!(policy.decide(&token(""), &id("other")).is_err());
        assert!(policy.decide(&token(""), &id("tidy")).is_ok());
    }

    #[test]
    fn a_rule_for_the_perils_holds_for_each_that_has_none_of_its_own() {
        let policy = policy(&[
            ("perils", "p", Class::SharedA),
            ("hail", "h", Class::SharedA),
        ])
        .unwrap();
        assert!(policy.decide(&token("p"), &id("wind")).is_ok());
        assert!(policy.decide(&token("p"), &id("hail")).is_err());
        assert!(policy.decide(&token("h"), &id("hail")).is_ok());
        for file in ["wind.csv", "perils.csv"] {
            assert!(policy.decide(&token("p"), &id(file)).is_err(), "{file}");
        }
    }

    /// Rows: OE-CLS-3
    #[test]
    fn oe_cls_2_only_open_data_is_permitted_without_a_token() {
        let policy = policy(&[("tidy", "", Class::Open), ("shared", "", Class::SharedB)]).unwrap();
        assert_eq!(policy.open(&id("tidy")).unwrap().collection(), &id("tidy"));
        for closed in ["shared", "other"] {
            assert!(policy.open(&id(closed)).is_none(), "{closed}");
        }
    }

    #[test]
    fn two_rules_for_one_name_are_a_fault() {
        let twice = [("tidy", "", Class::Open), ("tidy", "", Class::SharedA)];
        assert_eq!(
            policy(&twice).unwrap_err(),
            PolicyError::ListedTwice {
                id: id("tidy"),
                first: 0,
                second: 1
            }
        );
    }

    #[test]
    fn a_rule_for_what_no_collection_can_be_called_is_a_fault() {
        let rules = [("tidy", "", Class::Open), ("/tidy", "", Class::Open)];
        assert_eq!(
            policy(&rules).unwrap_err(),
            PolicyError::NotAnId {
                name: "/tidy".into(),
                index: 1,
                reason: NotAnId::Character('/')
            }
        );
    }
}
