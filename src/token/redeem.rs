//! [`Tokens`]: from an access token to a [`BoundToken`].

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::Handle;
use zeroize::Zeroizing;

use super::{
    answer::Answer,
    assembly,
    authorization_server::Clocks,
    bound::{BoundToken, Expectations},
    cache::{Cache, CacheKey},
    discovery::NotReady,
    holder::Holder,
    refused::{TokenRefused, Unavailability},
    settings::{KeySettings, StartError, TokenKinds, TokenSettings},
    source::Source,
    statistics::{Counters, Statistics},
};
use crate::{caller::Caller, clock::Timestamp, edge::AccessToken};

/// Redeems access tokens by what the authorization server says; dropped, it stops looking for it.
pub struct Tokens {
    /// `None` when nothing is to be kept.
    cache: Option<Arc<Cache>>,
    client_id: String,
    counters: Arc<Counters>,
    keys: KeySettings,
    kinds: TokenKinds,
    signed_answers: bool,
    source: Arc<Source>,
    longest: Duration,
    runtime: Handle,
    expectations: Expectations,
}

impl Tokens {
    /// Begins to look for the authorization server, and does not wait for it.
    ///
    /// Calls are made on `runtime`, whoever asks for them. What `previous` had learned is kept when
    /// it is of the same issuer and `client_id`: endpoint and keys, and the answers unless their number
    /// is bounded differently now, or other tokens are accepted.
    ///
    /// # Errors
    ///
    /// When a URL is not `https`, or no outbound client can be made of the settings.
    pub fn start(
        settings: TokenSettings,
        previous: Option<&Self>,
        runtime: Handle,
    ) -> Result<Self, StartError> {
        let same = previous.filter(|previous| previous.is_for(&settings));
        let cache = cache(&settings, same)?;
        let counters = previous.map(|previous| Arc::clone(&previous.counters));
        let counters = counters.unwrap_or_default();
        let longest = Duration::from_secs(settings.cache_seconds.into());
        let expectations = Expectations {
            binding: settings.binding,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
        };
        let client_id = settings.client_id.clone();
        let (kinds, keys) = (settings.kinds.clone(), settings.keys.clone());
        let signed_answers = settings.signed_answers;
        let alike = same.filter(|previous| previous.learns_as(&settings));
        let known = alike.map(|previous| &*previous.source);
        let source = assembly::source(settings, known, &counters, &runtime)?;
        Ok(Self {
            cache,
            client_id,
            counters,
            keys,
            kinds,
            signed_answers,
            source: Arc::new(source),
            longest,
            runtime,
            expectations,
        })
    }

    /// Judges `token` by what the authorization server says of it, for `caller` and at `now`.
    ///
    /// # Errors
    ///
    /// When the authorization server does not vouch for the token, the token is out of time, not for us or not
    /// the caller's (RFC 7662 §4, RFC 8705 §3), or the authorization server cannot be asked.
    pub async fn redeem(
        &self,
        token: AccessToken<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<BoundToken, TokenRefused> {
        self.redeem_noting(token, caller, now, |_| ()).await
    }

    /// As [`Self::redeem`]; of a refused token, `note` is told whom the authorization server names as its holder.
    ///
    /// # Errors
    ///
    /// As [`Self::redeem`].
    pub async fn redeem_noting(
        &self,
        token: AccessToken<'_>,
        caller: &Caller,
        now: Timestamp,
        note: impl FnOnce(Holder),
    ) -> Result<BoundToken, TokenRefused> {
        let key = self.cache.as_ref().map(|cache| cache.key(token.secret()));
        if let (Some(cache), Some(key)) = (&self.cache, &key)
            && let Some(cached) = cache.get(key, self.longest, now).await
        {
            self.counters.count_hit();
            if cached.is_due {
                self.renew(token, caller, cache, *key, now);
            }
            return self.validate(cached.answer, caller, now, note);
        }
        self.counters.count_miss();
        let asked = Instant::now();
        let answer = self.fetch(token, caller, key, now).await?;
        self.validate(answer, caller, now.after(asked.elapsed()), note)
    }

    fn validate(
        &self,
        answer: Answer,
        caller: &Caller,
        now: Timestamp,
        note: impl FnOnce(Holder),
    ) -> Result<BoundToken, TokenRefused> {
        let holder = answer.holder();
        let validated = BoundToken::validate(answer, &self.expectations, caller, now);
        if validated.is_err() {
            note(holder);
        }
        validated
    }

    /// Readiness: the authorization server's endpoint is known, and its keys where they are needed.
    ///
    /// # Errors
    ///
    /// Why it is not known yet.
    pub fn readiness(&self) -> Result<(), NotReady> {
        self.source.readiness()
    }

    /// The authorization server's clock and ours, once its metadata has been fetched with a date.
    #[must_use]
    pub fn clocks(&self) -> Option<Clocks> {
        self.source.server().clocks()
    }

    /// Asks about a token that nobody has, where any is asked about: it shows that the authorization server knows us.
    ///
    /// # Errors
    ///
    /// Why it gives no answer; [`Unavailability::RefusedUs`] when it refuses our certificate or `client_id`.
    pub async fn probe(&self) -> Result<(), Unavailability> {
        self.source.probe().await
    }

    /// Looks at the authorization server's keys, where anything signed is believed.
    ///
    /// # Errors
    ///
    /// Why there are none.
    pub async fn probe_keys(&self) -> Result<(), NotReady> {
        self.source.probe_keys().await.map_err(NotReady::NoKeys)
    }

    /// The number of keys by which signatures are verified, where anything signed is believed and there are keys.
    #[must_use]
    pub fn keys(&self) -> Option<usize> {
        self.source.keys()?.number().ok()
    }

    /// The counts so far; the number of answers kept is about right.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let cache = self.cache.as_deref();
        let limit = cache.and_then(Cache::capacity).unwrap_or(0);
        let entries = cache.map_or(0, Cache::len);
        self.counters.read(entries, limit)
    }

    /// The counts so far, with the number of answers that are kept right now.
    pub async fn settled_statistics(&self) -> Statistics {
        if let Some(cache) = &self.cache {
            cache.settle().await;
        }
        self.statistics()
    }

    /// Asks in a task of its own: a client that goes away takes nothing from others who wait.
    async fn fetch(
        &self,
        token: AccessToken<'_>,
        caller: &Caller,
        key: Option<CacheKey>,
        now: Timestamp,
    ) -> Result<Answer, TokenRefused> {
        let source = Arc::clone(&self.source);
        let secret = Zeroizing::new(token.secret().to_owned());
        let who = caller.thumbprint().to_string();
        let ask = async move { source.answer(&secret, &who, now).await };
        let task = match (self.cache.clone(), key) {
            (Some(cache), Some(key)) => {
                let longest = self.longest;
                self.runtime.spawn(async move {
                    let kept = cache.get_or_fetch(key, longest, now, ask).await;
                    kept.map_err(Arc::unwrap_or_clone)
                })
            }
            _ => self.runtime.spawn(ask),
        };
        let outcome = task
            .await
            .unwrap_or_else(|_stopped| Err(Unavailability::Stopped.into()));
        Ok(outcome?)
    }

    /// Asks beside the request about a token that is in use; without an answer, what is remembered
    /// stays until its end.
    fn renew(
        &self,
        token: AccessToken<'_>,
        caller: &Caller,
        cache: &Arc<Cache>,
        key: CacheKey,
        now: Timestamp,
    ) {
        let source = Arc::clone(&self.source);
        let secret = Zeroizing::new(token.secret().to_owned());
        let who = caller.thumbprint().to_string();
        let (cache, longest) = (Arc::clone(cache), self.longest);
        self.runtime.spawn(async move {
            let asked = Instant::now();
            if let Ok(answer) = source.answer(&secret, &who, now).await {
                let now = now.after(asked.elapsed());
                cache.renew(key, answer, longest, now).await;
            }
        });
    }

    fn is_for(&self, settings: &TokenSettings) -> bool {
        self.expectations.issuer == settings.issuer && self.client_id == settings.client_id
    }

    /// `true` when what is known of a token comes about as `settings` would have it.
    fn learns_as(&self, settings: &TokenSettings) -> bool {
        self.kinds == settings.kinds
            && self.keys == settings.keys
            && self.signed_answers == settings.signed_answers
    }
}

fn cache(
    settings: &TokenSettings,
    previous: Option<&Tokens>,
) -> Result<Option<Arc<Cache>>, StartError> {
    if settings.cache_seconds == 0 {
        return Ok(None);
    }
    // What one way of learning has said is not the other's to say.
    let alike = previous.filter(|previous| previous.learns_as(settings));
    let kept = alike
        .and_then(|previous| previous.cache.clone())
        .filter(|cache| cache.capacity() == Some(settings.cache_entries));
    if kept.is_some() {
        return Ok(kept);
    }
    match Cache::new(settings.cache_entries) {
        Ok(cache) => Ok(Some(Arc::new(cache))),
        Err(_errno) => Err(StartError::NoRandomness),
    }
}
