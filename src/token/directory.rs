//! Where to ask: kept up to date by a task beside the requests, which it never blocks.

use std::time::Duration;

use aws_lc_rs::rand;
use reqwest::header::ACCEPT;
use tokio::{runtime::Handle, sync::watch, task::AbortHandle};

use super::{
    body,
    discovery::{self, Endpoint, NotReady},
    refused::Unavailability,
};

/// What is known of the directory; dropped, it is no longer kept up to date.
pub(super) struct Directory {
    whereabouts: Whereabouts,
    upkeep: Option<AbortHandle>,
}

impl Directory {
    /// A directory whose endpoint the configuration names.
    pub(super) fn fixed(endpoint: Endpoint) -> Self {
        let (_, found) = watch::channel(Ok(endpoint));
        Self {
            whereabouts: Whereabouts(found),
            upkeep: None,
        }
    }

    /// A directory to be discovered on `runtime`; until then `known` stands, if anything.
    pub(super) fn discover(search: Search, known: Option<Endpoint>, runtime: &Handle) -> Self {
        let (finder, found) = watch::channel(known.ok_or(NotReady::NotAskedYet));
        let upkeep = runtime.spawn(search.keep_up(finder)).abort_handle();
        Self {
            whereabouts: Whereabouts(found),
            upkeep: Some(upkeep),
        }
    }

    pub(super) fn whereabouts(&self) -> Whereabouts {
        self.whereabouts.clone()
    }

    pub(super) fn known(&self) -> Result<Endpoint, NotReady> {
        self.whereabouts.0.borrow().clone()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if let Some(upkeep) = &self.upkeep {
            upkeep.abort();
        }
    }
}

type Found = Result<Endpoint, NotReady>;

/// A view of what is known, for those who call.
#[derive(Clone)]
pub(super) struct Whereabouts(watch::Receiver<Found>);

impl Whereabouts {
    /// The endpoint; waits for the very first attempt, and for no later one.
    pub(super) async fn endpoint(&self) -> Option<Endpoint> {
        let mut found = self.0.clone();
        let tried = found
            .wait_for(|found| !matches!(found, Err(NotReady::NotAskedYet)))
            .await;
        tried.ok().and_then(|found| found.clone().ok())
    }
}

/// What is looked for, and where.
pub(super) struct Search {
    pub(super) client: reqwest::Client,
    pub(super) issuer: String,
    /// Tried in order; the next one only when one is `404 Not Found`.
    pub(super) places: Vec<Endpoint>,
}

impl Search {
    async fn keep_up(self, finder: watch::Sender<Found>) {
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
            record(&finder, found);
            tokio::time::sleep(pause).await;
        }
    }

    async fn look(&self) -> Found {
        let mut last = Err(NotReady::EndpointMissing);
        for place in &self.places {
            last = self.look_at(place).await;
            let absent = Unavailability::UnexpectedStatus { status: 404 };
            if last != Err(NotReady::Unavailable(absent)) {
                break;
            }
        }
        last
    }

    async fn look_at(&self, place: &Endpoint) -> Found {
        let request = self
            .client
            .get(place.url().clone())
            .header(ACCEPT, "application/json");
        let response = request.send().await.map_err(Unavailability::from);
        let metadata = match response {
            Ok(response) => body::read_object(response).await,
            Err(reason) => Err(reason),
        };
        discovery::introspection_endpoint(&metadata.map_err(NotReady::Unavailable)?, &self.issuer)
    }
}

/// A failed refresh takes nothing away from what was known before.
fn record(finder: &watch::Sender<Found>, found: Found) {
    match &found {
        Ok(endpoint) => tracing::info!(
            "the directory's introspection endpoint is {}",
            endpoint.url()
        ),
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

/// Half a second, doubling to thirty, each cut by up to a half at random so that daemons that
/// started together do not ask together.
struct BackOff {
    wait: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self { wait: FIRST_WAIT }
    }
}

impl BackOff {
    fn next_wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (wait * 2).min(LONGEST_WAIT);
        let mut dice = [0_u8];
        // Without randomness there is no jitter, which is no harm.
        let _ = rand::fill(&mut dice);
        wait.saturating_sub(wait / 512 * dice.into_iter().map(u32::from).sum())
    }
}

const REFRESH: Duration = Duration::from_hours(24);
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::{
        super::client::{Identity, outbound_client},
        *,
    };

    fn endpoint(url: &str) -> Endpoint {
        Endpoint::https(url.parse().unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_directory_that_is_dropped_is_no_longer_looked_for() {
        let search = Search {
            client: reqwest_client(),
            issuer: "https://as.example/".to_owned(),
            places: vec![endpoint("https://127.0.0.1:1/")],
        };
        let directory = Directory::discover(search, None, &Handle::current());
        let upkeep = directory.upkeep.clone().unwrap();
        assert_eq!(directory.whereabouts().endpoint().await, None);
        assert!(!upkeep.is_finished());
        drop(directory);
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

    /// Rows: DISC-6
    #[test]
    fn waits_double_to_thirty_seconds_and_vary() {
        let mut back_off = BackOff::default();
        for whole in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let (wait, whole) = (back_off.next_wait(), Duration::from_millis(whole));
            assert!(whole / 2 <= wait && wait <= whole, "{wait:?} of {whole:?}");
        }
        let waits: Vec<_> = (0..40).map(|_| back_off.next_wait()).collect();
        assert!(
            waits.iter().any(|wait| Some(wait) != waits.first()),
            "{waits:?}"
        );
    }

    /// Rows: DISC-3, DISC-6
    #[test]
    fn a_failed_refresh_keeps_what_was_known() {
        let (finder, found) = watch::channel(Err(NotReady::NotAskedYet));
        record(&finder, Err(NotReady::EndpointMissing));
        assert_eq!(*found.borrow(), Err(NotReady::EndpointMissing));
        record(&finder, Ok(endpoint("https://a/")));
        record(
            &finder,
            Err(NotReady::IssuerDiffers {
                published: "https://b/".into(),
            }),
        );
        assert_eq!(*found.borrow(), Ok(endpoint("https://a/")));
        record(&finder, Ok(endpoint("https://c/")));
        assert_eq!(*found.borrow(), Ok(endpoint("https://c/")));
    }
}
