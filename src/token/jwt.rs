//! JWTs that the authorization server has signed, verified by the keys that it publishes: access tokens (RFC 9068), and
//! its answers about tokens (`signed_answer`).

mod claims;
mod header;
mod jws;
mod key;
mod key_set;
mod keys;
mod provider;
mod signed_answer;

use std::{sync::Arc, time::Duration};

use self::{
    claims::{ClaimRules, lifetime},
    header::{HeaderRules, object},
    jws::{NotVerified, Parts, verified},
};
pub(super) use self::{
    keys::{Fetch, Keys},
    signed_answer::SignedAnswers,
};
use super::{
    algorithm::Algorithm,
    answer::{Answer, Claims, holder},
    failure::Failure,
    holder::Holder,
    jwt_fault::JwtFault,
    settings::JwtSettings,
};
use crate::clock::Timestamp;

/// Verifies JWT access tokens.
pub(super) struct JwtVerifier {
    claims: ClaimRules,
    header: HeaderRules,
    keys: Arc<Keys>,
    longest: Option<Duration>,
}

/// Verdict on a JWT that does not change with time.
pub(super) enum Verified {
    /// The authorization server has signed it, for us.
    Good(Arc<Claims>),
    /// As `Good`, and it lives longer than may be without asking whether it was withdrawn.
    LongLived(Arc<Claims>, JwtFault),
    /// It is not to be believed.
    Unfit { fault: JwtFault, holder: Holder },
}

impl JwtVerifier {
    /// Access tokens of `issuer`, signed by `keys` and one of `algorithms`.
    pub(super) fn new(
        settings: JwtSettings,
        issuer: String,
        algorithms: Vec<Algorithm>,
        keys: Arc<Keys>,
    ) -> Self {
        let types: &[&str] = if settings.accepts_plain_jwt {
            &["at+jwt", "jwt"]
        } else {
            &["at+jwt"]
        };
        Self {
            claims: ClaimRules {
                issuer,
                audience: settings.audience,
                required: settings.required_claims,
            },
            header: HeaderRules { algorithms, types },
            keys,
            longest: settings.longest,
        }
    }

    /// `true` when `token` is meant as a JWT: three parts, of which the first is a JOSE header.
    pub(super) fn is_meant(token: &str) -> bool {
        Parts::of(token).is_some_and(|parts| parts.have_header())
    }

    /// Verdict on `token` at `now`.
    ///
    /// # Errors
    ///
    /// Why the keys of the authorization server cannot be had.
    pub(super) async fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, Failure> {
        match verified(token, &self.header, &self.keys, now).await {
            Ok(payload) => Ok(self.judge(payload)),
            Err(NotVerified::Unfit(fault)) => Ok(Verified::Unfit {
                fault,
                holder: Holder::default(),
            }),
            Err(NotVerified::Unavailable(reason)) => Err(reason.into()),
        }
    }

    /// Judges the claims of a token whose signature is good.
    fn judge(&self, payload: &str) -> Verified {
        let Some(object) = object(payload) else {
            return Verified::Unfit {
                fault: JwtFault::PayloadMalformed,
                holder: Holder::default(),
            };
        };
        let claims = match self.claims.read(&object) {
            Ok(claims) => claims,
            Err(fault) => {
                let holder = holder(&object);
                return Verified::Unfit { fault, holder };
            }
        };
        let lives = lifetime(&claims);
        match self.longest.filter(|longest| lives > *longest) {
            None => Verified::Good(claims),
            Some(longest) => Verified::LongLived(
                claims,
                JwtFault::LivesTooLong {
                    seconds: lives.as_secs(),
                    longest: longest.as_secs(),
                },
            ),
        }
    }

    /// The keys by which tokens are verified.
    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }
}

impl Verified {
    /// The answer where nothing but the token itself is asked.
    pub(super) fn alone(self) -> Answer {
        match self {
            Self::Good(claims) => Answer::Active(claims),
            Self::LongLived(claims, fault) => {
                let holder = claims.holder.clone();
                tracing::warn!(
                    "an access token is refused: {fault}; ask the directory for shorter ones, or set tokens.kind = \"both\""
                );
                Answer::Unfit { fault, holder }
            }
            Self::Unfit { fault, holder } => Answer::Unfit { fault, holder },
        }
    }
}

/// Doors for the fuzz targets: what strangers send, without keys that sign it.
#[cfg(fuzzing)]
pub(super) mod fuzzing {
    use super::{
        claims::{ClaimRules, lifetime},
        header::{Header, HeaderRules, object},
        jws::Parts,
        key_set::KeySet,
    };
    use crate::token::{algorithm::Algorithm, claim::Claim, json::parse_object};

    const ALGORITHMS: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa];

    pub(in crate::token) fn read_token(text: &str) {
        let Some(parts) = Parts::of(text) else {
            return;
        };
        let rules = HeaderRules {
            algorithms: ALGORITHMS.to_vec(),
            types: &["at+jwt", "jwt"],
        };
        let header = Header::read(parts.header(), &rules);
        assert!(
            header.is_err() || parts.have_header(),
            "a header names its algorithm"
        );
        for required in [Claim::ALL, &[Claim::Iss, Claim::Exp]] {
            let rules = ClaimRules {
                issuer: "https://as.example/".to_owned(),
                audience: "https://us.example".to_owned(),
                required: required.to_vec(),
            };
            let Some(claims) = object(parts.payload()).and_then(|object| rules.read(&object).ok())
            else {
                continue;
            };
            assert_eq!(claims.iss.as_deref(), Some("https://as.example/"));
            let _ = lifetime(&claims);
        }
    }

    pub(in crate::token) fn read_key_set(bytes: &[u8]) -> Option<usize> {
        let object = parse_object(bytes).ok()?;
        KeySet::read(&object, &ALGORITHMS).ok().map(|set| set.len())
    }
}
