//! Endpoint of the authorization server: kept up to date by a task beside the requests, which it never blocks.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, DATE, HeaderMap};
use tokio::{runtime::Handle, sync::watch, task::AbortHandle};

use super::{
    body::{self, ACCEPTED_CODINGS},
    discovery::{Attempt, Endpoint, MetadataFault, NotReady, Wanted},
    refused::Unavailability,
    upkeep::{Again, BackOff},
};
use crate::clock::Timestamp;

/// Endpoint and clock of the authorization server; dropped, they are no longer kept up to date.
pub(super) struct AuthorizationServer {
    endpoint_watch: EndpointWatch,
    upkeep: Option<AbortHandle>,
    clocks: Arc<OnceLock<Clocks>>,
}

/// Times that the authorization server's clock and ours said at its first answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Clocks {
    /// `Date` of the answer, RFC 9110 §6.6.1.
    pub server: Timestamp,
    /// Ours.
    pub ours: Timestamp,
}

impl AuthorizationServer {
    /// An authorization server whose endpoint the configuration names.
    pub(super) fn fixed(endpoint: Endpoint) -> Self {
        let (_, found) = watch::channel(Ok(endpoint));
        Self {
            endpoint_watch: EndpointWatch { found, again: None },
            upkeep: None,
            clocks: Arc::default(),
        }
    }

    /// An authorization server to be discovered on `runtime`; until then `known` stands, if anything.
    pub(super) fn discover(search: Search, known: Option<Endpoint>, runtime: &Handle) -> Self {
        let (finder, found) = watch::channel(known.ok_or(NotReady::NotAskedYet));
        let again = Arc::new(Again::every(AGAIN_AFTER));
        let clocks = Arc::clone(&search.clocks);
        let upkeep = runtime.spawn(search.keep_up(finder, Arc::clone(&again)));
        Self {
            endpoint_watch: EndpointWatch {
                found,
                again: Some(again),
            },
            upkeep: Some(upkeep.abort_handle()),
            clocks,
        }
    }

    pub(super) fn endpoint_watch(&self) -> EndpointWatch {
        self.endpoint_watch.clone()
    }

    /// Both clocks, once the authorization server has answered with a date.
    pub(super) fn clocks(&self) -> Option<Clocks> {
        self.clocks.get().copied()
    }

    pub(super) fn known(&self) -> Result<Endpoint, NotReady> {
        self.endpoint_watch.found.borrow().clone()
    }
}

impl Drop for AuthorizationServer {
    fn drop(&mut self) {
        if let Some(upkeep) = &self.upkeep {
            upkeep.abort();
        }
    }
}

type Discovered = Result<Endpoint, NotReady>;

/// Endpoint as it is known, for those who call.
#[derive(Clone)]
pub(super) struct EndpointWatch {
    found: watch::Receiver<Discovered>,
    /// `None` when the configuration names the endpoint.
    again: Option<Arc<Again>>,
}

impl EndpointWatch {
    /// The endpoint; waits for the very first attempt, and for no later one.
    pub(super) async fn endpoint(&self) -> Option<Endpoint> {
        let mut found = self.found.clone();
        let tried = found
            .wait_for(|found| !matches!(found, Err(NotReady::NotAskedYet)))
            .await;
        tried.ok().and_then(|found| found.clone().ok())
    }

    /// The endpoint, if it is known now.
    pub(super) fn known(&self) -> Option<Endpoint> {
        self.found.borrow().clone().ok()
    }

    /// Another endpoint than `gone`, which is not there: looked for at once, and not oftener than every
    /// [`AGAIN_AFTER`], whoever asks.
    pub(super) async fn look_again(&self, gone: &Endpoint) -> Option<Endpoint> {
        self.again.as_ref()?.look(Instant::now()).await;
        self.known().filter(|endpoint| endpoint != gone)
    }
}

/// Metadata that are looked for, and the places.
pub(super) struct Search {
    pub(super) client: reqwest::Client,
    pub(super) issuer: String,
    /// The endpoint that the metadata must name.
    pub(super) wanted: Wanted,
    /// Tried in order, until one has metadata that can be used.
    pub(super) places: Vec<Endpoint>,
    pub(super) clocks: Arc<OnceLock<Clocks>>,
}

impl Search {
    async fn keep_up(self, finder: watch::Sender<Discovered>, again: Arc<Again>) {
        let mut back_off = BackOff::default();
        loop {
            let found = self.look().await;
            let pause = match found {
                Ok(_) => REFRESH,
                Err(_) => back_off.next_wait(),
            };
            if found.is_ok() {
                back_off = BackOff::default();
            }
            record(&finder, found, self.wanted);
            again.done();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = again.wanted() => {}
            }
        }
    }

    async fn look(&self) -> Discovered {
        let mut attempts = Vec::new();
        for place in &self.places {
            let fault = match self.look_at(place).await {
                Ok(endpoint) => return Ok(endpoint),
                Err(fault) => fault,
            };
            // Both places are on one host: what does not even take the question has no other answer.
            let is_away = matches!(
                &fault,
                MetadataFault::Unavailable(Unavailability::Transport(fault)) if fault.is_of_the_whole()
            );
            let place = place.clone();
            attempts.push(Attempt { place, fault });
            if is_away {
                break;
            }
        }
        Err(NotReady::Undiscovered(attempts))
    }

    async fn look_at(&self, place: &Endpoint) -> Result<Endpoint, MetadataFault> {
        let request = self
            .client
            .get(place.url().clone())
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, ACCEPTED_CODINGS);
        let response = request.send().await.map_err(Unavailability::from)?;
        if let Some(server) = date(response.headers()) {
            let ours = Timestamp::now();
            let _ = self.clocks.set(Clocks { server, ours });
        }
        let metadata = body::read_object(response).await?;
        self.wanted.read(&metadata, &self.issuer)
    }
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(DATE)?.to_str().ok()?;
    let date = httpdate::parse_http_date(date).ok()?;
    Some(Timestamp::from(date))
}

/// A failed refresh takes nothing away from what was known before.
fn record(finder: &watch::Sender<Discovered>, found: Discovered, wanted: Wanted) {
    match &found {
        Ok(endpoint) => tracing::info!("the directory's {} is {}", wanted.words(), endpoint.url()),
        Err(reason) => tracing::warn!("the directory is not discovered, trying again: {reason}"),
    }
    finder.send_if_modified(|known| {
        let news = (found.is_ok() || known.is_err()) && *known != found;
        if news {
            *known = found;
        }
        news
    });
}

const REFRESH: Duration = Duration::from_hours(24);

/// Time between looks for an endpoint that is gone.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::{
        super::{client::outbound_client, identity::Identity},
        *,
    };

    const MISSING: MetadataFault = MetadataFault::EndpointMissing {
        member: "introspection_endpoint",
    };

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::https(url.parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_server_that_is_dropped_is_no_longer_looked_for() {
        let search = Search {
            client: reqwest_client(),
            issuer: "https://as.example/".to_owned(),
            wanted: Wanted::Introspection,
            places: vec![endpoint("https://127.0.0.1:1/")],
            clocks: Arc::default(),
        };
        let server = AuthorizationServer::discover(search, None, &Handle::current());
        let upkeep = server.upkeep.clone().unwrap();
        assert_eq!(server.endpoint_watch().endpoint().await, None);
        assert!(!upkeep.is_finished());
        drop(server);
        while !upkeep.is_finished() {
            tokio::task::yield_now().await;
        }
    }

    fn reqwest_client() -> reqwest::Client {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec!["provider.example".into()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap().pem();
        let identity =
            Identity::from_pem(certificate.as_bytes(), key.serialize_pem().as_bytes()).unwrap();
        outbound_client(certificate.as_bytes(), identity, Duration::from_secs(5)).unwrap()
    }

    /// Rows: DISC-3, DISC-6
    #[test]
    fn a_failed_refresh_keeps_what_was_known() {
        let (finder, found) = watch::channel(Err(NotReady::NotAskedYet));
        let fails = |fault| {
            let place = endpoint("https://as.example/");
            Err(NotReady::Undiscovered(vec![Attempt { place, fault }]))
        };
        record(&finder, fails(MISSING), Wanted::Introspection);
        assert_eq!(*found.borrow(), fails(MISSING));
        record(&finder, Ok(endpoint("https://a/")), Wanted::Introspection);
        let published = "https://b/".to_owned();
        record(
            &finder,
            fails(MetadataFault::IssuerDiffers { published }),
            Wanted::Introspection,
        );
        assert_eq!(*found.borrow(), Ok(endpoint("https://a/")));
        record(&finder, Ok(endpoint("https://c/")), Wanted::Introspection);
        assert_eq!(*found.borrow(), Ok(endpoint("https://c/")));
    }
}
