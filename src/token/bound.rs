//! Validation of a token: [`BoundToken`], made from the authorization server's answer afresh on every use.

use std::{sync::Arc, time::Duration};

use super::{
    answer::{Answer, Claims, Confirmation},
    binding::{Binding, Bound},
    fact::Facts,
    holder::Holder,
    refused::TokenRefused,
    scope::Scope,
};
use crate::{
    caller::{Caller, CertificateFacts},
    clock::Timestamp,
};

/// An access token that is active, in time, meant for us and bound to the caller's certificate.
#[derive(Clone, Debug)]
pub struct BoundToken {
    claims: Arc<Claims>,
    /// That of the caller, to which it is bound.
    certificate: Arc<CertificateFacts>,
}

impl BoundToken {
    /// Judges what the authorization server said: time and binding, then what must hold of a token for us (RFC 7662 §4,
    /// RFC 8705 §3).
    ///
    /// Binding comes before everything that tells more than that the token is no good: only who holds it learns
    /// what the authorization server says of it.
    pub(super) fn validate(
        answer: Answer,
        expectations: &Expectations,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Self, TokenRefused> {
        let claims = validated(answer, expectations, Bound::To(caller), now)?;
        let certificate = Arc::clone(caller.facts());
        Ok(Self {
            claims,
            certificate,
        })
    }

    /// The client the token was issued to, RFC 7662 §2.2.
    ///
    /// At most 256 bytes, and no control characters.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.claims.holder.client_id()
    }

    /// The client's organisation as Open Energy names it.
    ///
    /// At most 256 bytes, and no control characters.
    #[must_use]
    pub fn organisation_id(&self) -> Option<&str> {
        self.claims.holder.organisation_id()
    }

    /// Client and organisation, to be kept beyond the token.
    #[must_use]
    pub fn holder(&self) -> Holder {
        self.claims.holder.clone()
    }

    /// The scope of the token; empty when the authorization server named none.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.claims.scope
    }

    /// Facts that the authorization server asserts of its holder.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.claims.facts
    }

    /// The certificate that it is bound to, which was verified.
    #[must_use]
    pub fn certificate(&self) -> &CertificateFacts {
        &self.certificate
    }

    /// A token that no authorization server has seen, for tests of the rooms that follow.
    #[cfg(test)]
    pub(crate) fn for_test(
        client_id: Option<&str>,
        organisation_id: Option<&str>,
        scope: &str,
    ) -> Self {
        let claims = Claims {
            aud: None,
            cnf: Confirmation::Nothing,
            exp: None,
            facts: Facts::default(),
            holder: Holder::named(
                client_id.map(ToOwned::to_owned),
                organisation_id.map(ToOwned::to_owned),
            ),
            iat: None,
            iss: None,
            nbf: None,
            scope: Scope::parse(scope).expect("a test names a scope"),
            token_type: None,
        };
        let thumbprint = crate::caller::Thumbprint::of(b"test");
        Self {
            claims: Arc::new(claims),
            certificate: Arc::clone(Caller::for_test(thumbprint).facts()),
        }
    }
}

/// The checks of [`BoundToken::validate`], in their order.
pub(super) fn validated(
    answer: Answer,
    expectations: &Expectations,
    bound: Bound<'_>,
    now: Timestamp,
) -> Result<Arc<Claims>, TokenRefused> {
    let holds = |cnf: &Confirmation, holder: &Holder| {
        let client_id = holder.client_id();
        expectations.binding.holds(cnf, client_id, bound)
    };
    let claims = match answer {
        Answer::Active(claims) => claims,
        Answer::Inactive { .. } => return Err(TokenRefused::Inactive),
        Answer::Rejected { status, error } => {
            return Err(TokenRefused::Rejected { status, error });
        }
        Answer::Unfit { fault, .. } => return Err(fault.into()),
        Answer::Unreadable {
            member,
            cnf,
            holder,
        } => {
            cnf.map_or(Ok(()), |cnf| holds(&cnf, &holder))?;
            return Err(TokenRefused::Unreadable { member });
        }
    };
    unexpired(&claims, now)?;
    holds(&claims.cnf, &claims.holder)?;
    begun(&claims, now)?;
    expectations.are_met_by(&claims)?;
    Ok(claims)
}

/// Binding, issuer and audience that a token must have.
pub(super) struct Expectations {
    pub(super) binding: Binding,
    /// From the configuration, never from the network (FAPI 2.0 §5.3.3.1).
    pub(super) issuer: String,
    pub(super) audience: Option<String>,
}

impl Expectations {
    /// RFC 7662 §2.2: each of these members is optional, and compared when it is there.
    fn are_met_by(&self, claims: &Claims) -> Result<(), TokenRefused> {
        if claims.iss.as_ref().is_some_and(|iss| *iss != self.issuer) {
            return Err(TokenRefused::WrongIssuer);
        }
        if let (Some(audience), Some(aud)) = (&self.audience, &claims.aud)
            && !aud.contains(audience)
        {
            return Err(TokenRefused::WrongAudience);
        }
        // RFC 6749 §7.1: the type is case-insensitive.
        if claims
            .token_type
            .as_ref()
            .is_some_and(|kind| !kind.eq_ignore_ascii_case("Bearer"))
        {
            return Err(TokenRefused::WrongType);
        }
        Ok(())
    }
}

fn unexpired(claims: &Claims, now: Timestamp) -> Result<(), TokenRefused> {
    match claims.exp.filter(|exp| *exp <= now) {
        Some(exp) => Err(TokenRefused::Expired { exp, now }),
        None => Ok(()),
    }
}

fn begun(claims: &Claims, now: Timestamp) -> Result<(), TokenRefused> {
    let latest = now.after(ALLOWED_SKEW);
    if let Some(iat) = claims.iat.filter(|iat| *iat > latest) {
        return Err(TokenRefused::IssuedInFuture { iat, now });
    }
    match claims.nbf.filter(|nbf| *nbf > latest) {
        Some(nbf) => Err(TokenRefused::NotYetValid { nbf, now }),
        None => Ok(()),
    }
}

/// Skew that the authorization server's clock may have ahead of ours, for `iat` and `nbf`; none is allowed for `exp`.
const ALLOWED_SKEW: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests;
