//! JWT access tokens, RFC 9068: verified here, by keys that the authorization server publishes.

mod claims;
mod header;
mod key;
mod key_set;
mod keys;
mod provider;

use std::{sync::Arc, time::Duration};

use tokio::runtime::Handle;

pub(super) use self::keys::Known;
use self::{
    claims::{ClaimRules, lifetime},
    header::{Header, HeaderRules, is_header, object},
    key_set::KeySet,
    keys::{Fetch, Keys},
};
use super::{
    answer::{Answer, Claims, holder},
    authorization_server::AuthorizationServer,
    discovery::NotReady,
    failure::Failure,
    holder::Holder,
    jwt_fault::JwtFault,
    refused::Unavailability,
    settings::JwtSettings,
    statistics::Counters,
};
use crate::clock::Timestamp;

/// Verifies JWT access tokens.
pub(super) struct JwtVerifier {
    claims: ClaimRules,
    header: HeaderRules,
    keys: Keys,
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
    /// Begins to fetch the keys of `issuer` where `server` finds them.
    pub(super) fn start(
        settings: JwtSettings,
        issuer: String,
        server: AuthorizationServer,
        means: Means,
        runtime: &Handle,
    ) -> Self {
        provider::install();
        let fetch = Fetch {
            algorithms: settings.algorithms.clone(),
            client: means.client,
            counters: means.counters,
            lifetime: settings.keys_lifetime,
            patience: means.patience,
        };
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
            header: HeaderRules {
                algorithms: settings.algorithms,
                types,
            },
            keys: Keys::start(fetch, server, means.known, runtime),
            longest: settings.longest,
        }
    }

    /// `true` when `token` is meant as a JWT: three parts, of which the first is a JOSE header.
    pub(super) fn is_meant(token: &str) -> bool {
        Parts::of(token).is_some_and(|parts| is_header(parts.header))
    }

    /// Verdict on `token` at `now`.
    ///
    /// # Errors
    ///
    /// Why the keys of the authorization server cannot be had.
    pub(super) async fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, Failure> {
        let unfit = |fault| Verified::Unfit {
            fault,
            holder: Holder::default(),
        };
        let Some(parts) = Parts::of(token) else {
            return Ok(unfit(JwtFault::NotAJwt));
        };
        let header = match Header::read(parts.header, &self.header) {
            Ok(header) => header,
            Err(fault) => return Ok(unfit(fault)),
        };
        let mut verified = parts.verify(&header, &*self.keys.current(now).await?);
        if verified == Err(JwtFault::UnknownKey) {
            verified = parts.verify(&header, &*self.keys.renewed(now).await?);
        }
        Ok(match verified {
            Ok(()) => self.judge(parts.payload),
            Err(fault) => unfit(fault),
        })
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

    /// The number of keys that can be used.
    pub(super) fn keys(&self) -> Result<usize, Unavailability> {
        self.keys.number()
    }

    /// The keys that are known, to be kept beyond a reload.
    pub(super) fn known(&self) -> Known {
        self.keys.known()
    }

    /// Readiness: there are keys.
    pub(super) fn readiness(&self) -> Result<(), NotReady> {
        self.keys.server().known()?;
        match self.keys.number() {
            Ok(_) => Ok(()),
            Err(Unavailability::KeysUnknown) => Err(NotReady::NotAskedYet),
            Err(reason) => Err(NotReady::NoKeys(reason)),
        }
    }

    /// The finder of the key set.
    pub(super) fn server(&self) -> &AuthorizationServer {
        self.keys.server()
    }

    /// Waits until a first attempt to fetch the keys has ended.
    pub(super) async fn probe(&self) -> Result<(), Unavailability> {
        self.keys.current(Timestamp::now()).await.map(drop)
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

/// Means by which keys are fetched, and what is known of them.
pub(super) struct Means {
    pub(super) client: reqwest::Client,
    pub(super) counters: Arc<Counters>,
    pub(super) known: Option<Known>,
    pub(super) patience: Duration,
}

/// The parts of a JWS in its compact serialization, RFC 7515 §7.1.
struct Parts<'t> {
    header: &'t str,
    payload: &'t str,
    signature: &'t str,
    /// Header and payload, as they are signed.
    signed: &'t str,
}

impl<'t> Parts<'t> {
    fn of(token: &'t str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let is_whole = !payload.contains('.') && !header.is_empty() && !signature.is_empty();
        is_whole.then_some(Self {
            header,
            payload,
            signature,
            signed,
        })
    }

    /// Finds a key of `keys` that has signed, RFC 8725 §3.1.
    fn verify(&self, header: &Header, keys: &KeySet) -> Result<(), JwtFault> {
        let fitting = keys.fitting(header)?;
        let mut fitting = fitting.into_iter();
        if fitting.any(|key| key.verifies(self.signature, self.signed)) {
            Ok(())
        } else {
            Err(JwtFault::SignatureWrong)
        }
    }
}
