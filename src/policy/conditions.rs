//! Conditions of a rule beside its scopes: typed keys of a description, all of which must hold.
//!
//! Every comparison is octet for octet, and what is missing satisfies nothing. An evaluation looks at each condition
//! once, finds names by halving, and allocates only for a condition that does not hold.

use std::fmt;

use super::{Applicant, Lists, Names};
use crate::{
    clock::Timestamp,
    token::{Fact, Scope},
};

/// Conditions that must all hold; without any, everyone is let in whom the scopes let in.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Conditions {
    /// Roles, of which the certificate must hold one.
    pub roles: Names,
    /// Licences, of which the token must carry one, and no other of their registry.
    pub licences: Names,
    /// Members that are let in.
    pub members: Names,
    /// Applications that are let in.
    pub applications: Names,
    /// Clients that are let in.
    pub clients: Names,
    /// Organisations that are let in.
    pub organisations: Names,
    /// Clients, organisations, members, applications and accounts that are not, whatever else holds.
    pub blocked: Names,
    /// The first moment at which the rule counts.
    pub from: Option<Timestamp>,
    /// The moment from which on it does not any more.
    pub until: Option<Timestamp>,
    /// `true` when the provider must have approved the client or its organisation.
    pub is_approved: bool,
    /// Facts that the authorization server must assert.
    pub facts: Box<[AssertedFact]>,
}

/// The name of a fact, and what the authorization server must say of it.
pub type AssertedFact = (Box<str>, Fact);

/// A condition that does not hold: what is missing, as whoever asks may hear it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unmet {
    /// The provider's list of approvals names neither client nor organisation.
    #[error("the data provider has not approved this client")]
    Approval,
    /// It is blocked by the rule or by the provider.
    #[error("access was withdrawn")]
    Blocked,
    /// It is not among those that are let in.
    #[error("it is for certain {0}, and this is none of them")]
    NotNamed(&'static str),
    /// The authorization server does not assert it.
    #[error("the authorization server does not assert {0} as it is needed")]
    Fact(Box<str>),
    /// No licence, another, or several.
    #[error("the token must carry exactly one licence, out of {0}")]
    Licence(Names),
    /// The rule has not begun.
    #[error("it is for later: from {0} on")]
    NotYet(Timestamp),
    /// The rule has ended.
    #[error("it was until {0}")]
    Over(Timestamp),
    /// The certificate holds none of the roles.
    #[error("the certificate must hold one of the roles {0}")]
    Role(Names),
}

impl Conditions {
    /// `true` when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The number of them, each fact for itself.
    #[must_use]
    pub fn len(&self) -> usize {
        let lists = [
            &self.roles,
            &self.licences,
            &self.members,
            &self.applications,
            &self.clients,
            &self.organisations,
            &self.blocked,
        ];
        let lists = lists.iter().filter(|names| !names.is_empty()).count();
        let bounds = [self.from, self.until].iter().flatten().count();
        lists + bounds + usize::from(self.is_approved) + self.facts.len()
    }

    /// The conditions in words for everyone: who is let in or blocked by name is not named.
    #[must_use]
    pub fn demands(&self) -> Vec<String> {
        let mut demands = Vec::new();
        if !self.roles.is_empty() {
            demands.push(Unmet::Role(self.roles.clone()).to_string());
        }
        if !self.licences.is_empty() {
            demands.push(Unmet::Licence(self.licences.clone()).to_string());
        }
        for (names, of) in [
            (&self.members, "members"),
            (&self.applications, "applications"),
            (&self.clients, "clients"),
            (&self.organisations, "organisations"),
        ] {
            if !names.is_empty() {
                demands.push(format!("it is for certain {of}"));
            }
        }
        if self.is_approved {
            demands.push("the data provider must approve the client".to_owned());
        }
        for (name, _) in &self.facts {
            demands.push(format!("the authorization server must assert {name}"));
        }
        demands.extend(self.from.map(|from| format!("from {from} on")));
        demands.extend(self.until.map(|until| format!("until {until}")));
        demands
    }

    /// `true` when all hold, with `lists` of the provider's.
    pub(super) fn hold(&self, applicant: &Applicant<'_>, lists: &Lists) -> bool {
        self.unmet(applicant, lists).next().is_none()
    }

    /// Those that do not hold, the denying first.
    pub(super) fn unmet<'c>(
        &'c self,
        applicant: &'c Applicant<'c>,
        lists: &'c Lists,
    ) -> impl Iterator<Item = Unmet> + 'c {
        let Applicant {
            client,
            organisation,
            membership,
            now,
            ..
        } = *applicant;
        let unmet = |is_met: bool, unmet: fn(&'c Self) -> Unmet| (!is_met).then(|| unmet(self));
        let is_blocked = || applicant.names().any(|name| self.blocked.contains(name));
        let has_role = || {
            let mut roles = membership.roles().iter();
            roles.any(|role| self.roles.contains(role))
        };
        let names_one = |names: &Names, name: Option<&str>| {
            names.is_empty() || name.is_some_and(|name| names.contains(name))
        };
        let is_approved = || {
            let mut names = [client, organisation].into_iter().flatten();
            names.any(|name| lists.approved.contains(name))
        };
        let of_all = [
            unmet(self.blocked.is_empty() || !is_blocked(), |_| Unmet::Blocked),
            self.from.filter(|from| now < *from).map(Unmet::NotYet),
            self.until.filter(|until| now >= *until).map(Unmet::Over),
            unmet(self.roles.is_empty() || has_role(), |all| {
                Unmet::Role(all.roles.clone())
            }),
            unmet(
                self.licences.is_empty() || self.has_one_licence(applicant.scope, lists),
                |all| Unmet::Licence(all.licences.clone()),
            ),
            unmet(names_one(&self.members, membership.member()), |_| {
                Unmet::NotNamed("members")
            }),
            unmet(
                names_one(&self.applications, membership.application()),
                |_| Unmet::NotNamed("applications"),
            ),
            unmet(names_one(&self.clients, client), |_| {
                Unmet::NotNamed("clients")
            }),
            unmet(names_one(&self.organisations, organisation), |_| {
                Unmet::NotNamed("organisations")
            }),
            unmet(!self.is_approved || is_approved(), |_| Unmet::Approval),
        ];
        let facts = self.facts.iter().filter_map(|(name, wanted)| {
            let is_met = applicant.facts.get(name) == Some(wanted);
            (!is_met).then(|| Unmet::Fact(name.clone()))
        });
        of_all.into_iter().flatten().chain(facts)
    }

    /// Exactly one scope is a licence of the registry, and that one is among these.
    fn has_one_licence(&self, scope: &Scope, lists: &Lists) -> bool {
        let is_licence = |scope: &&str| self.licences.contains(scope) || lists.is_licence(scope);
        let mut licences = scope.iter().filter(is_licence);
        let one = licences.next().filter(|_| licences.next().is_none());
        one.is_some_and(|one| self.licences.contains(one))
    }
}

impl fmt::Display for Conditions {
    /// As they stand behind "a token": ", in the role ..., until ...".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (words, names) in [
            ("in a role of", &self.roles),
            ("under one licence of", &self.licences),
            ("of the members", &self.members),
            ("of the applications", &self.applications),
            ("of the clients", &self.clients),
            ("of the organisations", &self.organisations),
            ("and not of", &self.blocked),
        ] {
            if !names.is_empty() {
                write!(f, ", {words} {names}")?;
            }
        }
        if self.is_approved {
            f.write_str(", with the provider's approval")?;
        }
        for (name, fact) in &self.facts {
            write!(f, ", with {} = {fact}", name.escape_debug())?;
        }
        if let Some(from) = self.from {
            write!(f, ", from {from}")?;
        }
        if let Some(until) = self.until {
            write!(f, ", until {until}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
