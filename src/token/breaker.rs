//! Leaves an authorization server in peace that does not answer as a whole: a circuit breaker.
//!
//! One consumer's questions never open it. What happens to several makes it suspect, and then a question of
//! our own decides; while it is open, our own questions are the probes (`control`).

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Closed until questions of several consumers, and then our own, have had no answer.
pub(super) struct Breaker(Mutex<State>);

enum State {
    Closed(Evidence),
    /// Our own question is on its way.
    Suspected,
    Open {
        until: Instant,
    },
}

/// Failures since the last answer.
#[derive(Default)]
struct Evidence {
    since: Option<Instant>,
    unreachable: u32,
    without_answer: HashSet<Box<str>>,
}

/// A question that had no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Silence<'w> {
    /// There was no connection, or no TLS on it: no token has a part in that.
    Unreachable,
    /// No answer to a question for the consumer of this name: its token may have a part in that.
    WithoutAnswer(&'w str),
}

/// No call may be made before `retry_after` has passed.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Open {
    pub(super) retry_after: Duration,
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State::Closed(Evidence::default())))
    }

    /// Leave to ask a question.
    pub(super) fn allows(&self, now: Instant) -> Result<(), Open> {
        match *self.state() {
            State::Closed(_) | State::Suspected => Ok(()),
            State::Open { until } => Err(Open {
                retry_after: until.saturating_duration_since(now),
            }),
        }
    }

    /// A question was answered, whatever the answer: nothing of what was before counts.
    pub(super) fn answered(&self) {
        let mut state = self.state();
        if !matches!(*state, State::Open { .. }) {
            *state = State::Closed(Evidence::default());
        }
    }

    /// A question was not answered; true when our own is to be asked now, which one task does.
    pub(super) fn failed(&self, silence: Silence<'_>, now: Instant) -> bool {
        let mut state = self.state();
        let State::Closed(evidence) = &mut *state else {
            return false;
        };
        let suffices = evidence.add(silence, now);
        if suffices {
            *state = State::Suspected;
        }
        suffices
    }

    /// Our own question had no answer either: no more questions until `until`.
    ///
    /// False when another was answered meanwhile.
    pub(super) fn open(&self, until: Instant) -> bool {
        let mut state = self.state();
        let is_due = !matches!(*state, State::Closed(_));
        if is_due {
            *state = State::Open { until };
        }
        is_due
    }

    /// Our own question was answered.
    pub(super) fn close(&self) {
        *self.state() = State::Closed(Evidence::default());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Evidence {
    /// `true` when all this suffices to suspect the authorization server as a whole.
    fn add(&mut self, silence: Silence<'_>, now: Instant) -> bool {
        let is_old = |since: Instant| now.saturating_duration_since(since) > WINDOW;
        if self.since.is_none_or(is_old) {
            *self = Self {
                since: Some(now),
                ..Self::default()
            };
        }
        match silence {
            Silence::Unreachable => self.unreachable += 1,
            Silence::WithoutAnswer(who) => drop(self.without_answer.insert(who.into())),
        }
        self.unreachable >= TOLERATED_FAILURES || self.without_answer.len() >= SEVERAL
    }
}

/// Connections in a row that could not be made.
const TOLERATED_FAILURES: u32 = 5;

/// Consumers without an answer.
const SEVERAL: usize = 3;

/// Time within which failures count together.
const WINDOW: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    fn open(retry_after: Duration) -> Result<(), Open> {
        Err(Open { retry_after })
    }

    /// Rows: INT-15
    #[test]
    fn one_consumer_makes_nothing_suspect_however_often_it_fails() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        for _ in 0..1000 {
            assert!(!breaker.failed(Silence::WithoutAnswer("a"), now));
            assert!(!breaker.failed(Silence::WithoutAnswer("b"), now));
        }
        assert!(
            breaker.failed(Silence::WithoutAnswer("c"), now),
            "several consumers"
        );
    }

    /// Rows: INT-15
    #[test]
    fn an_answer_between_takes_all_suspicion_away() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        for silence in [Silence::WithoutAnswer("a"), Silence::WithoutAnswer("b")] {
            assert!(!breaker.failed(silence, now));
        }
        breaker.answered();
        assert!(!breaker.failed(Silence::WithoutAnswer("c"), now));
        for _ in 0..4 {
            assert!(!breaker.failed(Silence::Unreachable, now));
        }
        breaker.answered();
        for _ in 0..4 {
            assert!(!breaker.failed(Silence::Unreachable, now));
        }
        assert!(breaker.failed(Silence::Unreachable, now));
    }

    #[test]
    fn what_is_long_past_does_not_count() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        breaker.failed(Silence::WithoutAnswer("a"), now);
        breaker.failed(Silence::WithoutAnswer("b"), now);
        let later = now + WINDOW * 2;
        assert!(!breaker.failed(Silence::WithoutAnswer("c"), later));
    }

    /// Rows: INT-15
    #[test]
    fn suspicion_stops_nobody_and_our_own_question_decides() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        for _ in 0..4 {
            breaker.failed(Silence::Unreachable, now);
        }
        assert!(breaker.failed(Silence::Unreachable, now));
        assert!(!breaker.failed(Silence::Unreachable, now), "one task asks");
        assert_eq!(breaker.allows(now), Ok(()));
        let wait = Duration::from_secs(1);
        assert!(breaker.open(now + wait));
        assert_eq!(breaker.allows(now), open(wait));
        assert_eq!(
            breaker.allows(now + wait * 2),
            open(Duration::ZERO),
            "no request is the probe"
        );
        breaker.answered();
        assert!(breaker.allows(now).is_err(), "an answer from before");
        breaker.close();
        assert_eq!(breaker.allows(now), Ok(()));
    }

    #[test]
    fn an_answer_while_it_is_suspected_keeps_it_closed() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        for who in ["a", "b", "c"] {
            breaker.failed(Silence::WithoutAnswer(who), now);
        }
        breaker.answered();
        assert!(!breaker.open(now + WINDOW));
        assert_eq!(breaker.allows(now), Ok(()));
    }
}
