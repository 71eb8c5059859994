//! The access record: one for each request, filled in along the walk.

use std::{borrow::Cow, sync::Arc, time::Instant};

use super::printable::printable;
use crate::{
    caller::CertificateFacts,
    edge::InteractionId,
    metrics::Meter,
    response::Reason,
    token::{BoundToken, Holder},
};

/// The facts of one request.
#[derive(Debug)]
pub struct Access {
    started: Instant,
    interaction_id: InteractionId,
    method: Box<str>,
    route: &'static str,
    certificate: Option<Arc<CertificateFacts>>,
    holder: Holder,
    dataset: Option<Box<str>>,
    decision: Cow<'static, str>,
    meter: Option<Meter>,
}

impl Access {
    /// A record for a request that begins now; `meter` counts it where anybody counts.
    #[must_use]
    pub fn begin(
        interaction_id: InteractionId,
        method: &str,
        route: &'static str,
        meter: Option<Meter>,
    ) -> Self {
        Self {
            started: Instant::now(),
            interaction_id,
            method: method.into(),
            route,
            certificate: None,
            holder: Holder::default(),
            dataset: None,
            decision: Cow::Borrowed("open"),
            meter,
        }
    }

    /// The request's interaction id.
    #[must_use]
    pub fn interaction_id(&self) -> &InteractionId {
        &self.interaction_id
    }

    /// The certificate that was shown, whether or not it is good.
    pub fn certificate(&mut self, facts: Arc<CertificateFacts>) {
        self.certificate = Some(facts);
    }

    /// The holder of the token.
    pub fn token(&mut self, token: &BoundToken) {
        self.holder = token.holder();
    }

    /// The holder that the directory names for a token, whether or not the token is good.
    pub fn holder(&mut self, holder: Holder) {
        self.holder = holder;
    }

    /// The collection that is asked for: a name that this provider knows. Any other name is the client's own text, and
    /// could be a token that went astray.
    pub fn dataset(&mut self, name: &str) {
        self.dataset = Some(name.into());
    }

    /// The check that refused, or the rule that granted.
    pub fn decision(&mut self, decision: impl Into<Cow<'static, str>>) {
        self.decision = decision.into();
    }

    /// The check that refused, in fixed words.
    pub fn refused(&self, reason: Reason) {
        if let Some(meter) = &self.meter {
            meter.refused(reason);
        }
    }

    /// Writes the record of an answer of `status` with `bytes` bytes of body, and counts it.
    pub fn write(&self, status: u16, bytes: u64) {
        let took = self.started.elapsed();
        if let Some(meter) = &self.meter {
            meter.end(status, bytes, took);
        }
        let interaction_id = self.interaction_id.as_str();
        let client_id = known(self.holder.client_id());
        let organisation_id = known(self.holder.organisation_id());
        let (client_id, organisation_id) = (&*client_id, &*organisation_id);
        let certificate = self.certificate.as_deref();
        let cert_subject = known(certificate.map(CertificateFacts::subject));
        let cert_issuer = known(certificate.map(CertificateFacts::issuer));
        let cert_serial = certificate.map_or("-", CertificateFacts::serial);
        let thumbprint = certificate.map(|facts| facts.thumbprint().to_string());
        let cert_thumbprint = thumbprint.as_deref().unwrap_or("-");
        let dataset = known(self.dataset.as_deref());
        let (cert_subject, cert_issuer, dataset) = (&*cert_subject, &*cert_issuer, &*dataset);
        let (method, route) = (&*self.method, self.route);
        let decision = printable(&self.decision);
        let decision = &*decision;
        let duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(
            target: TARGET,
            interaction_id, client_id, organisation_id, cert_thumbprint, cert_subject, cert_issuer, cert_serial, method,
            route, dataset, status, decision, bytes, duration_us,
            "{method} {route} {status} {bytes} bytes {duration_us} us, dataset {dataset}, client {client_id} of \
             {organisation_id}, {decision}, interaction {interaction_id}"
        );
    }
}

/// A fact as it is written, or that nothing is known of it.
fn known(fact: Option<&str>) -> Cow<'_, str> {
    fact.map_or(Cow::Borrowed("-"), printable)
}

/// Target of access records.
pub(super) const TARGET: &str = "perild::access";
