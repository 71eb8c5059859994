//! Bounded cache of certificates that were verified.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, Digest, SHA256};
use moka::sync::Cache;

use super::{Caller, CertificateFacts, validity::Validity};
use crate::{clock::Timestamp, edge::ForwardedCertificate};

/// SHA-256 over the header's format and text.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(super) struct CacheKey([u8; 32]);

impl CacheKey {
    pub(super) fn of(certificate: &ForwardedCertificate<'_>) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(certificate.format().name().as_bytes());
        // No format's name holds a NUL, so format and text cannot run into each other.
        hash.update(&[0]);
        hash.update(certificate.text());
        Self::from(hash.finish())
    }
}

impl From<Digest> for CacheKey {
    fn from(digest: Digest) -> Self {
        let mut key = [0; 32];
        for (byte, hashed) in key.iter_mut().zip(digest.as_ref()) {
            *byte = *hashed;
        }
        Self(key)
    }
}

/// Caller of a verified certificate, and the time in which its dates hold.
#[derive(Clone)]
pub(super) struct CachedCaller {
    caller: Caller,
    validity: Validity,
}

impl CachedCaller {
    pub(super) const fn new(caller: Caller, validity: Validity) -> Self {
        Self { caller, validity }
    }

    pub(super) fn is_valid_at(&self, now: Timestamp) -> bool {
        self.validity.contains(now)
    }

    pub(super) fn facts(&self) -> Arc<CertificateFacts> {
        self.caller.facts().clone()
    }

    pub(super) fn into_caller(self) -> Caller {
        self.caller
    }
}

/// Callers by key, at most as many as its capacity; only verified certificates get in.
pub(super) struct CallerCache(Cache<CacheKey, CachedCaller>);

impl CallerCache {
    pub(super) fn new(capacity: u64) -> Self {
        Self(Cache::new(capacity))
    }

    pub(super) fn get(&self, key: &CacheKey) -> Option<CachedCaller> {
        self.0.get(key)
    }

    pub(super) fn insert(&self, key: CacheKey, cached: CachedCaller) {
        self.0.insert(key, cached);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> u64 {
        self.0.run_pending_tasks();
        self.0.entry_count()
    }
}
