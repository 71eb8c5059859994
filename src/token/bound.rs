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
mod tests {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::{super::json::parse_object, *};
    use crate::caller::Thumbprint;

    const NOW: i64 = 1_768_478_400;
    const ISSUER: &str = "https://auth.example/";

    fn thumbprint(byte: u8) -> String {
        URL_SAFE_NO_PAD.encode([byte; 32])
    }

    fn read(answer: &Value) -> Answer {
        Answer::read(&parse_object(answer.to_string().as_bytes()).unwrap()).unwrap()
    }

    fn caller() -> Caller {
        Caller::for_test(Thumbprint::parse(&thumbprint(7)).unwrap())
    }

    /// Judges a good answer with `member` set to `value`, for a resource that is `audience`.
    fn validated(member: &str, value: Value, audience: Option<&str>) -> Result<(), TokenRefused> {
        let mut answer = json!({
            "active": true, "cnf": {"x5t#S256": thumbprint(7)},
            "iss": ISSUER, "token_type": "Bearer",
            "iat": NOW - 60, "exp": NOW + 60, "aud": ["https://us.example", "https://b.example"],
        });
        let object = answer.as_object_mut().unwrap();
        object.insert(member.to_owned(), value);
        let answer = read(&answer);
        let audience = audience.map(ToOwned::to_owned);
        let expectations = Expectations {
            binding: Binding::default(),
            issuer: ISSUER.to_owned(),
            audience,
        };
        BoundToken::validate(
            answer,
            &expectations,
            &caller(),
            Timestamp::from_seconds(NOW),
        )
        .map(drop)
    }

    fn with(member: &str, value: Value) -> Result<(), TokenRefused> {
        validated(member, value, None)
    }

    /// Rows: OE-VAL-7, CON-15
    #[test]
    fn a_token_issued_more_than_ten_seconds_ahead_is_refused() {
        let now = Timestamp::from_seconds(NOW);
        let ahead = Timestamp::from_seconds(NOW + 11);
        assert_eq!(with("iat", json!(NOW + 10)), Ok(()));
        assert_eq!(
            with("iat", json!(NOW + 11)),
            Err(TokenRefused::IssuedInFuture { iat: ahead, now })
        );
        assert_eq!(with("nbf", json!(NOW + 10)), Ok(()));
        assert_eq!(
            with("nbf", json!(NOW + 11)),
            Err(TokenRefused::NotYetValid { nbf: ahead, now })
        );
    }

    /// Rows: OE-VAL-8, CON-15
    #[test]
    fn at_the_instant_exp_a_token_is_expired() {
        let now = Timestamp::from_seconds(NOW);
        for seconds in [NOW - 1, NOW] {
            let exp = Timestamp::from_seconds(seconds);
            assert_eq!(
                with("exp", json!(seconds)),
                Err(TokenRefused::Expired { exp, now })
            );
        }
        assert_eq!(with("exp", json!(NOW + 1)), Ok(()));
    }

    /// Rows: INT-17, DISC-7
    #[test]
    fn rfc7662_2_2_another_issuer_or_audience_is_refused() {
        let us = Some("https://us.example");
        assert_eq!(validated("x", json!(0), us), Ok(()));
        assert_eq!(validated("aud", json!("https://us.example"), us), Ok(()));
        for aud in [
            json!("https://b.example"),
            json!([]),
            json!(["https://US.example"]),
        ] {
            assert_eq!(
                validated("aud", aud.clone(), us),
                Err(TokenRefused::WrongAudience)
            );
            assert_eq!(validated("aud", aud, None), Ok(()));
        }
        for iss in [
            "https://auth.example",
            "https://AUTH.example/",
            "https://evil.example/",
            "",
        ] {
            assert_eq!(
                with("iss", json!(iss)),
                Err(TokenRefused::WrongIssuer),
                "{iss}"
            );
        }
    }

    /// Rows: INT-18
    #[test]
    fn rfc6749_7_1_the_token_type_is_bearer_in_any_case() {
        for kind in ["Bearer", "bearer", "BEARER"] {
            assert_eq!(with("token_type", json!(kind)), Ok(()));
        }
        for kind in ["mac", "DPoP", ""] {
            assert_eq!(
                with("token_type", json!(kind)),
                Err(TokenRefused::WrongType),
                "{kind}"
            );
        }
    }

    /// Rows: MTLS-1, MTLS-4, MTLS-5, OE-VAL-10, INT-10
    #[test]
    fn rfc8705_3_a_token_is_bound_to_the_callers_certificate() {
        assert_eq!(with("cnf", json!({"x5t#S256": thumbprint(7)})), Ok(()));
        for (cnf, refusal) in [
            (
                json!({"x5t#S256": thumbprint(8)}),
                TokenRefused::OtherCertificate,
            ),
            (json!({}), TokenRefused::NotBound),
            (
                json!({"jkt": thumbprint(7)}),
                TokenRefused::ProofOfPossessionMissing,
            ),
            (
                json!({"jkt": thumbprint(7), "x5t#S256": thumbprint(7)}),
                TokenRefused::ProofOfPossessionMissing,
            ),
            (
                json!({"x5t#S256": thumbprint(7) + "="}),
                TokenRefused::Unreadable {
                    member: "cnf.x5t#S256",
                },
            ),
        ] {
            assert_eq!(with("cnf", cnf.clone()), Err(refusal), "{cnf}");
        }
    }

    /// Rows: INT-19
    #[test]
    fn rfc7662_4_only_who_holds_a_token_learns_what_is_wrong_with_it() {
        let wrong = [
            ("iss", json!("https://else/")),
            ("token_type", json!("mac")),
            ("iat", json!(NOW + 1000)),
            ("nbf", json!(NOW + 1000)),
            ("exp", json!("tomorrow")),
            ("scope", json!(7)),
        ];
        let expectations = Expectations {
            binding: Binding::default(),
            issuer: ISSUER.to_owned(),
            audience: None,
        };
        for (member, value) in wrong {
            assert_ne!(
                with(member, value.clone()),
                Err(TokenRefused::OtherCertificate)
            );
            let mut answer = json!({"active": true, "cnf": {"x5t#S256": thumbprint(8)}});
            answer[member] = value;
            let now = Timestamp::from_seconds(NOW);
            let validated = BoundToken::validate(read(&answer), &expectations, &caller(), now);
            assert_eq!(
                validated.unwrap_err(),
                TokenRefused::OtherCertificate,
                "{member}"
            );
        }
    }

    /// Rows: OE-VAL-9, MTLS-4
    #[test]
    fn all_but_the_binding_may_be_absent() {
        let bare = json!({"active": true, "cnf": {"x5t#S256": thumbprint(7)}});
        let unbound = json!({"active": true});
        let expectations = Expectations {
            binding: Binding::default(),
            issuer: ISSUER.to_owned(),
            audience: Some("a".to_owned()),
        };
        let validate = |answer: &Value| {
            let answer = read(answer);
            BoundToken::validate(
                answer,
                &expectations,
                &caller(),
                Timestamp::from_seconds(NOW),
            )
        };
        let bound = validate(&bare).unwrap();
        assert!(bound.scope().is_empty() && bound.client_id().is_none());
        assert_eq!(validate(&unbound).unwrap_err(), TokenRefused::NotBound);
    }
}
