//! Assembly of the [`Source`] from the settings.

use std::{sync::Arc, time::Duration};

use tokio::runtime::Handle;
use url::Url;

use super::{
    authorization_server::{AuthorizationServer, Search},
    backoff::Backoffs,
    breaker::Breaker,
    client::{ClientError, Outbound},
    connections::Connections,
    discovery::{self, Endpoint, Wanted},
    introspection::{Control, Introspector, SLOTS},
    jwt::{Fetch, JwtVerifier, Keys, SignedAnswers},
    settings::{JwtSettings, KeySettings, StartError, TokenKinds, TokenSettings},
    source::{Opaque, Source},
    statistics::Counters,
};
use crate::fair_semaphore::FairSemaphore;

/// Begins to look for the authorization server as `settings` have it; what `previous` has found stands until it is
/// found again.
pub(super) fn source(
    settings: TokenSettings,
    previous: Option<&Source>,
    counters: &Arc<Counters>,
    runtime: &Handle,
) -> Result<Source, StartError> {
    let places = places(&settings)?;
    let outbound = Outbound::new(
        &settings.trust_anchors_pem,
        settings.identity,
        settings.timeout,
    )?;
    let parts = Parts {
        client: outbound.client().map_err(ClientError::from)?,
        counters,
        client_id: settings.client_id,
        issuer: settings.issuer,
        keys: settings.keys,
        places,
        previous,
        runtime,
        timeout: settings.timeout,
    };
    let fixed = settings.introspection_endpoint;
    Ok(match settings.kinds {
        TokenKinds::Opaque => {
            let signers = settings.signed_answers.then(|| parts.keys());
            Source::Opaque(parts.opaque(fixed, outbound, signers.transpose()?)?)
        }
        TokenKinds::Jwt(jwt) => Source::Jwt(parts.jwt(jwt, parts.keys()?)),
        TokenKinds::Both(jwt) => {
            let keys = parts.keys()?;
            let signers = settings.signed_answers.then(|| Arc::clone(&keys));
            let opaque = parts.opaque(fixed, outbound, signers)?;
            Source::Both(opaque, parts.jwt(jwt, keys))
        }
    })
}

/// Parts that both ways of learning about a token are made of.
struct Parts<'s> {
    client: reqwest::Client,
    client_id: String,
    counters: &'s Arc<Counters>,
    issuer: String,
    keys: KeySettings,
    places: Vec<Endpoint>,
    previous: Option<&'s Source>,
    runtime: &'s Handle,
    timeout: Duration,
}

impl Parts<'_> {
    /// Introspection; its answers must be signed where there are `signers`.
    fn opaque(
        &self,
        fixed: Option<Url>,
        outbound: Outbound,
        signers: Option<Arc<Keys>>,
    ) -> Result<Opaque, StartError> {
        let fixed = https(fixed, StartError::IntrospectionEndpointNotHttps)?;
        let previous = self.previous.and_then(Source::opaque);
        let known = previous.and_then(|previous| previous.server.known().ok());
        let server = self.server(fixed, Wanted::Introspection, known);
        let introspector = Introspector {
            backoffs: Backoffs::new(),
            breaker: Breaker::new(),
            client_id: self.client_id.clone(),
            connections: Connections::new(outbound),
            control: Control::new(),
            counters: Arc::clone(self.counters),
            signed: signers.map(|keys| self.signed(keys)),
            slots: FairSemaphore::new(SLOTS),
            timeout: self.timeout,
            endpoint_watch: server.endpoint_watch(),
        };
        Ok(Opaque {
            introspector: Arc::new(introspector),
            server,
        })
    }

    fn signed(&self, keys: Arc<Keys>) -> SignedAnswers {
        let (issuer, client_id) = (self.issuer.clone(), self.client_id.clone());
        SignedAnswers::new(issuer, client_id, self.keys.algorithms.clone(), keys)
    }

    fn jwt(&self, settings: JwtSettings, keys: Arc<Keys>) -> JwtVerifier {
        let algorithms = self.keys.algorithms.clone();
        JwtVerifier::new(settings, self.issuer.clone(), algorithms, keys)
    }

    /// Keys of the authorization server, which are fetched from now on.
    fn keys(&self) -> Result<Arc<Keys>, StartError> {
        let fixed = https(self.keys.url.clone(), StartError::KeySetNotHttps)?;
        let previous = self.previous.and_then(Source::keys);
        let known = previous.and_then(|previous| previous.server().known().ok());
        let server = self.server(fixed, Wanted::KeySet, known);
        let fetch = Fetch {
            algorithms: self.keys.algorithms.clone(),
            client: self.client.clone(),
            counters: Arc::clone(self.counters),
            lifetime: self.keys.lifetime,
            patience: self.timeout,
        };
        let known = previous.map(Keys::known);
        Ok(Arc::new(Keys::start(fetch, server, known, self.runtime)))
    }

    fn server(
        &self,
        fixed: Option<Endpoint>,
        wanted: Wanted,
        known: Option<Endpoint>,
    ) -> AuthorizationServer {
        if let Some(endpoint) = fixed {
            return AuthorizationServer::fixed(endpoint);
        }
        let search = Search {
            client: self.client.clone(),
            issuer: self.issuer.clone(),
            wanted,
            places: self.places.clone(),
            clocks: Arc::default(),
        };
        AuthorizationServer::discover(search, known, self.runtime)
    }
}

fn places(settings: &TokenSettings) -> Result<Vec<Endpoint>, StartError> {
    let Some(well_known) = discovery::well_known(&settings.issuer) else {
        return Err(StartError::IssuerInvalid(settings.issuer.clone()));
    };
    let url = settings.discovery_url.clone();
    let place = https(url, StartError::DiscoveryUrlNotHttps)?;
    Ok(place.map_or_else(|| well_known.into(), |place| vec![place]))
}

/// The endpoint of a URL that the configuration names, if it does.
fn https(
    url: Option<Url>,
    refused: impl FnOnce(Url) -> StartError,
) -> Result<Option<Endpoint>, StartError> {
    let Some(url) = url else {
        return Ok(None);
    };
    match Endpoint::https(url.clone()) {
        None => Err(refused(url)),
        endpoint => Ok(endpoint),
    }
}
