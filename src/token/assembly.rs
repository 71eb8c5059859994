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
    jwt::{JwtVerifier, Means},
    settings::{JwtSettings, StartError, TokenKinds, TokenSettings},
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
        issuer: settings.issuer,
        places,
        previous,
        runtime,
        timeout: settings.timeout,
    };
    let fixed = settings.introspection_endpoint;
    let opaque = |parts: &Parts<'_>| parts.opaque(fixed, settings.client_id, outbound);
    Ok(match settings.kinds {
        TokenKinds::Opaque => Source::Opaque(opaque(&parts)?),
        TokenKinds::Jwt(jwt) => Source::Jwt(parts.jwt(jwt)?),
        TokenKinds::Both(jwt) => Source::Both(opaque(&parts)?, parts.jwt(jwt)?),
    })
}

/// Parts that both ways of learning about a token are made of.
struct Parts<'s> {
    client: reqwest::Client,
    counters: &'s Arc<Counters>,
    issuer: String,
    places: Vec<Endpoint>,
    previous: Option<&'s Source>,
    runtime: &'s Handle,
    timeout: Duration,
}

impl Parts<'_> {
    fn opaque(
        &self,
        fixed: Option<Url>,
        client_id: String,
        outbound: Outbound,
    ) -> Result<Opaque, StartError> {
        let fixed = https(fixed, StartError::IntrospectionEndpointNotHttps)?;
        let previous = self.previous.and_then(Source::opaque);
        let known = previous.and_then(|previous| previous.server.known().ok());
        let server = self.server(fixed, Wanted::Introspection, known);
        let introspector = Introspector {
            backoffs: Backoffs::new(),
            breaker: Breaker::new(),
            client_id,
            connections: Connections::new(outbound),
            control: Control::new(),
            counters: Arc::clone(self.counters),
            slots: FairSemaphore::new(SLOTS),
            timeout: self.timeout,
            endpoint_watch: server.endpoint_watch(),
        };
        Ok(Opaque {
            introspector: Arc::new(introspector),
            server,
        })
    }

    fn jwt(&self, settings: JwtSettings) -> Result<JwtVerifier, StartError> {
        let fixed = https(settings.key_set_url.clone(), StartError::KeySetNotHttps)?;
        let previous = self.previous.and_then(Source::jwt);
        let known = previous.and_then(|previous| previous.server().known().ok());
        let server = self.server(fixed, Wanted::KeySet, known);
        let means = Means {
            client: self.client.clone(),
            counters: Arc::clone(self.counters),
            known: previous.map(JwtVerifier::known),
            patience: self.timeout,
        };
        let issuer = self.issuer.clone();
        Ok(JwtVerifier::start(
            settings,
            issuer,
            server,
            means,
            self.runtime,
        ))
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
