//! audit: one line a decision, in a file of its own that shows when a line was taken out of it or changed.
//!
//! Knows the facts of a decision, the file and its chain. Knows nothing of HTTP, nor of how a decision is made.
//!
//! A request takes a [`Place`] before it is answered, and fills it with its [`Facts`] when the last octet has left. A
//! thread of its own (`writer`) numbers, chains and writes what waits (`queue`): nobody waits for the disk. Where there
//! is no place, or the disk takes nothing more, [`OnFailure`] says what becomes of the request.

mod digest;
mod facts;
mod file;
mod line;
mod prune;
mod pseudonym;
mod queue;
mod reading;
mod refused;
mod tail;
mod trail;
mod usage;
mod verify;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use serde::Deserialize;

pub use digest::Digest;
pub use facts::{Facts, shortened};
pub use file::{FileState, OpenError};
pub use prune::{PruneFault, Pruned, prune};
pub use pseudonym::{BodyPseudonym, KeyTooShort, PseudonymKey};
pub use queue::AuditState;
pub use reading::Unreadable;
pub use trail::{AuditSettings, AuditTrail};
pub use usage::{Dimension, Group, Usage, UsageFault, Wanted, usage};
pub use verify::{Fault, FaultKind, MOST_FAULTS, Note, Verification, verify};

use self::{
    file::AuditFile,
    queue::{Demand, Outcome, Queue},
    writer::Writer,
};
use crate::clock::Milliseconds;

/// The choice when a decision cannot be recorded: `audit.on_failure`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Nothing is handed out of which there would be no record.
    #[default]
    Refuse,
    /// The service goes on; records without a place are counted, and their number is written.
    Serve,
}

/// An audit file that is being written. Clones are the same one; the last that goes ends it.
#[derive(Clone, Debug)]
pub struct Audit(Arc<Ends>);

#[derive(Debug)]
struct Ends {
    path: PathBuf,
    queue: Arc<Queue>,
    refuses: AtomicBool,
}

/// No place for another record.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the decision cannot be recorded, and audit.on_failure is \"refuse\"")]
pub struct NotRecorded;

/// A place for the record of one request, given back when it is dropped empty.
#[derive(Debug)]
pub struct Place {
    audit: Option<Audit>,
}

impl Audit {
    /// Begins to write to the file at `path`.
    ///
    /// # Errors
    /// [`OpenError`]; a disk that is full is none, but what [`OnFailure`] is for.
    pub fn start(path: &Path, on_failure: OnFailure) -> Result<Self, OpenError> {
        let opened = AuditFile::open(path, Milliseconds::now())?;
        let queue = Arc::<Queue>::default();
        let writer = Writer::new(Arc::clone(&queue), opened);
        let thread = thread::Builder::new().name("perild-audit".to_owned());
        let started = thread.spawn(move || writer.run());
        started.map_err(|source| OpenError::Io {
            path: path.into(),
            source,
        })?;
        let audit = Self(Arc::new(Ends {
            path: path.into(),
            queue,
            refuses: AtomicBool::new(false),
        }));
        audit.on_failure(on_failure);
        Ok(audit)
    }

    /// Chooses what happens from now on when a decision cannot be recorded.
    pub fn on_failure(&self, on_failure: OnFailure) {
        let refuses = on_failure == OnFailure::Refuse;
        self.0.refuses.store(refuses, Ordering::Relaxed);
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The state of the file.
    #[must_use]
    pub fn state(&self) -> AuditState {
        self.0.queue.state()
    }

    /// Takes a place for the record of a request that is about to be answered; none where the service goes on without.
    ///
    /// # Errors
    /// [`NotRecorded`] where nothing is handed out without a record.
    pub fn place(&self) -> Result<Option<Place>, NotRecorded> {
        let queue = &self.0.queue;
        let refuses = self.0.refuses.load(Ordering::Relaxed);
        if refuses && queue.is_failing() {
            return Err(NotRecorded);
        }
        if queue.take_place() {
            return Ok(Some(Place {
                audit: Some(self.clone()),
            }));
        }
        if refuses {
            return Err(NotRecorded);
        }
        queue.lose();
        Ok(None)
    }

    /// Counts a request that was refused since there is no place for its record: the file has the number once it can.
    pub fn refused(&self, facts: &Facts<'_>) {
        self.0.queue.refuse(facts);
    }

    /// Goes on in a new file where the old one has been renamed, and waits until that is so.
    ///
    /// # Errors
    /// The reason why the old one is still written to.
    pub fn reopen(&self) -> Result<(), String> {
        self.ask(Demand::Reopen)
    }

    /// Writes what waits and ends; what is recorded after that is lost.
    ///
    /// # Errors
    /// The reason why something is not in the file.
    pub fn stop(&self) -> Result<(), String> {
        self.ask(Demand::Stop)
    }

    fn ask(&self, demand: impl FnOnce(mpsc::SyncSender<Outcome>) -> Demand) -> Outcome {
        let (tell, told) = mpsc::sync_channel(1);
        self.0.queue.demand(demand(tell));
        let outcome = told.recv_timeout(PATIENCE);
        let path = self.0.path.display();
        outcome.unwrap_or_else(|_| Err(format!("the disk of {path} does not answer")))
    }
}

impl Drop for Ends {
    fn drop(&mut self) {
        let (tell, _) = mpsc::sync_channel(1);
        self.queue.demand(Demand::Stop(tell));
    }
}

impl Place {
    /// Fills the place with the `facts` of the request.
    pub fn record(mut self, facts: &Facts<'_>) {
        if let Some(audit) = self.audit.take() {
            audit.0.queue.push(facts.body());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(audit) = &self.audit {
            audit.0.queue.give_back(1);
        }
    }
}

/// Time that a reload or an end waits for a disk that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
