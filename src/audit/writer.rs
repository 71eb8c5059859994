//! The thread that numbers records, chains them and writes them to the file.

use std::{
    io, mem,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    file::{AuditFile, OpenError, Opened},
    line::{Chain, Note},
    queue::{Demand, Outcome, Queue, Record},
};
use crate::clock::Milliseconds;

/// The writer of one chain.
pub(super) struct Writer {
    queue: Arc<Queue>,
    file: AuditFile,
    chain: Chain,
    /// Lines that are chained already, and not yet in the file.
    lines: Vec<u8>,
    /// Records among them.
    records: usize,
    /// Requests that were refused, as they say.
    refused: u64,
    /// The last moment at which a line told of such requests.
    refused_told: Option<Instant>,
    settled: Settled,
    told: Instant,
    /// The last attempt to leave a file that was renamed, where that has failed.
    left_late: Option<Instant>,
}

/// The last moments at which something was written, and the disk had all of it.
struct Settled {
    at: Instant,
    has_all: bool,
    written: Instant,
}

impl Writer {
    pub(super) fn new(queue: Arc<Queue>, opened: Opened) -> Self {
        let now = Instant::now();
        Self {
            queue,
            file: opened.file,
            chain: opened.chain,
            lines: opened.first,
            records: 0,
            refused: 0,
            refused_told: None,
            settled: Settled {
                at: now,
                has_all: true,
                written: now,
            },
            told: now,
            left_late: None,
        }
    }

    /// Writes until it is asked to stop.
    pub(super) fn run(mut self) {
        self.write();
        self.tell();
        let mut taken = Vec::new();
        loop {
            let demands = self.queue.take(self.patience(), &mut taken);
            let has_records = !taken.is_empty();
            self.chain(&mut taken);
            self.write();
            self.tick();
            for demand in demands {
                match demand {
                    Demand::Reopen(asker) => drop(asker.try_send(self.reopen())),
                    Demand::Stop(asker) => {
                        let outcome = self.stop();
                        // Whoever hears of the end may open the file.
                        drop(self);
                        drop(asker.try_send(outcome));
                        return;
                    }
                }
            }
            if self.queue.is_failing() {
                self.queue.rest(BETWEEN_TRIES);
            } else if has_records {
                self.queue.rest(REST);
            }
        }
    }

    /// Time until there is something to do without a record.
    fn patience(&self) -> Duration {
        if self.queue.is_failing() {
            return Duration::ZERO;
        }
        let until_due = if self.queue.refused().is_some() {
            SETTLE.min(self.until_refused())
        } else if self.settled.has_all {
            ALIVE.saturating_sub(self.settled.written.elapsed())
        } else {
            SETTLE.saturating_sub(self.settled.at.elapsed())
        };
        let until_left = self
            .left_late
            .map(|tried| SETTLE.saturating_sub(tried.elapsed()));
        until_left.map_or(until_due, |until_left| until_left.min(until_due))
    }

    fn chain(&mut self, records: &mut Vec<Record>) {
        self.records += records.len();
        for Record { time, body } in records.drain(..) {
            self.chain.push(&mut self.lines, time, &body);
        }
        if self.queue.is_failing() {
            return;
        }
        match self.queue.take_lost() {
            0 => {}
            records => self.note(&Note::Lost { records }),
        }
    }

    /// Chains the numbers of those who were refused while no record of them could be kept.
    fn note_refused(&mut self) {
        for refused in self.queue.take_refused() {
            self.refused += refused.requests;
            self.note(&Note::Refused(refused));
        }
        self.refused_told = Some(Instant::now());
    }

    /// Time until those who were refused may be told of again: where all places are taken again and again, one line a
    /// second is enough.
    fn until_refused(&self) -> Duration {
        let told = self.refused_told.map(|told| told.elapsed());
        told.map_or(Duration::ZERO, |ago| SETTLE.saturating_sub(ago))
    }

    fn note(&mut self, note: &Note<'_>) {
        self.chain.note(&mut self.lines, Milliseconds::now(), note);
    }

    /// Writes what is chained; what cannot be written now stays, and keeps its places.
    fn write(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        let outcome = self.file.append(&self.lines);
        if outcome.is_ok() {
            self.lines.clear();
            self.lines.shrink_to(KEPT_BYTES);
            self.queue.give_back(mem::take(&mut self.records));
            self.refused = 0;
            self.settled.written = Instant::now();
            if self.settled.has_all {
                self.settled.at = Instant::now();
                self.settled.has_all = false;
            }
        }
        self.heed(&outcome);
    }

    /// Waits for the disk now and then, says that the daemon lives, and tells the journal how far the chain has come.
    fn tick(&mut self) {
        let is_due = self.settled.at.elapsed() >= SETTLE;
        if self.lines.is_empty() && !self.settled.has_all && is_due {
            self.settle();
        }
        let has_refused = !self.queue.is_failing() && self.queue.refused().is_some();
        if has_refused && self.until_refused().is_zero() {
            self.note_refused();
            self.write();
        }
        if self.settled.written.elapsed() >= ALIVE && !self.queue.is_failing() {
            self.note(&Note::Alive);
            self.write();
        }
        self.leave_late();
        if self.told.elapsed() >= TELL {
            self.tell();
        }
    }

    fn settle(&mut self) {
        let outcome = self.file.settle();
        self.settled.at = Instant::now();
        self.settled.has_all = outcome.is_ok();
        self.heed(&outcome);
    }

    /// Notes whether writing fails, and says so once.
    fn heed(&self, outcome: &io::Result<()>) {
        let path = self.file.path().display();
        match (outcome, self.queue.is_failing()) {
            (Err(error), false) => {
                tracing::error!("audit records cannot be written to {path}: {error}");
            }
            (Ok(()), true) => tracing::info!("audit records are written to {path} again"),
            _ => {}
        }
        self.queue.set_failing(outcome.is_err());
    }

    /// The number and digest of the last line, in the journal: a chain cannot show that its own end was cut off.
    fn tell(&mut self) {
        self.told = Instant::now();
        if self.queue.is_failing() {
            self.tell_refused();
        }
        if !self.lines.is_empty() {
            return;
        }
        let (seq, head) = (
            self.chain.next.saturating_sub(1),
            self.chain.head.to_string(),
        );
        let (chain, path) = (&*self.chain.name, self.file.path().display());
        tracing::info!(
            audit_chain = chain,
            audit_seq = seq,
            audit_head = head,
            "the audit chain {chain} in {path} has come to line {seq} with the hash {head}"
        );
    }

    /// The number of those who are refused, in the journal: a daemon that is killed takes it along.
    fn tell_refused(&self) {
        let Some((refused, since)) = self.queue.refused() else {
            return;
        };
        let path = self.file.path().display();
        tracing::error!(
            audit_refused = refused,
            "audit records cannot be written to {path}: {refused} requests were refused since {since}"
        );
    }

    /// Goes on in a new file where this one was renamed; where that fails, as soon as it can.
    fn reopen(&mut self) -> Outcome {
        let outcome = self.leave();
        self.left_late = outcome.is_err().then(Instant::now);
        outcome
    }

    /// Leaves a renamed file that could not be left when that was asked for: nobody asks again before the next rotation,
    /// and of a file that is not there is none.
    fn leave_late(&mut self) {
        let is_due = self
            .left_late
            .is_some_and(|tried| tried.elapsed() >= SETTLE);
        if is_due && !self.queue.is_failing() && self.reopen().is_ok() {
            let path = self.file.path().display();
            tracing::info!("audit records go on in a new {path}");
        }
    }

    fn leave(&mut self) -> Outcome {
        if !self.file.is_renamed() {
            return Ok(());
        }
        if self.queue.is_failing() {
            return Err(format!(
                "{} is not left while what belongs into it cannot be written",
                self.file.path().display()
            ));
        }
        // The next one is there before anything says that this one has ended.
        let mut chain = self.chain.clone();
        let mut last = Vec::new();
        chain.note(&mut last, Milliseconds::now(), &Note::Rotated);
        let next = self.file.follow(chain, Milliseconds::now());
        let next = next.map_err(|error: OpenError| error.to_string())?;
        self.file.append(&last).map_err(|error| error.to_string())?;
        self.settle();
        self.file = next.file;
        self.chain = next.chain;
        self.lines = next.first;
        self.write();
        self.tell();
        Ok(())
    }

    /// Writes that it was asked to end, and waits for the disk.
    fn stop(&mut self) -> Outcome {
        self.note_refused();
        self.note(&Note::Stopped);
        self.write();
        if self.lines.is_empty() {
            self.settle();
        }
        self.tell();
        if self.lines.is_empty() {
            Ok(())
        } else {
            Err(format!(
                "{} records could not be written to {}, nor that {} requests were refused meanwhile",
                self.records,
                self.file.path().display(),
                self.refused
            ))
        }
    }
}

/// Time that records gather once some were written: one write for many.
const REST: Duration = Duration::from_millis(5);

/// Time after which the disk has what was written, so that a machine that loses its power loses no more.
const SETTLE: Duration = Duration::from_secs(1);

/// Time without a line after which one says that the daemon lives.
const ALIVE: Duration = Duration::from_mins(1);

/// Time between two lines of the journal on the state of the chain.
const TELL: Duration = Duration::from_mins(1);

/// Time between two attempts at a file that cannot be written.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// Room that is kept when nothing waits.
const KEPT_BYTES: usize = 256 * 1024;
