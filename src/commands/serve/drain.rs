//! Connections at a stop: those that are open are asked to end with their answer, and waited for.
//!
//! actix's own graceful stop takes no connection from its first moment on, and looks once a second whether one is left. Here
//! requests are taken for as long as an answer from before the stop is under way, and only the last moment is without
//! a daemon: what comes then waits in the socket for the next one.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::dev::ServerHandle;
use arc_swap::ArcSwap;
use tokio::{
    sync::watch,
    time::{sleep, timeout, timeout_at},
};

/// The connections of a server.
#[derive(Clone)]
pub(super) struct Connections(Arc<ArcSwap<Round>>);

/// Connections that began between two turns, how many of them are open, and whether they are to end.
struct Round {
    open: watch::Sender<usize>,
    is_over: watch::Sender<bool>,
}

/// A connection, for as long as it is open.
pub(super) struct Open(Arc<Round>);

impl Connections {
    pub(super) fn new() -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Round::new())))
    }

    /// One more, counted until what comes back is dropped.
    pub(super) fn open(&self) -> Open {
        let round = self.0.load_full();
        round.open.send_modify(|open| *open += 1);
        Open(round)
    }

    /// When a connection that begins now is to end: at once if it is idle, else with its answer.
    pub(super) fn over(&self) -> impl Future<Output = ()> + use<> {
        let mut is_over = self.0.load().is_over.subscribe();
        async move {
            // The round goes only after its end.
            let _ = is_over.wait_for(|is_over| *is_over).await;
        }
    }

    /// Asks all that are open to end, and counts those that come by themselves.
    fn turn(&self) -> Arc<Round> {
        let before = self.0.swap(Arc::new(Round::new()));
        before.is_over.send_replace(true);
        before
    }
}

impl Round {
    fn new() -> Self {
        Self {
            open: watch::Sender::new(0),
            is_over: watch::Sender::new(false),
        }
    }

    async fn ended(&self) {
        let mut open = self.open.subscribe();
        // The sender is this round's own.
        let _ = open.wait_for(|open| *open == 0).await;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

/// Ends `server`: answers that are under way have `patience` from here on, and those that begin meanwhile as much from
/// the moment that no more are taken.
pub(super) async fn drain(server: &ServerHandle, connections: &Connections, patience: Duration) {
    let left = serve_until_brief(connections, patience).await;
    server.pause().await;
    // What was accepted before has reached its worker by then.
    sleep(HANDED_OVER).await;
    let last = connections.turn();
    let ended = async {
        last.ended().await;
        if let Some(left) = left {
            left.ended().await;
        }
    };
    let _ = timeout(patience, ended).await;
    server.stop(false).await;
}

/// Goes on taking requests until none of those under way is older than a moment, or `patience` is over; then gives
/// those that are left.
async fn serve_until_brief(connections: &Connections, patience: Duration) -> Option<Arc<Round>> {
    let until = tokio::time::Instant::now() + patience;
    loop {
        let (before, turned) = (connections.turn(), Instant::now());
        if timeout_at(until, before.ended()).await.is_err() {
            return Some(before);
        }
        if turned.elapsed() < BRIEF {
            return None;
        }
    }
}

/// Answers that take no longer may be under way when no more are taken: so long the others wait for the next daemon.
const BRIEF: Duration = Duration::from_millis(200);

/// How long a connection takes from the socket to the worker that counts it.
const HANDED_OVER: Duration = Duration::from_millis(10);
