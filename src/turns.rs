//! Turns for what takes long: some in all, and never all of them for one consumer.
//!
//! A consumer that takes as much as it is given, by a loop that has run away or on purpose, leaves a quarter to
//! the others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// So many turns, and at most three quarters of them for one consumer.
#[derive(Debug)]
pub struct Turns {
    all: Arc<Semaphore>,
    of_one: usize,
    /// What each consumer that has a turn, or waits for one, may take; by its name.
    shares: Mutex<HashMap<Box<str>, Weak<Semaphore>>>,
}

/// A turn that lasts until this is dropped.
#[derive(Debug)]
pub struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_one: OwnedSemaphorePermit,
}

impl Turns {
    /// Turns for `count` at a time.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let count = count.min(Semaphore::MAX_PERMITS);
        Self {
            all: Arc::new(Semaphore::new(count)),
            of_one: count - count / 4,
            shares: Mutex::default(),
        }
    }

    /// A turn for `consumer`, as soon as there is one that it may have; others do not wait for it.
    pub async fn take(&self, consumer: &str) -> Option<Turn> {
        // Its own first: who waits for that holds no turn that another could have.
        let of_one = self.share(consumer).acquire_owned().await.ok()?;
        let of_all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn {
            _of_all: of_all,
            _of_one: of_one,
        })
    }

    /// A turn for `consumer`, if there is one now that it may have.
    #[must_use]
    pub fn try_take(&self, consumer: &str) -> Option<Turn> {
        let of_one = self.share(consumer).try_acquire_owned().ok()?;
        let of_all = Arc::clone(&self.all).try_acquire_owned().ok()?;
        Some(Turn {
            _of_all: of_all,
            _of_one: of_one,
        })
    }

    /// How many are free.
    #[must_use]
    pub fn free(&self) -> usize {
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
        let turns = Turns::new(8);
        let mut greedy: Vec<_> = (0..6).map(|_| turns.try_take("greedy").unwrap()).collect();
        assert!(turns.try_take("greedy").is_none());
        let modest = [turns.try_take("modest"), turns.try_take("modest")];
        assert!(modest.iter().all(Option::is_some));
        assert_eq!(turns.free(), 0);
        assert!(turns.try_take("third").is_none());
        drop(modest);
        assert!(turns.try_take("greedy").is_none());
        greedy.pop();
        assert!(turns.try_take("greedy").is_some());
    }

    #[test]
    fn who_waits_for_its_share_stands_in_nobodys_way_and_then_has_it() {
        let turns = Turns::new(4);
        let mut greedy: Vec<_> = (0..3).map(|_| turns.try_take("greedy").unwrap()).collect();
        let mut waiting = Box::pin(turns.take("greedy"));
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(turns.take("modest").now_or_never().flatten().is_some());
        greedy.pop();
        assert!(waiting.as_mut().now_or_never().flatten().is_some());
    }

    #[test]
    fn one_place_is_for_whoever_comes_first_and_nothing_is_kept_of_those_who_left() {
        let turns = Turns::new(1);
        let turn = turns.try_take("a");
        assert!(turn.is_some() && turns.try_take("b").is_none());
        drop(turn);
        for consumer in 0..100 {
            assert!(turns.try_take(&consumer.to_string()).is_some());
        }
        assert!(turns.shares().len() <= 2);
    }
}
