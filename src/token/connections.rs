//! Connections to the authorization server: each for one question at a time, few kept, none for long.
//!
//! A client of its own per connection tells a kept one from a fresh one, which a shared pool does not say.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::client::{LONGEST_IDLE, Outbound};

/// The connections that are kept, and what new ones are made of.
pub(super) struct Connections {
    idle: Mutex<Vec<(reqwest::Client, Instant)>>,
    outbound: Outbound,
}

impl Connections {
    pub(super) fn new(outbound: Outbound) -> Self {
        Self {
            idle: Mutex::default(),
            outbound,
        }
    }

    /// A connection that has carried an answer a moment ago, the latest first.
    pub(super) fn kept(&self) -> Option<reqwest::Client> {
        let mut idle = self.idle();
        idle.retain(|(_, since)| since.elapsed() < LONGEST_IDLE);
        idle.pop().map(|(client, _)| client)
    }

    /// A connection that is made when it is first used.
    pub(super) fn fresh(&self) -> Result<reqwest::Client, reqwest::Error> {
        self.outbound.client()
    }

    /// Keeps a connection whose answer was read to its end.
    pub(super) fn keep(&self, client: reqwest::Client) {
        let mut idle = self.idle();
        if idle.len() < MOST_IDLE {
            idle.push((client, Instant::now()));
        }
    }

    /// Closes every connection that is kept: what became of one has become of others.
    pub(super) fn forget(&self) {
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(reqwest::Client, Instant)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const MOST_IDLE: usize = 8;
