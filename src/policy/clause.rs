//! One way to have access.

use std::fmt;

use super::{Applicant, Class, Conditions, Lists, Unmet};
use crate::token::Scope;

/// One way to have a collection: a class, the scope that a token must carry for it, and conditions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Clause {
    class: Class,
    scope: Scope,
    conditions: Conditions,
}

/// Open data beside a scope or a condition: one of both is not meant, and which one decides who may read.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{} is open to everyone, and a scope or a condition stands beside it", Class::Open.name())]
pub struct OpenWithDemands;

impl Clause {
    /// Access to data of `class` with a token that carries `scope`, where `conditions` hold.
    ///
    /// # Errors
    /// [`OpenWithDemands`].
    pub fn new(
        class: Class,
        scope: Scope,
        conditions: Conditions,
    ) -> Result<Self, OpenWithDemands> {
        if class == Class::Open && !(scope.is_empty() && conditions.is_empty()) {
            return Err(OpenWithDemands);
        }
        Ok(Self {
            class,
            scope,
            conditions,
        })
    }

    /// The sensitivity class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The scope that a token must carry; empty: any active token will do, and none is needed where it is open.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The scope that a token must carry, with the licence where only one will do: which of several is the client's choice.
    pub(super) fn scope_with_licence(&self) -> Scope {
        let mut licences = self.conditions.licences.iter();
        let one = licences.next().filter(|_| licences.next().is_none());
        // What is no scope token cannot be asked for.
        let is_token = |one: &&str| Scope::parse(one).is_some_and(|alone| alone.iter().eq([*one]));
        let one = one.filter(is_token);
        let both = one.and_then(|one| Scope::parse(&format!("{} {one}", self.scope)));
        both.unwrap_or_else(|| self.scope.clone())
    }

    /// The conditions that must hold beside it.
    #[must_use]
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// `true` when no token is needed (OE-CLS-2).
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.class == Class::Open
    }

    /// Those who are let in, for everyone: nobody is named.
    pub(super) fn told(&self) -> String {
        let class = self.class.name();
        let token = if self.scope.is_empty() {
            "any active token".to_owned()
        } else {
            format!("a token with {}", self.scope)
        };
        let demands = self.conditions.demands();
        if demands.is_empty() {
            return format!("{token} ({class})");
        }
        format!(
            "{token} ({class}), where all of this holds: {}",
            demands.join("; ")
        )
    }

    pub(super) fn grants(&self, applicant: &Applicant<'_>, lists: &Lists) -> bool {
        self.is_open()
            || applicant.scope.covers(&self.scope) && self.conditions.hold(applicant, lists)
    }

    /// The scope tokens that are missing for it, and the conditions that do not hold.
    pub(super) fn lacks(&self, applicant: &Applicant<'_>, lists: &Lists) -> Lacks {
        let needed = self.scope.iter();
        let scopes = needed.filter(|needed| !applicant.scope.contains(needed));
        Lacks {
            scopes: scopes.map(Box::from).collect(),
            conditions: self.conditions.unmet(applicant, lists).collect(),
        }
    }
}

/// Scopes and conditions that an applicant lacks for a clause.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lacks {
    /// Scope tokens that the clause demands and the token has not.
    pub scopes: Box<[Box<str>]>,
    /// Conditions that do not hold.
    pub conditions: Box<[Unmet]>,
}

impl Lacks {
    pub(super) fn len(&self) -> usize {
        self.scopes.len() + self.conditions.len()
    }
}

impl fmt::Display for Clause {
    /// Those who are let in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, conditions) = (self.class.name(), &self.conditions);
        if !self.scope.is_empty() {
            write!(f, "a token with {}{conditions} ({class})", self.scope)
        } else if conditions.is_empty() {
            write!(f, "any active token ({class})")
        } else {
            write!(f, "a token{conditions} ({class})")
        }
    }
}

impl fmt::Display for Lacks {
    /// The scope tokens as a scope has them, then each condition in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scopes.join(" "))?;
        for (index, unmet) in self.conditions.iter().enumerate() {
            let and = if index > 0 || !self.scopes.is_empty() {
                "; "
            } else {
                ""
            };
            write!(f, "{and}{unmet}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_data_has_neither_scope_nor_condition_beside_it() {
        let scope = || Scope::parse("energy:read").unwrap();
        let approved = || Conditions {
            is_approved: true,
            ..Conditions::default()
        };
        for (scope, conditions) in [
            (scope(), Conditions::default()),
            (Scope::default(), approved()),
        ] {
            let open = Clause::new(Class::Open, scope.clone(), conditions.clone());
            assert_eq!(open, Err(OpenWithDemands));
            assert!(Clause::new(Class::SharedA, scope, conditions).is_ok());
        }
        let bare = Clause::new(Class::Open, Scope::default(), Conditions::default());
        assert!(bare.is_ok());
    }
}
