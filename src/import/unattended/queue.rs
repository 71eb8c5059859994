//! Tables that wait for their import, each with the time from which on it may begin.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Bounds, DescribedCollection};
use crate::{dataset::tables::BeingImported, policy::CollectionId};

/// Tables that wait; a new plan takes the place of the one before.
#[derive(Debug, Default)]
pub(super) struct Queue {
    plan: Mutex<Plan>,
    has_changed: Condvar,
    is_stopped: Arc<AtomicBool>,
}

#[derive(Debug, Default)]
struct Plan {
    /// Its number: what is left of an earlier one is not done again.
    number: u64,
    waiting: Vec<(Instant, Job)>,
}

/// One table to import.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) id: CollectionId,
    pub(super) collection: DescribedCollection,
    pub(super) bounds: Bounds,
    pub(super) being_imported: BeingImported,
    pub(super) pause: Duration,
    plan: u64,
}

impl Queue {
    pub(super) fn replace(
        &self,
        wanted: Vec<(CollectionId, DescribedCollection)>,
        bounds: &Bounds,
        being_imported: &BeingImported,
        now: Instant,
    ) {
        let mut plan = self.plan();
        plan.number += 1;
        let number = plan.number;
        let jobs = wanted.into_iter().map(|(id, collection)| {
            let job = Job {
                id,
                collection,
                bounds: bounds.clone(),
                being_imported: being_imported.clone(),
                pause: Duration::ZERO,
                plan: number,
            };
            (now, job)
        });
        plan.waiting = jobs.collect();
        self.has_changed.notify_all();
    }

    /// Has `job` done again from `due` on, unless there is another plan by now.
    pub(super) fn again(&self, job: Job, due: Instant) {
        let mut plan = self.plan();
        if job.plan == plan.number {
            plan.waiting.push((due, job));
        }
    }

    /// The next table whose time has come, waited for; none once all is stopped.
    pub(super) fn next(&self) -> Option<Job> {
        let mut plan = self.plan();
        loop {
            if self.is_stopped.load(Ordering::Relaxed) {
                return None;
            }
            let now = Instant::now();
            let due = plan.waiting.iter().map(|(due, _)| *due).min();
            match due {
                Some(due) if due <= now => {
                    let at = plan.waiting.iter().position(|(first, _)| *first == due)?;
                    return Some(plan.waiting.remove(at).1);
                }
                Some(due) => {
                    let waited = self.has_changed.wait_timeout(plan, due - now);
                    plan = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => {
                    let waited = self.has_changed.wait(plan);
                    plan = waited.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    pub(super) fn is_stopped(&self) -> &Arc<AtomicBool> {
        &self.is_stopped
    }

    pub(super) fn stop(&self) {
        let mut plan = self.plan();
        plan.waiting.clear();
        self.is_stopped.store(true, Ordering::Relaxed);
        self.has_changed.notify_all();
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
