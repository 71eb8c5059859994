//! The access record: one for each request, filled in along the walk.

mod outcome;

use std::{borrow::Cow, sync::Arc, time::Instant};

use self::outcome::Outcome;
use crate::{
    audit::{AuditTrail, Digest, Facts, NotRecorded, Place, shortened},
    caller::CertificateFacts,
    clock::Timestamp,
    dataset::Collection,
    edge::InteractionId,
    metrics::Meter,
    policy::Permit,
    printable::printable,
    response::{Reason, Refusal, RowCount},
    token::{BoundToken, Fact, Holder},
};

/// The facts of one request.
#[derive(Debug)]
pub struct Access {
    started: Instant,
    interaction_id: InteractionId,
    method: Box<str>,
    route: &'static str,
    query: Option<Digest>,
    body: Option<Digest>,
    certificate: Option<Arc<CertificateFacts>>,
    holder: Holder,
    account: Option<Digest>,
    dataset: Option<Box<str>>,
    version: Option<Box<str>>,
    licence: Option<Box<str>>,
    outcome: Outcome,
    rows: RowCount,
    provenance: Vec<Box<str>>,
    meter: Option<Meter>,
    trail: AuditTrail,
    place: Option<Place>,
    is_unrecorded: bool,
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
            query: None,
            body: None,
            certificate: None,
            holder: Holder::default(),
            account: None,
            dataset: None,
            version: None,
            licence: None,
            outcome: Outcome::Open,
            rows: RowCount::default(),
            provenance: Vec::new(),
            meter,
            trail: AuditTrail::default(),
            place: None,
            is_unrecorded: false,
        }
    }

    /// Takes a place in `trail`, before anything of the request is answered.
    ///
    /// # Errors
    /// [`NotRecorded`].
    pub fn keep_in(&mut self, trail: &AuditTrail) -> Result<(), NotRecorded> {
        self.trail = trail.clone();
        let place = trail.place();
        self.is_unrecorded = place.is_err();
        self.place = place?;
        Ok(())
    }

    /// The request's interaction id.
    #[must_use]
    pub fn interaction_id(&self) -> &InteractionId {
        &self.interaction_id
    }

    /// The query of the request target, of which the record has a hash.
    pub fn query(&mut self, query: Option<&str>) {
        self.query = query.map(|query| Digest::of(query.as_bytes()));
    }

    /// The pseudonym of the body, where it has one.
    pub fn body(&mut self, pseudonym: Option<Digest>) {
        self.body = pseudonym;
    }

    /// The certificate that was shown, whether or not it is good.
    pub fn certificate(&mut self, facts: Arc<CertificateFacts>) {
        self.certificate = Some(facts);
    }

    /// The holder of the token, and the account of whoever let it be issued.
    pub fn token(&mut self, token: &BoundToken) {
        self.holder = token.holder();
        if let Some(Fact::Text(account)) = token.facts().get(ACCOUNT) {
            self.account = self.trail.pseudonym(account);
        }
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

    /// The version and the terms of the collection that is asked for.
    pub fn edition(&mut self, collection: &Collection) {
        let metadata = collection.metadata();
        self.version.clone_from(&metadata.version);
        self.licence = metadata
            .licence
            .as_ref()
            .map(|licence| licence.text().into());
    }

    /// The rules that granted.
    pub fn granted(&mut self, permits: &[Permit]) {
        self.outcome = Outcome::granted(permits);
    }

    /// The check that refused.
    pub fn refused(&mut self, refusal: &Refusal) {
        if let Some(meter) = &self.meter {
            meter.refused(Reason::from(refusal));
        }
        self.outcome = Outcome::refused(refusal);
    }

    /// The counter of the rows of the answer.
    #[must_use]
    pub fn rows(&self) -> &RowCount {
        &self.rows
    }

    /// The id of a provenance record that goes along with the answer.
    pub fn provenance(&mut self, id: &str) {
        self.provenance.push(id.into());
    }

    /// No provenance record goes along: whatever was made for the answer has not left.
    pub fn without_provenance(&mut self) {
        self.provenance.clear();
    }

    /// Writes the record of an answer of `status` with `bytes` bytes of body, and counts it.
    pub fn write(&mut self, status: u16, bytes: u64) {
        let took = self.started.elapsed();
        if let Some(meter) = &self.meter {
            meter.end(status, bytes, took);
        }
        let place = self.place.take();
        let facts = Facts {
            status,
            bytes,
            duration_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            ..self.facts()
        };
        self.outcome.tell(&facts, self.certificate.as_deref());
        match place {
            Some(place) => place.record(&facts),
            None if self.is_unrecorded => self.trail.refused(&facts),
            None => {}
        }
    }

    /// Facts that are known before the answer has left.
    fn facts(&self) -> Facts<'_> {
        let certificate = self.certificate.as_deref();
        let membership = certificate.map(CertificateFacts::membership);
        let provenance = self.provenance.iter();
        self.outcome.add_to(Facts {
            method: shortened(&self.method),
            route: self.route.into(),
            collection: self.dataset.as_deref().map(shortened),
            version: self.version.as_deref().map(shortened),
            licence: self.licence.as_deref().map(shortened),
            query_sha256: self.query,
            body_hmac_sha256: self.body,
            // Of an answer that is told of alone (HEAD) no row leaves.
            rows: self.rows.counted().filter(|_| &*self.method != "HEAD"),
            client_id: self.holder.client_id().map(shortened),
            organisation_id: self.holder.organisation_id().map(shortened),
            member: membership.and_then(|stated| stated.member()).map(shortened),
            application: membership
                .and_then(|stated| stated.application())
                .map(shortened),
            account: self.account,
            cert_issuer: certificate.map(|facts| shortened(facts.issuer())),
            cert_serial: certificate.map(|facts| shortened(facts.serial())),
            cert_thumbprint: certificate.map(|facts| facts.thumbprint().to_string().into()),
            cert_days_left: certificate.map(|facts| days_left(facts.not_after())),
            provenance: provenance.map(|id| shortened(id)).collect(),
            interaction_id: self.interaction_id.as_str().into(),
            ..Facts::default()
        })
    }
}

fn days_left(end: Timestamp) -> i64 {
    (end.seconds() - Timestamp::now().seconds()).div_euclid(SECONDS_A_DAY)
}

/// A fact as it is written, or that nothing is known of it.
fn known(fact: Option<&str>) -> Cow<'_, str> {
    fact.map_or(Cow::Borrowed("-"), printable)
}

/// The subject of a token, RFC 7662 §2.2.
const ACCOUNT: &str = "sub";

const SECONDS_A_DAY: i64 = 86_400;

/// Target of access records.
pub(super) const TARGET: &str = "perild::access";
