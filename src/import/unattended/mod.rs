//! Imports that nobody asks for: small files that lie beside their descriptions in the folder of the data.
//!
//! The daemon hands over what it publishes at its start and at each reload. One thread imports what is new, one table
//! after the other, and tells of each that has another version now. What is refused leaves the version before as it is.

mod attempt;
mod outlook;
mod queue;
mod refusal;
mod source_copy;

use std::{
    collections::HashMap,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use attempt::{Attempt, Outcome, has_table};
pub use outlook::{Outlook, outlook};
use queue::Queue;
pub use refusal::Refusal;
use source_copy::digest;

use super::{DescribedCollection, Names, Origin};
use crate::{
    clock::Timestamp,
    dataset::{Catalog, SourceFiles, tables::Tables},
    policy::CollectionId,
};

/// Imports that nobody asks for; they end with this value.
#[derive(Debug)]
pub struct Unattended {
    queue: Arc<Queue>,
}

/// Places and bounds of unattended imports.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bounds {
    /// The folder of the data.
    pub shared_data: PathBuf,
    /// The folder from which tables are served.
    pub state: PathBuf,
    /// Octets of the files of one collection; 0: none is imported.
    pub most_bytes: u64,
}

/// The origin of a table that a command imports from the folder of the data: with the digest of what lies there, where
/// that is small, so that the daemon does not import the same once more.
#[must_use]
pub fn origin_in_folder(collection: &DescribedCollection, most_bytes: u64) -> Origin {
    let files = SourceFiles::list(&collection.folder, &collection.paths).ok();
    let small = files.filter(|files| files.length_bytes() <= most_bytes);
    Origin::Folder {
        source: small.and_then(|files| digest(collection, &files).ok().flatten()),
        refused: None,
    }
}

impl Unattended {
    /// Begins, with nothing to do; `tell` is called after each import of another version.
    ///
    /// # Errors
    /// When there can be no thread.
    pub fn start(tell: impl Fn() + Send + 'static) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let of_thread = Arc::clone(&queue);
        thread::Builder::new()
            .name("perild-import".to_owned())
            .spawn(move || work(&of_thread, &tell))?;
        Ok(Self { queue })
    }

    /// Has everything imported that `catalog` publishes, and that is small and new. Those of which `tables` have nothing
    /// yet are told as being imported until that has ended.
    pub fn look(&self, catalog: &Catalog, tables: &Tables, bounds: &Bounds) {
        let wanted = wanted(catalog, bounds);
        let first = wanted.iter().map(|(id, _)| id).filter(|id| !tables.has(id));
        tables.being_imported().replace(first.cloned());
        self.queue
            .replace(wanted, bounds, tables.being_imported(), Instant::now());
    }

    /// Gives up what is under way; the versions that are served stay.
    pub fn stop(&self) {
        self.queue.stop();
    }
}

impl Drop for Unattended {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The described tables of `catalog` whose files lie in the folder.
fn wanted(catalog: &Catalog, bounds: &Bounds) -> Vec<(CollectionId, DescribedCollection)> {
    if bounds.most_bytes == 0 {
        return Vec::new();
    }
    let names = match Names::list(&bounds.shared_data) {
        Ok(names) => names,
        Err(error) => {
            let folder = bounds.shared_data.display();
            tracing::warn!("nothing is imported: cannot list {folder}: {error}");
            return Vec::new();
        }
    };
    let found = catalog.iter().filter_map(|collection| {
        match DescribedCollection::published(collection, &bounds.shared_data, &names) {
            Ok(Some(found)) if !found.paths.is_empty() => Some((collection.id().clone(), found)),
            Ok(_) => None,
            Err(error) => {
                tracing::warn!("{} is not imported: {error}", collection.id());
                None
            }
        }
    });
    found.collect()
}

/// Imports one table after the other, until it is told to stop.
fn work(queue: &Queue, tell: &impl Fn()) {
    // Where the system allows it, requests come first; the unit's filter does not.
    let _ = rustix::process::nice(NICENESS);
    let mut known = HashMap::new();
    while let Some(mut job) = queue.next() {
        let mut attempt = Attempt {
            bounds: &job.bounds,
            collection: &job.collection,
            is_stopped: queue.is_stopped(),
            known: &mut known,
        };
        let id = job.id.clone();
        let run = AssertUnwindSafe(|| attempt.run(Timestamp::now()));
        match catch_unwind(run).unwrap_or(Err(Refusal::Fault)) {
            Ok(Outcome::Imported(imported)) => {
                let (rows, version) = (imported.manifest.rows, &imported.manifest.version);
                tracing::info!("imported {id}: {rows} rows, version {version}");
                tell();
                // The files may be newer than their copy by now.
                let due = Instant::now() + SHORTEST;
                queue.again(job, due);
                continue;
            }
            Ok(Outcome::NotYet) => {
                job.pause = (job.pause * 2).clamp(SHORTEST, LONGEST);
                let due = Instant::now() + job.pause;
                queue.again(job, due);
                continue;
            }
            Ok(Outcome::Nothing) if has_table(&job.bounds.state, &job.collection.id) => {
                // It may have been imported while a reload looked for what there is.
                if job.being_imported.contains(&id) {
                    tell();
                }
                continue;
            }
            Ok(Outcome::Nothing) => {}
            Err(Refusal::Stopped) => return,
            Err(refusal @ Refusal::TooLarge { .. }) => {
                tracing::info!("{id} is not imported by itself: {refusal}");
            }
            Err(refusal) => {
                let reason = in_one_line(&refusal);
                let remedy = "mend it and reload; what was served before is served on";
                tracing::error!("{id} is not imported: {reason}; {remedy}");
            }
        }
        // After an import there is a table, and nobody looks here; a request that began before still has to find it.
        job.being_imported.remove(&id);
    }
}

/// A reason that has a line for each fault, in one.
fn in_one_line(refusal: &Refusal) -> String {
    refusal.to_string().replace('\n', "; ")
}

const NICENESS: i32 = 10;
/// Pauses before a file that is being written is looked at again.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests;
