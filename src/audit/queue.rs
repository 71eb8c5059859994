//! Records on their way to the file: a bounded number of places, one for each request, taken before it is answered.

use std::{
    mem,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::SyncSender,
    },
    time::Duration,
};

use super::{
    facts::Facts,
    refused::{Refusals, Refused},
};
use crate::clock::Milliseconds;

/// Records that wait, and what the writer is asked beside.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    has_work: Condvar,
    places: AtomicUsize,
    lost: AtomicU64,
    lost_in_all: AtomicU64,
    refused: Mutex<Refusals>,
    is_failing: AtomicBool,
}

#[derive(Debug, Default)]
struct Waiting {
    records: Vec<Record>,
    demands: Vec<Demand>,
}

/// State of an audit file, for those who watch over it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct AuditState {
    /// The last attempt to write has failed.
    pub is_failing: bool,
    /// Records without a place, since the daemon began to write to the file.
    pub lost: u64,
    /// Places that are taken: by requests under way, and by records that wait.
    pub places: usize,
}

impl AuditState {
    /// Places that there are.
    pub const MOST_PLACES: usize = PLACES;
}

/// A record, and the time at which it was made: in the order of the queue.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) time: Milliseconds,
    pub(super) body: Vec<u8>,
}

/// Demands on the writer, answered once they are met; nobody may be left to hear it.
#[derive(Debug)]
pub(super) enum Demand {
    /// To go on in a new file where the old one has been renamed.
    Reopen(SyncSender<Outcome>),
    /// To write what waits, and end.
    Stop(SyncSender<Outcome>),
}

/// Outcome of a demand, in words for the log.
pub(super) type Outcome = Result<(), String>;

impl Queue {
    /// Takes a place for a record that is still to come; `false` when all are taken.
    pub(super) fn take_place(&self) -> bool {
        let taken = self
            .places
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |taken| {
                (taken < PLACES).then_some(taken + 1)
            });
        taken.is_ok()
    }

    /// Gives places back.
    pub(super) fn give_back(&self, places: usize) {
        self.places.fetch_sub(places, Ordering::AcqRel);
    }

    /// Puts a record in its place.
    pub(super) fn push(&self, body: Vec<u8>) {
        let mut waiting = self.held();
        // Under the lock, so that times are in the order of lines.
        let time = Milliseconds::now();
        let wakes = waiting.records.is_empty();
        waiting.records.push(Record { time, body });
        drop(waiting);
        if wakes {
            self.has_work.notify_one();
        }
    }

    pub(super) fn demand(&self, demand: Demand) {
        self.held().demands.push(demand);
        self.has_work.notify_one();
    }

    /// Waits for work, `patience` at most, and takes it.
    pub(super) fn take(&self, patience: Duration, records: &mut Vec<Record>) -> Vec<Demand> {
        let waiting = self.held();
        let waited = self
            .has_work
            .wait_timeout_while(waiting, patience, |waiting| {
                waiting.records.is_empty() && waiting.demands.is_empty()
            });
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        mem::swap(records, &mut waiting.records);
        mem::take(&mut waiting.demands)
    }

    /// Lets records gather for a moment, unless something is demanded.
    pub(super) fn rest(&self, moment: Duration) {
        let waiting = self.held();
        let rested = self
            .has_work
            .wait_timeout_while(waiting, moment, |waiting| waiting.demands.is_empty());
        drop(rested);
    }

    /// Notes one record that has no place.
    pub(super) fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.lost_in_all.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of records without a place since it was last asked.
    pub(super) fn take_lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }

    /// Notes a request that was refused since there is no place for its record.
    pub(super) fn refuse(&self, facts: &Facts<'_>) {
        let mut refused = self.refusals();
        refused.count(facts, Milliseconds::now());
    }

    /// Requests that were refused since this was last asked.
    pub(super) fn take_refused(&self) -> Vec<Refused<'static>> {
        self.refusals().take()
    }

    /// The number of those, and the time of the first.
    pub(super) fn refused(&self) -> Option<(u64, Milliseconds)> {
        self.refusals().in_all()
    }

    pub(super) fn state(&self) -> AuditState {
        AuditState {
            is_failing: self.is_failing(),
            lost: self.lost_in_all.load(Ordering::Relaxed),
            places: self.places.load(Ordering::Relaxed),
        }
    }

    pub(super) fn set_failing(&self, is_failing: bool) {
        self.is_failing.store(is_failing, Ordering::Release);
    }

    /// `true` when the last attempt to write has failed.
    pub(super) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Acquire)
    }

    fn refusals(&self) -> MutexGuard<'_, Refusals> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A panic while a record was taken leaves whole records behind.
    fn held(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records that are under way or wait, each of a kilobyte or so: what a long write may take to come back.
pub(super) const PLACES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_so_many_places_and_one_that_is_given_back_is_free_again() {
        let queue = Queue::default();
        assert!((0..PLACES).all(|_| queue.take_place()));
        assert!(!queue.take_place());
        queue.give_back(1);
        assert!(queue.take_place() && !queue.take_place());
    }

    #[test]
    fn what_is_lost_is_told_once_to_the_file_and_counted_for_good() {
        let queue = Queue::default();
        assert_eq!(queue.state(), AuditState::default());
        assert!(queue.take_place());
        queue.lose();
        queue.lose();
        queue.set_failing(true);
        assert_eq!((queue.take_lost(), queue.take_lost()), (2, 0));
        let expected = AuditState {
            is_failing: true,
            lost: 2,
            places: 1,
        };
        assert_eq!(queue.state(), expected);
    }

    #[test]
    fn records_come_out_in_their_order_with_times_that_never_go_back() {
        let queue = Queue::default();
        std::thread::scope(|threads| {
            for thread in 0..2_u8 {
                let queue = &queue;
                threads.spawn(move || {
                    (0..1000_u16).for_each(|n| queue.push(vec![thread, n.to_le_bytes()[0]]));
                });
            }
        });
        let mut records = Vec::new();
        queue.take(Duration::ZERO, &mut records);
        assert_eq!(records.len(), 2000);
        assert!(records.is_sorted_by_key(|record| record.time));
        let of_one = records.iter().filter(|record| record.body[0] == 1);
        assert!(
            of_one
                .zip(0..1000_u16)
                .all(|(record, n)| record.body[1] == n.to_le_bytes()[0])
        );
    }
}
