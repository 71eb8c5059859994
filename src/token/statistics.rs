//! Counts for operators.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the start; reloads do not set them back.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Statistics {
    /// Answers kept now, as far as they are counted.
    pub cache_entries: u64,
    /// Tokens judged without asking the authorization server.
    pub cache_hits: u64,
    /// Answers that may be kept; 0 when none are.
    pub cache_limit: u64,
    /// Tokens for which there was nothing to go by, with a cache or without.
    pub cache_misses: u64,
    /// Introspection requests that were sent or tried.
    pub introspection_calls: u64,
    /// Times the authorization server gave no answer that can be used, an answer without `active` included.
    pub upstream_faults: u64,
}

#[derive(Default)]
pub(super) struct Counters {
    cache_hits: AtomicU64,
    cache_misses: AtomicU64,
    introspection_calls: AtomicU64,
    upstream_faults: AtomicU64,
}

impl Counters {
    pub(super) fn count_hit(&self) {
        self.cache_hits.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_miss(&self) {
        self.cache_misses.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_call(&self) {
        self.introspection_calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_fault(&self) {
        self.upstream_faults.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self, cache_entries: u64, cache_limit: u64) -> Statistics {
        Statistics {
            cache_entries,
            cache_hits: self.cache_hits.load(Ordering::Relaxed),
            cache_limit,
            cache_misses: self.cache_misses.load(Ordering::Relaxed),
            introspection_calls: self.introspection_calls.load(Ordering::Relaxed),
            upstream_faults: self.upstream_faults.load(Ordering::Relaxed),
        }
    }
}
