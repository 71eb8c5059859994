//! Upkeep of what the authorization server publishes: looks between those that are due, and waits after a failure.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_lc_rs::rand;
use tokio::sync::{Notify, watch};

/// Looks that are asked for between those that are due.
pub(super) struct Again {
    /// When the last was asked for, and the number of looks after which it is done.
    asked: Mutex<Option<(Instant, u64)>>,
    looks: watch::Sender<u64>,
    wanted: Notify,
    pause: Duration,
}

impl Again {
    /// Not oftener than once in `pause`, whoever asks.
    pub(super) fn every(pause: Duration) -> Self {
        Self {
            asked: Mutex::new(None),
            looks: watch::Sender::new(0),
            wanted: Notify::new(),
            pause,
        }
    }

    /// Waits for the look that is asked for now, or was a moment ago.
    pub(super) async fn look(&self, now: Instant) {
        let until = self.ask(now);
        let mut looks = self.looks.subscribe();
        // The sender is here.
        let _ = looks.wait_for(|looks| *looks >= until).await;
    }

    /// The number of looks after which the one that is asked for is done.
    fn ask(&self, now: Instant) -> u64 {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        match *asked {
            Some((last, until)) if now.saturating_duration_since(last) < self.pause => until,
            _ => {
                let until = *self.looks.borrow() + 1;
                *asked = Some((now, until));
                self.wanted.notify_one();
                until
            }
        }
    }

    /// Waits until a look is asked for.
    pub(super) async fn wanted(&self) {
        self.wanted.notified().await;
    }

    /// A look was made.
    pub(super) fn done(&self) {
        self.looks.send_modify(|looks| *looks += 1);
    }
}

/// Half a second, doubling to thirty, each cut by up to a half at random so that daemons that
/// started together do not ask together.
pub(super) struct BackOff {
    wait: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self { wait: FIRST_WAIT }
    }
}

impl BackOff {
    /// The next wait.
    pub(super) fn next_wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (wait * 2).min(LONGEST_WAIT);
        let mut dice = [0_u8];
        // Without randomness there is no jitter, which is no harm.
        let _ = rand::fill(&mut dice);
        wait.saturating_sub(wait / 512 * dice.into_iter().map(u32::from).sum())
    }
}

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const AGAIN_AFTER: Duration = Duration::from_secs(10);

    #[test]
    fn a_look_that_is_asked_for_by_many_is_made_once_in_ten_seconds() {
        let (again, now) = (Again::every(AGAIN_AFTER), Instant::now());
        assert_eq!(again.ask(now), 1);
        assert_eq!(again.ask(now), 1, "while it is made");
        again.done();
        assert_eq!(again.ask(now + AGAIN_AFTER / 2), 1, "it has just been made");
        assert_eq!(again.ask(now + AGAIN_AFTER), 2);
    }

    /// Rows: DISC-6
    #[test]
    fn waits_double_to_thirty_seconds_and_vary() {
        let mut back_off = BackOff::default();
        for whole in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let (wait, whole) = (back_off.next_wait(), Duration::from_millis(whole));
            assert!(whole / 2 <= wait && wait <= whole, "{wait:?} of {whole:?}");
        }
        let waits: Vec<_> = (0..40).map(|_| back_off.next_wait()).collect();
        assert!(
            waits.iter().any(|wait| Some(wait) != waits.first()),
            "{waits:?}"
        );
    }
}
