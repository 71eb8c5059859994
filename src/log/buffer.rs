//! Records on their way out: a bounded buffer, emptied by a thread of its own.
//!
//! Nobody who has something to record waits for the log: a journal or a terminal that hangs holds up
//! the writing thread alone. One write takes what has gathered while that thread rested: on a quiet
//! day each record by itself, under load some hundred (a write(2) for each was a tenth of what a small
//! answer cost).

use std::{
    mem,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use serde::Deserialize;
use tokio::sync::Notify;

use super::{records::Records, sink::Sink};

/// The choice when records come faster than they are written: `log.on_overflow`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// Requests wait until there is room; no record is lost.
    Block,
    /// The service goes on; records without room are dropped, counted and reported.
    #[default]
    Drop,
}

/// Takes records in order and has them written soon. Clones share what has gathered.
#[derive(Clone, Debug)]
pub(super) struct Buffer(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    gathered: Mutex<Gathered>,
    has_gathered: Condvar,
    has_written: Condvar,
    has_room: Notify,
    blocks: AtomicBool,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Gathered {
    records: Records,
    is_urgent: bool,
    taken: u64,
    written: u64,
}

impl Buffer {
    /// Starts the thread that writes to `sink`; it ends with the process. `report` says, in a record, how
    /// many were lost once the sink keeps up again.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(
        sink: impl Sink + 'static,
        report: impl Fn(u64) + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let buffer = Self(Arc::clone(&shared));
        thread::Builder::new()
            .name("perild-log".to_owned())
            .spawn(move || shared.keep_writing(sink, report))?;
        Ok(buffer)
    }

    /// Takes `record` to be written soon, an urgent one at once; drops and counts it where there is no room.
    pub(super) fn push(&self, record: &[u8], is_urgent: bool) {
        let shared = &self.0;
        let mut gathered = held(&shared.gathered);
        if gathered.records.bytes().len() >= shared.most_bytes(is_urgent) {
            shared.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let wakes = gathered.records.bytes().is_empty() || (is_urgent && !gathered.is_urgent);
        gathered.records.push(record);
        gathered.taken += 1;
        gathered.is_urgent |= is_urgent;
        drop(gathered);
        if wakes {
            shared.has_gathered.notify_one();
        }
    }

    /// Returns when another request's record has room, at once unless [`Overflow::Block`] holds.
    pub(super) async fn room(&self) {
        let shared = &self.0;
        while shared.is_blocked() {
            let has_room = shared.has_room.notified();
            // Room that came between the two looks would otherwise be waited for.
            if shared.is_blocked() {
                has_room.await;
            }
        }
    }

    /// Waits until all that was taken is written, `patience` at most.
    pub(super) fn flush(&self, patience: Duration) {
        let mut gathered = held(&self.0.gathered);
        gathered.is_urgent = true;
        self.0.has_gathered.notify_one();
        let until = gathered.taken;
        let waited = self
            .0
            .has_written
            .wait_timeout_while(gathered, patience, |gathered| gathered.written < until);
        // Poisoned or late: there is nobody left to tell.
        drop(waited);
    }

    /// Chooses what happens from now on when records come faster than they are written.
    pub(super) fn on_overflow(&self, overflow: Overflow) {
        let blocks = overflow == Overflow::Block;
        self.0.blocks.store(blocks, Ordering::Relaxed);
        self.0.has_room.notify_waiters();
    }

    /// Records lost since the start.
    pub(super) fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn keep_writing(&self, mut sink: impl Sink, report: impl Fn(u64)) {
        let mut records = Records::default();
        let mut reported = 0;
        loop {
            let taken = self.take(&mut records);
            let lost = sink.write(&records);
            records.clear();
            let dropped = self.dropped.fetch_add(lost, Ordering::Relaxed) + lost;
            held(&self.gathered).written = taken;
            self.has_written.notify_all();
            if dropped > reported {
                report(dropped - reported);
                reported = dropped;
            }
            self.rest();
        }
    }

    /// Waits for records and takes them all; gives the number of those taken since the start.
    fn take(&self, records: &mut Records) -> u64 {
        let gathered = held(&self.gathered);
        let gathered = self
            .has_gathered
            .wait_while(gathered, |gathered| gathered.records.bytes().is_empty());
        let mut gathered = gathered.unwrap_or_else(PoisonError::into_inner);
        gathered.is_urgent = false;
        mem::swap(records, &mut gathered.records);
        let taken = gathered.taken;
        drop(gathered);
        self.has_room.notify_waiters();
        taken
    }

    /// Lets records gather for a moment, unless one comes that is urgent.
    fn rest(&self) {
        let gathered = held(&self.gathered);
        let rested = self
            .has_gathered
            .wait_timeout_while(gathered, REST, |gathered| !gathered.is_urgent);
        drop(rested);
    }

    fn is_blocked(&self) -> bool {
        self.blocks.load(Ordering::Relaxed)
            && held(&self.gathered).records.bytes().len() >= GATHERED_BYTES
    }

    /// A flood of access records leaves room for a warning; under [`Overflow::Block`], requests under way
    /// find room for the records of their answers.
    fn most_bytes(&self, is_urgent: bool) -> usize {
        if is_urgent || self.blocks.load(Ordering::Relaxed) {
            2 * GATHERED_BYTES
        } else {
            GATHERED_BYTES
        }
    }
}

/// A panic while a record was taken leaves whole records behind, so the lock is as good as before.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Time that records gather once some were written: too short to be noticed by who follows the log.
const REST: Duration = Duration::from_millis(5);

/// Bytes of access records that wait, beside as many that are being written: some five thousand records.
pub(super) const GATHERED_BYTES: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests;
