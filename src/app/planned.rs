//! Turns of planned queries: those that walk through many rows, so that nobody can say beforehand how long they take.
//!
//! A few of them run at once, the others wait in order. When one has waited for a processor, others want it: files that
//! are sent, keys that are looked up, TLS in front. Then each turn rests for a multiple of the processor time that its
//! query took, and the next one waits meanwhile. The multiple grows as long as processors are wanted and shrinks when
//! they are not, so that queries run at full speed on a machine that has nothing else to do.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};

use crate::fair_semaphore::{FairSemaphore, Slot};

/// The turns of one site.
#[derive(Debug)]
pub struct Planned {
    running: FairSemaphore,
    waiting: FairSemaphore,
    pace: Arc<Mutex<Pace>>,
}

/// A turn: until it is over, no other query has it.
#[derive(Debug)]
pub(super) struct Turn {
    slot: Slot,
    pace: Arc<Mutex<Pace>>,
}

/// A query on its way: since it was sent to a thread, and since that thread began with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Running {
    sent: Instant,
    processor_time: Duration,
}

/// Rests beside work.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// Rest for each unit of processor time.
    multiple: f64,
    /// Rest that was too short to be taken.
    owed: Duration,
}

impl Planned {
    /// Turns on a machine with so many `processors`.
    #[must_use]
    pub fn new(processors: usize) -> Self {
        Self {
            running: FairSemaphore::new((processors / 2).max(FEWEST)),
            waiting: FairSemaphore::new(MOST_WAITING),
            pace: Arc::default(),
        }
    }

    /// A turn for `consumer`, as soon as it is its; none where as many wait as may, and where it takes too long.
    pub(super) async fn turn(&self, consumer: &str) -> Option<Turn> {
        let _waiting = self.waiting.try_acquire(consumer)?;
        let slot = tokio::time::timeout(LONGEST_WAIT, self.running.acquire(consumer)).await;
        Some(Turn {
            slot: slot.ok().flatten()?,
            pace: Arc::clone(&self.pace),
        })
    }
}

impl Turn {
    /// Ends the turn of the query that was `running`, after its rest; the answer does not wait for that.
    pub(super) fn end(self, running: Running) {
        let (elapsed, used) = running.so_far();
        self.end_after(elapsed, used);
    }

    fn end_after(self, elapsed: Duration, used: Duration) {
        let rest = {
            let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
            pace.rest_after(elapsed, used)
        };
        if rest.is_zero() {
            return;
        }
        let slot = self.slot;
        tokio::spawn(async move {
            tokio::time::sleep(rest).await;
            drop(slot);
        });
    }
}

impl Running {
    /// The query that was `sent`, begun by this thread.
    pub(super) fn begin(sent: Instant) -> Self {
        Self {
            sent,
            processor_time: processor_time(),
        }
    }

    /// The time since it was sent, and the processor time that this thread took for it.
    fn so_far(self) -> (Duration, Duration) {
        let used = processor_time().saturating_sub(self.processor_time);
        (self.sent.elapsed(), used)
    }
}

impl Pace {
    /// The rest after work that `used` so much of the time `elapsed`.
    fn rest_after(&mut self, elapsed: Duration, used: Duration) -> Duration {
        let waited = elapsed.saturating_sub(used);
        self.multiple = if waited > used / 2 + GRACE {
            (self.multiple * 2.0).clamp(1.0, MOST_REST_FOR_WORK)
        } else {
            // As good as none is none.
            Some(self.multiple * 0.9)
                .filter(|multiple| *multiple > 0.1)
                .unwrap_or_default()
        };
        let rest = self.owed + used.mul_f64(self.multiple);
        if rest < SHORTEST_REST {
            self.owed = rest;
            return Duration::ZERO;
        }
        self.owed = Duration::ZERO;
        rest.min(LONGEST_REST)
    }
}

fn processor_time() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

/// Turns at once, at least: behind a long query short ones go on.
const FEWEST: usize = 2;
/// Queries that wait for their turn, of all consumers together.
const MOST_WAITING: usize = 256;
/// Time that a query waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Rest for each unit of processor time where processors are wanted.
const MOST_REST_FOR_WORK: f64 = 16.0;
/// Waiting that says nothing: until a thread has been woken.
const GRACE: Duration = Duration::from_micros(500);
/// Rests, which a timer of milliseconds ends.
const SHORTEST_REST: Duration = Duration::from_millis(1);
const LONGEST_REST: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
