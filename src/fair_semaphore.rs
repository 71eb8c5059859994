//! Semaphore of which one client gets at most three quarters: it limits streams, bodies and introspections.
//!
//! A client that takes as much as it is given, by a loop that has run away or on purpose, leaves a quarter to
//! the others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Semaphore with a fixed number of slots, at most three quarters of them for one consumer.
#[derive(Debug)]
pub struct FairSemaphore {
    all: Arc<Semaphore>,
    of_one: usize,
    /// Share of each consumer that has a slot, or waits for one; by its name.
    shares: Mutex<HashMap<Box<str>, Weak<Semaphore>>>,
}

/// Slot that is held until this is dropped.
#[derive(Debug)]
pub struct Slot {
    _of_all: OwnedSemaphorePermit,
    _of_one: OwnedSemaphorePermit,
}

impl FairSemaphore {
    /// Semaphore with `count` slots.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let count = count.min(Semaphore::MAX_PERMITS);
        Self {
            all: Arc::new(Semaphore::new(count)),
            of_one: count - count / 4,
            shares: Mutex::default(),
        }
    }

    /// Slot for `consumer`, as soon as there is one that it may have; others do not wait for it.
    pub async fn acquire(&self, consumer: &str) -> Option<Slot> {
        // Its own first: who waits for that holds no slot that another could have.
        let of_one = self.share(consumer).acquire_owned().await.ok()?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Slot {
            _of_all: of_all,
            _of_one: of_one,
        })
    }

    /// Slot for `consumer`, if there is one now that it may have.
    #[must_use]
    pub fn try_acquire(&self, consumer: &str) -> Option<Slot> {
        let of_one = self.share(consumer).try_acquire_owned().ok()?;
        let of_all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Slot {
            _of_all: of_all,
            _of_one: of_one,
        })
    }

    /// Slots that nobody holds now.
    #[must_use]
    pub fn available(&self) -> usize {
        self.all.available_permits()
    }

    fn share(&self, consumer: &str) -> Arc<Semaphore> {
        let mut shares = self.shares();
        if let Some(share) = shares.get(consumer).and_then(Weak::upgrade) {
            return share;
        }
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.of_one));
        shares.insert(consumer.into(), Arc::downgrade(&share));
        share
    }

    fn shares(&self) -> MutexGuard<'_, HashMap<Box<str>, Weak<Semaphore>>> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn one_consumer_has_three_quarters_and_another_the_rest() {
        let slots = FairSemaphore::new(8);
        let mut greedy: Vec<_> = (0..6)
            .map(|_| slots.try_acquire("greedy").unwrap())
            .collect();
        assert!(slots.try_acquire("greedy").is_none());
        let modest = [slots.try_acquire("modest"), slots.try_acquire("modest")];
        assert!(modest.iter().all(Option::is_some));
        assert_eq!(slots.available(), 0);
        assert!(slots.try_acquire("third").is_none());
        drop(modest);
        assert!(slots.try_acquire("greedy").is_none());
        greedy.pop();
        assert!(slots.try_acquire("greedy").is_some());
    }

    #[test]
    fn who_waits_for_its_share_stands_in_nobodys_way_and_then_has_it() {
        let slots = FairSemaphore::new(4);
        let mut greedy: Vec<_> = (0..3)
            .map(|_| slots.try_acquire("greedy").unwrap())
            .collect();
        let mut waiting = Box::pin(slots.acquire("greedy"));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(slots.acquire("modest").now_or_never().flatten().is_some());
        greedy.pop();
        assert!(waiting.as_mut().now_or_never().flatten().is_some());
    }

    #[test]
    fn one_slot_is_for_whoever_comes_first_and_nothing_is_kept_of_those_who_left() {
        let slots = FairSemaphore::new(1);
        let slot = slots.try_acquire("a");
        assert!(slot.is_some() && slots.try_acquire("b").is_none());
        drop(slot);
        for consumer in 0..100 {
            assert!(slots.try_acquire(&consumer.to_string()).is_some());
        }
        assert!(slots.shares().len() <= 2);
    }
}
