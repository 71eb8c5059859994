//! A token that nobody has shown: what the authorization server would say of it, judged without asking.

use super::{
    Facts, Holder, Scope, TokenRefused, TokenSettings,
    answer::Answer,
    binding::Bound,
    bound::{Expectations, validated},
    json::parse_object,
};
use crate::{caller::Caller, clock::Timestamp};

/// Holder and scope of a token that is supposed. No room takes it for one: it is an answer to a question, and no proof.
#[derive(Clone, Debug)]
pub struct Supposed {
    /// The client that it would be of, and its organisation.
    pub holder: Holder,
    /// The scopes that it would carry.
    pub scope: Scope,
    /// Facts that would be asserted of its holder.
    pub facts: Facts,
}

/// Reason why a token would be refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SupposedRefused {
    /// The claims are no answer of RFC 7662 §2.2.
    #[error("the claims are no JSON object with a member active, as the directory answers")]
    NoAnswer,
    /// The check that it would fail.
    #[error(transparent)]
    Token(#[from] TokenRefused),
}

impl TokenSettings {
    /// Judges `claims`, an answer of RFC 7662 §2.2, as that about a token would be; without a `caller` it is presumed
    /// that the certificate is the one that they name.
    ///
    /// # Errors
    /// [`SupposedRefused`].
    pub fn suppose(
        &self,
        claims: &[u8],
        caller: Option<&Caller>,
        now: Timestamp,
    ) -> Result<Supposed, SupposedRefused> {
        let object = parse_object(claims).ok();
        let answer = object.and_then(|object| Answer::read(&object).ok());
        let answer = answer.ok_or(SupposedRefused::NoAnswer)?;
        let expectations = Expectations {
            binding: self.binding,
            issuer: self.issuer.clone(),
            audience: self.audience.clone(),
        };
        let bound = caller.map_or(Bound::ToAnyCertificate, Bound::To);
        let claims = validated(answer, &expectations, bound, now)?;
        Ok(Supposed {
            holder: claims.holder.clone(),
            scope: claims.scope.clone(),
            facts: claims.facts.clone(),
        })
    }
}
