//! Keys of the authorization server: fetched over TLS beside the requests, and kept while it is away.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::header::{ACCEPT, ACCEPT_ENCODING};
use tokio::{
    runtime::Handle,
    sync::watch,
    task::AbortHandle,
    time::{Instant as Deadline, timeout_at},
};

use super::{key_set::KeySet, provider};
use crate::{
    clock::Timestamp,
    token::{
        algorithm::Algorithm,
        authorization_server::{AuthorizationServer, EndpointWatch},
        body::{ACCEPTED_CODINGS, read_object_within},
        discovery::NotReady,
        refused::Unavailability,
        statistics::Counters,
        upkeep::{Again, BackOff},
    },
};

/// The key set as it was last fetched; dropped, it is no longer kept up to date.
pub(in crate::token) struct Keys {
    again: Arc<Again>,
    known: watch::Receiver<Known>,
    /// Time that is waited for a fetch.
    patience: Duration,
    /// Finds the key set for as long as it is looked for.
    server: AuthorizationServer,
    upkeep: AbortHandle,
}

/// State of the key set.
#[derive(Clone)]
pub(in crate::token) struct Known {
    held: Option<Held>,
    /// The last attempt: none yet, or why it failed.
    attempt: Attempt,
}

#[derive(Clone)]
struct Held {
    set: Arc<KeySet>,
    since: Timestamp,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Attempt {
    Failed(Unavailability),
    None,
    Succeeded,
}

/// Fetching of a key set.
pub(in crate::token) struct Fetch {
    pub(in crate::token) algorithms: Vec<Algorithm>,
    pub(in crate::token) client: reqwest::Client,
    pub(in crate::token) counters: Arc<Counters>,
    /// Time that a set is used without looking for a newer one.
    pub(in crate::token) lifetime: Duration,
    pub(in crate::token) patience: Duration,
}

impl Keys {
    /// Begins to fetch where `server` says; until then what is `known` stands, if anything.
    pub(in crate::token) fn start(
        fetch: Fetch,
        server: AuthorizationServer,
        known: Option<Known>,
        runtime: &Handle,
    ) -> Self {
        provider::install();
        let attempt = Attempt::None;
        let known = known.unwrap_or(Known {
            held: None,
            attempt,
        });
        let (found, known) = watch::channel(known);
        let again = Arc::new(Again::every(AGAIN_AFTER));
        let patience = fetch.patience;
        let upkeep = fetch.keep_up(server.endpoint_watch(), found, Arc::clone(&again));
        Self {
            again,
            known,
            patience,
            server,
            upkeep: runtime.spawn(upkeep).abort_handle(),
        }
    }

    /// The keys that are known, to be kept beyond a reload.
    pub(in crate::token) fn known(&self) -> Known {
        self.known.borrow().clone()
    }

    /// The finder of the key set.
    pub(in crate::token) fn server(&self) -> &AuthorizationServer {
        &self.server
    }

    /// The key set at `now`; waits for the very first attempt, and for no later one.
    pub(super) async fn current(&self, now: Timestamp) -> Result<Arc<KeySet>, Unavailability> {
        let mut known = self.known.clone();
        let is_tried = |known: &Known| known.held.is_some() || known.attempt != Attempt::None;
        let tried = timeout_at(Deadline::now() + self.patience, known.wait_for(is_tried)).await;
        match tried {
            Ok(Ok(known)) => known.at(now),
            Ok(Err(_)) | Err(_) => Err(Unavailability::KeysUnknown),
        }
    }

    /// The key set after a look for a newer one, which is made once in a minute whoever asks (JAT-9).
    ///
    /// # Errors
    ///
    /// The last look failed: whether there is a newer one cannot be told.
    pub(super) async fn renewed(&self, now: Timestamp) -> Result<Arc<KeySet>, Unavailability> {
        let look = self.again.look(Instant::now());
        if timeout_at(Deadline::now() + self.patience, look)
            .await
            .is_err()
        {
            return Err(Unavailability::TimedOut);
        }
        let known = self.known();
        match known.attempt {
            Attempt::Failed(reason) => Err(reason),
            Attempt::None | Attempt::Succeeded => known.at(now),
        }
    }

    /// The number of keys that can be used, once there are any.
    pub(in crate::token) fn number(&self) -> Result<usize, Unavailability> {
        let known = self.known.borrow();
        match (&known.held, &known.attempt) {
            (Some(held), _) => Ok(held.set.len()),
            (None, Attempt::Failed(reason)) => Err(reason.clone()),
            (None, _) => Err(Unavailability::KeysUnknown),
        }
    }

    /// Readiness: there are keys.
    pub(in crate::token) fn readiness(&self) -> Result<(), NotReady> {
        self.server.known()?;
        match self.number() {
            Ok(_) => Ok(()),
            Err(Unavailability::KeysUnknown) => Err(NotReady::NotAskedYet),
            Err(reason) => Err(NotReady::NoKeys(reason)),
        }
    }

    /// Waits until a first attempt to fetch the keys has ended.
    pub(in crate::token) async fn probe(&self) -> Result<(), Unavailability> {
        self.current(Timestamp::now()).await.map(drop)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.upkeep.abort();
    }
}

impl Known {
    fn at(&self, now: Timestamp) -> Result<Arc<KeySet>, Unavailability> {
        match (&self.held, &self.attempt) {
            (Some(held), _) if held.since.until(now) <= BELIEVED => Ok(Arc::clone(&held.set)),
            (Some(_), _) => Err(Unavailability::KeysTooOld),
            (None, Attempt::Failed(reason)) => Err(reason.clone()),
            (None, _) => Err(Unavailability::KeysUnknown),
        }
    }
}

impl Fetch {
    async fn keep_up(
        self,
        endpoint: EndpointWatch,
        found: watch::Sender<Known>,
        again: Arc<Again>,
    ) {
        let mut back_off = BackOff::default();
        loop {
            let fetched = self.fetch(&endpoint).await;
            let pause = if fetched.is_ok() {
                back_off = BackOff::default();
                // Before its end, so that nobody waits for the next one.
                self.lifetime * 3 / 4
            } else {
                self.counters.count_fault();
                back_off.next_wait()
            };
            record(&found, fetched);
            again.done();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = again.wanted() => {}
            }
        }
    }

    async fn fetch(&self, watch: &EndpointWatch) -> Result<KeySet, Unavailability> {
        let Some(endpoint) = watch.endpoint().await else {
            return Err(Unavailability::KeysUnknown);
        };
        let get = async |url: &url::Url| {
            let request = self.client.get(url.clone());
            let request = request
                .header(ACCEPT, "application/jwk-set+json, application/json")
                .header(ACCEPT_ENCODING, ACCEPTED_CODINGS);
            let object = read_object_within(request.send().await?, LONGEST_SET_BYTES).await?;
            KeySet::read(&object, &self.algorithms)
        };
        let fetched = get(endpoint.url()).await;
        if !matches!(
            fetched,
            Err(Unavailability::UnexpectedStatus { status: 404 | 410 })
        ) {
            return fetched;
        }
        match watch.look_again(&endpoint).await {
            Some(elsewhere) => get(elsewhere.url()).await,
            None => fetched,
        }
    }
}

/// A failed fetch takes nothing away from what was known before.
fn record(found: &watch::Sender<Known>, fetched: Result<KeySet, Unavailability>) {
    match fetched {
        Ok(set) => {
            let number = set.len();
            tracing::debug!("the directory's key set has {number} keys that can be used");
            found.send_replace(Known {
                held: Some(Held {
                    set: Arc::new(set),
                    since: Timestamp::now(),
                }),
                attempt: Attempt::Succeeded,
            });
        }
        Err(reason) => {
            let is_held = found.borrow().held.is_some();
            let what = if is_held { "; the last one stays" } else { "" };
            tracing::warn!("the directory's key set cannot be had, trying again: {reason}{what}");
            found.send_modify(|known| known.attempt = Attempt::Failed(reason));
        }
    }
}

/// Longest key set that is read, in bytes, packed and unpacked.
const LONGEST_SET_BYTES: usize = 1024 * 1024;

/// Time between looks for a key that is not in the set.
const AGAIN_AFTER: Duration = Duration::from_mins(1);

/// Time that a key set is believed for which no newer one can be had.
const BELIEVED: Duration = Duration::from_hours(24);
