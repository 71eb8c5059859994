//! Counts of the calls of one group.

use std::collections::BTreeMap;

use super::histogram::Histogram;
use crate::{
    audit::{facts::Facts, refused::Refused},
    clock::Milliseconds,
};

/// Calls of one group, counted.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Calls in all.
    pub calls: u64,
    /// Those that were answered with what they asked for (2xx and 3xx).
    pub successes: u64,
    /// Those that failed by the caller's fault (4xx).
    pub failures_of_callers: u64,
    /// Those that failed by ours (5xx).
    pub failures_of_ours: u64,
    /// Those that were put off because of their number or size (429, and 503 of a full house).
    pub rejections: u64,
    /// Rows.
    pub rows: u64,
    /// Octets of bodies.
    pub bytes: u64,
    /// Calls that were refused, by the room that refused.
    pub refusals: BTreeMap<Box<str>, u64>,
    /// Most calls of one second.
    pub peak: u64,
    duration_us: u64,
    durations: Histogram,
    second: (i64, u64),
}

impl Group {
    pub(super) fn count(&mut self, facts: &Facts<'_>, time: Milliseconds) {
        self.add(facts, 1);
        let second = time.count().div_euclid(1000);
        if self.second.0 != second {
            self.second = (second, 0);
        }
        self.second.1 += 1;
        self.peak = self.peak.max(self.second.1);
    }

    /// Counts calls of which there is no line each, and so no second; they took equally long.
    pub(super) fn count_refused(&mut self, refused: &Refused<'_>) {
        if refused.requests > 0 {
            self.add(&refused.into(), refused.requests);
        }
    }

    /// Adds as many `calls` that were answered alike; octets and time are those of all of them.
    fn add(&mut self, facts: &Facts<'_>, calls: u64) {
        self.calls = self.calls.saturating_add(calls);
        let of_status = match facts.status {
            ..400 => &mut self.successes,
            400..500 => &mut self.failures_of_callers,
            500.. => &mut self.failures_of_ours,
        };
        *of_status = of_status.saturating_add(calls);
        if facts.status == 429 || facts.reason.as_deref() == Some(BUSY) {
            self.rejections += calls;
        }
        self.rows = self.rows.saturating_add(facts.rows.unwrap_or(0));
        self.bytes = self.bytes.saturating_add(facts.bytes);
        if let Some(stage) = &facts.stage {
            let refused = self.refusals.entry(stage.as_ref().into()).or_default();
            *refused = refused.saturating_add(calls);
        }
        self.duration_us = self.duration_us.saturating_add(facts.duration_us);
        let each = facts.duration_us.checked_div(calls).unwrap_or(0);
        self.durations.add(each, calls);
    }

    /// Percent of the calls that did not fail by our fault.
    #[must_use]
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a share of numbers that are far below 2^53"
    )]
    pub fn availability(&self) -> f64 {
        if self.calls == 0 {
            return 100.0;
        }
        100.0 * (self.calls - self.failures_of_ours) as f64 / self.calls as f64
    }

    /// Microseconds of a call on average.
    #[must_use]
    pub fn average_us(&self) -> u64 {
        self.duration_us.checked_div(self.calls).unwrap_or(0)
    }

    /// Microseconds that `percent` of the calls did not pass, at most 3.2 % too high.
    #[must_use]
    pub fn quantile_us(&self, percent: u64) -> u64 {
        self.durations.quantile(percent).unwrap_or(0)
    }
}

/// Reason of a refusal where as many are at it as may be.
const BUSY: &str = "busy";
