//! The authorization server's answers, remembered for a short while and never as a verdict.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use moka::{Expiry, future};
use rustix::{
    io::Errno,
    rand::{GetRandomFlags, getrandom},
};
use zeroize::Zeroizing;

use super::{answer::Answer, failure::Failure};
use crate::clock::Timestamp;

/// Answers by a keyed hash of their token; bounded in number, each in time.
///
/// The tokens themselves are not kept, and the hashes mean nothing without this process's key.
pub(super) struct Cache {
    entries: future::Cache<CacheKey, Kept>,
    secret: hmac::Key,
}

/// HMAC-SHA-256 of a token.
pub(super) type CacheKey = [u8; 32];

/// The answer that is kept.
pub(super) struct Cached {
    pub(super) answer: Answer,
    /// `true` when this caller is the one to ask anew, beside its request.
    pub(super) is_due: bool,
}

impl Cache {
    /// A cache of at most `entries` answers.
    pub(super) fn new(entries: u64) -> Result<Self, Errno> {
        // From the kernel: AWS-LC gathers entropy of its own before its first byte, and that was 25 of
        // the 30 ms that a start takes. Now it happens beside, with the first call to the authorization server.
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom(bytes.as_mut_slice(), GetRandomFlags::empty())?;
        let secret = hmac::Key::new(hmac::HMAC_SHA256, bytes.as_slice());
        let entries = future::Cache::builder()
            .max_capacity(entries)
            .expire_after(Lifetime)
            .build();
        Ok(Self { entries, secret })
    }

    pub(super) fn capacity(&self) -> Option<u64> {
        self.entries.policy().max_capacity()
    }

    /// About how many answers are kept.
    pub(super) fn len(&self) -> u64 {
        self.entries.entry_count()
    }

    /// Puts away what has come and gone, so that [`Self::len`] is exact.
    pub(super) async fn settle(&self) {
        self.entries.run_pending_tasks().await;
    }

    pub(super) fn key(&self, token: &str) -> CacheKey {
        let mut key = CacheKey::default();
        for (byte, tagged) in key
            .iter_mut()
            .zip(hmac::sign(&self.secret, token.as_bytes()).as_ref())
        {
            *byte = *tagged;
        }
        key
    }

    /// The answer under `key`, when it is no older than `longest` allows now.
    pub(super) async fn get(
        &self,
        key: &CacheKey,
        longest: Duration,
        now: Timestamp,
    ) -> Option<Cached> {
        let kept = self.entries.get(key).await?;
        if kept.is_stale(longest, now) {
            self.entries.invalidate(key).await;
            return None;
        }
        Some(Cached {
            is_due: kept.is_due(now),
            answer: kept.answer,
        })
    }

    /// Puts a newer `answer`, given at `now`, in the place of what is remembered.
    pub(super) async fn renew(
        &self,
        key: CacheKey,
        answer: Answer,
        longest: Duration,
        now: Timestamp,
    ) {
        let kept = Kept::new(answer, longest, now);
        self.entries.insert(key, kept).await;
    }

    /// Remembers what `ask` yields; those who come meanwhile with the same `key` wait for it too.
    ///
    /// A failure goes to those who wait and is not remembered.
    pub(super) async fn get_or_fetch(
        &self,
        key: CacheKey,
        longest: Duration,
        now: Timestamp,
        ask: impl Future<Output = Result<Answer, Failure>>,
    ) -> Result<Answer, Arc<Failure>> {
        let asked = Instant::now();
        let kept = async {
            let answer = ask.await?;
            Ok(Kept::new(answer, longest, now.after(asked.elapsed())))
        };
        self.entries
            .try_get_with(key, kept)
            .await
            .map(|kept| kept.answer)
    }
}

#[derive(Clone)]
struct Kept {
    answer: Answer,
    lifetime: Duration,
    since: Timestamp,
    /// From when on it is to be asked anew, in seconds since the epoch.
    due: Arc<AtomicI64>,
}

impl Kept {
    fn new(answer: Answer, longest: Duration, since: Timestamp) -> Self {
        let lifetime = lifetime(&answer, longest, since);
        let due = match answer {
            Answer::Active(_) => since
                .after((lifetime / 4).max(RENEWAL_AT_EARLIEST))
                .seconds(),
            Answer::Inactive { .. }
            | Answer::Rejected { .. }
            | Answer::Unfit { .. }
            | Answer::Unreadable { .. } => i64::MAX,
        };
        Self {
            answer,
            lifetime,
            since,
            due: Arc::new(AtomicI64::new(due)),
        }
    }

    /// An answer in use is renewed well before its end, so that the authorization server can be away for most
    /// of its lifetime and nobody who was let in before notices. True for one caller at a time.
    fn is_due(&self, now: Timestamp) -> bool {
        let due = self.due.load(Ordering::Relaxed);
        now.seconds() >= due
            && self
                .due
                .compare_exchange(
                    due,
                    now.after(RENEWAL_PAUSE).seconds(),
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                )
                .is_ok()
    }

    /// Entries go by themselves when their lifetime is over. This sees what that does not: a reload
    /// that shortened it, and time during which the machine slept.
    fn is_stale(&self, longest: Duration, now: Timestamp) -> bool {
        let last = self.since.after(self.lifetime.min(longest));
        last.until(now) > Duration::from_secs(1)
    }
}

/// Time that an answer may be kept: never past `exp` (RFC 7662 §4).
fn lifetime(answer: &Answer, longest: Duration, now: Timestamp) -> Duration {
    let most = match answer {
        Answer::Active(claims) => claims.exp.map_or(WITHOUT_EXP, |exp| now.until(exp)),
        Answer::Inactive { .. }
        | Answer::Rejected { .. }
        | Answer::Unfit { .. }
        | Answer::Unreadable { .. } => OF_REFUSAL,
    };
    most.min(longest)
}

struct Lifetime;

impl Expiry<CacheKey, Kept> for Lifetime {
    fn expire_after_create(&self, _: &CacheKey, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(kept.lifetime)
    }

    /// An entry that takes the place of one just expired must not inherit its end.
    fn expire_after_update(
        &self,
        _: &CacheKey,
        kept: &Kept,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(kept.lifetime)
    }
}

const WITHOUT_EXP: Duration = Duration::from_mins(1);
const OF_REFUSAL: Duration = Duration::from_secs(5);

/// Answers that are kept for less than this are never renewed ahead.
const RENEWAL_AT_EARLIEST: Duration = Duration::from_secs(15);

/// Time from one renewal to the next: an authorization server that is away is asked no oftener.
const RENEWAL_PAUSE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
