//! Applicant: all that a rule may look at of who asks.

use crate::{
    caller::Membership,
    clock::Timestamp,
    token::{BoundToken, Facts, Scope},
};

/// Words of certificate and token of who asks, and the time. It is no proof: a [`BoundToken`] is.
#[derive(Clone, Copy, Debug)]
pub struct Applicant<'a> {
    /// The scope of the token.
    pub scope: &'a Scope,
    /// The client that it was issued to.
    pub client: Option<&'a str>,
    /// The client's organisation.
    pub organisation: Option<&'a str>,
    /// Roles, member and application, as the certificate states them.
    pub membership: &'a Membership,
    /// Facts that the authorization server asserts.
    pub facts: &'a Facts,
    /// The time of the request.
    pub now: Timestamp,
}

impl<'a> Applicant<'a> {
    /// The holder of `token` at `now`.
    #[must_use]
    pub fn of(token: &'a BoundToken, now: Timestamp) -> Self {
        Self {
            scope: token.scope(),
            client: token.client_id(),
            organisation: token.organisation_id(),
            membership: token.certificate().membership(),
            facts: token.facts(),
            now,
        }
    }

    /// Every name under which the applicant could be blocked: client, organisation, member, application, account.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let account = self.facts.get(ACCOUNT).and_then(|fact| match fact {
            crate::token::Fact::Text(text) => Some(&**text),
            _ => None,
        });
        let names = [
            self.client,
            self.organisation,
            self.membership.member(),
            self.membership.application(),
            account,
        ];
        names.into_iter().flatten()
    }
}

/// The subject of a token, RFC 7662 §2.2: the account of whoever let the client have it.
const ACCOUNT: &str = "sub";
