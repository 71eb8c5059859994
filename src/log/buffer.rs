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
mod tests {
    use std::sync::mpsc::{self, Receiver, Sender};

    use super::*;

    /// Hands each batch on, once it is let to.
    struct Gated {
        written: Sender<Vec<Vec<u8>>>,
        gate: Receiver<()>,
    }

    impl Sink for Gated {
        fn write(&mut self, records: &Records) -> u64 {
            self.written
                .send(records.iter().map(<[u8]>::to_vec).collect())
                .unwrap();
            let _ = self.gate.recv();
            0
        }
    }

    struct Ends {
        buffer: Buffer,
        written: Receiver<Vec<Vec<u8>>>,
        gate: Option<Sender<()>>,
        reported: Receiver<u64>,
    }

    fn gated() -> Ends {
        let (tell, written) = mpsc::channel();
        let (open, gate) = mpsc::channel();
        let (report, reported) = mpsc::channel();
        let sink = Gated {
            written: tell,
            gate,
        };
        let buffer = Buffer::start(sink, move |lost| report.send(lost).unwrap()).unwrap();
        Ends {
            buffer,
            written,
            gate: Some(open),
            reported,
        }
    }

    fn open() -> Ends {
        let mut ends = gated();
        ends.gate = None;
        ends
    }

    /// Leaves the sink in the middle of a write that does not end.
    fn hung() -> Ends {
        let ends = gated();
        ends.buffer.push(b"first", false);
        assert_eq!(ends.written.recv().unwrap(), [b"first"]);
        ends
    }

    fn fill(buffer: &Buffer) -> usize {
        let record = vec![b'x'; 64 * 1024];
        let most = GATHERED_BYTES / record.len();
        (0..most).for_each(|_| buffer.push(&record, false));
        most
    }

    #[test]
    fn a_record_is_written_without_a_second_one() {
        let ends = open();
        for record in [&b"one"[..], b"two"] {
            ends.buffer.push(record, false);
            assert_eq!(ends.written.recv().unwrap(), [record]);
        }
    }

    #[test]
    fn every_record_of_every_thread_is_written_once_in_its_order_and_whole() {
        const RECORDS: usize = 20_000;
        let ends = open();
        thread::scope(|threads| {
            for name in ["a", "b"] {
                let buffer = ends.buffer.clone();
                threads.spawn(move || {
                    (0..RECORDS)
                        .for_each(|n| buffer.push(format!("{name} {n:040}").as_bytes(), false));
                });
            }
        });
        ends.buffer.flush(Duration::from_mins(1));
        let written: Vec<_> = ends.written.try_iter().flatten().collect();
        for name in ["a ", "b "] {
            let mut of_one = written
                .iter()
                .filter_map(|record| record.strip_prefix(name.as_bytes()));
            assert!((0..RECORDS).all(|n| of_one.next() == Some(format!("{n:040}").as_bytes())));
            assert_eq!(of_one.next(), None);
        }
        assert_eq!(ends.buffer.dropped(), 0);
    }

    #[test]
    fn a_log_that_hangs_holds_up_nobody_and_what_is_lost_is_counted_and_reported() {
        let mut ends = hung();
        let kept = fill(&ends.buffer);
        ends.buffer.push(b"one too many", false);
        ends.buffer.push(b"another", false);
        ends.buffer.push(b"a warning", true);
        assert_eq!(ends.buffer.dropped(), 2);
        ends.gate = None;
        assert_eq!(ends.written.recv().unwrap().len(), kept + 1);
        assert_eq!(ends.reported.recv().unwrap(), 2);
        ends.buffer.push(b"after", false);
        assert_eq!(ends.written.recv().unwrap(), [b"after"]);
    }

    #[test]
    fn the_end_of_the_process_waits_for_a_hanging_log_for_a_bounded_time() {
        let ends = hung();
        ends.buffer.push(b"last", false);
        ends.buffer.flush(Duration::from_millis(1));
        assert!(ends.written.try_recv().is_err());
    }

    #[tokio::test]
    async fn requests_wait_for_room_only_where_no_record_may_be_lost() {
        let mut ends = hung();
        fill(&ends.buffer);
        ends.buffer.room().await;
        ends.buffer.on_overflow(Overflow::Block);
        let waiting = tokio::spawn({
            let buffer = ends.buffer.clone();
            async move { buffer.room().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        ends.buffer.push(b"of a request under way", false);
        assert_eq!(ends.buffer.dropped(), 0);
        ends.gate = None;
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn who_waits_for_room_goes_on_when_the_choice_changes() {
        let ends = hung();
        fill(&ends.buffer);
        ends.buffer.on_overflow(Overflow::Block);
        let waiting = tokio::spawn({
            let buffer = ends.buffer.clone();
            async move { buffer.room().await }
        });
        tokio::task::yield_now().await;
        ends.buffer.on_overflow(Overflow::Drop);
        waiting.await.unwrap();
    }
}
