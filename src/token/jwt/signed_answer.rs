//! Signed introspection answers, RFC 9701 §5.

use std::{sync::Arc, time::Duration};

use super::{
    header::{HeaderRules, object},
    jws::{NotVerified, verified},
    keys::Keys,
};
use crate::{
    clock::Timestamp,
    token::{
        algorithm::Algorithm,
        answer::{Unreadable, audience, numeric_date, string},
        body::Received,
        json::Object,
        jwt_fault::{AnswerFault, JwtFault},
        refused::Unavailability,
    },
};

/// Reader of signed answers: nothing else that the authorization server says of a token is believed.
pub(in crate::token) struct SignedAnswers {
    claims: EnvelopeRules,
    header: HeaderRules,
    keys: Arc<Keys>,
}

/// Demands on the claims around an answer.
struct EnvelopeRules {
    /// Our `client_id`: the answer is meant for who has asked.
    audience: String,
    issuer: String,
}

impl SignedAnswers {
    /// Media type that is asked for.
    pub(in crate::token) const MEDIA_TYPE: &str = "application/token-introspection+jwt";

    /// Answers of `issuer` to `client_id`, signed by `keys` and one of `algorithms`.
    pub(in crate::token) fn new(
        issuer: String,
        client_id: String,
        algorithms: Vec<Algorithm>,
        keys: Arc<Keys>,
    ) -> Self {
        Self {
            claims: EnvelopeRules {
                audience: client_id,
                issuer,
            },
            header: HeaderRules {
                algorithms,
                types: &["token-introspection+jwt"],
            },
            keys,
        }
    }

    /// The keys by which answers are verified.
    pub(in crate::token) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The answer in `received`, as RFC 7662 §2.2 has it, when the authorization server has signed it for us just now.
    pub(in crate::token) async fn read(
        &self,
        received: &Received,
        now: Timestamp,
    ) -> Result<Object, Unavailability> {
        let not_signed = || Unavailability::NotSigned(received.content());
        let text = received.text_of(Self::MEDIA_TYPE).ok_or_else(not_signed)?;
        let answer = match verified(text, &self.header, &self.keys, now).await {
            Ok(payload) => self.claims.answer(payload, now),
            Err(NotVerified::Unfit(fault)) => Err(fault.into()),
            Err(NotVerified::Unavailable(reason)) => return Err(reason),
        };
        answer.map_err(Unavailability::AnswerNotBelieved)
    }
}

impl EnvelopeRules {
    /// The member `token_introspection` of a signed payload.
    fn answer(&self, payload: &str, now: Timestamp) -> Result<Object, AnswerFault> {
        let claims = object(payload).ok_or(JwtFault::PayloadMalformed)?;
        if required(string(&claims, "iss"), "iss")? != self.issuer {
            return Err(JwtFault::WrongIssuer.into());
        }
        if !required(audience(&claims), "aud")?.contains(&self.audience) {
            return Err(JwtFault::WrongAudience.into());
        }
        is_current(&claims, now)?;
        let answer = claims.object(ANSWER).map_err(|_type| Unreadable(ANSWER));
        Ok(required(answer, ANSWER)?)
    }
}

/// RFC 9701 §5 has `iat`; `exp` and `nbf` ought not to be there, and count when they are (RFC 7519 §4.1).
fn is_current(claims: &Object, now: Timestamp) -> Result<(), AnswerFault> {
    let iat = required(numeric_date(claims, "iat"), "iat")?;
    let optional = |claim| {
        let time = numeric_date(claims, claim);
        time.map_err(|Unreadable(claim)| JwtFault::ClaimUnreadable { claim })
    };
    let is_over = optional("exp")?.is_some_and(|exp| exp <= now);
    let is_early = optional("nbf")?.is_some_and(|nbf| nbf > now.after(SKEW));
    if iat > now.after(SKEW) || iat.after(OLDEST) < now || is_over || is_early {
        return Err(AnswerFault::NotCurrent { iat, now });
    }
    Ok(())
}

fn required<T>(claim: Result<Option<T>, Unreadable>, name: &'static str) -> Result<T, JwtFault> {
    match claim {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(JwtFault::ClaimMissing { claim: name }),
        Err(Unreadable(claim)) => Err(JwtFault::ClaimUnreadable { claim }),
    }
}

const ANSWER: &str = "token_introspection";

/// Time that the authorization server's clock may be ahead of ours.
const SKEW: Duration = Duration::from_secs(10);

/// Age of an answer that is still one to our question.
const OLDEST: Duration = Duration::from_mins(1);
