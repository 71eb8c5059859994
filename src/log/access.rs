//! The access record: one for each request, filled in along the walk.

use std::{borrow::Cow, time::Instant};

use crate::{
    caller::Caller, edge::InteractionId, metrics::Meter, response::Reason, token::BoundToken,
};

/// The facts of one request.
#[derive(Debug)]
pub struct Access {
    started: Instant,
    interaction_id: InteractionId,
    method: Box<str>,
    route: &'static str,
    caller: Option<Caller>,
    token: Option<BoundToken>,
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
            caller: None,
            token: None,
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

    /// Who shows a certificate.
    pub fn caller(&mut self, caller: &Caller) {
        self.caller = Some(caller.clone());
    }

    /// Whose token it is.
    pub fn token(&mut self, token: &BoundToken) {
        self.token = Some(token.clone());
    }

    /// What is asked for: a name that this provider knows. Any other name is the client's own text, and
    /// could be a token that went astray.
    pub fn dataset(&mut self, name: &str) {
        self.dataset = Some(name.into());
    }

    /// Which check refused, or which rule granted.
    pub fn decision(&mut self, decision: impl Into<Cow<'static, str>>) {
        self.decision = decision.into();
    }

    /// Which check refused, in fixed words.
    pub fn refused(&self, reason: Reason) {
        if let Some(meter) = &self.meter {
            meter.refused(reason);
        }
    }

    /// Writes the record of an answer of `status` with `bytes` octets of body, and counts it.
    pub fn write(&self, status: u16, bytes: u64) {
        let took = self.started.elapsed();
        if let Some(meter) = &self.meter {
            meter.end(status, bytes, took);
        }
        let interaction_id = self.interaction_id.as_str();
        let client_id = self
            .token
            .as_ref()
            .and_then(BoundToken::client_id)
            .map(printable);
        let client_id = client_id.as_deref().unwrap_or("-");
        let organisation_id = self
            .token
            .as_ref()
            .and_then(BoundToken::organisation_id)
            .map(printable);
        let organisation_id = organisation_id.as_deref().unwrap_or("-");
        let thumbprint = self
            .caller
            .as_ref()
            .map(|caller| caller.thumbprint().to_string());
        let cert_thumbprint = thumbprint.as_deref().unwrap_or("-");
        let dataset = self.dataset.as_deref().unwrap_or("-");
        let (method, route) = (&*self.method, self.route);
        let decision = printable(&self.decision);
        let decision = &*decision;
        let duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(
            target: TARGET,
            interaction_id, client_id, organisation_id, cert_thumbprint, method, route, dataset, status, decision, bytes,
            duration_us,
            "{method} {route} {status} {bytes} bytes {duration_us} us, dataset {dataset}, client {client_id} of \
             {organisation_id}, {decision}, interaction {interaction_id}"
        );
    }
}

/// `text` with its control characters escaped, so that no value can end a record (JRN-4).
fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.escape_debug().to_string())
    } else {
        Cow::Borrowed(text)
    }
}

/// Target of access records.
pub(super) const TARGET: &str = "perild::access";

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: JRN-4
    #[test]
    fn jrn_4_a_control_character_cannot_end_a_record() {
        assert_eq!(
            printable("bank\r\nMESSAGE=forged"),
            "bank\\r\\nMESSAGE=forged"
        );
        assert_eq!(printable("bänk"), "bänk");
    }
}
