//! Requests for what there is: open to everyone; who sends a token is told what it is good for.

mod route;

use std::sync::Arc;

use actix_web::{HttpResponse, http::header::AUTHORIZATION};

use super::context::RequestContext;
use crate::{
    caller::CertificateFacts,
    discovery::{self, Asked, Document, Limits, Me, View},
    log::Access,
    response::Refusal,
    token::BoundToken,
};

pub(super) use route::DiscoveryRoute;

/// The caller, where a token was sent.
type Identified = (Arc<CertificateFacts>, BoundToken);

impl RequestContext<'_> {
    /// The answer to a request for `route`.
    ///
    /// A token that is sent is judged as everywhere else: who means to be told what it is good for is told when it is
    /// good for nothing.
    pub(super) async fn discover(
        self,
        route: &DiscoveryRoute,
        access: &mut Access,
    ) -> Result<HttpResponse, Refusal> {
        let is_me = *route == DiscoveryRoute::Me;
        let sends_token = self.request.headers().contains_key(AUTHORIZATION);
        let identified = if is_me || sends_token {
            Some(self.identify(access).await?)
        } else {
            None
        };
        let is_paged = *route == DiscoveryRoute::Collections;
        let asked = Asked::read(&self.parameters(), is_paged)?;
        let view = View {
            base_url: &self.site.base_url,
            catalog: &self.site.catalog,
            policy: &self.site.policy,
            token: identified.as_ref().map(|(_, token)| token),
            now: self.now,
        };
        let me = self.me(identified.as_ref());
        let collection = route.id().and_then(|id| view.collection(id));
        let document = match route {
            DiscoveryRoute::Collection(_) => collection.map(Document::Collection),
            DiscoveryRoute::Collections => Some(Document::Collections(&asked)),
            DiscoveryRoute::Conformance => Some(Document::Conformance),
            DiscoveryRoute::Landing => Some(Document::Landing),
            DiscoveryRoute::Me => me.as_ref().map(Document::Me),
            DiscoveryRoute::Schema(_) => collection.map(Document::Schema),
        };
        if let Some(collection) = collection {
            access.dataset(collection.id().as_str());
        }
        let document = document.ok_or(Refusal::NoRoute)?;
        discovery::answer(self.request, &document, &view, asked.form)
    }

    fn me(self, identified: Option<&Identified>) -> Option<Me<'_>> {
        let (certificate, token) = identified?;
        let limits = &self.site.peril_limits;
        Some(Me {
            certificate,
            token,
            limits: Limits {
                places_per_request: limits.max_places,
                body_bytes: limits.max_body_bytes,
                answer_bytes: limits.max_answer_bytes,
                search_radius_km: limits.max_radius_km,
                long_answers: limits.max_streams,
            },
            now: self.now,
        })
    }
}
