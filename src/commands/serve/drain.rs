//! Connections at a stop: those of before are asked to end with their answer, and waited for.
//!
//! actix's own graceful stop takes no connection from its first moment on, and looks once a second whether one is left.
//! Here requests are taken for as long as an answer from before the stop is under way, and only the last moment is
//! without a daemon: what comes then waits in the socket for the next one.

use std::{sync::Arc, time::Duration};

use actix_web::dev::ServerHandle;
use arc_swap::ArcSwap;
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout, timeout_at},
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

    /// Those that are open; the ones from here on are counted by themselves.
    fn turn(&self) -> Turned {
        Turned {
            round: self.0.swap(Arc::new(Round::new())),
            at: Instant::now(),
        }
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

/// The connections of a round that is over, and when it was.
struct Turned {
    round: Arc<Round>,
    at: Instant,
}

/// Ends `server`, whose answers end their connections by now: those under way have `patience`, and those that begin
/// meanwhile as much from the moment that no more are taken.
pub(super) async fn drain(server: &ServerHandle, connections: &Connections, patience: Duration) {
    let kept = connections.turn();
    sleep(FAREWELL).await;
    // Later ones end with their only answer, and a request that is about to be read must not be cut off.
    kept.round.is_over.send_replace(true);
    let left = serve_until_brief(connections, kept, patience).await;
    server.pause().await;
    // What was accepted before has reached its worker by then.
    sleep(HANDED_OVER).await;
    let last = connections.turn();
    let ended = async {
        last.round.ended().await;
        if let Some(left) = left {
            left.round.ended().await;
        }
    };
    let _ = timeout(patience, ended).await;
    server.stop(false).await;
}

/// Goes on taking requests until none of those under way is older than a moment, or `patience` is over; then gives
/// those that are left.
async fn serve_until_brief(
    connections: &Connections,
    mut before: Turned,
    patience: Duration,
) -> Option<Turned> {
    let until = Instant::now() + patience;
    loop {
        if timeout_at(until, before.round.ended()).await.is_err() {
            return Some(before);
        }
        if before.at.elapsed() < BRIEF {
            return None;
        }
        before = connections.turn();
    }
}

/// Time in which kept connections are still answered after a stop, each answer with the end of its connection.
///
/// nginx keeps connections to us, and may send a request over one just as we close it. Under load all of
/// them are used, and so given up, within this time.
const FAREWELL: Duration = Duration::from_millis(500);

/// Answers that take no longer may be under way when no more are taken: so long the others wait for the next daemon.
const BRIEF: Duration = Duration::from_millis(200);

/// Time that a connection takes from the socket to the worker that counts it.
const HANDED_OVER: Duration = Duration::from_millis(20);
