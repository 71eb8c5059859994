//! Leaves a failing directory in peace: a circuit breaker with one probe at a time.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Opens after [`TOLERATED_FAILURES`] in a row, and lets one call through when its wait is over.
///
/// The wait begins at one second and doubles to fifteen while probes fail; one success closes it.
pub(super) struct Breaker(Mutex<State>);

enum State {
    Closed { failures: u32 },
    Open { until: Instant, wait: Duration },
    Probing { wait: Duration },
}

/// No call may be made before `retry_after` has passed.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Open {
    pub(super) retry_after: Duration,
}

impl Breaker {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State::Closed { failures: 0 }))
    }

    /// Whether a call may be tried for at all; costs no probe.
    pub(super) fn allows(&self, now: Instant) -> Result<(), Open> {
        match *self.state() {
            State::Closed { .. } => Ok(()),
            State::Open { until, .. } if until <= now => Ok(()),
            State::Open { until, .. } => Err(Open {
                retry_after: until.duration_since(now),
            }),
            State::Probing { wait } => Err(Open { retry_after: wait }),
        }
    }

    /// Lets a call through, as the probe when one is due.
    pub(super) fn admit(&self, now: Instant) -> Result<Admission<'_>, Open> {
        self.allows(now)?;
        let mut state = self.state();
        let probe = match *state {
            State::Closed { .. } => false,
            State::Open { wait, .. } => {
                *state = State::Probing { wait };
                true
            }
            // Another call took the probe between the two looks.
            State::Probing { wait } => return Err(Open { retry_after: wait }),
        };
        Ok(Admission {
            breaker: self,
            probe,
            settled: false,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call on its way; dropped before it is settled, it has failed: its time ran out.
pub(super) struct Admission<'b> {
    breaker: &'b Breaker,
    probe: bool,
    settled: bool,
}

impl Admission<'_> {
    pub(super) fn succeeded(mut self) {
        self.settled = true;
        let mut state = self.breaker.state();
        if self.probe || matches!(*state, State::Closed { .. }) {
            *state = State::Closed { failures: 0 };
        }
    }

    pub(super) fn failed(mut self, now: Instant) {
        self.settled = true;
        self.count_failure(now);
    }

    /// Calls that were let through before it opened tell nothing new when they fail.
    fn count_failure(&self, now: Instant) {
        let mut state = self.breaker.state();
        let wait = match *state {
            State::Closed { failures } if failures + 1 < TOLERATED_FAILURES => {
                *state = State::Closed {
                    failures: failures + 1,
                };
                return;
            }
            State::Closed { .. } => FIRST_WAIT,
            State::Probing { wait } if self.probe => (wait * 2).min(LONGEST_WAIT),
            State::Open { .. } | State::Probing { .. } => return,
        };
        *state = State::Open {
            until: now + wait,
            wait,
        };
        tracing::warn!(
            ?wait,
            "the directory keeps failing and is not asked for {wait:?}"
        );
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.count_failure(Instant::now());
        }
    }
}

const TOLERATED_FAILURES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(breaker: &Breaker, times: u32, now: Instant) {
        for _ in 0..times {
            breaker.admit(now).unwrap().failed(now);
        }
    }

    /// Rows: INT-15
    #[test]
    fn five_failures_in_a_row_open_it_and_one_success_between_does_not() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        fail(&breaker, 4, now);
        breaker.admit(now).unwrap().succeeded();
        fail(&breaker, 4, now);
        assert_eq!(breaker.allows(now), Ok(()));
        fail(&breaker, 1, now);
        assert_eq!(
            breaker.allows(now),
            Err(Open {
                retry_after: FIRST_WAIT
            })
        );
        assert!(breaker.admit(now).is_err());
    }

    /// Rows: INT-15
    #[test]
    fn one_probe_is_let_through_and_its_success_closes_it() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        fail(&breaker, 5, now);
        let later = now + FIRST_WAIT;
        let probe = breaker.admit(later).unwrap();
        assert!(breaker.admit(later).is_err(), "a second probe");
        probe.succeeded();
        fail(&breaker, 4, later);
        assert_eq!(breaker.allows(later), Ok(()));
    }

    #[test]
    fn the_wait_doubles_to_fifteen_seconds_while_probes_fail() {
        let (breaker, mut now) = (Breaker::new(), Instant::now());
        fail(&breaker, 5, now);
        for seconds in [1, 2, 4, 8, 15, 15] {
            let retry_after = Duration::from_secs(seconds);
            assert_eq!(breaker.allows(now), Err(Open { retry_after }));
            now += retry_after;
            fail(&breaker, 1, now);
        }
    }

    #[test]
    fn a_probe_that_is_dropped_has_failed() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        fail(&breaker, 5, now);
        drop(breaker.admit(now + FIRST_WAIT).unwrap());
        assert!(breaker.allows(now + FIRST_WAIT).is_err());
        assert_eq!(breaker.allows(Instant::now() + FIRST_WAIT * 2), Ok(()));
    }

    #[test]
    fn calls_from_before_it_opened_change_nothing() {
        let (breaker, now) = (Breaker::new(), Instant::now());
        let (early_success, early_failure) =
            (breaker.admit(now).unwrap(), breaker.admit(now).unwrap());
        fail(&breaker, 5, now);
        early_failure.failed(now + FIRST_WAIT);
        early_success.succeeded();
        assert_eq!(
            breaker.allows(now),
            Err(Open {
                retry_after: FIRST_WAIT
            })
        );
    }
}
