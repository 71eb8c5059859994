//! Digests of large files' contents: what gives the same bytes the same entity tag on every machine.
//!
//! A file that is read at once is digested where it is read ([`EntityTag::of`]). A larger one is digested by one
//! thread, when it is first asked for, and its digest is kept for as long as the system says the same of the
//! file ([`Version`]), beyond the daemon's end where there is a folder to keep it in. Who asks meanwhile waits for
//! a while, and is then answered without a tag: never with one that another machine would not give.

use std::{
    collections::HashMap,
    fs::File,
    io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use moka::sync::Cache;
use tokio::{sync::watch, time::timeout};

use super::{EntityTag, content_digest::content_digest, version::Version};
use crate::clock::Timestamp;

mod kept;

use kept::Kept;

/// The digests that are known, and those that are being made.
#[derive(Clone, Debug)]
pub(super) struct Digests {
    known: Cache<Version, EntityTag>,
    making: Arc<Mutex<HashMap<Version, watch::Receiver<Option<EntityTag>>>>>,
    jobs: SyncSender<Job>,
}

/// A digest that is being made.
#[derive(Clone, Debug)]
pub struct Pending(watch::Receiver<Option<EntityTag>>);

/// A file to be digested, and who waits for it.
#[derive(Debug)]
struct Job {
    file: File,
    version: Version,
    result: watch::Sender<Option<EntityTag>>,
}

impl Pending {
    /// The tag, if it is there within `patience` and the file was not changed meanwhile.
    pub async fn within(mut self, patience: Duration) -> Option<EntityTag> {
        let made = timeout(patience, self.0.wait_for(Option::is_some)).await;
        made.ok()?.ok()?.clone()
    }
}

impl Digests {
    /// Digests that are kept in `folder` as well, where there is one.
    ///
    /// # Errors
    /// What the system says where no thread can be started. What cannot be read of the folder is as good as not
    /// there.
    pub(super) fn start(folder: Option<&Path>) -> io::Result<Self> {
        let (jobs, waiting) = sync_channel(MOST_WAITING);
        let digests = Self {
            known: Cache::new(u64::try_from(kept::MOST).unwrap_or(u64::MAX)),
            making: Arc::default(),
            jobs,
        };
        let (kept, known) = folder.map(Kept::open).unzip();
        for (version, tag) in known.into_iter().flatten() {
            digests.known.insert(version, tag);
        }
        let (known, making) = (digests.known.clone(), Arc::clone(&digests.making));
        thread::Builder::new()
            .name("digests".to_owned())
            .spawn(move || work(&waiting, &known, &making, kept))?;
        Ok(digests)
    }

    /// The tag of what is in the file of `version`, if it is known.
    pub(super) fn get(&self, version: &Version) -> Option<EntityTag> {
        self.known.get(version)
    }

    /// Has `file`, which is of `version`, digested; none where too much is waiting already.
    pub(super) fn begin(&self, file: &File, version: Version) -> Option<Pending> {
        let mut making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(result) = making.get(&version) {
            return Some(Pending(result.clone()));
        }
        let (result, pending) = watch::channel(None);
        let file = file.try_clone().ok()?;
        let job = Job {
            file,
            version,
            result,
        };
        self.jobs.try_send(job).ok()?;
        making.insert(version, pending.clone());
        Some(Pending(pending))
    }
}

/// Digests one file after the other until nobody is left who could ask.
fn work(
    jobs: &Receiver<Job>,
    known: &Cache<Version, EntityTag>,
    making: &Mutex<HashMap<Version, watch::Receiver<Option<EntityTag>>>>,
    mut kept: Option<Kept>,
) {
    for job in jobs {
        // A file that was changed a moment ago could change again without showing it.
        let is_settled = job.version.is_settled(Timestamp::now());
        let digest = content_digest(&job.file, &job.version).ok().flatten();
        let tag = digest.map(|digest| EntityTag::of_digest(&digest));
        if let Some(tag) = tag.clone().filter(|_| is_settled) {
            if let Some(kept) = &mut kept {
                kept.add(&job.version, &tag);
            }
            known.insert(job.version, tag);
        }
        let mut making = making.lock().unwrap_or_else(PoisonError::into_inner);
        making.remove(&job.version);
        drop(making);
        job.result.send_replace(tag);
    }
}

/// Files that wait to be digested, each an open descriptor.
const MOST_WAITING: usize = 256;
#[cfg(test)]
mod tests;
