//! The running daemon.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use arc_swap::ArcSwap;

use super::{Present, Route, heartbeat::Heartbeats};
use crate::{
    clock::Timestamp,
    edge::{AcceptGuard, Peer},
    log::Log,
    metrics::{self, Meter, Metrics},
    policy::CollectionId,
};

/// The running daemon: what it answers from at present, and whether it is about to end.
pub struct Perild {
    present: ArcSwap<Present>,
    guard: AcceptGuard,
    log: Log,
    metrics: Option<Arc<Metrics>>,
    heartbeats: Heartbeats,
    own_uid: u32,
    is_stopping: AtomicBool,
}

impl Perild {
    /// A daemon that answers from `present`, counts where there are `metrics`, and records in `log`.
    #[must_use]
    pub fn new(present: Present, metrics: Option<Arc<Metrics>>, log: Log) -> Self {
        let own_uid = rustix::process::geteuid().as_raw();
        let perild = Self {
            present: ArcSwap::from_pointee(present),
            guard: AcceptGuard::default(),
            log,
            metrics,
            heartbeats: Heartbeats::new(Timestamp::now()),
            own_uid,
            is_stopping: AtomicBool::new(false),
        };
        perild.name_datasets();
        perild
    }

    /// The state that one request is answered from, from its start to its end.
    #[must_use]
    pub fn present(&self) -> Arc<Present> {
        self.present.load_full()
    }

    /// Takes `present` for every request from now on.
    pub fn replace(&self, present: Present) {
        self.present.store(Arc::new(present));
        self.name_datasets();
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The metrics, when any are kept.
    #[must_use]
    pub fn metrics(&self) -> Option<&Arc<Metrics>> {
        self.metrics.as_ref()
    }

    /// Answers since the last heartbeats.
    pub(super) fn heartbeats(&self) -> &Heartbeats {
        &self.heartbeats
    }

    /// Counter of a request at `route` for the collection that is `asked` for.
    #[must_use]
    pub fn meter(&self, route: &Route, asked: Option<&CollectionId>) -> Option<Meter> {
        let metrics = self.metrics.as_ref()?;
        Some(metrics.meter(route.template(), asked))
    }

    fn name_datasets(&self) {
        let present = self.present();
        let (Some(metrics), Some(site)) = (&self.metrics, present.site()) else {
            return;
        };
        let left_out = metrics.know(site.collections());
        if left_out > 0 {
            let (most, other) = (metrics::MOST_NAMES, metrics::OTHER);
            tracing::info!(
                "metrics have names for {most} datasets; {left_out} more count as {other:?}"
            );
        }
    }

    /// Guard that connections pass when they are accepted.
    #[must_use]
    pub fn guard(&self) -> &AcceptGuard {
        &self.guard
    }

    /// `true` when `peer` is the user that perild runs as: its watchdog, or `perild healthcheck`.
    #[must_use]
    pub fn is_itself(&self, peer: Peer) -> bool {
        peer == Peer::User(self.own_uid)
    }

    /// From now on each connection ends with its answer.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// `true` when connections end with their answers.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}
