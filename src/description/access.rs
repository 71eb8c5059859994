//! Access to an operation, as the rules of the configuration have it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Named;
use crate::{
    dataset::{Kind, Perils},
    policy::{Clause, CollectionId, Policy, Publish},
};

/// Credentials that a caller must show: any one of the alternatives suffices.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Access {
    alternatives: Vec<Needed>,
    /// The use of each alternative, when there are several.
    said: Vec<String>,
}

/// Credentials of one alternative.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Needed {
    /// Nothing: the data is open (OE-O).
    Nothing,
    /// A token with all these scopes, and the certificate that it is bound to.
    Token(Vec<String>),
}

impl Access {
    /// Nobody is asked for anything.
    pub(crate) fn everyone() -> Self {
        Self {
            alternatives: vec![Needed::Nothing],
            said: Vec::new(),
        }
    }

    /// Nobody is asked for anything, and who sends a token hears what it is good for.
    pub(crate) fn everyone_or_any_token() -> Self {
        Self {
            alternatives: vec![Needed::Nothing, Needed::Token(Vec::new())],
            said: vec![
                "- nothing: open to everyone".to_owned(),
                "- whether you may read it: any active token".to_owned(),
            ],
        }
    }

    /// Any active token.
    pub(crate) fn any_token() -> Self {
        Self {
            alternatives: vec![Needed::Token(Vec::new())],
            said: Vec::new(),
        }
    }

    /// To what is said of all perils together.
    pub(crate) fn catalogue(policy: &Policy) -> Self {
        let needed = needed(policy, Perils::group());
        Self::one_of(needed.map(|needed| ("perils", needed)))
    }

    /// To all of `perils` in one answer: what each of them needs, one way or another.
    pub(crate) fn all_of<'c>(
        policy: &Policy,
        perils: impl IntoIterator<Item = &'c CollectionId>,
    ) -> Self {
        let mut alternatives = vec![Needed::Nothing];
        for peril in perils {
            let own: Vec<_> = needed(policy, peril).collect();
            let before = std::mem::take(&mut alternatives);
            for before in &before {
                alternatives.extend(own.iter().map(|own| before.and(own)));
            }
            alternatives.sort_unstable();
            alternatives.dedup();
        }
        let said = Vec::new();
        Self { alternatives, said }
    }

    /// To those perils that a request names.
    pub(crate) fn chosen(policy: &Policy) -> Self {
        Self::one_of(Perils::members().iter().flat_map(|peril| {
            let needed = needed(policy, peril);
            needed.map(move |needed| (peril.as_str(), needed))
        }))
    }

    /// To a file: the rule of its collection, or the defaults.
    pub(crate) fn files(policy: &Policy, collections: &[Named]) -> Self {
        let listed = files(collections).flat_map(|one| {
            let needed = needed(policy, &one.id);
            needed.map(|needed| (one.id.as_str(), needed))
        });
        // Where nothing else is published, whoever asks for it hears so with a token alone.
        let by_default = policy.defaults().clauses();
        let others = match policy.publishes() {
            Publish::All => by_default.iter().map(Needed::of).collect(),
            Publish::Described => vec![Needed::Token(Vec::new())],
        };
        let others = others.into_iter().map(|needed| ("any other", needed));
        Self::one_of(others.chain(listed))
    }

    /// To one of `things`, each with what is needed for it.
    fn one_of<'n>(things: impl IntoIterator<Item = (&'n str, Needed)>) -> Self {
        let mut groups: Vec<(Needed, Vec<&str>)> = Vec::new();
        for (label, needed) in things {
            match groups.iter_mut().find(|(group, _)| *group == needed) {
                Some((_, labels)) => labels.push(label),
                None => groups.push((needed, vec![label])),
            }
        }
        let said = groups
            .iter()
            .filter(|_| groups.len() > 1)
            .map(|(needed, labels)| format!("- {}: {}", labels.join(", "), needed.said()));
        let said = said.collect();
        let mut alternatives: Vec<_> = groups.into_iter().map(|(needed, _)| needed).collect();
        alternatives.sort();
        Self { alternatives, said }
    }

    /// `true` when there is a request that is refused without a token.
    pub(crate) fn asks_for_tokens(&self) -> bool {
        let mut all = self.alternatives.iter();
        all.any(|needed| *needed != Needed::Nothing)
    }

    /// The member `security`.
    pub(crate) fn security(&self) -> Value {
        if !self.asks_for_tokens() {
            return json!([]);
        }
        let alternatives = self.alternatives.iter().map(|needed| match needed {
            Needed::Nothing => json!({}),
            Needed::Token(scopes) => json!({"mutualTLS": [], "bearer": scopes}),
        });
        alternatives.collect()
    }

    /// The need, where `security` alone does not say it in every version.
    pub(crate) fn description(&self) -> Option<String> {
        match self.alternatives.as_slice() {
            [Needed::Token(scopes)] if !scopes.is_empty() => {
                Some(format!("The token must have `{}`.", scopes.join(" ")))
            }
            [_] => None,
            _ => Some(format!(
                "What is needed depends on what is asked for:\n\n{}",
                self.said.join("\n")
            )),
        }
    }
}

impl Needed {
    fn of(clause: &Clause) -> Self {
        if clause.is_open() {
            Self::Nothing
        } else {
            Self::Token(clause.scope().iter().map(str::to_owned).collect())
        }
    }

    /// Credentials that let in to both.
    fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Nothing, needed) | (needed, Self::Nothing) => needed.clone(),
            (Self::Token(some), Self::Token(more)) => {
                let both: BTreeSet<_> = some.iter().chain(more).cloned().collect();
                Self::Token(both.into_iter().collect())
            }
        }
    }

    fn said(&self) -> String {
        match self {
            Self::Nothing => "open to everyone".to_owned(),
            Self::Token(scopes) if scopes.is_empty() => "any token".to_owned(),
            Self::Token(scopes) => format!("a token with `{}`", scopes.join(" ")),
        }
    }
}

/// Those of `collections` that are files.
pub(crate) fn files(collections: &[Named]) -> impl Iterator<Item = &Named> {
    collections.iter().filter(|one| one.kind == Kind::Files)
}

/// Each way to have `collection`.
fn needed(policy: &Policy, collection: &CollectionId) -> impl Iterator<Item = Needed> {
    let rule = policy.rule(collection);
    let clauses = rule.map_or(&[][..], |rule| rule.clauses());
    clauses.iter().map(Needed::of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::{Class, DatasetRule, Defaults},
        token::Scope,
    };

    fn policy(rules: &[(&str, &str, Class)]) -> (Policy, Vec<Named>) {
        let rule = |&(name, scope, class): &(&str, &str, Class)| DatasetRule {
            name: name.into(),
            scope: Scope::parse(scope).unwrap(),
            class,
        };
        let datasets: Vec<_> = rules.iter().map(rule).collect();
        let policy = Policy::new(&datasets, &Defaults::default()).unwrap();
        let named = |rule: &DatasetRule| Named {
            id: CollectionId::parse(&rule.name).unwrap(),
            kind: if rule.name == "hail" {
                Kind::Coverage
            } else {
                Kind::Files
            },
            file: None,
        };
        (policy, datasets.iter().map(named).collect())
    }

    #[test]
    fn one_rule_for_all_is_one_alternative_without_words() {
        let (policy, _) = policy(&[("perils", "p", Class::SharedA)]);
        let access = Access::chosen(&policy);
        assert_eq!(
            access.security(),
            json!([{"mutualTLS": [], "bearer": ["p"]}])
        );
        let said = access.description();
        assert_eq!(said.as_deref(), Some("The token must have `p`."));
        let (policy, _) = self::policy(&[]);
        assert_eq!(Access::chosen(&policy).description(), None);
    }

    #[test]
    fn perils_with_rules_of_their_own_are_alternatives_that_are_told() {
        let rules = [("hail", "h", Class::SharedA), ("fire", "", Class::Open)];
        let (closed, _) = policy(&rules);
        let access = Access::chosen(&closed);
        assert_eq!(
            access.security(),
            json!([{}, {"mutualTLS": [], "bearer": []}, {"mutualTLS": [], "bearer": ["h"]}])
        );
        let said = access.description().unwrap();
        assert!(said.contains("- hail: a token with `h`"), "{said}");
        assert!(said.contains("fire: open to everyone"), "{said}");

        let with_open = [&rules[..], &[("perils", "", Class::Open)]].concat();
        let (open, _) = policy(&with_open);
        let access = Access::chosen(&open);
        assert_eq!(
            access.security(),
            json!([{}, {"mutualTLS": [], "bearer": ["h"]}])
        );
        let said = access.description().unwrap();
        assert!(said.contains("fire: open to everyone"), "{said}");
        assert_eq!(Access::catalogue(&open).security(), json!([]));
        let both = Access::all_of(&open, &Perils::members()[3..]);
        assert_eq!(both.security(), json!([{"mutualTLS": [], "bearer": ["h"]}]));
        assert_eq!(
            Access::all_of(&open, &Perils::members()[6..]).security(),
            json!([])
        );
    }

    #[test]
    fn an_open_file_needs_no_token_and_the_others_do() {
        let (policy, collections) = policy(&[
            ("tidy", "", Class::Open),
            ("smart", "s", Class::SharedB),
            ("hail", "h", Class::SharedA),
        ]);
        let access = Access::files(&policy, &collections);
        assert_eq!(
            access.security(),
            json!([{}, {"mutualTLS": [], "bearer": []}, {"mutualTLS": [], "bearer": ["s"]}])
        );
        let said = access.description().unwrap();
        assert!(said.contains("- tidy: open to everyone"), "{said}");
        assert!(said.contains("- any other: any token"), "{said}");
        assert!(!said.contains("hail"), "{said}");
    }
}
