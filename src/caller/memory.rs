//! Bounded memory of certificates that were verified.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, Digest, SHA256};
use moka::sync::Cache;

use super::{Caller, CertificateFacts, window::Window};
use crate::{clock::Timestamp, edge::ForwardedCertificate};

/// SHA-256 over the header's format and text: what a verdict is found by.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(super) struct Key([u8; 32]);

impl Key {
    pub(super) fn of(certificate: &ForwardedCertificate<'_>) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(certificate.format().name().as_bytes());
        // No format's name holds a NUL, so format and text cannot run into each other.
        hash.update(&[0]);
        hash.update(certificate.text());
        Self::from(hash.finish())
    }
}

impl From<Digest> for Key {
    fn from(digest: Digest) -> Self {
        let mut key = [0; 32];
        for (octet, hashed) in key.iter_mut().zip(digest.as_ref()) {
            *octet = *hashed;
        }
        Self(key)
    }
}

/// That a certificate was verified, and while which dates hold.
#[derive(Clone)]
pub(super) struct Verdict {
    caller: Caller,
    window: Window,
}

impl Verdict {
    pub(super) const fn new(caller: Caller, window: Window) -> Self {
        Self { caller, window }
    }

    pub(super) fn stands_at(&self, now: Timestamp) -> bool {
        self.window.contains(now)
    }

    pub(super) fn facts(&self) -> Arc<CertificateFacts> {
        self.caller.facts().clone()
    }

    pub(super) fn into_caller(self) -> Caller {
        self.caller
    }
}

/// Verdicts by key, at most as many as its capacity; only verified certificates get in.
pub(super) struct Memory(Cache<Key, Verdict>);

impl Memory {
    pub(super) fn new(capacity: u64) -> Self {
        Self(Cache::new(capacity))
    }

    pub(super) fn recall(&self, key: &Key) -> Option<Verdict> {
        self.0.get(key)
    }

    pub(super) fn keep(&self, key: Key, verdict: Verdict) {
        self.0.insert(key, verdict);
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> u64 {
        self.0.run_pending_tasks();
        self.0.entry_count()
    }
}
