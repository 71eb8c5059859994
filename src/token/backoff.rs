//! Slows a consumer whose questions have no answer, and nobody else.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use moka::sync;

/// The consumers whose questions had no answer lately, by the name of each; bounded in number.
pub(super) struct Backoffs(sync::Cache<String, Arc<Backoff>>);

/// One consumer's: after [`TOLERATED_FAILURES`] in a row it waits, then asks one question at a time.
///
/// The wait begins at one second and doubles to fifteen while that has no answer; an answer ends it.
struct Backoff(Mutex<State>);

#[derive(Clone, Copy)]
enum State {
    Free { failures: u32 },
    Held { until: Instant, wait: Duration },
    Trying { wait: Duration },
}

/// This consumer's next question may be asked after `retry_after`.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Held {
    pub(super) retry_after: Duration,
}

impl Backoffs {
    pub(super) fn new() -> Self {
        let consumers = sync::Cache::builder()
            .max_capacity(MOST_CONSUMERS)
            .time_to_idle(REMEMBERED)
            .build();
        Self(consumers)
    }

    /// Leave to try a question for `who` at all.
    pub(super) fn allows(&self, who: &str, now: Instant) -> Result<(), Held> {
        match self.0.get(who) {
            None => Ok(()),
            Some(backoff) => backoff.allows(now),
        }
    }

    /// Lets a question for `who` through.
    pub(super) fn admit(&self, who: &str, now: Instant) -> Result<Admission, Held> {
        let backoff = self.0.get_with_by_ref(who, || Arc::new(Backoff::new()));
        let is_trial = backoff.admit(now)?;
        Ok(Admission {
            backoff,
            is_trial,
            is_settled: false,
        })
    }

    /// Forgets what was: the authorization server as a whole had been away.
    pub(super) fn forget(&self) {
        self.0.invalidate_all();
    }
}

impl Backoff {
    fn new() -> Self {
        Self(Mutex::new(State::Free { failures: 0 }))
    }

    fn allows(&self, now: Instant) -> Result<(), Held> {
        match *self.state() {
            State::Free { .. } => Ok(()),
            State::Held { until, .. } if until <= now => Ok(()),
            State::Held { until, .. } => Err(Held {
                retry_after: until.duration_since(now),
            }),
            State::Trying { wait } => Err(Held { retry_after: wait }),
        }
    }

    /// `true` when the question that is let through is the one by which the wait may end.
    fn admit(&self, now: Instant) -> Result<bool, Held> {
        let mut state = self.state();
        match *state {
            State::Free { .. } => Ok(false),
            State::Held { until, wait } if until <= now => {
                *state = State::Trying { wait };
                Ok(true)
            }
            State::Held { until, .. } => Err(Held {
                retry_after: until.duration_since(now),
            }),
            State::Trying { wait } => Err(Held { retry_after: wait }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One question on its way; dropped before it is settled, it has failed: its time ran out.
pub(super) struct Admission {
    backoff: Arc<Backoff>,
    is_trial: bool,
    is_settled: bool,
}

impl Admission {
    /// It was answered, whatever the answer.
    pub(super) fn answered(mut self) {
        self.is_settled = true;
        let mut state = self.backoff.state();
        if self.is_trial || matches!(*state, State::Free { .. }) {
            *state = State::Free { failures: 0 };
        }
    }

    /// It was not answered.
    pub(super) fn failed(mut self, now: Instant) {
        self.is_settled = true;
        self.count_failure(now);
    }

    /// It was not answered, and that tells nothing of this consumer.
    pub(super) fn undecided(mut self, now: Instant) {
        self.is_settled = true;
        let mut state = self.backoff.state();
        if let (true, State::Trying { wait }) = (self.is_trial, *state) {
            let until = now + FIRST_WAIT;
            *state = State::Held { until, wait };
        }
    }

    /// Questions that were let through before the wait began tell nothing new when they fail.
    fn count_failure(&self, now: Instant) {
        let mut state = self.backoff.state();
        let wait = match *state {
            State::Free { failures } if failures + 1 < TOLERATED_FAILURES => {
                *state = State::Free {
                    failures: failures + 1,
                };
                return;
            }
            State::Free { .. } => FIRST_WAIT,
            State::Trying { wait } if self.is_trial => (wait * 2).min(LONGEST_WAIT),
            State::Held { .. } | State::Trying { .. } => return,
        };
        let until = now + wait;
        *state = State::Held { until, wait };
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        if !self.is_settled {
            self.count_failure(Instant::now());
        }
    }
}

const TOLERATED_FAILURES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(15);
const MOST_CONSUMERS: u64 = 4096;
const REMEMBERED: Duration = Duration::from_mins(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(backoffs: &Backoffs, who: &str, times: u32, now: Instant) {
        for _ in 0..times {
            backoffs.admit(who, now).unwrap().failed(now);
        }
    }

    fn held(seconds: u64) -> Result<(), Held> {
        Err(Held {
            retry_after: Duration::from_secs(seconds),
        })
    }

    /// Rows: INT-15
    #[test]
    fn five_failures_in_a_row_slow_their_consumer_and_nobody_else() {
        let (backoffs, now) = (Backoffs::new(), Instant::now());
        fail(&backoffs, "a", 4, now);
        backoffs.admit("a", now).unwrap().answered();
        fail(&backoffs, "a", 4, now);
        assert_eq!(backoffs.allows("a", now), Ok(()));
        fail(&backoffs, "a", 1, now);
        assert_eq!(backoffs.allows("a", now), held(1));
        assert!(backoffs.admit("a", now).is_err());
        assert_eq!(backoffs.allows("b", now), Ok(()));
        assert!(backoffs.admit("b", now).is_ok());
    }

    #[test]
    fn one_question_is_tried_after_the_wait_and_its_answer_ends_it() {
        let (backoffs, now) = (Backoffs::new(), Instant::now());
        fail(&backoffs, "a", 5, now);
        let later = now + FIRST_WAIT;
        let trial = backoffs.admit("a", later).unwrap();
        assert!(backoffs.admit("a", later).is_err(), "a second trial");
        trial.answered();
        fail(&backoffs, "a", 4, later);
        assert_eq!(backoffs.allows("a", later), Ok(()));
    }

    #[test]
    fn the_wait_doubles_to_fifteen_seconds_while_trials_fail() {
        let (backoffs, mut now) = (Backoffs::new(), Instant::now());
        fail(&backoffs, "a", 5, now);
        for seconds in [1, 2, 4, 8, 15, 15] {
            assert_eq!(backoffs.allows("a", now), held(seconds));
            now += Duration::from_secs(seconds);
            fail(&backoffs, "a", 1, now);
        }
        backoffs.forget();
        assert_eq!(backoffs.allows("a", now), Ok(()));
    }

    #[test]
    fn a_trial_that_is_dropped_has_failed_and_one_that_tells_nothing_is_made_again() {
        let (backoffs, now) = (Backoffs::new(), Instant::now());
        fail(&backoffs, "a", 5, now);
        let later = now + FIRST_WAIT;
        backoffs.admit("a", later).unwrap().undecided(later);
        assert_eq!(backoffs.allows("a", later), held(1));
        drop(backoffs.admit("a", later + FIRST_WAIT).unwrap());
        assert!(backoffs.allows("a", later + FIRST_WAIT).is_err());
        assert_eq!(backoffs.allows("a", Instant::now() + LONGEST_WAIT), Ok(()));
    }

    #[test]
    fn questions_from_before_the_wait_change_nothing() {
        let (backoffs, now) = (Backoffs::new(), Instant::now());
        let admit = || backoffs.admit("a", now).unwrap();
        let (early_answer, early_failure) = (admit(), admit());
        fail(&backoffs, "a", 5, now);
        early_failure.failed(now + FIRST_WAIT);
        early_answer.answered();
        assert_eq!(backoffs.allows("a", now), held(1));
    }

    #[test]
    fn a_flood_of_consumers_leaves_no_more_than_are_remembered() {
        let (backoffs, now) = (Backoffs::new(), Instant::now());
        for who in 0..3 * MOST_CONSUMERS {
            fail(&backoffs, &who.to_string(), 1, now);
        }
        backoffs.0.run_pending_tasks();
        assert!(backoffs.0.entry_count() <= MOST_CONSUMERS);
    }
}
