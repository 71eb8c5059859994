//! Which rule holds for a dataset, and whether a token satisfies it.

use std::collections::HashMap;

use crate::{
    config::{Class, DatasetRule, Defaults},
    token::{BoundToken, Scope},
};

/// The names under which a rule for what is asked may be listed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct DatasetNames<'n> {
    /// The representation asked for, as `tidy.csv`.
    pub exact: &'n str,
    /// The dataset whatever its representation, as `tidy`.
    pub family: &'n str,
}

/// What one dataset demands.
#[derive(Clone, Debug)]
pub struct Rule {
    class: Class,
    scope: Scope,
    label: Box<str>,
}

/// Proof that a rule lets this caller have this dataset.
#[derive(Clone, Debug)]
pub struct Permit {
    dataset: Box<str>,
    rule: Box<str>,
}

impl Permit {
    /// The representation that may be read, as `tidy.csv`.
    #[must_use]
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The rule that granted, for the log.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    fn new(names: DatasetNames<'_>, rule: &Rule) -> Self {
        Self {
            dataset: names.exact.into(),
            rule: rule.label.clone(),
        }
    }
}

/// Why a rule does not grant.
#[derive(
    Clone, Debug, Eq, PartialEq, thiserror::Error, strum::IntoStaticStr, strum::VariantNames,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Denied {
    /// The token's scope does not cover what the dataset demands, RFC 6750 §3.1 `insufficient_scope`.
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
    /// Two rules for one name: which one holds would be a matter of order.
    #[error("the dataset {name:?} is listed twice")]
    ListedTwice {
        /// The name.
        name: String,
        /// Position of the second rule, counted from 0.
        index: usize,
    },
    /// A scope with characters outside RFC 6749 §3.3: no token could ever carry it.
    #[error("the scope of {name} has characters that no scope may have")]
    ScopeUnreadable {
        /// The dataset, or `defaults`.
        name: String,
    },
}

/// Every rule of a configuration.
#[derive(Clone, Debug)]
pub struct Policy {
    listed: HashMap<String, Rule>,
    defaults: Rule,
}

impl Policy {
    /// The rules for `datasets`, and `defaults` for what is not listed.
    ///
    /// # Errors
    /// [`PolicyError::ListedTwice`].
    pub fn new(datasets: &[DatasetRule], defaults: &Defaults) -> Result<Self, PolicyError> {
        let mut listed = HashMap::with_capacity(datasets.len());
        for (index, dataset) in datasets.iter().enumerate() {
            let rule = Rule {
                class: dataset.class,
                scope: scope(&dataset.name, &dataset.scope)?,
                label: format!("dataset {}", dataset.name).into(),
            };
            if listed.insert(dataset.name.clone(), rule).is_some() {
                return Err(PolicyError::ListedTwice {
                    name: dataset.name.clone(),
                    index,
                });
            }
        }
        let defaults = Rule {
            class: defaults.class,
            scope: scope("defaults", &defaults.scope)?,
            label: "defaults".into(),
        };
        Ok(Self { listed, defaults })
    }

    /// The permit that everyone has for open data; none for shared data (OE-CLS-2).
    #[must_use]
    pub fn open(&self, names: DatasetNames<'_>) -> Option<Permit> {
        let rule = self.rule(names);
        (rule.class == Class::Open).then(|| Permit::new(names, rule))
    }

    /// The permit that `token` earns for shared data.
    ///
    /// # Errors
    /// [`Denied`] with the rule that was applied.
    pub fn decide(&self, token: &BoundToken, names: DatasetNames<'_>) -> Result<Permit, Denied> {
        let rule = self.rule(names);
        if !token.scope().covers(&rule.scope) {
            return Err(Denied::InsufficientScope {
                rule: rule.label.clone(),
                needed: rule.scope.clone(),
            });
        }
        Ok(Permit::new(names, rule))
    }

    /// What a token must carry for the dataset, by name; none when it needs no token.
    #[must_use]
    pub fn scopes_needed(&self, names: DatasetNames<'_>) -> Option<Vec<&str>> {
        let rule = self.rule(names);
        (rule.class != Class::Open).then(|| rule.scope.iter().collect())
    }

    /// The names that rules are listed under, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.listed.keys().map(String::as_str)
    }

    /// Whether a rule names the dataset.
    #[must_use]
    pub fn lists(&self, names: DatasetNames<'_>) -> bool {
        self.listed(names).is_some()
    }

    /// The rule for the representation, else for the dataset, else the defaults.
    fn rule(&self, names: DatasetNames<'_>) -> &Rule {
        self.listed(names).unwrap_or(&self.defaults)
    }

    fn listed(&self, names: DatasetNames<'_>) -> Option<&Rule> {
        let exact = self.listed.get(names.exact);
        exact.or_else(|| self.listed.get(names.family))
    }
}

fn scope(name: &str, text: &str) -> Result<Scope, PolicyError> {
    Scope::parse(text).ok_or_else(|| PolicyError::ScopeUnreadable {
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(datasets: &[(&str, &str, Class)]) -> Result<Policy, PolicyError> {
        let datasets: Vec<_> = datasets
            .iter()
            .map(|&(name, scope, class)| DatasetRule {
                name: name.into(),
                scope: scope.into(),
                class,
            })
            .collect();
        let defaults = Defaults {
            scope: "read".into(),
            class: Class::SharedA,
        };
        Policy::new(&datasets, &defaults)
    }

    fn token(scope: &str) -> BoundToken {
        BoundToken::for_test(Some("bank"), None, scope)
    }

    fn names(exact: &str) -> DatasetNames<'_> {
        let family = exact.split('.').next().unwrap();
        DatasetNames { exact, family }
    }

    /// Rows: BRR-17, FAPI1-B-5
    #[test]
    fn rfc6749_3_3_scope_is_compared_by_case_and_without_order() {
        let policy = policy(&[("tidy", "a:b c", Class::SharedA)]).unwrap();
        for scope in ["a:b c", "c x a:b"] {
            assert!(
                policy.decide(&token(scope), names("tidy.csv")).is_ok(),
                "{scope}"
            );
        }
        for scope in ["", "a:b", "A:B c", "a:bc"] {
            assert!(
                policy.decide(&token(scope), names("tidy.csv")).is_err(),
                "{scope}"
            );
        }
    }

    #[test]
    fn what_is_not_listed_has_the_defaults() {
        let policy = policy(&[("tidy", "", Class::SharedA)]).unwrap();
        let permit = policy.decide(&token("read"), names("other.csv")).unwrap();
        assert_eq!((permit.dataset(), permit.rule()), ("other.csv", "defaults"));
        assert!(policy.decide(&token(""), names("other.csv")).is_err());
        assert!(policy.decide(&token(""), names("tidy.csv")).is_ok());
    }

    #[test]
    fn a_rule_for_a_representation_stands_before_that_for_the_dataset() {
        let policy = policy(&[
            ("tidy", "a", Class::SharedA),
            ("tidy.json", "b", Class::SharedA),
        ])
        .unwrap();
        assert!(policy.decide(&token("b"), names("tidy.json")).is_ok());
        assert!(policy.decide(&token("b"), names("tidy.csv")).is_err());
    }

    /// Rows: OE-CLS-3
    #[test]
    fn oe_cls_2_only_open_data_is_permitted_without_a_token() {
        let policy = policy(&[("tidy", "", Class::Open), ("shared", "", Class::SharedB)]).unwrap();
        assert_eq!(
            policy.open(names("tidy.csv")).unwrap().dataset(),
            "tidy.csv"
        );
        for closed in ["shared.csv", "other.csv"] {
            assert!(policy.open(names(closed)).is_none(), "{closed}");
        }
    }

    #[test]
    fn two_rules_for_one_name_are_a_fault() {
        let twice = [("tidy", "", Class::Open), ("tidy", "", Class::SharedA)];
        assert_eq!(
            policy(&twice).unwrap_err(),
            PolicyError::ListedTwice {
                name: "tidy".into(),
                index: 1
            }
        );
    }
}
