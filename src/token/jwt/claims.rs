//! Claims of a JWT access token, RFC 9068 §2.2.

use std::{sync::Arc, time::Duration};

use crate::token::{
    answer::{Claims, Unreadable},
    claim::Claim,
    json::Object,
    jwt_fault::JwtFault,
};

/// Demands on claims that do not change with time; time and binding are judged on every use.
pub(super) struct ClaimRules {
    pub(super) issuer: String,
    /// Name of this protected resource.
    pub(super) audience: String,
    /// The claims that must be there.
    pub(super) required: Vec<Claim>,
}

impl ClaimRules {
    /// The claims in `object`, when each that must be there is, and it is meant for us.
    pub(super) fn read(&self, object: &Object) -> Result<Arc<Claims>, JwtFault> {
        let claims = Claims::read(object)
            .map_err(|Unreadable(claim)| JwtFault::ClaimUnreadable { claim })?;
        for claim in self.required.iter().map(|claim| claim.name()) {
            match object.value(claim) {
                Ok(Some(_)) => {}
                Ok(None) => return Err(JwtFault::ClaimMissing { claim }),
                Err(_) => return Err(JwtFault::ClaimUnreadable { claim }),
            }
        }
        for claim in ["sub", "jti"] {
            let text = object.string(claim);
            text.map_err(|_type| JwtFault::ClaimUnreadable { claim })?;
        }
        if claims.iss.as_ref().is_none_or(|iss| *iss != self.issuer) {
            return Err(JwtFault::WrongIssuer);
        }
        // A list of nobody names nobody, and is enough where `aud` need not be there.
        let may_be_empty = !self.required.contains(&Claim::Aud);
        let is_ours =
            |aud: &Vec<String>| aud.contains(&self.audience) || may_be_empty && aud.is_empty();
        if claims.aud.as_ref().is_some_and(|aud| !is_ours(aud)) {
            return Err(JwtFault::WrongAudience);
        }
        Ok(Arc::new(claims))
    }
}

/// Time from the issue of a token to its end; a token without either has no end that is known.
pub(super) fn lifetime(claims: &Claims) -> Duration {
    match (claims.iat, claims.exp) {
        (Some(iat), Some(exp)) => iat.until(exp),
        _ => Duration::MAX,
    }
}
